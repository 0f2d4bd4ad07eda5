"""The rule text itself, each clause with the cases that it won in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from engine.case_coverage.account import Account, Tested, outcome_in_words
from engine.case_coverage.tables import STATES, TRIED, Sum, file_of, named, percent, region_of, sums, total
from engine.pages.page import page
from engine.pages.rule_text import Beside, rule_text
from policy.diagnostics import Text
from policy.dsl.source import Source

_WORST_FIRST = ("never", "lost", "won")

_TITLE = Text("用例覆盖", "What the cases cover")
_LEAD = Text(
    "每个子句旁边是它成立的用例。没有成立过的，没有用例证明它说得对；落选不算。",
    "Beside each clause stand the cases that it won in. One that never won is shown right by no case; losing does not count.",
)
_HEADS = (Text("文件", "file"), Text("项数", "parts"), *STATES.values(), Text("覆盖率", "covered"))
_NAMED_AT_ONCE = 3


def coverage_page(account: Account, lang: str) -> str:
    """Sums, what is not covered, then every file."""
    title = _TITLE.in_language(lang)
    files = sums(account, file_of)
    body = [
        f"<h1>{_say(_TITLE, lang)}</h1>\n<p class='lead'>{_say(_LEAD, lang)}</p>\n",
        _cards(account, lang),
        _sums_table(account, files, lang),
        *_uncovered(account, lang),
        *(part for item in sums(account, region_of) for part in _region(account, item, lang)),
    ]
    return page(title, body, lang)


def _say(text: Text, lang: str) -> str:
    return escape(text.in_language(lang))


def _cards(account: Account, lang: str) -> str:
    whole = total(account)
    cases = {name for item in account.tested.values() for names in item.cases.values() for name in names}
    cards = [("", whole.share, Text("覆盖率", "covered")), ("", len(cases), Text("用例", "cases"))]
    cards += [(state, whole.states[state], label) for state, label in STATES.items()]
    cards += [("lost", len(account.one_sided), Text("只见取代的但书", "provisos seen on one side"))]
    shown = (
        f"<div class='{kind}'><b>{value}</b><span>{_say(label, lang)}</span></div>" for kind, value, label in cards
    )
    return f"<div class='cards'>{''.join(shown)}</div>\n"


def _sums_table(account: Account, files: Iterable[Sum], lang: str) -> str:
    heads = "".join(f"<th{' class=num' if place else ''}>{_say(head, lang)}</th>" for place, head in enumerate(_HEADS))
    whole = _say(Text("合计", "total"), lang)
    rows = [_sum_row(item, f"<a href='#{_anchor(item.name)}'>{escape(item.name)}</a>", "") for item in files]
    rows.append(_sum_row(total(account), whole, " class=sum"))
    return f"<div class='scroll'><table><thead><tr>{heads}<th></th></tr></thead>{''.join(rows)}</table></div>\n"


def _sum_row(item: Sum, name: str, kind: str) -> str:
    figures = "".join(f"<td class=num>{figure or '·'}</td>" for figure in (item.parts, *item.states.values()))
    shares = ((state, percent(count, item.parts)) for state, count in item.states.items() if item.parts)
    bar = "".join(f"<i class={state} style='width:{share}'></i>" for state, share in shares)
    return (
        f"<tr{kind}><td>{name}</td>{figures}<td class=num>{item.share}</td><td><span class=bar>{bar}</span></td></tr>\n"
    )


def _anchor(name: str) -> str:
    return escape(name.replace("/", "-"))


def _uncovered(account: Account, lang: str) -> Iterator[str]:
    if not account.uncovered:
        return
    yield f"<h2>{_say(Text('没有成立过的', 'What never won'), lang)}</h2>\n<ul>"
    for item in account.uncovered:
        owner, clause = named(item, lang)
        link = f"<a href='#{_target(item)}'>{escape(item.part.place)}</a>"
        yield f"<li><b class={item.state}>{_say(STATES[item.state], lang)}</b> {escape(owner)} {escape(clause)} {link}</li>\n"
    yield "</ul>\n"


def _target(item: Tested) -> str:
    return _anchor("-".join((item.part.place, item.part.id)))


# ── rule text ───────────────────────────────────────────────────────────────────────────────────────


def _region(account: Account, item: Sum, lang: str) -> Iterator[str]:
    label = account.labels.get(item.name, item.name)
    yield f"<h2>{escape(label)} <small>{item.share}</small></h2>\n"
    by_file: dict[str, list[Tested]] = {}
    for tested in account.tested.values():
        if tested.part.region == item.name:
            by_file.setdefault(file_of(tested), []).append(tested)
    for name, found in by_file.items():
        yield f"<h3 id='{_anchor(name)}'>{escape(name.rpartition('/')[2])}<small>{escape(name)}</small></h3>\n<div class='file'>"
        beside = [Beside(tested.part.span, tested.state, _note(tested, lang)) for tested in found]
        yield from rule_text(Source(name, account.texts[name]), beside, _WORST_FIRST)
        yield "</div>\n"


def _note(item: Tested, lang: str) -> str:
    """How often a part won, in which cases, and what else became of it."""
    _, clause = named(item, lang)
    won = item.won
    count = f"{len(won)} 例" if lang == "zh" else f"in {len(won)}"
    kind = item.part.kind
    state = f"{_say(outcome_in_words(kind, 'won'), lang)} {count}" if won else _say(STATES[item.state], lang)
    told = [(outcome_in_words(kind, outcome), len(item.cases[outcome])) for outcome in TRIED]
    others = [f"{_say(word, lang)} {number}" for word, number in told if number]
    head = f"<b class={item.state}>{state}</b> {escape(clause)} <small>{' · '.join(others)}</small>"
    anchor = f" id='{_target(item)}'"
    if not won:
        return f"<p{anchor}>{head}</p>"
    names = "".join(f"<li>{escape(name)}</li>" for name in won)
    is_open = " open" if len(won) <= _NAMED_AT_ONCE else ""
    return f"<details{anchor}{is_open}><summary>{head}</summary><ul>{names}</ul></details>"
