"""Lists as SQL arrays, records as structs: what a list is where it is answered, compared or kept in another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from sqlglot import exp

from engine.backends.refusals import refused
from engine.backends.sql import builders as b
from engine.backends.sql import numbers as n
from engine.backends.sql.places import Place
from engine.backends.sql.relations import Relation
from engine.backends.sql.tables import DEFAULTS
from engine.backends.sql.terms import Rows, Slot, Term
from engine.backends.sql.values import typed
from policy.types import Type

if TYPE_CHECKING:
    from engine.backends.sql.compiler import Compiler


class Arrays:
    """Writes lists and records as values of one column."""

    def __init__(self, compiler: Compiler) -> None:
        self.compiler = compiler

    def of(self, term: Term, place: Place, kind: exp.DataType | None = None) -> exp.Expression:
        """The list or record as a value; null where it is not known. `kind` is the type of its column."""
        if isinstance(term.sql, exp.Null):
            return term.sql if kind is None else exp.Cast(this=term.sql, to=kind)
        if term.type.kind == "record":
            written = self._struct(Slot(b.TRUE, term.fields or {}), self._fields(term.type.name, ()), kind)
        elif term.rows is None and not term.is_constant:
            return term.sql
        else:
            written = self._array(self.compiler.lists.rows(term, place), term.type, place, kind)
        return written if term.is_sure else b.case([(b.is_known(term.sql), written)])

    def type_of(self, kind: Type) -> exp.DataType:
        """The type of a column that holds such values."""
        if kind.kind == "record":
            fields = self.compiler.vocabulary.entities[kind.name].fields.values()
            parts = [exp.ColumnDef(this=_name(f.id), kind=self.type_of(f.type)) for f in fields]
            return exp.DataType(this=exp.DataType.Type.STRUCT, expressions=parts, nested=True)
        if kind.kind == "list" and kind.element is not None:
            return exp.DataType(this=exp.DataType.Type.ARRAY, expressions=[self.type_of(kind.element)], nested=True)
        return exp.DataType.build(DEFAULTS.get(kind.kind, "VARCHAR"), dialect="duckdb")

    # ── arrays ──────────────────────────────────────────────────────────────────────────────────
    def _array(self, rows: Rows, kind: Type, place: Place, column: exp.DataType | None) -> exp.Expression:
        element = kind.element or Type("unknown")
        inner = column.expressions[0] if column is not None else None
        fields = self._fields(rows.entity, rows.slots) if element.kind == "record" else {}
        values = [slot.value for slot in rows.slots if slot.value is not None]
        shared, _ = n.unified(values) if values else ([], None)
        unified = dict(zip(map(id, values), shared, strict=True))
        made = [
            (slot, self._struct(slot, fields, inner))
            if slot.value is None
            else (slot, self._cell(unified[id(slot.value)], element, inner))
            for slot in rows.slots
        ]
        pieces = [
            self._piece(relation, list(group), place) for relation, group in groupby(made, lambda m: m[0].relation)
        ]
        if not pieces:
            return exp.Cast(this=exp.Array(expressions=[]), to=column or self.type_of(kind))
        return pieces[0] if len(pieces) == 1 else exp.ArrayConcat(this=pieces[0], expressions=pieces[1:])

    def _piece(
        self, relation: Relation | None, made: Sequence[tuple[Slot, exp.Expression]], place: Place
    ) -> exp.Expression:
        """Elements that stand side by side beside the claim, or the rows of a table in their order."""
        if relation is not None:
            pieces = [self._gathered(slot, value, place) for slot, value in made]
            return pieces[0] if len(pieces) == 1 else exp.ArrayConcat(this=pieces[0], expressions=pieces[1:])
        if all(b.is_true(slot.is_there) for slot, _ in made):
            return exp.Array(expressions=[value for _, value in made])
        if any(slot.value is not None and slot.value.may_be_empty for slot, _ in made):
            singles = [
                b.case([(slot.is_there, exp.Array(expressions=[value]))], exp.Array(expressions=[]))
                for slot, value in made
            ]
            return singles[0] if len(singles) == 1 else exp.ArrayConcat(this=singles[0], expressions=singles[1:])
        return b.present(exp.Array(expressions=[b.case([(slot.is_there, value)]) for slot, value in made]))

    def _gathered(self, slot: Slot, value: exp.Expression, place: Place) -> exp.Expression:
        """The rows of a claim as an array."""
        relation = slot.relation
        assert relation is not None
        gathered = b.gathered(value, self.position(slot, place), slot.is_there)
        array = place.relation.add(f"{place.name}__list", gathered, relation, "aggregate")
        return b.coalesce((array, exp.Array(expressions=[])))

    def position(self, slot: Slot, place: Place) -> exp.Expression:
        """The column that tells the order of a list's rows."""
        assert slot.relation is not None
        if not slot.relation.position:
            raise refused(place.name, "没有次序的明细表", "rows of a table without their order")
        return b.column(slot.relation.position)

    # ── elements ────────────────────────────────────────────────────────────────────────────────
    def _fields(self, entity: str, slots: Sequence[Slot]) -> Mapping[str, tuple[Type, Mapping[int, Term]]]:
        """The fields of an entity: each with its type, and what the elements have there in one width."""
        found = {}
        for field in self.compiler.vocabulary.entities[entity].fields.values():
            own = [slot for slot in slots if field.id in slot.fields]
            shared, _ = n.unified([slot.fields[field.id] for slot in own])
            found[field.id] = field.type, dict(zip(map(id, own), shared, strict=True))
        return found

    def _struct(
        self, slot: Slot, fields: Mapping[str, tuple[Type, Mapping[int, Term]]], column: exp.DataType | None
    ) -> exp.Expression:
        inner = {part.name: part.args["kind"] for part in column.expressions} if column is not None else {}
        parts = []
        for name, (kind, shared) in fields.items():
            term = shared.get(id(slot)) or slot.fields.get(name) or Term(sql=b.NULL, type=kind)
            parts.append(exp.PropertyEQ(this=_name(name), expression=self._cell(term, kind, inner.get(name))))
        return exp.Struct(expressions=parts)

    def _cell(self, term: Term, kind: Type, column: exp.DataType | None) -> exp.Expression:
        """A value inside an array, in the type of its column where that is given."""
        if isinstance(term.sql, exp.Null):
            return exp.Cast(this=term.sql, to=column or self.type_of(kind))
        if kind.kind in ("list", "record"):
            if term.rows is None and term.fields is None and not term.is_constant:
                return term.sql
            return self.of(term, self.compiler.place(self.compiler.laws.insured, owner=()), column)
        if column is not None:
            written = column.sql(dialect="duckdb")
            return typed(kind.in_language("zh"), term, "VARCHAR" if written == "TEXT" else written)
        if kind.kind == "enum" and self.compiler.values.has_enums:
            return b.text(term.constant) if isinstance(term.constant, str) else b.cast(term.sql, "VARCHAR")
        return term.sql


def _name(word: str) -> exp.Identifier:
    return exp.to_identifier(word, quoted=True)
