"""A query cut into stages, for engines that compute a step again for each that reads it, or cannot plan very long queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import attrs
from sqlglot import exp

LIMIT_NODES = 6_000
"""How much may be computed in one stage, in nodes of its expressions."""


@attrs.frozen(eq=False)
class Stage:
    """A step that is kept under a name, and those before it that nothing reads any more once it is there."""

    name: str
    select: exp.Select
    done_with: tuple[str, ...]


@attrs.frozen(eq=False)
class Stages:
    """The steps to be kept, in their order, and the rest, which gives the result; each reads those before it by name."""

    kept: tuple[Stage, ...]
    last: exp.Select


def stages(tree: exp.Select, most: int = LIMIT_NODES) -> Stages:
    """The stages of a query with common table expressions."""
    parts = {part.alias: part.this for part in tree.ctes}
    rest = tree.copy()
    rest.set("with_", None)
    kept = _kept(parts, rest, most)
    apart = {name: body for name, body in parts.items() if name not in kept}
    selects = {name: _with(parts[name], apart) for name in kept}
    last = _with(rest, apart)
    last_read = {read: name for name, select in (*selects.items(), ("", last)) for read in _read(select)}
    return Stages(
        tuple(
            Stage(name, select, tuple(read for read in kept if last_read.get(read) == name))
            for name, select in selects.items()
        ),
        last,
    )


def _kept(parts: Mapping[str, exp.Select], rest: exp.Select, most: int) -> list[str]:
    """Steps that several others read, and every step with which a stage would become too long."""
    uses = Counter(name for body in (*parts.values(), rest) for name in set(_read(body)) if name in parts)
    kept: list[str] = []
    lengths: dict[str, int] = {}
    for name, body in parts.items():
        length = sum(1 for _ in body.walk()) + sum(lengths.get(read, 0) for read in set(_read(body)))
        if uses[name] > 1 or length > most:
            kept.append(name)
        else:
            lengths[name] = length
    return kept


def _read(body: exp.Expression) -> Iterator[str]:
    return (table.name for table in body.find_all(exp.Table))


def _with(body: exp.Select, apart: Mapping[str, exp.Select]) -> exp.Select:
    """The body beside those steps that only it, or a step of its own, reads."""
    needed: set[str] = set()
    todo = [body]
    while todo:
        for name in _read(todo.pop()):
            if name in apart and name not in needed:
                needed.add(name)
                todo.append(apart[name])
    whole = body.copy()
    for name, part in apart.items():
        if name in needed:
            whole = whole.with_(exp.to_identifier(name, quoted=True), as_=part.copy(), copy=False)
    return whole
