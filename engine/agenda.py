"""Who must do what by when: the tasks of every schedule of a region, in a span of days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import attrs

from engine import program as p
from engine.decision import Decision, Output
from engine.inputs import facts_behind
from engine.regions import Regions
from policy.values import Month
from policy.vocabulary import Entity, Vocabulary

MONTHS_BEFORE = 15
"""A month's tasks may fall due this many months later: the latest shipped window is the next year's first quarter."""


@attrs.frozen(order=True)
class Task:
    """One thing to do. `due` is the last day in time; `rest_day` warns that it is a rest day (None: not known)."""

    due: date | None
    start: date | None
    step: str
    step_label: str
    actor: str
    actor_label: str
    modality: str
    modality_label: str
    rest_day: bool | None
    period: str
    question: str
    citations: tuple[str, ...]


def agenda(regions: Regions, region: str, first: date, last: date, actor: str | None = None) -> list[Task]:
    """The tasks that fall due, or begin, from the first day to the last, both included.

    Schedules that count from events of a case are not among them. Raises PolicyError.
    """
    program = regions.program(region)
    found: set[Task] = set()
    for question in program.questions.values():
        for path, period in _periods(question, program, first, last):
            found.update(_tasks(regions, program, question, path, period))
    inside = [task for task in found if _is_inside(task, first, last) and actor in (None, task.actor, task.actor_label)]
    return sorted(inside, key=lambda task: (task.due or task.start or date.max, task.question, task.step))


def _is_inside(task: Task, first: date, last: date) -> bool:
    day = task.due or task.start
    return day is not None and first <= day <= last


def _periods(question: p.Question, program: p.Program, first: date, last: date) -> Iterator[tuple[str, Any]]:
    """The months or years whose tasks may fall into the span, with the fact that names them."""
    if not _task_outputs(question, program.policy.vocabulary):
        return
    for path in sorted(facts_behind(question.governing, program)):
        field = program.policy.vocabulary.field(path)
        if field is not None and field.type.kind == "year":
            yield from ((path, year) for year in range(first.year - 1, last.year + 2))
            return
        if field is not None and field.type.kind == "month":
            start = Month(first.year, first.month).plus(-MONTHS_BEFORE)
            count = (last.year - start.year) * 12 + last.month - start.month + 2
            yield from ((path, str(start.plus(number))) for number in range(count))
            return


def _task_outputs(question: p.Question, vocabulary: Vocabulary) -> list[tuple[str, Entity]]:
    """The outputs that are lists of tasks: records with a step and a last day."""
    found = []
    for answer in question.answers.values():
        element = answer.value.type.element
        entity = vocabulary.entities.get(element.name) if element else None
        if entity is not None and {"name", "until"} <= set(entity.roles):
            found.append((answer.id, entity))
    return found


def _tasks(regions: Regions, program: p.Program, question: p.Question, path: str, period: Any) -> Iterator[Task]:
    """The tasks of one month or year; a period for which the question has no rules has none."""
    vocabulary = program.policy.vocabulary
    outputs = _task_outputs(question, vocabulary)
    names = [name for name, _ in outputs]
    decision = _decided(regions, program, question, {path: period}, names)
    for name, record in outputs:
        output = decision.results.get(name)
        if output is not None and output.is_known:
            yield from tasks_of(decision, output, record, vocabulary, str(period))


def _decided(
    regions: Regions, program: p.Program, question: p.Question, given: dict[str, Any], names: list[str]
) -> Decision:
    """The decision for a period in which nothing has happened yet: lists that are needed are empty."""
    facts: dict[str, dict[str, Any]] = {}
    for path, value in given.items():
        entity, _, field = path.partition(".")
        facts.setdefault(entity, {})[field] = value
    decision = regions.decide(program.region.id, question.id, facts, outputs=names)
    fields = ((need.path, program.policy.vocabulary.field(need.path)) for need in decision.needs)
    wanted = [path for path, field in fields if field is not None and field.type.kind == "list" and path not in given]
    lists: dict[str, Any] = {path: [] for path in wanted}
    return _decided(regions, program, question, {**given, **lists}, names) if lists else decision


def tasks_of(
    decision: Decision, output: Output, entity: Entity, vocabulary: Vocabulary, period: str = ""
) -> Iterator[Task]:
    """The tasks in an output of a decision."""
    grounds = _grounds(output)
    for row in output.value:
        value = {role: row.get(field) for role, field in entity.roles.items()}
        yield Task(
            due=value.get("until"),
            start=value.get("since"),
            step=value["name"],
            step_label=_label(entity, "name", value, vocabulary),
            actor=value.get("actor") or "",
            actor_label=_label(entity, "actor", value, vocabulary),
            modality=value.get("modality") or "",
            modality_label=_label(entity, "modality", value, vocabulary),
            rest_day=value.get("rest_day"),
            period=period,
            question=decision.question,
            citations=grounds.get(value["name"], ()),
        )


def _grounds(output: Output) -> dict[str, tuple[str, ...]]:
    """The provisions of each step: those of the clause that made it."""
    found: dict[str, tuple[str, ...]] = {}
    if output.reason is not None:
        for reason in output.reason.walk():
            for clause in reason.winners:
                found.setdefault(clause.id, clause.citations)
    return found


def _label(entity: Entity, role: str, values: Mapping[str, Any], vocabulary: Vocabulary) -> str:
    value = values.get(role)
    if value is None or role not in entity.roles:
        return ""
    enum = vocabulary.enums.get(entity.fields[entity.roles[role]].type.name)
    return enum.values[value].label if enum else str(value)
