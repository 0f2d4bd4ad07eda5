def write_html(document, wording): return ''
