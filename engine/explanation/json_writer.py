def write_json(decision, wording): return ''
