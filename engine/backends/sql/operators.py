"""Operators and built-in functions over terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import attrs
from sqlglot import exp

from engine import operations
from engine import program as p
from engine.backends.refusals import refused
from engine.backends.sql import builders as b
from engine.backends.sql import numbers as n
from engine.backends.sql.lists import KINDS
from engine.backends.sql.places import Place
from engine.backends.sql.terms import NOTHING, Number, Term
from policy.dsl.lexicon import COMPARISONS
from policy.types import BOOLEAN, Type
from policy.values import Duration

if TYPE_CHECKING:
    from engine.backends.sql.compiler import Compiler

_HUNDREDTH = Decimal("0.01")
_HUNDRED = Decimal(100)
LIMIT_YEAR: Final = 10_000
"""No year of a calendar has five digits."""

_SQL_COMPARISONS: dict[str, type[exp.Binary]] = {
    "at_most": exp.LTE,
    "not_after": exp.LTE,
    "at_least": exp.GTE,
    "not_before": exp.GTE,
    "above": exp.GT,
    "after": exp.GT,
    "below": exp.LT,
    "before": exp.LT,
}


class Operators:
    """What operators make of terms that are all determined; `Expressions.strict` sees to the rest."""

    def __init__(self, compiler: Compiler) -> None:
        self.compiler = compiler

    def folded(self, expression: p.Operation, values: Sequence[Any]) -> Any:
        """The value of an operation over constants, as the reference computes it."""
        operator = expression.operator
        if any(value is None for value in values) and operator not in ("is", "equals", "is_not", "differs"):
            return NOTHING
        if operator in _SQL_COMPARISONS or operator in ("is", "equals", "is_not", "differs"):
            return operations.compare(operator, *values)
        if operator in ("+", "-", "*") and not any(isinstance(v, Duration) for v in values):
            kinds = (expression.operands[0].type, expression.operands[1].type)
            return operations.arithmetic(operator, values[0], values[1], kinds, self.compiler.laws.insured.calendar)
        if operator in ("in_interval", "not_in_interval"):
            inside = operations.in_interval(values[0], values[1], values[2], expression.detail)
            return inside == (operator == "in_interval")
        if operator == "not":
            return not values[0]
        if operator in ("as_ratio", "as_points", "negate", "as_decimal"):
            factors: dict[str, Decimal | int] = {
                "as_ratio": _HUNDREDTH,
                "as_points": _HUNDRED,
                "negate": -1,
                "as_decimal": Decimal(1),
            }
            return operations.multiply(values[0], factors[operator])
        return NOTHING

    # ── comparison ──────────────────────────────────────────────────────────────────────────────
    def equality(self, operator: str, left: Term, right: Term, place: Place | None = None) -> Term:
        """为, 不为 and their like, which take 空."""
        negated = operator in ("is_not", "differs")
        if KINDS & {left.type.kind, right.type.kind} and not (left.is_constant and right.is_constant):
            left, right = self._as_values(left, place), self._as_values(right, place)
        if left.is_constant and right.is_constant:
            return self.compiler.values.constant(operations.compare(operator, left.constant, right.constant), BOOLEAN)
        one, two = self._comparable(left, right)
        reasons = b.greatest((left.why, right.why))
        why = None if isinstance(reasons, exp.Null) else reasons
        if isinstance(one.sql, exp.Null) or isinstance(two.sql, exp.Null):
            other = two if isinstance(one.sql, exp.Null) else one
            sql = self._is_empty(other)
            if why is not None:  # what is not known is not empty
                sql = b.case([(b.is_null(why), sql)])
        elif left.may_be_empty or right.may_be_empty:
            sql = exp.NullSafeEQ(this=b.wrapped(one.sql), expression=b.wrapped(two.sql))
            if why is not None:
                sql = b.case([(b.is_null(why), sql)])
        else:
            kind = exp.NEQ if negated else exp.EQ
            return self._truth(b.binary(kind, one.sql, two.sql), why, (left, right))
        return self._truth(b.negation(sql) if negated else sql, why, (left, right))

    def _as_values(self, term: Term, place: Place | None) -> Term:
        """A list or record as one value."""
        place = place or self.compiler.place(self.compiler.laws.insured, owner=())
        return attrs.evolve(term, sql=self.compiler.arrays.of(term, place), rows=None, fields=None)

    def _is_empty(self, term: Term) -> exp.Expression:
        if not term.may_be_empty:
            return b.FALSE if term.reason is None else b.case([(b.is_known(term.sql), b.FALSE)])
        if term.reason is None:
            return b.is_null(term.sql)
        return b.case([(b.is_null(term.reason), b.is_null(term.sql))])

    def _truth(self, sql: exp.Expression, why: exp.Expression | None, terms: Sequence[Term]) -> Term:
        return Term(sql=sql, type=BOOLEAN, reason=why, may_fail=any(term.may_fail for term in terms))

    def _comparable(self, left: Term, right: Term) -> tuple[Term, Term]:
        """Both in a form that compares exactly: quotients crosswise, enumerations and text as they are."""
        if left.divisor is not None or right.divisor is not None:
            left, right = n.without_divisors(left, right)
        if left.number is not None and right.number is not None and (left.number.width or right.number.width):
            return n.as_decimal(left), n.as_decimal(right)
        word = self.compiler.values.word
        if left.is_constant != right.is_constant:
            return attrs.evolve(left, sql=word(left)), attrs.evolve(right, sql=word(right))
        return left, right

    def comparison(self, expression: p.Operation, terms: list[Term], place: Place) -> Term:
        left, right = self._comparable(terms[0], terms[1])
        return Term(sql=b.binary(_SQL_COMPARISONS[expression.operator], left.sql, right.sql), type=BOOLEAN)

    def interval(self, expression: p.Operation, terms: list[Term], place: Place) -> Term:
        value, low = self._comparable(terms[0], terms[1])
        other, high = self._comparable(terms[0], terms[2])
        above = b.binary(exp.LTE, low.sql, value.sql)
        below = b.binary(exp.LTE if expression.detail == "closed" else exp.LT, other.sql, high.sql)
        sql = b.both((above, below))
        everything = b.both(b.is_known(term.sql) for term in terms if not term.is_sure)
        if expression.operator == "not_in_interval":
            sql = b.negation(sql)
        if not b.is_true(everything):
            sql = b.case([(everything, sql)])
        return Term(sql=sql, type=BOOLEAN)

    # ── arithmetic ──────────────────────────────────────────────────────────────────────────────
    def arithmetic(self, expression: p.Operation, terms: list[Term], place: Place) -> Term:
        operator = expression.operator
        left, right = terms
        kinds = (expression.operands[0].type.kind, expression.operands[1].type.kind)
        if kinds[1] == "duration":
            return self.shifted(left, right, 1 if operator == "+" else -1, place)
        if operator == "/":
            return self._divided(left, right, expression.type, place)
        if operator == "*":
            return self._product(left, right, expression.type, place)
        if left.divisor or right.divisor:
            raise refused(place.name, "未舍入的商参与加减", "a sum with a quotient that is not rounded")
        if kinds == ("ratio", "points"):
            right = self._times(right, _HUNDREDTH, place)
        kind = exp.Add if operator == "+" else exp.Sub
        sql, number = n.added(kind, left, right, place.name)
        total = Term(sql=sql, type=expression.type, number=number)
        return self._times(total, _HUNDRED, place) if kinds == ("ratio", "ratio") and operator == "-" else total

    def _product(self, left: Term, right: Term, kind: Type, place: Place) -> Term:
        if right.divisor is not None:
            left, right = right, left
        if right.divisor is not None:
            raise refused(place.name, "两个商相乘", "a product of two quotients")
        sql, number = n.multiplied(left, right, place.name)
        return Term(sql=sql, type=kind, number=number, divisor=left.divisor)

    def _divided(self, left: Term, right: Term, kind: Type, place: Place) -> Term:
        """A quotient, with zero as an error."""
        if left.divisor or right.divisor:
            raise refused(place.name, "商再相除", "a quotient of quotients")
        if right.is_constant and right.constant:
            return n.quotient(left, right, kind)
        if right.is_constant:
            return Term(sql=b.NULL, type=kind, reason=self.compiler.reasons.error("E0509", place.name), may_fail=True)
        zero = b.binary(exp.EQ, right.sql, b.number(0))
        why = b.case([(zero, self.compiler.reasons.error("E0509", place.name))])
        return attrs.evolve(n.quotient(left, right, kind), reason=why, may_fail=True)

    def _times(self, term: Term, factor: Decimal, place: Place) -> Term:
        other = self.compiler.values.constant(factor, Type("number"))
        if term.divisor is not None:
            raise refused(place.name, "未舍入的商换算", "a conversion of a quotient that is not rounded")
        if term.is_constant and term.constant is not None:
            folded = self.compiler.values.constant(operations.multiply(term.constant, factor), term.type)
            return attrs.evolve(folded, sql=n.as_decimal(folded).sql, number=n.as_decimal(folded).number)
        sql, number = n.multiplied(term, other, place.name)
        return attrs.evolve(term, sql=sql, number=number)

    def scaled(self, expression: p.Operation, terms: list[Term], place: Place) -> Term:
        factor = _HUNDREDTH if expression.operator == "as_ratio" else _HUNDRED
        found = self._times(terms[0], factor, place)
        return Term(sql=found.sql, type=expression.type, number=found.number)

    def rounded(self, expression: p.Operation, terms: list[Term], place: Place) -> Term:
        mode, places = expression.detail
        sql, number = n.rounded(terms[0], mode, places, place.name, self.compiler.dialect)
        if expression.type.kind == "integer":
            sql, number = b.cast(sql, "BIGINT"), Number(0, 0, number.bound)
        return Term(sql=sql, type=expression.type, number=number)

    def unary(self, expression: p.Operation, terms: list[Term], place: Place) -> Term:
        term = terms[0]
        if term.divisor is not None:
            raise refused(place.name, "未舍入的商", "a quotient that is not rounded")
        match expression.operator:
            case "not":
                return Term(sql=b.negation(term.sql), type=BOOLEAN)
            case "negate":
                return Term(sql=exp.Neg(this=b.wrapped(term.sql)), type=expression.type, number=term.number)
            case "absolute":
                return Term(sql=exp.Abs(this=term.sql), type=expression.type, number=term.number)
            case "as_decimal":
                whole = n.as_decimal(term)
                return Term(sql=whole.sql, type=expression.type, number=whole.number)
            case "duration":
                return Term(sql=term.sql, type=expression.type, number=term.number, shift=expression.detail)
        raise AssertionError(expression.operator)

    def extreme(self, expression: p.Operation, terms: list[Term], place: Place) -> Term:
        """The smallest or greatest; what is 空 is passed over, unless nothing else is there."""
        if len(terms) < 2:
            raise refused(place.name, "列表中的最值", "an extreme of a list")
        if any(term.divisor for term in terms):
            raise refused(place.name, "未舍入的商的最值", "an extreme of quotients")
        lost = [term for term in terms if isinstance(term.sql, exp.Null) and term.reason is not None]
        if lost:
            fails = any(term.may_fail for term in terms)
            return Term(sql=b.NULL, type=expression.type, reason=b.greatest([t.why for t in terms]), may_fail=fails)
        terms = [term for term in terms if not isinstance(term.sql, exp.Null)]
        if not terms:
            empty = self.compiler.reasons.error("E0508", place.name)
            return Term(sql=b.NULL, type=expression.type, reason=empty, may_fail=True)
        unified, number = n.unified([self._short(term, place) for term in terms])
        wants_less = expression.operator in ("smaller", "earlier")
        found = unified[0]
        for other in unified[1:]:
            found = self._two(found, other, wants_less)
        if number is not None:
            bounds = [t.number.bound for t in terms if t.number is not None]
            number = attrs.evolve(number, bound=max(bounds))
        reasons = [b.greatest([term.why for term in terms])]
        fails = any(term.may_fail for term in terms)
        if found.may_be_empty:
            reasons.append(b.case([(b.is_null(found.sql), self.compiler.reasons.error("E0508", place.name))]))
            fails = True
        why = b.coalesce(reasons)
        sql = found.sql
        if any(term.may_be_empty for term in terms) and not isinstance(reasons[0], exp.Null):
            sql = b.case([(b.is_null(reasons[0]), sql)])
        return Term(
            sql=sql,
            type=expression.type,
            number=number,
            reason=None if isinstance(why, exp.Null) else why,
            may_fail=fails,
        )

    def _short(self, term: Term, place: Place) -> Term:
        """A term that may be written twice."""
        if isinstance(term.sql, exp.Column | exp.Null) or term.is_constant:
            return term
        return attrs.evolve(term, sql=self.compiler.column(f"{place.name}__part", term.sql, place.relation))

    def _two(self, one: Term, two: Term, wants_less: bool) -> Term:
        first = b.binary(exp.LTE if wants_less else exp.GTE, one.sql, two.sql)
        if one.may_be_empty or two.may_be_empty:
            sql = b.case([(first, one.sql), (b.is_null(two.sql), one.sql)], two.sql)
            return attrs.evolve(one, sql=sql, may_be_empty=one.may_be_empty and two.may_be_empty)
        if one.is_sure:
            sql = b.case([(first, one.sql)], two.sql)
        else:
            sql = b.case([(first, one.sql), (b.is_known(one.sql), two.sql)])
        why = b.greatest((one.why, two.why))
        return attrs.evolve(one, sql=sql, reason=None if isinstance(why, exp.Null) else why, constant=NOTHING)

    # ── days ────────────────────────────────────────────────────────────────────────────────────
    def shifted(self, start: Term, length: Term, sign: int, place: Place) -> Term:
        """A date, instant, month or year moved by a duration."""
        if length.shift is None:
            raise refused(place.name, "单位不定的时长", "a duration whose unit is not fixed")
        unit, month_end = length.shift
        fixed = length.constant.count if length.is_constant else None
        count: exp.Expression = b.number(sign * fixed) if fixed is not None else length.sql
        if fixed is None and sign < 0:
            count = exp.Neg(this=b.wrapped(count))
        if start.type.kind == "year":
            return Term(sql=b.binary(exp.Add, start.sql, count), type=start.type, number=start.number)
        if unit == "working_days":
            return self.compiler.calendar.shifted(start, count, place)
        return self._moved(start, count, unit, month_end)

    def _moved(self, start: Term, count: exp.Expression, unit: str, month_end: str) -> Term:
        word = {"days": "DAY", "months": "MONTH", "years": "YEAR"}[unit]
        moved = _plus(start, count, word)
        if word == "DAY" or month_end != "rolled" or start.type.kind == "month":
            return Term(sql=moved, type=start.type)
        is_shorter = exp.LT(this=_part("DAY", moved), expression=_part("DAY", start.sql))
        next_day = _plus(attrs.evolve(start, sql=moved), b.number(1), "DAY")
        return Term(sql=b.case([(is_shorter, next_day)], moved), type=start.type)

    def day(self, expression: p.Operation, terms: list[Term], place: Place) -> Term:
        first = terms[0].sql
        kind = expression.type
        match expression.operator:
            case "date_of":
                return Term(sql=b.cast(first, "DATE"), type=kind)
            case "month_of":
                return Term(sql=b.cast(b.function("DATE_TRUNC", b.text("MONTH"), first), "DATE"), type=kind)
            case "start_of":
                return Term(sql=b.cast(first, "TIMESTAMP"), type=kind)
            case "year_of":
                return Term(sql=_part("YEAR", first), type=kind, number=Number(0, 0, Decimal(LIMIT_YEAR)))
            case "month_number":
                return Term(sql=_part("MONTH", first), type=kind, number=Number(0, 0, Decimal(12)))
            case "last_day_of":
                return Term(sql=exp.LastDay(this=first), type=kind)
            case "days_between":
                between = exp.DateDiff(this=terms[1].sql, expression=first, unit=exp.var("DAY"))
                return Term(sql=between, type=kind, number=Number(0, 0, Decimal(10) ** 7))
            case "day_of":
                return self._day_of(terms[0], terms[1], kind, place)
            case "month_in":
                return self._month_in(terms[0], terms[1], kind, place)
            case "text_length":
                return Term(sql=exp.Length(this=first), type=kind, number=Number(0, 0, Decimal(10) ** 6))
        raise AssertionError(expression.operator)

    def _day_of(self, month: Term, number: Term, kind: Type, place: Place) -> Term:
        """The n-th day of a month, its last where the month is shorter; a day before the first is an error."""
        day = _plus(attrs.evolve(month, type=kind), b.binary(exp.Sub, number.sql, b.number(1)), "DAY")
        last = exp.LastDay(this=month.sql)
        if number.is_constant and int(number.constant) >= 1:
            return Term(
                sql=day if int(number.constant) <= 28 else b.case([(exp.LTE(this=day, expression=last), day)], last),
                type=kind,
            )
        wrong = b.binary(exp.LT, number.sql, b.number(1))
        sql = b.case([(wrong, b.NULL), (exp.LTE(this=day, expression=last), day), (b.is_known(day), last)])
        return Term(
            sql=sql,
            type=kind,
            reason=b.case([(wrong, self.compiler.reasons.error("E0513", place.name))]),
            may_fail=True,
        )

    def _month_in(self, year: Term, month: Term, kind: Type, place: Place) -> Term:
        """A month by its number in a year; there are twelve."""
        first = exp.Anonymous(this="MAKE_DATE", expressions=[year.sql, month.sql, b.number(1)])
        if month.is_constant:
            return Term(sql=first, type=kind)
        wrong = b.negation(exp.Between(this=b.wrapped(month.sql), low=b.number(1), high=b.number(12)))
        why = b.case([(wrong, self.compiler.reasons.error("E0513", place.name))])
        return Term(sql=b.case([(wrong, b.NULL)], first), type=kind, reason=why, may_fail=True)

    def calendar(self, expression: p.Operation, terms: list[Term], place: Place) -> Term:
        return self.compiler.calendar.function(expression.operator, terms[0], expression.type, place)


def _plus(start: Term, count: exp.Expression, word: str) -> exp.Expression:
    """A day moved by whole units; a date stays a date."""
    moved: exp.Expression
    if isinstance(count, exp.Literal | exp.Neg):
        moved = exp.DateAdd(this=start.sql, expression=count, unit=exp.var(word))
    else:
        moved = exp.DateAdd(this=start.sql, expression=exp.Paren(this=count), unit=exp.var(word))
    return b.cast(moved, "TIMESTAMP" if start.type.kind == "instant" else "DATE")


def _part(word: str, day: exp.Expression) -> exp.Expression:
    return exp.Extract(this=exp.var(word), expression=day)


Make = Callable[[Operators, p.Operation, list[Term], Place], Term]

FUNCTIONS: Final[Mapping[str, Make]] = {
    **dict.fromkeys(COMPARISONS, Operators.comparison),
    **dict.fromkeys(("+", "-", "*", "/"), Operators.arithmetic),
    **dict.fromkeys(("in_interval", "not_in_interval"), Operators.interval),
    **dict.fromkeys(("as_ratio", "as_points"), Operators.scaled),
    **dict.fromkeys(("not", "negate", "absolute", "as_decimal", "duration"), Operators.unary),
    **dict.fromkeys(
        (
            "date_of", "month_of", "start_of", "year_of", "month_number", "last_day_of",
            "days_between", "day_of", "month_in", "text_length",
        ),
        Operators.day,
    ),
    **dict.fromkeys(("is_rest_day", "is_holiday", "back_to_working_day"), Operators.calendar),
    "round": Operators.rounded,
}  # fmt: skip
"""Operations that need all their operands."""
