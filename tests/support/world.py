"""The rules folder of an example, and whether what the example states comes true in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import yaml

from engine import Regions, Status
from engine import program as p
from engine.deciding import Case, decide
from engine.decision import Decision, Output
from engine.facts import read_facts
from engine.inputs import inputs_of
from policy.diagnostics import Diagnostic, render
from policy.dsl import tree as t
from policy.dsl.formatter import format_source
from policy.dsl.source import Source
from policy.sources import ALWAYS
from policy.translation import translator
from policy.types import INSTANT
from policy.values import ValueProblemError, plain_typed, typed
from tests.support.spec import EXTENDS, REGIONS, Block, Example, Table, rewrite

TODAY = "2024-05-06"
"""The day of a case that states none."""

_DIAGNOSTIC = re.compile(r'\[(\w+)\](?: "([^"]*)")?')
_STATUS = re.compile(r"(未定|裁量|错误)(?:[：:]\s*|\s+)?(.*)")
_STATUSES = {"未定": Status.UNDETERMINED, "裁量": Status.NEEDS_HUMAN, "错误": Status.ERROR}


class _Loader(yaml.CSafeLoader):
    """YAML whose numbers and dates stay text."""


_Loader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0].rpartition(":")[2] not in ("int", "float", "timestamp")]
    for first, pairs in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def plain_yaml(text: str) -> Any:
    """YAML as plain data, scalars as they are written."""
    return yaml.load(text, _Loader)


class World:
    """One example come true."""

    def __init__(self, example: Example, shared: Sequence[Block], folder: Path) -> None:
        self.example = example
        self.folder = folder
        self.told: list[Diagnostic] = []
        for name, superior in EXTENDS.items():
            (folder / name).mkdir()
            (folder / name / "region.yaml").write_text(f"id: {name}\nlabel: {name}\nextends: {superior}\n", "utf-8")
        for block in (*shared, *(b for b in example.blocks() if not b.is_shared)):
            if block.name and not block.is_translation:
                encoding = "gbk" if "gbk" in block.words else "utf-8"
                (folder / block.region / block.name).write_text(block.text, encoding)
        self.regions = Regions(folder)
        loaded = [self.regions.rulebook.load(name) for name in ("city", "elsewhere")]
        self.static = list(dict.fromkeys(item for one in loaded for item in one.diagnostics))

    def check(self, update: bool) -> None:
        """Everything the example states, in its order."""
        self._check_diagnostics()
        facts: dict[str, Any] = {}
        before: Block | None = None
        for part in self.example.parts:
            if not isinstance(part, Block):
                self._check_table(part, facts)
            elif part.kind == "facts":
                facts = plain_yaml(part.written) or {}
            elif part.words[0] == "text":
                self._check_text(part, self._rendered("en" if "en" in part.words else "zh"), update)
            elif part.is_translation and before:
                self._check_text(part, self._translated(before), update)
            elif part.name:
                before = part
                for line, kind, words in part.remarks():
                    if kind == "=>":
                        self._check_value(self._at(part, line), words, facts)

    # ── diagnostics and other text ──────────────────────────────────────────────────────────────
    def _check_diagnostics(self) -> None:
        if any(isinstance(part, Block) and part.words[0] == "text" for part in self.example.parts):
            return  # told in full there
        expected: list[tuple[str, int, str]] = []
        for block in self.example.blocks():
            for line, kind, words in block.remarks() if block.name else ():
                for code, text in _DIAGNOSTIC.findall(words) if kind != "=>" else ():
                    name = str(self.folder / block.region / block.name)
                    expected.append((name, line, code))
                    near = [d for d in self.static if d.span and d.span.line == line and d.code == code]
                    assert any(text in render(d) for d in near), f"{words}\n" + "\n".join(map(render, self.static))
        found = [(d.span.source.name, d.span.line, d.code) for d in self.static if d.span]
        assert sorted(found) == sorted(expected), "\n".join(map(render, self.static))

    def _rendered(self, lang: str) -> str:
        told = "\n\n".join(render(item, lang) for item in (*self.static, *self.told))
        return told.replace(f"{self.folder}/", "") + "\n"

    def _check_text(self, block: Block, actual: str, update: bool) -> None:
        if update and block.written != actual:
            rewrite(self.example, block, actual)
        else:
            assert block.written == actual, "run pytest with --update and review what changes"

    def _translated(self, block: Block) -> str:
        speller = translator(self.regions.policy(block.region))
        text, problems = format_source(Source(block.name, block.text), "en", speller)
        assert text is not None, "\n".join(map(render, problems))
        return text

    # ── values ──────────────────────────────────────────────────────────────────────────────────
    def _check_table(self, table: Table, facts: Mapping[str, Any]) -> None:
        header, *rows = table
        for row in rows:
            given = {name: dict(fields) if isinstance(fields, dict) else fields for name, fields in facts.items()}
            for name, cell in zip(header, row, strict=True):
                if cell and not name.startswith("⇒"):
                    entity, _, field = name.partition(".")
                    value = plain_yaml(cell)
                    given.update({name: value} if not field else {entity: {**given.get(entity, {}), field: value}})
            for name, cell in zip(header, row, strict=True):
                if name.startswith("⇒") and cell:
                    self._check_value(name.removeprefix("⇒").strip(), cell, given)

    def _at(self, block: Block, line: int) -> str:
        """The rule or answer that stands at a line of a block."""
        for pack in self.regions.policy(block.region).packs:
            for program in pack.programs:
                if program.span.source.name == str(self.folder / block.region / block.name):
                    return max(_named(program, line))[1]
        raise AssertionError(f"nothing stands at line {line}")

    def _check_value(self, name: str, words: str, facts: Mapping[str, Any]) -> None:
        decision = self._decide(name, facts)
        self.told += decision.diagnostics
        said = "\n".join(map(render, decision.diagnostics))
        if match := _STATUS.fullmatch(words):
            assert decision.status is _STATUSES[match[1]], f"{name}: {decision.status} {decision.outputs} {said}"
            known = _mentioned(decision)
            assert all(item in known for item in re.split(r"[、,，]\s*", match[2]) if item), f"{words}: {known}\n{said}"
            return
        assert decision.status is Status.DETERMINED, f"{name}: {decision.status} {_mentioned(decision)}\n{said}"
        [output] = decision.results.values()
        assert self._is(output, words), f"{name} is {output.value!r}, expected {words}"

    def _is(self, output: Output, words: str) -> bool:
        vocabulary = self.regions.policy("city").vocabulary
        if output.type.kind == "null" or words == "空":
            return output.value is None
        try:
            expected = typed(plain_yaml(words), output.type, vocabulary)
        except ValueProblemError:
            return str(plain_typed(output.value, output.type, vocabulary)) == words
        return _agree(expected, output.value)

    def _decide(self, name: str, facts: Mapping[str, Any]) -> Decision:
        given = dict(facts)
        as_of = typed(given.pop("日期", TODAY), INSTANT, self.regions.policy("city").vocabulary)
        place = REGIONS.get(given.pop("就医统筹区", ""))
        laws = self.regions.laws("city", place)
        question = self._question(laws.insured, name)
        vocabulary = laws.insured.policy.vocabulary
        accepted = frozenset(f.path for entity in vocabulary.entities.values() for f in entity.fields.values())
        if question.id in laws.insured.questions:
            accepted = inputs_of(question, (laws.insured, laws.treatment))
        read, problems = read_facts(given, vocabulary, accepted)
        return decide(laws, Case(question, read, as_of, list(question.answers), place, problems))

    def _question(self, program: p.Program, name: str) -> p.Question:
        """The question that asks for a rule, or for one answer of a written question."""
        for asked in program.questions.values():
            answers = {k: v for k, v in asked.answers.items() if name in (k, v.label, f"{asked.id}/{k}")}
            if answers and name not in program.rules:
                return attrs.evolve(asked, answers=answers)
        rule = next(rule for rule in program.rules.values() if name in (rule.id, rule.label))
        value = p.RuleValue(origin=rule.origin, type=rule.type, id=rule.id, field="")
        today = p.Local(origin=rule.origin, type=INSTANT, name="decision_instant")
        answer = p.Answer(id=rule.id, label=rule.label, value=value, field="", is_ordered=False)
        return p.Question(
            id=rule.id, label=rule.label, ask="", governing=(today,), accepts=(), answers={rule.id: answer},
            citations=(), period=ALWAYS, region=rule.region, origin=rule.origin,
        )  # fmt: skip


def _named(program: t.Program, line: int) -> Iterator[tuple[int, str]]:
    """Where things begin that have a value and stand around a line, with their names."""
    for item in program.declarations:
        for node in t.walk(item):
            start, end = node.span.line, node.span.source.position(node.span.end)[0]
            if start <= line <= end:
                if isinstance(node, t.Answer) and isinstance(item, t.Question):
                    yield node.span.start, f"{item.names.id}/{node.names.id}"
                elif isinstance(node, t.Amend):
                    yield node.span.start, node.target.text
                elif isinstance(node, t.Declaration) and not isinstance(node, t.Question):
                    yield node.span.start, node.names.id


def _mentioned(decision: Decision) -> set[str]:
    """Everything that a decision without a value names."""
    names = {name for need in decision.needs for name in (need.path, need.label)}
    names |= {name for need in decision.human for name in (need.id, need.label)}
    return names | {f"[{item.code}]" for item in decision.diagnostics} | {item.code for item in decision.diagnostics}


def _agree(expected: Any, actual: Any) -> bool:
    """Whether they are equal, records in the fields that are stated."""
    if isinstance(expected, tuple) and isinstance(actual, tuple):
        return len(expected) == len(actual) and all(map(_agree, expected, actual))
    if isinstance(expected, dict) and isinstance(actual, dict):
        return all(_agree(value, actual.get(name)) for name, value in expected.items())
    return bool(expected == actual)
