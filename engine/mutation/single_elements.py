"""Lists that have one element at the most, by what cannot occur together: the first of them is the last."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from engine import program as p
from engine.proofs.digests import Digests


@attrs.frozen
class _Distinct:
    """In this list no two elements have the same value of this field, but for the value `excepted`."""

    path: str
    field: tuple[str, str]
    excepted: Any


def alike_at_both_ends(program: p.Program, rule: str) -> p.Program:
    """The program in which one rule takes the first of what has one element at the most, wherever it took the last."""
    distinct = tuple(_distinct(program))
    if not distinct or rule not in program.rules:
        return program
    return attrs.evolve(program, rules={**program.rules, rule: _with_first(program.rules[rule], distinct)})


def _distinct(program: p.Program) -> Iterator[_Distinct]:
    """What follows from exclusions of this kind: more elements than different values of a field."""
    digests = Digests(program)
    for exclusion in program.exclusions:
        match exclusion.condition:
            case p.Operation(operator="above", operands=(counted, p.Operation(operator="count", operands=(kinds,)))):
                match counted, kinds:
                    case (
                        p.Operation(operator="count", operands=(every,)),
                        p.Operation(operator="distinct", operands=(p.Each() as each,)),
                    ) if _is_same_list(every, each, digests):
                        yield from _field_of(each)


def _is_same_list(every: p.Expression, each: p.Each, digests: Digests) -> bool:
    """Whether as many elements are counted as there are values."""
    match every:
        case p.Fact(path=path):
            return each.where is None and isinstance(each.collection, p.Fact) and each.collection.path == path
        case p.Operation(operator="map", operands=(p.Each() as listed,)):
            return digests.of(listed) == digests.of(each)
    return False


def _field_of(each: p.Each) -> Iterator[_Distinct]:
    if not isinstance(each.collection, p.Fact) or (field := _own_field(each.body, each)) is None:
        return
    match each.where:
        case None:
            yield _Distinct(each.collection.path, field, None)
        case p.Operation(operator="is_not", operands=(part, p.Constant(value=value))) if (
            _own_field(part, each) == field
        ):
            yield _Distinct(each.collection.path, field, value)


def _own_field(expression: p.Expression | None, each: p.Each) -> tuple[str, str] | None:
    """The field of the element at hand that an expression is."""
    match expression:
        case p.ElementField(entity=entity, field=field, binder=binder) if binder in ("", each.binder):
            return entity, field
    return None


def _has_one(each: p.Each, distinct: tuple[_Distinct, ...]) -> bool:
    """Whether only elements with one certain value of a field are taken, and that field tells elements apart."""
    match each.collection, each.where:
        case p.Fact(path=path), p.Operation(operator="is", operands=(part, wanted)):
            field = _own_field(part, each)
            return any((one.path, one.field) == (path, field) and _is_one_value(wanted, one) for one in distinct)
    return False


def _is_one_value(wanted: p.Expression, distinct: _Distinct) -> bool:
    """Whether it is the same for all elements, and no value that several may have."""
    match wanted:
        case p.Constant(value=value):
            return bool(distinct.excepted != value)
        case p.ElementField(entity=entity):
            return entity != distinct.field[0] and distinct.excepted is None
    return False


def _with_first(item: Any, distinct: tuple[_Distinct, ...]) -> Any:
    """The same rule, clause or expression where it makes no difference."""
    if isinstance(item, tuple):
        items = tuple(_with_first(part, distinct) for part in item)
        return item if all(new is old for new, old in zip(items, item, strict=True)) else items
    if not isinstance(item, p.Rule | p.Clause | p.Scale | p.Expression):
        return item
    match item:
        case p.Operation(operator="last", operands=(p.Each() as each,)) if _has_one(each, distinct):
            item = attrs.evolve(item, operator="first")
    parts = {field.name: getattr(item, field.name) for field in attrs.fields(type(item))}
    new = {name: _with_first(part, distinct) for name, part in parts.items()}
    changed = {name: part for name, part in new.items() if part is not parts[name]}
    return attrs.evolve(item, **changed) if changed else item
