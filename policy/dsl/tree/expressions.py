"""The nodes of expressions: what can be computed, as it is written."""

from __future__ import annotations

from decimal import Decimal

from policy.dsl.tree.nodes import Name, Node, Path, node


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
