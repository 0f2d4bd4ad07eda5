"""Arithmetic in generated code: scaled whole numbers, exact; a quotient stays a fraction until it is rounded."""

from __future__ import annotations

import attrs

from engine.backends.python.code import LIMIT_DIGITS, NOTHING, Block, Code, Names
from engine.backends.python.shapes import Number, Shape

HUNDRED_PLACES = 2
"""A point is a hundredth of a ratio."""


def bound(code: Code, block: Block, names: Names, letter: str = "x") -> Code:
    """The same value under a name, so that it can be used several times."""
    if code.is_atomic:
        return code
    name = names.new(letter)
    block.say(f"{name} = {code.text}")
    return attrs.evolve(code, text=name)


def present(code: Code) -> Code:
    """The same amount, which is there: a sign stops what is empty or missing."""
    if not code.may_miss and not code.may_be_null:
        return code
    return attrs.evolve(code, text=f"+{_factor(code.text)}", may_miss=False, may_be_null=False)


def to_scale(code: Code, scale: int) -> Code:
    """The same amount in units of 10 ** -scale, no coarser than it is."""
    steps = scale - code.scale
    if not steps:
        return code
    factor = 10**steps
    whole = code.shape.is_whole if isinstance(code.shape, Number) else False
    shape = Number(scale, whole)
    if _is_literal(code.text):
        return attrs.evolve(code, text=str(int(code.text) * factor), shape=shape, digits=code.digits + steps)
    return attrs.evolve(code, text=f"{_factor(code.text)}*{factor}", shape=shape, digits=code.digits + steps)


def _is_literal(text: str) -> bool:
    return text.removeprefix("-").isdecimal()


def _factor(text: str) -> str:
    """The text as an operand of a product."""
    return text if text.isidentifier() or text.isdecimal() else f"({text})"


def level(left: Code, right: Code) -> tuple[Code, Code]:
    """Both amounts in the finer of their units."""
    scale = max(left.scale, right.scale)
    return to_scale(left, scale), to_scale(right, scale)


class Arithmetic:
    """Sums, products and quotients; lines go to the block of the moment."""

    def __init__(self, names: Names) -> None:
        self.names = names

    # ── exact ───────────────────────────────────────────────────────────────────────────────────
    def plus(self, left: Code, right: Code, sign: str, block: Block) -> Code:
        """left + right or left - right, of one kind of amount."""
        if left.over or right.over:
            return self._fraction_sum(left, right, sign, block)
        left, right = level(left, right)
        digits = max(left.digits, right.digits) + 1
        natural = sign == "+" and left.is_natural and right.is_natural
        shape = Number(left.scale, _both_whole(left, right))
        second = right.text if sign == "+" else _factor(right.text)
        return self._checked(Code(f"{left.text} {sign} {second}", shape, is_natural=natural, digits=digits), block)

    def times(self, left: Code, right: Code, block: Block) -> Code:
        """The product."""
        natural = left.is_natural and right.is_natural
        shape = Number(left.scale + right.scale, _both_whole(left, right))
        over = "*".join(_factor(item.over) for item in (left, right) if item.over)
        digits = left.digits + right.digits
        text = f"{_factor(left.text)}*{_factor(right.text)}"
        if over:
            return Code(text, shape, is_natural=natural, over=over, digits=digits)
        return self._checked(Code(text, shape, is_natural=natural, digits=digits), block)

    def divided(self, left: Code, right: Code, block: Block) -> Code:
        """The quotient as a fraction; nothing is divided by nothing."""
        divisor = to_scale(right, max(left.scale, right.scale))
        top = left if left.scale >= right.scale else attrs.evolve(to_scale(left, right.scale), over=left.over)
        if right.over:
            top = attrs.evolve(top, text=f"{_factor(top.text)}*{_factor(right.over)}", digits=top.digits + right.digits)
        top, below = bound(top, block, self.names), bound(divisor, block, self.names)
        if not _is_literal(below.text):
            top, below = self._positive(top, below, block)
        elif int(below.text) <= 0:
            if int(below.text) == 0:
                return NOTHING
            top = attrs.evolve(top, text=f"-({top.text})", is_natural=False)
            below = attrs.evolve(below, text=below.text.removeprefix("-"))
        over = below.text if not left.over else f"{below.text}*{_factor(left.over)}"
        natural = left.is_natural and right.is_natural
        return Code(top.text, Number(0), is_natural=natural, over=over, digits=top.digits)

    def _positive(self, top: Code, below: Code, block: Block) -> tuple[Code, Code]:
        """The fraction with its sign above; by nothing nothing is divided."""
        if below.is_natural:
            block.say(f"if {below.text} == 0: never()")
            return top, below
        sign, size = self.names.new("x"), self.names.new("x")
        block.say(
            f"if {below.text} == 0: never()",
            f"{sign} = {top.text} if {below.text} > 0 else -{_factor(top.text)}",
            f"{size} = abs({below.text})",
        )
        return attrs.evolve(top, text=sign), attrs.evolve(below, text=size)

    def _fraction_sum(self, left: Code, right: Code, sign: str, block: Block) -> Code:
        (a, b), (c, d) = self._fraction(left), self._fraction(right)
        below = d if b == d else f"{b}*{d}"
        text = f"{a} {sign} {_factor(c)}" if b == d else f"{_factor(a)}*{d} {sign} {_factor(c)}*{b}"
        natural = sign == "+" and left.is_natural and right.is_natural
        name = self.names.new("x")
        block.say(f"{name} = {text}")
        return Code(name, Number(0), is_natural=natural, over=below, digits=left.digits + right.digits)

    def _fraction(self, code: Code) -> tuple[str, str]:
        """What is above and below the line; both can stand in a product."""
        parts = [_factor(code.over)] if code.over else []
        if code.scale:
            parts.append(str(10**code.scale))
        return code.text, "*".join(parts) or "1"

    def as_fraction(self, code: Code, block: Block) -> Code:
        """The amount with what is below the line said, 1 where nothing is."""
        top, below = self._fraction(code)
        text = bound(attrs.evolve(code, text=top), block, self.names).text
        return Code(text, Number(0), is_natural=code.is_natural, over=below, digits=code.digits)

    def _checked(self, code: Code, block: Block) -> Code:
        """Beyond what the reference holds exactly, the reference tells so."""
        if code.digits <= LIMIT_DIGITS:
            return code
        code = bound(code, block, self.names)
        block.say(f"if abs({code.text}) >= {_power(LIMIT_DIGITS)}: never()")
        return attrs.evolve(code, digits=LIMIT_DIGITS)

    # ── rounding ────────────────────────────────────────────────────────────────────────────────
    def rounded(self, code: Code, mode: str, places: int, is_whole: bool, block: Block) -> Code:
        """The amount at so many places."""
        shape = Number(places, is_whole)
        if not code.over and code.scale <= places:
            return attrs.evolve(present(to_scale(code, places)), shape=shape)
        unit = str(10 ** max(code.scale - places, 0))
        top = code.text
        if places > code.scale:
            top = f"{_factor(top)}*{10 ** (places - code.scale)}"
        unit = code.over if unit == "1" else f"{_factor(code.over)}*{unit}" if code.over else unit
        digits = max(code.digits - code.scale + places, places) + 1
        if code.is_natural and unit.isdecimal():
            return Code(_natural(top, mode, int(unit)), shape, is_natural=True, digits=digits)
        if unit.isdecimal() and mode == "half_up" and not int(unit) % 2:
            top, half = bound(attrs.evolve(code, text=top), block, self.names).text, int(unit) // 2
            text = f"(({top} + {half})//{unit} if {top} >= 0 else -(({half} - {top})//{unit}))"
            return Code(text, shape, digits=digits)
        return Code(f"{mode}({top}, {unit})", shape, is_natural=code.is_natural, digits=digits)

    # ── comparison ──────────────────────────────────────────────────────────────────────────────
    def sides(self, left: Code, right: Code) -> tuple[str, str]:
        """Two texts that compare as the amounts do."""
        if left.over or right.over:
            (a, b), (c, d) = self._fraction(left), self._fraction(right)
            return f"{_factor(a)}*{d}", f"{_factor(c)}*{b}"
        left, right = level(left, right)
        return left.text, right.text


def _natural(top: str, mode: str, unit: int) -> str:
    if mode == "half_up":
        return f"({top} + {unit // 2})//{unit}"
    return f"({top} + {unit - 1})//{unit}" if mode == "up" else f"{_factor(top)}//{unit}"


def _both_whole(left: Code, right: Code) -> bool | None:
    """Whether the reference holds an integer: where it does on both sides."""
    shapes: tuple[Shape, Shape] = (left.shape, right.shape)
    whole = [shape.is_whole for shape in shapes if isinstance(shape, Number)]
    return False if False in whole else None if None in whole else True


def _power(digits: int) -> str:
    return f"1{'0' * digits}"
