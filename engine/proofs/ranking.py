"""Default logic over conditions of the solver's: `engine.clauses` clause by clause, for all cases at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import attrs

from engine import program as p
from engine.proofs.logic import Truth, both, either, every, no, some
from engine.proofs.values import Value

Condition = Callable[[p.Clause], Value]


@attrs.frozen(eq=False)
class Ranked:
    """For each clause, by its id, whether it is in force, looked at, true, and whether it wins."""

    in_force: Mapping[str, Truth]
    examined: Mapping[str, Truth]
    holds: Mapping[str, Truth]
    reached: Mapping[str, Truth]
    wins: Mapping[str, Truth]
    conditions: Mapping[str, Value]
    unknown: Truth
    error: Truth
    silent: Truth

    @property
    def is_decided(self) -> Truth:
        """Whether it is certain which clauses win, if any."""
        return every((no(self.unknown), no(self.error), no(self.silent)))

    @property
    def has_winner(self) -> Truth:
        """Whether some clause wins."""
        return some(self.wins.values())


class Ranking:
    """Works out the rank of a rule's clauses."""

    def __init__(self, clauses: Sequence[p.Clause], in_force: Mapping[str, Truth], condition: Condition) -> None:
        self.clauses = [clause for clause in clauses if in_force[clause.id] is not False]
        self.in_force = in_force
        self.conditions = {c.id: condition(c) for c in self.clauses if c.condition is not None}
        self.cases = [clause for clause in self.clauses if clause.kind == "case"]
        self.provisos = [clause for clause in self.clauses if clause.kind == "proviso"]
        self.examined: dict[str, Truth] = {}
        self.holds: dict[str, Truth] = {}
        self.reached: dict[str, Truth] = {}
        self._displaced: dict[str, Truth] = {}

    def result(self) -> Ranked:
        """The rank of all clauses."""
        for case in self.cases:
            self._case(case.id)
        any_case = some(self.holds[case.id] for case in self.cases)
        undecided = self._cases_unknown(any_case)
        started = no(undecided)
        for clause in self.clauses:
            if clause.kind == "case":
                self.reached[clause.id] = both(started, self.holds[clause.id])
            elif clause.kind == "general":
                self.reached[clause.id] = every((started, self.in_force[clause.id], no(any_case)))
        for proviso in self.provisos:
            self._reach(proviso)
        wins = {clause.id: self._wins(clause) for clause in self.clauses}
        pending = some(both(self.examined[c.id], self.conditions[c.id].unknown) for c in self.provisos)
        examined = [(self.examined[c.id], self.conditions[c.id]) for c in (*self.cases, *self.provisos)]
        return Ranked(
            in_force=self.in_force,
            examined=self.examined,
            holds=self.holds,
            reached=self.reached,
            wins=wins,
            conditions=self.conditions,
            unknown=either(undecided, pending),
            error=some(both(when, either(found.error, self._is_null(found))) for when, found in examined),
            silent=some(both(when, found.silent) for when, found in examined),
        )

    def _is_null(self, found: Value) -> Truth:
        return both(found.null, no(found.unknown))

    # ── cases ───────────────────────────────────────────────────────────────────────────────────
    def _case(self, name: str) -> None:
        """A case is looked at unless one that comes before it holds, or is displaced itself."""
        if name in self.holds:
            return
        above = [case for case in self.cases if name in case.over]
        for case in above:
            self._case(case.id)
        self._displaced[name] = some(
            both(self.in_force[case.id], either(self.holds[case.id], self._displaced[case.id])) for case in above
        )
        self.examined[name] = both(self.in_force[name], no(self._displaced[name]))
        self.holds[name] = both(self.examined[name], self.conditions[name].holds)

    def _cases_unknown(self, any_case: Truth) -> Truth:
        """Whether a case that is not decided could win, or displace one that does."""
        unknown = {c.id: both(self.examined[c.id], self.conditions[c.id].unknown) for c in self.cases}
        parts = []
        for name, is_unknown in unknown.items():
            if is_unknown is not False:
                displaces = some(both(self._comes_before(name, c.id), self.holds[c.id]) for c in self.cases)
                parts.append(both(is_unknown, either(no(any_case), displaces)))
        return some(parts)

    def _comes_before(self, upper: str, lower: str, seen: tuple[str, ...] = ()) -> Truth:
        """Whether a case comes before another, directly or through others in force."""
        over = next((case.over for case in self.cases if case.id == upper), ())
        if lower in over:
            return True
        steps = [name for name in over if name in self.conditions and name not in seen]
        return some(both(self.in_force[name], self._comes_before(name, lower, (*seen, name))) for name in steps)

    # ── provisos ────────────────────────────────────────────────────────────────────────────────
    def _reach(self, proviso: p.Clause) -> Truth:
        """A proviso is looked at where a clause below it holds."""
        if proviso.id not in self.reached:
            by_id = {clause.id: clause for clause in self.provisos}
            below = [
                self._reach(by_id[name]) if name in by_id else self.reached.get(name, False) for name in proviso.over
            ]
            self.examined[proviso.id] = both(self.in_force[proviso.id], some(below))
            self.holds[proviso.id] = both(self.examined[proviso.id], self.conditions[proviso.id].holds)
            self.reached[proviso.id] = self.holds[proviso.id]
        return self.reached[proviso.id]

    def displacing(self, clause: p.Clause) -> list[p.Clause]:
        """The provisos over a clause."""
        return [proviso for proviso in self.provisos if clause.id in proviso.over]

    def _wins(self, clause: p.Clause) -> Truth:
        displaced = some(self.holds[proviso.id] for proviso in self.displacing(clause))
        return both(self.reached[clause.id], no(displaced))
