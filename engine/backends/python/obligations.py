"""What must hold of what was decided: superiors' bounds, the region's checks, facts that exclude each other.

Where one does not hold compiled code ends, and the reference evaluator tells it. A check that lacks
facts is not made; of a bound that is passed with a reason the reference tells too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import attrs

from engine import program as p
from engine.backends.python.code import NOTHING, Block, Code, Key, branch
from engine.backends.python.numbers import bound
from engine.backends.python.places import INSURED, Element, Place
from policy.dsl.lexicon import COMPARISONS, EQUALITY

if TYPE_CHECKING:
    from engine.backends.python.compiling import Compiling

Act = Callable[[Block], None]

_NAMED = p.Fact | p.ElementField | p.RuleValue | p.ParameterValue
_STRICT = frozenset({*COMPARISONS, *EQUALITY, *"+-*/", "in_interval", "not_in_interval", "round", "negate"})
"""Operators that need all their operands."""

_TAKE_EMPTY = frozenset({"is", "is_not", *EQUALITY})


@attrs.frozen(eq=False)
class Obligation:
    """Something to be looked at when the rest is decided, if `flag` says that it is called for."""

    flag: str
    write: Act


class Obligations:
    """Writes what is looked at in the end."""

    def __init__(self, compiling: Compiling) -> None:
        self.compiling = compiling
        self.writer = compiling.writer
        self.names = compiling.writer.names
        self.is_lenient = True
        """Whether a test with an empty value says nothing, rather than being an error."""
        self._flags: dict[Key, str] = {}
        self._done: set[Key] = set()

    # ── bounds ──────────────────────────────────────────────────────────────────────────────────
    def keep_within_bounds(self, target: str, code: Code, key: Key, place: Place, element: Element | None) -> None:
        """A figure or a rule's value keeps within what superiors allow."""
        for number, item in enumerate(self.compiling.figures.bounds_in_force(target, place)):
            if code is not NOTHING and code.text != "None":

                def write(block: Block, item: p.Bound = item) -> None:
                    self._bound(item, code, attrs.evolve(place, block=block, elements={}, own={}))

                self._add(("bound", number, *key), write, place.block, element)

    def _bound(self, item: p.Bound, code: Code, place: Place) -> None:
        def compare(block: Block) -> None:
            self._compare(item, code, place, block)

        def look(block: Block) -> None:
            if item.condition is None:
                compare(block)
                return
            self.is_lenient = False
            self.if_known(item.condition, True, place.inside(block), compare)
            self.is_lenient = True

        _where_there(code, place.block, look)

    def _compare(self, item: p.Bound, code: Code, place: Place, block: Block) -> None:
        """A limit that is not known, or empty, binds nothing."""
        limit = self.compiling.expressions.value(item.limit, place.inside(block))
        if limit.may_miss or limit.may_be_null:
            limit = bound(limit, block, self.names)
        holds = self.compiling.operations.compared(item.operator, code, limit)
        _where_there(limit, block, lambda there: there.say(f"if not {holds}: never()"))

    # ── checks ──────────────────────────────────────────────────────────────────────────────────
    def make_checks(self, rule: p.Rule, key: Key, place: Place, element: Element | None) -> None:
        """The checks over a rule that was decided."""
        for check in self.writer.program(place).checks.get(rule.id, ()):
            about = element if check.element and element and check.element == rule.element else None
            if not self.writer.time.in_force(check.period):
                continue

            def write(block: Block, check: p.Check = check, about: Element | None = about) -> None:
                inner = Place(place.law, block, check.id)
                inner = inner.with_element(check.element, about, check.element) if about else inner
                self._check(check, inner)

            name = about.name if about else ""
            self._add(("check", place.law, check.region, check.id, name), write, place.block, element, key)

    def _check(self, check: p.Check, place: Place) -> None:
        def require(block: Block) -> None:
            self.if_known(check.requirement, False, place.inside(block), lambda there: there.say("never()"))

        if check.condition is None:
            require(place.block)
        else:
            self.if_known(check.condition, True, place, require)

    # ── exclusions ──────────────────────────────────────────────────────────────────────────────
    def exclude(self) -> None:
        """Facts that exclude each other, of both places."""
        place = Place(INSURED, self.writer.main)
        declared = [item for law in (0, 1) for item in self.writer.program_of(law).exclusions]
        for item in {(item.region, item.id): item for item in reversed(declared)}.values():
            if any(path in self.writer.slots for path in item.facts):
                self.compiling.facts.only_given = True
                try:
                    self.if_known(item.condition, True, place, lambda block: block.say("never()"))
                finally:
                    self.compiling.facts.only_given = False

    # ── what is known for certain ───────────────────────────────────────────────────────────────
    def if_known(self, expression: p.Expression, wanted: bool, place: Place, act: Act) -> None:
        """Do something where a condition is known to be true, or false; missing facts leave it open."""
        if isinstance(expression, p.Logic):
            if (expression.operator == "and") == wanted:
                self._all_of(expression.operands, wanted, place, act)
            else:
                for operand in expression.operands:
                    self.if_known(operand, wanted, place, act)
        elif isinstance(expression, p.Operation) and expression.operator == "not":
            self.if_known(expression.operands[0], not wanted, place, act)
        elif (each := _quantified(expression, wanted)) is not None:
            self._one_of(each, wanted, place, act)
        else:
            self._plain(expression, wanted, place, act)

    def _all_of(self, operands: tuple[p.Expression, ...], wanted: bool, place: Place, act: Act) -> None:
        first, *others = operands
        if not others:
            self.if_known(first, wanted, place, act)
            return
        rest = tuple(others)
        self.if_known(first, wanted, place, lambda block: self._all_of(rest, wanted, place.inside(block), act))

    def _one_of(self, each: p.Each, wanted: bool, place: Place, act: Act) -> None:
        """Do something where it is known of one element that it fits and is true, or false."""

        def take(inner: Place) -> None:
            body = each.body
            if body is None:
                act(inner.block)
            elif each.where is None:
                self.if_known(body, wanted, inner, act)
            else:
                self.if_known(
                    each.where, True, inner, lambda block: self.if_known(body, wanted, inner.inside(block), act)
                )

        self.compiling.lists.elements(each, place, take)

    def _plain(self, expression: p.Expression, wanted: bool, place: Place, act: Act) -> None:
        guards, code = self._guarded(expression, place)
        if code.may_be_null and not self.is_lenient:
            code = bound(code, place.block, self.names)
            place.block.say(f"if {code.text} is None: never()")
        if code.text == str(not wanted):
            return
        block = branch(place.block)
        act(block)
        test = [] if code.text == str(wanted) else [self._is(code, wanted, place.block)]
        if guards or test:
            place.block.say(f"if {' and '.join([*guards, *test])}:", block)
        else:
            place.block.say(*block.lines)

    def _is(self, code: Code, wanted: bool, block: Block) -> str:
        if code.may_miss or code.may_be_null:
            return f"{code.text} is {wanted}"
        return code.text if wanted else f"not {code.text}"

    def _guarded(self, expression: p.Expression, place: Place) -> tuple[list[str], Code]:
        """The code of a test, and that what it compares is there; of what is empty nothing can be said."""
        guards: list[str] = []
        if isinstance(expression, p.Operation):
            is_ordered = expression.operator not in _TAKE_EMPTY
            for operand in compared(expression):
                code = self.compiling.expressions.value(operand, place)
                if code.may_miss and (self.is_lenient or self._is_stated(operand)):
                    guards.append(f"{code.text} is not MISSING")
                guards += [f"{code.text} is not None"] if code.may_be_null and is_ordered and self.is_lenient else []
        return guards, self.compiling.expressions.value(expression, place)

    def _is_stated(self, operand: p.Expression) -> bool:
        """Whether something is missing only where the case does not state it."""
        return isinstance(operand, p.Fact) and self.compiling.is_stated(operand.path)

    # ── when it is looked at ────────────────────────────────────────────────────────────────────
    def _add(self, key: Key, write: Act, block: Block, element: Element | None, of: Key = ()) -> None:
        owner = self._owner(element)
        done = (id(owner), *key)
        always = block is owner
        if not always:
            flag = self._flag(done, owner)
            block.say(f"{flag} = True")
            if done in self._done:
                return
        elif done in self._done:
            return
        self._done.add(done)
        owner.duties.append(Obligation("" if always else self._flags[done], write))

    def _owner(self, element: Element | None) -> Block:
        """Where something is looked at in the end: with its element, or at the very end."""
        if element is not None:
            for block in element.block.around():
                if block.kind in ("loop", "function"):
                    return block
        return self.writer.main

    def _flag(self, key: Key, owner: Block) -> str:
        if key not in self._flags:
            self._flags[key] = self.names.new("k")
            if owner is not self.writer.main:
                owner.lines.insert(0, f"{self._flags[key]} = False")
        if owner is self.writer.main:
            self.writer.state(self._flags[key], "False")
        return self._flags[key]

    def fulfil(self, owner: Block) -> None:
        """Look at everything that is due in a block; what that decides may be due in turn."""
        while owner.duties:
            obligation = owner.duties.pop(0)
            if not obligation.flag:
                obligation.write(owner)
                continue
            block = branch(owner)
            obligation.write(block)
            owner.say(f"if {obligation.flag}:", block)


def _where_there(code: Code, block: Block, act: Act) -> None:
    """Do something where a value is neither missing nor empty."""
    if not code.may_miss and not code.may_be_null:
        act(block)
        return
    inner = branch(block)
    act(inner)
    block.say(f"if {code.text} is not MISSING and {code.text} is not None:", inner)


def compared(expression: p.Expression) -> Iterator[p.Expression]:
    """The names that a test stands on: without one of them it says nothing."""
    if isinstance(expression, _NAMED):
        yield expression
    elif isinstance(expression, p.Operation) and expression.operator in _STRICT:
        for operand in expression.operands:
            yield from compared(operand)


def _quantified(expression: p.Expression, wanted: bool) -> p.Each | None:
    """What goes through a list, where one element settles that the whole is as wanted."""
    if isinstance(expression, p.Operation) and expression.operator == ("any" if wanted else "all"):
        (operand,) = expression.operands
        return operand if isinstance(operand, p.Each) else None
    return None
