"""What every node has, the names in it, and how to go through a tree.

Nodes are equal only to themselves, so they can be keys of the tables that later passes make;
`same_shape` compares two trees by what they say.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, TypeVar, dataclass_transform

import attrs

from policy.dsl.source import Span

Kind = TypeVar("Kind")


@dataclass_transform(kw_only_default=True, frozen_default=True, eq_default=False, field_specifiers=(attrs.field,))
def node(kind: type[Kind]) -> type[Kind]:
    """A frozen, keyword-only class whose instances are equal only to themselves."""
    return attrs.frozen(kw_only=True, eq=False)(kind)


@node
class Node:
    """Anything written; `span` is where."""

    __attrs_attrs__: ClassVar[Any]  # made by attrs; type checkers look for it
    span: Span = attrs.field(repr=False)


# ── names ───────────────────────────────────────────────────────────────────────────────────────


@node
class Name(Node):
    """One written name, an id or a label."""

    text: str


@node
class Path(Node):
    """A name of several parts: an entity's field, a parameter, an enumeration's value."""

    parts: tuple[Name, ...]

    @property
    def text(self) -> str:
        return ".".join(part.text for part in self.parts)


@node
class Names(Node):
    """What a declaration is called: the id machines use and the label people read."""

    id: str
    label: str


@node
class TypeRef(Node):
    """A written type: a primitive, an enumeration or a record, or a list of one."""

    name: Name
    is_list: bool = False


def children(parent: Node) -> Iterator[Node]:
    """The nodes directly inside a node, in the order of its fields."""
    for field in attrs.fields(type(parent)):
        value: Any = getattr(parent, field.name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from (item for item in value if isinstance(item, Node))


def walk(root: Node) -> Iterator[Node]:
    """The node and everything inside it, parents first."""
    yield root
    for child in children(root):
        yield from walk(child)


def same_shape(one: object, other: object, ignoring: tuple[type[Node], ...] = ()) -> bool:
    """Whether two trees say the same, wherever they stand; nodes of the ignored kinds may differ inside."""
    if isinstance(one, Node) and isinstance(other, Node):
        return type(one) is type(other) and (
            isinstance(one, ignoring)
            or all(
                same_shape(getattr(one, field.name), getattr(other, field.name), ignoring)
                for field in attrs.fields(type(one))
                if field.name != "span"
            )
        )
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(
            same_shape(left, right, ignoring) for left, right in zip(one, other, strict=True)
        )
    return one == other
