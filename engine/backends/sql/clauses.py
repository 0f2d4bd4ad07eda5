"""Default logic in SQL: which clause of a rule wins, as a word; null where none can be told to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from sqlglot import exp

from engine import program as p
from engine.backends.sql import builders as b
from engine.backends.sql.exclusion import exclude
from engine.backends.sql.places import Place
from engine.backends.sql.reasons import is_error
from engine.backends.sql.terms import Term

if TYPE_CHECKING:
    from engine.backends.sql.compiler import Compiler


SIMPLE, CONTESTED = 24, 4
"""A condition of fewer parts is written again wherever it is asked for, which is oftener where several clauses may win."""


class Contest:
    """The clauses of one rule that may be in force, and how they stand to each other."""

    def __init__(self, compiler: Compiler, rule: p.Rule, place: Place) -> None:
        self.compiler = compiler
        self.rule = rule
        self.place = place
        self.forces = {c.id: compiler.in_force(c.period, place.relation) for c in rule.clauses}
        self.clauses = [c for c in rule.clauses if not b.is_false(self.forces[c.id])]
        self.cases = self._by_priority([c for c in self.clauses if c.kind == "case"])
        self.provisos = [c for c in self.clauses if c.kind == "proviso"]
        self.generals = [c for c in self.clauses if c.kind == "general"]
        self.pairs = [(x, y) for x, y in combinations(self.clauses, 2) if self._may_both_win(x, y)]
        self.conditions: dict[str, Term] = {}
        for clause in self.cases:
            self.conditions[clause.id] = self._condition(clause, self._looked_at(clause))
        for proviso in self.provisos:
            self.conditions[proviso.id] = self._condition(proviso, lambda x=proviso: self._reached_proviso(x))  # type: ignore[misc]

    def _condition(self, clause: p.Clause, guard: Callable[[], exp.Expression]) -> Term:
        assert clause.condition is not None
        place = self.place.when(guard)
        term = self.compiler.expressions.truth(self.compiler.value(clause.condition, place), place)
        if sum(1 for _ in term.sql.walk()) < (CONTESTED if self.pairs else SIMPLE) or len(self.clauses) < 2:
            return term
        return self.compiler.named(f"{self.rule.id}__{clause.id}__holds", term, self.place.relation)

    # ── how clauses stand to each other ─────────────────────────────────────────────────────────
    def _by_priority(self, cases: list[p.Clause]) -> list[p.Clause]:
        ordered: list[p.Clause] = []

        def place(clause: p.Clause) -> None:
            if clause not in ordered:
                for higher in self._directly_above(clause, cases):
                    place(higher)
                ordered.append(clause)

        for clause in cases:
            place(clause)
        return ordered

    def _directly_above(self, clause: p.Clause, among: Sequence[p.Clause]) -> list[p.Clause]:
        return [other for other in among if clause.id in other.over]

    def above(self, clause: p.Clause) -> list[p.Clause]:
        """The cases that come before this one, directly or through others."""
        found: list[p.Clause] = []
        todo = self._directly_above(clause, self.cases)
        while todo:
            other = todo.pop(0)
            if other not in found:
                found.append(other)
                todo += self._directly_above(other, self.cases)
        return [case for case in self.cases if case in found]

    def over(self, clause: p.Clause) -> list[p.Clause]:
        """The provisos over a clause."""
        return [proviso for proviso in self.provisos if clause.id in proviso.over]

    def _roots(self, clause: p.Clause) -> list[p.Clause]:
        """The cases and general clauses by which a clause can come to win."""
        if clause.kind != "proviso":
            return [clause]
        below = [c for c in self.clauses if c.id in clause.over]
        return list(dict.fromkeys(root for c in below for root in self._roots(c)))

    def _may_both_win(self, one: p.Clause, two: p.Clause) -> bool:
        """A clause and what stands over it never win together; others may, from clauses that may stand together."""
        if exclude(one.condition, two.condition) or one.id in two.over or two.id in one.over:
            return False
        is_over = self._leads_to(one, two) or self._leads_to(two, one)
        return any(
            self._may_both_stand(x, y) and not (x is y and is_over) for x in self._roots(one) for y in self._roots(two)
        )

    def _leads_to(self, clause: p.Clause, proviso: p.Clause) -> bool:
        """Whether the proviso stands over the clause through others."""
        below = [c for c in self.clauses if c.id in proviso.over and proviso.kind == "proviso"]
        return clause in below or any(self._leads_to(clause, c) for c in below)

    def _may_both_stand(self, one: p.Clause, two: p.Clause) -> bool:
        if one is two:
            return True
        if one.kind != two.kind:
            return False
        if one.kind == "general":
            common = one.period.meet(two.period)
            return common.start is None or common.end is None or common.start < common.end
        return not (one in self.above(two) or two in self.above(one) or exclude(one.condition, two.condition))

    # ── what holds ──────────────────────────────────────────────────────────────────────────────
    def holds(self, clause: p.Clause) -> exp.Expression:
        """In force and its condition true; null where unknown."""
        if clause.condition is None:
            return self.forces[clause.id]
        return b.both((self.forces[clause.id], self.conditions[clause.id].sql))

    def _is_true(self, clause: p.Clause) -> exp.Expression:
        condition = self.conditions.get(clause.id)
        held = self.holds(clause)
        return held if condition is None or condition.reason is None else b.coalesce((held, b.FALSE))

    def _may_lack(self, clause: p.Clause) -> bool:
        return clause.id in self.conditions and self.conditions[clause.id].reason is not None

    def _is_unknown(self, clause: p.Clause) -> exp.Expression:
        if not self._may_lack(clause):
            return b.FALSE
        return b.both((self.forces[clause.id], b.is_null(self.conditions[clause.id].sql)))

    def _looked_at(self, clause: p.Clause) -> Callable[[], exp.Expression]:
        above = self.above(clause)
        return lambda: b.both((self.forces[clause.id], *(b.negation(self._is_true(other)) for other in above)))

    def stands(self, clause: p.Clause) -> exp.Expression:
        """Whether a case or general clause is a candidate: true, with none before it true; two-valued."""
        if clause.kind == "general":
            return b.both((self.forces[clause.id], *(b.negation(self._is_true(c)) for c in self.cases)))
        return b.both((self._is_true(clause), *(b.negation(self._is_true(c)) for c in self.above(clause))))

    def _reached_proviso(self, proviso: p.Clause) -> exp.Expression:
        below = [c for c in self.clauses if c.id in proviso.over]
        return b.both((self.forces[proviso.id], b.either(self._reached(c) for c in below)))

    def _reached(self, clause: p.Clause) -> exp.Expression:
        """Whether a clause wins unless a proviso over it does."""
        if clause.kind != "proviso":
            return self.stands(clause)
        below = [c for c in self.clauses if c.id in clause.over]
        return b.both((self._is_true(clause), b.either(self._reached(c) for c in below)))

    def wins(self, clause: p.Clause) -> exp.Expression:
        """Whether it wins, where the contest is decided at all."""
        return b.both((self._reached(clause), *(b.negation(self._is_true(q)) for q in self.over(clause))))

    # ── the word of the winner ──────────────────────────────────────────────────────────────────
    @property
    def only(self) -> p.Clause | None:
        """The clause that always wins, if there is one."""
        if len(self.clauses) == 1 and self.clauses[0].kind != "proviso" and b.is_true(self.holds(self.clauses[0])):
            return self.clauses[0]
        return None

    def winner(self) -> exp.Expression:
        """The id of the clause that wins; null where something needed is unknown, or none applies."""
        branches = [*self._failures(), *self._blocked()]
        for case in self.cases:
            branches.append((self.holds(case), self._ranked(case)))
        branches.append((b.either(self._is_unknown(case) for case in self.cases), b.NULL))
        branches += [(self.forces[general.id], self._descended(general)) for general in self.generals]
        return b.case(branches)

    def _ranked(self, case: p.Clause) -> exp.Expression:
        blocked = b.either(self._is_unknown(other) for other in self.above(case))
        return b.case([(blocked, b.NULL)], self._descended(case))

    def _descended(self, clause: p.Clause) -> exp.Expression:
        """The clause's id, unless a proviso over it holds."""
        over = self.over(clause)
        unknown = b.either(self._is_unknown(proviso) for proviso in over)
        branches: list[tuple[exp.Expression, exp.Expression]] = [(unknown, b.NULL)]
        branches += [(self.holds(proviso), self._descended(proviso)) for proviso in over]
        return b.case(branches, self.compiler.clause_word(self.rule, clause.id))

    def _failures(self) -> Iterator[tuple[exp.Expression, exp.Expression]]:
        """An error in a condition that is looked at is the rule's, whatever else holds."""
        for case in self.cases:
            if self.conditions[case.id].may_fail:
                looked_at = self._looked_at(case)()
                yield b.both((looked_at, b.coalesce((is_error(self.conditions[case.id].why), b.FALSE)))), b.NULL

    def _blocked(self) -> Iterator[tuple[exp.Expression, exp.Expression]]:
        """Where several may win, what is unknown about one of them leaves the rule undecided."""
        if not self.pairs:
            return
        for case in self.cases:
            unknown = b.either((*(self._is_unknown(c) for c in self.above(case)), self._pending(case)))
            if not b.is_false(unknown):
                yield b.both((self.stands(case), unknown)), b.NULL
        for general in self.generals:
            pending = self._pending(general)
            if not b.is_false(pending) and len(self.generals) > 1:
                none = b.both(b.negation(self._is_unknown(case)) for case in self.cases)
                yield b.both((none, self.stands(general), pending)), b.NULL

    def _pending(self, clause: p.Clause) -> exp.Expression:
        """Whether a proviso that is reached from a clause is unknown."""
        parts = []
        for proviso in self.over(clause):
            parts.append(self._is_unknown(proviso))
            parts.append(b.both((self._is_true(proviso), self._pending(proviso))))
        return b.either(parts)

    # ── why there is no winner ──────────────────────────────────────────────────────────────────
    def why(self, gap: exp.Expression) -> exp.Expression:
        """The reason where no clause is told to win."""
        any_true = b.either(self._is_true(case) for case in self.cases)
        lacking = [case for case in self.cases if self._may_lack(case)]
        of_cases = [b.case([(self._looked_at(c)(), self.conditions[c.id].why)]) for c in lacking]
        failing = [
            b.case([(b.both((self._looked_at(c)(), is_error(self.conditions[c.id].why))), self.conditions[c.id].why)])
            for c in lacking
            if self.conditions[c.id].may_fail
        ]
        of_provisos = [
            b.case([(self._reached_proviso(q), self.conditions[q.id].why)]) for q in self.provisos if self._may_lack(q)
        ]
        blocked = []
        for case in self.cases:
            for other in self.above(case):
                if self._may_lack(other):
                    stops = b.both((self._looked_at(other)(), self._is_true(case), self._is_unknown(other)))
                    blocked.append(b.case([(stops, self.conditions[other.id].why)]))
        if not self.cases:
            return b.coalesce((b.greatest(of_provisos), gap))
        with_case = b.coalesce((b.greatest(failing), b.greatest(blocked), b.greatest(of_provisos)))
        without = b.coalesce((b.greatest(of_cases), b.greatest(of_provisos), gap))
        return b.case([(any_true, with_case)], without)
