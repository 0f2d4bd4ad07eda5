"""汇集 in generated code: every clause that applies contributes to a list or a sum."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from engine import program as p
from engine.backends.python.code import EMPTY, NOTHING, Block, Code, branch
from engine.backends.python.numbers import bound
from engine.backends.python.places import Place
from engine.backends.python.shapes import Listing, Number, Shape

if TYPE_CHECKING:
    from engine.backends.python.compiling import Compiling

DECIDED = 1
"""The bit that says that a rule was decided; the bit of clause n is n places higher."""


@attrs.frozen(eq=False)
class Contribution:
    """What a clause adds: its value, or the list of values where it `is_many`, in the block where it does."""

    code: Code
    block: Block
    is_many: bool
    bit: int

    @property
    def is_nothing(self) -> bool:
        return self.code is NOTHING or self.code == EMPTY


def collected(compiling: Compiling, rule: p.Rule, mask: str, place: Place) -> Code:
    """All that the clauses in force contribute; `mask` is the variable that records which did."""
    position = {clause.id: number for number, clause in enumerate(rule.clauses, 1)}
    in_force = [clause for clause in rule.clauses if compiling.writer.time.in_force(clause.period)]
    if rule.clauses and not in_force:
        return NOTHING
    if mask:
        place.block.say(f"{mask} = {DECIDED}")
    found = [_contribution(compiling, clause, 1 << position[clause.id], place) for clause in in_force]
    for item in found:
        if item.code is NOTHING:
            item.block.say("never()")
        if mask:
            won = f"{mask} |= {item.bit}"
            item.block.say(f"if {item.code.text}: {won}" if item.is_many else won)
    shape = compiling.lists.shared_shape([_one(item) for item in found if not item.is_nothing], place)
    if rule.type.kind == "list":
        return _as_list(compiling, found, shape, place)
    return _as_sum(compiling, rule, found, shape, place)


def _contribution(compiling: Compiling, clause: p.Clause, bit: int, place: Place) -> Contribution:
    block, holds = place.block, ""
    if clause.condition is not None:
        holds = compiling.expressions.truth(clause.condition, place)
        block = branch(place.block)
    code = compiling.expressions.value(clause.value, place.inside(block))
    if code is not NOTHING:
        code = bound(compiling.expressions.present(code, block), block, compiling.writer.names)
    if block is not place.block:
        place.block.say(f"if {holds}:", block)
    is_many = isinstance(clause.value, p.Each) and isinstance(code.shape, Listing)
    return Contribution(code, block, is_many, bit)


def _one(item: Contribution) -> Code:
    """A value as it is contributed."""
    if item.is_many and isinstance(item.code.shape, Listing):
        return attrs.evolve(item.code, shape=item.code.shape.element or EMPTY.shape, may_be_null=True)
    return item.code


def _as_list(compiling: Compiling, found: list[Contribution], shape: Shape | None, place: Place) -> Code:
    """The values in the order of the clauses; what is empty adds nothing."""
    parts: list[str] = []
    for item in found:
        if item.is_nothing:
            continue
        one = attrs.evolve(_one(item), text="y") if item.is_many else item.code
        assert shape is not None
        text = compiling.writer.literals.converted(one, shape)
        if item.is_many:
            part = f"[{text} for y in {item.code.text} if y is not None]"
        elif item.code.may_be_null:
            part = f"[] if {item.code.text} is None else [{text}]"
        else:
            part = f"[{text}]"
        if item.block is place.block and part.startswith("["):
            parts.append(f"*{part}" if item.is_many else text)
            continue
        name = compiling.writer.names.new("l")
        if item.block is not place.block:
            place.block.lines.insert(_position(place.block, item.block), f"{name} = ()")
        item.block.say(f"{name} = {part}")
        parts.append(f"*{name}")
    return Code(f"({', '.join(parts)}{',' if len(parts) == 1 else ''})", Listing(shape))


def _position(block: Block, inner: Block) -> int:
    """Where the test of an inner block stands."""
    return next(number for number, line in enumerate(block.lines) if line is inner) - 1


def _as_sum(compiling: Compiling, rule: p.Rule, found: list[Contribution], shape: Shape | None, place: Place) -> Code:
    name = compiling.writer.names.new("n")
    total = attrs.evolve(shape if isinstance(shape, Number) else Number(0), is_whole=rule.type.kind == "integer")
    place.block.lines.insert(0, f"{name} = 0")
    for item in found:
        if item.is_nothing:
            continue
        one = attrs.evolve(_one(item), text="y") if item.is_many else item.code
        text = compiling.writer.literals.converted(one, total)
        if item.is_many:
            item.block.say(f"{name} += sum([{text} for y in {item.code.text} if y is not None])")
        else:
            item.block.say(
                f"if {item.code.text} is not None: {name} += {text}" if one.may_be_null else f"{name} += {text}"
            )
    natural = all(item.code.is_natural for item in found)
    return Code(name, total, is_natural=natural, digits=60)
