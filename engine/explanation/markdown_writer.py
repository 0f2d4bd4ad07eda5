def write_markdown(document, wording): return ''
