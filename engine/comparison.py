"""What a decision should have said and what it said: the comparison rules of case files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from engine.decision import Decision, Output, Reason
from policy.diagnostics import Text
from policy.types import Type
from policy.values import ValueProblemError, plain_typed, typed
from policy.vocabulary import Vocabulary

ABSENT = "absent"
"""`{key: x, absent: true}` states that there is no such row."""


@attrs.frozen
class Difference:
    """One thing that is not as expected; `reason` is what made the value."""

    about: str
    message: Text
    reason: Reason | None = None


@attrs.frozen(eq=False)
class Comparison:
    """Compares the outputs of one decision with what a case expects."""

    decision: Decision
    vocabulary: Vocabulary

    def outputs(self, expect: Mapping[str, Any]) -> Iterator[Difference]:
        """The outputs that differ; those not listed are not compared."""
        for name, wanted in expect.items():
            output = self.decision.results.get(name)
            if output is None:
                yield Difference(name, Text("没有这个输出", "there is no such output"))
            elif not output.is_known:
                yield Difference(name, Text("没有得出", "is not decided"), output.reason)
            else:
                yield from self._output(name, wanted, output)

    def _output(self, name: str, wanted: Any, output: Output) -> Iterator[Difference]:
        try:
            yield from self._value(name, wanted, output)
        except ValueProblemError as problem:
            zh = f"预期的值写得不对：{problem.message.zh}"
            yield Difference(problem.path or name, Text(zh, f"the expected value is wrong: {problem.message.en}"))

    def _value(self, name: str, wanted: Any, output: Output) -> Iterator[Difference]:
        kind, element = output.type, output.type.element
        if kind.kind == "list" and element is not None and isinstance(wanted, list) and output.value is not None:
            if element.kind == "record":
                yield from self._rows(name, wanted, output, element)
                return
            if not output.is_ordered:
                same = set(typed(wanted, kind, self.vocabulary)) == set(output.value)
                yield from () if same else self._unequal(name, wanted, output)
                return
        known_type = kind.kind not in ("null", "unknown")
        expected = self._typed_result(wanted, kind) if known_type else wanted
        yield from () if expected == output.value else self._unequal(name, wanted, output)

    def _typed_result(self, wanted: Any, kind: Type) -> Any:
        """A computed amount may be negative, unlike a given one."""
        text = str(wanted)
        if kind.kind == "money" and text.startswith("-"):
            return -typed(text[1:], kind, self.vocabulary)
        return typed(wanted, kind, self.vocabulary)

    def _unequal(self, name: str, wanted: Any, output: Output) -> Iterator[Difference]:
        got = plain_typed(output.value, output.type, self.vocabulary)
        yield self._difference(name, wanted, got, output)

    def _difference(self, name: str, wanted: Any, got: Any, output: Output) -> Difference:
        want, have = written(wanted), written(got)
        return Difference(name, Text(f"应为 {want}，实为 {have}", f"expected {want}, got {have}"), output.reason)

    # ── lists of records ────────────────────────────────────────────────────────────────────────
    def _rows(self, name: str, wanted: list[Any], output: Output, element: Type) -> Iterator[Difference]:
        if not wanted and output.value:
            yield from self._unequal(name, wanted, output)
            return
        left = list(output.value)
        for row in wanted:
            if not isinstance(row, Mapping):
                zh, en = f"应写成各字段：{written(row)}", f"expected the fields of a row: {written(row)}"
                yield Difference(name, Text(zh, en))
                continue
            is_absent = row.get(ABSENT) is True
            fields = {field: value for field, value in row.items() if field != ABSENT}
            expected = typed(fields, element, self.vocabulary)
            key = self._key(element, expected)
            found = [item for item in left if all(item.get(field) == value for field, value in key.items())]
            if is_absent or not found:
                yield from self._presence(name, key, is_absent, bool(found), output)
                continue
            best = min(found, key=lambda item: len(_unlike(expected, item)))
            left.remove(best)
            for field in _unlike(expected, best):
                where = f"{name}[{_shown(key)}].{field}"
                kind = self.vocabulary.entities[element.name].fields[field].type
                got = plain_typed(best.get(field), kind, self.vocabulary)
                yield self._difference(where, plain_typed(expected[field], kind, self.vocabulary), got, output)

    def _key(self, element: Type, row: Mapping[str, Any]) -> dict[str, Any]:
        """The stated fields that tell the row from the others; all of them where the vocabulary names none."""
        key = {field: row[field] for field in self.vocabulary.entities[element.name].key if field in row}
        return key or dict(row)

    def _presence(
        self, name: str, key: Mapping[str, Any], is_absent: bool, is_there: bool, output: Output
    ) -> Iterator[Difference]:
        shown = _shown(key)
        if is_absent and is_there:
            yield Difference(f"{name}[{shown}]", Text("不应有这一行", "there should be no such row"), output.reason)
        elif not is_absent:
            rows = "、".join(_shown(self._key(output.type.element or output.type, row)) for row in output.value)
            zh, en = f"没有这一行；现有：{rows or '无'}", f"there is no such row; there are: {rows or 'none'}"
            yield Difference(f"{name}[{shown}]", Text(zh, en), output.reason)


def written(value: Any) -> str:
    """A plain value on one line."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {written(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(written, value)) + "]"
    return str(value)


def _shown(key: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in key.items())


def _unlike(expected: Mapping[str, Any], row: Mapping[str, Any]) -> list[str]:
    return [field for field, value in expected.items() if field not in row or row[field] != value]
