"""Levels of columns → common table expressions, each over the one before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from engine.backends.sql import builders as b

if TYPE_CHECKING:
    from engine.backends.sql.relations import Computed, Plan, Relation


def columns_in(expression: exp.Expression) -> Iterator[str]:
    """The names of the columns that an expression reads."""
    return (found.name for found in expression.find_all(exp.Column))


OWN, OF = "t", "of"


def write(
    plan: Plan, levels: Mapping[tuple[int, str], int], wanted: Sequence[tuple[str, exp.Expression]], kept: Sequence[str]
) -> exp.Select:
    """One SELECT of what is wanted, beside the columns kept of the claims."""
    return _Steps(plan, levels).build(wanted, kept)


class _Steps:
    def __init__(self, plan: Plan, levels: Mapping[tuple[int, str], int]) -> None:
        self.plan = plan
        self.levels = levels
        self.ctes: list[tuple[str, exp.Select]] = list(plan.preludes.items())
        relations = (plan.main, *plan.children)
        self.uses: dict[int, dict[str, int]] = {}
        self.current = {id(relation): relation.table for relation in relations}
        self.names = {id(one): "claims" if one is plan.main else f"rows_{n}" for n, one in enumerate(relations)}

    def build(self, wanted: Sequence[tuple[str, exp.Expression]], kept: Sequence[str]) -> exp.Select:
        last = max(self.levels.values(), default=0)
        self._find_uses(wanted, kept, last + 1)
        for level in range(1, last + 1):
            before = dict(self.current)
            for relation in (self.plan.main, *self.plan.children):
                items = [c for c in relation.computed.values() if self.levels.get((id(relation), c.name)) == level]
                if items:
                    self._step(relation, items, level, before)
        final = _select(*(b.column(name) for name in kept), *(named(value, title) for title, value in wanted))
        final = final.from_(_table(self.current[id(self.plan.main)]), copy=False)
        for name, select in self.ctes:
            final = final.with_(exp.to_identifier(name, quoted=True), as_=select, copy=False)
        return final

    def _find_uses(self, wanted: Sequence[tuple[str, exp.Expression]], kept: Sequence[str], end: int) -> None:
        """Up to which level each column is read, in the order in which columns are first read."""
        for relation in (self.plan.main, *self.plan.children):
            self.uses[id(relation)] = dict.fromkeys((relation.key, *sorted(relation.keys - {relation.key})), end)
        main = self.uses[id(self.plan.main)]
        for relation in (self.plan.main, *self.plan.children):
            for item in relation.computed.values():
                level = self.levels.get((id(relation), item.name))
                if level is not None:
                    source = self.uses[id(item.source or relation)]
                    for name in item.reads:
                        source[name] = max(level, source.get(name, 0))
        for name in (*kept, *(name for _, value in wanted for name in columns_in(value))):
            main[name] = end
        if not self.plan.children and self.plan.main.key not in kept:
            main.pop(self.plan.main.key)  # nothing is joined by it

    def _step(self, relation: Relation, items: list[Computed], level: int, before: dict[int, str]) -> None:
        values = [item for item in items if item.kind == "value"]
        is_joined = len(values) < len(items)
        new = {item.name for item in items}
        later = [
            name
            for name, until in self.uses[id(relation)].items()
            if until > level and name not in new and self.levels.get((id(relation), name), 0) < level
        ]
        select = _select(*(b.column(name, OWN if is_joined else "") for name in later))
        select = select.from_(_table(before[id(relation)], OWN if is_joined else ""), copy=False)
        joins = {(id(item.source), item.link): item.source for item in items if item.source is not None}
        for number, ((_, link), source) in enumerate(joins.items(), 1):
            of_source = [item for item in items if item.source is source and item.link == link]
            select = self._joined(select, relation, source, of_source, f"j{number}", before)
        for number, item in enumerate((one for one in items if one.lookup), 1):
            select = _looked_up(select, item, f"l{number}")
        for item in values:
            value = _owned(item.expression) if is_joined else item.expression
            select.append("expressions", named(value, item.name))
        name = f"{self.names[id(relation)]}_{level}"
        self.ctes.append((name, select))
        self.current[id(relation)] = name

    def _joined(
        self,
        select: exp.Select,
        relation: Relation,
        source: Relation,
        items: list[Computed],
        alias: str,
        before: dict[int, str],
    ) -> exp.Select:
        """Brings in columns of the claim to its rows, or of a claim's rows, aggregated, to the claim."""
        values = [named(item.expression, item.name) for item in items]
        link = items[0].link or relation.links.get(id(source))
        is_brought = link is not None  # columns of what the rows belong to; else their rows are aggregated
        pairs = link or tuple((theirs, own) for own, theirs in source.links[id(relation)])
        marks = [OF if number == 0 else f"{OF}{number}" for number in range(len(pairs))]
        own = [named(b.column(theirs), mark) for (_, theirs), mark in zip(pairs, marks, strict=True)]
        inner = _select(*own, *values).from_(_table(before[id(source)]), copy=False)
        if not is_brought:
            inner = inner.group_by(*(b.column(theirs) for _, theirs in pairs), copy=False)
        select = select.select(*(b.column(item.name, alias) for item in items), copy=False)
        on = b.both(
            exp.EQ(this=b.column(mine, OWN), expression=b.column(mark, alias))
            for (mine, _), mark in zip(pairs, marks, strict=True)
        )
        subquery = exp.Subquery(this=inner, alias=_alias(alias))
        return select.join(subquery, on=on, join_type="inner" if is_brought else "left", copy=False)


def _looked_up(select: exp.Select, item: Computed, alias: str) -> exp.Select:
    """Brings in a column of a small table."""
    assert item.lookup is not None
    select = select.select(named(b.column(item.lookup.wanted, alias), item.name), copy=False)
    on = exp.EQ(this=b.column(item.lookup.key, alias), expression=b.wrapped(_owned(item.expression)))
    return select.join(_table(item.lookup.table, alias), on=on, join_type="left", copy=False)


def _select(*columns: exp.Expression) -> exp.Select:
    return exp.Select(expressions=list(columns))


def named(value: exp.Expression, name: str) -> exp.Alias:
    """The value under a name."""
    return exp.Alias(this=value, alias=exp.to_identifier(name, quoted=True))


def _owned(expression: exp.Expression) -> exp.Expression:
    return expression.transform(lambda node: b.column(node.name, OWN) if isinstance(node, exp.Column) else node)


def _alias(name: str) -> exp.TableAlias:
    return exp.TableAlias(this=exp.to_identifier(name, quoted=True))


def _table(name: str, alias: str = "") -> exp.Table:
    return exp.Table(this=exp.to_identifier(name, quoted=True), alias=_alias(alias) if alias else None)
