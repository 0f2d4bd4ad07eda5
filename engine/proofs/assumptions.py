"""What can be taken for granted about every case: checks that hold, facts that exclude each other, shipped figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from engine import program as p
from engine.proofs.encoder import Encoder, Scope
from engine.proofs.goals import Beyond, Clash, EndsBeforeStart, Gap, Goal, Reversed
from engine.proofs.logic import both, every, lifted, no, some
from engine.proofs.symbols import SECONDS
from policy.parameters import PARAMETERS

SHIPPED_ONLY = (Gap, Clash, Beyond, EndsBeforeStart, Reversed)
"""Goals that are findings: a figure that the region ships is taken as it is."""


class Assumptions:
    """The assumptions of one program."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.program = encoder.program
        self._known: dict[Any, tuple[Any, frozenset[Any]]] = {}
        self._governing = Governing(self.program)

    def about(self, rule: str, goal: Goal, used: Iterable[Any], *, thorough: bool) -> Iterator[Any]:
        """What is certain wherever these rules and facts take part; first only what speaks of nothing else."""
        used = frozenset(used)
        for certain, speaks_of in self._all(used):
            if certain is not True and (thorough or _facts(speaks_of) <= used):
                self.encoder.symbols.use(speaks_of)
                yield lifted(certain)
        if isinstance(goal, SHIPPED_ONLY):
            yield from self._shipped(used)
            yield from self._counts(used)
            yield from self._on_its_day(rule, used)

    def _all(self, used: frozenset[Any]) -> Iterator[tuple[Any, frozenset[Any]]]:
        for name in sorted({name[1] for name in used if isinstance(name, tuple) and name[0] == "rule"}):
            for check in self.program.checks.get(name, ()):
                yield self._once(check.id, partial(self._kept, check))
        for item in self.program.exclusions:
            found = self._once(("exclusion", item.id), partial(self._excluded, item.condition))
            if found[1] & used:
                yield found

    def _once(self, key: Any, make: Callable[[], Any]) -> tuple[Any, frozenset[Any]]:
        if key not in self._known:
            with self.encoder.symbols.recording(is_apart=True) as used:
                certain = make()
            self._known[key] = (certain, frozenset(used))
        return self._known[key]

    def _excluded(self, condition: p.Expression) -> Any:
        return no(self.encoder.value(condition, Scope()).holds)

    def _kept(self, check: p.Check) -> Any:
        """Whether a check holds, if it is made."""
        scope = Scope()
        applies = [self.encoder.in_force(check.period)]
        if check.condition is not None:
            applies.append(self.encoder.value(check.condition, scope).holds)
        return no(both(every(applies), self.encoder.value(check.requirement, scope).is_false))

    def _shipped(self, used: frozenset[Any]) -> Iterator[Any]:
        """A figure that the region ships is taken as it is."""
        for name in sorted(name for name in used if isinstance(name, tuple) and name[0] == "figure"):
            if name[2]:
                yield lifted(no(self.encoder.symbols.symbols[f"{PARAMETERS}.{name[1]}"].given))

    def _counts(self, used: frozenset[Any]) -> Iterator[Any]:
        """How many days, months or things there are is never negative."""
        for name in self.encoder.symbols.in_order(used):
            symbol = self.encoder.symbols.symbols.get(name)
            if symbol is not None and symbol.type.kind == "integer":
                yield symbol.variable >= 0

    def _on_its_day(self, rule: str, used: frozenset[Any]) -> Iterator[Any]:
        """The decision day is the one that governs a question which needs the rule."""
        days = []
        for question in self._governing.questions(rule):
            first = question.governing[0] if question.governing else None
            if not isinstance(first, p.Fact) or first.path not in used:
                return
            days.append(self._is_on(first))
        if days:
            yield lifted(some(days))

    def _is_on(self, first: p.Fact) -> Any:
        value = self.encoder.value(first, Scope())
        moment = self.encoder.symbols.moment
        match first.type.kind:
            case "instant":
                return both(no(value.null), moment == value.term)
            case "date":
                return both(no(value.null), moment == value.term * SECONDS)
        return True


class Governing:
    """Which questions need a rule."""

    def __init__(self, program: p.Program) -> None:
        self.program = program
        self._rules: dict[str, frozenset[str]] = {}
        self._needed = {name: self._behind(question) for name, question in program.questions.items()}

    def questions(self, rule: str) -> list[p.Question]:
        """The questions that need the rule."""
        return [self.program.questions[name] for name, rules in self._needed.items() if rule in rules]

    def _behind(self, question: p.Question) -> frozenset[str]:
        found: set[str] = set()
        for answer in question.answers.values():
            for part in (answer.value, *p.walk(answer.value)):
                if isinstance(part, p.RuleValue):
                    found |= self._with_all(part.id)
        return frozenset(found)

    def _with_all(self, rule: str) -> frozenset[str]:
        if rule not in self._rules:
            self._rules[rule] = frozenset((rule,))
            parts = p.walk(self.program.rules[rule]) if rule in self.program.rules else ()
            named = {part.id for part in parts if isinstance(part, p.RuleValue)}
            self._rules[rule] = frozenset((rule,)).union(*map(self._with_all, named))
        return self._rules[rule]


def _facts(names: Iterable[Any]) -> frozenset[str]:
    return frozenset(name for name in names if isinstance(name, str) and name != "moment")
