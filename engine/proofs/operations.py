"""What operators come to for facts that are not known; what the solver cannot know it is told case by case."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any, Final

import attrs

from engine import program as p
from engine.operations import CALENDAR_FUNCTIONS, shifted
from engine.proofs.amounts import (
    about_product,
    about_quotient,
    about_rounded,
    about_working_days,
    added,
    divided,
    learn_product,
    learn_quotient,
    leaves,
    negated,
    over_leaves,
    real,
    round_written,
    times,
)
from engine.proofs.days import Days, plus
from engine.proofs.logic import (
    ABSENT,
    at_most,
    both,
    chosen,
    either,
    equal,
    exact_quotient,
    is_written,
    less,
    lifted,
    name_of,
    no,
    quotient,
    remainder,
    some,
)
from engine.proofs.symbols import MONTHS, SECONDS, Application, Symbols
from engine.proofs.values import Length, Lengths, Value, choose, lengths, name_of_term, same
from engine.proofs.working_days import WorkingDays
from policy.calendars import WorkingCalendar
from policy.types import BOOLEAN, DATE, INTEGER, Type
from policy.values import Duration

HUNDRED: Final = 100
LIMIT_LEAVES: Final = 24
"""How many written figures an amount may be one of, to be multiplied with each of them."""

ORDER: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "at_most": at_most,
    "not_after": at_most,
    "below": less,
    "before": less,
    "at_least": lambda left, right: at_most(right, left),
    "not_before": lambda left, right: at_most(right, left),
    "above": lambda left, right: less(right, left),
    "after": lambda left, right: less(right, left),
}


def carried(operands: Sequence[Value], term: Any, *, null: Any = False, error: Any = False) -> Value:
    """The value of an operation over operands that must all be there."""
    unknown = some(item.unknown for item in operands)
    own = both(no(unknown), error)
    return Value(
        term,
        unknown=unknown,
        null=null,
        error=either(own, *(item.error for item in operands)),
        silent=some(item.silent for item in operands),
    )


class Operations:
    """Applies operators to values."""

    def __init__(self, symbols: Symbols, calendar: WorkingCalendar) -> None:
        self.symbols = symbols
        self.calendar = calendar
        self.days = Days(symbols)
        self.working_days = WorkingDays(symbols, calendar)
        self.quotients: dict[Any, tuple[Any, Any]] = {}

    def apply(self, expression: p.Operation, values: Sequence[Value]) -> Value:
        """The operation on its operands."""
        operator = expression.operator
        if operator == "warn_rest_day" and values[0].null is not False:
            return choose(values[0].null, Value(False), self.apply(expression, [attrs.evolve(values[0], null=False)]))
        if operator in ("is", "equals", "is_not", "differs"):
            return self.equality(values[0], values[1], operator in ("is", "equals"))
        empty = some(both(item.null, no(item.unknown)) for item in values)
        kinds = [operand.type for operand in expression.operands]
        terms = [item.term for item in values]
        if any(term is ABSENT for term in terms):
            return carried(values, ABSENT, error=empty)
        if operator in ORDER:
            return carried(values, self._ordered(operator, *terms), error=empty)
        found, wrong = self._term(expression, terms, kinds)
        return carried(values, found, error=either(empty, wrong))

    def _ordered(self, operator: str, left: Any, right: Any) -> Any:
        """A comparison; that of a quotient with a figure is one of the amounts themselves."""
        parts = self.quotients.get(name_of(left))
        if parts is None or not is_written(right):
            return ORDER[operator](left, right)
        above, below = parts
        scaled = self.product(below, Fraction(right))
        return chosen(less(0, below), ORDER[operator](above, scaled), ORDER[operator](scaled, above))

    def equality(self, one: Value, other: Value, wanted: bool) -> Value:
        """为, 不为, =, ≠: 空 is a value like others."""
        found = same(one, other)
        if found is None:
            name = ("same", *sorted(map(str, (name_of_term(one.term), name_of_term(other.term)))))
            found = self.symbols.defined(name, BOOLEAN, lambda _: ())
        return carried((one, other), found if wanted else no(found))

    def _term(self, expression: p.Operation, terms: Sequence[Any], kinds: Sequence[Type]) -> tuple[Any, Any]:
        """The term, and when there is none."""
        operator = expression.operator
        if operator in ("+", "-") and isinstance(terms[1], Length | Lengths):
            return self.moved(terms[0], terms[1], kinds[0], 1 if operator == "+" else -1)
        if operator in ("+", "-", "*", "/"):
            return self._arithmetic(operator, terms[0], terms[1], kinds)
        if operator in ("in_interval", "not_in_interval"):
            ordered = at_most if expression.detail == "closed" else less
            inside = both(at_most(terms[1], terms[0]), ordered(terms[0], terms[2]))
            return (inside if operator == "in_interval" else no(inside)), False
        if operator == "round":
            mode, places = expression.detail
            return self._rounded(terms[0], mode, places, expression.type), False
        if operator == "duration":
            return Length(terms[0], *expression.detail), False
        if operator in ("date_of", "month_of", "year_of"):
            return self._part_of_day(operator, terms[0], kinds[0].kind), False
        simple = _SIMPLE.get(operator)
        if simple is not None:
            return simple(self, *terms), False
        if operator == "day_of":
            return self.days.day_in(*terms), less(terms[1], 1)
        if operator == "month_in":
            wrong = either(less(terms[1], 1), less(MONTHS, terms[1]))
            return plus(times(terms[0], MONTHS), terms[1], -1), wrong
        if operator in (*CALENDAR_FUNCTIONS, "warn_rest_day"):
            return self._by_calendar(operator, terms[0])
        return self.unknown_function(expression, terms), False

    # ── arithmetic ──────────────────────────────────────────────────────────────────────────────
    def _arithmetic(self, operator: str, left: Any, right: Any, kinds: Sequence[Type]) -> tuple[Any, Any]:
        first, second = kinds[0].kind, kinds[1].kind
        if operator == "/":
            return self._divided(left, right), equal(real(right), Fraction(0))
        if operator == "*":
            return self.product(left, right), False
        if first == "ratio" and second == "points":
            right = self.product(right, Fraction(1, HUNDRED))
        result = added(left, right) if operator == "+" else added(left, negated(right))
        if first == second == "ratio" and operator == "-":
            result = self.product(result, Fraction(HUNDRED))
        return result, False

    def product(self, left: Any, right: Any) -> Any:
        """The product; of two amounts that are both open, what is certain about it."""
        if is_written(left) and is_written(right):
            return left * right
        if is_written(left) or is_written(right):
            return times(left, right)
        for one, other in ((left, right), (right, left)):
            figures = list(leaves(lifted(one), LIMIT_LEAVES))
            if figures and all(figure is not None for figure in figures):
                return over_leaves(lifted(one), other)
        name = ("product", *sorted((str(name_of(left)), str(name_of(right)))))
        make = partial(_application, (left, right), lambda one, two: one * two, partial(learn_product, left, right))
        return self.symbols.applied(name, make, Type("number"), partial(about_product, real(left), real(right)))

    def _divided(self, left: Any, right: Any) -> Any:
        if is_written(right):
            return Fraction(0) if right == 0 else self.product(real(left), exact_quotient(1, right))
        name = ("quotient", name_of(left), name_of(right))
        make = partial(_application, (left, right), divided, partial(learn_quotient, left, right))
        about = partial(about_quotient, real(left), real(right))
        result = self.symbols.applied(name, make, Type("number"), about)
        self.quotients[name_of(result)] = (real(left), real(right))
        return result

    def _rounded(self, value: Any, mode: str, places: int, kind: Type) -> Any:
        """Rounded to decimal places: half up and up go away from zero, down goes towards it."""
        scale = 10**places if places >= 0 else Fraction(1, 10**-places)
        scaled = self.product(real(value), Fraction(scale))
        if is_written(scaled):
            whole: Any = round_written(scaled, mode)
        else:
            whole = self.symbols.defined(
                ("rounded", mode, name_of(scaled)), INTEGER, partial(about_rounded, scaled, mode)
            )
        if kind.kind == "integer":
            return whole if places <= 0 and scale == 1 else self.product(whole, 1)
        return self.product(real(whole), exact_quotient(1, scale))

    # ── days ────────────────────────────────────────────────────────────────────────────────────
    def _part_of_day(self, operator: str, value: Any, kind: str) -> Any:
        """The day, month or year that a day, an instant or a month lies in."""
        if kind == "instant":
            value = self.days.day_of(value)
        if operator == "date_of":
            return value
        month = value if kind == "month" else self.days.month_of(value)
        return month if operator == "month_of" else quotient(month, MONTHS)

    def moved(self, start: Any, length: Length | Lengths, kind: Type, sign: int) -> tuple[Any, Any]:
        """A date, instant, month or year moved by a duration, and when that has no answer."""
        result: Any = None
        wrong: Any = False
        for guard, one in lengths(length):
            term, fails = self._moved(start, one, kind, sign)
            result = term if result is None else chosen(guard, term, result)
            wrong = either(wrong, both(guard, fails))
        return result, wrong

    def _moved(self, start: Any, length: Length, kind: Type, sign: int) -> tuple[Any, Any]:
        count = length.count if sign > 0 else negated(length.count)
        if kind.kind in ("month", "year"):
            scale = MONTHS if kind.kind == "month" and length.unit == "years" else 1
            return plus(start, times(count, scale)), False
        if kind.kind == "instant":
            day = self.days.day_of(start)
            moved, fails = self._moved(day, length, DATE, sign)
            return plus(times(moved, SECONDS), start, negated(times(day, SECONDS))), fails
        if length.unit == "days":
            return plus(start, count), False
        if length.unit == "working_days":
            if is_written(count):
                return self.working_days.shifted(start, count)
            return self._working_days(start, count), self.working_days.is_unpublished(start)
        months = times(count, MONTHS) if length.unit == "years" else count
        return self.days.shifted(start, months, length.month_end), False

    def _working_days(self, start: Any, count: Any) -> Any:
        """By a number of days that is not written: what is certain about it."""

        def compute(day: Any, number: int) -> Any:
            return shifted(day, Duration(number, "working_days"), 1, self.calendar)

        make = partial(_application_of_day, self.symbols, (start, count), compute)
        return self.symbols.applied(
            ("working days", name_of(start), name_of(count)), make, DATE, partial(about_working_days, start, count)
        )

    def _by_calendar(self, operator: str, day: Any) -> tuple[Any, Any]:
        """A function of the working calendar; whether a due day is a rest day may stay open."""
        if operator == "warn_rest_day":
            return self.working_days.function("is_rest_day", day)[0], False
        return self.working_days.function(operator, day)

    def unknown_function(self, expression: p.Operation, terms: Sequence[Any]) -> Any:
        """A function of which only single values are known: the length of a text."""
        name = (expression.operator, *map(name_of_term, terms))
        if expression.operator == "text_length":
            make = partial(_application_of_text, self.symbols, tuple(terms))
            return self.symbols.applied(name, make, INTEGER, lambda result: (result >= 0,))
        return self.symbols.defined(name, expression.type, lambda _: ())

    def extreme(self, values: Sequence[Value], smallest: bool) -> Value:
        """较小者, 较大者, 较早者, 较晚者: they pass over 空, and fail where nothing else is there."""
        result = Value(ABSENT, null=True)
        for item in values:
            if item.term is ABSENT:
                continue
            better = item if result.term is ABSENT else None
            if better is None:
                closer = less(item.term, result.term) if smallest else less(result.term, item.term)
                take = both(no(item.null), either(result.null, closer))
                better = Value(chosen(take, item.term, result.term), null=both(item.null, result.null))
            result = Value(better.term, null=better.null)
        return carried(values, result.term, error=result.null)


# ── functions known value by value ──────────────────────────────────────────────────────────────────


def _application(
    operands: tuple[Any, ...], compute: Callable[..., Any], learn: Callable[..., Iterable[Any]], result: Any
) -> Application:
    return Application(operands, result, compute, partial(learn, result))


def _application_of_day(
    symbols: Symbols, operands: tuple[Any, ...], compute: Callable[..., Any], result: Any
) -> Application:
    def with_days(day: int, *others: Any) -> Any:
        found = compute(symbols.read_back(day, DATE), *others)
        return found if isinstance(found, bool) else symbols.scalar(found, DATE)

    return Application(operands, result, with_days)


def _application_of_text(symbols: Symbols, operands: tuple[Any, ...], result: Any) -> Application:
    return Application(operands, result, lambda number: len(symbols.read_back(number, Type("text"))))


def _days_between(self: Operations, first: Any, second: Any) -> Any:
    return plus(second, negated(first))


_SIMPLE: Final[Mapping[str, Callable[..., Any]]] = {
    "not": lambda self, value: no(value),
    "negate": lambda self, value: negated(value),
    "as_decimal": lambda self, value: real(value),
    "as_ratio": lambda self, value: self.product(real(value), Fraction(1, HUNDRED)),
    "as_points": lambda self, value: self.product(real(value), Fraction(HUNDRED)),
    "absolute": lambda self, value: chosen(less(value, 0), negated(value), value),
    "month_number": lambda self, value: plus(remainder(value, MONTHS), 1),
    "last_day_of": lambda self, value: plus(self.days.first_of(plus(value, 1)), -1),
    "start_of": lambda self, value: times(value, SECONDS),
    "days_between": _days_between,
}
