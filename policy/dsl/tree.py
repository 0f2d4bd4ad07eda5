"""The syntax tree: what an author wrote, frozen, each node with its place.

Nodes are equal only to themselves, so they can be keys of the tables that later passes make;
`same_shape` compares two trees by what they say.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, ClassVar, TypeVar, dataclass_transform

import attrs

from policy.dsl.source import Span

Kind = TypeVar("Kind")


@dataclass_transform(kw_only_default=True, frozen_default=True, eq_default=False, field_specifiers=(attrs.field,))
def node(kind: type[Kind]) -> type[Kind]:
    """A frozen, keyword-only class whose instances are equal only to themselves."""
    return attrs.frozen(kw_only=True, eq=False)(kind)


@node
class Node:
    """Anything written; `span` is where."""

    __attrs_attrs__: ClassVar[Any]  # made by attrs; type checkers look for it
    span: Span = attrs.field(repr=False)


# ── names ───────────────────────────────────────────────────────────────────────────────────────


@node
class Name(Node):
    """One written name, an id or a label."""

    text: str


@node
class Path(Node):
    """A name of several parts: an entity's field, a parameter, an enumeration's value."""

    parts: tuple[Name, ...]

    @property
    def text(self) -> str:
        return ".".join(part.text for part in self.parts)


@node
class Names(Node):
    """What a declaration is called: the id machines use and the label people read."""

    id: str
    label: str


@node
class TypeRef(Node):
    """A written type: a primitive, an enumeration or a record, or a list of one."""

    name: Name
    is_list: bool = False


# ── expressions ─────────────────────────────────────────────────────────────────────────────────


@node
class Number(Node):
    """A bare number."""

    value: Decimal


@node
class Percent(Node):
    """A ratio written with a percent sign; `value` is the ratio itself, 3% being 0.03."""

    value: Decimal


@node
class String(Node):
    """Quoted text."""

    value: str


@node
class Moment(Node):
    """A date, or an instant if `has_time`; `value` is in ISO 8601."""

    value: str
    has_time: bool


@node
class Truth(Node):
    """是 or 否."""

    value: bool


@node
class Null(Node):
    """空: there is none, or it has not happened."""


@node
class NoRule(Node):
    """无规定: the law says nothing for this case, so deciding it is an error."""


@node
class Quantity(Node):
    """A number with its unit: 10 个百分点, 2 个工作日, 参数.时限 天.

    `unit` is a key of `lexicon.UNITS`; `month_end` says how a month that is too short is met:
    `clamped` to its last day, `rolled` into the next month, or `` where nothing is said.
    """

    operand: Expr
    unit: str
    month_end: str = ""


@node
class DayOf(Node):
    """The n-th day of a month, the last day in a shorter month."""

    month: Expr
    day: Expr


@node
class Negative(Node):
    """A value with its sign turned."""

    operand: Expr


@node
class Binary(Node):
    """Arithmetic: `operator` is one of + - * /."""

    operator: str
    left: Expr
    right: Expr


@node
class Rounded(Node):
    """An explicit rounding: `mode` half_up, down or up; to `places` decimal places.

    `unit` is how the precision is written: fen, yuan or places.
    """

    operand: Expr
    mode: str
    places: int
    unit: str = "places"


@node
class Compare(Node):
    """A comparison; `operator` is a key of `lexicon.COMPARISONS` or `EQUALITY`."""

    operator: str
    left: Expr
    right: Expr


@node
class Member(Node):
    """Whether a value is in a list or an interval."""

    operand: Expr
    collection: Expr
    negated: bool


@node
class Interval(Node):
    """From `low` (included) to `high`, included if `closed`."""

    low: Expr
    high: Expr
    closed: bool


@node
class ListOf(Node):
    """A written list."""

    items: tuple[Expr, ...]


@node
class Known(Node):
    """Whether a value can be decided from what is given; never itself undetermined."""

    operand: Expr


@node
class Default(Node):
    """The value, or another where it cannot be decided from what is given."""

    operand: Expr
    otherwise: Expr


@node
class Not(Node):
    """A condition that must not hold."""

    operand: Expr


@node
class Logic(Node):
    """All (`and`) or one (`or`) of several conditions."""

    operator: str
    operands: tuple[Expr, ...]


@node
class Each(Node):
    """One value per element of a list: `body`, or the element itself; only those that fit `where`."""

    body: Expr | None
    collection: Expr
    binder: Name | None = None
    where: Expr | None = None


@node
class Field(Node):
    """A named part of a record that is being made."""

    name: Name
    value: Expr


@node
class Call(Node):
    """A built-in function, or a record made of its fields."""

    function: Name
    arguments: tuple[Expr | Each | Field, ...]


Expr = (
    Number
    | Percent
    | String
    | Moment
    | Truth
    | Null
    | NoRule
    | Quantity
    | DayOf
    | Negative
    | Binary
    | Rounded
    | Compare
    | Member
    | Interval
    | ListOf
    | Known
    | Default
    | Not
    | Logic
    | Call
    | Path
)


# ── what declarations carry ─────────────────────────────────────────────────────────────────────


@node
class Citation(Node):
    """A provision: its id, or its document's name with the clause in quotes."""

    document: Name
    clause: str = ""


@node
class Terms(Node):
    """What stands beside a rule or clause: citations, its own period, a remark."""

    citations: tuple[Citation, ...] = ()
    since: Moment | None = None
    until: Moment | None = None
    remark: str = ""


@node
class Clause(Node):
    """One sentence of a rule.

    `kind` is general, case, proviso or item; `over` are the clauses that a proviso stands over or
    that a case comes before; `value` is what follows.
    """

    kind: str
    names: Names | None
    over: tuple[Name, ...] = ()
    condition: Expr | None = None
    value: Expr
    terms: Terms
    comments: tuple[str, ...] = ()


# ── declarations ────────────────────────────────────────────────────────────────────────────────


@node
class Declaration(Node):
    """Anything at the top of a file; an empty comment stands for a blank line between comments."""

    comments: tuple[str, ...] = ()


@node
class Rule(Declaration):
    """规则: one value, decided by one clause; `element` names the record it is about, item by item."""

    names: Names
    element: Name | None = None
    type: TypeRef
    terms: Terms
    clauses: tuple[Clause, ...]


@node
class Collect(Declaration):
    """汇集: every clause that applies adds an element to a list, or an amount to a sum."""

    names: Names
    element: Name | None = None
    type: TypeRef
    terms: Terms
    clauses: tuple[Clause, ...]


@node
class Band(Node):
    """One written band of a scale: up to `up_to` (None for the rest) at `rate`."""

    up_to: Expr | None
    rate: Expr
    comments: tuple[str, ...] = ()


@node
class Brackets(Declaration):
    """分段: a marginal scale over the amounts from `lower` to `upper`.

    The scale is a list (`scale`) or written out (`bands`); `portion` says what each band yields.
    """

    names: Names
    type: TypeRef
    terms: Terms
    scale: Expr | None
    lower: Expr | None
    upper: Expr
    bands: tuple[Band, ...]
    portion: Expr


@node
class Bound(Declaration):
    """限度: what a superior allows, always a comparison; `unless` lets a recorded reason pass it."""

    comparison: Compare
    condition: Expr | None
    unless: Expr | None
    terms: Terms


@node
class Delegate(Declaration):
    """下放: the region below sets this parameter; `default` holds where it does not."""

    parameter: Path
    default: Expr | None
    terms: Terms


@node
class Amend(Declaration):
    """修订: more clauses for a rule of a superior region."""

    target: Name
    terms: Terms
    clauses: tuple[Clause, ...]


@node
class Deadline(Declaration):
    """期限: who must act, counted from when, within how long, and what lapse means."""

    names: Names
    terms: Terms
    actor: Expr | None
    start: Expr
    clauses: tuple[Clause, ...]
    lapse: str = ""


@node
class Entry(Node):
    """环节 or 义务: one row of a schedule or of a register of duties.

    `attributes` holds actor, since, until, modality, fulfilled and breach, as far as written. With
    `each` there is a row for each element of a list that meets the condition.
    """

    kind: str
    name: Name
    each: Each | None = None
    condition: Expr | None = None
    after: tuple[Name, ...] = ()
    attributes: tuple[Field, ...] = ()
    terms: Terms
    comments: tuple[str, ...] = ()


@node
class Register(Declaration):
    """日程 (of steps) or 职责 (of duties): a list of records, one for each entry.

    `condition` and `attributes` hold for every entry; an entry's own attribute comes before them.
    """

    kind: str
    names: Names
    type: TypeRef
    terms: Terms
    condition: Expr | None = None
    attributes: tuple[Field, ...] = ()
    entries: tuple[Entry, ...]


@node
class Checklist(Declaration):
    """清单: requirements in order, each with its alternatives; an open list states a minimum."""

    names: Names
    is_open: bool
    terms: Terms
    items: tuple[Expr, ...]


@node
class OpenNorm(Declaration):
    """裁量: what a person must decide; using it marks the decision, nothing is guessed."""

    names: Names
    type: TypeRef
    actor: Expr | None
    terms: Terms


@node
class Answer(Node):
    """One output of a question; `field` is its name in the national interface."""

    names: Names
    value: Expr
    field: str = ""
    is_ordered: bool = False


@node
class Question(Declaration):
    """问题: a public entry. `governing` are the facts, or days reckoned from facts, that pick the version of the rules."""

    names: Names
    ask: str
    governing: tuple[Expr, ...]
    accepts: tuple[Path, ...]
    answers: tuple[Answer, ...]
    terms: Terms


@node
class ChoiceOfLaw(Declaration):
    """择法: which place's law decides some rules, and when."""

    names: Names
    governs: tuple[Name, ...]
    condition: Expr | None
    place: Expr
    terms: Terms


@node
class Check(Declaration):
    """核对: what must hold whenever the named rules are decided."""

    names: Names
    over: tuple[Name, ...]
    condition: Expr | None
    requirement: Expr
    message: str
    terms: Terms


@node
class Program(Node):
    """A whole rule file; `comments` stand after the last declaration, an empty one for a blank line."""

    declarations: tuple[Declaration, ...]
    comments: tuple[str, ...] = ()


def children(parent: Node) -> Iterator[Node]:
    """The nodes directly inside a node, in the order of its fields."""
    for field in attrs.fields(type(parent)):
        value: Any = getattr(parent, field.name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from (item for item in value if isinstance(item, Node))


def walk(root: Node) -> Iterator[Node]:
    """The node and everything inside it, parents first."""
    yield root
    for child in children(root):
        yield from walk(child)


def same_shape(one: object, other: object, ignoring: tuple[type[Node], ...] = ()) -> bool:
    """Whether two trees say the same, wherever they stand; nodes of the ignored kinds may differ inside."""
    if isinstance(one, Node) and isinstance(other, Node):
        return type(one) is type(other) and (
            isinstance(one, ignoring)
            or all(
                same_shape(getattr(one, field.name), getattr(other, field.name), ignoring)
                for field in attrs.fields(type(one))
                if field.name != "span"
            )
        )
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(
            same_shape(left, right, ignoring) for left, right in zip(one, other, strict=True)
        )
    return one == other
