"""Operators and built-in functions in generated code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

import attrs

from engine import program as p
from engine.backends.python.code import NOTHING, Code
from engine.backends.python.literals import joined
from engine.backends.python.moments import Moments
from engine.backends.python.numbers import HUNDRED_PLACES, bound, present
from engine.backends.python.places import Place
from engine.backends.python.shapes import Listing, Number, Plain
from engine.backends.refusals import refused
from policy.dsl.lexicon import COMPARISONS, EQUALITY

if TYPE_CHECKING:
    from engine.backends.python.compiling import Compiling

BOOLEAN: Final = Plain("boolean")

_ORDER: Final = {
    "at_most": "<=",
    "not_after": "<=",
    "at_least": ">=",
    "not_before": ">=",
    "above": ">",
    "after": ">",
    "below": "<",
    "before": "<",
}
_EQUAL: Final = {"is": "==", "equals": "==", "is_not": "!=", "differs": "!="}
_EXTREMES: Final = {"smaller": "<=", "earlier": "<=", "larger": ">=", "later": ">="}
_OVER_LISTS: Final = {"any": "any_of", "all": "all_of"}

Handler = Callable[[p.Operation, Place], Code]


class Operations:
    """Writes the code of operations; every operand is evaluated, as in the reference."""

    def __init__(self, compiling: Compiling) -> None:
        self.compiling = compiling
        self.writer = compiling.writer
        self.names = compiling.writer.names
        self.moments = Moments(compiling)
        self.handlers: Mapping[str, Handler] = {
            **dict.fromkeys(_EXTREMES, self._extreme),
            **dict.fromkeys(("in", "not_in"), self._membership),
            **dict.fromkeys(("in_interval", "not_in_interval"), self._interval),
            **dict.fromkeys("+-*/", self._arithmetic),
            **dict.fromkeys(("any", "all"), self._quantified),
            **dict.fromkeys(("as_ratio", "as_points"), self._points),
            **dict.fromkeys(("first", "last"), self._end),
            **dict.fromkeys(("filter", "map"), self._as_list),
            "sum": self._sum,
            "count": self._count,
            "list": self._list,
            "join": self._join,
            "distinct": self._distinct,
            "round": self._round,
            "not": self._not,
            "negate": self._negate,
            "absolute": self._absolute,
            "as_decimal": self._as_decimal,
            "missing": self._missing,
            "is_open": self._is_open,
            "text_length": self._length,
        }

    def operation(self, expression: p.Operation, place: Place) -> Code:
        """The code of an operation."""
        operator = expression.operator
        gathered = self._gathered(expression, place)
        if gathered is not None:
            return gathered
        if operator in COMPARISONS or operator in EQUALITY:
            return self._comparison(expression, place)
        if operator in self.handlers:
            return self.handlers[operator](expression, place)
        if operator in self.moments.handlers:
            return self.moments.handlers[operator](expression, place)
        raise refused(place.rule, f"运算“{operator}”", f"the operation `{operator}`")

    def _gathered(self, expression: p.Operation, place: Place) -> Code | None:
        """What goes through the elements of a list."""
        found = place.block.find(("each", place.law, id(expression)))
        if found is not None:
            return found
        gathering = self.compiling.lists.gathering(expression, place)
        return self.compiling.lists.gathered(gathering, place) if gathering else None

    def operands(self, expression: p.Operation, place: Place) -> list[Code]:
        """The operands' codes; what stops compiled code stops it here."""
        return [self.compiling.expressions.value(operand, place) for operand in expression.operands]

    # ── comparison ──────────────────────────────────────────────────────────────────────────────
    def _comparison(self, expression: p.Operation, place: Place) -> Code:
        left, right = self.operands(expression, place)
        return Code(self.compared(expression.operator, left, right), BOOLEAN)

    def compared(self, operator: str, left: Code, right: Code) -> str:
        """The text of a comparison. What is missing stops it; only equality takes what is empty."""
        if NOTHING in (left, right):
            return NOTHING.text
        if operator in _ORDER:
            first, second = self._sides(left, right)
            return f"({first} {_ORDER[operator]} {second})"
        if left.text == "None" and right.text != "None":
            left, right = right, left
        if right.text == "None":
            if left.is_atomic and not left.may_miss and not left.may_be_null:
                return str(_EQUAL[operator] == "!=")
            identity = {"==": "is", "!=": "is not"}[_EQUAL[operator]]
            sign = _EQUAL[operator] if left.may_miss else identity
            return f"({left.text} {sign} None)"
        first, second = self._sides(left, right)
        return f"({first} {_EQUAL[operator]} {second})"

    def _sides(self, left: Code, right: Code) -> tuple[str, str]:
        if left.is_number and right.is_number:
            return self.writer.arithmetic.sides(left, right)
        both = joined([left, right]).shape
        return self.writer.literals.converted(left, both), self.writer.literals.converted(right, both)

    def _interval(self, expression: p.Operation, place: Place) -> Code:
        value, low, high = self.operands(expression, place)
        value = bound(value, place.block, self.names)
        below = "at_most" if expression.detail == "closed" else "below"
        ends = f"{self.compared('at_most', low, value)} & {self.compared(below, value, high)}"
        return Code(f"(not ({ends}))" if expression.operator == "not_in_interval" else f"({ends})", BOOLEAN)

    def _membership(self, expression: p.Operation, place: Place) -> Code:
        value, values = self.operands(expression, place)
        if NOTHING in (value, values):
            return NOTHING
        negated = expression.operator == "not_in"
        if not isinstance(values.shape, Listing) or values.shape.element is None:
            values = bound(values, place.block, self.names)
            if values.text != "()":
                place.block.say(f"if {values.text} != (): never()")
            return Code(str(negated), BOOLEAN)
        both = joined([Code(value.text, Listing(value.shape)), values]).shape
        assert isinstance(both, Listing) and both.element is not None
        one = self.writer.literals.converted(value, both.element)
        many = self.writer.literals.converted(values, both)
        return Code(f"({one} {'not in' if negated else 'in'} {many})", BOOLEAN)

    # ── amounts ─────────────────────────────────────────────────────────────────────────────────
    def _arithmetic(self, expression: p.Operation, place: Place) -> Code:
        if expression.operands[1].type.kind == "duration":
            return self.moments.moved(expression, place)
        left, right = self.operands(expression, place)
        if not (left.is_number and right.is_number):
            return NOTHING
        arithmetic = self.writer.arithmetic
        if expression.operator == "*":
            return arithmetic.times(left, right, place.block)
        if expression.operator == "/":
            return arithmetic.divided(left, right, place.block)
        kinds = [operand.type.kind for operand in expression.operands]
        if kinds == ["ratio", "points"]:
            right = _moved_point(right, HUNDRED_PLACES)
        found = arithmetic.plus(left, right, expression.operator, place.block)
        if kinds == ["ratio", "ratio"] and expression.operator == "-":
            return self._as_points(found)
        return found

    def _as_points(self, ratio: Code) -> Code:
        if not ratio.over and ratio.scale < HUNDRED_PLACES:
            ratio = self._finer(ratio, HUNDRED_PLACES)
        return _moved_point(ratio, -HUNDRED_PLACES)

    def _finer(self, code: Code, scale: int) -> Code:
        text = f"({code.text})*{10 ** (scale - code.scale)}"
        return attrs.evolve(code, text=text, shape=Number(scale), digits=code.digits + scale)

    def _points(self, expression: p.Operation, place: Place) -> Code:
        (value,) = self.operands(expression, place)
        if not value.is_number:
            return NOTHING
        found = self._as_points(value) if expression.operator == "as_points" else _moved_point(value, HUNDRED_PLACES)
        return present(found)

    def _round(self, expression: p.Operation, place: Place) -> Code:
        (value,) = self.operands(expression, place)
        if not value.is_number:
            return NOTHING
        mode, places = expression.detail
        whole = expression.type.kind == "integer"
        return self.writer.arithmetic.rounded(value, str(mode), int(places), whole, place.block)

    def _negate(self, expression: p.Operation, place: Place) -> Code:
        (value,) = self.operands(expression, place)
        if not value.is_number:
            return NOTHING
        return attrs.evolve(value, text=f"-({value.text})", is_natural=False, may_miss=False, may_be_null=False)

    def _absolute(self, expression: p.Operation, place: Place) -> Code:
        (value,) = self.operands(expression, place)
        if not value.is_number:
            return NOTHING
        return attrs.evolve(value, text=f"abs({value.text})", is_natural=True, may_miss=False, may_be_null=False)

    def _as_decimal(self, expression: p.Operation, place: Place) -> Code:
        (value,) = self.operands(expression, place)
        if not isinstance(value.shape, Number):
            return NOTHING
        shape = attrs.evolve(value.shape, is_whole=False)
        return present(attrs.evolve(value, shape=shape))

    # ── extremes ────────────────────────────────────────────────────────────────────────────────
    def _extreme(self, expression: p.Operation, place: Place) -> Code:
        operator = expression.operator
        function = "smallest" if _EXTREMES[operator] == "<=" else "largest"
        codes = self.operands(expression, place)
        if NOTHING in codes:
            return NOTHING
        if len(codes) == 1:
            return self._extreme_of_list(codes[0], function)
        if any(code.over for code in codes):
            return self._extreme_quotient(codes, operator, place)
        both = joined(codes)
        texts = [self.writer.literals.converted(code, both.shape) for code in codes]
        both = attrs.evolve(both, may_miss=False, may_be_null=False, is_natural=_natural(codes, function))
        if len(codes) > 2 or any(code.may_be_null for code in codes):
            return attrs.evolve(both, text=f"{function}({', '.join(texts)})")
        one, other = (bound(Code(text, both.shape), place.block, self.names).text for text in texts)
        return attrs.evolve(both, text=f"({one} if {one} {_EXTREMES[operator]} {other} else {other})")

    def _extreme_of_list(self, values: Code, function: str) -> Code:
        if not isinstance(values.shape, Listing) or values.shape.element is None:
            return NOTHING
        return Code(f"{function}(*{values.text})", values.shape.element, digits=60)

    def _extreme_quotient(self, codes: list[Code], operator: str, place: Place) -> Code:
        if len(codes) != 2:
            raise refused(place.rule, "几个未舍入的商的最值", "an extreme of several quotients")
        one, other = (self.writer.arithmetic.as_fraction(code, place.block) for code in codes)
        text, over = self.names.new("x"), self.names.new("x")
        first, second = self.writer.arithmetic.sides(one, other)
        chosen = f"if {first} {_EXTREMES[operator]} {second}"
        place.block.say(
            f"{text} = {one.text} {chosen} else {other.text}", f"{over} = {one.over} {chosen} else {other.over}"
        )
        natural = one.is_natural and other.is_natural
        return Code(text, Number(0), is_natural=natural, over=over, digits=max(one.digits, other.digits))

    # ── logic ───────────────────────────────────────────────────────────────────────────────────
    def _not(self, expression: p.Operation, place: Place) -> Code:
        code = self.compiling.expressions.value(expression.operands[0], place)
        if code.may_miss or code.may_be_null:
            name = bound(code, place.block, self.names).text
            return Code(f"({name} is False or {name} is not True and never())", BOOLEAN)
        text = code.text
        return Code({"True": "False", "False": "True"}.get(text, f"(not {text})"), BOOLEAN)

    def _quantified(self, expression: p.Operation, place: Place) -> Code:
        (values,) = self.operands(expression, place)
        return Code(f"{_OVER_LISTS[expression.operator]}({values.text})", BOOLEAN)

    # ── lists ───────────────────────────────────────────────────────────────────────────────────
    def _sum(self, expression: p.Operation, place: Place) -> Code:
        (values,) = self.operands(expression, place)
        kind = expression.type.kind
        if not isinstance(values.shape, Listing):
            return NOTHING
        element = values.shape.element
        shape = element if isinstance(element, Number) else Number(0)
        return Code(f"sum({values.text})", attrs.evolve(shape, is_whole=kind == "integer"), digits=60)

    def _count(self, expression: p.Operation, place: Place) -> Code:
        (values,) = self.operands(expression, place)
        return Code(f"len({values.text})", Number(0, is_whole=True), is_natural=True, digits=6)

    def _list(self, expression: p.Operation, place: Place) -> Code:
        expressions = self.compiling.expressions
        codes = [expressions.present(code, place.block) for code in self.operands(expression, place)]
        if NOTHING in codes:
            return NOTHING
        both = self.compiling.lists.shared_shape(codes, place)
        texts = [self.writer.literals.converted(code, both) if both else code.text for code in codes]
        shape = Listing(both, any(code.may_be_null for code in codes))
        return Code(f"({', '.join(texts)}{',' if len(texts) == 1 else ''})", shape)

    def _join(self, expression: p.Operation, place: Place) -> Code:
        codes = self.operands(expression, place)
        if any(not isinstance(code.shape, Listing) for code in codes):
            return NOTHING
        both = joined(codes).shape
        texts = [self.writer.literals.converted(code, both) for code in codes]
        return Code(f"({' + '.join(texts)})", both)

    def _as_list(self, expression: p.Operation, place: Place) -> Code:
        (values,) = self.operands(expression, place)
        return attrs.evolve(values, text=f"tuple({values.text})", may_miss=False, may_be_null=False)

    def _distinct(self, expression: p.Operation, place: Place) -> Code:
        (values,) = self.operands(expression, place)
        return attrs.evolve(values, text=f"distinct({values.text})", may_miss=False, may_be_null=False)

    def _end(self, expression: p.Operation, place: Place) -> Code:
        (values,) = self.operands(expression, place)
        if not isinstance(values.shape, Listing):
            return NOTHING
        values = bound(values, place.block, self.names)
        index = 0 if expression.operator == "first" else -1
        shape = values.shape.element if isinstance(values.shape, Listing) else None
        text = f"({values.text}[{index}] if len({values.text}) else None)"
        return Code(text, shape or Plain("null"), may_be_null=True, digits=60)

    # ── checklists and texts ────────────────────────────────────────────────────────────────────
    def _missing(self, expression: p.Operation, place: Place) -> Code:
        checklist, present = self.operands(expression, place)
        kind = expression.type.element
        return Code(f"lacking({checklist.text}, {present.text})", Listing(Plain(kind.kind if kind else "enum")))

    def _is_open(self, expression: p.Operation, place: Place) -> Code:
        (checklist,) = self.operands(expression, place)
        return Code(f"{checklist.text}[1]", BOOLEAN)

    def _length(self, expression: p.Operation, place: Place) -> Code:
        (text,) = self.operands(expression, place)
        return Code(f"len({text.text})", Number(0, is_whole=True), is_natural=True, digits=6)


def _moved_point(code: Code, places: int) -> Code:
    """The same digits with the point moved; a fraction is multiplied or divided."""
    if code.over:
        factor = 10 ** abs(places)
        if places > 0:
            return attrs.evolve(code, over=f"({code.over})*{factor}")
        return attrs.evolve(code, text=f"({code.text})*{factor}")
    return attrs.evolve(code, shape=Number(code.scale + places))


def _natural(codes: list[Code], function: str) -> bool:
    natural = [code.is_natural for code in codes]
    return any(natural) if function == "largest" else all(natural)
