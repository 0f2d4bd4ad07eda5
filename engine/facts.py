"""Facts as given → typed facts; everything that does not belong is a diagnostic, nothing is dropped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from policy.diagnostics import Diagnostic, Text, did_you_mean
from policy.types import Type
from policy.values import ValueProblemError, plain, quotable, typed
from policy.vocabulary import Entity, Field, Vocabulary

LIMIT_ELEMENTS = 200_000
"""How many values one case may hold."""


_SHAPE = Text("写作“实体: {字段: 值}”", "write `entity: {field: value}`")


@attrs.frozen(eq=False)
class Facts:
    """Typed facts by path `entity.field`; a path that is absent is unknown, None means there is none."""

    values: Mapping[str, Any]

    def __contains__(self, path: str) -> bool:
        return path in self.values

    def with_value(self, path: str, value: Any) -> Facts:
        """The same facts with one of them changed."""
        return Facts({**self.values, path: value})

    @property
    def hash(self) -> str:
        """A hash of what is stated, whatever the order in which it is."""
        text = json.dumps({k: plain(v) for k, v in self.values.items()}, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_facts(given: object, vocabulary: Vocabulary, accepted: frozenset[str]) -> tuple[Facts, tuple[Diagnostic, ...]]:
    """The typed facts of a case and what is wrong with them. `accepted` are the question's inputs."""
    reader = _FactReader(vocabulary, accepted)
    values = dict(reader.facts(given))
    return Facts(values), tuple(reader.problems)


class _FactReader:
    def __init__(self, vocabulary: Vocabulary, accepted: frozenset[str]) -> None:
        self.vocabulary = vocabulary
        self.accepted = accepted
        self.problems: list[Diagnostic] = []
        self._seen: set[str] = set()

    def facts(self, given: object) -> Iterator[tuple[str, Any]]:
        if not isinstance(given, Mapping):
            self._report(
                "E0607", "facts", "事实应写成“实体 → 字段 → 值”", "facts are written entity → field → value", _SHAPE
            )
            return
        if not self._is_small(given):
            return
        for written, fields in given.items():
            entity = self.vocabulary.find_entity(quotable(written))
            if entity is None:
                self._unknown_entity(quotable(written))
            elif not isinstance(fields, Mapping):
                self._report("E0607", entity.id, f"“{entity.label}”下应为各字段", f"`{entity.id}` holds fields", _SHAPE)
            else:
                yield from self._fields(entity, fields)

    def _is_small(self, given: Mapping[Any, Any]) -> bool:
        count = 0
        todo: list[Any] = [given]
        while todo:
            current = todo.pop()
            count += 1
            if count > LIMIT_ELEMENTS:
                limit = LIMIT_ELEMENTS
                self._report("E0608", "facts", f"事实多于 {limit} 项", f"more than {limit} values")
                return False
            if isinstance(current, Mapping):
                todo.extend(current.values())
            elif isinstance(current, list | tuple):
                todo.extend(current)
        return True

    def _fields(self, entity: Entity, fields: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
        for key, value in fields.items():
            written = quotable(key)
            field = entity.find(written)
            if field is None:
                known = [*entity.fields, *(f.label for f in entity.fields.values())]
                hint = did_you_mean(written, known)
                path = f"{entity.id}.{written}"
                self._report("E0601", path, f"未知事实“{path}”", f"unknown fact `{path}`", hint)
            elif field.path in self._seen:
                self._report("E0607", field.path, f"“{field.label}”给了两次", f"`{field.path}` is given twice")
            elif self._is_input(field):
                self._seen.add(field.path)
                yield from self._value(field, value)

    def _is_input(self, field: Field) -> bool:
        if field.path in self.accepted:
            return True
        self._report(
            "E0602",
            field.path,
            f"本问题不需要“{self.vocabulary.label(field.path)}”",
            f"`{field.path}` is not an input of this question",
            Text("删去它；它不影响结论", "remove it: it decides nothing here"),
        )
        return False

    def _value(self, field: Field, value: Any) -> Iterator[tuple[str, Any]]:
        try:
            found = typed(value, field.type, self.vocabulary, field.path)
        except ValueProblemError as problem:
            label = self.vocabulary.label(field.path)
            place = problem.path or field.path
            message = Text(f"{label}：{problem.message.zh}", f"{place}: {problem.message.en}")
            self.problems.append(Diagnostic(code=problem.code, message=message, place=place, hint=problem.hint))
            return
        self._element_inputs(field, found)
        yield field.path, found

    def _element_inputs(self, field: Field, value: Any) -> None:
        """Fields of list elements must be inputs too."""
        element = field.type.element
        if element is None or element.kind != "record" or value is None:
            return
        for place, item in enumerate(value):
            for name in item:
                path = f"{element.name}.{name}"
                if path not in self.accepted:
                    where = f"{field.path}[{place}].{name}"
                    label = self.vocabulary.label(path)
                    self._report(
                        "E0602", where, f"本问题不需要“{label}”", f"`{where}` is not an input of this question"
                    )

    def _unknown_entity(self, written: str) -> None:
        entities = self.vocabulary.entities
        hint = did_you_mean(written, [*entities, *(e.label for e in entities.values())])
        self._report("E0601", written or "facts", f"未知实体“{written}”", f"unknown entity `{written}`", hint)

    def _report(self, code: str, place: str, zh: str, en: str, hint: Text | None = None) -> None:
        self.problems.append(Diagnostic(code=code, message=Text(zh, en), place=place, hint=hint))


def shown(value: Any, kind: Type) -> Any:
    """The value as plain data."""
    return plain(value) if kind.kind != "unknown" else value
