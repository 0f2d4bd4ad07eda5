"""The type of every expression, and the meaning of every name in it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import assert_never

import attrs

from policy.checking.arithmetic import combine, comparable, fits
from policy.checking.name_checker import NameChecker
from policy.diagnostics import Text
from policy.dsl import tree as t
from policy.dsl.lexicon import COMPARISONS, SPELLING, UNITS
from policy.types import (
    BOOLEAN,
    DATE,
    DURATION,
    INSTANT,
    INTEGER,
    MONEY,
    NULL,
    NUMBER,
    POINTS,
    RATIO,
    TEXT,
    UNKNOWN,
    Type,
    list_of,
)

NEVER = Type("never")
"""The type of 无规定: it stands where any value may."""

_QUANTITIES = {"yuan": MONEY, "points": POINTS}


class ExpressionChecker(NameChecker, ABC):
    """Checks expressions in one scope; findings go into `types`, `targets` and `problems`."""

    # ── what is wanted and what is given ────────────────────────────────────────────────────────
    def expect(self, expression: t.Expr, wanted: Type) -> Type:
        """Check an expression where a type is wanted."""
        if wanted.kind == "unknown":
            return self.check_beside(expression, wanted)
        given = self.check(expression, wanted)
        if not fits(given, wanted):
            self.report(
                "E0301",
                expression.span,
                f"此处应为{self.called(wanted)}，写的是{self.called(given)}",
                f"expected {wanted}, got {given}",
                self._hint(wanted, given),
            )
            return UNKNOWN
        self.expect_exact(expression, given, wanted)
        return given

    def check_beside(self, expression: t.Expr, known: Type) -> Type:
        """Check an expression whose bare names only another one could explain; if that one is wrong, they are excused."""
        if known.kind != "unknown":
            return self.check(expression, known)
        for part in expression.items if isinstance(expression, t.ListOf) else (expression,):
            if self.is_bare(part):
                self.types[part] = UNKNOWN
            else:
                self.check(part)
        self.types.setdefault(expression, UNKNOWN)
        return self.types[expression]

    def exactly(self, kind: Type) -> Type:
        """The type with its decimal places bounded, in lists too."""
        element = self.exactly(kind.element) if kind.element else None
        return attrs.evolve(kind, is_exact=True, element=element)

    def expect_exact(self, expression: t.Expr | t.Each, given: Type, wanted: Type) -> None:
        """Amounts that are kept have a known number of decimal places."""
        while wanted.kind == given.kind == "list" and wanted.element and given.element:
            wanted, given = wanted.element, given.element
        if wanted.is_exact and not given.is_exact:
            self.report(
                "E0303",
                expression.span,
                "小数位数没有限定，须写明如何舍入",
                "the decimal places have no limit: say how to round",
                Text("例如加上“四舍五入到 分”", "for example `round_half_up_to fen`")
                if given.kind == "money"
                else Text("例如加上“四舍五入到 4 位小数”", "for example `round_half_up_to 4 places`"),
            )

    def _hint(self, one: Type, other: Type) -> Text | None:
        """What an author most likely meant who brought two types together that do not fit."""
        kinds = {one.kind, other.kind}
        if kinds == {"date", "instant"}:
            return Text("时刻用“所在日（…）”化为日期，日期用“零时（…）”化为时刻",
                        "turn the instant into its day with `date_of(…)`, or the date into its beginning with `start_of(…)`")  # fmt: skip
        if kinds == {"year", "duration"}:
            return Text("年度直接写数字，如 2024；“2024 年”是时长", "write a year as a bare number: `2024`")
        if kinds == {"ratio", "points"}:
            return Text(
                "比例与百分点用“折算比例（…）”“折算百分点（…）”互化", "convert with `as_ratio(…)` or `as_points(…)`"
            )
        return self._unit_hint(one, other) or self._unit_hint(other, one)

    def _unit_hint(self, wanted: Type, given: Type) -> Text | None:
        if given.kind not in ("integer", "number"):
            return None
        words = {"money": ("元", "yuan"), "points": ("个百分点", "points"), "duration": ("天", "days")}
        unit = words.get(wanted.kind)
        return Text(f"数字后要写单位，如“{unit[0]}”", f"write the unit, for example `{unit[1]}`") if unit else None

    # ── the type of each kind of expression ─────────────────────────────────────────────────────
    def check(self, expression: t.Expr, wanted: Type = UNKNOWN) -> Type:
        """The expression's type; `wanted` helps to tell which enumeration a bare value belongs to."""
        found = self._type(expression, wanted)
        self.types[expression] = found
        return found

    def _type(self, expression: t.Expr, wanted: Type) -> Type:
        match expression:
            case t.Number(value=value):
                return INTEGER if value == int(value) and wanted.kind != "number" else NUMBER
            case t.Percent():
                return RATIO
            case t.String():
                return TEXT
            case t.Moment(has_time=has_time):
                return INSTANT if has_time or wanted.kind == "instant" else DATE
            case t.Truth():
                return BOOLEAN
            case t.Null():
                return NULL
            case t.NoRule():
                return NEVER
            case t.Quantity():
                return self._quantity(expression)
            case t.DayOf(month=month, day=day):
                self.expect(month, Type("month"))
                self.expect(day, INTEGER)
                return DATE
            case t.Negative(operand=operand):
                return self._numeric(operand)
            case t.Binary():
                return self._binary(expression)
            case t.Rounded():
                return self._rounded(expression)
            case t.Compare():
                return self._compare(expression)
            case t.Member():
                return self._member(expression)
            case t.Interval(low=low):
                return Type("interval", element=self.check(low, wanted.element or UNKNOWN))
            case t.ListOf():
                return self._list(expression, wanted)
            case t.Known(operand=operand):
                self.check(operand)
                return BOOLEAN
            case t.Default(operand=operand, otherwise=otherwise):
                kind = self.check(operand, wanted)
                self.expect(otherwise, kind)
                return kind
            case t.Not(operand=operand):
                self.expect(operand, BOOLEAN)
                return BOOLEAN
            case t.Logic(operands=operands):
                for operand in operands:
                    self.expect(operand, BOOLEAN)
                return BOOLEAN
            case t.Call():
                return self.call(expression, wanted)
            case t.Path():
                return self.path_type(expression, wanted)
            case _:
                assert_never(expression)

    def _numeric(self, expression: t.Expr) -> Type:
        kind = self.check(expression)
        if not kind.is_numeric and kind.kind != "unknown":
            zh, en = self.called(kind), str(kind)
            self.report("E0302", expression.span, f"{zh}不能这样运算", f"no arithmetic with {en}")
            return UNKNOWN
        return kind

    def _quantity(self, expression: t.Quantity) -> Type:
        if expression.unit in _QUANTITIES:
            operand = self.check(expression.operand)
            if operand.kind not in ("integer", "number", "unknown"):
                self.report("E0301", expression.operand.span, "单位前应为数字", "expected a number before the unit")
            kind = _QUANTITIES[expression.unit]
            return kind if operand.is_exact else kind.inexact()
        self.expect(expression.operand, INTEGER)
        if expression.unit in ("months", "years") and not expression.month_end:
            self.unsettled[expression] = None
        return DURATION

    def _binary(self, expression: t.Binary) -> Type:
        left = self.check(expression.left)
        right = self.check(expression.right)
        if "unknown" in (left.kind, right.kind):
            return UNKNOWN
        result = combine(expression.operator, left, right)
        if result is None:
            self._cannot_combine(expression, left, right)
            return UNKNOWN
        if right.kind == "duration" and left.kind in ("month", "year"):
            self._measures_whole_months(expression, left)
        return result

    def _cannot_combine(self, expression: t.Binary, left: Type, right: Type) -> None:
        signs = {
            "+": ("相加", "added to"),
            "-": ("相减", "subtracted from"),
            "*": ("相乘", "multiplied by"),
            "/": ("相除", "divided by"),
        }
        zh, en = signs[expression.operator]
        kinds = {left.kind, right.kind}
        hint = None
        if kinds == {"money", "points"}:
            hint = Text("百分点先用“折算比例（…）”化为比例", "turn points into a ratio with `as_ratio(…)`")
        elif kinds == {"money", "ratio"}:
            hint = Text("先用金额乘以比例，再相加减", "multiply the money by the ratio first")
        elif expression.operator == "-" and kinds <= {"date", "instant"}:
            hint = Text("两天之间的天数写“相隔天数（从，到）”", "write `days_between(first, second)`")
        elif kinds == {"year", "integer"}:
            hint = Text("年度加减几年，写成如“1 年”", "write the number of years with its unit: `1 years`")
        elif kinds & {"integer", "number"} and expression.operator in "+-":
            hint = Text("数字后要写单位，如 元、个百分点、天", "write the unit: yuan, points, days")
        order = (right, left) if expression.operator == "-" else (left, right)
        self.report(
            "E0302",
            expression.span,
            f"{self.called(left)}与{self.called(right)}不能{zh}",
            f"{order[0]} cannot be {en} {order[1]}",
            hint,
        )

    def _measures_whole_months(self, expression: t.Binary, kind: Type) -> None:
        """A month moves by months and years, a year by years: no day is lost, so nothing need be said."""
        duration = expression.right
        allowed = ("months", "years") if kind.kind == "month" else ("years",)
        if isinstance(duration, t.Quantity):
            self.unsettled.pop(duration, None)
            if duration.unit not in allowed:
                zh, unit = self.called(kind), SPELLING["zh"][UNITS[duration.unit]]
                self.report(
                    "E0302", expression.span, f"{zh}不能加减“{unit}”", f"{kind} does not move by {duration.unit}"
                )

    def settle_month_ends(self) -> None:
        """Durations of months that no month swallowed must say what happens in a month that is too short."""
        for duration in self.unsettled:
            self.report(
                "E0304",
                duration.span,
                "月数、年数要写明遇短月如何处理",
                "say what happens where the month is too short",
                Text("写“（遇短月取末日）”或“（遇短月顺延）”", "write `(clamped)` or `(rolled)`"),
            )
        self.unsettled.clear()

    def _rounded(self, expression: t.Rounded) -> Type:
        kind = self._numeric(expression.operand)
        if kind.kind == "money" and expression.places > 2:
            hint = Text("写“四舍五入到 分”之类", "write such as `round_half_up_to fen`")
            self.report("E0308", expression.span, "金额最多保留到分", "money is rounded to the fen at most", hint)
        if kind.kind == "number" and expression.places == 0:
            return INTEGER
        return attrs.evolve(kind, is_exact=True)

    def _compare(self, expression: t.Compare) -> Type:
        left, right = expression.left, expression.right
        if self._follows(left) and not self._follows(right):
            right_type = self.check(right)
            left_type = self.check_beside(left, right_type)
        else:
            left_type = self.check(left)
            right_type = self.check_beside(right, left_type)
        if not comparable(left_type, right_type):
            for side in (left, right):
                self.unsettled.pop(side, None)
            self.report(
                "E0301",
                expression.span,
                f"{self.called(left_type)}与{self.called(right_type)}不能比较",
                f"{left_type} and {right_type} cannot be compared",
                self._hint(left_type, right_type),
            )
        elif expression.operator not in ("is", "is_not", "equals", "differs"):
            word = SPELLING["zh"][COMPARISONS[expression.operator]]
            self._must_be_ordered(expression, left_type, word)
        return BOOLEAN

    def _follows(self, operand: t.Expr) -> bool:
        """Whether the other side of a comparison tells what this means: a bare value, or a day for an instant."""
        return self.is_bare(operand) or isinstance(operand, t.Moment | t.Number)

    def _must_be_ordered(self, expression: t.Expr, kind: Type, word: str) -> None:
        if not kind.is_ordered and kind.kind not in ("unknown", "null"):
            zh = self.called(kind)
            self.report("E0302", expression.span, f"{zh}没有先后大小，不能用“{word}”", f"{kind} has no order")

    def _member(self, expression: t.Member) -> Type:
        if isinstance(expression.collection, t.Interval):
            return self._within(expression, expression.collection)
        if self.is_bare(expression.operand):
            collection = self.check(expression.collection)
            kind = self.check_beside(expression.operand, collection.element or UNKNOWN)
        else:
            kind = self.check(expression.operand)
            collection = self.check_beside(expression.collection, list_of(kind) if kind.kind != "unknown" else kind)
        if collection.kind not in ("list", "unknown"):
            self.report("E0301", expression.collection.span, "此处应为列表或区间", "expected a list or an interval")
        elif collection.element and not comparable(kind, collection.element):
            zh, en = self.called(collection.element), str(collection.element)
            hint = self._hint(kind, collection.element)
            self.report("E0301", expression.operand.span, f"应为{zh}", f"expected {en}", hint)
        return BOOLEAN

    def _within(self, expression: t.Member, interval: t.Interval) -> Type:
        kind = self.check(expression.operand)
        self._must_be_ordered(expression, kind, "属于 […]")
        for end in (interval.low, interval.high):
            self.expect(end, attrs.evolve(kind, is_exact=False) if kind.is_numeric else kind)
        self.types[interval] = Type("interval", element=kind)
        return BOOLEAN

    def _list(self, expression: t.ListOf, wanted: Type) -> Type:
        element = wanted.element or UNKNOWN
        is_exact = True
        for item in expression.items:
            found = self.check(item, element)
            is_exact = is_exact and found.is_exact
            if element.kind == "unknown":
                element = found
            elif not fits(found, element):
                zh, en = self.called(element), str(element)
                self.report("E0301", item.span, f"列表各项应为{zh}", f"the list's items are {en}")
        return list_of(element if is_exact else element.inexact())

    @abstractmethod
    def call(self, expression: t.Call, wanted: Type) -> Type:
        """The type of a call; `CallChecker` knows the functions."""
