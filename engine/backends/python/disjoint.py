"""Which conditions rule each other out for certain: a case that holds saves testing the next."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import attrs

from engine import program as p


@attrs.frozen
class Stated:
    """What a condition says of a subject: that it is one of some values, or none of them."""

    subject: tuple[str, ...]
    values: frozenset[Any]
    is_one_of: bool

    def excludes(self, other: Stated) -> bool:
        """Whether both cannot be."""
        if self.subject != other.subject:
            return False
        if self.is_one_of and other.is_one_of:
            return not self.values & other.values
        if self.is_one_of:
            return self.values <= other.values
        return other.is_one_of and other.values <= self.values


def rules_out(holding: p.Expression | None, other: p.Expression | None, is_stated: Callable[[str], bool]) -> bool:
    """Whether a condition that holds makes the other false, without anything new being looked at.

    The parts of the other come in their order: each either says what the holding one says, or is about
    a fact that is only looked up (`is_stated`), or contradicts it, which settles the matter.
    """
    if holding is None or other is None:
        return False
    known = [signature(part) for part in _parts(holding)]
    stated = [item for part in _parts(holding) if (item := _stated(part))]
    for part in _parts(other):
        if signature(part) in known:
            continue
        said = _stated(part)
        if said is None:
            return False
        if any(said.excludes(item) for item in stated):
            return True
        if said.subject[0] != "fact" or not is_stated(said.subject[1]):
            return False
    return False


def _parts(expression: p.Expression) -> list[p.Expression]:
    if isinstance(expression, p.Logic) and expression.operator == "and":
        return [part for operand in expression.operands for part in _parts(operand)]
    return [expression]


def _stated(expression: p.Expression) -> Stated | None:
    """A comparison of one subject with constants, or a truth."""
    if subject := _subject(expression):
        return Stated(subject, frozenset([True]), True)
    if not isinstance(expression, p.Operation):
        return None
    operator, operands = expression.operator, expression.operands
    if operator == "not" and (subject := _subject(operands[0])):
        return Stated(subject, frozenset([False]), True)
    if operator in ("is", "is_not", "in", "not_in"):
        subject, values = _subject(operands[0]), _constants(operands[1], operator in ("in", "not_in"))
        if subject and values is not None:
            return Stated(subject, values, operator in ("is", "in"))
    return None


def _constants(expression: p.Expression, is_list: bool) -> frozenset[Any] | None:
    if not is_list:
        is_plain = isinstance(expression, p.Constant) and expression.type.kind in ("enum", "text", "null", "boolean")
        return frozenset([expression.value]) if is_plain and isinstance(expression, p.Constant) else None
    if not isinstance(expression, p.Operation) or expression.operator != "list":
        return None
    found = [_constants(item, False) for item in expression.operands]
    return frozenset().union(*(item for item in found if item)) if all(found) else None


def _subject(expression: p.Expression) -> tuple[str, ...] | None:
    match expression:
        case p.Fact(path=path):
            return ("fact", path)
        case p.RuleValue(id=name, field=field):
            return ("rule", name, field)
        case p.ElementField(binder=binder, entity=entity, field=field):
            return ("element", binder, entity, field)
        case p.ParameterValue(id=name):
            return ("figure", name)
    return None


def signature(expression: p.Expression) -> Hashable:
    """Equal for expressions that are written alike and mean the same."""
    parts: list[Hashable] = [type(expression).__name__]
    for field in attrs.fields(type(expression)):
        if field.name not in ("origin", "type"):
            parts.append(_signed(getattr(expression, field.name)))
    return tuple(parts)


def _signed(value: Any) -> Hashable:
    if isinstance(value, p.Expression):
        return signature(value)
    if isinstance(value, tuple | list):
        return tuple(map(_signed, value))
    return (type(value).__name__, repr(value))
