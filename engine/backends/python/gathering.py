"""What is made of the elements of a list: a list of values, a sum, a count, whether one or all are true."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from engine import program as p
from engine.backends.python.code import NOTHING, Block, Code
from engine.backends.python.literals import joined
from engine.backends.python.places import Place
from engine.backends.python.shapes import Listing, Number, Plain, Shape
from engine.backends.refusals import refused

if TYPE_CHECKING:
    from engine.backends.python.compiling import Compiling


def shared_shape(codes: list[Code], place: Place) -> Shape | None:
    """The shape that several values have in common."""
    codes = [code for code in codes if code is not NOTHING]
    if any(code.over for code in codes):
        raise refused(place.rule, "列表里的商没有舍入", "quotients in a list that are not rounded")
    return joined(codes).shape if codes else None


class Gathering:
    """Something made of the values of the elements, one after the other."""

    is_reckoned = False
    """Whether what is missing stops it by itself."""

    def __init__(self, compiling: Compiling, each: p.Each, place: Place, letter: str, start: str) -> None:
        self.compiling = compiling
        self.each = each
        self.place = place
        self.name = compiling.writer.names.new(letter)
        self.begin = f"{self.name} = {start}"
        self.found: list[tuple[Code, Block]] = []

    def take(self, code: Code, block: Block) -> None:
        """The value of one element, in its block."""
        self.found.append((code, block))

    def result(self) -> Code:
        """What has come of it when all elements have been gone through."""
        raise NotImplementedError


class Collected(Gathering):
    """The values as a list."""

    def __init__(self, compiling: Compiling, each: p.Each, place: Place) -> None:
        super().__init__(compiling, each, place, "l", "[]")

    def result(self) -> Code:
        both = shared_shape([code for code, _ in self.found], self.place)
        for code, block in self.found:
            text = self.compiling.writer.literals.converted(code, both) if both else code.text
            block.say(f"{self.name}.append({text})")
        return Code(f"tuple({self.name})", Listing(both, any(code.may_be_null for code, _ in self.found)))


class Total(Gathering):
    """The sum of the values."""

    is_reckoned = True

    def __init__(self, compiling: Compiling, each: p.Each, place: Place, kind: str) -> None:
        super().__init__(compiling, each, place, "n", "0")
        self.kind = kind

    def result(self) -> Code:
        both = shared_shape([code for code, _ in self.found], self.place)
        shape = both if isinstance(both, Number) else Number(0)
        for code, block in self.found:
            block.say(f"{self.name} += {self.compiling.writer.literals.converted(code, shape)}")
        natural = all(code.is_natural for code, _ in self.found)
        digits = max((code.digits for code, _ in self.found), default=1) + 6
        whole = attrs.evolve(shape, is_whole=self.kind == "integer")
        return Code(self.name, whole, is_natural=natural, digits=digits)


class Count(Gathering):
    """How many values there are."""

    def __init__(self, compiling: Compiling, each: p.Each, place: Place) -> None:
        super().__init__(compiling, each, place, "n", "0")

    def take(self, code: Code, block: Block) -> None:
        if not code.is_atomic:
            block.say(code.text)
        block.say(f"{self.name} += 1")

    def result(self) -> Code:
        return Code(self.name, Number(0, is_whole=True), is_natural=True, digits=6)


class Quantified(Gathering):
    """Whether one value is true, or all are; every element is looked at, as the reference does."""

    is_reckoned = True

    def __init__(self, compiling: Compiling, each: p.Each, place: Place, operator: str) -> None:
        self.settling = operator == "any"
        super().__init__(compiling, each, place, "t", str(not self.settling))

    def take(self, code: Code, block: Block) -> None:
        text = self.compiling.expressions.as_truth(code, block)
        block.say(f"if {'' if self.settling else 'not '}{text}: {self.name} = {self.settling}")

    def result(self) -> Code:
        return Code(self.name, Plain("boolean"))
