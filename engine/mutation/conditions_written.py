"""Operators on conditions: comparisons, intervals, 且 and 或, negation, sets, names of values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from engine.mutation.sites import Change, Meanings, Site, altered
from policy.dsl import tree as t
from policy.functions import FUNCTIONS
from policy.model import Target
from policy.types import BOOLEAN, Type
from policy.vocabulary import EnumValue

_OTHER_END: Final = {
    "at_most": "below",
    "below": "at_most",
    "at_least": "above",
    "above": "at_least",
    "not_after": "before",
    "before": "not_after",
    "not_before": "after",
    "after": "not_before",
}

_OPPOSITE: Final = {"is": "is_not", "is_not": "is", "equals": "differs", "differs": "equals"}

_OTHER_FUNCTION: Final = {
    "smaller": "larger",
    "larger": "smaller",
    "earlier": "later",
    "later": "earlier",
    "first": "last",
    "last": "first",
    "any": "all",
    "all": "any",
}


def ends(site: Site) -> Iterator[Change]:
    """不超过 ↔ 低于, 不早于 ↔ 晚于: whether the end itself belongs to it."""
    if isinstance(site.node, t.Compare) and site.node.operator in _OTHER_END:
        yield Change(site, altered(site.node, operator=_OTHER_END[site.node.operator]))


def interval_ends(site: Site) -> Iterator[Change]:
    """The upper end of an interval in or out, the lower end out."""
    node = site.node
    if not isinstance(node, t.Member) or not isinstance(node.collection, t.Interval):
        return
    interval = node.collection
    turned = altered(interval, closed=not interval.closed)
    yield Change(site, altered(node, collection=turned), Meanings({turned: site.type_of(interval)}))
    operator, joined = ("is", "or") if node.negated else ("is_not", "and")
    low = t.Compare(span=node.span, operator=operator, left=node.operand, right=interval.low)
    yield Change(site, t.Logic(span=node.span, operator=joined, operands=(node, low)))


def negations(site: Site) -> Iterator[Change]:
    """A condition turned into its opposite."""
    node = site.node
    match node:
        case t.Compare(operator=operator) if operator in _OPPOSITE:
            yield Change(site, altered(node, operator=_OPPOSITE[operator]))
        case t.Member(negated=negated):
            yield Change(site, altered(node, negated=not negated))
        case t.Not(operand=operand):
            yield Change(site, operand)
        case t.Truth(value=value):
            yield Change(site, altered(node, value=not value))
        case t.Path() | t.Call() | t.Known() if _is_condition(site):
            negated_node = t.Not(span=node.span, operand=node)
            yield Change(site, negated_node, Meanings({negated_node: BOOLEAN}))


_HOLD_CONDITIONS = (t.Logic, t.Clause, t.Entry, t.Each, t.Bound, t.Check, t.ChoiceOfLaw, t.Field, t.Register)


def _is_condition(site: Site) -> bool:
    """Whether a yes-or-no value stands where it decides something by itself."""
    is_boolean = site.type_of(site.node).kind == "boolean" or isinstance(site.node, t.Known)
    return is_boolean and isinstance(site.parent, _HOLD_CONDITIONS)


def connectives(site: Site) -> Iterator[Change]:
    """且 ↔ 或."""
    if isinstance(site.node, t.Logic):
        yield Change(site, altered(site.node, operator="or" if site.node.operator == "and" else "and"))


def parts(site: Site) -> Iterator[Change]:
    """One of several conditions left out, or the only one."""
    node, parent = site.node, site.parent
    if isinstance(node, t.Logic):
        for place, operand in enumerate(node.operands):
            rest = (*node.operands[:place], *node.operands[place + 1 :])
            yield Change(site, rest[0] if len(rest) == 1 else altered(node, operands=rest), left_out=operand)
    elif _is_optional(node, parent):
        yield Change(site, None, left_out=node)


def _is_optional(node: t.Node, parent: t.Node | None) -> bool:
    """Whether what it restricts could do without it."""
    match parent:
        case t.Each(where=where):
            return where is node
        case t.Entry() | t.Bound() | t.Check() | t.ChoiceOfLaw() | t.Register():
            return parent.condition is node or getattr(parent, "unless", None) is node
        case t.Clause(kind="item"):
            return parent.condition is node
    return False


def neighbours(site: Site) -> Iterator[Change]:
    """The name of a value replaced by the next one of its enumeration."""
    node = site.node
    if isinstance(node, t.Path) and not isinstance(site.parent, t.ListOf):
        other = _neighbour(site, node, ())
        if other is not None:
            path, meanings = other
            yield Change(site, path, meanings)


def sets(site: Site) -> Iterator[Change]:
    """A member of a set taken out, the next value of the enumeration taken in."""
    node = site.node
    if not isinstance(node, t.ListOf) or not node.items:
        return
    if len(node.items) > 1:
        for place in range(len(node.items)):
            yield Change(site, altered(node, items=(*node.items[:place], *node.items[place + 1 :])))
    taken = [found.field for item in node.items if (found := site.target_of(item)) and found.kind == "enum"]
    last = node.items[-1]
    other = _neighbour(site, last, taken) if isinstance(last, t.Path) else None
    if other is not None:
        path, meanings = other
        yield Change(site, altered(node, items=(*node.items, path)), meanings)


def _neighbour(site: Site, path: t.Path, taken: Sequence[str]) -> tuple[t.Path, Meanings] | None:
    """Another value of the enumeration: the next one, beginning again after the last."""
    target = site.target_of(path)
    enum = site.vocabulary.enums.get(target.id) if target is not None and target.kind == "enum" else None
    if enum is None or target is None or target.field not in enum.values:
        return None
    values = list(enum.values.values())
    here = [value.id for value in values].index(target.field)
    role = values[here].role
    others = [v for v in (*values[here + 1 :], *values[:here]) if v.id not in taken and bool(v.role) == bool(role)]
    return _named(path, others[0], Type("enum", enum.id), site) if others else None


def _named(path: t.Path, value: EnumValue, kind: Type, site: Site) -> tuple[t.Path, Meanings]:
    is_label = site.vocabulary.enums[kind.name].find(path.parts[-1].text)
    text = value.id if is_label is not None and is_label.id == path.parts[-1].text else value.label
    name = altered(path.parts[-1], text=text)
    new = altered(path, parts=(*path.parts[:-1], name))
    target = Target("enum", kind.name, value.label, value.id)
    return new, Meanings({new: kind}, {new: target, name: target})


def functions(site: Site) -> Iterator[Change]:
    """A function that chooses replaced by its counterpart, a sum by a difference."""
    node = site.node
    match node:
        case t.Call(function=function):
            target = site.target_of(function)
            other = FUNCTIONS.get(_OTHER_FUNCTION.get(target.id, "")) if target and target.kind == "function" else None
            if other is not None and target is not None:
                is_id = function.text == target.id
                name = altered(function, text=other.id if is_id else other.label)
                meant = Target("function", other.id, other.label)
                yield Change(site, altered(node, function=name), Meanings(targets={name: meant}))
        case t.Binary(operator="+" | "-" as operator, left=left, right=right):
            kinds = {site.type_of(left).kind, site.type_of(right).kind}
            if kinds != {"ratio"} and site.type_of(left).kind == site.type_of(node).kind:
                yield Change(site, altered(node, operator="-" if operator == "+" else "+"))


def defaults(site: Site) -> Iterator[Change]:
    """What stands in for a missing value taken away."""
    node = site.node
    if isinstance(node, t.Default):
        yield Change(site, node.operand)
    elif isinstance(site.parent, t.Delegate) and site.parent.default is node:
        yield Change(site, None)
