"""Which conditions cannot hold together, as far as their words show: the same thing set apart by closed sets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine import program as p
from policy.types import Type

Atom = tuple[str, frozenset[Any], bool]
"""What is compared, with which values, and whether it is none of them."""


def exclude(one: p.Expression | None, two: p.Expression | None) -> bool:
    """Whether two conditions can be seen never to hold together."""
    if one is None or two is None:
        return False
    first = list(_atoms(one))
    second = list(_atoms(two))
    return any(_clash(left, right) for left in first for right in second)


def _clash(one: Atom, two: Atom) -> bool:
    if one[0] != two[0]:
        return False
    if not one[2] and not two[2]:
        return not one[1] & two[1]
    if one[2] and two[2]:
        return False
    inside, outside = (two, one) if one[2] else (one, two)
    return inside[1] <= outside[1]


def _atoms(expression: p.Expression) -> Iterator[Atom]:
    """The conditions that must hold for the expression to."""
    match expression:
        case p.Logic(operator="and", operands=operands):
            for operand in operands:
                yield from _atoms(operand)
        case p.Operation(operator=operator, operands=operands):
            yield from _atom(operator, operands)
        case p.Fact() | p.RuleValue() | p.ElementField() | p.Known():
            yield _key(expression), frozenset({True}), False


def _atom(operator: str, operands: tuple[p.Expression, ...]) -> Iterator[Atom]:
    if operator in ("is", "equals", "is_not", "differs"):
        left, right = operands
        if isinstance(right, p.Constant):
            yield _key(left), frozenset({right.value}), operator in ("is_not", "differs")
        else:
            yield f"{_key(left)} ? {_key(right)}", frozenset({_SAME}), operator in ("is_not", "differs")
    elif operator in ("in", "not_in"):
        left, right = operands
        if isinstance(right, p.Operation) and all(isinstance(item, p.Constant) for item in right.operands):
            values = frozenset(item.value for item in right.operands if isinstance(item, p.Constant))
            yield _key(left), values, operator == "not_in"
    elif operator == "not":
        yield _key(operands[0]), frozenset({True}), True
    elif operator in _OPPOSITES:
        left, right = operands
        sides = f"{_key(left)} ? {_key(right)}"
        yield sides, _OPPOSITES[operator], False


_LESS, _SAME, _MORE = "less", "same", "more"
_OPPOSITES: dict[str, frozenset[Any]] = {
    "below": frozenset({_LESS}),
    "before": frozenset({_LESS}),
    "at_most": frozenset({_LESS, _SAME}),
    "not_after": frozenset({_LESS, _SAME}),
    "above": frozenset({_MORE}),
    "after": frozenset({_MORE}),
    "at_least": frozenset({_MORE, _SAME}),
    "not_before": frozenset({_MORE, _SAME}),
}
"""How two things may stand to each other under a comparison."""


def _key(expression: p.Expression) -> str:
    """Equal for expressions that say the same; expressions that it cannot tell apart are their own."""
    match expression:
        case p.Fact(path=path):
            return f"fact {path}"
        case p.RuleValue(id=name, field=field):
            return f"rule {name}.{field}"
        case p.ElementField(binder=binder, entity=entity, field=field):
            return f"element {binder} {entity}.{field}"
        case p.ParameterValue(id=name):
            return f"figure {name}"
        case p.Known(operand=operand):
            return f"known {_key(operand)}"
        case p.Constant(value=value):
            return f"constant {value!r}"
        case p.Local(name=name):
            return f"local {name}"
    return f"other {id(expression)}"


def closed_set(condition: p.Expression | None) -> tuple[str, Type, frozenset[Any]] | None:
    """What a condition compares, its type, and the values it takes, where it says nothing else."""
    match condition:
        case p.Operation(operator="is" | "equals" | "in", operands=operands):
            found = list(_atom(condition.operator, operands))
            return (found[0][0], operands[0].type, found[0][1]) if found and not found[0][2] else None
        case p.Fact() | p.RuleValue() | p.ElementField():
            return _key(condition), condition.type, frozenset({True})
        case p.Operation(operator="not", operands=(operand,)) if isinstance(
            operand, p.Fact | p.RuleValue | p.ElementField
        ):
            return _key(operand), operand.type, frozenset({False})
    return None
