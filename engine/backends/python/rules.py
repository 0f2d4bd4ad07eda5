"""Rules in generated code: which law decides, which clause wins, and what its value is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from engine import program as p
from engine.backends.python.brackets import written_brackets
from engine.backends.python.careful import CarefulWays, Soft
from engine.backends.python.code import EMPTY, NOTHING, Block, Code, Forks, Key, branch
from engine.backends.python.collecting import DECIDED, collected
from engine.backends.python.disjoint import signature
from engine.backends.python.leaves import Leaf, settled
from engine.backends.python.places import INSURED, Element, Place
from engine.backends.python.ranking import ways_of
from engine.frames import current_of

if TYPE_CHECKING:
    from engine.backends.python.compiling import Compiling


@attrs.frozen
class Won:
    """What is recorded of a decided rule: which law's, which rule, which clauses won (`mask`), its value."""

    law: int
    rule: str
    mask: str
    value: Code
    is_each: bool = False
    """Whether it is decided for every element, and recorded as a list."""
    is_sparse: bool = False
    """Whether it is recorded in the list of what was decided on the way, under its number among those."""


SPARSE = "told"
"""The list of what was decided on the way."""


class CompiledRules:
    """Finds the values of rules when compiling."""

    def __init__(self, compiling: Compiling) -> None:
        self.compiling = compiling
        self.writer = compiling.writer
        self.names = compiling.writer.names
        self.won: dict[Key, Won] = {}
        self.sparse: dict[Key, int] = {}

    def rule(self, name: str, place: Place) -> Code:
        """A rule's value under the law that governs it."""
        insured = self.writer.laws.insured
        choices = [c for c in insured.choices.get(name, ()) if self.writer.time.in_force(c.period)]
        own = place.law if name in self.writer.program(place).rules else INSURED
        if not choices:
            return self._decided(name, own, place)
        holds = [self._chosen(choice, place) for choice in choices]
        laws = [self.writer.law_of(self.writer.laws.of(choice.law)) for choice in choices]
        if set(laws) == {INSURED} or self.writer.laws.insured is self.writer.laws.treatment:
            return self._decided(name, INSURED, place)
        rule = insured.rules.get(name)
        element = place.elements.get(current_of(rule.element)) if rule and rule.element else None
        key: Key = ("chosen", name, element.name if element else "")

        def make(home: Block) -> Code:
            return self._under_chosen_law(name, holds, laws, place.inside(home))

        return self.writer.once(key, place, element, make)

    def _chosen(self, choice: p.ChoiceOfLaw, place: Place) -> str:
        """Whether a choice of law holds; that it is known matters even where it changes nothing."""
        if choice.condition is None:
            return "True"
        condition = choice.condition
        key: Key = ("choice", signature(condition))

        def make(home: Block) -> Code:
            text = self.compiling.expressions.truth(condition, Place(INSURED, home, choice.id))
            name = self.names.new("c")
            home.say(f"{name} = {text}")
            return Code(name, EMPTY.shape)

        return self.writer.once(key, place, None, make).text

    def _under_chosen_law(self, name: str, holds: list[str], laws: list[int], place: Place) -> Code:
        """The last choice that holds has the word; none of them leaves the rule to the insured place."""
        leaves: list[Leaf] = []
        forks = Forks(place.block)
        for text, law in dict.fromkeys(zip(reversed(holds), reversed(laws), strict=True)):
            chosen = forks.fork(text)
            leaves.append(Leaf(chosen, self._decided(name, law, place.inside(chosen))))
        leaves.append(Leaf(forks.block, self._decided(name, INSURED, place.inside(forks.block))))
        forks.close()
        return settled(leaves, self.names.new("v"), self.writer.literals)

    # ── one rule ────────────────────────────────────────────────────────────────────────────────
    def _decided(self, name: str, law: int, place: Place) -> Code:
        rule = self.writer.program_of(law).rules.get(name)
        if rule is None:
            return NOTHING
        element = place.elements.get(current_of(rule.element)) if rule.element else None
        key: Key = ("rule", law, name, element.name if element else "")

        def make(home: Block) -> Code:
            inner = Place(law, home, rule.id)
            if element is not None:
                inner = inner.with_element(rule.element, element, rule.element)
            return self._made(rule, key, inner, element)

        return self.writer.once(key, place, element, make)

    def _made(self, rule: p.Rule, key: Key, place: Place, element: Element | None) -> Code:
        if rule.kind == "open_norm":
            return NOTHING
        if rule.kind == "brackets":
            code = written_brackets(self.compiling, rule, place)
            leaves = [Leaf(place.block, code)]
        elif rule.kind == "collect":
            mask = self._collect_mask(key) if self.writer.with_clauses else ""
            leaves = [Leaf(place.block, collected(self.compiling, rule, mask, place))]
        else:
            leaves = self._ranked(rule, place)
        code = self._settled(leaves, rule, key, place, element)
        if rule.kind == "deadline" and code is not NOTHING:
            code = self._due(rule, code, place)
        self.compiling.obligations.keep_within_bounds(rule.id, code, key, place, element)
        self.compiling.obligations.make_checks(rule, key, place, element)
        self._record(rule, key, code, leaves, place, element)
        return code

    def _ranked(self, rule: p.Rule, place: Place) -> list[Leaf]:
        in_force = [clause for clause in rule.clauses if self.writer.time.in_force(clause.period)]
        position = {clause.id: number for number, clause in enumerate(rule.clauses, 1)}

        def test(clause: p.Clause, where: Place) -> str:
            assert clause.condition is not None
            return self.compiling.expressions.truth(clause.condition, where)

        def say(clause: p.Clause, where: Place) -> Leaf:
            won = DECIDED | 1 << position[clause.id]
            return Leaf(where.block, self.compiling.expressions.value(clause.value, where), won)

        ways = ways_of(in_force, test, say, lambda: self.names.new("t"), self.compiling.is_stated)
        if self.compiling.is_careful:
            return CarefulWays(self.compiling, ways, Soft(self.compiling)).go(place)
        return ways.go(place)

    def _settled(self, leaves: list[Leaf], rule: p.Rule, key: Key, place: Place, element: Element | None) -> Code:
        """The rule's value under a name, unless it has one."""
        reached = [leaf for leaf in leaves if leaf.code is not NOTHING]
        if len(leaves) == 1 and reached and not reached[0].code.over and reached[0].block is place.block:
            return self.writer.held(reached[0].code, place.block, "v")
        return self.writer.held(settled(leaves, self.names.new("v"), self.writer.literals), place.block, "v")

    # ── which clause won ────────────────────────────────────────────────────────────────────────
    def _record(
        self, rule: p.Rule, key: Key, code: Code, leaves: list[Leaf], place: Place, element: Element | None
    ) -> None:
        reached = [leaf for leaf in leaves if leaf.code is not NOTHING]
        if not self.writer.with_clauses or code is NOTHING:
            return
        if element is not None:
            self._record_each(rule, key, code, reached, place, element)
            return
        law = place.law
        masks = {leaf.won for leaf in reached}
        if rule.kind == "collect":
            self.won[key] = Won(law, rule.id, self._collect_mask(key), self._kept(key, code, place))
        elif len(masks) == 1 and place.block is self.writer.main:
            self.won[key] = Won(law, rule.id, str(masks.pop() or DECIDED), code)
        elif self.writer.is_sparse and place.block is not self.writer.main:
            self._record_sparsely(rule, key, code, reached, place)
        else:
            name = self.writer.variable(key, "w")
            if place.block is not self.writer.main:
                self.writer.state(name, "0")
            for leaf in reached:
                leaf.block.say(f"{name} = {leaf.won or DECIDED}")
            self.won[key] = Won(law, rule.id, name, self._kept(key, code, place))

    def _record_sparsely(self, rule: p.Rule, key: Key, code: Code, reached: list[Leaf], place: Place) -> None:
        """What won, added to the list of what was decided on the way."""
        number = self.sparse.setdefault(key, len(self.sparse))
        self.won[key] = Won(place.law, rule.id, "", code, is_sparse=True)
        listed = self.writer.state(SPARSE, "[]")
        masks = {leaf.won or DECIDED for leaf in reached}
        if not self.writer.with_values:
            blocks = [place.block] if len(masks) == 1 else [leaf.block for leaf in reached]
            for block, leaf in zip(blocks, reached, strict=False):
                block.say(f"{listed}.append(({number}, {leaf.won or DECIDED}))")
            return
        mask = str(min(masks))
        if len(masks) > 1:
            mask = self.names.new("m")
            for leaf in reached:
                leaf.block.say(f"{mask} = {leaf.won or DECIDED}")
        place.block.say(f"{listed}.append(({number}, {mask}, {code.text}))")

    def _kept(self, key: Key, code: Code, place: Place) -> Code:
        """A value that is still there in the end, though a branch computes it."""
        if not self.writer.with_values or place.block is self.writer.main:
            return code
        name = self.writer.state(self.writer.variable(key, "u"), "None")
        place.block.say(f"{name} = {code.text}")
        return attrs.evolve(code, text=name, may_be_null=True)

    def _collect_mask(self, key: Key) -> str:
        return self.writer.state(self.writer.variable(key, "w"), "0")

    def _record_each(
        self, rule: p.Rule, key: Key, code: Code, reached: list[Leaf], place: Place, element: Element
    ) -> None:
        """What won for an element, added to a list that is read in the end."""
        listed = self.writer.state(self.writer.variable(("each", key[1], rule.id), "w"), "[]")
        masks = {leaf.won for leaf in reached}
        if len(masks) == 1:
            mask = str(masks.pop() or DECIDED)
        else:
            mask = self.names.new("m")
            for leaf in reached:
                leaf.block.say(f"{mask} = {leaf.won or DECIDED}")
        whole = "None" if element.parts is not None else element.name
        place.block.say(f"{listed}.append(({whole}, {mask}, {code.text}))")
        each: Key = ("rule", *key[1:3], "each")
        self.won[each] = Won(place.law, rule.id, listed, code, is_each=True)

    # ── deadlines ───────────────────────────────────────────────────────────────────────────────
    def _due(self, rule: p.Rule, length: Code, place: Place) -> Code:
        """The last day in time, or none; that its actor can be told is looked at as the reference does."""
        assert rule.start is not None
        block = branch(place.block)
        inner = place.inside(block)
        start = self.compiling.expressions.value(rule.start, inner)
        if start is NOTHING or length.text == "None":
            return EMPTY if length.text == "None" else NOTHING
        moved = f"shifted({start.text}, {length.text}, 1, {self.compiling.calendar(place.law)})"
        name = self.names.new("v")
        block.say(f"{name} = {moved}")
        if rule.actor is not None and not isinstance(rule.actor, p.Constant | p.Fact):
            block.say(self.compiling.expressions.value(rule.actor, inner).text)
        place.block.say(f"{name} = None", f"if {length.text} is not None:", block)
        return self.writer.held(Code(name, start.shape, may_be_null=True), place.block, "v")
