"""Columns computed level by level: each a SELECT over the one before, in which names are computed once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import attrs
from sqlglot import exp

from engine.backends.sql import builders as b
from engine.backends.sql.steps import columns_in, write


@attrs.frozen
class Lookup:
    """A column of a small table, found by its key."""

    table: str
    key: str
    wanted: str


Link = tuple[tuple[str, str], ...]
"""By which columns rows belong to those of another relation: each with its own column and the other's."""


@attrs.define(eq=False)
class Computed:
    """A column of a relation. `home` is where its expression is computed: as is, by a join, or over the rows of a child."""

    name: str
    expression: exp.Expression
    source: Relation | None = None
    kind: str = "value"
    lookup: Lookup | None = None
    link: Link | None = None
    _read: tuple[exp.Expression, tuple[str, ...]] | None = None

    @property
    def reads(self) -> tuple[str, ...]:
        """The names of the columns that it is computed from."""
        if self._read is None or self._read[0] is not self.expression:
            self._read = self.expression, tuple(columns_in(self.expression))
        return self._read[1]


@attrs.define(eq=False)
class Relation:
    """A table and the columns computed from it. `links` join its rows to those they belong to, `position` orders them."""

    table: str
    key: str
    links: dict[int, Link] = attrs.field(factory=dict)
    position: str = ""
    keys: set[str] = attrs.field(factory=set)
    computed: dict[str, Computed] = attrs.field(factory=dict)
    taken: set[str] = attrs.field(factory=set)
    _known: dict[tuple[int, str, Lookup | None, exp.Expression], str] = attrs.field(factory=dict)

    def add(
        self,
        name: str,
        expression: exp.Expression,
        source: Relation | None = None,
        kind: str = "value",
        lookup: Lookup | None = None,
        link: Link | None = None,
    ) -> exp.Column:
        """A new column under that name, or one like it; the same expression is computed once."""
        kind = "lookup" if lookup else kind
        same = (id(source), f"{kind} {link or ''}", lookup, expression)
        if same in self._known:
            return b.column(self._known[same])
        unique, number = name, 2
        while unique.lower() in self.taken:
            unique, number = f"{name}__{number}", number + 1
        self.taken.add(unique.lower())
        self._known[same] = unique
        self.computed[unique] = Computed(unique, expression, source, kind, lookup, link)
        return b.column(unique)

    def belong(self, other: Relation, link: Link) -> None:
        """Its rows belong to those of another relation."""
        self.links.setdefault(id(other), link)
        self.keys.update(own for own, _ in link)
        other.keys.update(theirs for _, theirs in link)


@attrs.define(eq=False)
class Plan:
    """The relations of a query, from the claims and what is asked of them to one SELECT."""

    main: Relation
    children: list[Relation] = attrs.field(factory=list)
    preludes: dict[str, exp.Select] = attrs.field(factory=dict)

    def query(self, asked: Iterable[tuple[str, exp.Expression]], kept: Iterable[str]) -> exp.Select:
        """The query that gives what is asked, beside the columns kept of the claims."""
        wanted = list(asked)
        live = self._live(wanted)
        uses = self._uses(wanted, live)
        once = {key for key, count in uses.items() if count == 1 and self._item(key, live).kind == "value"}
        inlining = _Inlining(self, once)
        wanted = [(title, inlining.written(self.main, value)) for title, value in wanted]
        for key in live - once:
            item = self._item(key, live)
            item.expression = inlining.written(item.source or self._relation(key), item.expression)
        levels = self._levels(self._live(wanted))
        return write(self, levels, wanted, list(kept))

    # ── what is used once stands where it is used ───────────────────────────────────────────────
    def _relation(self, key: tuple[int, str]) -> Relation:
        return next(one for one in (self.main, *self.children) if id(one) == key[0])

    def _item(self, key: tuple[int, str], live: set[tuple[int, str]]) -> Computed:
        return self._relation(key).computed[key[1]]

    def _uses(
        self, wanted: Iterable[tuple[str, exp.Expression]], live: set[tuple[int, str]]
    ) -> Counter[tuple[int, str]]:
        """How often each column is read; across a join it must stay a column, which counts as often."""
        uses: Counter[tuple[int, str]] = Counter(dict.fromkeys(live, 0))
        for _, value in wanted:
            uses.update((id(self.main), name) for name in columns_in(value))
        for key in live:
            item = self._item(key, live)
            home = item.source or self._relation(key)
            names = [(id(home), name) for name in item.reads]
            uses.update(names if item.source is None else names * 2)
        return Counter({key: count for key, count in uses.items() if key in live})

    # ── order ───────────────────────────────────────────────────────────────────────────────────
    def _live(self, wanted: Iterable[tuple[str, exp.Expression]]) -> set[tuple[int, str]]:
        live: set[tuple[int, str]] = set()
        todo = [(self.main, name) for _, value in wanted for name in columns_in(value)]
        while todo:
            relation, name = todo.pop()
            if name in relation.computed and (id(relation), name) not in live:
                live.add((id(relation), name))
                item = relation.computed[name]
                todo += [(item.source or relation, inner) for inner in item.reads]
        return live

    def _levels(self, live: set[tuple[int, str]]) -> dict[tuple[int, str], int]:
        levels: dict[tuple[int, str], int] = {}

        def level(relation: Relation, name: str) -> int:
            if name not in relation.computed:
                return 0
            key = (id(relation), name)
            if key not in levels:
                item = relation.computed[name]
                inner = [level(item.source or relation, other) for other in item.reads]
                levels[key] = 1 + max(inner, default=0)
            return levels[key]

        for relation in (self.main, *self.children):
            for name in relation.computed:
                if (id(relation), name) in live:
                    level(relation, name)
        return {key: value for key, value in levels.items() if key in live}


class _Inlining:
    """Writes columns that are used once in their only place."""

    def __init__(self, plan: Plan, once: set[tuple[int, str]]) -> None:
        self.once = once
        self.plan = plan

    def written(self, relation: Relation, expression: exp.Expression) -> exp.Expression:
        """The expression with the columns that only it reads replaced by what they are computed from."""

        def swap(node: exp.Expression) -> exp.Expression:
            if isinstance(node, exp.Column) and (id(relation), node.name) in self.once:
                return b.wrapped(self.written(relation, relation.computed[node.name].expression))
            return node

        return expression.transform(swap)
