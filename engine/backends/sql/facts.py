"""Facts: columns of the claims, or derived by the question that decides them, or missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import attrs
from sqlglot import exp

from engine.backends.sql import builders as b
from engine.backends.sql.places import Place
from engine.backends.sql.tables import IS_NULL, VALUE, Table, number_of
from engine.backends.sql.terms import NOTHING, Number, Rows, Slot, Term
from policy.types import Type

if TYPE_CHECKING:
    from engine.backends.sql.compiler import Compiler


class Facts:
    """Finds the facts of a claim, each once."""

    def __init__(self, compiler: Compiler) -> None:
        self.compiler = compiler
        self.derives = True
        self._found: dict[str, Term] = {}
        self._elements: dict[str, Slot] = {}

    def term(self, path: str, place: Place) -> Term:
        """The fact as a term of the claims."""
        if path not in self._found:
            field = place.program.policy.vocabulary.field(path)
            kind = field.type if field else Type("unknown")
            own = self._given(path, kind)
            self._found[path] = own or self.missing(path, kind)
            if (
                self.derives
                and field is not None
                and field.derived_by is not None
                and (own is None or own.reason is not None)
            ):
                self._found[path] = self._derived(path, field.derived_by, own)
        self.compiler.rules.edges.setdefault(("fact", path), []).append((place.owner, place))
        return self._found[path]

    def missing(self, path: str, kind: Type) -> Term:
        return Term(sql=b.NULL, type=kind, reason=self.compiler.reasons.missing(path))

    def given(self, path: str, kind: Type) -> Term | None:
        """The column of a fact, if the claims have one."""
        return self._given(path, kind)

    def _given(self, path: str, kind: Type) -> Term | None:
        tables = self.compiler.tables
        if kind.kind == "list" and kind.element is not None:
            return self._list(path, kind, kind.element)
        return self.read(tables.claims, path, path, kind)

    def read(self, table: Table, name: str, path: str, kind: Type) -> Term | None:
        """A column of a table as a term: null means not given, unless the column beside it says 空."""
        found = table.called(name)
        if found is None:
            return None
        column = table.columns[found]
        sql: exp.Expression = b.column(found)
        number = number_of(path, kind, column.type)
        if (
            number is None
            and kind.kind == "enum"
            and self.compiler.values.has_enums
            and not column.type.startswith("ENUM")
        ):
            sql = self.compiler.values.as_enum(sql, self.compiler.values.enum_ids(kind))
            if table is self.compiler.tables.claims:
                sql = self.compiler.column(name, sql, self.compiler.main)
        empty = table.called(name + IS_NULL)
        if empty is not None:
            missing = self.compiler.reasons.missing(path)
            says = exp.Coalesce(this=b.column(empty), expressions=[b.FALSE])
            why = b.case([(b.both((b.is_null(sql), b.negation(says))), missing)])
            return Term(sql=sql, type=kind, number=number, reason=why, may_be_empty=True)
        if column.is_complete:
            return Term(sql=sql, type=kind, number=number)
        why = b.case([(b.is_null(sql), self.compiler.reasons.missing(path))])
        return Term(sql=sql, type=kind, number=number, reason=why)

    # ── lists ───────────────────────────────────────────────────────────────────────────────────
    def _list(self, path: str, kind: Type, element: Type) -> Term | None:
        tables = self.compiler.tables
        counted = tables.claims.called(path)
        if element.kind == "record" and path in tables.children:
            rows = Rows(element.name, (self.element(path, element.name),))
        elif element.kind == "record" and tables.claims.slots(path):
            rows = Rows(element.name, slots=tuple(self._slots(path, element, counted)))
        elif counted is not None and element.kind != "record":
            sql = b.column(counted)
            why = b.case([(b.is_null(sql), self.compiler.reasons.missing(path))])
            is_sure = tables.claims.columns[counted].is_complete
            spread = self._spread(counted, element)
            return Term(sql=sql, type=kind, reason=None if is_sure else why, spread=spread)
        else:
            return None
        if counted is None or tables.claims.columns[counted].is_complete:
            return Term(sql=b.TRUE, type=kind, rows=rows)
        why = b.case([(b.is_null(b.column(counted)), self.compiler.reasons.missing(path))])
        return Term(sql=b.column(counted), type=kind, reason=why, rows=rows)

    def _slots(self, path: str, element: Type, counted: str | None) -> list[Slot]:
        table = self.compiler.tables.claims
        entity = self.compiler.vocabulary.entities[element.name]
        slots = []
        for place in range(1, table.slots(path) + 1):
            fields: dict[str, Term] = {}
            for field in entity.fields.values():
                found = self.read(table, f"{path}__{place}__{field.id}", field.path, field.type)
                if found is not None:
                    is_top = field.id == entity.roles.get("upper")
                    fields[field.id] = attrs.evolve(found, reason=None, may_be_empty=True) if is_top else found
            first = next(iter(fields.values())).sql
            there = exp.GTE(this=b.column(counted), expression=b.number(place)) if counted else b.is_known(first)
            slots.append(Slot(there, fields))
        return slots

    def element(self, path: str, entity: str) -> Slot:
        """The rows of the table that a list of records has."""
        if path not in self._elements:
            relation = self.compiler.child(path)
            table = self.compiler.tables.children[path]
            fields = {}
            for field in self.compiler.vocabulary.entities[entity].fields.values():
                found = self.read(table, field.id, field.path, field.type)
                if found is not None:
                    fields[field.id] = found
            self._elements[path] = Slot(b.TRUE, fields, relation=relation)
        return self._elements[path]

    def _spread(self, column: str, kind: Type) -> Callable[[], Rows]:
        return lambda: Rows("", (self.elements_of(column, kind),))

    def elements_of(self, column: str, kind: Type) -> Slot:
        """The values of a plain list, a row for each."""
        key = f"{column} []"
        if key not in self._elements:
            relation = self.compiler.unnested(column)
            written = self.compiler.tables.claims.columns[column].type.removesuffix("[]")
            sql: exp.Expression = b.column(VALUE)
            number = number_of(column, kind, written)
            if kind.kind == "enum" and self.compiler.values.has_enums:
                sql = self.compiler.values.as_enum(sql, self.compiler.values.enum_ids(kind))
            value = Term(sql=sql, type=kind, number=number)
            self._elements[key] = Slot(b.TRUE, value=value, relation=relation)
        return self._elements[key]

    # ── derived facts ───────────────────────────────────────────────────────────────────────────
    def _derived(self, path: str, by: tuple[str, str], own: Term | None) -> Term:
        """A fact that was not given, as the question decides it."""
        compiler = self.compiler
        program = compiler.laws.insured
        asked = program.questions.get(by[0])
        missing = self._found[path]
        if asked is None or by[1] not in asked.answers:
            return missing
        holds = compiler.in_force(asked.period)
        if b.is_false(holds):
            return missing
        inner = compiler.place(program, owner=("fact", path))
        if own is not None:
            inner = inner.when(lambda: b.is_null(own.sql))
        derived = compiler.value(asked.answers[by[1]].value, inner)
        silent = compiler.reasons.missing(path)
        why = derived.reason
        if why is not None:
            undated = [number for words, number in compiler.reasons.numbers.items() if words.startswith("E0503")]
            why = (
                b.case([(exp.In(this=b.wrapped(why), expressions=list(map(b.number, undated))), silent)], why)
                if undated
                else why
            )
        if not b.is_true(holds):
            why = b.case([(holds, why or b.NULL)], silent)
            derived = attrs.evolve(derived, sql=b.case([(holds, derived.sql)]))
        if own is None:
            return compiler.named(path, attrs.evolve(derived, reason=why, type=missing.type))
        if derived.may_be_empty or own.may_be_empty:
            known = b.is_null(own.why)
            sql = b.case([(known, own.sql)], derived.sql)
        else:
            known = b.is_known(own.sql)
            sql = b.coalesce((own.sql, derived.sql))
        joined = attrs.evolve(
            derived, sql=sql, reason=None if why is None else b.case([(known, b.NULL)], why),
            may_be_empty=derived.may_be_empty or own.may_be_empty, number=_wider(own.number, derived.number), constant=NOTHING,
        )  # fmt: skip
        return compiler.named(path, joined)


def _wider(one: Number | None, two: Number | None) -> Number | None:
    return one or two
