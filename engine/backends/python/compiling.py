"""One question at one time, as the source of a Python function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import attrs

from engine import program as p
from engine.backends.python.certainty import Certainty
from engine.backends.python.choices import halve_choices
from engine.backends.python.code import NOTHING, Block, Code, Key
from engine.backends.python.expressions import Expressions
from engine.backends.python.facts import CompiledFacts
from engine.backends.python.figures import CompiledFigures
from engine.backends.python.gathering import Gathering
from engine.backends.python.lists import Lists
from engine.backends.python.obligations import Obligations
from engine.backends.python.operations import Operations
from engine.backends.python.places import INSURED, Place
from engine.backends.python.registers import names_in, reuse_names
from engine.backends.python.rules import SPARSE, CompiledRules, Won
from engine.backends.python.shapes import Shape, ShapeError
from engine.backends.python.times import Time
from engine.backends.python.writer import LIMIT_LINES, Writer
from engine.backends.refusals import CompileRefusal, refused
from engine.evaluator import Laws
from policy.diagnostics import Text

LEVELS = ("values", "clauses", "reasons")
"""What compiled code tells: the answers; which clause won too; the value of every rule on the way too."""

LIMIT_PASSES = 12
"""How often code is written again to share what its branches repeat."""


@attrs.frozen(eq=False)
class Decided:
    """A decided rule in what compiled code tells: whose law, which rule, and the shape of its value."""

    law: int
    rule: str
    shape: Shape
    is_each: bool


LIMIT_VARIABLES = 24
"""So many rules that only some ways decide have a variable each; of more, what was decided is kept in a list."""


@attrs.frozen(eq=False)
class Kernel:
    """The source of one function, and how to read what it returns."""

    source: str
    outputs: tuple[tuple[str, Shape], ...]
    decided: tuple[Decided, ...]
    sparse: tuple[Decided, ...]
    """The rules that the list of what was decided on the way names by number."""
    calendars: frozenset[int]
    since: datetime
    until: datetime | None


@attrs.frozen(kw_only=True)
class Asked:
    """What is compiled: some answers of a question under two laws, at a level."""

    laws: Laws
    question: p.Question
    outputs: Sequence[str]
    slots: Mapping[str, Shape]
    level: str = "values"
    is_careful: bool = False
    """Whether missing facts are to be borne where they do not matter."""


class Compiling:
    """Writes one function."""

    def __init__(self, asked: Asked, time: Time, shared: frozenset[Key], is_sparse: bool) -> None:
        values = [asked.question.answers[name].value for name in asked.outputs]
        self.asked_for = asked
        self.is_careful = asked.is_careful
        self.asked = tuple(value.id for value in values if isinstance(value, p.RuleValue))
        self.certainty = Certainty(asked.laws, time)
        self.writer = Writer(
            laws=asked.laws,
            time=time,
            slots=dict(asked.slots),
            with_clauses=asked.level != "values",
            with_values=asked.level == "reasons",
            shared=shared,
            is_sparse=is_sparse,
            certain=self.certainty.of_all(values),
        )
        self.calendars: set[int] = set()
        self.lists = Lists(self)
        self.operations = Operations(self)
        self.facts = CompiledFacts(self)
        self.figures = CompiledFigures(self)
        self.obligations = Obligations(self)
        self.expressions = Expressions(self)
        self.rules = CompiledRules(self)

    def calendar(self, law: int) -> str:
        """The name of a law's working calendar."""
        self.calendars.add(law)
        return f"CALENDAR_{law}"

    def is_stated(self, path: str) -> bool:
        """Whether a fact is only ever stated, never derived."""
        field = self.writer.laws.insured.policy.vocabulary.field(path)
        return field is not None and field.derived_by is None

    # ── the whole function ──────────────────────────────────────────────────────────────────────
    def kernel(self, name: str) -> Kernel:
        """The function that answers. Raises CompileRefusal."""
        writer = self.writer
        main = writer.main
        if not writer.time.in_force(self.asked_for.question.period):
            main.say("never()")
        self.obligations.exclude()
        self._go_through_lists(main)
        outputs = [(output, self._output(output, main)) for output in self.asked_for.outputs]
        self.obligations.fulfil(main)
        won = list(self.rules.won.values())
        main.say(f"return {self._returned([code for _, code in outputs], won)}")
        halve_choices(main, writer.names)
        reuse_names(main, self._kept_names())
        source = "\n".join([*self._constants(), "", f"def {name}(row, moment):", *self._body(main)]) + "\n"
        decided = tuple(_decided(item) for item in won if not item.is_sparse)
        sparse = tuple(_decided(self.rules.won[key]) for key in self.rules.sparse)
        shapes = tuple((output, code.shape) for output, code in outputs)
        time = writer.time
        return Kernel(source, shapes, decided, sparse, frozenset(self.calendars), time.since, time.until)

    def _go_through_lists(self, main: Block) -> None:
        """Where several things are certain to be made of one list's elements, one loop makes them all."""
        by_list: dict[str, list[tuple[Key, Gathering, Place]]] = {}
        for key, expression in self.certainty.gathered.items():
            place = Place(int(str(key[1])), main, self.asked_for.question.id)
            gathering = self.lists.gathering(expression, place) if key in self.writer.certain else None
            if gathering is not None and isinstance(gathering.each.collection, p.Fact):
                by_list.setdefault(gathering.each.collection.path, []).append((key, gathering, place))
        for found in by_list.values():
            if len(found) > 1:
                codes = self.lists.together([(gathering, place) for _, gathering, place in found], main)
                main.known.update({key: code for (key, *_), code in zip(found, codes, strict=True)})

    def _output(self, name: str, main: Block) -> Code:
        value = self.asked_for.question.answers[name].value
        code = self.expressions.value(value, Place(INSURED, main, self.asked_for.question.id))
        if code is NOTHING:
            main.say("never()")
        if code.over:
            raise refused(name, "答复是没有舍入的商", "an answer that is a quotient not rounded")
        return self.expressions.present(self.writer.held(code, main, "o"), main)

    def _returned(self, outputs: list[Code], won: list[Won]) -> str:
        answers = _tuple(code.text for code in outputs)
        if self.asked_for.level == "values":
            return answers
        fixed = [item for item in won if not item.is_sparse]
        masks = _tuple(item.mask for item in fixed)
        sparse = SPARSE if SPARSE in self.writer.states else "()"
        if self.asked_for.level == "clauses":
            return f"{answers}, {masks}, {sparse}"
        values = _tuple("None" if item.is_each else item.value.text for item in fixed)
        return f"{answers}, {masks}, {sparse}, {values}"

    @property
    def is_told_by_many(self) -> bool:
        """Whether so many variables record rules that a list is the shorter record."""
        masks = {item.mask for item in self.rules.won.values() if item.mask in self.writer.states and not item.is_each}
        return self.writer.is_sparse or len(masks) > LIMIT_VARIABLES

    def _kept_names(self) -> Iterator[str]:
        """The names that are set, or looked at, outside the main block too."""
        writer = self.writer
        yield from writer.used_slots.values()
        yield from writer.states
        for name, body, setting in writer.written_functions:
            yield from (name, *setting, *names_in(body.lines))

    def _constants(self) -> list[str]:
        return [f"{name} = {text}" for text, name in self.writer.names.constants.items()]

    def _body(self, main: Block) -> list[str]:
        writer = self.writer
        used = writer.used_slots
        names = [used.get(path, "_") for path in writer.slots]
        lines = [f" {', '.join(names)}{',' if len(names) == 1 else ''} = row"] if used else []
        lines += [f" {name} = {before}" for name, before in writer.states.items()]
        for name, body, setting in writer.written_functions:
            lines.append(f" def {name}():")
            if setting:
                lines.append(f"  nonlocal {', '.join(dict.fromkeys(setting))}")
            lines += body.written(2)
        lines += main.written(1)
        if len(lines) > LIMIT_LINES:
            zh, en = f"编成的代码超过 {LIMIT_LINES} 行", f"code of more than {LIMIT_LINES} lines"
            raise refused(self.asked_for.question.id, zh, en)
        return lines


def _tuple(texts: object) -> str:
    listed = list(texts)  # type: ignore[call-overload]
    return f"({', '.join(listed)}{',' if len(listed) == 1 else ''})"


def _decided(won: Won) -> Decided:
    return Decided(won.law, won.rule, won.value.shape, won.is_each)


def compiled_kernel(asked: Asked, moment: datetime, name: str) -> Kernel:
    """The function that answers a question at a time. Raises CompileRefusal."""
    shared: frozenset[Key] = frozenset()
    is_sparse = False
    try:
        for _ in range(LIMIT_PASSES):
            compiling = Compiling(asked, Time(moment), shared, is_sparse)
            kernel = compiling.kernel(name)
            more, is_told_by_many = compiling.writer.to_share(), compiling.is_told_by_many
            if more == shared and is_told_by_many == is_sparse:
                break
            shared, is_sparse = more, is_told_by_many
    except ShapeError as error:
        text = Text(f"没有共同形式的值：{error}", f"values without a common shape: {error}")
        raise CompileRefusal(asked.question.id, text) from None
    return kernel
