"""Operators on what a rule is made of: clauses, their rank and results, entries, items, whole declarations."""

from __future__ import annotations

from collections.abc import Iterator

from engine.mutation.sites import Change, Site, altered
from policy.dsl import tree as t


def clauses(site: Site) -> Iterator[Change]:
    """A case, a proviso or an item left out."""
    if isinstance(site.node, t.Clause) and site.node.kind != "general":
        yield Change(site, None)


def ranks(site: Site) -> Iterator[Change]:
    """优先于 taken away; a proviso over several clauses no longer over one of them."""
    node = site.node
    if isinstance(node, t.Clause) and (node.kind == "case" or len(node.over) > 1):
        for place in range(len(node.over)):
            over = (*node.over[:place], *node.over[place + 1 :])
            yield Change(site, altered(node, over=over))


def results(site: Site) -> Iterator[Change]:
    """A result replaced by that of another clause of the same rule."""
    node, parent = site.node, site.parent
    if not isinstance(node, t.Clause) or isinstance(node.value, t.Truth) or node.kind == "item":
        return
    around = [item for item in getattr(parent, "clauses", ()) if not t.same_shape(item.value, node.value)]
    after = [item for item in around if item.span.start > node.span.start]
    if around:
        yield Change(site, altered(node, value=(after or around)[0].value))


def entries(site: Site) -> Iterator[Change]:
    """A step or a duty left out, or one that must come before it."""
    node = site.node
    if isinstance(node, t.Entry):
        yield Change(site, None)
        for place in range(len(node.after)):
            yield Change(site, altered(node, after=(*node.after[:place], *node.after[place + 1 :])))


def checklist_items(site: Site) -> Iterator[Change]:
    """A requirement left out of a checklist, and a minimum read as all that is required, or the other way round."""
    node, parent = site.node, site.parent
    if isinstance(parent, t.Checklist) and isinstance(node, t.ListOf) and len(parent.items) > 1:
        yield Change(site, None)
    elif isinstance(node, t.Checklist):
        yield Change(site, altered(node, is_open=not node.is_open))


def declarations(site: Site) -> Iterator[Change]:
    """A bound, a check or a choice of law left out."""
    if isinstance(site.node, t.Bound | t.Check | t.ChoiceOfLaw):
        yield Change(site, None)


def governing(site: Site) -> Iterator[Change]:
    """The days that pick the rules in force in another order, or one of them not looked at."""
    node = site.node
    if isinstance(node, t.Question) and len(node.governing) > 1:
        yield Change(site, altered(node, governing=tuple(reversed(node.governing))))
        for place in range(len(node.governing)):
            rest = (*node.governing[:place], *node.governing[place + 1 :])
            yield Change(site, altered(node, governing=rest))
