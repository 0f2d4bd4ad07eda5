"""分段 in generated code: what each band yields for the part of the amounts that lies in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from engine import program as p
from engine.backends.python.code import NOTHING, Block, Code, branch
from engine.backends.python.numbers import bound, level, present
from engine.backends.python.places import Element, Place
from engine.backends.python.shapes import Listing, Number, Recorded
from engine.backends.refusals import refused

if TYPE_CHECKING:
    from engine.backends.python.compiling import Compiling

ZERO = Code("0", Number(0), is_natural=True, digits=1)


def written_brackets(compiling: Compiling, rule: p.Rule, place: Place) -> Code:
    """The portions of a brackets rule, added up unless the rule is a list."""
    if rule.scale is None or not compiling.writer.time.in_force(rule.period):
        return NOTHING
    return _Brackets(compiling, rule, rule.scale, place).written()


class _Brackets:
    def __init__(self, compiling: Compiling, rule: p.Rule, scale: p.Scale, place: Place) -> None:
        self.compiling = compiling
        self.names = compiling.writer.names
        self.rule = rule
        self.scale = scale
        self.place = place
        self.variable = self.names.new("l" if rule.type.kind == "list" else "n")
        self.found: list[tuple[Code, Block]] = []

    def written(self) -> Code:
        """Go through the bands from the lowest up."""
        block = self.place.block
        value = self.compiling.expressions.value
        lower = ZERO if self.scale.lower is None else value(self.scale.lower, self.place)
        upper = value(self.scale.upper, self.place)
        if not (lower.is_number and upper.is_number) or lower.over or upper.over:
            return NOTHING
        # What is empty or missing has no bands.
        lower, upper = (bound(present(code), block, self.names) for code in (lower, upper))
        is_list = self.rule.type.kind == "list"
        block.say(f"{self.variable} = {'[]' if is_list else '0'}")
        if self.scale.table is not None:
            self._listed(lower, upper)
        else:
            self._spelled_out(lower, upper)
        return self._gathered(is_list)

    def _gathered(self, is_list: bool) -> Code:
        codes = [code for code, _ in self.found]
        shape = self.compiling.lists.shared_shape(codes, self.place)
        if not is_list and not isinstance(shape, Number):
            shape = Number(0)
        for code, block in self.found:
            if code is NOTHING:
                block.say("never()")
                continue
            code = bound(code, block, self.names)
            assert shape is not None
            text = self.compiling.writer.literals.converted(code, shape)
            add = f"{self.variable}.append({text})" if is_list else f"{self.variable} += {text}"
            block.say(f"if {code.text} is not None: {add}" if code.may_be_null and not is_list else add)
        if is_list:
            return Code(f"tuple({self.variable})", Listing(shape, any(code.may_be_null for code in codes)))
        assert isinstance(shape, Number)
        whole = attrs.evolve(shape, is_whole=self.rule.type.kind == "integer")
        natural = all(code.is_natural for code in codes)
        return Code(self.variable, whole, is_natural=natural, digits=max([1, *(c.digits for c in codes)]) + 2)

    def _portion(self, lower: Code, upper: Code, bottom: Code, top: Code | None, place: Place) -> None:
        """The part of the amounts in one band, and what it yields; nothing for a band without a part."""
        block = place.block
        name = self.names.new("q")
        shape = _finest([lower, upper, bottom, *([top] if top else [])])
        texts = [self.compiling.writer.literals.converted(code, shape) for code in (lower, upper, bottom)]
        high = texts[1] if top is None else self._lesser(texts[1], self._in(top, shape), top, block)
        low = self._greater(lower, bottom, texts[0], texts[2])
        block.say(f"{name} = {high}" if low == "0" else f"{name} = {high} - {low}")
        inner = branch(block)
        portion = Code(name, shape, is_natural=True, digits=max(lower.digits, upper.digits) + 1)
        where = place.with_own({"portion": portion}).inside(inner)
        code = self.compiling.expressions.value(self.scale.portion, where)
        code = self.compiling.expressions.present(code, inner)
        block.say(f"if {name} > 0:", inner)
        self.found.append((code, inner))

    def _in(self, code: Code, shape: Number) -> str:
        return self.compiling.writer.literals.converted(code, shape)

    def _lesser(self, upper: str, top: str, code: Code, block: Block) -> str:
        """The lower of the two ends; a band may be without an upper end."""
        if code.may_be_null:
            top = bound(Code(top, code.shape), block, self.names).text
            return f"({upper} if {top} is None or {upper} <= {top} else {top})"
        return f"({upper} if {upper} < {top} else {top})"

    def _greater(self, lower: Code, bottom: Code, low: str, floor: str) -> str:
        """The higher of the two beginnings."""
        if lower.text == "0":
            return floor
        if bottom.text == "0" and lower.is_natural:
            return f"({low})"
        return f"({low} if {low} > {floor} else {floor})"

    # ── bands written in the rule ───────────────────────────────────────────────────────────────
    def _spelled_out(self, lower: Code, upper: Code) -> None:
        bands: list[tuple[Code, Code | None, Code]] = []
        bottom: Code | None = ZERO
        expressions, block = self.compiling.expressions, self.place.block
        for top_expression, rate_expression in self.scale.bands:
            top = None
            if top_expression is not None:
                top = bound(present(expressions.value(top_expression, self.place)), block, self.names)
            rate = bound(expressions.value(rate_expression, self.place), block, self.names)
            rate = expressions.present(rate, block)
            if bottom is None or rate is NOTHING:
                block.say("never()")
                return
            if top is not None:
                above, below = level(top, bottom)
                if not (above.text.isdecimal() and below.text.isdecimal() and int(above.text) > int(below.text)):
                    block.say(f"if {above.text} <= {below.text}: never()")
            bands.append((bottom, top, rate))
            bottom = top
        for low, high, rate in bands:
            self._portion(lower, upper, low, high, self.place.with_own({"rate": rate}))

    # ── bands of a list ─────────────────────────────────────────────────────────────────────────
    def _listed(self, lower: Code, upper: Code) -> None:
        """The bands of a list follow each other from 0 without gap or overlap."""
        assert self.scale.table is not None
        block = self.place.block
        table = bound(self.compiling.expressions.value(self.scale.table, self.place), block, self.names)
        element = table.shape.element if isinstance(table.shape, Listing) else None
        if not isinstance(element, Recorded):
            block.say("never()")
            return
        self._follow_each_other(table, element)
        body = Block("loop", block)
        name = self.names.new("e")
        band = Element(name, Code(name, element), None, body)
        inside = self.place.inside(body).with_element(self.scale.binder, band, self.scale.binder)
        bottom, top = (self._edge(band, element, edge) for edge in self.scale.edges)
        self._portion(lower, upper, bottom, top, inside)
        self.compiling.obligations.fulfil(body)
        block.say(f"for {name} in {table.text}:", body)

    def _edge(self, band: Element, element: Recorded, edge: str) -> Code:
        part = element.part(edge)
        if part is None or not isinstance(part.shape, Number):
            raise refused(self.rule.id, "段的起止", "the edges of a band")
        text = f"{band.name}[{element.index(edge)}]"
        return Code(text, part.shape, may_be_null=part.may_be_null, is_natural=True, digits=24)

    def _follow_each_other(self, table: Code, element: Recorded) -> None:
        low, high = (element.index(edge) for edge in self.scale.edges)
        if element.parts[low] is None or element.parts[high] is None:
            raise refused(self.rule.id, "段的起止", "the edges of a band")
        shapes = [part.shape for part in (element.parts[low], element.parts[high]) if part]
        steps = [shape.scale for shape in shapes if isinstance(shape, Number)]
        finest = max(steps)
        factors = tuple(10 ** (finest - step) for step in steps)
        self.place.block.say(f"follow_each_other({table.text}, {low}, {high}, {factors!r})")


def _finest(codes: list[Code]) -> Number:
    return Number(max(code.scale for code in codes))
