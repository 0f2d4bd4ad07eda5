"""Cases for a rule by trying values: facts are given one after the other as the decision asks for them, then changed singly."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import attrs

from engine import program as p
from engine.deciding import Case, decide
from engine.decision import Status
from engine.evaluator import Laws
from engine.facts import Facts
from engine.regions import Regions, asked_rule
from engine.suggestions.distances import SIDES, moved
from engine.suggestions.shown import Recogniser, Tried
from engine.suggestions.trial_values import TrialValues, default_moments, reach_of
from engine.suggestions.wanted import Wanted, unit_of
from policy.types import Type

LIMIT_DECISIONS: Final = 1500
"""How many cases are decided in the search for one rule."""

_EFFORT = 10
"""How many rules and figures a decision may look at to count as one."""

_LIMIT_FACTS = 40
_LIMIT_APPROACHES = 6
"""How often one fact is moved toward one edge."""

_NO_RULE_YET = "E0503"

_Start = tuple[dict[str, Any], datetime]


@attrs.frozen(eq=False)
class Found:
    """A case that shows something."""

    tried: Tried
    shown: frozenset[Wanted]

    @property
    def facts(self) -> Mapping[str, Any]:
        return self.tried.case.facts.values

    @property
    def moment(self) -> datetime:
        assert self.tried.case.as_of is not None
        return self.tried.case.as_of


class Search:
    """Looks for cases of one rule."""

    def __init__(self, regions: Regions, region: str, rule: p.Rule, wanted: Iterable[Wanted]) -> None:
        program = regions.program(region)
        self.rule = rule
        self.recogniser = Recogniser(rule, wanted)
        governed = any(one.id in program.choices for one in reach_of(rule, program))
        self.treatment_region = region if governed else None
        self.laws: Laws = regions.laws(region, self.treatment_region)
        question = asked_rule(program, rule.id)
        assert question is not None
        self.question = question
        self.moments = default_moments(rule, program)
        self.values = TrialValues(rule, program, self.moments)
        self.best: dict[Wanted, Found] = {}
        self.left = LIMIT_DECISIONS
        self._seen: set[Any] = set()
        self._first: deque[_Start] = deque(({}, moment) for moment in self._all_moments())
        self._near: deque[_Start] = deque()
        self._new: deque[_Start] = deque()
        self._known: deque[_Start] = deque()
        self._queues = (self._first, self._near, self._new, self._known)
        self._approaches: Counter[tuple[Wanted, str]] = Counter()

    def add(self, facts: Mapping[str, Any], moment: datetime) -> frozenset[Wanted]:
        """A case found elsewhere; what it shows is kept, and it is a place to look from."""
        tried = self.decided(facts, moment)
        found = Found(tried, frozenset(self.recogniser.shown(tried)))
        if found.shown:
            self._keep(found)
            self._near.extend(self._toward_edges(found))
            self._near.extend(self._changed(found))
        return found.shown

    def run(self, limit: int | None = None) -> None:
        """Look until everything is found, nothing more is worth trying, or so many cases more have been decided."""
        until = max(self.left - limit, 0) if limit is not None else 0
        while self.left > until and self._is_open():
            queue = next((queue for queue in self._queues if queue), None)
            if queue is None:
                return
            found = self._completed(*queue.popleft())
            if found is not None:
                is_new = self._keep(found)
                self._near.extend(self._toward_edges(found))
                (self._new if is_new else self._known).extend(self._changed(found))

    def _all_moments(self) -> list[datetime]:
        days = [item.day for item in self.recogniser.wanted if item.kind == "version" and item.day]
        return list(dict.fromkeys((*self.moments, *days)))

    def _is_open(self) -> bool:
        return any(item not in self.best for item in self.recogniser.wanted)

    def _keep(self, found: Found) -> bool:
        """Whether the case shows something new; of two that show the same, the one with fewer facts is kept."""
        is_new = False
        for item in (item for item in self.recogniser.wanted if item in found.shown):
            before = self.best.get(item)
            is_new = is_new or before is None
            if before is None or _cost(found, item) < _cost(before, item):
                self.best[item] = found
        return is_new

    def simplify_days(self) -> None:
        """For a day on which the law changes any facts will do: the fewest."""
        known = sorted(dict.fromkeys(self.best.values()), key=lambda found: len(found.facts))
        for item in [item for item in self.best if item.kind == "version" and item.day]:
            assert item.day is not None
            for found in known:
                if len(found.facts) >= len(self.best[item].facts):
                    break
                tried = self.decided(found.facts, item.day)
                shown = frozenset(self.recogniser.shown(tried))
                if item in shown:
                    self.best[item] = Found(tried, shown)
                    break

    # ── deciding ────────────────────────────────────────────────────────────────────────────────
    def decided(self, facts: Mapping[str, Any], moment: datetime) -> Tried:
        """The case, decided."""
        case = Case(self.question, Facts(dict(facts)), moment, [self.rule.id], self.treatment_region)
        decision = decide(self.laws, case)
        self.left -= 1 + len(decision.examined) // _EFFORT
        return Tried(self.laws, case, decision)

    def _completed(self, facts: dict[str, Any], moment: datetime) -> Found | None:
        """The case with the first value tried for every fact that is still asked for."""
        for _ in range(_LIMIT_FACTS):
            key = (moment, repr(sorted(facts.items(), key=lambda item: item[0])))
            if key in self._seen or self.left <= 0:
                return None
            self._seen.add(key)
            tried = self.decided(facts, moment)
            if tried.decision.status is not Status.UNDETERMINED:
                return Found(tried, frozenset(self.recogniser.shown(tried))) if tried.is_possible else None
            path = next((need.path for need in tried.decision.needs if need.path not in facts), None)
            values = self.values.values(path, facts, moment) if path else []
            if path is None or not values:
                return None
            facts = {**facts, path: values[0]}
        return None

    # ── other cases ─────────────────────────────────────────────────────────────────────────────
    def _changed(self, found: Found) -> Iterator[tuple[dict[str, Any], datetime]]:
        """The case with one fact changed, one more given, or on another day."""
        facts, moment = dict(found.facts), found.moment
        for path in (*facts, *(path for path in self.values.optional if path not in facts)):
            for value in self.values.values(path, facts, moment):
                if path not in facts or facts[path] != value:
                    yield {**facts, path: value}, moment
        for other in self.moments:
            if other != moment:
                yield facts, other

    def _toward_edges(self, found: Found) -> Iterator[tuple[dict[str, Any], datetime]]:
        """The case with an amount or a day moved by as much as an edge is away."""
        for item, steps in self.recogniser.distances(found.tried):
            wanted = {side: place for place, side in SIDES.items()}[item.side]
            if item in self.best or steps == wanted:
                continue
            assert item.operation is not None
            kind = Type(unit_of(item.operation))
            for path, value in found.facts.items():
                self._approaches[item, path] += 1
                if self._approaches[item, path] > _LIMIT_APPROACHES:
                    continue
                for change in (wanted - steps, steps - wanted):
                    further = moved(value, change, kind)
                    if further is not None and type(further) is type(value):
                        yield {**found.facts, path: further}, found.moment

    # ── fewest facts ────────────────────────────────────────────────────────────────────────────
    def smallest(self, found: Found, for_the_sake_of: Iterable[Wanted]) -> Found:
        """The case without the facts that it does not need to show what it is for, in the first values that will do."""
        kept = frozenset(for_the_sake_of)
        facts = dict(found.facts)
        for path in list(facts):
            for other in self._simpler(path, facts, found.moment):
                tried = self.decided(other, found.moment)
                same = tried.decision.status is found.tried.decision.status
                if same and kept <= self.recogniser.shown(tried, kept):
                    facts = other
                    break
        tried = self.decided(facts, found.moment)
        return Found(tried, frozenset(self.recogniser.shown(tried)))

    def _simpler(self, path: str, facts: dict[str, Any], moment: datetime) -> Iterator[dict[str, Any]]:
        """Without the fact, then with each value that is tried before its own."""
        rest = {name: value for name, value in facts.items() if name != path}
        yield rest
        for value in self.values.values(path, rest, moment):
            if value == facts[path]:
                return
            yield {**facts, path: value}


def _cost(found: Found, item: Wanted) -> tuple[bool, int]:
    """Few facts, on a day on which there is a rule unless the day is what matters."""
    codes = {problem.code for problem in found.tried.decision.diagnostics}
    return item.kind != "version" and _NO_RULE_YET in codes, len(found.facts)
