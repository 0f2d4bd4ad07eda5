"""Tables of figures and scales that are wrong in themselves: seen without a solver, shown by the evaluator.

A hole in a table is told only where a rule falls into it: where the evaluator, given nothing but the keys,
needs nothing but the figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice, product
from typing import Any, Final

import attrs

from engine import program as p
from engine.decision import Status
from engine.evaluator import Laws
from engine.proofs.answers import Witness
from engine.proofs.casefile import pasteable
from engine.proofs.trials import Trial, Trials, day_text, nested
from policy.diagnostics import Diagnostic, Note, Severity, Text
from policy.dsl.source import Span
from policy.parameters import PARAMETERS, DatedValue, Parameter
from policy.tables import Band, Row
from policy.types import Type
from policy.values import Month

LIMIT_COMBINATIONS: Final = 4000
"""How many combinations of keys are looked at in one table."""

LIMIT_TRIED: Final = 40
"""How many of those without a row are put to the evaluator."""

HOLE: Final = "W0908"

_STEPS: Final[Mapping[str, Any]] = {
    "money": Decimal("0.01"),
    "ratio": Decimal(1).scaleb(-4),
    "points": Decimal("0.01"),
    "number": Decimal("0.01"),
    "integer": 1,
    "year": 1,
    "date": timedelta(days=1),
    "instant": timedelta(minutes=1),
}


@attrs.frozen(eq=False)
class _Table:
    """A table of a time, with the values that its keys are tried with."""

    parameter: Parameter
    dated: DatedValue
    samples: tuple[tuple[Any, ...], ...]
    readers: frozenset[str]

    def combinations(self) -> Iterator[tuple[Any, ...]]:
        return islice(product(*self.samples), LIMIT_COMBINATIONS)

    def fitting(self, keys: Sequence[Any]) -> list[Row]:
        return [row for row in self.dated.rows if row.fits(keys)]


def table_findings(program: p.Program) -> Iterator[Diagnostic]:
    """What is wrong with the tables and scales that the region itself states."""
    for versions in program.parameters.values():
        parameter = versions[0]
        if parameter.region == program.region.id and parameter.keys:
            readers = frozenset(rule.id for rule in program.rules.values() if _reads(rule, parameter))
            for dated in parameter.values:
                yield from _of_table(program, _Table(parameter, dated, _samples(program, parameter, dated), readers))
    for rule in program.rules.values():
        if rule.scale is not None:
            yield from _of_scale(program, rule, rule.scale)


def _reads(rule: p.Rule, parameter: Parameter) -> bool:
    named = (part for part in p.walk(rule) if isinstance(part, p.ParameterValue))
    return not rule.element and any(part.id == parameter.id for part in named)


def _of_table(program: p.Program, table: _Table) -> Iterator[Diagnostic]:
    if any(len(row.keys) != len(table.parameter.keys) for row in table.dated.rows):
        return
    if table.parameter.hit == "any":
        yield from _disagreeing(program, table)
    if table.parameter.hit == "first":
        yield from _never_reached(table)
    if table.parameter.hit != "collect":
        yield from _holes(program, table)


# ── the values that keys are tried with ─────────────────────────────────────────────────────────────


def _samples(program: p.Program, parameter: Parameter, dated: DatedValue) -> tuple[tuple[Any, ...], ...]:
    return tuple(_values(program, path, place, dated.rows) for place, path in enumerate(parameter.keys))


def _values(program: p.Program, path: str, place: int, rows: Sequence[Row]) -> tuple[Any, ...]:
    """Every value of an enumeration; of quantities and days those that rows name, and their neighbours."""
    field = program.policy.vocabulary.field(path)
    kind = field.type if field else Type("unknown")
    if kind.kind == "boolean":
        return (False, True)
    if kind.kind == "enum":
        return tuple(program.policy.vocabulary.enums[kind.name].values)
    cells = [row.keys[place] for row in rows if place < len(row.keys)]
    written = [item for cell in cells if cell is not None for item in cell]
    ends = {e for item in written for e in ((item.low, item.high) if isinstance(item, Band) else (item,))} - {None}
    if not kind.is_ordered:
        return tuple(sorted(ends))
    return tuple(sorted({near for end in ends for near in _near(end, kind)})) or _plain(kind)


def _near(end: Any, kind: Type) -> Iterator[Any]:
    yield end
    for step in (-1, 1):
        near = end.plus(step) if isinstance(end, Month) else end + step * _STEPS[kind.kind]
        if not isinstance(near, Decimal | int) or near >= 0:
            yield near


def _plain(kind: Type) -> tuple[Any, ...]:
    """A value for a key that no row asks about."""
    return (Decimal(0),) if kind.kind in ("money", "ratio", "points", "number") else (0,) if kind.is_numeric else ()


# ── findings of tables ──────────────────────────────────────────────────────────────────────────────


def _disagreeing(program: p.Program, table: _Table) -> Iterator[Diagnostic]:
    """Rows that may apply together, though it is said that such rows agree, and do not."""
    for keys in table.combinations():
        rows = table.fitting(keys)
        other = next((row for row in rows[1:] if row.value != rows[0].value), None)
        if other is None:
            continue
        label = table.parameter.label
        shown = _shown(program, table, keys, "E0512")
        yield Diagnostic(
            code="E0512",
            message=Text(
                f"“{label}”表的两行同时适用而结果不同", f"two rows of `{table.parameter.id}` apply and do not agree"
            ),
            span=other.span,
            notes=(
                Note(Text("另一行", "the other row"), rows[0].span),
                *_gists(program, (other.provision, rows[0].provision)),
                *shown,
            ),
            hint=Text("改正其中的行，或换一种取行方式", "correct the rows, or choose another hit policy"),
            provisions=tuple(dict.fromkeys((other.provision, rows[0].provision))),
        )
        return


def _never_reached(table: _Table) -> Iterator[Diagnostic]:
    """Rows that others above them always come before."""
    reached = {id(rows[0]) for keys in table.combinations() if (rows := table.fitting(keys))}
    for place, row in enumerate(table.dated.rows):
        above = [other for other in table.dated.rows[:place] if other.meets(row)]
        if id(row) not in reached and above:
            yield Diagnostic(
                code="W0904",
                message=Text(
                    f"“{table.parameter.label}”表的这一行永远轮不到",
                    f"this row of `{table.parameter.id}` is never reached",
                ),
                span=row.span,
                severity=Severity.WARNING,
                notes=tuple(Note(Text("先于它的行", "a row that comes before"), other.span) for other in above),
                hint=Text("删去这一行，或把它移到前面", "delete the row, or move it up"),
                provisions=(row.provision,),
            )


def _holes(program: p.Program, table: _Table) -> Iterator[Diagnostic]:
    """One combination of keys without a row that a rule really needs."""
    without = (keys for keys in table.combinations() if not table.fitting(keys))
    for keys in islice(without, LIMIT_TRIED):
        shown = _shown(program, table, keys, HOLE)
        if shown:
            said = "、".join(_said(program, *pair, "zh") for pair in zip(table.parameter.keys, keys, strict=True))
            said_en = ", ".join(_said(program, *pair, "en") for pair in zip(table.parameter.keys, keys, strict=True))
            yield Diagnostic(
                code=HOLE,
                message=Text(
                    f"“{table.parameter.label}”表没有这一行：{said}",
                    f"the table `{table.parameter.id}` has no row for {said_en}",
                ),
                span=table.dated.span,
                severity=Severity.WARNING,
                notes=(*_gists(program, (table.dated.provision,)), *shown),
                hint=Text("补上这一行；不该有值的，让规则先分开", "add the row, or let the rule keep such cases apart"),
                provisions=(table.dated.provision,),
            )
            return


def _said(program: p.Program, path: str, value: Any, lang: str) -> str:
    vocabulary = program.policy.vocabulary
    field = vocabulary.field(path)
    name = vocabulary.label(path) if lang == "zh" else path
    if field and field.type.kind == "enum":
        found = vocabulary.enums[field.type.name].values[value]
        return f"{name} {'为' if lang == 'zh' else 'is'} {found.label if lang == 'zh' else found.id}"
    words = {True: ("是", "true"), False: ("否", "false")}.get(value) if isinstance(value, bool) else None
    told = (words[0] if lang == "zh" else words[1]) if words else str(value)
    return f"{name} {'为' if lang == 'zh' else 'is'} {told}"


def _shown(program: p.Program, table: _Table, keys: Sequence[Any], code: str) -> list[Note]:
    """The case of a rule that reads the table by these keys and comes to grief: in error, or without the figure."""
    facts = dict(zip(table.parameter.keys, keys, strict=True))
    moment = table.dated.period.start or _some_day(program)
    for rule in program.rules.values():
        if rule.id in table.readers:
            witness = _witness(program, rule, facts, moment)
            needs = {need.path for need in witness.decision.needs}
            wanting = witness.decision.status is Status.UNDETERMINED and needs == {f"{PARAMETERS}.{table.parameter.id}"}
            failing = any(item.code == code for item in witness.decision.diagnostics)
            if failing or (wanting and code == HOLE):
                return [_case_note(program, rule, witness, code)]
    return []


# ── scales ──────────────────────────────────────────────────────────────────────────────────────────


def _of_scale(program: p.Program, rule: p.Rule, scale: p.Scale) -> Iterator[Diagnostic]:
    """Bands that do not follow each other, in the rule or in a figure that the region states."""
    own = program.region.id
    days: list[tuple[datetime, Span | None, str]] = []
    if isinstance(scale.table, p.ParameterValue):
        versions = program.parameters.get(scale.table.id, ())
        if versions and own in (versions[0].region, rule.region):
            days = [(v.period.start or _some_day(program), v.span, v.provision) for v in versions[0].values]
    elif scale.table is None and rule.region == own:
        days = [(rule.period.start or _some_day(program), None, "")]
    for moment, span, provision in days:
        witness = _witness(program, rule, {}, moment)
        found = next((item for item in witness.decision.diagnostics if item.code == "E0510"), None)
        if found is not None:
            cited = tuple(name for name in dict.fromkeys((provision, *rule.citations)) if name)
            yield attrs.evolve(
                found,
                span=span or found.span,
                notes=(
                    Note(Text("用它的分段", "the brackets"), rule.origin.span),
                    *_gists(program, cited),
                    _case_note(program, rule, witness, found.code),
                ),
                provisions=cited,
            )


# ── cases ───────────────────────────────────────────────────────────────────────────────────────────


def _witness(program: p.Program, rule: p.Rule, facts: Mapping[str, Any], moment: datetime) -> Witness:
    trials = Trials(Laws(program, program), rule.id)
    given = {path: value for path, value in facts.items() if path in trials.accepted}
    decision = trials.run(Trial(given, moment))
    case = {"region": program.region.id, "question": rule.id, "as_of": day_text(moment), "facts": nested(given)}
    return Witness(case, decision, given, moment)


def _case_note(program: p.Program, rule: p.Rule, witness: Witness, code: str) -> Note:
    text = pasteable(witness, f"{code.lower()}_{rule.id}", program.policy.vocabulary)
    return Note(Text(f"这样的案件，可作用例：\n{text}", f"such a case, to paste into a case file:\n{text}"))


def _gists(program: p.Program, names: Iterable[str]) -> Iterator[Note]:
    library = program.policy.library
    for name in dict.fromkeys(names):
        if found := library.provision(name):
            yield Note(Text(f"{library.cited_as(found, 'zh')}：{found.gist.zh}", f"{found.id}: {found.gist.en}"))


def _some_day(program: p.Program) -> datetime:
    """A day on which the latest document is in force."""
    starts = [document.period.start for document in program.policy.library.documents.values()]
    return max((start for start in starts if start), default=datetime.combine(date.min, datetime.min.time()))
