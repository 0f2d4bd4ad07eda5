"""Ask a person for the facts that still matter, one at a time, each with the clause that needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from engine.decision import Decision, Need, Status
from engine.regions import Regions
from policy.diagnostics import Diagnostic, Text
from policy.types import Type
from policy.values import ValueProblemError, typed
from policy.vocabulary import Field, Vocabulary

NOTHING = ("空", "无", "none", "null", "-")
"""How a person says that there is none, or that it has not happened."""


@attrs.frozen
class Prompt:
    """One thing to ask.

    `choices` are (id, label) of an enumeration's values. `place` tells which line of a list is
    meant; `need` says which rule asks, and under which provisions.
    """

    path: str
    label: str
    type: Type
    unit: str
    note: str
    choices: tuple[tuple[str, str], ...]
    place: int | None
    need: Need


class Interview:
    """A conversation about one question: ask `prompt`, give `answer`, until there is nothing to ask."""

    def __init__(
        self,
        regions: Regions,
        region: str,
        question: str,
        *,
        facts: Mapping[str, Any] | None = None,
        as_of: Any = None,
        treatment_region: str | None = None,
        outputs: Sequence[str] | None = None,
    ) -> None:
        self.regions = regions
        self.region = region
        self.question = question
        self.as_of = as_of
        self.treatment_region = treatment_region
        self.outputs = outputs
        self.facts: dict[str, dict[str, Any]] = {name: dict(fields) for name, fields in (facts or {}).items()}
        self.vocabulary: Vocabulary = regions.program(region).policy.vocabulary
        self.decision = self._decide()

    def _decide(self) -> Decision:
        return self.regions.decide(
            self.region,
            self.question,
            self.facts,
            as_of=self.as_of,
            treatment_region=self.treatment_region,
            outputs=self.outputs,
            with_what_if=True,
        )

    @property
    def prompt(self) -> Prompt | None:
        """What to ask next, or None when the question is decided, or cannot be."""
        if self.decision.status is not Status.UNDETERMINED:
            return None
        return self._prompt(self.decision.needs[0])

    def _prompt(self, need: Need) -> Prompt:
        field = self.vocabulary.field(need.path)
        kind = field.type if field else Type("instant")
        return Prompt(
            path=need.path,
            label=need.label,
            type=kind,
            unit=field.unit if field else "",
            note=field.note if field else "",
            choices=self._choices(kind),
            place=self._first_lacking(field) if field else None,
            need=need,
        )

    def _choices(self, kind: Type) -> tuple[tuple[str, str], ...]:
        inner = kind.element or kind
        enum = self.vocabulary.enums.get(inner.name) if inner.kind == "enum" else None
        return tuple((value.id, value.label) for value in enum.values.values()) if enum else ()

    def answer(self, written: str) -> Diagnostic | None:
        """Take the answer to the present prompt; what is wrong with it, or None if it was taken."""
        prompt = self.prompt
        assert prompt is not None
        if not written.strip():
            return _nothing_said(prompt)
        try:
            value = self._read(written.strip(), prompt)
        except ValueProblemError as problem:
            return Diagnostic(code=problem.code, message=problem.message, place=prompt.path, hint=problem.hint)
        before = (self.facts, self.as_of)
        self._store(prompt, value)
        decision = self._decide()
        if decision.status is Status.ERROR and any(item.place == prompt.path for item in decision.diagnostics):
            self.facts, self.as_of = before
            return next(item for item in decision.diagnostics if item.place == prompt.path)
        self.decision = decision
        return None

    def _read(self, written: str, prompt: Prompt) -> Any:
        """The answer as the plain value of its type; a list of records is answered by its length."""
        if written in NOTHING and not any(written in choice for choice in prompt.choices):
            return [] if prompt.type.kind == "list" else None
        if prompt.type.kind != "list":
            value = self._chosen(written, prompt)
            typed(value, prompt.type, self.vocabulary, prompt.path)
            return value
        element = prompt.type.element or Type("text")
        if element.kind == "record":
            count = int(typed(written, Type("integer"), self.vocabulary, prompt.path))
            return [self._numbered(element.name, number) for number in range(1, count + 1)]
        items = [
            self._chosen(part.strip(), prompt) for part in written.replace("、", ",").replace("，", ",").split(",")
        ]
        typed(items, prompt.type, self.vocabulary, prompt.path)
        return items

    def _chosen(self, written: str, prompt: Prompt) -> str:
        """A choice may be named by its number in the list."""
        if written.isdigit() and prompt.choices and 1 <= int(written) <= len(prompt.choices):
            return prompt.choices[int(written) - 1][0]
        return written

    def _numbered(self, entity: str, number: int) -> dict[str, Any]:
        """A new line of a list, with its number where the record begins with a text."""
        first = next(iter(self.vocabulary.entities[entity].fields.values()))
        return {first.id: str(number)} if first.type.kind == "text" else {}

    def _store(self, prompt: Prompt, value: Any) -> None:
        entity, _, name = prompt.path.partition(".")
        if not name:
            self.as_of = value
            return
        facts = {key: dict(fields) for key, fields in self.facts.items()}
        if prompt.place is None:
            facts.setdefault(entity, {})[name] = value
        else:
            owner, field = self._list_of(entity) or ("", "")
            lines = [dict(line) for line in facts[owner][field]]
            lines[prompt.place][name] = value
            facts[owner][field] = lines
        self.facts = facts

    def _list_of(self, entity: str) -> tuple[str, str] | None:
        """The list fact, already given, whose elements are of the entity."""
        for owner, fields in self.facts.items():
            for name, value in fields.items():
                field = self.vocabulary.field(f"{owner}.{name}")
                element = field.type.element if field else None
                if element is not None and element.name == entity and isinstance(value, list):
                    return owner, name
        return None

    def _first_lacking(self, field: Field) -> int | None:
        """The first line of a list that lacks the field, if it is a field of lines."""
        found = self._list_of(field.entity)
        if found is None:
            return None
        owner, name = found
        return next((place for place, line in enumerate(self.facts[owner][name]) if field.id not in line), None)


def _nothing_said(prompt: Prompt) -> Diagnostic:
    return Diagnostic(
        code="E0607",
        message=Text("没有回答", "no answer was given"),
        place=prompt.path,
        hint=Text("没有或尚未发生的写“空”", "write `none` where there is none"),
    )
