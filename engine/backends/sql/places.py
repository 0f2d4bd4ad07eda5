"""Where a translation stands: whose law, which relation, which element, and what must hold for it to be looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import attrs
from sqlglot import exp

from engine import program as p
from engine.backends.sql import builders as b
from engine.backends.sql.relations import Relation
from engine.backends.sql.terms import Term

Guard = Callable[[], exp.Expression]


@attrs.frozen(eq=False)
class Element:
    """The element at hand: its entity and fields or its `value`, and what tells it from others."""

    entity: str
    fields: Mapping[str, Term]
    token: str
    relation: Relation
    value: Term | None = None


@attrs.frozen(eq=False)
class Place:
    """The surroundings of an expression."""

    program: p.Program
    relation: Relation
    rule: p.Rule | None = None
    owner: tuple[str, ...] = ()
    bindings: Mapping[str, Element] = attrs.field(factory=dict)
    locals: Mapping[str, Term] = attrs.field(factory=dict)
    guards: tuple[Guard, ...] = ()

    @property
    def name(self) -> str:
        """What is being computed, for reasons and refusals."""
        return self.rule.id if self.rule else ""

    def when(self, guard: Guard) -> Place:
        """The same place, looked at only where the guard holds."""
        return attrs.evolve(self, guards=(*self.guards, guard))

    def guard(self) -> exp.Expression:
        """What must hold for the place to be looked at."""
        return b.both(guard() for guard in self.guards)

    def with_binding(self, binder: str, element: Element) -> Place:
        bound = {binder: element, "it": element, current_of(element.entity): element}
        return attrs.evolve(self, bindings={**self.bindings, **bound}, relation=element.relation)

    def with_locals(self, values: Mapping[str, Term]) -> Place:
        return attrs.evolve(self, locals={**self.locals, **values})


def current_of(entity: str) -> str:
    """Under which name the innermost element of an entity is at hand."""
    return f"current {entity}"
