"""Which rules need which: circles would never end, so they are errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from policy.diagnostics import Diagnostic, Note, Text
from policy.dsl import tree as t
from policy.model import NamedRule, Target
from policy.names import Scope


def cycles_among(
    scope: Scope, targets: Mapping[t.Node, Target], declarations: Iterable[t.Declaration]
) -> Iterator[Diagnostic]:
    """A diagnostic for a circle of rules, if these declarations close one."""
    needs: dict[str, set[str]] = {}
    places: dict[str, t.Declaration] = {}
    for item in declarations:
        name = _name(item, targets)
        if name is None:
            continue
        places.setdefault(name, item)
        needs.setdefault(name, set()).update(_needed(item, targets))
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        yield _circle(list(error.args[1]), places, scope)


def _name(item: t.Declaration, targets: Mapping[t.Node, Target]) -> str | None:
    if isinstance(item, NamedRule):
        return item.names.id
    if isinstance(item, t.Amend) and item.target in targets:
        return targets[item.target].id
    return None


def _needed(item: t.Declaration, targets: Mapping[t.Node, Target]) -> Iterator[str]:
    for node in t.walk(item):
        target = targets.get(node)
        if isinstance(node, t.Path) and target is not None and target.kind == "rule":
            yield target.id


def _circle(names: list[str], places: Mapping[str, t.Declaration], scope: Scope) -> Diagnostic:
    found = [scope.rule(name) for name in names]
    labels = " → ".join(item.names.label if item else name for item, name in zip(found, names, strict=True))
    ids = " → ".join(names)
    first, *others = [places[name] for name in dict.fromkeys(names) if name in places]
    return Diagnostic(
        code="E0207",
        message=Text(f"规则相互依赖成环：{labels}", f"rules depend on each other in a circle: {ids}"),
        span=first.span,
        notes=tuple(Note(Text("环中的规则", "also in the circle"), item.span) for item in others),
    )
