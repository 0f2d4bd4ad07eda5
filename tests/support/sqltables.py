"""Cases as tables: what a query reads, made from the same typed facts that the reference evaluator decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol

from engine.backends.sql.tables import Tables
from engine.batch.flat import Flattener
from policy.types import Type
from policy.values import Month
from policy.vocabulary import Vocabulary


class HasTables(Protocol):
    """What takes tables by name."""

    def register(self, name: str, table: Any) -> Any: ...


def tables_of(
    engine: HasTables,
    cases: Sequence[Mapping[str, Any]],
    vocabulary: Vocabulary,
    more: Iterable[str] = (),
) -> Tables:
    """Registers tables for cases given as typed facts by path; `more` are facts that get a column though no case has them."""
    shape, tables = Flattener(vocabulary, more).tables(cases, range(len(cases)), [None] * len(cases))
    for name, table in tables.items():
        engine.register(name, table)
    return shape.tables()


def read_back(value: Any, kind: Type, vocabulary: Vocabulary) -> Any:
    """A value of a result as the reference has it."""
    if value is None:
        return None
    if kind.kind == "month":
        return Month(value.year, value.month)
    if kind.kind in ("money", "ratio", "points", "number"):
        return Decimal(value)
    if kind.kind == "checklist":
        return tuple(map(tuple, value))
    if kind.kind == "list" and kind.element is not None:
        return tuple(read_back(item, kind.element, vocabulary) for item in value)
    if kind.kind == "record":
        fields = vocabulary.entities[kind.name].fields
        return {name: read_back(item, fields[name].type, vocabulary) for name, item in value.items()}
    return value


def filled(value: Any, kind: Type, vocabulary: Vocabulary) -> Any:
    """A value of the reference with every field of its records: a column has them all."""
    if value is None:
        return None
    if kind.kind == "list" and kind.element is not None:
        return tuple(filled(item, kind.element, vocabulary) for item in value)
    if kind.kind == "record":
        fields = vocabulary.entities[kind.name].fields
        return {name: filled(value.get(name), field.type, vocabulary) for name, field in fields.items()}
    return value
