"""What claims add up to under both versions, as tables of words and figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import attrs
from tabulate import tabulate

from engine.difference.claim_decisions import Verdict
from engine.difference.outcomes import Cause
from engine.difference.tallies import QUANTILES, AmountTally, CauseTally, Tally
from engine.difference.wording import STATUSES, Wording
from policy.diagnostics import Text
from policy.types import MONEY
from policy.values import plain_typed
from policy.vocabulary import Vocabulary


@attrs.frozen
class Table:
    """A heading, the heads of the columns, and the rows; `numbers` says from which column on they are figures."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: int = 1


def amount(value: Decimal | None, is_signed: bool = False) -> str:
    """An amount to the fen; a difference with its sign."""
    if value is None:
        return "—"
    text = str(plain_typed(value, MONEY, Vocabulary()))
    return f"+{text}" if is_signed and value > 0 else text


def headline(tally: Tally, wording: Wording) -> str:
    """How many claims there are, and how many come out otherwise."""
    usable = tally.claims - tally.unusable
    said = wording.both(
        f"{usable} 笔费用中 {tally.changed} 笔结果变了", f"of {usable} claims {tally.changed} come out otherwise"
    )
    bad = wording.both(f"；另有 {tally.unusable} 行无法使用", f"; {tally.unusable} rows cannot be used")
    return said + (bad if tally.unusable else "")


def tables(tally: Tally, wording: Wording) -> Iterator[Table]:
    """Totals, quantiles, statuses, other outputs, clauses responsible, and the largest movers; none that is empty."""
    moved = [item for item in tally.amounts.values() if item.differences]
    found = (
        _totals(tally, wording),
        _quantiles(moved, wording),
        _statuses(tally, wording),
        _others(tally, wording),
        _causes(tally, moved, wording),
        _movers(tally, wording),
        _unusable(tally, wording),
    )
    yield from (table for table in found if table.rows)


def lines(tally: Tally, wording: Wording) -> Iterator[str]:
    """The tables as text."""
    yield headline(tally, wording)
    for table in tables(tally, wording):
        aligned = tuple("right" if place >= table.numbers else "left" for place in range(len(table.heads)))
        yield ""
        yield table.title
        yield tabulate(table.rows, table.heads, tablefmt="simple", colalign=aligned, disable_numparse=True)


def label(item: AmountTally, wording: Wording) -> str:
    """What an output is called."""
    return item.label if wording.lang == "zh" else item.output


def _heads(wording: Wording, *words: tuple[str, str]) -> tuple[str, ...]:
    return tuple(wording.both(zh, en) for zh, en in words)


def _totals(tally: Tally, wording: Wording) -> Table:
    rows = tuple(
        (
            label(item, wording),
            str(item.decided),
            str(item.changed),
            str(item.raised),
            str(item.changed - item.raised),
            amount(item.old_total),
            amount(item.new_total),
            amount(item.difference, True),
        )
        for item in tally.amounts.values()
        if item.differences
    )
    heads = _heads(
        wording,
        ("金额", "amount"),
        ("两版都得出", "decided by both"),
        ("变了", "differ"),
        ("增加", "more"),
        ("减少", "less"),
        ("旧合计", "old total"),
        ("新合计", "new total"),
        ("差额合计", "difference"),
    )
    return Table(wording.both("合计（元）", "totals (yuan)"), heads, rows)


def _quantiles(moved: list[AmountTally], wording: Wording) -> Table:
    rows = tuple(
        (label(item, wording), *(amount(value, True) for value in item.quantiles().values())) for item in moved
    )
    heads = _heads(wording, ("金额", "amount"))
    median = wording.both("中位数", "median")
    heads += tuple(median if number == 50 else f"p{number}" for number in QUANTILES)
    title = wording.both("变了的费用的差额分位（元）", "quantiles of the differences among claims that differ (yuan)")
    return Table(title, heads, rows)


def _statuses(tally: Tally, wording: Wording) -> Table:
    rows = tuple(
        (wording.say(STATUSES[old]), wording.say(STATUSES[new]), str(number))
        for (old, new), number in tally.status_changes
    )
    heads = _heads(wording, ("旧", "old"), ("新", "new"), ("费用笔数", "claims"))
    return Table(wording.both("状态的变化", "statuses"), heads, rows, 2)


def _others(tally: Tally, wording: Wording) -> Table:
    rows = tuple((name, str(number)) for name, number in tally.others.most_common())
    heads = _heads(wording, ("答复", "output"), ("费用笔数", "claims"))
    return Table(wording.both("其他变了的答复", "other outputs that differ"), heads, rows)


def _causes(tally: Tally, moved: list[AmountTally], wording: Wording) -> Table:
    chief = chief_amounts(moved)
    rows = tuple(
        (
            _responsible(item.causes, wording),
            str(item.claims),
            *(amount(item.totals.get(one.output, Decimal(0)), True) for one in chief),
        )
        for item in tally.by_cause
    )
    heads = _heads(wording, ("条款", "clause"), ("费用笔数", "claims"))
    heads += tuple(label(one, wording) for one in chief)
    return Table(wording.both("由哪些条款（差额合计，元）", "by clause (differences, yuan)"), heads, rows)


CHIEF = 3
"""How many amounts are shown beside the clauses."""


def chief_amounts(moved: list[AmountTally]) -> list[AmountTally]:
    """The amounts that differ most in all; one that only repeats another, or takes what it gives, is left out."""
    chief: list[AmountTally] = []
    for item in sorted(moved, key=lambda item: -sum(abs(value) * count for value, count in item.differences.items())):
        opposite = Counter({-value: count for value, count in item.differences.items()})
        if not any(one.differences in (item.differences, opposite) for one in chief):
            chief.append(item)
    return chief[:CHIEF]


def cause_name(item: CauseTally, wording: Wording) -> str:
    """The clauses or figures of the new version that are responsible, without their places."""
    names = (wording.responsible(cause, cause.new) for cause in item.causes)
    return wording.both("；", "; ").join(filter(None, names)) or "—"


def _responsible(causes: tuple[Cause, ...], wording: Wording) -> str:
    """Each clause or figure on a line, old → new where they are not the same."""
    return "\n".join(_clause(cause, wording) for cause in causes) or "—"


def _clause(cause: Cause, wording: Wording) -> str:
    names = [wording.responsible(cause, side) or "—" for side in (cause.old, cause.new)]
    places = wording.short_places(cause.old.place, cause.new.place)
    return " ".join(filter(None, (" → ".join(dict.fromkeys(names)), places)))


def _movers(tally: Tally, wording: Wording) -> Table:
    rows = tuple(_mover(verdict, wording) for verdict in tally.movers)
    heads = _heads(
        wording,
        ("费用", "claim"),
        ("条款", "clause"),
        ("金额", "amount"),
        ("旧", "old"),
        ("新", "new"),
        ("差额", "difference"),
    )
    return Table(wording.both("变动最大的费用（元）", "largest movers (yuan)"), heads, rows, 3)


def _mover(verdict: Verdict, wording: Wording) -> tuple[str, ...]:
    most = max(verdict.amounts, key=lambda item: abs(item.difference or Decimal(0)))
    name = most.label if wording.lang == "zh" else most.output
    return (
        verdict.id,
        _responsible(verdict.causes, wording),
        name,
        amount(most.old),
        amount(most.new),
        amount(most.difference, True),
    )


def _unusable(tally: Tally, wording: Wording) -> Table:
    rows = tuple((str(item.number), wording.say(item.problem)) for item in tally.problems if item.problem)
    heads = _heads(wording, ("行", "row"), ("原因", "why"))
    return Table(wording.both("无法使用的行（前几行）", "rows that cannot be used (the first)"), heads, rows, 2)


# ── as data ─────────────────────────────────────────────────────────────────────────────────────────


def as_data(tally: Tally, wording: Wording) -> dict[str, Any]:
    """The same as JSON data; amounts are decimal text."""
    return {
        "claims": tally.claims,
        "changed": tally.changed,
        "unusable": {
            "rows": tally.unusable,
            "first": [{"row": item.number, "why": _text(item.problem)} for item in tally.problems],
        },
        "statuses": [{"old": old, "new": new, "claims": number} for (old, new), number in tally.statuses.items()],
        "amounts": [_amount_data(item) for item in tally.amounts.values()],
        "other_outputs": dict(tally.others),
        "by_cause": [
            {
                "causes": [cause_data(cause, wording) for cause in item.causes],
                "claims": item.claims,
                "differences": {name: amount(value) for name, value in item.totals.items()},
            }
            for item in tally.by_cause
        ],
        "movers": [
            {
                "id": item.id,
                "row": item.number,
                "amounts": {
                    one.output: {"old": amount(one.old), "new": amount(one.new), "difference": amount(one.difference)}
                    for one in item.amounts
                    if one.difference
                },
                "causes": [cause_data(cause, wording) for cause in item.causes],
            }
            for item in tally.movers
        ],
    }


def _amount_data(item: AmountTally) -> dict[str, Any]:
    return {
        "output": item.output,
        "label": item.label,
        "decided_by_both": item.decided,
        "changed": item.changed,
        "raised": item.raised,
        "old_total": amount(item.old_total),
        "new_total": amount(item.new_total),
        "difference": amount(item.difference),
        "quantiles": {f"p{name}": amount(value) for name, value in item.quantiles().items()},
    }


def cause_data(cause: Cause, wording: Wording) -> dict[str, Any]:
    """A clause or figure responsible, as JSON data."""
    sides = {
        name: {
            "name": side.name,
            "label": _text(side.label),
            "place": wording.place(side.place, name == "new"),
            "citations": list(side.citations),
        }
        for name, side in (("old", cause.old), ("new", cause.new))
    }
    return {"kind": cause.kind, "id": cause.id, "label": cause.label, **sides}


def _text(text: Text | None) -> dict[str, str] | None:
    return {"zh": text.zh, "en": text.en} if text else None
