"""A question → the columns of its answers, built up over the tables of claims and their rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import attrs
from sqlglot import exp

from engine import program as p
from engine.backends.refusals import refused
from engine.backends.sql import builders as b
from engine.backends.sql.arrays import Arrays
from engine.backends.sql.calendars import Calendar
from engine.backends.sql.clauses import Contest
from engine.backends.sql.dialects import Dialect
from engine.backends.sql.elements import Elements
from engine.backends.sql.exclusion import closed_set
from engine.backends.sql.expressions import Expressions
from engine.backends.sql.facts import Facts
from engine.backends.sql.figures import Figures
from engine.backends.sql.lists import Lists
from engine.backends.sql.membership import Membership
from engine.backends.sql.places import Place
from engine.backends.sql.reasons import Reasons
from engine.backends.sql.registers import Registers
from engine.backends.sql.relations import Link, Plan, Relation
from engine.backends.sql.rules import Rules
from engine.backends.sql.tables import OUTER, POSITION, VALUE, Tables
from engine.backends.sql.terms import NOTHING, Term
from engine.backends.sql.values import Values
from engine.evaluator import Laws
from policy.sources import Period
from policy.types import INSTANT, Type

ROOT = ("asked",)


class Compiler:
    """What all parts of one compilation share."""

    def __init__(self, laws: Laws, tables: Tables, dialect: Dialect) -> None:
        self.laws = laws
        self.tables = tables
        self.dialect = dialect
        self.vocabulary = laws.insured.policy.vocabulary
        self.values = Values(self.vocabulary, dialect)
        self.reasons = Reasons()
        names = {name.lower() for name in tables.claims.columns}
        self.main = Relation(tables.claims.name, tables.id, taken=names | {tables.id.lower(), "as_of"})
        self.children: dict[str, Relation] = {}
        self.moment = Term(sql=b.NULL, type=INSTANT)
        self.span = Period(None, None)
        self.facts = Facts(self)
        self.figures = Figures(self)
        self.expressions = Expressions(self)
        self.lists = Lists(self)
        self.arrays = Arrays(self)
        self.elements = Elements(self)
        self.membership = Membership(self)
        self.registers = Registers(self)
        self.rules = Rules(self)
        self.preludes: dict[str, exp.Select] = {}
        self.asked: tuple[str, ...] = ()
        self.referrals: list[tuple[str, Place]] = []
        self._calendar: Calendar | None = None

    @property
    def calendar(self) -> Calendar:
        if self._calendar is None:
            self._calendar = Calendar(self)
        return self._calendar

    @property
    def plan(self) -> Plan:
        return Plan(self.main, list(self.children.values()), self.preludes)

    def child(self, path: str) -> Relation:
        """The relation of a list's rows."""
        if path not in self.children:
            table = self.tables.children[path]
            taken = {name.lower() for name in table.columns} | {self.tables.claim_id.lower()}
            position = POSITION if POSITION in table.columns else ""
            self.children[path] = self._of_claims(
                Relation(table.name, self.tables.claim_id, position=position, taken=taken)
            )
        return self.children[path]

    def _of_claims(self, relation: Relation) -> Relation:
        relation.belong(self.main, ((self.tables.claim_id, self.tables.id),))
        return relation

    def unnested(self, column: str) -> Relation:
        """The relation of the values of a list that a column of the claims holds."""
        key, table, key_of_claim = f"{column} []", f"{column} each", self.tables.claim_id
        if key not in self.children:
            claims = self.main.table
            self.preludes[table] = b.unnested(
                b.column(column), VALUE, POSITION, b.column(self.tables.id), key_of_claim, claims
            )
            taken = {VALUE, POSITION.lower(), key_of_claim.lower()}
            self.children[key] = self._of_claims(Relation(table, key_of_claim, position=POSITION, taken=taken))
        return self.children[key]

    def pairs(self, outer: Relation, inner: Relation) -> tuple[Relation, Link]:
        """Each row of a list with each row of another, or the same, of its claim; and how they belong to the other."""
        if not (outer.position and inner.position):
            raise refused(outer.table, "没有次序的明细表", "rows of a table without their order")
        claim = self.tables.claim_id
        link = ((claim, claim), (POSITION, inner.position))
        key = f"{outer.table} with {inner.table}"
        if key not in self.children:
            self.preludes[key] = b.paired(
                outer.table, inner.table, claim, (outer.position, inner.position), (OUTER, POSITION)
            )
            relation = self._of_claims(Relation(key, claim, position=POSITION, taken={claim.lower(), POSITION, OUTER}))
            relation.belong(outer, ((claim, claim), (OUTER, outer.position)))
            inner.keys.update(theirs for _, theirs in link)
            relation.keys.update(own for own, _ in link)
            self.children[key] = relation
        return self.children[key], link

    def place(
        self,
        program: p.Program,
        *,
        owner: tuple[str, ...],
        rule: p.Rule | None = None,
        relation: Relation | None = None,
    ) -> Place:
        return Place(program, relation or self.main, rule, owner)

    # ── what parts ask of each other ────────────────────────────────────────────────────────────
    def value(self, expression: p.Expression, place: Place) -> Term:
        return self.expressions.value(expression, place)

    def rule(self, name: str, place: Place, field: str = "") -> Term:
        return self.rules.term(name, place, field)

    def refer(self, name: str, place: Place) -> None:
        """A person decides an open norm wherever this place is looked at."""
        self.referrals.append((name, place))
        self.rule(name, place)

    def clause_word(self, rule: p.Rule, clause: str) -> exp.Expression:
        """A clause's id as one of the rule's clauses."""
        return self.values.member(clause, list(dict.fromkeys(c.id for c in rule.clauses)))

    # ── columns ─────────────────────────────────────────────────────────────────────────────────
    def column(self, name: str, expression: exp.Expression, relation: Relation) -> exp.Expression:
        """The expression as a column, computed once."""
        if isinstance(expression, exp.Column | exp.Null | exp.Boolean | exp.Literal):
            return expression
        if isinstance(expression, exp.Cast) and isinstance(expression.this, exp.Literal):
            return expression
        return relation.add(name, expression)

    def named(self, name: str, term: Term, relation: Relation | None = None) -> Term:
        """The term with its value, and its reason, as columns."""
        relation = relation or self.main
        if term.rows is not None or term.fields is not None:
            term = self.lists.named(name, term, relation)
        sql = self.column(name, term.sql, relation)
        if term.reason is None:
            return attrs.evolve(term, sql=sql)
        why = term.reason
        if not isinstance(sql, exp.Null) and not isinstance(why, exp.Literal | exp.Column):
            why = b.case([(b.is_null(sql), _inside_null(why, sql))])
        return attrs.evolve(term, sql=sql, reason=self.column(f"{name}__why", why, relation))

    def brought(
        self, term: Term, place: Place, name: str, source: Relation | None = None, link: Link | None = None
    ) -> Term:
        """A term of the claims, or of another relation, at the rows of a list: its columns are joined in."""
        relation, source = place.relation, source or self.main
        if relation is source or term.is_constant:
            return term
        if term.rows is not None or term.fields is not None or term.spread is not None:
            term = self.lists.brought(term, place, name, source, link)
        own = self.named(name, attrs.evolve(term, rows=None, fields=None), source)
        why = None if own.reason is None else self._joined(own.reason, relation, source, link)
        sql = self._joined(own.sql, relation, source, link)
        return attrs.evolve(own, rows=term.rows, fields=term.fields, sql=sql, reason=why)

    def imported(
        self, name: str, test: exp.Expression, relation: Relation, source: Relation, link: Link | None = None
    ) -> exp.Expression:
        """A test of one relation at the rows of another."""
        if isinstance(test, exp.Boolean) or source is relation:
            return test
        return self._joined(source.add(name, test), relation, source, link)

    def _joined(
        self, sql: exp.Expression, relation: Relation, source: Relation | None = None, link: Link | None = None
    ) -> exp.Expression:
        if isinstance(sql, exp.Column):
            source = source or self.main
            name = f"claim {sql.name}" if source is self.main else f"row {sql.name}"
            return relation.add(name, sql, source, "import", link=link)
        return sql

    def at_rows(self, place: Place, relation: Relation) -> exp.Expression:
        """At the rows of a claim: whether the place in the claim is looked at."""
        found = b.both((self.visited(place.owner), place.guard()))
        return self.imported("looked_at", found, relation, place.relation)

    # ── time ────────────────────────────────────────────────────────────────────────────────────
    def in_force(self, period: Period, relation: Relation | None = None) -> exp.Expression:
        """Whether the moment lies in a period; what holds at every moment of the question is not asked."""
        return b.negation(self.outside(period, relation))

    def outside(self, period: Period, relation: Relation | None = None) -> exp.Expression:
        moment = self.moment
        if moment.is_constant:
            return b.FALSE if period.contains(moment.constant) else b.TRUE
        if isinstance(moment.sql, exp.Null):
            return b.FALSE
        if relation is not None and relation is not self.main:
            moment = attrs.evolve(moment, sql=self._joined(moment.sql, relation))
        parts: list[exp.Expression] = []
        if period.start is not None and not (self.span.start is not None and period.start <= self.span.start):
            parts.append(exp.LT(this=moment.sql, expression=b.instant(period.start)))
        if period.end is not None and not (self.span.end is not None and self.span.end <= period.end):
            parts.append(exp.GTE(this=moment.sql, expression=b.instant(period.end)))
        return b.either(parts)

    def set_moment(self, term: Term, span: Period) -> None:
        self.moment = self.named("moment", term) if not term.is_constant else term
        self.span = span

    # ── who is looked at ────────────────────────────────────────────────────────────────────────
    def visited(self, key: tuple[str, ...], seen: frozenset[tuple[str, ...]] = frozenset()) -> exp.Expression:
        """Whether a rule, or something else that is computed, is looked at for a claim or a row."""
        if key == ROOT:
            return b.TRUE
        parts: list[exp.Expression] = []
        for owner, place in self.rules.edges.get(key, ()):
            if owner in seen or owner == key:
                continue
            is_carried = place.relation is not self._home(owner)  # its guards say it already
            own = b.TRUE if is_carried else self.visited(owner, seen | {key})
            parts.append(self._to(self._home(key), place.relation, b.both((own, place.guard()))))
            if b.is_true(parts[-1]):
                return b.TRUE
        return b.either(parts)

    def _home(self, key: tuple[str, ...]) -> Relation:
        instance = self.rules.instances.get(key)
        return instance.relation if instance else self.main

    def _to(self, target: Relation, source: Relation, test: exp.Expression) -> exp.Expression:
        """A test of a row as a test of its claim: whether some row passes."""
        if target is source or isinstance(test, exp.Boolean) or id(target) not in source.links:
            return test
        some = target.add("rows_look", exp.Max(this=b.case([(test, b.number(1))], b.number(0))), source, "aggregate")
        return exp.EQ(this=some, expression=b.number(1))

    def covers(self, contest: Contest) -> bool:
        """Whether the cases of a rule leave nothing over, as far as their words show: one closed set, each of its values."""
        found = [closed_set(case.condition) for case in contest.cases if b.is_true(contest.forces[case.id])]
        if not found or any(item is None for item in found):
            return False
        keys = {item[0] for item in found if item}
        kinds = {item[1] for item in found if item}
        if len(keys) != 1 or len(kinds) != 1:
            return False
        (kind,) = kinds
        ids: set[Any] = (
            {True, False}
            if kind.kind == "boolean"
            else set(self.values.enum_ids(kind))
            if kind.kind == "enum"
            else {None}
        )
        said = {value for item in found if item for value in item[2]}
        return ids <= said


def _inside_null(why: exp.Expression, sql: exp.Expression) -> exp.Expression:
    """A reason that is asked for only where the value is null need not say so again."""
    if isinstance(why, exp.Case) and len(why.args["ifs"]) == 1 and why.args.get("default") is None:
        (branch,) = why.args["ifs"]
        if branch.this == b.is_null(sql):
            return branch.args["true"]  # type: ignore[no-any-return]
    return why


def instant_of(term: Term) -> Term:
    """A governing value as an instant: a month or a year counts from its first day."""
    if term.is_constant and term.constant is not None:
        value = term.constant
        if isinstance(value, datetime):
            return term
        first = value if isinstance(value, date) else None
        if first is not None:
            return attrs.evolve(term, constant=datetime(first.year, first.month, first.day), type=INSTANT)
    if term.type.kind == "instant":
        return term
    if term.type.kind == "year":
        first_day = exp.Anonymous(this="MAKE_DATE", expressions=[term.sql, b.number(1), b.number(1)])
        return attrs.evolve(term, sql=b.cast(first_day, "TIMESTAMP"), type=INSTANT, number=None)
    return attrs.evolve(term, sql=b.cast(term.sql, "TIMESTAMP"), type=INSTANT)


def every_reason(expressions: Iterator[exp.Expression]) -> set[int]:
    """The numbers that stand in expressions."""
    return {
        int(item.name)
        for one in expressions
        for item in one.find_all(exp.Literal)
        if not item.is_string and item.name.isdigit()
    }


__all__ = ["NOTHING", "Compiler", "Type", "every_reason", "instant_of"]
