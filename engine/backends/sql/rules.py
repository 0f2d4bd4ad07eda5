"""Rules → columns: the winning clause, the value, and where they may be missing, the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from sqlglot import exp

from engine import program as p
from engine.backends.refusals import refused
from engine.backends.sql import builders as b
from engine.backends.sql import numbers as n
from engine.backends.sql.brackets import bracketed
from engine.backends.sql.clauses import Contest
from engine.backends.sql.places import Element, Guard, Place, current_of
from engine.backends.sql.terms import Term
from policy.types import Type

if TYPE_CHECKING:
    from engine.backends.sql.compiler import Compiler

CLAUSE = "__clause"


@attrs.define(eq=False)
class Decided:
    """A rule under one law: its term, and the column of its winning clause."""

    term: Term
    clause: exp.Expression | None


class Rules:
    """Decides rules, each once for each law, element and field."""

    def __init__(self, compiler: Compiler) -> None:
        self.compiler = compiler
        self._found: dict[tuple[str, ...], Decided] = {}
        self.instances: dict[tuple[str, ...], Place] = {}
        self.edges: dict[tuple[str, ...], list[tuple[tuple[str, ...], Place]]] = {}
        self.clauses: dict[str, exp.Expression] = {}

    def term(self, name: str, place: Place, field: str = "") -> Term:
        """The value of a rule, or of a field of it, under the law that governs it."""
        if field:
            whole = self.term(name, place)
            kind = self._field_type(name, field, place)
            return self.compiler.lists.field(whole, field, kind, place)
        self.edges.setdefault(("law", name), []).append((place.owner, place))
        options, otherwise, unknown = self._laws(name, place)
        decided = self._under(name, otherwise, place, _said(b.both(b.negation(holds) for holds, _ in options)))
        if not options and b.is_false(unknown[0]):
            return self._seen(name, decided, place)
        branches = [(unknown[0], Term(sql=b.NULL, type=decided.term.type, reason=unknown[1]))]
        clauses: list[tuple[exp.Expression, exp.Expression]] = [(unknown[0], b.NULL)]
        for holds, program in options:
            other = self._under(name, program, place, _said(holds))
            branches.append((holds, other.term))
            clauses.append((holds, other.clause or b.NULL))
        term = self.compiler.expressions.chosen(branches, decided.term, place)
        clause = b.case(clauses, decided.clause or b.NULL)
        suffix = "__law" if place.program is self.compiler.laws.insured else f"__{place.program.region.id}__law"
        named = self.compiler.named(name + suffix, term, place.relation)
        return self._seen(name, Decided(named, clause), place)

    def _field_type(self, name: str, field: str, place: Place) -> Type:
        rule = place.program.rules.get(name) or self.compiler.laws.insured.rules[name]
        return self.compiler.vocabulary.entities[rule.type.name].fields[field].type

    def _seen(self, name: str, decided: Decided, place: Place) -> Term:
        if (
            decided.clause is not None
            and place.relation is self.compiler.main
            and place.program is self.compiler.laws.insured
        ):
            rule = place.program.rules.get(name) or self.compiler.laws.insured.rules[name]
            if not rule.element or current_of(rule.element) not in place.bindings:
                self.clauses.setdefault(name, decided.clause)
        return decided.term

    def _laws(
        self, name: str, place: Place
    ) -> tuple[list[tuple[exp.Expression, p.Program]], p.Program, tuple[exp.Expression, exp.Expression]]:
        """The programs that decide a rule and when, what decides it otherwise, and when that cannot be told."""
        compiler = self.compiler
        insured = compiler.laws.insured
        own = place.program if name in place.program.rules else insured
        options: list[tuple[exp.Expression, p.Program]] = []
        unknown: list[exp.Expression] = []
        reasons: list[exp.Expression] = []
        forces: list[exp.Expression] = []
        for choice in insured.choices.get(name, ()):
            force = compiler.in_force(choice.period, place.relation)
            if b.is_false(force):
                continue
            forces.append(force)
            asking = compiler.place(insured, owner=("law", name), relation=place.relation)
            condition = compiler.value(choice.condition, asking) if choice.condition else None
            holds: exp.Expression = b.TRUE
            if condition is not None:
                holds = condition.sql
                if condition.reason is not None:
                    unknown.append(b.both((force, condition.is_unknown)))
                    reasons.append(b.case([(force, condition.why)]))
            options.insert(0, (b.both((force, holds)), compiler.laws.of(choice.law)))
        governed = b.either(forces)
        otherwise = insured if b.is_true(governed) else own
        merged: dict[int, tuple[list[exp.Expression], p.Program]] = {}
        for holds, program in options:
            merged.setdefault(id(program), ([], program))[0].append(holds)
        if len(merged) > 1 and len(options) > len(merged):
            raise refused(name, "几项择法指向不同地方", "several choices of law with different places")
        kept = [(b.either(holds), program) for holds, program in merged.values()]
        if len(kept) == 1 and kept[0][1] is otherwise:
            kept = []
        if otherwise is not insured and not b.is_false(governed):
            kept.append((governed, insured))
        return kept, otherwise, (b.either(unknown), b.greatest(reasons))

    # ── under one law ───────────────────────────────────────────────────────────────────────────
    def _under(self, name: str, program: p.Program, place: Place, guard: Guard) -> Decided:
        rule = program.rules[name]
        element = place.bindings.get(current_of(rule.element)) if rule.element else None
        key = (program.region.id, name, "", element.token if element else "")
        guarded = place.when(guard)
        self.edges.setdefault(key, []).append((place.owner, guarded))
        if key not in self._found:
            if key in self.instances:
                raise refused(name, "依赖自身", "it depends on itself")
            inner = self._place(rule, program, key, element)
            self.instances[key] = inner
            self._found[key] = self._decide(rule, inner)
        found = self._found[key]
        target = self.instances[key].relation
        if target is not place.relation:
            found = Decided(self.compiler.brought(found.term, place, name, target), None)
        return found

    def _place(self, rule: p.Rule, program: p.Program, key: tuple[str, ...], element: Element | None) -> Place:
        relation = element.relation if element else self.compiler.main
        inner = self.compiler.place(program, owner=key, rule=rule, relation=relation)
        return inner.with_binding(rule.element, element) if element else inner

    def _label(self, rule: p.Rule, place: Place) -> str:
        program = place.owner[0]
        return rule.id if program == self.compiler.laws.insured.region.id else f"{rule.id}__{program}"

    def _decide(self, rule: p.Rule, place: Place) -> Decided:
        match rule.kind:
            case "brackets":
                decided = Decided(bracketed(self.compiler, rule, place), None)
            case "open_norm":
                return Decided(Term(sql=b.NULL, type=rule.type, reason=self.compiler.reasons.human(rule.id)), None)
            case "collect":
                decided = Decided(self._collected(rule, place), None)
            case _:
                decided = self._by_clauses(rule, place)
        self._found[place.owner] = decided  # before the bounds, which may speak of the rule itself
        term = self.compiler.figures.bounded(rule.id, decided.term, place)
        return Decided(self.compiler.named(self._label(rule, place), term, place.relation), decided.clause)

    def _by_clauses(self, rule: p.Rule, place: Place) -> Decided:
        contest = Contest(self.compiler, rule, place)
        label = self._label(rule, place)
        gap = self._gap(rule, place)
        if contest.only is not None:
            only = contest.only
            word = self.compiler.clause_word(rule, only.id)
            return Decided(self._consequence(rule, only, place), word)
        winner = contest.winner()
        for clause in contest.clauses:
            if winner == self.compiler.clause_word(rule, clause.id):
                return Decided(self._consequence(rule, clause, place), winner)
        if isinstance(winner, exp.Null):
            return Decided(Term(sql=winner, type=rule.type, reason=contest.why(gap), may_fail=True), None)
        column = self.compiler.column(label + CLAUSE, winner, place.relation)
        branches: list[tuple[exp.Expression, Term]] = []
        values: dict[str, Term] = {}
        for clause in contest.clauses:
            is_it = exp.EQ(this=column, expression=b.text(clause.id))
            inner = place.when(lambda clause=clause, is_it=is_it: self._won(contest, clause, is_it))  # type: ignore[misc]
            values[clause.id] = self._consequence(rule, clause, inner)
            branches.append((is_it, values[clause.id]))
        why = contest.why(gap)
        lost = Term(sql=b.NULL, type=rule.type, reason=why, may_fail=True)
        is_decided = self._always_decided(contest)
        if is_decided:
            *some, (_, last) = branches
            term = self.compiler.expressions.chosen(some, last, place)
        else:
            term = self.compiler.expressions.chosen(branches, lost, place)
            term = attrs.evolve(term, may_fail=True)
        conflicts = [self._conflict(rule, contest, x, y, values) for x, y in contest.pairs]
        real = [pair for pair in conflicts if pair is not None]
        if real:
            differ = b.either(b.both((both, b.is_known(b.coalesce(causes)))) for both, *causes in real)
            lacking = [b.case([(both, lacks)]) for both, lacks, _ in real if not isinstance(lacks, exp.Null)]
            first = b.coalesce([*lacking, *(b.case([(both, clash)]) for both, _, clash in real)])
            decided = b.is_known(column)
            term = attrs.evolve(
                term, sql=b.case([(b.both((decided, differ)), b.NULL)], term.sql),
                reason=b.case([(decided, b.coalesce((first, term.why)))], term.why), may_fail=True,
            )  # fmt: skip
        return Decided(term, column)

    def _won(self, contest: Contest, clause: p.Clause, is_it: exp.Expression) -> exp.Expression:
        shares = any(clause in pair for pair in contest.pairs)
        return contest.wins(clause) if shares else is_it

    def _always_decided(self, contest: Contest) -> bool:
        if any(term.reason is not None for term in contest.conditions.values()):
            return False
        if any(b.is_true(contest.forces[general.id]) for general in contest.generals):
            return True
        return self.compiler.covers(contest)

    def _conflict(
        self, rule: p.Rule, contest: Contest, one: p.Clause, two: p.Clause, values: dict[str, Term]
    ) -> tuple[exp.Expression, exp.Expression, exp.Expression] | None:
        """When two clauses both win, and why that is no value: one is not determined, or they differ."""
        left, right = values[one.id], values[two.id]
        if left.is_constant and right.is_constant and left.constant == right.constant:
            return None
        both = b.both((contest.wins(one), contest.wins(two)))
        same = self.compiler.expressions.operators.equality("is", left, right, contest.place)
        clash = self.compiler.reasons.error("E0501", rule.id)
        return both, b.greatest((left.why, right.why)), b.case([(b.negation(same.sql), clash)])

    def _consequence(self, rule: p.Rule, clause: p.Clause, place: Place) -> Term:
        """What a clause says: of a deadline the day itself."""
        compiler = self.compiler
        value = clause.value
        if isinstance(value, p.NoRule):
            return Term(sql=b.NULL, type=rule.type, reason=self._gap(rule, place), may_fail=True)
        if rule.kind == "deadline":
            return self._due(rule, value, place)
        term = compiler.value(value, place)
        if term.divisor is not None:
            raise refused(rule.id, "未舍入的商", "a quotient that is not rounded")
        if term.shift is not None:
            raise refused(rule.id, "时长的值", "a duration as a value")
        return term

    def _due(self, rule: p.Rule, length: p.Expression, place: Place) -> Term:
        assert rule.start is not None
        if isinstance(length, p.Constant) and length.value is None:
            return self.compiler.values.constant(None, rule.type)
        reckoned = self.compiler.value(length, place)
        if reckoned.may_be_empty:
            raise refused(rule.id, "可为空的时限", "a length of time that may be empty")
        due = p.Operation(origin=rule.start.origin, type=rule.type, operator="+", operands=(rule.start, length))
        if reckoned.reason is None:
            return self.compiler.value(due, place)
        known = b.is_null(reckoned.why)
        term = self.compiler.value(
            due, place.when(lambda: known)
        )  # the start is only asked for once the length is known
        return attrs.evolve(term, reason=b.case([(known, term.why)], reckoned.why))

    def _gap(self, rule: p.Rule, place: Place) -> exp.Expression:
        """No clause applies: because of the day, where clauses of other days exist, else a gap."""
        reasons = self.compiler.reasons
        periods = [clause.period for clause in rule.clauses] or [rule.period]
        outside = [self.compiler.outside(period, place.relation) for period in periods]
        return b.case([(b.either(outside), reasons.error("E0503", rule.id))], reasons.error("E0502", rule.id))

    # ── collect ─────────────────────────────────────────────────────────────────────────────────
    def _collected(self, rule: p.Rule, place: Place) -> Term:
        """What every applicable clause gives: their sum, or their list."""
        compiler = self.compiler
        items: list[tuple[p.Clause, exp.Expression, Term]] = []
        reasons: list[exp.Expression] = []
        forces: list[exp.Expression] = []
        for clause in rule.clauses:
            force = compiler.in_force(clause.period, place.relation)
            if b.is_false(force):
                continue
            forces.append(force)
            applies, term, why = self._item(clause, force, place)
            reasons.append(why)
            items.append((clause, applies, term))
        none = b.both(b.negation(force) for force in forces) if rule.clauses else b.FALSE
        why = b.coalesce((b.greatest(reasons), b.case([(none, self._gap(rule, place))])))
        if b.is_true(none):
            return Term(sql=b.NULL, type=rule.type, reason=why, may_fail=True)
        if not isinstance(why, exp.Null):
            why = compiler.column(f"{self._label(rule, place)}__why", why, place.relation)
        fails = any(term.may_fail for _, _, term in items) or not b.is_false(none)
        if rule.type.kind == "list":
            told = [(applies, term, isinstance(clause.value, p.Each)) for clause, applies, term in items]
            return attrs.evolve(compiler.lists.collected(rule.type, told, why, place), may_fail=fails)
        total = self._summed(rule, items, place)
        if isinstance(why, exp.Null):
            return total
        return attrs.evolve(total, sql=b.case([(b.is_null(why), total.sql)]), reason=why, may_fail=fails)

    def _summed(self, rule: p.Rule, items: list[tuple[p.Clause, exp.Expression, Term]], place: Place) -> Term:
        """What applies, added up; 空 adds nothing."""
        compiler = self.compiler
        result = zero = compiler.values.constant(0, rule.type)
        for clause, applies, term in items:
            if isinstance(clause.value, p.Each):
                part = compiler.elements.sum_of(term, applies, rule.type, place)
            else:
                (one, other), number = n.unified([term, zero])
                sql = b.case([(b.both((applies, b.is_known(one.sql))), one.sql)], other.sql)
                part = Term(sql=sql, type=rule.type, number=number)
            if result is zero:
                result = part
                continue
            sql, number = n.added(exp.Add, result, part, rule.id)
            result = Term(sql=sql, type=rule.type, number=number)
        return result

    def _item(
        self, clause: p.Clause, force: exp.Expression, place: Place
    ) -> tuple[exp.Expression, Term, exp.Expression]:
        compiler = self.compiler
        inner = place.when(lambda: force)
        condition: Term | None = None
        if clause.condition is not None:
            condition = compiler.expressions.truth(compiler.value(clause.condition, inner), inner)
            holds = condition
            inner = inner.when(lambda: holds.sql)
        term = compiler.value(clause.value, inner)
        applies = b.both((force, condition.sql if condition else b.TRUE))
        reasons = [condition.why] if condition else []
        reasons.append(b.case([(applies, term.why)]) if term.reason is not None else b.NULL)
        why = b.coalesce(reasons)
        if not b.is_true(force):
            why = b.case([(force, why)])
        fails = term.may_fail or (condition is not None and condition.may_fail)
        return applies, attrs.evolve(term, may_fail=fails), why


def _said(test: exp.Expression) -> Guard:
    return lambda: test
