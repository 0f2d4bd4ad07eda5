"""What compiled code is gathered in: what has been computed where, and what several ways share.

A rule is computed where it is first needed. What is certain to be needed is computed in the main
block, the rest inside the branch that needs it; what several branches need becomes a function that
computes it once. To compute something too early never changes a decision: at worst the reference
evaluator is asked for nothing.
"""

from __future__ import annotations

from collections.abc import Callable

import attrs

from engine import program as p
from engine.backends.python.code import NOTHING, Block, Code, Key, Names
from engine.backends.python.literals import Literals
from engine.backends.python.numbers import Arithmetic, bound
from engine.backends.python.places import Element, Place
from engine.backends.python.shapes import Shape
from engine.backends.python.times import Time
from engine.evaluator import Laws

LIMIT_REPEATED = 6
"""So many lines more are written rather than called."""

LIMIT_LINES = 60_000
"""The longest code that is made for one question at one time."""


@attrs.frozen
class Function:
    """A function that computes something once: its name, the variable that holds the value."""

    name: str
    value: Code


@attrs.define(eq=False, slots=False)
class Writer:
    """The code of one question at one time."""

    laws: Laws
    time: Time
    slots: dict[str, Shape]
    """The facts that can be given, by path."""
    with_clauses: bool
    with_values: bool
    shared: frozenset[Key]
    is_sparse: bool
    """Whether rules that only some ways decide are recorded in a list, rather than each in a variable of its own."""
    certain: frozenset[Key]
    main: Block = attrs.field(factory=lambda: Block("main"))
    names: Names = attrs.field(factory=Names)
    states: dict[str, str] = attrs.field(factory=dict)
    """Variables that branches set, and what they hold before."""
    functions: dict[Key, Function] = attrs.field(factory=dict)
    written_functions: list[tuple[str, Block, list[str]]] = attrs.field(factory=list)
    repeated: dict[Key, list[int]] = attrs.field(factory=dict)
    """How many lines each thing took wherever a branch computes it."""
    used_slots: dict[str, str] = attrs.field(factory=dict)
    lines: int = 0
    _open: list[Key] = attrs.field(factory=list)
    _setting: list[list[str]] = attrs.field(factory=list)
    _variables: dict[Key, str] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.literals = Literals(self.names, self.laws.insured.policy.vocabulary)
        self.arithmetic = Arithmetic(self.names)

    def program(self, place: Place) -> p.Program:
        """The program whose law holds at a place."""
        return self.program_of(place.law)

    def program_of(self, law: int) -> p.Program:
        """The program of the insured place or of the place of treatment."""
        return (self.laws.insured, self.laws.treatment)[law]

    def law_of(self, program: p.Program) -> int:
        """Under which number a program goes."""
        return 0 if program is self.laws.insured else 1

    # ── names that outlive a block ──────────────────────────────────────────────────────────────
    def state(self, name: str, before: str) -> str:
        """A variable that may be set in a branch or a function; it holds `before` until then."""
        self.states.setdefault(name, before)
        for setting in self._setting:
            setting.append(name)
        return name

    def held(self, code: Code, home: Block, letter: str) -> Code:
        """The value under a name that is still there in the end."""
        if code is NOTHING:
            return code
        if not self._setting or (code.is_atomic and not code.text.isidentifier()):
            return bound(code, home, self.names, letter)
        name = self.state(self.names.new(letter), "None")
        home.say(f"{name} = {code.text}")
        return attrs.evolve(code, text=name)

    def variable(self, key: Key, letter: str) -> str:
        """The name of the variable of something, the same wherever it is computed."""
        return self._variables.setdefault((letter, *key), self.names.new(letter))

    def slot(self, path: str) -> str:
        """The variable of a given fact."""
        return self.used_slots.setdefault(path, self.names.new("f"))

    # ── computing things once ───────────────────────────────────────────────────────────────────
    def once(self, key: Key, place: Place, element: Element | None, make: Callable[[Block], Code]) -> Code:
        """The code of something that is computed once on every way that needs it."""
        found = place.block.find(key)
        if found is not None:
            return found
        if key in self._open:
            return NOTHING
        home = self._home(key, place, element)
        if key in self.shared and element is None and home is not self.main:
            code = self._call(key, home, make)
        else:
            code = self._write(key, home, make, is_counted=element is None and home is not self.main)
        home.known[key] = code
        return code

    def _write(self, key: Key, home: Block, make: Callable[[Block], Code], is_counted: bool) -> Code:
        before = home.size()
        self._open.append(key)
        try:
            code = make(home)
        finally:
            self._open.pop()
        if is_counted:
            self.repeated.setdefault(key, []).append(home.size() - before)
        return code

    def _home(self, key: Key, place: Place, element: Element | None) -> Block:
        """The block that something is computed in: as far outside as it is certain to be needed."""
        for block in place.block.around():
            if element is not None and block is element.block:
                return block
            if block.kind == "branch" and element is None and key in self.certain:
                return self.main
            if block.kind == "function" and key in self.certain and element is None:
                return self.main
            if block.kind != "loop":
                return block
        return self.main

    def _call(self, key: Key, home: Block, make: Callable[[Block], Code]) -> Code:
        """Calls the function that computes something, unless that has been done."""
        if key not in self.functions:
            self._write_function(key, make)
        function = self.functions[key]
        self.state(function.value.text, "UNSET")
        home.say(f"if {function.value.text} is UNSET: {function.name}()")
        return function.value

    def _write_function(self, key: Key, make: Callable[[Block], Code]) -> None:
        body = Block("function", self.main)
        name, variable = self.names.new("r"), self.names.new("s")
        setting: list[str] = []
        self._setting.append(setting)
        self._open.append(key)
        try:
            code = make(body)
        finally:
            self._open.pop()
            self._setting.pop()
        body.say(f"{variable} = {code.text}")
        self.functions[key] = Function(name, attrs.evolve(code, text=variable))
        self.written_functions.append((name, body, [*setting, variable]))

    def to_share(self) -> frozenset[Key]:
        """What branches compute again and again, at a length that a call is shorter than."""
        found = {
            key for key, sizes in self.repeated.items() if len(sizes) > 1 and sum(sizes) - max(sizes) >= LIMIT_REPEATED
        }
        return self.shared | found
