"""Values worth trying for the facts of a rule: what they are compared with, one step to either side, and the usual ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from engine import program as p
from engine.inputs import facts_behind
from engine.suggestions.distances import moved
from engine.suggestions.wanted import EQUALITIES, INTERVALS, ORDERED
from policy.parameters import PARAMETERS
from policy.tables import Band
from policy.types import Type
from policy.values import Month
from policy.vocabulary import Vocabulary

LIMIT_VALUES: Final = 16
"""How many values are tried for one fact."""

_LIMIT_OF_FIELD = 8
_LIMIT_DEPTH = 3
_COMPARED = (*ORDERED, *INTERVALS, *EQUALITIES, "in", "not_in")
_TEXTS: Final = ("甲", "乙", "")
_USUAL: Final[Mapping[str, tuple[Any, ...]]] = {
    "money": (Decimal(100), Decimal(0)),
    "ratio": (Decimal(8).scaleb(-1), Decimal(0), Decimal(1)),
    "points": (Decimal(5), Decimal(0)),
    "number": (Decimal(1), Decimal(0)),
    "integer": (1, 0, 2),
}


def reach_of(rule: p.Rule, program: p.Program) -> list[p.Rule]:
    """The rule and all that it rests on."""
    found = {rule.id: rule}
    todo = [rule]
    while todo:
        for item in _about(todo.pop(), program):
            for part in (item, *p.walk(item)):
                if isinstance(part, p.RuleValue) and part.id not in found and part.id in program.rules:
                    found[part.id] = program.rules[part.id]
                    todo.append(program.rules[part.id])
    return list(found.values())


def _about(rule: p.Rule, program: p.Program) -> Iterator[Any]:
    yield rule
    yield from program.checks.get(rule.id, ())
    yield from program.choices.get(rule.id, ())
    yield from program.bounds.get(rule.id, ())


class TrialValues:
    """The values to try, fact by fact."""

    def __init__(self, rule: p.Rule, program: p.Program, moments: Iterable[datetime]) -> None:
        self.program = program
        self.vocabulary: Vocabulary = program.policy.vocabulary
        self.moments = list(moments)
        self.constants: dict[str, dict[Any, None]] = {}
        self.nullable: set[str] = set()
        self.optional: dict[str, None] = {}
        """Facts that nothing asks for: what is read only where it is known, figures that could be given."""
        self.fields: dict[str, dict[str, None]] = {}
        reach = reach_of(rule, program)
        for item in (part for one in reach for part in _about(one, program)):
            self._read(item)
        for name in {part.id for one in reach for part in p.walk(one) if isinstance(part, p.ParameterValue)}:
            self._read_figure(name)
        self._add_optional(rule)

    # ── reading ─────────────────────────────────────────────────────────────────────────────────
    def _read(self, item: Any) -> None:
        for part in p.walk(item):
            if isinstance(part, p.Operation) and part.operator in _COMPARED:
                self._compared(part.operands)
            elif isinstance(part, p.Known | p.Default):
                self.optional.update(dict.fromkeys(sorted(facts_behind([part.operand], self.program))))
            elif isinstance(part, p.ElementField) and part.field:
                self.fields.setdefault(part.entity, {})[part.field] = None
        if isinstance(item, p.Bound):
            self._compared((item.limit,), f"{PARAMETERS}.{item.target}")

    def _compared(self, operands: Iterable[p.Expression], target: str = "") -> None:
        operands = tuple(operands)
        constants = [item for operand in operands for item in self._constants(operand)]
        if not constants:
            return
        paths = {target} if target else facts_behind(operands, self.program)
        for path in sorted(paths):
            field = self.vocabulary.field(path)
            for value, kind in constants:
                if value is None and any(_is_fact(operand, path) for operand in operands):
                    self.nullable.add(path)
                elif field is not None and value is not None and _fits(value, kind, _element(field.type)):
                    self.constants.setdefault(path, {})[value] = None

    def _constants(self, operand: p.Expression, depth: int = 0) -> Iterator[tuple[Any, Type]]:
        """The values written in an expression, in the figures that it reads and in the rules that it asks."""
        for part in (operand, *p.walk(operand)):
            if isinstance(part, p.Constant):
                yield part.value, part.type
            elif isinstance(part, p.ParameterValue):
                for parameter in self.program.parameters.get(part.id, ()):
                    values = [value.value for dated in parameter.values for value in (dated.rows or (dated,))]
                    yield from ((value, _element(parameter.type)) for value in _scalars(values))
                defaults = [item.default for item in self.program.delegations.get(part.id, ()) if item.default]
                yield from (item for default in defaults for item in self._constants(default))
            elif isinstance(part, p.RuleValue) and depth < _LIMIT_DEPTH:
                values = [clause.value for clause in self.program.rules[part.id].clauses]
                found = [item for value in values for item in self._constants(value, depth + 1)]
                yield from (item for item in found if item[0] is not None)

    def _read_figure(self, name: str) -> None:
        for bound in self.program.bounds.get(name, ()):
            self._read(bound)
        for parameter in self.program.parameters.get(name, ()):
            rows = [row for dated in parameter.values for row in dated.rows]
            for number, path in enumerate(parameter.keys):
                for row in rows:
                    cell = row.keys[number] if number < len(row.keys) else None
                    for value in cell or ():
                        ends = (value.low, value.high) if isinstance(value, Band) else (value,)
                        self.constants.setdefault(path, {}).update(
                            dict.fromkeys(end for end in ends if end is not None)
                        )

    def _add_optional(self, rule: p.Rule) -> None:
        names = [part.id for part in p.walk(rule) if isinstance(part, p.ParameterValue)]
        given = [
            f"{PARAMETERS}.{name}" for name in names if name in self.program.delegations or name in self.program.bounds
        ]
        for bound in (b for name in (*names, rule.id) for b in self.program.bounds.get(name, ())):
            parts = [item for item in (bound.limit, bound.condition, bound.unless) if item is not None]
            given += sorted(facts_behind(parts, self.program))
        for check in self.program.checks.get(rule.id, ()):
            parts = [item for item in (check.condition, check.requirement) if item is not None]
            given += sorted(facts_behind(parts, self.program))
        derived = [path for path in sorted(facts_behind(p.parts_of(rule), self.program)) if self._is_derived(path)]
        self.optional.update(dict.fromkeys((*derived, *given)))

    def _is_derived(self, path: str) -> bool:
        field = self.vocabulary.field(path)
        return field is not None and field.derived_by is not None

    # ── values ──────────────────────────────────────────────────────────────────────────────────
    def values(self, path: str, facts: Mapping[str, Any], moment: datetime) -> list[Any]:
        """The values to try for a fact, beside the others of the case."""
        field = self.vocabulary.field(path)
        if field is None:
            return []
        limit = LIMIT_VALUES if field.type.kind != "list" else LIMIT_VALUES * 2
        found = list(self._values(path, field.type, facts, moment))[: limit * 2]
        if path in self.nullable:
            found.insert(min(len(found), 2), None)
        return [value for place, value in enumerate(found) if value not in found[:place]][:limit]

    def _values(self, path: str, kind: Type, facts: Mapping[str, Any], moment: datetime) -> Iterator[Any]:
        known = list(self.constants.get(path, ()))
        match kind.kind:
            case "boolean":
                yield from (True, False)
            case "enum":
                yield from (*known, *self.vocabulary.enums[kind.name].values)
            case "text":
                alike = [value for name, value in facts.items() if name != path and self._kind(name) == "text"]
                yield from (*known, *_TEXTS[:1], *(value for value in alike if value), *_TEXTS[1:])
            case "year":
                yield from (moment.year, moment.year - 1, moment.year + 1)
            case "month":
                yield from (Month(moment.year, moment.month).plus(count) for count in (0, -1, 1))
            case "list" if kind.element is not None:
                yield from self._lists(path, kind.element, facts, moment)
            case "date" | "instant":
                yield from _near([*known, *self._days(kind, facts, moment)], kind)
            case _:
                alike = [value for name, value in facts.items() if name != path and self._kind(name) == kind.kind]
                yield from known[:1]
                yield from _USUAL.get(kind.kind, ())
                yield from _near([*known, *(value for value in alike if value is not None)], kind)

    def _kind(self, path: str) -> str:
        field = self.vocabulary.field(path)
        return field.type.kind if field else ""

    def _days(self, kind: Type, facts: Mapping[str, Any], moment: datetime) -> Iterator[Any]:
        """The day of the decision, and the days of the other facts."""
        days = [moment, *(value for value in facts.values() if isinstance(value, date))]
        for day in days:
            whole = day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)
            yield whole if kind.kind == "instant" else whole.date()

    def _lists(self, path: str, element: Type, facts: Mapping[str, Any], moment: datetime) -> Iterator[Any]:
        if element.kind != "record":
            known = [_as(value, element) for value in self.constants.get(path, ())]
            members = known or list(self._values(path, element, facts, moment))[:4]
            yield from [(member,) for member in members]
            yield ()
            yield tuple(members)
            yield from ((members[0],) * count for count in (2, 3) if members and element.kind != "enum")
            return
        rows = list(self._rows(element.name, facts, moment))
        yield from [(row,) for row in rows[:LIMIT_VALUES]]
        yield ()
        yield from self._several(element.name, rows)

    def _several(self, entity: str, rows: list[dict[str, Any]]) -> Iterator[Any]:
        """Two rows alike, and one row of each kind."""
        yield (rows[0], rows[0])
        fields = self.vocabulary.entities[entity].fields
        kinds = [name for name in rows[0] if fields[name].type.kind == "enum"]
        for name in kinds[:2]:
            alike = {row[name]: row for row in reversed(rows)}
            yield tuple(alike.values())

    def _rows(self, entity: str, facts: Mapping[str, Any], moment: datetime) -> Iterator[dict[str, Any]]:
        """A row with the fields that are read, then with one of them at another of its values."""
        declared = self.vocabulary.entities[entity].fields
        read = [name for name in declared if name in self.fields.get(entity, ())]
        choices = {
            name: list(self._values(f"{entity}.{name}", declared[name].type, facts, moment))[:_LIMIT_OF_FIELD]
            for name in read
            if declared[name].type.kind != "list"
        }
        usual = {name: values[0] for name, values in choices.items() if values}
        yield usual
        for name, values in choices.items():
            yield from (usual | {name: value} for value in values[1:])


def _scalars(values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, tuple):
            yield from _scalars(value)
        elif isinstance(value, Decimal | int | str | date):
            yield value


def _is_fact(operand: p.Expression, path: str) -> bool:
    if isinstance(operand, p.Fact):
        return operand.path == path
    if isinstance(operand, p.ParameterValue):
        return f"{PARAMETERS}.{operand.id}" == path
    return isinstance(operand, p.ElementField) and f"{operand.entity}.{operand.field}" == path


def _element(kind: Type) -> Type:
    return kind.element if kind.kind == "list" and kind.element is not None else kind


def _fits(value: Any, kind: Type, wanted: Type) -> bool:
    """Whether a constant of a kind may be a value of the type."""
    if wanted.kind in ("enum", "text", "month"):
        return kind.kind == wanted.kind and kind.name == wanted.name
    if wanted.kind in ("date", "instant"):
        return isinstance(value, date)
    if wanted.kind in ("integer", "year"):
        return isinstance(value, int | Decimal) and not isinstance(value, bool) and value == int(value)
    if wanted.kind in ("money", "ratio", "points", "number"):
        return isinstance(value, int | Decimal) and not isinstance(value, bool)
    return False


def _near(values: Iterable[Any], kind: Type) -> Iterator[Any]:
    """Each value as the type has it, and one step to either side."""
    for value in values:
        exact = _as(value, kind)
        yield exact
        yield from (near for steps in (-1, 1) if (near := moved(exact, steps, kind)) is not None)


def _as(value: Any, kind: Type) -> Any:
    """A constant as a value of the type."""
    if kind.kind == "date":
        return value.date() if isinstance(value, datetime) else value
    if kind.kind == "instant" and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)
    if isinstance(value, str):
        return value
    if kind.kind in ("integer", "year"):
        return int(value)
    return Decimal(value) if isinstance(value, int) else value


def default_moments(rule: p.Rule, program: p.Program) -> list[datetime]:
    """Days on which to decide: the newest law first, then each version, and both sides of every change."""
    clauses = [clause.period for one in reach_of(rule, program) for clause in one.clauses]
    figures = [
        dated.period
        for name in {part.id for part in p.walk(rule) if isinstance(part, p.ParameterValue)}
        for parameter in program.parameters.get(name, ())
        for dated in parameter.values
    ]
    own = [clause.period for clause in rule.clauses] or [rule.period]
    starts = sorted({period.start for period in (*own, *clauses, *figures) if period.start}, reverse=True)
    ends = sorted({period.end for period in (*own, *figures) if period.end}, reverse=True)
    newest = next((start for start in starts if any(period.contains(start) for period in own)), None)
    edges = [moment for period in own for moment in (period.start, period.end) if moment]
    before = [edge - (timedelta(days=1) if edge.hour == edge.minute == 0 else timedelta(minutes=1)) for edge in edges]
    others = [start for start in starts if any(period.contains(start) for period in own)]
    last = [end - timedelta(days=1) for end in ends]
    found = [newest, *others, *edges, *before, *last]
    return list(dict.fromkeys(moment for moment in found if moment is not None)) or [datetime(date.today().year, 1, 1)]
