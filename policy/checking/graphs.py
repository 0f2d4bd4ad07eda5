"""Which rules and figures need which: circles would never end, so they are errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

import attrs

from policy.diagnostics import Diagnostic, Note, Text
from policy.dsl import tree as t
from policy.dsl.source import Span
from policy.model import NamedRule, Target
from policy.names import Scope

LIMIT_CHAIN = 60
"""How many rules may rest on each other in a row: nobody follows more, and deciding goes down it by recursion."""


@attrs.frozen
class _Need:
    """Something named: a rule or a parameter."""

    kind: str
    id: str
    label: str = attrs.field(eq=False, default="")


def cycles_among(
    scope: Scope, targets: Mapping[t.Node, Target], declarations: Iterable[t.Declaration]
) -> Iterator[Diagnostic]:
    """A diagnostic for a circle that these declarations close, also by way of a superior's rules."""
    needs: dict[_Need, set[_Need]] = {}
    places: dict[_Need, t.Declaration] = {}
    own = tuple(declarations)
    inherited = [(item, pack.checked.targets) for pack in scope.superiors for item in _all(pack.programs)]
    for item, meaning in (*((item, targets) for item in own), *inherited):
        for name in _named(item, meaning):
            places.setdefault(name, item)
            needs.setdefault(name, set()).update(_needed(item, meaning))
    try:
        order = tuple(TopologicalSorter(needs).static_order())
    except CycleError as error:
        yield _circle(list(error.args[1]), places)
        return
    lengths: dict[_Need, int] = {}
    for name in order:
        lengths[name] = (name.kind == "rule") + max((lengths[need] for need in needs.get(name, ())), default=0)
    longest = max(lengths, key=lengths.__getitem__, default=None)
    if longest is not None and lengths[longest] > LIMIT_CHAIN:
        yield _too_long(places[longest], lengths[longest])


def _all(programs: Iterable[t.Program]) -> Iterator[t.Declaration]:
    for program in programs:
        yield from program.declarations


def _named(item: t.Declaration, targets: Mapping[t.Node, Target]) -> Iterator[_Need]:
    """What the declaration decides, or helps to decide."""
    match item:
        case t.Amend(target=target):
            yield from _meant(target, targets)
        case t.Delegate(parameter=parameter):
            yield from _meant(parameter, targets)
        case t.ChoiceOfLaw(governs=governs):
            for name in governs:
                yield from _meant(name, targets)
        case _ if isinstance(item, NamedRule):
            yield _Need("rule", item.names.id, item.names.label)


def _needed(item: t.Declaration, targets: Mapping[t.Node, Target]) -> Iterator[_Need]:
    parts: Iterable[t.Node | None] = (item,)
    if isinstance(item, t.ChoiceOfLaw):
        parts = (item.condition,)
    if isinstance(item, t.Delegate):
        parts = (item.default,)
    for part in parts:
        for node in t.walk(part) if part is not None else ():
            if isinstance(node, t.Path):
                yield from _meant(node, targets)


def _meant(node: t.Node, targets: Mapping[t.Node, Target]) -> Iterator[_Need]:
    target = targets.get(node)
    if target is not None and target.kind in ("rule", "parameter"):
        yield _Need(target.kind, target.id, target.label)


def _circle(names: list[_Need], places: Mapping[_Need, t.Declaration]) -> Diagnostic:
    labels = " → ".join(name.label if name.kind == "rule" else f"参数.{name.label}" for name in names)
    ids = " → ".join(name.id if name.kind == "rule" else f"parameters.{name.id}" for name in names)
    first, *others = [places[name] for name in dict.fromkeys(names) if name in places]
    return Diagnostic(
        code="E0207",
        message=Text(f"规则相互依赖成环：{labels}", f"rules depend on each other in a circle: {ids}"),
        span=_head(first),
        notes=tuple(Note(Text("环中的规则", "also in the circle"), _head(item)) for item in others),
    )


def _too_long(item: t.Declaration, length: int) -> Diagnostic:
    return Diagnostic(
        code="E0109",
        message=Text(
            f"规则层层依赖 {length} 层，超过上限 {LIMIT_CHAIN} 层",
            f"{length} rules rest on each other in a row, more than {LIMIT_CHAIN}",
        ),
        span=_head(item),
        hint=Text("把只用一次的规则并入用它的规则", "write rules that are used once where they are used"),
    )


def _head(item: t.Declaration) -> Span:
    """The name of the declaration, the smallest text that shows which one it is."""
    match item:
        case t.Amend(target=named) | t.Delegate(parameter=named):
            return named.span
    return item.names.span if isinstance(item, NamedRule | t.ChoiceOfLaw) else item.span
