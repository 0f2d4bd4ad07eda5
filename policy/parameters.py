"""parameters.yaml → dated, cited values and tables; a date outside them has no value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import attrs

from policy import yaml_reader as y
from policy.diagnostics import Diagnostic, Note, Text, did_you_mean
from policy.dsl.source import Span
from policy.sources import Library, Period, read_period
from policy.tables import ANY, HIT_POLICIES, Band, Cell, Row, colliding
from policy.types import Type
from policy.values import ValueProblemError, typed
from policy.vocabulary import Vocabulary, parse_type

PARAMETERS = "region_parameters"
"""The entity whose fields are the local figures that a case may give."""


_UNIQUE = Text(
    "改正其一，或写明取行方式，如 hit: first", "correct one of them, or state a hit policy such as `hit: first`"
)
_APART = Text("让前一个值止于后一个值开始之前", "let the earlier value end before the later begins")


@attrs.frozen(eq=False)
class DatedValue:
    """A value, or a table of values, for a time, with the provision it comes from.

    A table whose parts come from several provisions names them row by row; `provision` is the first.
    """

    period: Period
    provision: str
    value: Any
    rows: tuple[Row, ...]
    span: Span


@attrs.frozen(eq=False)
class Parameter:
    """A figure with its history. `keys` are the facts a table is read by; `hit` is its DMN hit policy."""

    id: str
    label: str
    type: Type
    keys: tuple[str, ...]
    hit: str
    values: tuple[DatedValue, ...]
    region: str
    span: Span

    def at(self, moment: datetime) -> DatedValue | None:
        """The value in force at the moment."""
        return next((value for value in self.values if value.period.contains(moment)), None)


def read_parameters(
    root: y.Entry, region: str, vocabulary: Vocabulary, library: Library, problems: y.Problems
) -> dict[str, Parameter]:
    """The parameters of a file, by id."""
    top = y.mapping(root, problems, required=("parameters",))
    if "parameters" not in top:
        return {}
    reader = _ParameterReader(region, vocabulary, library, problems)
    return {name: reader.parameter(name, entry) for name, entry in y.pairs(top["parameters"], problems)}


@attrs.frozen
class _ParameterReader:
    region: str
    vocabulary: Vocabulary
    library: Library
    problems: y.Problems

    def parameter(self, name: str, entry: y.Entry) -> Parameter:
        known = self.vocabulary.field(f"{PARAMETERS}.{name}")
        required = ("values",) if known else ("label", "type", "values")
        parts = y.mapping(entry, self.problems, required=required, optional=("label", "type", "by", "hit", "note"))
        declared = (
            known.type if known else parse_type(y.text(parts.get("type")), self.vocabulary, self.vocabulary.entities)
        )
        if declared is None:
            self._report("E0201", entry.span, "未知类型", "unknown type")
        kind = declared or Type("unknown")
        keys = tuple(self._key(item) for item in y.items(parts.get("by"), self.problems))
        hit = self._hit(parts.get("hit"), kind)
        values = [self._dated(item, kind, keys) for item in y.items(parts.get("values"), self.problems)]
        self.problems.extend(contradictions(values, hit))
        return Parameter(
            id=name,
            label=known.label if known else y.text(parts.get("label")),
            type=kind,
            keys=keys,
            hit=hit,
            values=tuple(values),
            region=self.region,
            span=entry.span,
        )

    def _hit(self, entry: y.Entry | None, kind: Type) -> str:
        hit = y.text(entry, HIT_POLICIES[0])
        if entry is not None and hit not in HIT_POLICIES:
            listed = "、".join(HIT_POLICIES)
            hint = did_you_mean(hit, HIT_POLICIES) or Text(f"可写：{listed}", f"one of: {', '.join(HIT_POLICIES)}")
            self._report("E0409", entry.span, f"没有取行方式“{hit}”", f"there is no hit policy `{hit}`", hint)
        elif entry is not None and hit == "collect" and not (kind.is_numeric or kind.kind == "list"):
            self._report("E0409", entry.span, "只有数额和列表可以汇总", "only amounts and lists can be collected")
        return hit

    def _key(self, entry: y.Entry) -> str:
        path = y.text(entry)
        if self.vocabulary.field(path) is None:
            paths = [f.path for entity in self.vocabulary.entities.values() for f in entity.fields.values()]
            self._report("E0201", entry.span, f"未知事实“{path}”", f"unknown fact `{path}`", did_you_mean(path, paths))
        return path

    def _dated(self, entry: y.Entry, kind: Type, keys: tuple[str, ...]) -> DatedValue:
        split = keys and any(name == "tables" for name, _ in y.pairs(entry, []))
        content = ("tables",) if split else ("cite", "table") if keys else ("cite", "value")
        parts = y.mapping(entry, self.problems, required=("from", *content), optional=("until", "note"))
        rows: tuple[Row, ...] = ()
        if split:
            tables = y.items(parts.get("tables"), self.problems)
            rows = tuple(row for table in tables for row in self._table(table, kind, keys))
        provision = self._cited(parts.get("cite")) if not split else next((row.provision for row in rows), "")
        if "table" in parts:
            rows = self._rows(parts["table"], kind, keys, provision)
        value = read_value(parts["value"], kind, self.vocabulary, self.problems) if "value" in parts else None
        return DatedValue(read_period(parts, self.problems), provision, value, rows, entry.span)

    def _table(self, entry: y.Entry, kind: Type, keys: tuple[str, ...]) -> tuple[Row, ...]:
        parts = y.mapping(entry, self.problems, required=("cite", "rows"))
        provision = self._cited(parts.get("cite"))
        return self._rows(parts["rows"], kind, keys, provision) if "rows" in parts else ()

    def _rows(self, entry: y.Entry, kind: Type, keys: tuple[str, ...], provision: str) -> tuple[Row, ...]:
        return tuple(self._row(item, kind, keys, provision) for item in y.items(entry, self.problems))

    def _cited(self, entry: y.Entry | None) -> str:
        provision = y.text(entry)
        if entry is not None and self.library.provision(provision) is None:
            hint = did_you_mean(provision, self.library.provision_ids())
            self._report("E0204", entry.span, f"未知条款“{provision}”", f"unknown provision `{provision}`", hint)
        return provision

    def _row(self, entry: y.Entry, kind: Type, keys: tuple[str, ...], provision: str) -> Row:
        cells = y.items(entry, self.problems)
        if len(cells) != len(keys) + 1:
            wanted = len(keys) + 1
            hint = Text(f"先写 {'、'.join(keys)}，最后写值", f"first {', '.join(keys)}, then the value")
            zh, en = f"表的每行应有 {wanted} 格", f"each row of the table has {wanted} cells"
            self._report("E0409", entry.span, zh, en, hint)
            return Row((), None, provision, entry.span)
        found = tuple(self._cell(cell, key) for cell, key in zip(cells, keys, strict=False))
        return Row(found, read_value(cells[-1], kind, self.vocabulary, self.problems), provision, entry.span)

    def _cell(self, entry: y.Entry, key: str) -> Cell:
        if y.text(entry) == ANY:
            return None
        field = self.vocabulary.field(key)
        kind = field.type if field else Type("unknown")
        listed = isinstance(y.plain(entry), list)
        cells = y.items(entry, self.problems) if listed else [entry]
        return tuple(self._item(cell, kind) for cell in cells)

    def _item(self, entry: y.Entry, kind: Type) -> Any:
        """A value, or a band `low..high` of ordered values, either end of which may be missing."""
        low, dots, high = y.text(entry).partition("..")
        if not dots or not kind.is_ordered:
            return read_value(entry, kind, self.vocabulary, self.problems)
        try:
            ends = [typed(end.strip(), kind, self.vocabulary) if end.strip() else None for end in (low, high)]
        except ValueProblemError as problem:
            self._report("E0404", entry.span, problem.message.zh, problem.message.en, problem.hint)
            return None
        band = Band(*ends)
        if band.low is not None and band.high is not None and band.low >= band.high:
            self._report("E0409", entry.span, "段的起点应低于终点", "a band begins below its end")
        return band

    def _report(
        self, code: str, span: Span, zh: str, en: str, hint: Text | None = None, note: Note | None = None
    ) -> None:
        notes = (note,) if note else ()
        self.problems.append(Diagnostic(code=code, message=Text(zh, en), span=span, hint=hint, notes=notes))


def contradictions(values: Sequence[DatedValue], hit: str) -> Iterator[Diagnostic]:
    """Values that hold on the same day, and rows of which several may apply where only one should."""
    for place, value in enumerate(values):
        for earlier in values[:place]:
            common = earlier.period.meet(value.period)
            if common.start is None or common.end is None or common.start < common.end:
                message = Text("有效期与另一个值重叠", "the period overlaps another value's")
                notes = (Note(Text("另一个值", "the other value"), earlier.span),)
                yield Diagnostic(code="E0407", message=message, span=value.span, hint=_APART, notes=notes)
    for row, other in (pair for value in values if hit == "unique" for pair in colliding(value.rows)):
        message = Text("两行可能同时适用", "two rows may apply together")
        notes = (Note(Text("另一行", "the other row"), other.span),)
        yield Diagnostic(code="E0409", message=message, span=row.span, hint=_UNIQUE, notes=notes)


def read_value(entry: y.Entry, kind: Type, vocabulary: Vocabulary, problems: y.Problems) -> Any:
    """A YAML value as a typed value; a mistake is reported and gives None."""
    if kind.kind == "unknown":
        return None
    try:
        return typed(y.plain(entry), kind, vocabulary)
    except ValueProblemError as problem:
        problems.append(Diagnostic(code="E0404", message=problem.message, span=entry.span, hint=problem.hint))
        return None
