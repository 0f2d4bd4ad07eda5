"""The difference as one self-contained page, with drawings where claims were decided."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from engine.difference import plots
from engine.difference.claims_report import Table, cause_name, chief_amounts, headline, label, tables
from engine.difference.judging import MATTERS, Verdict, Witness
from engine.difference.meaning import Change, MeaningDifference, RegionDifference
from engine.difference.tallies import Tally
from engine.difference.text_report import effects, heading
from engine.difference.wording import VERDICTS, Wording
from policy.diagnostics import Text

LIMIT_BARS = 12
"""How many clauses are drawn."""

LIMIT_NAME = 48
"""The longest name beside a bar."""

_STYLE = """
:root{--ink:#1d2733;--soft:#5a6673;--line:#dde3ea;--less:#b3261e;--more:#0b57a4;--back:#f6f8fa}
*{box-sizing:border-box}body{font:15px/1.65 system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;
margin:0 auto;max-width:72rem;padding:2.5rem 1.5rem;color:var(--ink)}h1{font-size:1.7rem;margin:0 0 .2rem}
h2{font-size:1.25rem;margin:2.6rem 0 .6rem}h3{font-size:1.05rem;margin:1.8rem 0 .4rem}p.lead{color:var(--soft);margin:0}
.cards{display:flex;flex-wrap:wrap;gap:.9rem;margin:1.4rem 0}.card{flex:1 1 9rem;border:1px solid var(--line);
border-radius:.6rem;padding:.8rem 1rem;background:var(--back)}.card b{display:block;font-size:1.5rem;line-height:1.3;
font-variant-numeric:tabular-nums}.card span{color:var(--soft);font-size:.85rem}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{padding:.4rem .7rem;text-align:left;vertical-align:top}
thead th{border-bottom:2px solid var(--ink);font-weight:600;white-space:nowrap}td{border-bottom:1px solid var(--line)}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}td.t{min-width:11rem;font-size:.9rem}
article{border:1px solid var(--line);border-radius:.6rem;padding:.9rem 1.2rem;margin:1rem 0}
article h4{margin:0;font-size:1rem}article p{margin:.35rem 0}small,.place{color:var(--soft)}.place{font:.82rem ui-monospace,monospace}
.tag{display:inline-block;border-radius:1rem;padding:0 .6rem;margin-right:.5rem;font-size:.82rem;background:var(--back)}
.tag.changed,.tag.removed{color:var(--less);background:#fdecea}.tag.undecided{color:#7a5b00;background:#fff5dc}
.tag.added{color:var(--more);background:#e7f0fa}.tag.equivalent{color:#0b6b3a;background:#e8f5ee}
del{color:var(--less);text-decoration-thickness:1px}ins{color:var(--more);text-decoration:none}
code{display:block;white-space:pre-wrap;font:.82rem/1.5 ui-monospace,"Noto Sans Mono CJK SC",monospace;background:var(--back);
padding:.4rem .7rem;border-radius:.4rem;margin:.3rem 0}dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem .9rem;
margin:.3rem 0}dt{color:var(--soft)}dd{margin:0}figure{margin:1rem 0}figure svg{max-width:100%;height:auto;overflow:visible}
figcaption{color:var(--soft);font-size:.9rem}
"""


def page(difference: MeaningDifference, tally: Tally | None, wording: Wording) -> str:
    """What the claims add up to first, then every change of every region."""
    title = wording.both("规则的变化", "What changed in the rules")
    parts = [
        f"<h1>{title}</h1><p class='lead'>{escape(wording.old)} → {escape(wording.new)}</p>",
        _cards(difference, tally, wording),
        *(_claims(tally, wording) if tally else ()),
        *(part for region in difference.regions for part in _region(region, wording)),
    ]
    return (
        f'<!doctype html><html lang="{wording.lang}"><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style>{"".join(parts)}</html>\n'
    )


def _cards(difference: MeaningDifference, tally: Tally | None, wording: Wording) -> str:
    cards = []
    if tally is not None:
        usable = tally.claims - tally.unusable
        cards.append((f"{tally.changed:,} / {usable:,}", wording.both("笔费用结果变了", "claims come out otherwise")))
        for item in chief_amounts([item for item in tally.amounts.values() if item.differences]):
            cards.append(
                (f"{item.difference:+,.2f}", f"{label(item, wording)}{wording.both('差额合计（元）', ' (yuan)')}")
            )
    found = [change.verdict for region in difference.regions for change in region.changes]
    for verdict in VERDICTS:
        if verdict in found:
            cards.append((str(found.count(verdict)), wording.say(VERDICTS[verdict])))
    runs = difference.runs
    if runs.decided:
        cards.append(
            (f"{len(runs.changed)} / {runs.decided}", wording.both("有关用例结果变了", "cases concerned differ"))
        )
    if not cards:
        cards.append(("0", wording.both("没有变化", "no difference")))
    shown = (f"<div class='card'><b>{escape(value)}</b><span>{escape(name)}</span></div>" for value, name in cards)
    return f"<div class='cards'>{''.join(shown)}</div>"


# ── claims ──────────────────────────────────────────────────────────────────────────────────────────


def _claims(tally: Tally, wording: Wording) -> Iterator[str]:
    yield f"<h2>{wording.both('费用', 'Claims')}</h2><p>{escape(headline(tally, wording))}</p>"
    if plots.is_installed():
        yield from _drawings(tally, wording)
    else:
        yield f"<p>{escape(wording.say(_NO_PLOTS))}</p>"
    for table in tables(tally, wording):
        yield f"<h3>{escape(table.title)}</h3><div class='wide'>{_table(table)}</div>"


_NO_PLOTS = Text("没有图：未安装 matplotlib（pip install 'tiaoli[plots]'）。",
                 "No drawings: matplotlib is not installed (pip install 'tiaoli[plots]').")  # fmt: skip


def _drawings(tally: Tally, wording: Wording) -> Iterator[str]:
    for item in chief_amounts([item for item in tally.amounts.values() if item.differences]):
        name = label(item, wording)
        drawn = plots.draw_histogram(
            plots.histogram(item.differences),
            wording.both("差额（元）", "difference (yuan)"),
            wording.both("费用笔数", "claims"),
        )
        told = wording.both(f"“{name}”变了的 {item.changed} 笔费用", f"the {item.changed} claims whose {name} differs")
        yield f"<figure><figcaption>{escape(told)}</figcaption>{drawn}</figure>"
    causes = tally.by_cause[:LIMIT_BARS]
    if causes:
        names = [_short(cause_name(item, wording)) for item in causes]
        told = wording.both("由哪些条款（费用笔数，新规则）", "by clause of the new rules (claims)")
        drawn = plots.draw_bars(names, [item.claims for item in causes])
        yield f"<figure><figcaption>{escape(told)}</figcaption>{drawn}</figure>"


def _short(name: str) -> str:
    return name if len(name) <= LIMIT_NAME else f"{name[: LIMIT_NAME - 1]}…"


def _table(table: Table) -> str:
    def kind(place: int) -> str:
        return "n" if place >= table.numbers else "t"

    heads = "".join(f"<th class='{kind(place)}'>{escape(head)}</th>" for place, head in enumerate(table.heads))
    rows = (
        "".join(
            f"<td class='{kind(place)}'>{escape(cell).replace(chr(10), '<br>')}</td>" for place, cell in enumerate(row)
        )
        for row in table.rows
    )
    return f"<table><thead><tr>{heads}</tr></thead>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


# ── rules ───────────────────────────────────────────────────────────────────────────────────────────


def _region(region: RegionDifference, wording: Wording) -> Iterator[str]:
    if not region.changes and not region.inherited:
        return
    name = f"{region.label} {region.region}" if wording.lang == "zh" else region.region
    same = wording.both(f"另有 {region.same} 项相同", f"{region.same} other parts are the same")
    yield f"<h2>{escape(name)} <small>{same}</small></h2>"
    for change in region.changes:
        yield f"<article>{_head(change, wording)}{''.join(_details(change, wording))}</article>"
    for change in region.inherited:
        above = wording.both("上级的变化", "changed above")
        yield f"<article><h4><span class='tag'>{above}</span>{escape(wording.part(change.pair.part))}</h4>"
        yield f"{''.join(f'<p>{escape(line)}</p>' for line in effects(change, wording))}</article>"


def _head(change: Change, wording: Wording) -> str:
    pair = change.pair
    places = wording.places(pair.old.place if pair.old else "", pair.new.place if pair.new else "")
    tag = f"<span class='tag {change.verdict}'>{wording.say(VERDICTS[change.verdict])}</span>"
    return f"<h4>{tag}{escape(heading(change, wording))}</h4><div class='place'>{escape(places)}</div>"


def _details(change: Change, wording: Wording) -> Iterator[str]:
    for clause in change.clauses:
        name = wording.clause(clause, change.pair.part)
        marks = {"added": wording.both("新增 ", "added "), "removed": wording.both("删去 ", "removed ")}
        place = wording.places(clause.old_place, clause.new_place) if clause.id else ""
        yield f"<p>{escape(marks.get(clause.change, '') + name)} <span class='place'>{escape(place)}</span></p><dl>"
        for term in clause.terms:
            sides = _old(wording.term_value(term, False)), _new(wording.term_value(term, True))
            both = "<br>".join(filter(None, sides))
            yield f"<dt>{escape(wording.term_name(term))}</dt><dd>{both}</dd>"
        yield "</dl>"
    yield from (f"<p>{escape(wording.figure(figure, change.pair.part))}</p>" for figure in change.figures)
    if change.judged.reason is not None and change.verdict is not Verdict.RENAMED:
        yield f"<p>{escape(wording.say(change.judged.reason))}</p>"
    if change.judged.witness is not None:
        yield _witness(change.judged.witness, wording)
    if change.verdict in MATTERS:
        yield from (f"<p>{escape(line)}</p>" for line in effects(change, wording))


def _old(text: str) -> str:
    return f"<del>{escape(text)}</del>" if text else ""


def _new(text: str) -> str:
    return f"<ins>{escape(text)}</ins>" if text else ""


def _witness(witness: Witness, wording: Wording) -> str:
    return (
        f"<p>{escape(wording.source(witness))}</p><code>{escape(wording.case(witness))}</code>"
        f"<dl><dt>{wording.both('旧', 'old')}</dt><dd>{escape(wording.side(witness, False))}</dd>"
        f"<dt>{wording.both('新', 'new')}</dt><dd>{escape(wording.side(witness, True))}</dd></dl>"
    )
