"""The account of the cases in sums: by file, by region, by kind; and what no case shows to hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Final

import attrs

from engine.case_coverage.account import OUTCOMES, Account, Tested
from engine.case_coverage.parts import KINDS
from policy.diagnostics import Text

STATES: Final = {
    "won": Text("成立", "won"),
    "lost": Text("只落选", "lost only"),
    "never": Text("未触及", "never"),
}
"""What the cases show of a part."""

TRIED: Final = ("displaced", "condition_false", "not_examined", "not_in_force")
"""What else became of a part, told beside it."""


@attrs.frozen
class Sum:
    """How many parts there are, and how many of them are in each state."""

    region: str
    name: str
    parts: int
    states: dict[str, int]

    @property
    def share(self) -> str:
        """How much is covered, never rounded up to all."""
        return percent(self.states["won"], self.parts) if self.parts else "—"


def percent(part: int, whole: int) -> str:
    """A share with one decimal place, rounded down."""
    hundredths, tenths = divmod(part * 10 * 100 // whole, 10)
    return f"{hundredths}.{tenths}%"


def sums(account: Account, by: Callable[[Tested], str]) -> list[Sum]:
    """Sums of the groups that `by` makes."""
    groups: dict[str, list[Tested]] = {}
    for item in account.clauses:
        groups.setdefault(by(item), []).append(item)
    return [_sum(name, items) for name, items in groups.items()]


def total(account: Account) -> Sum:
    """The sum of everything."""
    return _sum("", account.clauses)


def file_of(item: Tested) -> str:
    """The file that a part stands in."""
    return item.part.span.source.title


def region_of(item: Tested) -> str:
    """The region whose law it is."""
    return item.part.region


def kind_of(item: Tested) -> str:
    """Clause, figure, check and so on."""
    return item.part.kind


def _sum(name: str, items: Iterable[Tested]) -> Sum:
    items = list(items)
    states = Counter(item.state for item in items)
    region = items[0].part.region if items and name else ""
    return Sum(region, name, len(items), {state: states[state] for state in STATES})


def counts(item: Tested) -> list[int]:
    """In how many cases it was displaced, false, not examined, not in force."""
    return [len(item.cases[outcome]) for outcome in TRIED]


def named(item: Tested, lang: str) -> tuple[str, str]:
    """Rule and clause in words."""
    part = item.part
    kind = KINDS[part.kind].in_language(lang)
    if lang == "en":
        clause = "" if part.id in (part.kind, part.owner) else part.id
        return part.owner, f"{kind} {clause}".strip()
    is_version = part.kind in ("figure", "row") or part.id.startswith("general_")
    since = f"自{part.since}起" if is_version and part.since else ""
    return part.owner_label, " ".join(filter(None, (kind, since, part.label)))


def as_data(account: Account) -> dict[str, Any]:
    """The whole account as plain data."""
    return {
        "total": _data(total(account)),
        "regions": [_data(item) for item in sums(account, region_of)],
        "files": [_data(item) for item in sums(account, file_of)],
        "kinds": [_data(attrs.evolve(item, region="")) for item in sums(account, kind_of)],
        "uncovered": [item.part.place for item in account.uncovered],
        "unstopped": [item.part.place for item in account.unstopped],
        "one_sided": [item.part.place for item in account.one_sided],
        "parts": [_part(item) for item in account.tested.values()],
    }


def _data(item: Sum) -> dict[str, Any]:
    return {"region": item.region, "name": item.name, "parts": item.parts, **item.states, "share": item.share}


def _part(item: Tested) -> dict[str, Any]:
    part = item.part
    return {
        "place": part.place,
        "region": part.region,
        "kind": part.kind,
        "owner": part.owner,
        "id": part.id,
        "label": part.label,
        "since": part.since,
        "state": item.state,
        "cases": {outcome: names for outcome, names in item.cases.items() if names},
    }


__all__ = ["OUTCOMES", "STATES", "TRIED", "Sum", "as_data", "counts", "file_of", "named", "region_of", "sums", "total"]
