"""Days, months and lengths of time in generated code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import attrs

from engine import program as p
from engine.backends.python.code import NOTHING, Code
from engine.backends.python.numbers import bound
from engine.backends.python.places import Place
from engine.backends.python.shapes import Number, Plain
from engine.backends.refusals import refused
from policy.values import Duration

if TYPE_CHECKING:
    from engine.backends.python.compiling import Compiling

MONTHS_A_YEAR = 12

Handler = Callable[[p.Operation, Place], Code]


class Moments:
    """Writes what reckons with time."""

    def __init__(self, compiling: Compiling) -> None:
        self.compiling = compiling
        self.writer = compiling.writer
        self.names = compiling.writer.names
        date, instant, month = Plain("date"), Plain("instant"), Plain("month")
        self.handlers: Mapping[str, Handler] = {
            "day_of": self._call("day_of({}, {})", date),
            "last_day_of": self._call("day_of({}, 31)", date),
            "month_in": self._call("month_in({}, {})", month),
            "start_of": self._call("start_of({})", instant),
            "days_between": self._call("({1} - {0}).days", Number(0, is_whole=True), digits=8),
            "is_rest_day": self._call("is_rest_day({}, {calendar})", Plain("boolean")),
            "is_holiday": self._call("is_holiday({}, {calendar})", Plain("boolean")),
            "back_to_working_day": self._call("back_to_working_day({}, {calendar})", date),
            "warn_rest_day": self._warn_rest_day,
            "month_number": self._call("({}%12 + 1)", Number(0, is_whole=True), digits=2),
            "month_of": self._call("month_of({})", month),
            "date_of": self._date_of,
            "year_of": self._year_of,
            "duration": self._duration,
        }

    def _operands(self, expression: p.Operation, place: Place) -> list[Code]:
        return [self.compiling.expressions.value(operand, place) for operand in expression.operands]

    def _call(self, text: str, shape: Number | Plain, digits: int = 0) -> Handler:
        """A handler for what is one call; the operands are amounts of no places, days and months."""

        def write(expression: p.Operation, place: Place) -> Code:
            codes = self._operands(expression, place)
            if NOTHING in codes:
                return NOTHING
            texts = [f"({code.text})" if not code.is_atomic else code.text for code in codes]
            calendar = self.calendar(place) if "{calendar}" in text else ""
            return Code(text.format(*texts, calendar=calendar), shape, digits=digits)

        return write

    def calendar(self, place: Place) -> str:
        """The working calendar of the place's law."""
        return self.compiling.calendar(place.law)

    def _warn_rest_day(self, expression: p.Operation, place: Place) -> Code:
        (day,) = self._operands(expression, place)
        if day is NOTHING:
            return NOTHING
        text = f"is_due_on_rest_day({day.text}, {self.calendar(place)})"
        return Code(text, Plain("boolean"), may_be_null=True)

    def _date_of(self, expression: p.Operation, place: Place) -> Code:
        (moment,) = self._operands(expression, place)
        if expression.operands[0].type.kind == "date":
            return self.compiling.expressions.present(moment, place.block)
        return Code(f"({moment.text}).date()", Plain("date"))

    def _year_of(self, expression: p.Operation, place: Place) -> Code:
        (value,) = self._operands(expression, place)
        is_month = expression.operands[0].type.kind == "month"
        text = f"({value.text})//{MONTHS_A_YEAR}" if is_month else f"({value.text}).year"
        return Code(text, Number(0, is_whole=True), is_natural=True, digits=4)

    def _duration(self, expression: p.Operation, place: Place) -> Code:
        (count,) = self._operands(expression, place)
        if not count.is_number:
            return NOTHING
        unit, month_end = expression.detail
        return Code(f"(int({self._whole(count)}), {str(unit)!r}, {str(month_end)!r})", Plain("duration"))

    def _whole(self, count: Code) -> str:
        """A count as the reference takes it: without its places."""
        return f"down({count.text}, {10**count.scale})" if count.scale else count.text

    # ── moving ──────────────────────────────────────────────────────────────────────────────────
    def moved(self, expression: p.Operation, place: Place) -> Code:
        """A day, an instant, a month or a year moved by a length of time."""
        start = self.compiling.expressions.value(expression.operands[0], place)
        sign = 1 if expression.operator == "+" else -1
        return self.shifted(start, expression.operands[0].type.kind, expression.operands[1], sign, place)

    def shifted(self, start: Code, kind: str, length: p.Expression, sign: int, place: Place) -> Code:
        """`start` moved by a length of time, forwards or back."""
        if start is NOTHING:
            return NOTHING
        found = self._known_length(length, place)
        if found is None:
            return self._unknown_length(start, kind, length, sign, place)
        count, unit, month_end = found
        signed = count if sign > 0 else f"-({count})"
        if kind == "month":
            return Code(f"{start.text} + {signed}{'*12' if unit == 'years' else ''}", Plain("month"))
        if kind == "year":
            return attrs.evolve(start, text=f"{start.text} + {signed}", may_miss=False, may_be_null=False)
        if unit == "days":
            step = self.names.days(sign * int(count)) if count.isdecimal() else f"timedelta({signed})"
            return Code(f"({start.text} + {step})", Plain(kind))
        text = f"shifted({start.text}, ({count}, {unit!r}, {month_end!r}), {sign}, {self.calendar(place)})"
        return Code(text, Plain(kind))

    def _known_length(self, length: p.Expression, place: Place) -> tuple[str, str, str] | None:
        """The count and the unit of a length written here."""
        if isinstance(length, p.Constant) and isinstance(length.value, Duration):
            return str(int(length.value.count)), str(length.value.unit), str(length.value.month_end)
        if isinstance(length, p.Operation) and length.operator == "duration":
            count = self.compiling.expressions.value(length.operands[0], place)
            if not count.is_number:
                raise refused(place.rule, "空的时长", "an empty length of time")
            unit, month_end = length.detail
            return f"({self._whole(count)})", str(unit), str(month_end)
        return None

    def _unknown_length(self, start: Code, kind: str, length: p.Expression, sign: int, place: Place) -> Code:
        """A length that a rule or a figure gives."""
        code = bound(self.compiling.expressions.value(length, place), place.block, self.names)
        if code is NOTHING:
            return NOTHING
        if kind == "month":
            return Code(f"months_moved({start.text}, {code.text}, {sign})", Plain("month"))
        if kind == "year":
            return attrs.evolve(start, text=f"{start.text} + {sign}*{code.text}[0]", may_miss=False, may_be_null=False)
        return Code(f"shifted({start.text}, {code.text}, {sign}, {self.calendar(place)})", Plain(kind))
