"""The Program: a policy made ready to run, the one form that every backend reads.

Names are resolved, amendments merged, citations and periods settled. Each expression keeps its
`origin`, the node the author wrote, so that an explanation can show the author's own words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from policy.calendars import WorkingCalendar
from policy.diagnostics import Text
from policy.dsl import tree as t
from policy.model import Policy, Region
from policy.parameters import Parameter
from policy.sources import Period
from policy.types import Type


@attrs.frozen(kw_only=True, eq=False)
class Expression:
    """Something to compute; `type` is what it gives."""

    origin: t.Node
    type: Type


@attrs.frozen(kw_only=True, eq=False)
class Constant(Expression):
    """A written value."""

    value: Any


@attrs.frozen(kw_only=True, eq=False)
class Fact(Expression):
    """A fact of the case, `entity.field`."""

    path: str


@attrs.frozen(kw_only=True, eq=False)
class ElementField(Expression):
    """A field of the element at hand; outside a list, the fact of that entity. No field: the element itself."""

    binder: str
    entity: str
    field: str


@attrs.frozen(kw_only=True, eq=False)
class Local(Expression):
    """A value the language provides: the portion of a band, the decision day."""

    name: str


@attrs.frozen(kw_only=True, eq=False)
class ParameterValue(Expression):
    """A local figure."""

    id: str


@attrs.frozen(kw_only=True, eq=False)
class LimitValue(Expression):
    """What superiors allow for a parameter or a rule; empty where nothing is bounded."""

    target: str


@attrs.frozen(kw_only=True, eq=False)
class RuleValue(Expression):
    """The value of a rule, or a field of it."""

    id: str
    field: str


@attrs.frozen(kw_only=True, eq=False)
class Operation(Expression):
    """An operator over operands, all of which must be known: arithmetic, comparison, dates, membership."""

    operator: str
    operands: tuple[Expression, ...]
    detail: Any = None


@attrs.frozen(kw_only=True, eq=False)
class Logic(Expression):
    """and, or: one known operand may settle it though others are unknown."""

    operator: str
    operands: tuple[Expression, ...]


@attrs.frozen(kw_only=True, eq=False)
class Known(Expression):
    """Whether the operand can be decided."""

    operand: Expression


@attrs.frozen(kw_only=True, eq=False)
class Default(Expression):
    """The operand where it can be decided, else the other."""

    operand: Expression
    otherwise: Expression


@attrs.frozen(kw_only=True, eq=False)
class Each(Expression):
    """One value per element of a list."""

    collection: Expression
    binder: str
    body: Expression | None
    where: Expression | None


@attrs.frozen(kw_only=True, eq=False)
class Record(Expression):
    """A record made of its fields."""

    entity: str
    fields: tuple[tuple[str, Expression], ...]


@attrs.frozen(kw_only=True, eq=False)
class Requirements(Expression):
    """A checklist, and its own value: requirements in order, each with its alternatives."""

    id: str
    items: tuple[tuple[str, ...], ...]
    is_open: bool
    citations: tuple[str, ...]


@attrs.frozen(kw_only=True, eq=False)
class Selected(Expression):
    """What is declared under the name that `by` gives: a checklist, the state of a duty."""

    by: Expression
    options: tuple[tuple[str, RuleValue], ...]


@attrs.frozen(kw_only=True, eq=False)
class DutiesOf(Expression):
    """The duties that bind one of the actors: `rows` are all that are declared, each with its actor."""

    actors: Expression
    rows: tuple[tuple[str, RuleValue], ...]


@attrs.frozen(kw_only=True, eq=False)
class NoRule(Expression):
    """The law says nothing here."""


@attrs.frozen(kw_only=True, eq=False)
class HumanDecision(Expression):
    """True, and the decision goes to a person too, who decides the open norm."""

    id: str


@attrs.frozen(kw_only=True, eq=False)
class Clause:
    """One sentence of a rule. `over` are the ids of the clauses it displaces.

    In a collect a value that is an `Each` contributes all that it gives.
    """

    id: str
    label: str
    kind: str
    over: tuple[str, ...]
    condition: Expression | None
    value: Expression
    citations: tuple[str, ...]
    period: Period
    region: str
    remark: str
    origin: t.Node


@attrs.frozen(kw_only=True, eq=False)
class Scale:
    """The marginal bands of a brackets rule, from a list or written out."""

    table: Expression | None
    lower: Expression | None
    upper: Expression
    bands: tuple[tuple[Expression | None, Expression], ...]
    portion: Expression
    edges: tuple[str, str]
    binder: str


@attrs.frozen(kw_only=True, eq=False)
class Rule:
    """A named value. `kind` is rule, collect, brackets, deadline, open_norm, checklist or duty."""

    kind: str
    id: str
    label: str
    type: Type
    element: str
    clauses: tuple[Clause, ...]
    citations: tuple[str, ...]
    period: Period
    region: str
    remark: str
    origin: t.Node
    scale: Scale | None = None
    start: Expression | None = None
    actor: Expression | None = None
    lapse: str = ""

    @property
    def cited_by_clauses(self) -> tuple[str, ...]:
        """Every provision that a clause of the rule stands on."""
        return tuple(dict.fromkeys(name for clause in self.clauses for name in clause.citations))


@attrs.frozen(kw_only=True, eq=False)
class Bound:
    """What a superior allows for a parameter or a rule."""

    target: str
    operator: str
    limit: Expression
    condition: Expression | None
    unless: Expression | None
    citations: tuple[str, ...]
    period: Period
    region: str
    origin: t.Node


@attrs.frozen(kw_only=True, eq=False)
class Delegation:
    """A parameter the region below sets."""

    parameter: str
    default: Expression | None
    citations: tuple[str, ...]
    period: Period
    region: str
    origin: t.Node


@attrs.frozen(kw_only=True, eq=False)
class ChoiceOfLaw:
    """Whose rules decide; `law` is `treatment` or `insured`."""

    id: str
    label: str
    condition: Expression | None
    law: str
    citations: tuple[str, ...]
    period: Period
    region: str
    origin: t.Node


@attrs.frozen(kw_only=True, eq=False)
class Check:
    """What must hold whenever a rule is decided."""

    id: str
    label: str
    element: str
    condition: Expression | None
    requirement: Expression
    message: str
    citations: tuple[str, ...]
    period: Period
    region: str
    origin: t.Node


@attrs.frozen(kw_only=True, eq=False)
class Exclusion:
    """Facts for which the condition is true occur in no case, for the reason given; `facts` are all it reads."""

    id: str
    label: str
    condition: Expression
    facts: tuple[str, ...]
    reason: Text
    region: str
    origin: t.Node


@attrs.frozen(kw_only=True, eq=False)
class Answer:
    """One output of a question."""

    id: str
    label: str
    value: Expression
    field: str
    is_ordered: bool


@attrs.frozen(kw_only=True, eq=False)
class Question:
    """A public entry, open while what it cites is in force.

    The first of `governing` that is known tells the day whose law holds: facts, what is reckoned from
    them, or the decision day itself, which is the day stated with the case.
    """

    id: str
    label: str
    ask: str
    governing: tuple[Expression, ...]
    accepts: tuple[str, ...]
    answers: Mapping[str, Answer]
    citations: tuple[str, ...]
    period: Period
    region: str
    origin: t.Node


@attrs.frozen(kw_only=True, eq=False)
class Program:
    """All that a region's law computes."""

    policy: Policy
    rules: Mapping[str, Rule]
    parameters: Mapping[str, tuple[Parameter, ...]]
    bounds: Mapping[str, tuple[Bound, ...]]
    delegations: Mapping[str, tuple[Delegation, ...]]
    choices: Mapping[str, tuple[ChoiceOfLaw, ...]]
    checks: Mapping[str, tuple[Check, ...]]
    questions: Mapping[str, Question]
    exclusions: tuple[Exclusion, ...] = ()

    @property
    def region(self) -> Region:
        return self.policy.region

    @property
    def calendar(self) -> WorkingCalendar:
        return self.policy.calendar


def parts_of(item: object) -> Iterator[Expression]:
    """The expressions directly inside an expression, a clause, a rule or another part of a program."""
    for field in attrs.fields(type(item)):  # type: ignore[arg-type]
        if field.name not in ("origin", "type"):
            yield from _expressions(getattr(item, field.name))


def _expressions(value: object) -> Iterator[Expression]:
    if isinstance(value, Expression):
        yield value
    elif isinstance(value, Clause | Scale):
        yield from parts_of(value)
    elif isinstance(value, tuple):
        for item in value:
            yield from _expressions(item)


def walk(item: object) -> Iterator[Expression]:
    """Every expression inside, at any depth."""
    for part in parts_of(item):
        yield part
        yield from walk(part)
