"""Mutants of shipped figures: values, cells and rows of tables, and the time for which they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import attrs

from engine import program as p
from engine.mutation.figures_written import step_of
from engine.mutation.operators import FIGURE, ROW, VALIDITY, Operator
from policy.diagnostics import Text
from policy.dsl.source import Span
from policy.model import Pack
from policy.parameters import DatedValue, Parameter
from policy.sources import Period
from policy.tables import Band, Cell, Row
from policy.types import Type
from policy.values import plain
from policy.vocabulary import Vocabulary

DAY = timedelta(days=1)


@attrs.frozen(eq=False)
class FigureChange:
    """A parameter replaced by another; `what` says what was changed. `cells` are those of a row, before and after."""

    old: Parameter
    new: Parameter
    what: Text
    span: Span
    provision: str
    cells: tuple[tuple[Cell, ...], ...] = ()

    def applied(self, program: p.Program) -> p.Program:
        """The program with the other parameter."""
        known = program.parameters.get(self.old.id, ())
        changed = tuple(self.new if item is self.old else item for item in known)
        return attrs.evolve(program, parameters={**program.parameters, self.old.id: changed})


def figure_changes(pack: Pack, vocabulary: Vocabulary) -> Iterator[tuple[Operator, FigureChange]]:
    """Every change of a figure that the pack ships."""
    for parameter in pack.parameters.values():
        maker = _Maker(parameter, vocabulary)
        for place, dated in enumerate(parameter.values):
            yield from maker.of_value(place, dated)
            yield from maker.of_time(place, dated)
            for number in range(len(dated.rows)):
                yield from maker.of_row(place, dated, number)


@attrs.frozen(eq=False)
class _Maker:
    parameter: Parameter
    vocabulary: Vocabulary

    def _changed(self, place: int, dated: DatedValue, what: Text, ground: Row | DatedValue) -> FigureChange:
        values = (*self.parameter.values[:place], dated, *self.parameter.values[place + 1 :])
        new = attrs.evolve(self.parameter, values=values)
        return FigureChange(self.parameter, new, what, ground.span, ground.provision)

    def of_value(self, place: int, dated: DatedValue) -> Iterator[tuple[Operator, FigureChange]]:
        if self.parameter.keys:
            return
        for other in others(dated.value, self.parameter.type, self.vocabulary):
            changed = attrs.evolve(dated, value=other)
            yield FIGURE, self._changed(place, changed, _replaced(dated.value, other), dated)

    def of_time(self, place: int, dated: DatedValue) -> Iterator[tuple[Operator, FigureChange]]:
        """The first and the last day moved by one."""
        period = dated.period
        for sign in (1, -1):
            if period.start is not None:
                start = period.start + sign * DAY
                what = _moved(period.start.date(), start.date(), "起始日", "the first day")
                yield VALIDITY, self._changed(place, _dated(dated, start, period.end), what, dated)
            if period.end is not None:
                end = period.end + sign * DAY
                what = _moved(period.end.date() - DAY, end.date() - DAY, "最后一日", "the last day")
                yield VALIDITY, self._changed(place, _dated(dated, period.start, end), what, dated)

    def of_row(self, place: int, dated: DatedValue, number: int) -> Iterator[tuple[Operator, FigureChange]]:
        row = dated.rows[number]

        def changed(new: Row | None, what: Text) -> FigureChange:
            rows = (*dated.rows[:number], *(() if new is None else (new,)), *dated.rows[number + 1 :])
            made = self._changed(place, attrs.evolve(dated, rows=rows), what, row)
            return attrs.evolve(made, cells=(row.keys, *(() if new is None else (new.keys,))))

        for other in others(row.value, self.parameter.type, self.vocabulary):
            yield FIGURE, changed(attrs.evolve(row, value=other), _replaced(row.value, other))
        yield ROW, changed(None, Text("去掉这一行", "this row is left out"))
        for key, cell in enumerate(row.keys):
            for item in _other_cells(cell, self._kind(key)):
                keys = (*row.keys[:key], item, *row.keys[key + 1 :])
                yield ROW, changed(attrs.evolve(row, keys=keys), _replaced(_cell(cell), _cell(item)))

    def _kind(self, key: int) -> Type:
        field = self.vocabulary.field(self.parameter.keys[key])
        return field.type if field else Type("unknown")


def _dated(dated: DatedValue, start: datetime | None, end: datetime | None) -> DatedValue:
    return attrs.evolve(dated, period=Period(start, end))


# ── other values ────────────────────────────────────────────────────────────────────────────────────


def others(value: Any, kind: Type, vocabulary: Vocabulary) -> Iterator[Any]:
    """Values one step beside a value; of a list, one member less or one changed."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, Decimal):
        yield from (item for item in (value + step_of(kind.kind), value - step_of(kind.kind)) if item >= 0)
    elif isinstance(value, int):
        yield from (item for item in (value + 1, value - 1) if item >= 0)
    elif isinstance(value, date):
        yield from (value + DAY, value - DAY)
    elif isinstance(value, tuple) and kind.element is not None:
        yield from _other_lists(value, kind.element, vocabulary)
    elif isinstance(value, str) and kind.kind == "enum":
        names = list(vocabulary.enums[kind.name].values)
        yield names[(names.index(value) + 1) % len(names)]
    elif isinstance(value, str):
        yield f"{value}□"


def _other_lists(values: tuple[Any, ...], element: Type, vocabulary: Vocabulary) -> Iterator[tuple[Any, ...]]:
    if element.kind != "record":
        yield from (values[:place] + values[place + 1 :] for place in range(len(values)))
        return
    entity = vocabulary.entities[element.name]
    edges = (entity.roles.get("lower", ""), entity.roles.get("upper", ""))
    for place, row in enumerate(values):
        for name, value in row.items():
            if name == edges[0] and place:
                continue  # it moves with the upper edge of the band before
            for other in others(value, entity.fields[name].type, vocabulary):
                yield _with_edge(values, place, {name: other}, edges if name == edges[1] else None)


def _with_edge(
    values: tuple[Any, ...], place: int, change: Mapping[str, Any], edges: tuple[str, str] | None
) -> tuple[Any, ...]:
    """The rows with one changed; bands follow each other, so that the next begins where this one ends."""
    rows = [dict(row) for row in values]
    rows[place].update(change)
    if edges is not None and place + 1 < len(rows):
        rows[place + 1][edges[0]] = rows[place][edges[1]]
    return tuple(rows)


def _other_cells(cell: tuple[Any, ...] | None, kind: Type) -> Iterator[tuple[Any, ...]]:
    """A cell with a value less, or with a band that begins or ends a step beside."""
    if cell is None:
        return
    for place, item in enumerate(cell):
        rest = (cell[:place], cell[place + 1 :])
        if len(cell) > 1:
            yield rest[0] + rest[1]
        if isinstance(item, Band):
            yield from (rest[0] + (band,) + rest[1] for band in _other_bands(item, kind))


def _other_bands(band: Band, kind: Type) -> Iterator[Band]:
    step: Any = DAY if isinstance(band.low or band.high, date) else step_of(kind.kind)
    step = int(step) if isinstance(band.low or band.high, int) else step
    moves: tuple[Callable[[Any], Any], ...] = (lambda end: end + step, lambda end: end - step)
    for move in moves:
        if band.low is not None:
            yield Band(move(band.low), band.high)
        if band.high is not None:
            yield Band(band.low, move(band.high))


# ── in words ────────────────────────────────────────────────────────────────────────────────────────


def _replaced(old: Any, new: Any) -> Text:
    before, after = _shown(old), _shown(new)
    return Text(f"把“{before}”改成“{after}”", f"`{before}` replaced by `{after}`")


def _moved(old: date, new: date, zh: str, en: str) -> Text:
    return Text(f"把{zh}“{old}”改成“{new}”", f"{en} `{old}` replaced by `{new}`")


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_shown, value)) + "]"
    if isinstance(value, Mapping):
        return "[" + ", ".join(map(_shown, value.values())) + "]"
    return "null" if value is None else str(plain(value))


def _cell(cell: tuple[Any, ...] | None) -> list[str]:
    return [
        f"{_shown(item.low)}..{_shown(item.high)}" if isinstance(item, Band) else _shown(item) for item in cell or ()
    ]
