"""The account of the cases: for every part of the rules, the cases that it won in and those that it lost in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import attrs

from engine.case_coverage.parts import Key, Part, distinct, parts_of
from engine.case_coverage.seen import Seen
from engine.regions import Regions
from policy.diagnostics import Text

OUTCOMES: Final[dict[str, Text]] = {
    "won": Text("成立", "won"),
    "displaced": Text("被取代", "displaced"),
    "condition_false": Text("不成立", "false"),
    "unknown": Text("待定", "unknown"),
    "not_examined": Text("未查看", "not examined"),
    "not_in_force": Text("未生效", "not in force"),
}
"""What may become of a part in a case, as an account names it."""

_GUARDS: Final = ("bound", "check")
_GUARDED: Final = {"won": Text("拦下", "stopped"), "condition_false": Text("符合", "kept")}
"""A bound and a check win where they stop a case."""


def outcome_in_words(kind: str, outcome: str) -> Text:
    """What became of a part of a kind."""
    return _GUARDED.get(outcome, OUTCOMES[outcome]) if kind in _GUARDS else OUTCOMES[outcome]


_LOST = ("displaced", "condition_false", "unknown")


@attrs.define(eq=False)
class Tested:
    """A part, and the cases by what became of it in them."""

    part: Part
    cases: dict[str, list[str]] = attrs.field(factory=lambda: {outcome: [] for outcome in OUTCOMES})

    @property
    def won(self) -> list[str]:
        return self.cases["won"]

    @property
    def state(self) -> str:
        """`won` in some case, else `lost` where its condition was looked at, else `never`."""
        if self.won:
            return "won"
        return "lost" if any(self.cases[outcome] for outcome in _LOST) else "never"

    @property
    def is_guard(self) -> bool:
        """A bound or a check."""
        return self.part.kind in _GUARDS

    @property
    def is_one_sided(self) -> bool:
        """A proviso that displaces in every case that looks at it: nothing shows where it ends."""
        return self.part.kind == "proviso" and bool(self.won) and not self.cases["condition_false"]


@attrs.frozen(eq=False)
class Account:
    """Every part of some regions' rules, with the cases."""

    tested: dict[Key, Tested]
    labels: dict[str, str]
    """Region → its label."""
    texts: dict[str, str] = attrs.field(factory=dict)
    """File of rules or figures → its text."""

    def add(self, case: str, seen: Iterable[Seen]) -> None:
        """Count a case for everything that it looked at."""
        found = {(tested.part.key, item.outcome): tested for item in seen if (tested := self._meant(item))}
        for (_, outcome), tested in found.items():
            tested.cases[outcome].append(case)

    def _meant(self, item: Seen) -> Tested | None:
        return self.tested.get((item.place, item.detail)) or self.tested.get((item.place, ""))

    @property
    def clauses(self) -> list[Tested]:
        """Clauses and figures: what decides."""
        return [item for item in self.tested.values() if not item.is_guard]

    @property
    def guards(self) -> list[Tested]:
        """Bounds and checks: what only stops a case. Some can stop none, where the rules themselves see to it."""
        return [item for item in self.tested.values() if item.is_guard]

    @property
    def uncovered(self) -> list[Tested]:
        """The clauses and figures that win in no case."""
        return [item for item in self.clauses if not item.won]

    @property
    def unstopped(self) -> list[Tested]:
        """The bounds and checks that stop no case."""
        return [item for item in self.guards if not item.won]

    @property
    def one_sided(self) -> list[Tested]:
        """The provisos that no case shows not to apply."""
        return [item for item in self.tested.values() if item.is_one_sided]


def account_of(regions: Regions, names: Iterable[str]) -> Account:
    """The account of some regions' own rules, before any case is counted. Raises PolicyError."""
    wanted = list(names)
    programs = [regions.program(name) for name in wanted]
    parts = distinct(part for program in programs for part in parts_of(program))
    own = [program.policy.packs[-1] for program in programs]
    return Account(
        tested={part.key: Tested(part) for part in sorted(parts, key=_order) if part.region in wanted},
        labels={pack.region.id: pack.region.label for pack in own},
        texts={source.title: source.text for pack in own for source in pack.sources},
    )


def _order(part: Part) -> tuple[str, int]:
    return part.span.source.title, part.span.start
