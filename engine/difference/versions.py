"""Two versions of the rules side by side: the same case decided under both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from engine import program as p
from engine.decision import Decision
from engine.inputs import inputs_of
from engine.regions import Regions, asked_rule
from policy.diagnostics import Diagnostic, PolicyError
from policy.vocabulary import Entity, Field, Vocabulary


@attrs.frozen(eq=False)
class Asked:
    """A case as plain data: what is asked where, of which facts."""

    region: str
    question: str
    facts: Mapping[str, Any]
    as_of: Any = None
    treatment_region: str | None = None
    outputs: Sequence[str] | None = None

    def as_case(self) -> dict[str, Any]:
        """The case as it is written in a case file."""
        case: dict[str, Any] = {"region": self.region, "question": self.question}
        if self.treatment_region:
            case["treatment_region"] = self.treatment_region
        if self.as_of is not None:
            case["as_of"] = self.as_of
        return case | {"facts": self.facts}


@attrs.frozen(eq=False)
class Both:
    """A case and its decisions; None where a version cannot be asked, and why."""

    asked: Asked
    old: Decision | None
    new: Decision | None
    refused: tuple[Diagnostic, ...] = ()


class Versions:
    """The old and the new rules."""

    def __init__(self, old: Path, new: Path) -> None:
        self.old = Regions(old)
        self.new = Regions(new)
        self._inputs: dict[tuple[int, str, str, str | None], frozenset[str]] = {}

    @property
    def folders(self) -> tuple[Path, Path]:
        return self.old.rulebook.root, self.new.rulebook.root

    def decide(self, asked: Asked) -> Both:
        """Decide under both. A fact that only the other version reads is left out, as it decides nothing here."""
        decisions: list[Decision | None] = []
        refused: list[Diagnostic] = []
        for place, regions in enumerate((self.old, self.new)):
            try:
                decisions.append(self._decide(regions, asked, self._facts(asked, place)))
            except PolicyError as error:
                decisions.append(None)
                refused.extend(error.diagnostics)
        return Both(asked, decisions[0], decisions[1], tuple(refused))

    def read_by(self, asked: Asked) -> dict[str, Any]:
        """The facts that what is asked reads in one of the versions; a wider question's others would be refused."""
        read = self._accepted(self.old, asked) | self._accepted(self.new, asked)
        words = self.new.program(asked.region).policy.vocabulary
        return dict(_kept(asked.facts, words, lambda path: path in read))

    def facts_for(self, asked: Asked) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """The facts for the old and for the new rules: each without what only the other reads. Raises PolicyError."""
        return self._facts(asked, 0), self._facts(asked, 1)

    def _facts(self, asked: Asked, place: int) -> Mapping[str, Any]:
        sides = (self.old, self.new)
        own, other = (self._accepted(regions, asked) for regions in (sides[place], sides[1 - place]))
        words = sides[place].program(asked.region).policy.vocabulary
        only_other = other - own
        if not isinstance(asked.facts, Mapping) or not only_other:
            return asked.facts
        return dict(_kept(asked.facts, words, lambda path: path not in only_other))

    def _decide(self, regions: Regions, asked: Asked, facts: Mapping[str, Any]) -> Decision:
        return regions.decide(
            asked.region,
            asked.question,
            facts,
            as_of=asked.as_of,
            treatment_region=asked.treatment_region,
            outputs=asked.outputs,
        )

    def _accepted(self, regions: Regions, asked: Asked) -> frozenset[str]:
        key = (id(regions), asked.region, asked.question, asked.treatment_region)
        if key not in self._inputs:
            self._inputs[key] = _inputs(regions, asked)
        return self._inputs[key]


def _inputs(regions: Regions, asked: Asked) -> frozenset[str]:
    try:
        laws = regions.laws(asked.region, asked.treatment_region)
    except PolicyError:
        return frozenset()
    question = laws.insured.questions.get(asked.question) or asked_rule(laws.insured, asked.question)
    return inputs_of(question, (laws.insured, laws.treatment)) if question else frozenset()


_Keeps = Callable[[str], bool]


def _kept(facts: Mapping[str, Any], words: Vocabulary, keeps: _Keeps) -> Iterator[tuple[str, Any]]:
    """The facts whose paths are to be kept."""
    for written, fields in facts.items():
        entity = words.find_entity(str(written))
        if not isinstance(fields, Mapping):
            yield written, fields
            continue
        kept = {
            name: _rows_kept(value, entity.find(str(name)) if entity else None, words, keeps)
            for name, value in fields.items()
            if keeps(_path(entity, str(written), str(name)))
        }
        if kept or not fields:
            yield written, kept


def _path(entity: Entity | None, written: str, name: str) -> str:
    field = entity.find(name) if entity else None
    return field.path if field else f"{entity.id if entity else written}.{name}"


def _rows_kept(value: Any, field: Field | None, words: Vocabulary, keeps: _Keeps) -> Any:
    element = field.type.element if field else None
    if element is None or element.kind != "record" or not isinstance(value, list | tuple):
        return value
    entity = words.entities.get(element.name)
    return [
        {name: item for name, item in row.items() if keeps(_path(entity, element.name, str(name)))}
        if isinstance(row, Mapping)
        else row
        for row in value
    ]


def program_of(regions: Regions, region: str) -> p.Program | None:
    """The region's program, or None where there is no such region."""
    return regions.program(region) if region in regions.names() else None
