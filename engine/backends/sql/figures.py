"""Local figures: a column of the claims, else the shipped value of the day, else the default, else still needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import attrs
from sqlglot import exp

from engine import program as p
from engine.backends.refusals import refused
from engine.backends.sql import builders as b
from engine.backends.sql import hits
from engine.backends.sql import numbers as n
from engine.backends.sql.lists import KINDS
from engine.backends.sql.places import Place
from engine.backends.sql.reasons import is_error
from engine.backends.sql.terms import NOTHING, Rows, Slot, Term
from policy.dsl import tree as t
from policy.parameters import PARAMETERS, DatedValue, Parameter
from policy.tables import Band, Cell, Row
from policy.types import BOOLEAN, Type

if TYPE_CHECKING:
    from engine.backends.sql.compiler import Compiler

Extract = Callable[[Any], Any]
_NO_SLOT = Slot(b.FALSE, {})


class Figures:
    """Finds the figures of a claim, each once."""

    def __init__(self, compiler: Compiler) -> None:
        self.compiler = compiler
        self._found: dict[tuple[str, str], Term] = {}

    def term(self, expression: p.ParameterValue, place: Place) -> Term:
        """The figure, within its bounds."""
        key = (place.program.region.id, expression.id)
        self.compiler.rules.edges.setdefault(("figure", *key), []).append((place.owner, place))
        if key not in self._found:
            inner = self.compiler.place(place.program, owner=("figure", *key), rule=place.rule)
            found = self._find(expression, inner)
            self._found[key] = found  # before the bounds, which may speak of the figure itself
            bounded = self.bounded(expression.id, found, inner)
            self._found[key] = bounded if bounded.rows else self.compiler.named(f"{expression.id}__figure", bounded)
        return self._found[key]

    def _find(self, expression: p.ParameterValue, place: Place) -> Term:
        path = f"{PARAMETERS}.{expression.id}"
        given = self.compiler.facts.given(path, expression.type)
        if given is not None and given.reason is None:
            return given
        element = expression.type.element
        if element is not None and element.kind == "record":
            return self._list(expression, given, element, place)
        shipped = self._scalar(expression, place, lambda value: value)
        if given is None:
            return shipped
        if expression.type.kind in KINDS:
            found = attrs.evolve(given, reason=None)
            return self.compiler.expressions.chosen([(b.is_null(given.why), found)], shipped, place)
        (one, two), number = n.unified([given, shipped])
        known = b.is_known(one.sql) if not one.may_be_empty else b.is_null(one.why)
        sql = b.coalesce((one.sql, two.sql)) if not one.may_be_empty else b.case([(known, one.sql)], two.sql)
        return Term(
            sql=sql, type=expression.type, number=number, reason=b.case([(known, b.NULL)], two.why) if two.reason else None,
            may_be_empty=one.may_be_empty or two.may_be_empty, may_fail=two.may_fail,
        )  # fmt: skip

    def _list(self, expression: p.ParameterValue, given: Term | None, entity: Type, place: Place) -> Term:
        """A list of records: a few numbered rows."""
        shipped = next(iter(place.program.parameters.get(expression.id, ())), None)
        if given is not None and shipped is None:
            return given
        if shipped is None:
            return self._delegated(expression, place)
        own = self._slots(expression, shipped, entity, place)
        return own if given is None else self._merged(given, own, expression)

    def _merged(self, given: Term, shipped: Term, expression: p.ParameterValue) -> Term:
        """The rows given with the case where it gives any, else the shipped ones."""
        assert given.rows is not None and shipped.rows is not None
        if any(slot.relation is not None for slot in given.rows.slots):
            raise refused(expression.id, "另一张表中的段", "bands in a table of their own")
        is_given = self.compiler.column(f"{expression.id}__given", b.is_known(given.sql), self.compiler.main)
        slots = []
        for number, (one, two) in enumerate(zip_longest(given.rows.slots, shipped.rows.slots), 1):
            slots.append(self._either_slot(is_given, one, two, f"{expression.id}__{number}"))
        why = b.case([(is_given, b.NULL)], shipped.why)
        return attrs.evolve(
            shipped, sql=b.case([(is_given, b.TRUE)], shipped.sql), reason=None if isinstance(why, exp.Null) else why,
            rows=Rows(given.rows.entity, slots=tuple(slots)), constant=NOTHING,
        )  # fmt: skip

    def _either_slot(self, is_given: exp.Expression, one: Slot | None, two: Slot | None, name: str) -> Slot:
        """A row given with the case, or the shipped one in its place."""
        there = b.case([(is_given, one.is_there if one else b.FALSE)], two.is_there if two else b.FALSE)
        fields = {}
        for field, like in (one or two or _NO_SLOT).fields.items():
            nothing = self.compiler.values.constant(None, like.type)
            first, second = (slot.fields.get(field, nothing) if slot else nothing for slot in (one, two))
            (first, second), number = n.unified([first, second])
            sql = self.compiler.column(
                f"{name}__{field}", b.case([(is_given, first.sql)], second.sql), self.compiler.main
            )
            why = None if first.reason is None else b.case([(is_given, first.why)])
            is_open = first.may_be_empty or second.may_be_empty
            fields[field] = Term(sql=sql, type=like.type, number=number, reason=why, may_be_empty=is_open)
        return Slot(self.compiler.column(f"{name}__is_there", there, self.compiler.main), fields)

    def _slots(self, expression: p.ParameterValue, shipped: Parameter, entity: Type, place: Place) -> Term:
        values = [row.value for dated in shipped.values for row in dated.rows] + [
            v.value for v in shipped.values if v.value
        ]
        fields = self.compiler.vocabulary.entities[entity.name].fields
        slots = []
        for place_in_list in range(max(map(len, values), default=0)):
            there = self._alike(values, _has(place_in_list), BOOLEAN) or self._scalar(
                expression, place, _has(place_in_list), BOOLEAN
            )
            terms = {}
            for field in fields.values():
                extract = _field(place_in_list, field.id)
                term = self._alike(values, extract, field.type) or self._scalar(expression, place, extract, field.type)
                is_given = all(extract(value) is not None for value in values)
                terms[field.id] = attrs.evolve(term, reason=None, may_be_empty=not is_given)
            slots.append(Slot(there.sql if there.is_sure else b.coalesce((there.sql, b.FALSE)), terms))
        whole = self._scalar(expression, place, lambda value: True, BOOLEAN)
        return attrs.evolve(whole, type=expression.type, rows=Rows(entity.name, slots=tuple(slots)))

    def _alike(self, values: Sequence[Any], extract: Extract, kind: Type) -> Term | None:
        """What every shipped list says in one place, if all say the same."""
        said = [extract(value) for value in values]
        return self.compiler.values.constant(said[0], kind) if said and all(one == said[0] for one in said) else None

    # ── shipped ─────────────────────────────────────────────────────────────────────────────────
    def _scalar(self, expression: p.ParameterValue, place: Place, extract: Extract, kind: Type | None = None) -> Term:
        """What a shipped figure says on the day; `extract` takes a part of it."""
        kind = kind or expression.type
        shipped = next(iter(place.program.parameters.get(expression.id, ())), None)
        if shipped is None:
            return self._delegated(expression, place)
        branches: list[tuple[exp.Expression, Term]] = []
        for dated in shipped.values:
            holds = self.compiler.in_force(dated.period)
            if not b.is_false(holds):
                branches.append((holds, self._looked_up(expression, shipped, dated, place, extract, kind)))
        no_value = self.compiler.reasons.error("E0504", expression.id)
        nothing = Term(sql=b.NULL, type=kind, reason=no_value, may_fail=True)
        if branches and b.is_true(branches[0][0]):
            return branches[0][1]
        return self.compiler.expressions.chosen(branches, nothing)

    def _looked_up(
        self,
        expression: p.ParameterValue,
        shipped: Parameter,
        dated: DatedValue,
        place: Place,
        extract: Extract,
        kind: Type,
    ) -> Term:
        if not shipped.keys:
            return self.compiler.values.constant(extract(dated.value), kind, expression.id)
        keys = [self._key(shipped, path, place) for path in shipped.keys]
        terms = {row: self.compiler.values.constant(extract(row.value), kind, expression.id) for row in dated.rows}
        if shipped.hit in ("any", "collect") and len(dated.rows) > 1:
            return self._of_several(expression, shipped, keys, terms, place)
        unified, number = n.unified(list(terms.values()))
        values = dict(zip(terms, unified, strict=True))
        sure = all(key.is_sure for key in keys) and self._is_total(dated.rows, keys)
        sql = _tree(dated.rows, keys, 0, values, self, sure)
        unknown = b.greatest([key.why for key in keys])
        if not isinstance(unknown, exp.Null):
            free = [key for place_, key in enumerate(keys) if any(row.keys[place_] is None for row in dated.rows)]
            gone = b.either(b.is_null(key.sql) for key in free if not key.is_sure)
            if not b.is_false(gone):
                sql = b.case([(b.is_known(unknown), b.NULL)], sql)
        if sure:
            return Term(sql=sql, type=kind, number=number)
        return self._with_fallback(expression, Term(sql=sql, type=kind, number=number), unknown, keys, place)

    def _of_several(
        self,
        expression: p.ParameterValue,
        shipped: Parameter,
        keys: Sequence[Term],
        terms: dict[Row, Term],
        place: Place,
    ) -> Term:
        """What the rows that fit say together, where all keys are known."""
        known = b.both(b.is_null(key.why) for key in keys)
        fits = {row: self._row_fits(row, keys, known) for row in terms}
        rows, name = list(terms), expression.id
        if shipped.hit == "any":
            found = hits.alike(self.compiler, name, rows, fits, terms)
        else:
            found = hits.collected(self.compiler, name, rows, fits, terms, terms[rows[0]].type)
        term = self._with_fallback(expression, found, b.greatest([key.why for key in keys]), keys, place)
        if found.reason is None:
            return term
        gone = b.is_known(found.reason)
        why = b.coalesce((found.reason, term.why))
        return attrs.evolve(term, sql=b.case([(gone, b.NULL)], term.sql), reason=why, may_fail=True)

    def _row_fits(self, row: Row, keys: Sequence[Term], known: exp.Expression) -> exp.Expression:
        fits = b.both((known, *(self.fits(cell, key) for cell, key in zip(row.keys, keys, strict=True))))
        return fits if isinstance(fits, exp.Boolean) else b.coalesce((fits, b.FALSE))

    def _with_fallback(
        self, expression: p.ParameterValue, found: Term, unknown: exp.Expression, keys: Sequence[Term], place: Place
    ) -> Term:
        """Where no row fits, what the delegation says; where a key is unknown, that."""
        default = self._delegated(expression, place)
        fails = default.may_fail or any(key.may_fail for key in keys)
        why = b.case([(b.is_null(found.sql), b.coalesce((unknown, default.why)))])
        sql, number = found.sql, found.number
        if not isinstance(default.sql, exp.Null) and found.type == expression.type:
            (one, two), number = n.unified([found, default])
            sql = b.case([(b.is_known(one.sql), one.sql), (b.is_null(unknown), two.sql)])
        return Term(sql=sql, type=found.type, number=number, reason=why, may_fail=fails)

    def _key(self, shipped: Parameter, path: str, place: Place) -> Term:
        field = place.program.policy.vocabulary.field(path)
        origin = t.Name(span=shipped.span, text=path)
        return self.compiler.value(
            p.Fact(origin=origin, type=field.type if field else Type("unknown"), path=path), place
        )

    def _is_total(self, rows: Sequence[Row], keys: Sequence[Term]) -> bool:
        """Whether every value of the keys has a row: each a closed set, each combination there."""
        if not keys:
            return bool(rows)
        kind = keys[0].type
        ids = (
            ["true", "false"]
            if kind.kind == "boolean"
            else self.compiler.values.enum_ids(kind)
            if kind.kind == "enum"
            else None
        )
        if any(row.keys[0] is None for row in rows) and ids is None:
            return self._is_total([_rest(row) for row in rows if row.keys[0] is None], keys[1:])
        if ids is None:
            return False
        return all(
            self._is_total([_rest(row) for row in rows if row.keys[0] is None or one in row.keys[0]], keys[1:])
            for one in ids
        )

    def fits(self, cell: Cell, key: Term) -> exp.Expression:
        """Whether a key is in a cell."""
        if cell is None:
            return b.TRUE
        plain = [item for item in cell if not isinstance(item, Band)]
        tests: list[exp.Expression] = []
        if plain:
            words = [self.compiler.values.word(self.compiler.values.constant(item, key.type)) for item in plain]
            if len(words) == 1:
                tests.append(b.binary(exp.EQ, key.sql, words[0]))
            else:
                tests.append(exp.In(this=b.wrapped(key.sql), expressions=words))
        for band in cell:
            if isinstance(band, Band):
                low, high = (
                    None if end is None else self.compiler.values.constant(end, key.type)
                    for end in (band.low, band.high)
                )
                ends = [b.binary(exp.GTE, key.sql, low.sql)] if low else []
                ends += [b.binary(exp.LT, key.sql, high.sql)] if high else []
                tests.append(b.both(ends) if ends else b.is_known(key.sql))
        return b.either(tests)

    # ── delegated ───────────────────────────────────────────────────────────────────────────────
    def _delegated(self, expression: p.ParameterValue, place: Place) -> Term:
        """The default of the last delegation in force that has one; else the figure is needed."""
        missing = Term(
            sql=b.NULL, type=expression.type, reason=self.compiler.reasons.missing(f"{PARAMETERS}.{expression.id}")
        )
        branches = []
        for delegation in reversed(place.program.delegations.get(expression.id, ())):
            holds = self.compiler.in_force(delegation.period)
            if delegation.default is not None and not b.is_false(holds):
                branches.append((holds, self.compiler.value(delegation.default, place)))
        if branches and b.is_true(branches[0][0]):
            return branches[0][1]
        return self.compiler.expressions.chosen(branches, missing) if branches else missing

    # ── bounds ──────────────────────────────────────────────────────────────────────────────────
    def bounded(self, target: str, term: Term, place: Place) -> Term:
        """The term where superiors allow it, an error beyond."""
        for bound in place.program.bounds.get(target, ()):
            holds = self.compiler.in_force(bound.period, place.relation)
            if b.is_false(holds) or isinstance(term.sql, exp.Null):
                continue
            broken, fails = self._broken(bound, term, place)
            broken, fails = b.both((holds, broken)), b.case([(holds, fails)])
            if b.is_false(broken) and isinstance(fails, exp.Null):
                continue
            why = b.coalesce((fails, b.case([(broken, self.compiler.reasons.error("E0505", target))])))
            gone = broken if isinstance(fails, exp.Null) else b.is_known(why)
            reason = b.case([(b.is_known(term.sql), why)], term.why)
            term = attrs.evolve(term, sql=b.case([(gone, b.NULL)], term.sql), reason=reason, may_fail=True)
        return term

    def _broken(self, bound: p.Bound, term: Term, place: Place) -> tuple[exp.Expression, exp.Expression]:
        """Whether a value is beyond a bound, and what fails while that is found out."""
        nothing = self.compiler.values.constant(True, BOOLEAN)
        condition = self.compiler.value(bound.condition, place) if bound.condition is not None else nothing
        limit = self.compiler.value(bound.limit, place)
        no = self.compiler.values.constant(False, BOOLEAN)
        unless = self.compiler.value(bound.unless, place) if bound.unless is not None else no
        left, right = (n.as_decimal(x) if x.number is not None else x for x in (term, limit))
        compared = b.binary(exp.GT if bound.operator == "at_most" else exp.LT, left.sql, right.sql)
        if term.is_constant and limit.is_constant and limit.constant is not None and term.constant is not None:
            is_over = term.constant > limit.constant if bound.operator == "at_most" else term.constant < limit.constant
            compared = b.TRUE if is_over else b.FALSE
        applies = _holds(condition)
        over = b.both((applies, b.coalesce((compared, b.FALSE))))
        fails = b.coalesce(
            (_failing(condition, b.TRUE), _failing(limit, applies), _failing(unless, over))
            if not b.is_false(over)
            else ()
        )
        return b.both((over, b.negation(_holds(unless)))), fails

    def limit(self, target: str, place: Place, kind: Type) -> Term:
        """What the first bound in force that holds allows; 空 where there is none."""
        branches: list[tuple[exp.Expression, Term]] = []
        for bound in place.program.bounds.get(target, ()):
            holds = self.compiler.in_force(bound.period)
            if b.is_false(holds):
                continue
            condition = _holds(self.compiler.value(bound.condition, place)) if bound.condition is not None else b.TRUE
            branches.append((b.both((holds, condition)), self.compiler.value(bound.limit, place)))
            if b.is_true(branches[-1][0]) and len(branches) == 1:
                return branches[0][1]
        return self.compiler.expressions.chosen(branches, self.compiler.values.constant(None, kind))


def _failing(term: Term, looked_at: exp.Expression) -> exp.Expression:
    """The error of a term, where it is looked at."""
    if not term.may_fail:
        return b.NULL
    return b.case([(b.both((looked_at, is_error(term.why))), term.why)])


def _holds(term: Term) -> exp.Expression:
    """Whether a condition is true, and known to be."""
    return term.sql if term.is_sure else b.coalesce((term.sql, b.FALSE))


def _rest(row: Row) -> Row:
    return attrs.evolve(row, keys=row.keys[1:])


def _has(place: int) -> Extract:
    return lambda value: len(value) > place


def _field(place: int, name: str) -> Extract:
    return lambda value: value[place].get(name) if len(value) > place else None


def _tree(
    rows: Sequence[Row], keys: Sequence[Term], depth: int, values: dict[Row, Term], figures: Figures, sure: bool
) -> exp.Expression:
    """A decision by one key after another; rows whose cells overlap are tried in their order."""
    if not rows:
        return b.NULL
    if depth == len(keys):
        return values[rows[0]].sql
    cells = list(dict.fromkeys(row.keys[depth] for row in rows))
    if not hits.apart(cells):
        return b.case(
            [
                (
                    b.both(figures.fits(c, k) for c, k in zip(row.keys[depth:], keys[depth:], strict=True)),
                    values[row].sql,
                )
                for row in rows
            ]
        )
    if cells == [None]:
        return _tree(rows, keys, depth + 1, values, figures, sure)
    branches = []
    for cell in cells:
        of_cell = [row for row in rows if row.keys[depth] == cell]
        branches.append((figures.fits(cell, keys[depth]), _tree(of_cell, keys, depth + 1, values, figures, sure)))
    return b.case(branches[:-1], branches[-1][1]) if sure else b.case(branches)
