"""What an expression of a Program becomes: an SQL value, and why it may not be there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

import attrs
from sqlglot import exp

from engine.backends.sql import builders as b
from engine.backends.sql.relations import Relation
from policy.types import Type

NOTHING: Final = object()


@attrs.frozen
class Number:
    """An exact number: DECIMAL(width, scale), never beyond `bound`; without width it is a whole BIGINT."""

    scale: int
    width: int
    bound: Decimal

    @property
    def digits(self) -> int:
        """How many digits the greatest value takes."""
        return max(len(str(int(self.bound))) + self.scale, self.scale + 1)


@attrs.frozen(kw_only=True, eq=False)
class Term:
    """A value in SQL.

    `sql` is null where the value is not determined, and where it is 空 (only if `may_be_empty`).
    `reason` is the number of why it is not determined, null where it is; None where it always is.
    `may_fail` tells that it may be an error. A quotient is kept as numerator and `divisor` until it
    is rounded. `shift` stands for the unit of a duration. The elements of a list are its `rows`, the
    values of a record its `fields`: then `sql` is true where it is there. A list without `rows` is an
    array; `spread` makes its elements, if it is walked.
    """

    sql: exp.Expression
    type: Type
    number: Number | None = None
    reason: exp.Expression | None = None
    may_be_empty: bool = False
    may_fail: bool = False
    constant: Any = NOTHING
    divisor: Term | None = None
    rows: Rows | None = None
    fields: Mapping[str, Term] | None = None
    spread: Callable[[], Rows] | None = None
    shift: tuple[str, str] | None = None

    @property
    def is_constant(self) -> bool:
        return self.constant is not NOTHING

    @property
    def is_sure(self) -> bool:
        """Whether the SQL value is never null."""
        return self.reason is None and not self.may_be_empty

    @property
    def why(self) -> exp.Expression:
        return b.NULL if self.reason is None else self.reason

    @property
    def is_unknown(self) -> exp.Expression:
        """Whether it is not determined."""
        if self.reason is None:
            return b.FALSE
        return b.is_null(self.sql) if not self.may_be_empty else b.is_known(self.reason)


@attrs.frozen(eq=False)
class Slot:
    """An element of a list: a record field by field, or a `value`; `is_there` where the list may be shorter.

    With a `relation` it is every row of that. `key` is the same for the same element in other lists.
    """

    is_there: exp.Expression
    fields: Mapping[str, Term] = attrs.field(factory=dict)
    value: Term | None = None
    relation: Relation | None = None
    key: object = attrs.field(factory=object)


@attrs.frozen(eq=False)
class Rows:
    """A list, element by element; `entity` where they are records."""

    entity: str
    slots: tuple[Slot, ...] = ()
