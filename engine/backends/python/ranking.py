"""Default logic in generated code: the clauses in force at the time, tested in the order of their rank.

Where several clauses of equal rank hold, compiled code ends: the reference evaluator tells whether
they say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs

from engine import program as p
from engine.backends.python.code import NOTHING, Block, Forks, branch
from engine.backends.python.disjoint import rules_out
from engine.backends.python.leaves import Leaf
from engine.backends.python.places import Place
from engine.clauses import by_priority

Test = Callable[[p.Clause, Place], str]
Say = Callable[[p.Clause, Place], Leaf]


@attrs.define(eq=False)
class Ways:
    """The ways through the clauses of a rule; each ends at the clause that wins there."""

    cases: list[p.Clause]
    generals: list[p.Clause]
    provisos: list[p.Clause]
    test: Test
    say: Say
    new_name: Callable[[], str]
    is_stated: Callable[[str], bool]
    leaves: list[Leaf] = attrs.field(factory=list)

    def go(self, place: Place) -> list[Leaf]:
        """Every way's end."""
        if self._is_chain():
            self._chain(0, place)
        else:
            self._apart(place)
        return self.leaves

    # ── cases ───────────────────────────────────────────────────────────────────────────────────
    def _is_chain(self) -> bool:
        """Whether every case that holds settles all those after it."""
        for place, case in enumerate(self.cases):
            for later in self.cases[place + 1 :]:
                if case not in self.before(later) and not rules_out(case.condition, later.condition, self.is_stated):
                    return False
        return True

    def before(self, case: p.Clause) -> list[p.Clause]:
        """The cases that displace a case, directly or through others."""
        above = [other for other in self.cases if case.id in other.over]
        found: list[p.Clause] = []
        while above:
            other = above.pop()
            if other not in found:
                found.append(other)
                above += [higher for higher in self.cases if other.id in higher.over]
        return found

    def _chain(self, number: int, place: Place) -> None:
        if number == len(self.cases):
            self._general(place)
            return
        holds = self.test(self.cases[number], place)
        chosen, others = branch(place.block), branch(place.block)
        if holds != "False":
            self._descend(self.cases[number], place.inside(chosen), frozenset())
        if holds != "True":
            self._chain(number + 1, place.inside(others))
        _fork(holds, chosen, others, place.block)

    def _apart(self, place: Place) -> None:
        """Every case that no other displaces is tested; more than one must not hold."""
        names: dict[str, str] = {}
        for case in self.cases:
            names[case.id] = self._tested(
                case, [names[other.id] for other in self.before(case) if other.id in names], place
            )
        forks = Forks(place.block)
        for number, case in enumerate(self.cases):
            chosen = forks.fork(names[case.id])
            if rivals := [names[other.id] for other in self.cases[number + 1 :]]:
                chosen.say(f"if {' or '.join(rivals)}: never()")
            self._descend(case, place.inside(chosen), frozenset())
        self._general(place.inside(forks.block))
        forks.close()

    def _tested(self, case: p.Clause, above: Sequence[str], place: Place) -> str:
        name = self.new_name()
        if not above:
            place.block.say(f"{name} = {self.test(case, place)}")
            return name
        inner = branch(place.block)
        inner.say(f"{name} = {self.test(case, place.inside(inner))}")
        place.block.say(f"{name} = False", f"if not ({' or '.join(above)}):", inner)
        return name

    # ── general clauses and provisos ────────────────────────────────────────────────────────────
    def _general(self, place: Place) -> None:
        if len(self.generals) == 1:
            self._descend(self.generals[0], place, frozenset())
        else:
            self.leaves.append(Leaf(place.block, NOTHING))

    def _descend(self, clause: p.Clause, place: Place, failed: frozenset[str]) -> None:
        """The clause wins unless a proviso over it does; `failed` have been tested before."""
        provisos = [item for item in self.provisos if clause.id in item.over and item.id not in failed]
        if not provisos:
            self.leaves.append(self.say(clause, place))
            return
        if len(provisos) == 1:
            self._one_proviso(clause, provisos[0], place, failed)
            return
        names = [self._tested(item, (), place) for item in provisos]
        done = failed | {item.id for item in provisos}
        forks = Forks(place.block)
        for number, item in enumerate(provisos):
            chosen = forks.fork(names[number])
            if rivals := names[number + 1 :]:
                chosen.say(f"if {' or '.join(rivals)}: never()")
            self._descend(item, place.inside(chosen), done - {item.id})
        self.leaves.append(self.say(clause, place.inside(forks.block)))
        forks.close()

    def _one_proviso(self, clause: p.Clause, proviso: p.Clause, place: Place, failed: frozenset[str]) -> None:
        holds = self.test(proviso, place)
        chosen, others = branch(place.block), branch(place.block)
        if holds != "False":
            self._descend(proviso, place.inside(chosen), failed)
        if holds != "True":
            self.leaves.append(self.say(clause, place.inside(others)))
        _fork(holds, chosen, others, place.block)


def _fork(holds: str, chosen: Block, others: Block, block: Block) -> None:
    """One way or the other, or the one that is always gone."""
    if holds in ("True", "False"):
        block.say("if True:", chosen if holds == "True" else others)
    else:
        block.say(f"if {holds}:", chosen, "else:", others)


def ways_of(
    clauses: Sequence[p.Clause], test: Test, say: Say, new_name: Callable[[], str], is_stated: Callable[[str], bool]
) -> Ways:
    """The ways through clauses that are all in force."""
    return Ways(
        cases=by_priority([clause for clause in clauses if clause.kind == "case"]),
        generals=[clause for clause in clauses if clause.kind == "general"],
        provisos=[clause for clause in clauses if clause.kind == "proviso"],
        test=test,
        say=say,
        new_name=new_name,
        is_stated=is_stated,
    )
