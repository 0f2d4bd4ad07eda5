"""The value of an expression in a frame; a missing fact makes it unknown, never zero or false."""

from __future__ import annotations

import decimal
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from engine import program as p
from engine.frames import EvaluationError, Frame
from engine.operations import (
    CALENDAR_FUNCTIONS,
    FUNCTIONS,
    EmptyValueError,
    NoDayError,
    arithmetic,
    calendar_function,
    compare,
    contains,
    day_of,
    in_interval,
    missing,
    multiply,
    round_to,
    total,
)
from engine.unknown import Unknown, grounded, together
from policy.calendars import NotPublishedError
from policy.diagnostics import Text
from policy.dsl.lexicon import COMPARISONS, EQUALITY
from policy.values import Duration

Lookup = Callable[[Any, Frame], Any]


class ExpressionEvaluator:
    """Evaluates expressions; rules, facts and figures are looked up by the evaluator that owns it."""

    def __init__(self, rule: Lookup, fact: Lookup, parameter: Lookup, limit: Lookup, refer: Lookup) -> None:
        self._rule = rule
        self._refer = refer
        self._fact = fact
        self._parameter = parameter
        self._limit = limit

    def value(self, expression: p.Expression, frame: Frame) -> Any:
        """The expression's value, or Unknown. Raises EvaluationError."""
        match expression:
            case p.Constant(value=value):
                return value
            case p.Fact():
                return self._seen(expression, frame, self._fact(expression.path, frame))
            case p.ParameterValue():
                return self._seen(expression, frame, self._parameter(expression, frame))
            case p.LimitValue(target=target):
                return self._seen(expression, frame, self._limit(target, frame))
            case p.RuleValue():
                return self._seen(expression, frame, self._rule_value(expression, frame))
            case p.ElementField():
                return self._seen(expression, frame, self._element(expression, frame))
            case p.Local(name=name):
                return self._seen(expression, frame, frame.bindings["it"] if name == "it" else frame.locals[name])
            case p.Logic():
                return self._logic(expression, frame)
            case p.Known(operand=operand):
                return self._is_known(operand, frame)
            case p.Default(operand=operand, otherwise=otherwise):
                found = self._if_known(operand, frame)
                return self.value(otherwise, frame) if isinstance(found, Unknown) else found
            case p.Each():
                return self._each(expression, frame)
            case p.Record():
                return self._record(expression, frame)
            case p.Operation():
                return self._operation(expression, frame)
            case p.Selected():
                return self._selected(expression, frame)
            case p.DutiesOf():
                return self._duties_of(expression, frame)
            case p.HumanDecision(id=name):
                return self._refer(name, frame)
            case p.NoRule() | p.Requirements():
                return expression
            case _:
                raise AssertionError(expression)

    def _seen(self, expression: p.Expression, frame: Frame, value: Any) -> Any:
        if not isinstance(value, p.Requirements):  # a checklist is told by its name
            frame.trace[expression.origin] = (value, expression.type)
        return value

    def _rule_value(self, expression: p.RuleValue, frame: Frame) -> Any:
        found = self._rule(expression.id, frame)
        if expression.field and not isinstance(found, Unknown):
            if found is None:
                raise self._empty(expression, frame)
            return found.get(expression.field)
        return found

    def _selected(self, expression: p.Selected, frame: Frame) -> Any:
        """What is declared under the name that the case gives; a name nothing is declared under is a gap."""
        name = self.value(expression.by, frame)
        if isinstance(name, Unknown):
            return grounded(name, self._laid_down(expression.options, frame))
        if name is None:
            raise self._empty(expression.by, frame)
        option = dict(expression.options).get(name)
        if option is None:
            enum = frame.program.policy.vocabulary.enums[expression.by.type.name]
            label = enum.values[name].label
            zh, en = f"{enum.label}“{label}”在此没有规定", f"nothing is laid down here about {enum.id} `{name}`"
            raise frame.error("E0502", zh, en, expression.by.origin)
        return self.value(option, frame)

    def _laid_down(self, options: Iterable[tuple[str, p.RuleValue]], frame: Frame) -> tuple[str, ...]:
        """The provisions in force of everything that may be meant."""
        rules = [frame.program.rules[value.id] for _, value in options]
        moment = frame.locals["decision_instant"]
        return tuple(dict.fromkeys(c for rule in rules if rule.period.contains(moment) for c in rule.citations))

    def _missing(self, expression: p.Operation, frame: Frame) -> Any:
        """What is lacking of a checklist; what is there is asked for under the checklist's own provisions."""
        checklist, present = (self.value(operand, frame) for operand in expression.operands)
        if isinstance(checklist, Unknown):
            return together(found for found in (checklist, present) if isinstance(found, Unknown))
        if isinstance(present, Unknown):
            return grounded(present, checklist.citations)
        if present is None:
            raise self._empty(expression.operands[1], frame)
        return missing(checklist.items, present)

    def _duties_of(self, expression: p.DutiesOf, frame: Frame) -> Any:
        """The rows in force that bind one of the actors; on a day before all duties the nearest one tells the day."""
        actors = self.value(expression.actors, frame)
        if isinstance(actors, Unknown):
            return grounded(actors, self._laid_down(expression.rows, frame))
        moment = frame.locals["decision_instant"]
        periods = {row.id: frame.program.rules[row.id].period for _, row in expression.rows}
        rows = [(actor, row) for actor, row in expression.rows if periods[row.id].contains(moment)]
        if expression.rows and not rows:
            # Deciding it says from when, or until when, there are duties.
            starts = [(period.start, name) for name, period in periods.items() if period.start]
            nearest = min(starts)[1] if starts else next(iter(periods))
            self._rule(nearest, frame)
        return tuple(self.value(row, frame) for actor, row in rows if actor in actors)

    def _element(self, expression: p.ElementField, frame: Frame) -> Any:
        if expression.binder not in frame.bindings:
            return self._fact(f"{expression.entity}.{expression.field}", frame)
        element = frame.bindings[expression.binder]
        if not expression.field:
            return element
        if isinstance(element, dict) and expression.field in element:
            return element[expression.field]
        return self._fact(f"{expression.entity}.{expression.field}", frame)

    def _logic(self, expression: p.Logic, frame: Frame) -> Any:
        """One false operand settles 且, one true operand settles 或, whatever is unknown."""
        settling = expression.operator == "or"
        unknown: list[Unknown] = []
        for operand in expression.operands:
            found = self.value(operand, frame)
            if isinstance(found, Unknown):
                unknown.append(found)
            elif self._truth(found, operand, frame) == settling:
                return settling
        return together(unknown) if unknown else not settling

    def _truth(self, value: Any, expression: p.Expression, frame: Frame) -> bool:
        if value is None:
            raise self._empty(expression, frame)
        return bool(value)

    def _if_known(self, operand: p.Expression, frame: Frame) -> Any:
        """The value, unknown also where the law has no rule for it."""
        try:
            return self.value(operand, frame)
        except EvaluationError as error:
            if error.diagnostic.code in ("E0503", "E0504"):
                return Unknown()
            raise

    def _is_known(self, operand: p.Expression, frame: Frame) -> bool:
        return not isinstance(self._if_known(operand, frame), Unknown)

    def _each(self, expression: p.Each, frame: Frame) -> Any:
        found, unknown = self._elements(expression, frame)
        return together(unknown) if unknown else tuple(found)

    def _elements(self, expression: p.Each, frame: Frame) -> tuple[list[Any], list[Unknown]]:
        """What the elements that fit give, and what is not known of the others."""
        collection = self.value(expression.collection, frame)
        if isinstance(collection, Unknown):
            return [], [collection]
        if collection is None:
            raise self._empty(expression.collection, frame)
        found: list[Any] = []
        unknown: list[Unknown] = []
        kind = expression.collection.type.element
        entity = kind.name if kind and kind.kind == "record" else ""
        for element in collection:
            inner = frame.with_binding(expression.binder, element, entity)
            fits = True if expression.where is None else self.value(expression.where, inner)
            if isinstance(fits, Unknown):
                unknown.append(fits)
            elif self._truth(fits, expression.where or expression, frame):
                value = element if expression.body is None else self.value(expression.body, inner)
                unknown.append(value) if isinstance(value, Unknown) else found.append(value)
        return found, unknown

    def _quantified(self, expression: p.Operation, each: p.Each, frame: Frame) -> Any:
        """One true element settles 存在, one false element settles 全部, whatever is unknown of the others."""
        settling = expression.operator == "any"
        found, unknown = self._elements(each, frame)
        if any(self._truth(value, each, frame) == settling for value in found):
            return settling
        return together(unknown) if unknown else not settling

    def _record(self, expression: p.Record, frame: Frame) -> Any:
        values = {name: self.value(part, frame) for name, part in expression.fields}
        unknown = [value for value in values.values() if isinstance(value, Unknown)]
        return together(unknown) if unknown else values

    def _in_nothing(self, expression: p.Operation, frame: Frame) -> bool:
        """Whether membership is asked of an empty list: no operand can be in it, known or not."""
        if expression.operator not in ("in", "not_in"):
            return False
        return bool(self.value(expression.operands[1], frame.tracing()) == ())

    # ── operations ──────────────────────────────────────────────────────────────────────────────
    def _operation(self, expression: p.Operation, frame: Frame) -> Any:
        if self._in_nothing(expression, frame):
            return expression.operator == "not_in"
        if expression.operator in ("any", "all") and isinstance(expression.operands[0], p.Each):
            return self._quantified(expression, expression.operands[0], frame)
        if expression.operator == "missing":
            return self._missing(expression, frame)
        values = [self.value(operand, frame) for operand in expression.operands]
        unknown = [value for value in values if isinstance(value, Unknown)]
        if unknown:
            return together(unknown)
        try:
            return self._apply(expression, values, frame)
        except EmptyValueError:
            raise self._empty(expression, frame) from None
        except ZeroDivisionError:
            raise frame.error(
                "E0509",
                "除数为零",
                "division by zero",
                expression.origin,
                Text("为零的另写一个情形", "write a case for zero"),
            ) from None
        except NotPublishedError as error:
            raise self._not_published(error, expression, frame) from None
        except NoDayError:
            raise frame.error(
                "E0513",
                "日期超出公历范围",
                "the date is out of range",
                expression.origin,
                Text("核对事实里的日期和数字", "check the dates and numbers among the facts"),
            ) from None
        except decimal.DecimalException:
            raise frame.error("E0513", "结果无法精确表示", "the result cannot be exact", expression.origin) from None

    def _apply(self, expression: p.Operation, values: list[Any], frame: Frame) -> Any:
        operator, detail = expression.operator, expression.detail
        calendar = frame.program.calendar
        if operator in COMPARISONS or operator in EQUALITY:
            return compare(operator, *values)
        if operator in ("in", "not_in"):
            if values[1] is None:
                raise EmptyValueError
            return contains(values[1], values[0]) == (operator == "in")
        if operator in ("in_interval", "not_in_interval"):
            return in_interval(values[0], values[1], values[2], detail) == (operator == "in_interval")
        if operator == "list":
            return tuple(values)
        if operator == "warn_rest_day":
            return self._warn_rest_day(values[0], frame)
        if operator == "is_open":
            return values[0].is_open
        if any(value is None for value in values) and operator not in _TAKE_EMPTY:
            raise EmptyValueError
        if operator == "sum":
            return total(values[0], expression.type)
        if operator in ("+", "-", "*", "/"):
            kinds = (expression.operands[0].type, expression.operands[1].type)
            result = arithmetic(operator, values[0], values[1], kinds, calendar)
            if isinstance(values[1], Duration) and values[1].unit == "working_days":
                _name_calendars(values[0], result, frame)
            return result
        if operator == "round":
            rounded = round_to(values[0], *detail)
            return int(rounded) if expression.type.kind == "integer" else rounded
        if operator == "not":
            return not values[0]
        if operator == "negate":
            return multiply(values[0], -1)
        if operator == "duration":
            return Duration(int(values[0]), *detail)
        if operator == "as_decimal":
            return decimal.Decimal(values[0]) if isinstance(values[0], int) else values[0]
        if operator == "day_of":
            return day_of(*values)
        if operator in CALENDAR_FUNCTIONS:
            return calendar_function(operator, values[0], calendar)
        return FUNCTIONS[operator](*values)

    def _warn_rest_day(self, day: Any, frame: Frame) -> bool | None:
        """Whether a due day is a rest day; None where there is no day or no calendar for its year."""
        if day is None:
            return False
        try:
            return not frame.program.calendar.is_working_day(day)
        except NotPublishedError:
            return None

    def _empty(self, expression: p.Expression, frame: Frame) -> EvaluationError:
        text = expression.origin.span.text
        return frame.error(
            "E0508",
            f"“{text}”中有空值，不能参与运算",
            f"a value in `{text}` is empty and cannot be computed with",
            expression.origin,
            Text("先写一个情形，问“… 为 空”", "write a case first that asks `… is null`"),
        )

    def _not_published(self, error: NotPublishedError, expression: p.Expression, frame: Frame) -> EvaluationError:
        return frame.error(
            "E0507",
            f"{error.year}年的工作日历尚未公布，不能推算工作日（最近公布的是{error.last}年）",
            f"no working calendar has been published for {error.year} (the last is {error.last})",
            expression.origin,
            Text("公布后补入日历数据", "add the calendar once it is published"),
        )


def _name_calendars(first: date, last: date, frame: Frame) -> None:
    """Working days stand on the notices of the years they were counted in."""
    low, high = sorted((first.year, last.year))
    for number in range(low, high + 1):
        frame.notices[frame.program.calendar.year(number).provision] = None


_TAKE_EMPTY = frozenset({"smaller", "larger", "earlier", "later"})
"""Functions that pass over empty values, and stop only where nothing else is there."""
