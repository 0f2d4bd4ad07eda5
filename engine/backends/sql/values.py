"""Constants, and the way from a typed value to SQL."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlglot import exp

from engine.backends.refusals import CompileRefusal, refused
from engine.backends.sql import builders as b
from engine.backends.sql.dialects import Dialect
from engine.backends.sql.numbers import literal
from engine.backends.sql.terms import Number, Term
from policy.diagnostics import Text
from policy.types import Type
from policy.values import Month
from policy.vocabulary import Vocabulary


class Values:
    """Writes constants; enumerations as ENUM where the dialect has them, else as text."""

    def __init__(self, vocabulary: Vocabulary, dialect: Dialect) -> None:
        self.vocabulary = vocabulary
        self.has_enums = dialect.has_enums

    def constant(self, value: Any, kind: Type, name: str = "") -> Term:
        """A typed value as a term."""
        if value is None:
            return Term(sql=b.NULL, type=kind, may_be_empty=True, constant=None)
        number: Number | None = None
        match value:
            case bool():
                sql: exp.Expression = b.TRUE if value else b.FALSE
            case int() | Decimal():
                sql, number = literal(value)
            case str():
                sql = self.member(value, self.enum_ids(kind)) if kind.kind == "enum" else b.text(value)
            case datetime():
                sql = b.instant(value)
            case date():
                sql = b.day(value)
            case Month():
                sql = b.day(date(value.year, value.month, 1))
            case tuple() if all(isinstance(item, str) for item in value):
                sql = b.cast(b.function("ARRAY", *map(b.text, value)), "VARCHAR[]")
            case tuple() if kind.element is not None and kind.element.kind != "record":
                items = [self.constant(item, kind.element, name) for item in value]
                sql = exp.Array(expressions=[item.sql for item in items])
            case _:
                raise CompileRefusal(name, Text(f"{kind.in_language('zh')}常数", f"a constant {kind}"))
        return Term(sql=sql, type=kind, number=number, constant=value)

    def enum_ids(self, kind: Type) -> list[str]:
        return list(self.vocabulary.enums[kind.name].values)

    def member(self, value: str, ids: Iterable[str]) -> exp.Expression:
        """One of a closed set of words."""
        return self.as_enum(b.text(value), ids)

    def word(self, term: Term) -> exp.Expression:
        """A term beside which a word of a closed set is compared: a constant is plain text, which takes the set's type."""
        return b.text(term.constant) if term.type.kind == "enum" and isinstance(term.constant, str) else term.sql

    def as_enum(self, value: exp.Expression, ids: Iterable[str]) -> exp.Expression:
        """Text as one of a closed set."""
        if not self.has_enums:
            return value
        words = [b.text(item) for item in ids]
        return exp.Cast(this=value, to=exp.DataType(this=exp.DataType.Type.ENUM, expressions=words))


def typed(name: str, term: Term, kind: str | None) -> exp.Expression:
    """A value in the type of its column, which must hold every decimal place."""
    if kind is None or isinstance(term.sql, exp.Null):
        return term.sql if kind is None else b.cast(term.sql, kind)
    if term.number is not None and kind.startswith("DECIMAL"):
        width, scale = map(int, kind[8:-1].split(","))
        if term.number.scale > scale:
            raise refused(name, f"结果有 {term.number.scale} 位小数", f"a result of {term.number.scale} decimal places")
        if (term.number.width, term.number.scale) == (width, scale):
            return term.sql
    if term.type.kind == "month":
        return exp.TimeToStr(this=term.sql, format=b.text("%Y-%m"))
    return term.sql if kind == "VARCHAR" and term.type.kind in ("text", "enum") else b.cast(term.sql, kind)
