"""Cases that a person finds plausible: few facts, round amounts, a day of today's law."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import attrs
import z3

from engine import program as p
from engine.proofs.plainer import Plainer
from engine.proofs.symbols import SECONDS, Symbol, Symbols
from engine.proofs.trials import Trial
from policy.types import Type
from policy.vocabulary import Vocabulary

FEN = 100
"""Amounts are variables in hundredths of a yuan."""


class Preferences:
    """What is asked of a model beyond the goal, as far as it can be had."""

    def __init__(self, symbols: Symbols, used: Iterable[Any], program: p.Program, rule: str) -> None:
        self.rule = rule
        self.symbols = symbols
        self.program = program
        names = sorted(name for name in used if isinstance(name, str))
        self.facts = [symbols.symbols[name] for name in names if name in symbols.symbols]

    def apply(self, solver: z3.Solver, check: Callable[[], Any]) -> z3.ModelRef | None:
        """The model that meets as many wishes as can be met one after another; None where none was found."""
        solver.push()
        best = None
        try:
            for group in self._wishes():
                best = self._grant(solver, check, group) or best
        finally:
            solver.pop()
        return best

    def _grant(self, solver: z3.Solver, check: Callable[[], Any], wishes: list[Any]) -> z3.ModelRef | None:
        """All wishes of a group together, else each half of them."""
        if not wishes:
            return None
        solver.push()
        solver.add(wishes)
        if check() == z3.sat:
            model = solver.model()
            solver.pop()
            solver.add(wishes)
            return model
        solver.pop()
        if len(wishes) == 1:
            return None
        middle = len(wishes) // 2
        first = self._grant(solver, check, wishes[:middle])
        return self._grant(solver, check, wishes[middle:]) or first

    def _wishes(self) -> Iterator[list[Any]]:
        days = days_of(self.program, self.rule, self.symbols)
        yield [self.symbols.moment % SECONDS == 0]
        for near in days:
            yield [self.symbols.moment == near.toordinal() * SECONDS]
        day = days[0].date()
        yield [wish for fact in self.facts for wish in self._plain(fact)]
        yield [wish for fact in self.facts for wish in self._simple(fact, day)]

    def _plain(self, fact: Symbol) -> Iterator[Any]:
        """That it can be written down at all, and that it is there."""
        if fact.null is not False:
            yield z3.Not(fact.null)
        if fact.type.kind == "integer":
            yield fact.variable >= 0
        if fact.type.kind == "number":
            yield fact.variable >= 0

    def _simple(self, fact: Symbol, day: date) -> Iterator[Any]:
        """A plain value of its type."""
        variable = fact.variable
        match fact.type.kind:
            case "boolean":
                yield z3.Not(variable)
            case "money":
                yield variable % (100 * FEN) == 0
            case "integer":
                yield variable <= 10
            case "ratio" | "points" | "number":
                yield z3.IsInt(variable)
            case "date":
                yield z3.And(variable >= day.toordinal() - 60, variable <= day.toordinal() + 60)
            case "instant":
                yield variable % SECONDS == SECONDS // 8 * 3
                yield z3.And(variable >= (day.toordinal() - 60) * SECONDS, variable <= (day.toordinal() + 60) * SECONDS)
            case "month":
                yield variable == day.year * 12 + day.month - 1
            case "year":
                yield variable >= day.year - 2
                yield variable == day.year
            case "list":
                yield variable <= 1


def plain_number(fact: Symbol) -> Iterator[Any]:
    """That a number has no more than two places."""
    if fact.type.kind in ("ratio", "points", "number"):
        yield fact.variable * 100 == z3.ToReal(z3.FreshInt("plain"))


def days_of(program: p.Program, rule: str, symbols: Symbols) -> list[datetime]:
    """A day of the law as it is, in the last year whose calendar is known; then those on which the rule changes."""
    years = program.policy.calendar.years
    last = max(years) if years else symbols.horizon.last.year - 1
    periods = [clause.period for clause in program.rules[rule].clauses]
    starts = {period.start.date() for period in periods if period.start}
    ends = {(period.end - timedelta(days=1)).date() for period in periods if period.end}
    days = (date(last, 6, 1), *sorted(starts | ends, reverse=True))
    return [datetime(day.year, day.month, day.day) for day in days]


def smaller(trial: Trial, confirms: Callable[[Trial], bool], program: p.Program, days: Iterable[datetime]) -> Trial:
    """The case without facts that do not matter, on a plain day, and with plain values where these matter."""
    for path in list(trial.facts):
        fewer = {name: value for name, value in trial.facts.items() if name != path}
        if confirms(attrs.evolve(trial, facts=fewer)):
            trial = attrs.evolve(trial, facts=fewer)
    early = trial.moment.replace(hour=0, minute=0, second=0)
    nearer = (attrs.evolve(trial, moment=day) for day in (*days, early))
    trial = next((one for one in nearer if confirms(one)), trial)
    for path in list(trial.facts):
        trial = _plainer(trial, path, confirms, program.policy.vocabulary)
    return trial


def _plainer(trial: Trial, path: str, confirms: Callable[[Trial], bool], vocabulary: Vocabulary) -> Trial:
    """One fact made plainer; of a list first its rows."""

    def holds(value: Any) -> bool:
        return confirms(with_value(trial, path, value))

    field = vocabulary.field(path)
    kind, value = field.type if field else Type("unknown"), trial.facts[path]
    if isinstance(value, tuple):
        return with_value(trial, path, _plainer_rows(value, kind, holds, trial.moment.date(), vocabulary))
    return with_value(trial, path, Plainer(kind, vocabulary, trial.moment.date(), holds).value(value))


def with_value(trial: Trial, path: str, value: Any) -> Trial:
    """The same case with one fact changed."""
    return attrs.evolve(trial, facts={**trial.facts, path: value})


def _plainer_rows(
    rows: tuple[Any, ...], kind: Type, holds: Callable[[Any], bool], day: date, vocabulary: Vocabulary
) -> tuple[Any, ...]:
    """The rows of a list that matter, plain where they are records."""
    for place in reversed(range(len(rows))):
        fewer = rows[:place] + rows[place + 1 :]
        if holds(fewer):
            rows = fewer
    for place in range(len(rows)):
        for name in rows[place] if isinstance(rows[place], dict) else ():
            entity = kind.element.name if kind.element else ""
            field = vocabulary.field(f"{entity}.{name}")
            changed = partial(_with_cell, rows, place, name)
            cell = Plainer(
                field.type if field else Type("unknown"), vocabulary, day, partial(_holds_of, holds, changed)
            )
            rows = changed(cell.value(rows[place][name]))
    return rows


def _with_cell(rows: tuple[Any, ...], place: int, name: str, value: Any) -> tuple[Any, ...]:
    return (*rows[:place], {**rows[place], name: value}, *rows[place + 1 :])


def _holds_of(holds: Callable[[Any], bool], changed: Callable[[Any], Any], value: Any) -> bool:
    return holds(changed(value))
