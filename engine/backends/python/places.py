"""Where an expression stands when it is compiled: under whose law, in which block, with which element at hand."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from engine.backends.python.code import Block, Code
from engine.frames import current_of

INSURED, TREATMENT = 0, 1


@attrs.frozen(eq=False)
class Element:
    """An element of a list at hand.

    `code` is the element as a whole; `parts` are its fields where they are known one by one; `block`
    is where it is at hand.
    """

    name: str
    code: Code
    parts: Mapping[str, Code] | None
    block: Block


@attrs.frozen(eq=False)
class Place:
    """The surroundings of an expression. `rule` is what refusals name."""

    law: int
    block: Block
    rule: str = ""
    elements: Mapping[str, Element] = attrs.field(factory=dict)
    own: Mapping[str, Code] = attrs.field(factory=dict)
    """Values of the language's own: the portion of a band, its rate."""

    def inside(self, block: Block) -> Place:
        """The same place in an inner block."""
        return attrs.evolve(self, block=block)

    def with_own(self, values: Mapping[str, Code]) -> Place:
        """The same place with values of the language's own."""
        return attrs.evolve(self, own={**self.own, **values})

    def with_element(self, binder: str, element: Element, entity: str = "") -> Place:
        """The same place with an element at hand, under its binder and as the innermost of its entity."""
        current = {current_of(entity): element} if entity else {}
        return attrs.evolve(self, elements={**self.elements, binder: element, "it": element, **current})
