"""The table that a batch makes: a row for each claim, with its outputs, status, reason and winning clauses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import attrs
import pyarrow as pa

from engine.backends.sql.questions import CLAUSE, REASON, STATUS, column_of, plain_type
from engine.batch.names import ID as ID
from engine.batch.names import NUMBER as NUMBER
from engine.decision import Decision
from policy.types import Type
from policy.values import Month
from policy.vocabulary import Vocabulary

_NUMBERS: Final = {"money": (18, 2), "ratio": (18, 12), "points": (18, 6), "number": (24, 6)}
"""The exact widths that numbers are written in."""

AMOUNTS: Final = ("DECIMAL(18,2)",)
"""The types of money, which keeps its two places."""

ABOUT_NAMES: Final = ("E0609",)
"""Errors that are told by what the law declares, not by one of the facts that it speaks of."""

_ARROW: Final = {
    "integer": pa.int64(),
    "year": pa.int32(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "instant": pa.timestamp("us"),
}


def sql_type(kind: Type, vocabulary: Vocabulary) -> str:
    """The column type of an output, in DuckDB's words; what has none is text."""
    kind = plain_type(kind)
    if kind.kind == "list" and kind.element is not None:
        return f"{sql_type(kind.element, vocabulary)}[]"
    if kind.kind == "record":
        fields = vocabulary.entities[kind.name].fields.values()
        parts = ", ".join(f'"{field.id}" {sql_type(field.type, vocabulary)}' for field in fields)
        return f"STRUCT({parts})"
    if kind.kind in _NUMBERS:
        width, scale = _NUMBERS[kind.kind]
        return f"DECIMAL({width},{scale})"
    return {"integer": "BIGINT", "year": "INTEGER", "boolean": "BOOLEAN", "date": "DATE", "instant": "TIMESTAMP"}.get(
        kind.kind, "VARCHAR"
    )


@attrs.frozen(eq=False)
class Schema:
    """The columns of a result: outputs by type, and the rules whose winning clause is told."""

    outputs: Mapping[str, Type]
    clauses: Sequence[str]
    vocabulary: Vocabulary

    @property
    def arrow(self) -> pa.Schema:
        columns = [(NUMBER, pa.int64()), (ID, pa.string())]
        columns += [(column_of(name), _arrow(kind, self.vocabulary)) for name, kind in self.outputs.items()]
        columns += [(STATUS, pa.string()), (REASON, pa.string())]
        return pa.schema([*columns, *((rule + CLAUSE, pa.string()) for rule in self.clauses)])


def _arrow(kind: Type, vocabulary: Vocabulary) -> pa.DataType:
    kind = plain_type(kind)
    if kind.kind == "list" and kind.element is not None:
        return pa.list_(_arrow(kind.element, vocabulary))
    if kind.kind == "record":
        fields = vocabulary.entities[kind.name].fields.values()
        return pa.struct([(field.id, _arrow(field.type, vocabulary)) for field in fields])
    if kind.kind in _NUMBERS:
        return pa.decimal128(*_NUMBERS[kind.kind])
    return _ARROW.get(kind.kind, pa.string())


def row_of(decision: Decision, schema: Schema, number: int, name: str) -> dict[str, Any]:
    """A decision as a row."""
    vocabulary = decision.policies[decision.region].vocabulary
    row: dict[str, Any] = {NUMBER: number, ID: name, STATUS: str(decision.status), REASON: reason_of(decision)}
    for output, kind in schema.outputs.items():
        found = decision.results.get(output)
        value = found.value if found is not None and found.is_known else None
        row[column_of(output)] = _cell(value, kind, vocabulary)
    if schema.clauses:
        won = winners(decision)
        row |= {rule + CLAUSE: next(iter(won.get(rule, ())), None) for rule in schema.clauses}
    return row


def error_row(code: str, place: str, number: int, name: str) -> dict[str, Any]:
    """A row whose claim cannot be decided because its data are at fault."""
    return {NUMBER: number, ID: name, STATUS: "error", REASON: f"{code}:{place}"}


def table_of(rows: Sequence[Mapping[str, Any]], schema: Schema) -> pa.Table:
    """Rows as a table; what a row does not have is null."""
    arrow = schema.arrow
    return pa.table({name: pa.array([row.get(name) for row in rows], arrow.field(name).type) for name in arrow.names})


def delta_table(rows: Sequence[Mapping[str, Any]], schema: Schema) -> pa.Table:
    """What changes claim by claim, as a table."""
    columns = [(ID, pa.string()), ("status_before", pa.string()), ("status_after", pa.string())]
    for name, kind in schema.outputs.items():
        if kind.kind == "money":
            columns += [(f"{name}__{part}", _arrow(kind, schema.vocabulary)) for part in ("before", "after", "delta")]
    return pa.table({name: pa.array([row[name] for row in rows], kind) for name, kind in columns})


def _cell(value: Any, kind: Type, vocabulary: Vocabulary) -> Any:
    """A value as its column has it; a record has all fields of its entity."""
    if value is None:
        return None
    kind = plain_type(kind)
    if isinstance(value, Month):
        return str(value)
    if kind.kind == "list" and kind.element is not None:
        return [_cell(item, kind.element, vocabulary) for item in value]
    if kind.kind == "record":
        fields = vocabulary.entities[kind.name].fields
        return {name: _cell(value.get(name), field.type, vocabulary) for name, field in fields.items()}
    return value


def reason_of(decision: Decision) -> str | None:
    """Why a decision is not determined, in one word: an error, the first fact needed, or what a person decides."""
    for problem in decision.diagnostics:
        if problem.is_error:
            about = "" if problem.code in ABOUT_NAMES else problem.place
            return f"{problem.code}:{about or _named(problem.message.en)}"
    for need in decision.needs:
        return f"missing:{need.path}"
    for human in decision.human:
        return f"human:{human.id}"
    return None


def _named(message: str) -> str:
    """What an error is about: messages begin with the id of the rule, the figure or the check."""
    return message.partition(":")[0].split(" ")[0]


def winners(decision: Decision) -> dict[str, tuple[str, ...]]:
    """Of every rule decided under the law of the place of insurance, the clauses that won."""
    return dict(_winners(decision))


def _winners(decision: Decision) -> Iterator[tuple[str, tuple[str, ...]]]:
    for root in decision.reasons:
        for reason in root.walk():
            if reason.kind == "rule" and not reason.element and reason.region_label == decision.region_label:
                is_open = reason.value is None and any(clause.outcome == "unknown" for clause in reason.clauses)
                won = tuple(clause.id for clause in reason.winners)
                if won and not is_open:
                    yield reason.id, won
