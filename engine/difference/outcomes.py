"""How two decisions of one case differ: status, outputs, and the clause or figure responsible."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from engine.decision import Decision, Output, Reason, Status
from engine.difference.versions import Both
from policy.diagnostics import Text
from policy.types import Type
from policy.values import plain

REFUSED = "refused"
"""The status of a case that a version cannot be asked: it has no such question or region."""


@attrs.frozen
class Side:
    """What decided on one side: a clause that won, a figure, or what stopped the decision; and where it stands."""

    name: str = ""
    label: Text = attrs.field(factory=lambda: Text("", ""))
    place: str = ""
    citations: tuple[str, ...] = ()


@attrs.frozen
class Cause:
    """A rule, a figure or a problem that made the outcome another, with what decided on each side."""

    kind: str
    id: str
    label: str
    old: Side
    new: Side


@attrs.frozen
class OutputChange:
    """An output whose value is not the same; `is_known` tells for which version there is one."""

    id: str
    label: str
    type: Type
    old: Any
    new: Any
    is_known: tuple[bool, bool]


@attrs.frozen
class Outcome:
    """A case under both versions: what became of it. `rules` are the rules whose values differ, by region."""

    old_status: str
    new_status: str
    outputs: tuple[OutputChange, ...]
    causes: tuple[Cause, ...]
    rules: frozenset[tuple[str, str]]

    @property
    def is_changed(self) -> bool:
        return self.old_status != self.new_status or bool(self.outputs)


def outcome_of(both: Both) -> Outcome:
    """Compare the two decisions."""
    old, new = both.old, both.new
    statuses = [str(item.status) if item else REFUSED for item in (old, new)]
    outputs = tuple(_outputs(old, new)) if old and new else ()
    if statuses[0] == statuses[1] and not outputs:
        return Outcome(statuses[0], statuses[1], (), (), frozenset())
    before, after = _reasons(old), _reasons(new)
    different = {key for key in before.keys() & after.keys() if not _same_reasons(before[key], after[key])}
    causes = tuple(_causes(before, after, different)) or tuple(_stops(both))
    regions = {(reason.region, reason.id) for key in different if key[0] == "rule" for reason in before[key]}
    return Outcome(statuses[0], statuses[1], outputs, causes, frozenset(regions))


def _outputs(old: Decision, new: Decision) -> Iterator[OutputChange]:
    empty = Output("", "", Type("unknown"), None, False, "", False, None)
    for name in dict.fromkeys((*old.results, *new.results)):
        before, after = old.results.get(name, empty), new.results.get(name, empty)
        if before.is_known == after.is_known and same_value(before.value, after.value, before.is_ordered):
            continue
        shown = after if after.id else before
        yield OutputChange(name, shown.label, shown.type, before.value, after.value, (before.is_known, after.is_known))


def same_value(one: Any, other: Any, is_ordered: bool = True) -> bool:
    """Whether two typed values are the same; the rows of an unordered list may be in any order."""
    if is_ordered or not isinstance(one, tuple) or not isinstance(other, tuple):
        return bool(one == other)
    return Counter(map(_hashable, one)) == Counter(map(_hashable, other))


def _hashable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return tuple(sorted((name, _hashable(item)) for name, item in value.items()))
    return tuple(map(_hashable, value)) if isinstance(value, tuple | list) else str(plain(value))


# ── who is responsible ──────────────────────────────────────────────────────────────────────────────

_Key = tuple[str, str, str]


def _reasons(decision: Decision | None) -> dict[_Key, list[Reason]]:
    """Every reason behind the outputs, by what it is about and the element it is for."""
    found: dict[_Key, list[Reason]] = {}
    seen: set[int] = set()
    for root in decision.reasons if decision else ():
        for reason in root.walk():
            if id(reason) not in seen:
                seen.add(id(reason))
                found.setdefault((reason.kind, reason.id, reason.element), []).append(reason)
    return found


def _same_reasons(one: list[Reason], other: list[Reason]) -> bool:
    return len(one) == len(other) and all(left.value == right.value for left, right in zip(one, other, strict=True))


def _causes(
    before: Mapping[_Key, list[Reason]], after: Mapping[_Key, list[Reason]], different: set[_Key]
) -> Iterator[Cause]:
    """What differs though nothing that it rests on does: there the difference begins."""
    told: dict[tuple[str, str], Cause] = {}
    for key in before:
        if key not in different or key[0] not in ("rule", "parameter"):
            continue
        pair = _first_different(before[key], after[key])
        if pair is None or _rests_on(pair, different):
            continue
        cause = Cause(key[0], key[1], pair[0].label, _side(pair[0], pair[1]), _side(pair[1], pair[0]))
        told.setdefault((key[0], key[1]), cause)
    yield from told.values()


def _first_different(one: list[Reason], other: list[Reason]) -> tuple[Reason, Reason] | None:
    pairs = zip(one, other, strict=False)
    return next(((left, right) for left, right in pairs if left.value != right.value), None)


def _rests_on(pair: tuple[Reason, Reason], different: set[_Key]) -> bool:
    inputs = (item for reason in pair for item in reason.inputs)
    return any((item.kind, item.id, item.element) in different for item in inputs)


SHOWN_WINNERS = 3
"""How many clauses that won on both sides are told of a list that many clauses make."""


def _side(reason: Reason, other: Reason) -> Side:
    if reason.parameter is not None:
        origin = reason.parameter
        return Side(origin.since, Text("", ""), _line(origin.place), (origin.provision,) if origin.provision else ())
    elsewhere = {clause.id for clause in other.winners}
    winners = reason.winners
    if len(winners) > SHOWN_WINNERS:
        winners = tuple(clause for clause in winners if clause.id not in elsewhere)[:SHOWN_WINNERS]
    cited = tuple(dict.fromkeys(name for clause in winners for name in clause.citations or reason.citations))
    if not winners:
        return Side(citations=reason.citations)
    ids, labels = (", ".join(clause.id for clause in winners), "、".join(clause.label for clause in winners))
    return Side(ids, Text(labels, ids), _line(winners[0].place), cited)


def _stops(both: Both) -> Iterator[Cause]:
    """What kept one of the versions from deciding."""
    stops = [_stop(both.old, both), _stop(both.new, both)]
    if stops[0] != stops[1]:
        kind, shown = next(item for item in reversed(stops) if item[1].name)
        yield Cause(kind, shown.name, shown.label.zh, stops[0][1], stops[1][1])


def _stop(decision: Decision | None, both: Both) -> tuple[str, Side]:
    for item in decision.diagnostics if decision else both.refused:
        return "problem", Side(item.code, item.message, _line(item.where), item.provisions)
    if decision and decision.status is Status.UNDETERMINED:
        need = decision.needs[0]
        return "need", Side(need.path, Text(need.label, need.path), "", need.citations)
    if decision and decision.human:
        human = decision.human[0]
        return "human", Side(human.id, Text(human.label, human.id), "", human.citations)
    return "", Side()


def _line(place: str) -> str:
    """`file:line` of `file:line:column`."""
    head, _, column = place.rpartition(":")
    return head if column.isdigit() and ":" in head else place
