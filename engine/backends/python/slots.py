"""The facts that compiled code reads, in the order of a row, and how one of them governs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from engine import program as p
from engine.backends.python import runtime
from engine.backends.python.runtime import MISSING
from engine.backends.python.shapes import Listing, Recorded, Shape, ShapeError, shape_of
from engine.backends.refusals import refused

Source = Callable[[tuple[Any, ...], datetime | None], Any]
"""Row and day stated with the case → the instant that governs, or None."""


def entity_asked(question: p.Question, program: p.Program) -> str:
    """The entity that a rule asked by itself is about."""
    rule = program.rules.get(question.id) if question.id not in program.questions else None
    return rule.element if rule else ""


def slots_of(accepted: frozenset[str], program: p.Program, about: str) -> dict[str, Shape]:
    """The facts that compiled code reads, with their shapes. Raises CompileRefusal.

    What could stand for a field that an element leaves out is not among them: nobody states that.
    """
    vocabulary = program.policy.vocabulary
    found: dict[str, Shape] = {}
    for path in sorted(accepted):
        field = vocabulary.field(path)
        if field is not None:
            try:
                found[path] = shape_of(field.type, vocabulary)
            except (ShapeError, RecursionError) as error:
                raise refused(path, f"类型“{error}”的事实", f"a fact of type {error}") from None
    elements = {
        shape.element.entity
        for shape in found.values()
        if isinstance(shape, Listing) and isinstance(shape.element, Recorded)
    }
    return {path: shape for path, shape in found.items() if path.partition(".")[0] not in elements - {about}}


def _year_start(value: int) -> datetime:
    return datetime(int(value), 1, 1)


INSTANTS: dict[str, Callable[[Any], datetime]] = {"month": runtime.month_start, "year": _year_start}


def from_slot(number: int, kind: str) -> Source:
    """A governing fact as an instant."""
    if kind == "instant":

        def given(row: tuple[Any, ...], as_of: datetime | None) -> datetime | None:
            value = row[number]
            return None if value is MISSING else value

        return given
    instant = INSTANTS.get(kind, runtime.instant_of)

    def reckoned(row: tuple[Any, ...], as_of: datetime | None) -> datetime | None:
        value = row[number]
        return None if value is None or value is MISSING else instant(value)

    return reckoned
