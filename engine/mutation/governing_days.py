"""Whether a question governed by another day still says the same: every value of the fact it is reckoned from, tried.

The law is the same between two days on which something begins or ends to be in force. A question whose day
is reckoned from one month, year or date says the same as another if both days lie between the same two.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from engine import program as p
from engine.deciding import Case, governing_moment
from engine.evaluator import Laws
from engine.facts import Facts
from engine.frames import EvaluationError
from engine.inputs import facts_behind
from engine.regions import Regions
from policy.dsl import tree as t
from policy.sources import ALWAYS, Period
from policy.values import Month

BEYOND: Final = 3
"""So many years before the first day and after the last on which the law changes are tried as well."""


def is_about_its_day(above: Sequence[t.Node], node: t.Node) -> bool:
    """Whether what is written there only tells by which day's law a question is decided."""
    question, *below = (*above, node)
    if not isinstance(question, t.Question) or not below:
        return False
    return below[0] is question.terms or any(below[0] is source for source in question.governing)


def says_the_same(name: str, old: p.Program, new: p.Program, regions: Regions) -> bool:
    """Whether a question, only the day of which is another, is decided under the same law for every fact."""
    before, after = old.questions.get(name), new.questions.get(name)
    if before is None or after is None or not len(before.governing) == len(after.governing) == 1:
        return False
    paths = facts_behind((*before.governing, *after.governing), old)
    programs = [regions.program(region) for region in regions.names()]
    if len(paths) != 1 or _reads_the_day((*before.governing, *after.governing), programs):
        return False
    turns = sorted({*_turns(programs), *_ends((before.period, after.period))})
    (path,) = paths
    field = old.policy.vocabulary.field(path)
    values = list(_values(field.type.kind, turns)) if field is not None and turns else []
    return bool(values) and all(
        _law_of(before, Laws(old, old), path, value, turns) == _law_of(after, Laws(new, new), path, value, turns)
        for value in values
    )


def _reads_the_day(governing: Iterable[p.Expression], programs: Iterable[p.Program]) -> bool:
    """Whether the day itself, and not only the law in force on it, could make a difference."""
    rules = (rule for program in programs for rule in program.rules.values())
    parts = [*governing, *(part for item in (*governing, *rules) for part in p.walk(item))]
    return any(isinstance(part, p.Local) and part.name in _DAYS for part in parts)


_DAYS = ("decision_day", "decision_instant")


def _law_of(question: p.Question, laws: Laws, path: str, value: Any, turns: list[datetime]) -> object:
    """Between which turns the law lies that decides the question, or that nothing decides it."""
    try:
        moment = governing_moment(Case(question, Facts({path: value}), None, (), None), laws)
    except EvaluationError as error:
        return error.diagnostic.code
    if not isinstance(moment, datetime):
        return None
    return (bisect_right(turns, moment), question.period.contains(moment))


def _turns(programs: Iterable[p.Program]) -> Iterator[datetime]:
    """The instants at which something written begins or ends to be in force."""
    for program in programs:
        rules = program.rules.values()
        yield from _ends(rule.period for rule in rules)
        yield from _ends(clause.period for rule in rules for clause in rule.clauses)
        for group in (program.bounds, program.delegations, program.choices, program.checks):
            yield from _ends(item.period for items in group.values() for item in items)
        figures = (figure for items in program.parameters.values() for figure in items)
        yield from _ends(value.period for figure in figures for value in figure.values)


def _ends(periods: Iterable[Period]) -> Iterator[datetime]:
    for period in periods:
        if period != ALWAYS:
            yield from (end for end in (period.start, period.end) if end is not None)


def _values(kind: str, turns: list[datetime]) -> Iterator[Any]:
    """Every value that a fact may have around the turns, and some way beyond them."""
    years = range(turns[0].year - BEYOND, turns[-1].year + BEYOND + 1)
    if kind == "year":
        yield from years
    elif kind == "month":
        yield from (Month(year, month) for year in years for month in range(1, 13))
    elif kind == "date":
        first, last = date(years[0], 1, 1), date(years[-1], 12, 31)
        yield from (first + timedelta(days=number) for number in range((last - first).days + 1))
