"""Lists as their elements: written, walked, joined, chosen. A few stand beside the claim, others are rows of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import attrs
from sqlglot import exp

from engine import program as p
from engine.backends.refusals import refused
from engine.backends.sql import builders as b
from engine.backends.sql.places import Element, Place
from engine.backends.sql.relations import Link, Relation
from engine.backends.sql.tables import VALUE
from engine.backends.sql.terms import NOTHING, Rows, Slot, Term
from policy.types import Type

if TYPE_CHECKING:
    from engine.backends.sql.compiler import Compiler

KINDS: Final = frozenset({"list", "record", "checklist"})
"""Types whose values are made of others."""


@attrs.frozen(eq=False)
class Walked:
    """An element met on a walk: whether it fits, what it gives (None: itself), and what is not known of it."""

    slot: Slot
    fits: exp.Expression
    body: Term | None
    why: exp.Expression
    may_fail: bool


class Lists:
    """Makes lists, and records, of what their elements are."""

    def __init__(self, compiler: Compiler) -> None:
        self.compiler = compiler
        self._tokens: dict[int, tuple[str, object]] = {}
        self._keys: dict[tuple[int, int], tuple[object, object]] = {}

    # ── elements ────────────────────────────────────────────────────────────────────────────────
    def rows(self, term: Term, place: Place) -> Rows:
        """The elements of a list, as they are met at the place."""
        found = self._rows(term, place)
        if place.relation is self.compiler.main:
            return found
        return attrs.evolve(found, slots=tuple(self.met(slot, place) for slot in found.slots))

    def met(self, slot: Slot, place: Place) -> Slot:
        """An element that is rows of another list than the place's, at each row of this."""
        inner, compiler = slot.relation, self.compiler
        if inner is None or id(place.relation) in inner.links:
            return slot
        relation, link = compiler.pairs(place.relation, inner)
        at = attrs.evolve(place, relation=relation)
        there = compiler.imported("is_there", slot.is_there, relation, inner, link)
        fields = {name: compiler.brought(term, at, name, inner, link) for name, term in slot.fields.items()}
        value = None if slot.value is None else compiler.brought(slot.value, at, VALUE, inner, link)
        return attrs.evolve(
            slot, is_there=there, fields=fields, value=value, relation=relation, key=self._pair_key(slot, relation)
        )

    def _pair_key(self, slot: Slot, relation: Relation) -> object:
        """An element met at the rows of another list is told from itself elsewhere, and always by the same."""
        return self._keys.setdefault((id(slot.key), id(relation)), (slot.key, object()))[1]

    def _rows(self, term: Term, place: Place) -> Rows:
        if term.rows is not None:
            return term.rows
        if isinstance(term.sql, exp.Null):
            return Rows("")
        kind = term.type.element or Type("unknown")
        if term.is_constant:
            values = [self.compiler.values.constant(value, kind, place.name) for value in term.constant]
            return Rows("", tuple(Slot(b.TRUE, value=value) for value in values))
        if term.spread is not None:
            return term.spread()
        raise refused(place.name, "遍历算出的列表", "a walk over a list of distinct values")

    def at(self, slot: Slot, rows: Rows, binder: str, place: Place) -> Place:
        """The place with an element at hand."""
        compiler = self.compiler
        relation = slot.relation or place.relation
        element = Element(rows.entity, slot.fields, self._token(slot.key), relation, slot.value)
        inner = place.with_binding(binder, element)
        if slot.relation is not None:
            brought = {n: compiler.brought(term, inner, n, place.relation) for n, term in place.locals.items()}
            inner = attrs.evolve(inner, guards=(lambda: compiler.at_rows(place, relation),), locals=brought)
        return inner if b.is_true(slot.is_there) else inner.when(_said(b.coalesce((slot.is_there, b.FALSE))))

    def _token(self, key: object) -> str:
        """What tells an element from all others."""
        return self._tokens.setdefault(id(key), (str(len(self._tokens) + 1), key))[0]

    # ── walks ───────────────────────────────────────────────────────────────────────────────────
    def walked(self, each: p.Each, place: Place) -> tuple[Term, list[Walked]]:
        """The list that is walked, where it is not 空, and its elements one by one."""
        found = self.compiler.expressions.filled(self.compiler.value(each.collection, place), place)
        rows = self.rows(found, place)
        return found, [self._met(slot, rows, each, place) for slot in rows.slots]

    def _met(self, slot: Slot, rows: Rows, each: p.Each, place: Place) -> Walked:
        compiler, expressions = self.compiler, self.compiler.expressions
        inner = self.at(slot, rows, each.binder, place)
        fits, reasons, fails = slot.is_there, [], False
        if each.where is not None:
            where = expressions.truth(compiler.value(each.where, inner), place)
            holds = where.sql if where.is_sure else b.coalesce((where.sql, b.FALSE))
            fits = b.both((fits, holds))
            inner = inner.when(_said(holds))
            reasons.append(b.case([(slot.is_there, where.why)]) if where.reason is not None else b.NULL)
            fails = where.may_fail
        body = None if each.body is None else self._plain(compiler.value(each.body, inner), inner)
        if body is not None:
            reasons.append(b.case([(fits, body.why)]) if body.reason is not None else b.NULL)
            fails = fails or body.may_fail
        return Walked(slot, fits, body, self.upwards(b.coalesce(reasons), slot, place), fails)

    def _plain(self, term: Term, place: Place) -> Term:
        """A term that can stand in a list."""
        if term.divisor is not None:
            raise refused(place.name, "未舍入的商的列表", "a list of quotients that are not rounded")
        if term.shift is not None:
            raise refused(place.name, "时长的列表", "a list of durations")
        if term.rows is not None:
            return attrs.evolve(term, sql=self.compiler.arrays.of(term, place), rows=None)
        return term

    def upwards(self, why: exp.Expression, slot: Slot, place: Place) -> exp.Expression:
        """The gravest reason of an element's rows, where it stands for many."""
        if slot.relation is None or isinstance(why, exp.Null):
            return why
        row = slot.relation.add(f"{place.name}__row_why", why)
        return place.relation.add(f"{place.name}__why", exp.Max(this=row), slot.relation, "aggregate")

    def each(self, expression: p.Each, place: Place) -> Term:
        """One value for each element that fits."""
        found, walked = self.walked(expression, place)
        rows = found.rows or Rows("")
        slots, kind = [], expression.type.element
        entity = kind.name if kind is not None and kind.kind == "record" else ""
        for one in walked:
            if one.body is None:
                slots.append(attrs.evolve(one.slot, is_there=one.fits))
            else:
                slots.append(self.slot(one.fits, one.body, one.slot.relation))
        why = b.coalesce((found.why, b.greatest([one.why for one in walked])))
        fails = found.may_fail or any(one.may_fail for one in walked)
        return self.listed(expression.type, Rows(entity or rows.entity, tuple(slots)), why, place, fails)

    def slot(self, is_there: exp.Expression, term: Term, relation: Relation | None = None) -> Slot:
        """A value as an element; why it may not be known is told by its list."""
        if term.fields is not None:
            return Slot(is_there, term.fields, relation=relation)
        return Slot(is_there, value=attrs.evolve(term, reason=None, may_fail=False), relation=relation)

    def listed(self, kind: Type, rows: Rows, why: exp.Expression, place: Place, may_fail: bool) -> Term:
        """A list of its elements, known where there is no reason against it."""
        if isinstance(why, exp.Null):
            return Term(sql=b.TRUE, type=kind, rows=rows)
        why = self.compiler.column(f"{place.name}__why", why, place.relation)
        return Term(sql=b.case([(b.is_null(why), b.TRUE)]), type=kind, rows=rows, reason=why, may_fail=may_fail)

    # ── written out ─────────────────────────────────────────────────────────────────────────────
    def record(self, expression: p.Record, place: Place) -> Term:
        """A record; a field that is not known leaves all of it unknown."""
        made = {name: self._plain(self.compiler.value(part, place), place) for name, part in expression.fields}
        why = b.greatest([term.why for term in made.values()])
        fields = {name: attrs.evolve(term, reason=None, may_fail=False) for name, term in made.items()}
        if isinstance(why, exp.Null):
            return Term(sql=b.TRUE, type=expression.type, fields=fields)
        fails = any(term.may_fail for term in made.values())
        return Term(
            sql=b.case([(b.is_null(why), b.TRUE)]), type=expression.type, fields=fields, reason=why, may_fail=fails
        )

    def written(self, expression: p.Operation, terms: Sequence[Term], place: Place) -> Term:
        """列出: the values one after another."""
        plain = [self._plain(term, place) for term in terms]
        kind = expression.type.element
        rows = Rows(
            kind.name if kind is not None and kind.kind == "record" else "",
            tuple(self.slot(b.TRUE, term) for term in plain),
        )
        why = b.greatest([term.why for term in plain])
        return self.listed(expression.type, rows, why, place, any(term.may_fail for term in plain))

    def joined(self, expression: p.Operation, terms: Sequence[Term], place: Place) -> Term:
        """并列: one list after another."""
        filled = [self.compiler.expressions.filled(term, place) for term in terms]
        parts = [self.rows(term, place) for term in filled]
        entity = next((rows.entity for rows in parts if rows.entity), "")
        slots = tuple(attrs.evolve(slot) for rows in parts for slot in rows.slots)
        why = b.greatest([term.why for term in filled])
        return self.listed(expression.type, Rows(entity, slots), why, place, any(term.may_fail for term in filled))

    def collected(
        self, kind: Type, clauses: Iterable[tuple[exp.Expression, Term, bool]], why: exp.Expression, place: Place
    ) -> Term:
        """汇集: what applies, clause by clause; a clause may contribute all the elements of a list. 空 adds nothing."""
        slots: list[Slot] = []
        entity = kind.element.name if kind.element is not None and kind.element.kind == "record" else ""
        for applies, term, is_spread in clauses:
            if is_spread:
                rows = self.rows(term, place)
                slots += [self.where(slot, applies, place) for slot in rows.slots]
                continue
            plain = self._plain(term, place)
            there = b.both((applies, b.is_known(plain.sql))) if plain.may_be_empty else applies
            slots.append(self.slot(there, attrs.evolve(plain, may_be_empty=False)))
        return self.listed(kind, Rows(entity, tuple(slots)), why, place, may_fail=True)

    def where(self, slot: Slot, test: exp.Expression, place: Place) -> Slot:
        """The element, there only where the test of its claim holds; 空 is passed over."""
        relation = slot.relation
        if relation is not None and not isinstance(test, exp.Boolean):
            test = self.compiler.imported(f"{place.name}__applies", test, relation, place.relation)
        parts = [test, slot.is_there]
        if slot.value is not None and slot.value.may_be_empty:
            parts.append(b.is_known(slot.value.sql))
        return attrs.evolve(slot, is_there=b.both(parts))

    # ── choices ─────────────────────────────────────────────────────────────────────────────────
    def chosen(self, branches: Sequence[tuple[exp.Expression, Term]], otherwise: Term, place: Place) -> Term:
        """The list or record of the first branch that holds: of a list, the elements of all, each under its test."""
        terms = [*(term for _, term in branches), otherwise]
        tests = [condition for condition, _ in branches]
        sql = b.case([(test, _flag(term)) for test, term in zip(tests, terms, strict=False)], _flag(otherwise))
        why = b.case([(test, term.why) for test, term in zip(tests, terms, strict=False)], otherwise.why)
        term = Term(
            sql=sql, type=otherwise.type, reason=None if isinstance(why, exp.Null) else why,
            may_be_empty=any(t.may_be_empty for t in terms), may_fail=any(t.may_fail for t in terms),
        )  # fmt: skip
        if otherwise.type.kind == "record" or any(t.fields is not None for t in terms):
            term = attrs.evolve(term, fields=self._fields(tests, terms, place))
        if otherwise.type.kind == "record":
            return term
        if all(t.rows is None for t in terms):
            array = b.case([(test, t.sql) for test, t in zip(tests, terms, strict=False)], otherwise.sql)
            return attrs.evolve(term, sql=array, spread=lambda: self._of_all(tests, terms, place))
        return attrs.evolve(term, rows=self._of_all(tests, terms, place))

    def _of_all(self, tests: Sequence[exp.Expression], terms: Sequence[Term], place: Place) -> Rows:
        """The elements of all branches, each there where its branch is taken."""
        slots: list[Slot] = []
        entity = ""
        for number, one in enumerate(terms):
            test = _picked(tests, number)
            rows = self.rows(one, place)
            entity = entity or rows.entity
            if not b.is_false(test):
                slots += [self._under(slot, test, place) for slot in rows.slots]
        return Rows(entity, tuple(slots))

    def _under(self, slot: Slot, test: exp.Expression, place: Place) -> Slot:
        if slot.relation is not None and not isinstance(test, exp.Boolean):
            test = self.compiler.imported(f"{place.name}__chosen", test, slot.relation, place.relation)
        return attrs.evolve(slot, is_there=b.both((test, slot.is_there)))

    def _fields(self, tests: Sequence[exp.Expression], terms: Sequence[Term], place: Place) -> Mapping[str, Term]:
        """The fields of a record, each that of the branch that holds."""
        names: dict[str, Type] = {n: f.type for term in terms for n, f in (term.fields or {}).items()}
        made = {}
        for name, kind in names.items():
            nothing = self.compiler.values.constant(None, kind)
            options = [(term.fields or {}).get(name, nothing) for term in terms]
            branches = list(zip(tests, options, strict=False))
            made[name] = self.compiler.expressions.chosen(branches, options[-1], place)
        return made

    def field(self, term: Term, name: str, kind: Type, place: Place) -> Term:
        """A field of a record, which must be there."""
        found = self.compiler.expressions.filled(term, place)
        if isinstance(found.sql, exp.Null):
            return Term(sql=b.NULL, type=kind, reason=found.reason, may_fail=found.may_fail)
        if found.fields is None:
            raise refused(place.name, "不是写出的记录", "a record that is not written out")
        own = found.fields.get(name) or self.compiler.values.constant(None, kind)
        if found.reason is None:
            return own
        sql = own.sql if isinstance(own.sql, exp.Null) else b.case([(b.is_null(found.reason), own.sql)])
        return attrs.evolve(
            own, sql=sql, reason=found.reason, may_fail=found.may_fail, constant=NOTHING, rows=own.rows
        )  # fmt: skip

    # ── as columns ──────────────────────────────────────────────────────────────────────────────
    def named(self, name: str, term: Term, relation: Relation) -> Term:
        """The term whose elements and fields are columns."""
        column = self.compiler.column
        if term.fields is not None:
            fields = {field: self._part(f"{name}__{field}", part, relation) for field, part in term.fields.items()}
            term = attrs.evolve(term, fields=fields)
        if term.rows is None:
            return term
        slots = []
        for number, slot in enumerate(term.rows.slots, 1):
            own, home = f"{name}__{number}", slot.relation or relation
            slots.append(
                attrs.evolve(
                    slot,
                    is_there=column(f"{own}__is_there", slot.is_there, home),
                    fields={field: self._part(f"{own}__{field}", part, home) for field, part in slot.fields.items()},
                    value=None if slot.value is None else self._part(own, slot.value, home),
                )
            )
        return attrs.evolve(term, rows=attrs.evolve(term.rows, slots=tuple(slots)))

    def _part(self, name: str, term: Term, relation: Relation) -> Term:
        return attrs.evolve(term, sql=self.compiler.column(name, term.sql, relation))

    def brought(self, term: Term, place: Place, name: str, source: Relation, link: Link | None) -> Term:
        """The elements and fields of a term at the rows of a list; elements that are rows stay with theirs."""
        bring = self.compiler.brought
        if term.fields is not None:
            fields = {f: bring(part, place, f"{name} {f}", source, link) for f, part in term.fields.items()}
            term = attrs.evolve(term, fields=fields)
        if term.spread is not None:
            spread = term.spread
            return attrs.evolve(term, spread=lambda: self._rows_brought(spread(), place, name, source, link))
        if term.rows is None:
            return term
        return attrs.evolve(term, rows=self._rows_brought(term.rows, place, name, source, link))

    def _rows_brought(self, rows: Rows, place: Place, name: str, source: Relation, link: Link | None) -> Rows:
        slots = []
        for number, slot in enumerate(rows.slots, 1):
            own = f"{name} {number}"
            slots.append(slot if slot.relation is not None else self.slot_brought(slot, place, own, source, link))
        return attrs.evolve(rows, slots=tuple(slots))

    def slot_brought(self, slot: Slot, place: Place, name: str, source: Relation, link: Link | None = None) -> Slot:
        """An element beside a row, or a claim, at the rows of a list."""
        bring = self.compiler.brought
        there = self.compiler.imported(f"{name} is_there", slot.is_there, place.relation, source, link)
        fields = {field: bring(part, place, f"{name} {field}", source, link) for field, part in slot.fields.items()}
        value = None if slot.value is None else bring(slot.value, place, name, source, link)
        return attrs.evolve(slot, is_there=there, fields=fields, value=value)


def _flag(term: Term) -> exp.Expression:
    """Whether a list is there, true or null."""
    if term.is_sure or isinstance(term.sql, exp.Null | exp.Boolean):
        return b.NULL if isinstance(term.sql, exp.Null) else b.TRUE
    return b.case([(b.is_known(term.sql), b.TRUE)])


def _picked(tests: Sequence[exp.Expression], number: int) -> exp.Expression:
    """Whether the branch of that number is the first that holds; two-valued."""
    before = [] if _are_apart(tests) and number < len(tests) else tests[:number]
    own = [(tests[number], b.TRUE)] if number < len(tests) else [(b.TRUE, b.TRUE)]
    return b.case([*((test, b.FALSE) for test in before), *own], b.FALSE)


def _are_apart(tests: Sequence[exp.Expression]) -> bool:
    """Whether each test compares the same column with another word."""
    if not all(isinstance(test, exp.EQ) and isinstance(test.expression, exp.Literal) for test in tests):
        return False
    return len({test.this for test in tests}) == 1 and len({test.expression for test in tests}) == len(tests)


def _said(test: exp.Expression) -> Callable[[], exp.Expression]:
    return lambda: test
