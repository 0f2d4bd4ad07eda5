"""A question compiled: facts in, an outcome out; whatever is unusual is decided by the reference evaluator."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from engine import program as p
from engine.backends.python import presenting, reading, runtime
from engine.backends.python.compiling import LEVELS, Asked, Decided, Kernel, compiled_kernel
from engine.backends.python.conversion import Reader
from engine.backends.python.outcome import Function, Outcome, Timed, Winner
from engine.backends.python.runtime import MISSING, STOPS, Unusual
from engine.backends.python.shapes import ShapeError
from engine.backends.python.slots import INSTANTS, Source, entity_asked, from_slot, slots_of
from engine.backends.refusals import CompileRefusal
from engine.decision import Decision
from engine.evaluator import Laws
from engine.facts import read_facts
from policy.sources import ALWAYS
from policy.types import INSTANT
from policy.values import ValueProblemError
from policy.values import typed as typed_value


class Compiled:
    """A question of a region, compiled for whatever time it is asked about, when it is.

    `slots` are the facts it reads, in the order of a row; a row holds amounts as whole numbers of
    their shape's unit, and everything else as it is typed.
    """

    def __init__(
        self,
        laws: Laws,
        question: p.Question,
        outputs: Sequence[str],
        accepted: frozenset[str],
        decide: Callable[[Mapping[str, Any], Any], Decision],
        level: str = "values",
        *,
        is_careful: bool = False,
    ) -> None:
        if level not in LEVELS:
            raise ValueError(level)
        self.laws = laws
        self.question = question
        self.outputs = tuple(outputs)
        self.level = level
        self._is_careful = is_careful
        self._second: Compiled | None = None
        self.refusal: CompileRefusal | None = None
        """Why compiled code cannot be made; the reference evaluator decides then."""
        self.decided_by_reference = decide
        self.accepted = accepted
        self._vocabulary = laws.insured.policy.vocabulary
        self._timed: list[Timed] = []
        self._last: Timed
        self._function: Function
        self._since = self._until = datetime.max
        try:
            self.slots = slots_of(accepted, laws.insured, entity_asked(question, laws.insured))
            self._read = self._reader()
            self._sources = [self._source(number) for number, _ in enumerate(question.governing)]
            self._moment = self._sources[0] if len(self._sources) == 1 else self.moment
        except CompileRefusal as refusal:
            self.refusal = refusal

    # ── deciding ────────────────────────────────────────────────────────────────────────────────
    def __call__(self, facts: Mapping[str, Any], as_of: Any = None) -> Outcome:
        """The outcome of a case, its facts in the contract's shape. Raises PolicyError as `Regions.decide` does."""
        if self.refusal is not None:
            return Outcome(self, facts, as_of, None, None)
        try:
            row = self.row(facts)
            day = None if as_of is None else self._instant(as_of)
        except STOPS:
            return Outcome(self, facts, as_of, None, None)
        try:
            timed, found = self._run(row, day)
        except STOPS:
            return self._second_try(facts, as_of, row, day)
        return Outcome(self, facts, as_of, timed, found)

    def _second_try(self, facts: Mapping[str, Any], as_of: Any, row: tuple[Any, ...], day: datetime | None) -> Outcome:
        """The same with care for missing facts; then the reference evaluator has the word."""
        if self._second is None:
            self._second = Compiled(
                self.laws,
                self.question,
                self.outputs,
                self.accepted,
                self.decided_by_reference,
                self.level,
                is_careful=True,
            )
        try:
            if self._second.refusal is None:
                return Outcome(self, facts, as_of, *self._second._run(row, day))
        except STOPS:
            pass
        return Outcome(self, facts, as_of, None, None)

    def row(self, facts: Mapping[str, Any]) -> tuple[Any, ...]:
        """The facts as a row. Raises Unusual where they cannot be one, or something is wrong with them."""
        try:
            return self._read(facts)
        except STOPS:
            return self.typed_row(self._typed(facts))

    def typed_row(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """Typed facts by path as a row. Raises Unusual."""
        if any(path not in self.slots for path in values):
            raise Unusual
        try:
            return tuple(
                presenting.held(values[path], shape) if path in values else MISSING
                for path, shape in self.slots.items()
            )
        except ShapeError:
            raise Unusual from None

    def decide_row(self, row: tuple[Any, ...], as_of: datetime | None = None) -> tuple[Any, ...] | None:
        """What compiled code returns for a row; None where the reference evaluator has to decide."""
        try:
            moment = self._moment(row, as_of)
            if not self._since <= moment < self._until:
                self._turn_to(moment)
            return self._function(row, moment)
        except STOPS:
            return None

    def _run(self, row: tuple[Any, ...], as_of: datetime | None) -> tuple[Timed, tuple[Any, ...]]:
        moment = self._moment(row, as_of)
        if not self._since <= moment < self._until:
            self._turn_to(moment)
        return self._last, self._function(row, moment)

    def _turn_to(self, moment: datetime) -> None:
        """Take the function for another time."""
        self._last = self.at(moment)
        self._function = self._last.function
        self._since = self._last.kernel.since
        self._until = self._last.kernel.until or datetime.max

    def _typed(self, facts: Mapping[str, Any]) -> Mapping[str, Any]:
        given, problems = read_facts(facts, self._vocabulary, self.accepted)
        if problems:
            raise Unusual
        return given.values

    def _instant(self, value: Any) -> datetime:
        if type(value) is datetime and value.tzinfo is None:
            return value
        try:
            found = typed_value(value, INSTANT, self._vocabulary)
        except ValueProblemError:
            raise Unusual from None
        assert isinstance(found, datetime)
        return found

    # ── the governing day ───────────────────────────────────────────────────────────────────────
    def moment(self, row: tuple[Any, ...], as_of: datetime | None) -> datetime:
        """The instant whose law holds. Raises Unusual where nothing tells it."""
        for source in self._sources:
            found: datetime | None = source(row, as_of)
            if found is not None:
                return found
        raise Unusual

    def _source(self, number: int) -> Source:
        expression = self.question.governing[number]
        match expression:
            case p.Local():
                return lambda row, as_of: as_of
            case p.Fact(path=path):
                return from_slot(list(self.slots).index(path), expression.type.kind)
        return self._reckoned(number, expression)

    def _reckoned(self, number: int, expression: p.Expression) -> Source:
        """A governing day that rules reckon which hold at any time."""
        answer = p.Answer(id="governing", label="", value=expression, field="", is_ordered=False)
        asked = attrs.evolve(self.question, answers={"governing": answer}, period=ALWAYS)
        kernel = compiled_kernel(self._asked(asked, ["governing"], "values"), datetime.max, "governing")
        function = self._loaded(kernel, "governing")
        instant = INSTANTS.get(expression.type.kind, runtime.instant_of)

        def reckon(row: tuple[Any, ...], as_of: datetime | None) -> datetime | None:
            (found,) = function(row, datetime.max)
            return None if found is None else instant(found)

        return reckon

    # ── code ────────────────────────────────────────────────────────────────────────────────────
    def at(self, moment: datetime) -> Timed:
        """The function for a time, compiled when it is first asked for. Raises Unusual where it is refused."""
        if self.refusal is not None:
            raise Unusual
        for timed in self._timed:
            if timed.holds(moment):
                return timed
        try:
            kernel = compiled_kernel(self._asked(self.question, self.outputs, self.level), moment, "kernel")
        except CompileRefusal as refusal:
            self.refusal = refusal
            raise Unusual from None
        timed = Timed(self._loaded(kernel, "kernel"), kernel)
        self._timed.append(timed)
        return timed

    def _asked(self, question: p.Question, outputs: Sequence[str], level: str) -> Asked:
        return Asked(
            laws=self.laws,
            question=question,
            outputs=outputs,
            slots=self.slots,
            level=level,
            is_careful=self._is_careful,
        )

    def _loaded(self, kernel: Kernel, name: str) -> Function:
        laws = (self.laws.insured, self.laws.treatment)
        calendars = {f"CALENDAR_{law}": laws[law].calendar for law in kernel.calendars}
        function: Function = loaded(kernel.source, name, calendars)
        return function

    def _reader(self) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
        source = Reader(self.slots, self.accepted, self._vocabulary).source("read")
        read: Callable[[Mapping[str, Any]], tuple[Any, ...]] = loaded(source, "read", vars(reading))
        return read

    # ── what an outcome tells ───────────────────────────────────────────────────────────────────
    def winner(self, decided: Decided, mask: int, value: Any = None) -> Winner:
        """A rule's record in words."""
        program = (self.laws.insured, self.laws.treatment)[decided.law]
        rule = program.rules[decided.rule]
        won = [clause for number, clause in enumerate(rule.clauses, 1) if mask >> number & 1]
        cited = dict.fromkeys((*rule.citations, *(name for clause in won for name in clause.citations)))
        return Winner(decided.law, rule.id, tuple(clause.id for clause in won), tuple(cited), value)


def loaded(source: str, name: str, names: Mapping[str, Any]) -> Any:
    """A function of generated code."""
    space: dict[str, Any] = {**vars(runtime), **names}
    exec(compile(source, f"<compiled {name}>", "exec"), space)
    return space[name]
