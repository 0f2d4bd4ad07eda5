"""Places of a rule file that can be changed, and the declaration with one of them changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import attrs

from policy.dsl import tree as t
from policy.model import Pack, Target
from policy.types import UNKNOWN, Type
from policy.vocabulary import Vocabulary

Kind = TypeVar("Kind", bound=t.Node)


@attrs.frozen(eq=False)
class Site:
    """A node of a pack's tree, and the nodes above it, the declaration first."""

    node: t.Node
    above: tuple[t.Node, ...]
    pack: Pack
    vocabulary: Vocabulary

    @property
    def declaration(self) -> t.Node:
        """The declaration it stands in, or is."""
        return self.above[0] if self.above else self.node

    @property
    def parent(self) -> t.Node | None:
        return self.above[-1] if self.above else None

    def type_of(self, node: t.Node) -> Type:
        """The type that checking gave an expression."""
        return self.pack.checked.types.get(node, UNKNOWN)

    def target_of(self, node: t.Node) -> Target | None:
        """What a name means."""
        return self.pack.checked.targets.get(node)

    def within(self, kind: type[t.Node] | tuple[type[t.Node], ...]) -> bool:
        """Whether it stands in a node of that kind."""
        return any(isinstance(node, kind) for node in self.above)


@attrs.frozen(eq=False)
class Meanings:
    """What new nodes mean: the types and targets that checking would have given them."""

    types: Mapping[t.Node, Type] = attrs.field(factory=dict)
    targets: Mapping[t.Node, Target] = attrs.field(factory=dict)


@attrs.frozen(eq=False)
class Change:
    """One site changed: `new` stands in its place, or nothing does. `left_out` is the condition it lacks then."""

    site: Site
    new: t.Node | None
    meanings: Meanings = attrs.field(factory=Meanings)
    left_out: t.Node | None = None

    def applied(self) -> tuple[t.Node | None, Meanings]:
        """The declaration changed, and what all its new nodes mean."""
        types, targets = dict(self.meanings.types), dict(self.meanings.targets)
        if self.new is not None:
            self._mean_the_same(self.site.node, self.new, types, targets)
        old, new = self.site.node, self.new
        for parent in reversed(self.site.above):
            changed = with_child(parent, old, new)
            self._mean_the_same(parent, changed, types, targets)
            old, new = parent, changed
        return new, Meanings(types, targets)

    def _mean_the_same(
        self, old: t.Node, new: t.Node, types: dict[t.Node, Type], targets: dict[t.Node, Target]
    ) -> None:
        checked = self.site.pack.checked
        if new not in types and new not in checked.types and old in checked.types:
            types[new] = checked.types[old]
        if new not in targets and new not in checked.targets and old in checked.targets:
            targets[new] = checked.targets[old]


def altered(node: Kind, **changes: Any) -> Kind:
    """A node like another, some of its fields changed."""
    return attrs.evolve(node, **changes)  # type: ignore[misc]  # nodes are attrs classes made by a decorator


def sites_of(pack: Pack, vocabulary: Vocabulary) -> Iterator[Site]:
    """Every node of a pack's rule files, parents first."""
    for program in pack.programs:
        for declaration in program.declarations:
            yield from _below(Site(declaration, (), pack, vocabulary))


def _below(site: Site) -> Iterator[Site]:
    yield site
    for child in t.children(site.node):
        yield from _below(attrs.evolve(site, node=child, above=(*site.above, site.node)))


def with_child(parent: t.Node, old: t.Node, new: t.Node | None) -> t.Node:
    """The parent with one of its children replaced, or taken out."""
    for field in attrs.fields(type(parent)):
        value: Any = getattr(parent, field.name)
        if value is old:
            return altered(parent, **{field.name: new})
        if isinstance(value, tuple) and any(item is old for item in value):
            others = tuple(new if item is old else item for item in value)
            return altered(parent, **{field.name: tuple(item for item in others if item is not None)})
    raise AssertionError(old)
