"""Conditions and clauses where facts may be missing: a missing fact matters only if it can change the answer.

Plain compiled code ends at the first missing fact it looks at. This is the second try: truths are
true, false or missing, as in the reference evaluator, and clauses of equal rank may hold together if
they say the same. It is longer and slower, and still far from deciding everything anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import attrs

from engine import program as p
from engine.backends.python.code import NOTHING, Block, Code, Forks, branch
from engine.backends.python.facts import ABSENT
from engine.backends.python.leaves import Leaf
from engine.backends.python.literals import joined
from engine.backends.python.numbers import bound
from engine.backends.python.obligations import compared
from engine.backends.python.places import Place
from engine.backends.python.ranking import Ways

if TYPE_CHECKING:
    from engine.backends.python.compiling import Compiling


class Soft:
    """Writes conditions that may come out missing."""

    def __init__(self, compiling: Compiling) -> None:
        self.compiling = compiling
        self.names = compiling.writer.names

    def truth(self, expression: p.Expression, place: Place) -> str:
        """A variable that is True, False or MISSING; what is empty is still the end of compiled code."""
        if isinstance(expression, p.Logic):
            return self._logic(expression, place)
        name = self.names.new("t")
        if isinstance(expression, p.Operation) and expression.operator == "not":
            inner = self.truth(expression.operands[0], place)
            place.block.say(f"{name} = MISSING if {inner} is MISSING else not {inner}")
            return name
        guards = self._guards(expression, place)
        inner_block = branch(place.block) if guards else place.block
        code = self.compiling.expressions.value(expression, place.inside(inner_block))
        code = bound(code, inner_block, self.names)
        if code.may_be_null:
            inner_block.say(f"if {code.text} is None: never()")
        inner_block.say(f"{name} = {code.text}")
        if guards:
            place.block.say(f"{name} = MISSING", f"if {' and '.join(guards)}:", inner_block)
        return name

    def _guards(self, expression: p.Expression, place: Place) -> list[str]:
        """That what is compared is there."""
        if not isinstance(expression, p.Operation):
            return []
        codes = [self.compiling.expressions.value(item, place) for item in compared(expression)]
        return [f"{code.text} is not MISSING" for code in codes if code.may_miss]

    def _logic(self, expression: p.Logic, place: Place) -> str:
        """One false operand settles 且, one true operand settles 或, whatever is missing."""
        settling = str(expression.operator == "or")
        first, *others = expression.operands
        name = self.names.new("t")
        place.block.say(f"{name} = {self.truth(first, place)}")
        block = place.block
        nested: list[tuple[Block, Block]] = []
        for operand in others:
            inner = branch(block)
            found = self.truth(operand, place.inside(inner))
            inner.say(f"if {found} is {settling} or {found} is MISSING: {name} = {found}")
            nested.append((block, inner))
            block = inner
        for outer, inner in reversed(nested):
            outer.say(f"if {name} is not {settling}:", inner)
        return name


@attrs.define(eq=False)
class CarefulWays:
    """All the ways that clauses hold, gone one after the other; what they say is put together."""

    compiling: Compiling
    ways: Ways
    soft: Soft
    _found: list[Leaf] = attrs.field(factory=list)
    _open: str = ""

    def go(self, place: Place) -> list[Leaf]:
        """The ways' ends: what the clauses say, or that a missing fact leaves it open."""
        names = self.compiling.writer.names
        self._open, value, mask, is_said = (names.new(letter) for letter in "tvwt")
        place.block.say(f"{self._open} = False", f"{is_said} = False")
        tests = self._tests(place)
        forks = Forks(place.block)
        leaves = [Leaf(forks.fork(self._is_open(tests)), ABSENT)] if tests else []
        inner = place.inside(forks.block)
        for case in self.ways.cases:
            self._way(case, f"{tests[case.id]} is True", inner)
        if len(self.ways.generals) == 1:
            none = " and ".join(f"{test} is not True" for test in tests.values()) or "True"
            self._way(self.ways.generals[0], none, inner)
        both = self._put_together(value, mask, is_said)
        last = Forks(forks.block)
        leaves.append(Leaf(last.fork(self._open), ABSENT))
        leaves.append(Leaf(last.fork(is_said), both, mask))
        leaves.append(Leaf(last.block, NOTHING))
        last.close()
        forks.close()
        return leaves

    def _tests(self, place: Place) -> dict[str, str]:
        """A variable for every case: whether it holds; false where one that holds displaces it."""
        tests: dict[str, str] = {}
        for case in self.ways.cases:
            assert case.condition is not None
            above = [tests[other.id] for other in self.ways.before(case) if other.id in tests]
            if not above:
                tests[case.id] = self.soft.truth(case.condition, place)
                continue
            name, inner = self.compiling.writer.names.new("t"), branch(place.block)
            inner.say(f"{name} = {self.soft.truth(case.condition, place.inside(inner))}")
            place.block.say(f"{name} = False", f"if not ({_any(above, True)}):", inner)
            tests[case.id] = name
        return tests

    def _is_open(self, tests: dict[str, str]) -> str:
        """Whether a case that is not known could win."""
        found = [f"(not ({_any(tests.values(), True)}) and ({_any(tests.values(), 'MISSING')}))"]
        for case in self.ways.cases:
            lower = [tests[other.id] for other in self.ways.cases if case in self.ways.before(other)]
            if lower:
                found.append(f"({tests[case.id]} is MISSING and ({_any(lower, True)}))")
        return " or ".join(found)

    def _way(self, clause: p.Clause, test: str, place: Place) -> None:
        inner = branch(place.block)
        self._descend(clause, place.inside(inner), frozenset())
        place.block.say(f"if {test}:", inner)

    def _descend(self, clause: p.Clause, place: Place, done: frozenset[str]) -> None:
        """The clause wins unless provisos over it do; one that is not known leaves the rule open."""
        provisos = [item for item in self.ways.provisos if clause.id in item.over and item.id not in done]
        tests: list[str] = []
        for item in provisos:
            assert item.condition is not None
            tests.append(self.soft.truth(item.condition, place))
            place.block.say(f"if {tests[-1]} is MISSING: {self._open} = True")
        for item, test in zip(provisos, tests, strict=True):
            inner = branch(place.block)
            self._descend(item, place.inside(inner), done | {item.id})
            place.block.say(f"if {test} is True:", inner)
        block = branch(place.block)
        self._found.append(self.ways.say(clause, place.inside(block)))
        place.block.say(f"if not ({_any(tests, True)}):" if tests else "if True:", block)

    def _put_together(self, value: str, mask: str, is_said: str) -> Code:
        """Every clause that wins says its value; they must say the same."""
        literals = self.compiling.writer.literals
        reached = [leaf for leaf in self._found if leaf.code is not NOTHING]
        for leaf in self._found:
            if leaf.code is NOTHING:
                leaf.block.say("never()")
        if not reached:
            return NOTHING
        both = attrs.evolve(joined([leaf.code for leaf in reached]), text=value, over="")
        for leaf in reached:
            one = self.compiling.writer.names.new("x")
            leaf.block.say(
                f"{one} = {literals.converted(leaf.code, both.shape)}",
                f"if {is_said} and {value} != {one}: never()",
                f"{mask} = {mask} | {leaf.won} if {is_said} else {leaf.won}",
                f"{value} = {one}",
                f"{is_said} = True",
            )
        return both


def _any(names: Iterable[str], wanted: object) -> str:
    return " or ".join(f"{name} is {wanted}" for name in names) or "False"
