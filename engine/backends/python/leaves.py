"""Values that several branches give: one variable for all of them."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from engine.backends.python.code import NOTHING, Block, Code
from engine.backends.python.literals import Literals, joined
from engine.backends.refusals import refused


@attrs.frozen(eq=False)
class Leaf:
    """The end of one way: its block, the value there, and which clauses won, or the variable that tells."""

    block: Block
    code: Code
    won: int | str = 0


def settled(leaves: Sequence[Leaf], variable: str, literals: Literals) -> Code:
    """The variable that holds the value of whichever way is gone; ways that end nowhere set nothing."""
    reached = [leaf for leaf in leaves if leaf.code is not NOTHING]
    if any(leaf.code.over for leaf in reached):
        raise refused("", "没有舍入的商作为结果", "a quotient that is not rounded as a value")
    for leaf in leaves:
        if leaf.code is NOTHING:
            leaf.block.say("never()")
    if not reached:
        return NOTHING
    both = attrs.evolve(joined([leaf.code for leaf in reached]), text=variable, over="")
    for leaf in reached:
        leaf.block.say(f"{variable} = {literals.converted(leaf.code, both.shape)}")
    return both
