"""The tables a query reads: claims with a column for each fact, and a table of rows for each list of records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

import attrs

from engine.backends.refusals import CompileRefusal
from engine.backends.sql.terms import Number
from policy.diagnostics import Text
from policy.types import Type

IS_NULL = "__is_null"
"""After a fact's name: the boolean column that tells 空 from not given."""

POSITION, OUTER, VALUE = "row__position", "outer__position", "value"
"""The column of a table of rows that tells their order within a claim (where rows of two lists meet, also that of the
first list), and the column of the values of a plain list."""

SLOT = re.compile(r"(?P<list>[^.]+\.[^.]+?)__(?P<place>\d+)__(?P<field>\w+)")
"""One field of one row of a short list beside the claim: `region_parameters.pay_bands__1__ratio`."""

_DECIMAL = re.compile(r"DECIMAL\((\d+),\s*(\d+)\)")
_INTEGERS = {"TINYINT": 3, "SMALLINT": 5, "INTEGER": 10, "BIGINT": 18, "UTINYINT": 3, "USMALLINT": 5, "UINTEGER": 10}

DEFAULTS = {
    "money": "DECIMAL(12,2)",
    "ratio": "DECIMAL(7,6)",
    "points": "DECIMAL(7,4)",
    "number": "DECIMAL(14,4)",
    "integer": "INTEGER",
    "year": "INTEGER",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "instant": "TIMESTAMP",
    "month": "DATE",
    "text": "VARCHAR",
    "enum": "VARCHAR",
}
"""The column type of a fact of each type, where the data does not say better."""


@attrs.frozen
class Column:
    """A column: its SQL type; `is_complete` promises that it holds no null."""

    type: str
    is_complete: bool = False


@attrs.frozen(eq=False)
class Table:
    """A table by name. Columns are called `entity.field`, or `entity__field`."""

    name: str
    columns: Mapping[str, Column] = attrs.field(factory=dict)

    def called(self, path: str) -> str | None:
        """The name of the column of a fact, if there is one."""
        for name in (path, path.replace(".", "__", 1)):
            if name in self.columns:
                return name
        return None

    def slots(self, path: str) -> int:
        """How many numbered rows the table has for a list."""
        dotted = (name if "." in name else name.replace("__", ".", 1) for name in self.columns)
        found = (SLOT.fullmatch(name) for name in dotted)
        return max((int(match["place"]) for match in found if match and match["list"] == path), default=0)


@attrs.frozen(eq=False)
class Tables:
    """The claims, and a table of rows for each list of records that has one, its columns called as the fields.

    `id` tells claims apart; `claim_id` in a table of rows names the claim that a row belongs to.
    """

    claims: Table
    children: Mapping[str, Table] = attrs.field(factory=dict)
    id: str = "id"
    claim_id: str = "claim_id"


def columns_for(paths: Iterable[tuple[str, Type]], complete: bool = False) -> dict[str, Column]:
    """Columns of the usual types for some facts."""
    return {path: Column(DEFAULTS[kind.kind], complete) for path, kind in paths if kind.kind in DEFAULTS}


def number_of(path: str, kind: Type, written: str) -> Number | None:
    """How exact a column's numbers are. Raises CompileRefusal where it holds no exact numbers."""
    if kind.kind not in ("money", "ratio", "points", "number", "integer", "year"):
        return None
    if match := _DECIMAL.fullmatch(written):
        width, scale = int(match[1]), int(match[2])
        return Number(scale, width, Decimal(10) ** (width - scale))
    if written in _INTEGERS:
        return Number(0, 0, Decimal(10) ** _INTEGERS[written])
    raise CompileRefusal(
        path, Text(f"列类型 {written} 不是精确的数", f"the column type {written} holds no exact numbers")
    )
