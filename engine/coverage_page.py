"""The account of the law as one self-contained page."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from engine.coverage import Account, Coverage
from engine.coverage_tables import STANDINGS, Sum, problems, sums_of_documents, sums_of_regions, total
from policy.diagnostics import Text

_STYLE = """
:root{--ink:#1d2733;--soft:#5a6673;--line:#dde3ea;--good:#0b6b3a;--bad:#b3261e;--other:#7a5b00;--back:#f6f8fa}
*{box-sizing:border-box}body{font:15px/1.65 system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;
margin:0 auto;max-width:76rem;padding:2.5rem 1.5rem;color:var(--ink)}h1{font-size:1.7rem;margin:0 0 .2rem}
h2{font-size:1.2rem;margin:2.6rem 0 .6rem;padding-top:.4rem}p.lead{color:var(--soft);margin:.2rem 0 1.4rem}
.cards{display:flex;flex-wrap:wrap;gap:.9rem;margin:1rem 0}.card{flex:1 1 9rem;border:1px solid var(--line);
border-radius:.6rem;padding:.8rem 1rem;background:var(--back)}.card b{display:block;font-size:1.6rem;line-height:1.3}
.card span{color:var(--soft);font-size:.85rem}.card.good b{color:var(--good)}.card.bad b{color:var(--bad)}
table{border-collapse:collapse;width:100%}th,td{padding:.45rem .7rem;text-align:left;vertical-align:top}
thead th{border-bottom:2px solid var(--ink);font-weight:600;background:#fff;position:sticky;top:0;white-space:nowrap}
td{border-bottom:1px solid var(--line)}.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
tr.sum td{font-weight:600}td.id{white-space:nowrap;font-family:ui-monospace,monospace;font-size:.85rem}
.tag{display:inline-block;border-radius:1rem;padding:0 .6rem;font-size:.82rem;white-space:nowrap;background:var(--back)}
.tag.encoded{color:var(--good);background:#e8f5ee}.tag.missing{color:var(--bad);background:#fdecea}
.tag.partly,.tag.open_norm,.tag.not_executable{color:var(--other);background:#fff5dc}small{color:var(--soft)}
td.rules{font-size:.88rem;max-width:20rem}nav{margin:2rem 0}nav a{margin-right:1rem;color:#0b57a4;text-decoration:none}
@media print{thead th{position:static}}
"""

_HEADS = (Text("条款", "provisions"), *STANDINGS.values(), Text("承载", "carriers"), Text("用例", "cases"),
          Text("两面检验", "both sides"))  # fmt: skip
_DETAILS = (Text("编号", "id"), Text("条款与大意", "clause and gist"), Text("情况", "standing"),
            Text("由哪些规则承载", "carried by"), Text("成立", "won"), Text("落选", "lost"))  # fmt: skip


def page(coverage: Coverage, lang: str) -> str:
    """The sums, what is still open, then every provision with its gist, by document."""
    title = _say(Text("条款清点", "The account of the law"), lang)
    documents = sums_of_documents(coverage)
    links = "".join(f'<a href="#{escape(item.name)}">{escape(item.name)}</a>' for item in documents)
    parts = [
        f"<h1>{title}</h1><p class='lead'>{_say(_LEAD, lang)}</p>",
        _cards(coverage, lang),
        f"<h2>{_say(Text('按地区', 'By region'), lang)}</h2>",
        _sums_table([*sums_of_regions(coverage), total(coverage)], coverage, lang, ("region",)),
        f"<h2>{_say(Text('按文件', 'By document'), lang)}</h2>",
        _sums_table(documents, coverage, lang, ("region", "name")),
        _open(coverage, lang),
        f"<nav>{links}</nav>",
        *(_document(item, coverage, lang) for item in documents),
    ]
    return (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style>{"".join(parts)}</html>\n'
    )


_LEAD = Text(
    "每一条规定由哪些规则承载，又在哪些用例里成立、在哪些用例里落选。",
    "Which rules carry each provision, and in which cases it wins and loses.",
)


def _say(text: Text, lang: str) -> str:
    return escape(text.zh if lang == "zh" else text.en)


def _cards(coverage: Coverage, lang: str) -> str:
    everything = total(coverage)
    share = f"{everything.two_sided} / {everything.executed}"
    cards = [
        ("", everything.provisions, Text("条款", "provisions")),
        ("good", everything.standings["encoded"], Text("已编成规则", "encoded")),
        ("", len(coverage.rules), Text("规则", "rules")),
        ("", sum(coverage.case_counts.values()), Text("用例", "cases")),
        ("good" if coverage.is_tested_on_both_sides else "bad", share, Text("两面都有用例", "tested on both sides")),
    ]
    cards += [("bad", len(item.found), item.label) for item in problems(coverage) if item.found]
    shown = (
        f"<div class='card {kind}'><b>{value}</b><span>{_say(label, lang)}</span></div>" for kind, value, label in cards
    )
    return f"<div class='cards'>{''.join(shown)}</div>"


def _sums_table(sums: Iterable[Sum], coverage: Coverage, lang: str, keys: tuple[str, ...]) -> str:
    names = {"region": Text("地区", "region"), "name": Text("文件", "document")}
    heads = "".join(f"<th>{_say(names[key], lang)}</th>" for key in keys)
    heads += "".join(f"<th class='n'>{_say(word, lang)}</th>" for word in _HEADS)
    rows = "".join(_sum_row(item, keys, coverage, lang) for item in sums)
    return f"<table><thead><tr>{heads}</tr></thead>{rows}</table>"


def _sum_row(item: Sum, keys: tuple[str, ...], coverage: Coverage, lang: str) -> str:
    whole = _say(Text("合计", "total"), lang)
    region = coverage.labels.get(item.region, item.region) if lang == "zh" else item.region
    names = {"region": region, "name": item.name}
    cells = "".join(f"<td>{escape(names[key]) or whole}</td>" for key in keys)
    figures = (item.provisions, *item.standings.values(), item.carriers, item.cases)
    cells += "".join(f"<td class='n'>{figure or '·'}</td>" for figure in figures)
    both = f"{item.two_sided} / {item.executed}" if item.executed else "·"
    return f"<tr{'' if item.region else ' class=sum'}>{cells}<td class='n'>{both}</td></tr>"


def _open(coverage: Coverage, lang: str) -> str:
    found = [item for item in problems(coverage) if item.found]
    shown = "".join(f"<p><b>{_say(item.label, lang)}</b> {escape('、'.join(item.found))}</p>" for item in found)
    return f"<h2>{_say(Text('还缺的', 'Still open'), lang)}</h2>{shown}" if found else ""


def _document(item: Sum, coverage: Coverage, lang: str) -> str:
    heads = "".join(
        f"<th{' class=n' if place > 3 else ''}>{_say(word, lang)}</th>" for place, word in enumerate(_DETAILS)
    )
    rows = "".join(
        _row(account, lang)
        for account in coverage.accounts.values()
        if (account.region, account.document_label) == (item.region, item.name)
    )
    return f'<h2 id="{escape(item.name)}">{escape(item.name)}</h2><table><thead><tr>{heads}</tr></thead>{rows}</table>'


def _row(account: Account, lang: str) -> str:
    provision = account.provision
    why = _say(provision.why, lang) if provision.why and not account.is_encoded else ""
    labels = [*dict.fromkeys(carrier.label for carrier in account.carriers)]
    more = f" +{len(labels) - _SHOWN}" if len(labels) > _SHOWN else ""
    rules = escape("、".join(labels[:_SHOWN])) + more
    tag = f"<span class='tag {account.standing}'>{_say(STANDINGS[account.standing], lang)}</span>"
    return (
        f"<tr><td class='id'>{escape(provision.id)}</td>"
        f"<td>{escape(provision.clause)}<br><small>{_say(provision.gist, lang)}</small></td>"
        f"<td>{tag}<br><small>{why}</small></td><td class='rules'>{rules}</td>"
        f"<td class='n'>{len(account.won) or '·'}</td><td class='n'>{len(account.lost) or '·'}</td></tr>"
    )


_SHOWN = 6
"""How many of the rules that carry a provision are named."""
