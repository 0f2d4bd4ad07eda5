"""Lists in generated code: one value for each element, counted, summed, collected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from engine import program as p
from engine.backends.python.code import NOTHING, Block, Code, branch
from engine.backends.python.gathering import Collected, Count, Gathering, Quantified, Total, shared_shape
from engine.backends.python.numbers import bound
from engine.backends.python.places import Element, Place
from engine.backends.python.shapes import Listing, Shape

if TYPE_CHECKING:
    from engine.backends.python.compiling import Compiling

LIMIT_UNROLLED = 4
"""A list written out with no more elements is gone through without a loop."""


class Lists:
    """Writes what goes through lists."""

    def __init__(self, compiling: Compiling) -> None:
        self.compiling = compiling
        self.writer = compiling.writer
        self.names = compiling.writer.names

    def gathered(self, gathering: Gathering, place: Place) -> Code:
        """What the elements that fit give, gathered."""
        place.block.say(gathering.begin)
        self.elements(gathering.each, place, lambda inner: self._one(gathering, inner))
        return gathering.result()

    def together(self, gatherings: Sequence[tuple[Gathering, Place]], main: Block) -> list[Code]:
        """Several things gathered of the elements of one list, in one loop."""
        main.say(*(gathering.begin for gathering, _ in gatherings))
        (first, place), *_ = gatherings

        def at_each(inner: Place) -> None:
            element = inner.elements["it"]
            for gathering, own in gatherings:
                where = own.inside(inner.block).with_element(gathering.each.binder, element, _entity(gathering.each))
                self._one(gathering, where)

        self._loop(first.each, place, _entity(first.each), at_each)
        return [gathering.result() for gathering, _ in gatherings]

    def elements(self, each: p.Each, place: Place, at_each: Callable[[Place], None]) -> None:
        """Go through the elements, and do something with each at hand."""
        collection = each.collection
        entity = _entity(each)
        if (
            isinstance(collection, p.Operation)
            and collection.operator == "list"
            and 0 < len(collection.operands) <= LIMIT_UNROLLED
            and all(isinstance(item, p.Record) for item in collection.operands)
        ):
            elements = [self._parts(item, place) for item in collection.operands if isinstance(item, p.Record)]
            for element in elements:
                at_each(place.with_element(each.binder, element, entity))
            return
        self._loop(each, place, entity, at_each)

    def _parts(self, record: p.Record, place: Place) -> Element:
        """A record that is gone through where it is written: its fields stay apart."""
        parts = {
            name: bound(code, place.block, self.names)
            for name, code in self.compiling.expressions.parts(record, place).items()
        }
        whole = self.compiling.expressions.record_of(record.entity, parts)
        return Element(self.names.new("e"), whole, parts, place.block)

    def _loop(self, each: p.Each, place: Place, entity: str, at_each: Callable[[Place], None]) -> None:
        values = self.compiling.expressions.value(each.collection, place)
        if values is NOTHING:
            place.block.say("never()")
            return
        element = values.shape.element if isinstance(values.shape, Listing) else None
        if element is None:
            place.block.say(f"if {values.text}: never()" if values.text != "()" else "pass")
            return
        body = Block("loop", place.block)
        name = self.names.new("e")
        is_empty = isinstance(values.shape, Listing) and values.shape.has_empty
        given = Element(name, Code(name, element, may_be_null=is_empty), None, body)
        at_each(place.inside(body).with_element(each.binder, given, entity))
        self.compiling.obligations.fulfil(body)
        place.block.say(f"for {name} in {values.text}:", body)

    def _one(self, gathering: Gathering, place: Place) -> None:
        """What is done for one element, if it fits."""
        each = gathering.each
        if each.where is None:
            self._take(gathering, place)
            return
        fits = self.compiling.expressions.truth(each.where, place)
        block = branch(place.block)
        self._take(gathering, place.inside(block))
        place.block.say(f"if {fits}:", block)

    def _take(self, gathering: Gathering, place: Place) -> None:
        expressions, each = self.compiling.expressions, gathering.each
        if each.body is None:
            it = p.Local(origin=each.origin, type=each.type, name="it")
            gathering.take(expressions.value(it, place), place.block)
            return
        code = expressions.value(each.body, place)
        gathering.take(code if gathering.is_reckoned else expressions.present(code, place.block), place.block)

    # ── what is made of them ────────────────────────────────────────────────────────────────────
    def each(self, each: p.Each, place: Place) -> Code:
        """The values as a list."""
        return self.gathered(Collected(self.compiling, each, place), place)

    def gathering(self, expression: p.Expression, place: Place) -> Gathering | None:
        """How an operation over the elements of a list gathers what they give."""
        if isinstance(expression, p.Each):
            return Collected(self.compiling, expression, place)
        if not isinstance(expression, p.Operation) or not expression.operands:
            return None
        each, operator = expression.operands[0], expression.operator
        if not isinstance(each, p.Each):
            return None
        if operator == "sum":
            return Total(self.compiling, each, place, expression.type.kind)
        if operator == "count":
            return Count(self.compiling, each, place)
        return Quantified(self.compiling, each, place, operator) if operator in ("any", "all") else None

    def shared_shape(self, codes: list[Code], place: Place) -> Shape | None:
        """The shape that the elements of a list have in common."""
        return shared_shape(codes, place)

    # ── duties ──────────────────────────────────────────────────────────────────────────────────
    def duties_of(self, expression: p.DutiesOf, place: Place) -> Code:
        """The rows in force that bind one of the actors."""
        actors = bound(self.compiling.expressions.value(expression.actors, place), place.block, self.names)
        rules = self.writer.program(place).rules
        rows = [item for item in expression.rows if self.writer.time.in_force(rules[item[1].id].period)]
        if expression.rows and not rows:
            return NOTHING
        name = self.names.new("l")
        place.block.say(f"{name} = []")
        found: list[tuple[Code, Block]] = []
        for actor, row in rows:
            block = branch(place.block)
            code = self.compiling.expressions.value(row, place.inside(block))
            found.append((code, block))
            place.block.say(f"if {str(actor)!r} in {actors.text}:", block)
        both = self.shared_shape([code for code, _ in found], place)
        for code, block in found:
            block.say(f"{name}.append({self.writer.literals.converted(code, both) if both else code.text})")
        return Code(f"tuple({name})", Listing(both))


def _entity(each: p.Each) -> str:
    """The entity of the elements, if they are records."""
    kind = each.collection.type.element
    return kind.name if kind and kind.kind == "record" else ""
