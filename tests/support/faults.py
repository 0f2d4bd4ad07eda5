"""Packs that are broken on purpose: reading them, making them on disk, and what a finding has to tell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import attrs

from engine import Decision, Regions
from policy.diagnostics import Diagnostic
from policy.dsl import tree as t
from policy.dsl.source import Span
from policy.loader import Rulebook
from policy.model import Pack
from policy.values import typed
from tests.support.spec import EXTENDS, Block, Example, shared_blocks
from tests.support.world import TODAY, plain_yaml

REFERENCE = Path(__file__).parents[2] / "docs" / "language.md"
REGION = "city"


@attrs.frozen
class Expected:
    """What the check must tell about a pack: one of the codes, naming these and no other clauses."""

    codes: tuple[str, ...]
    clauses: frozenset[str]
    among: tuple[frozenset[str], ...]
    rules: frozenset[str]
    provisions: frozenset[str]
    facts: dict[str, Any]
    as_of: str

    @classmethod
    def read(cls, block: Block) -> Expected:
        found = plain_yaml(block.written)
        known = {"code", "clauses", "among", "rule", "rules", "provisions", "case", "as_of"}
        assert set(found) <= known, f"unknown: {set(found) - known}"
        return cls(
            codes=tuple(_listed(found["code"])),
            clauses=frozenset(found.get("clauses", ())),
            among=tuple(frozenset(pair) for pair in found.get("among", ())),
            rules=frozenset(_listed(found.get("rules", found.get("rule", ())))),
            provisions=frozenset(found.get("provisions", ())),
            facts=found.get("case", {}),
            as_of=found.get("as_of", ""),
        )


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def expected(example: Example) -> Expected:
    """What the check must tell about the example."""
    [block] = [block for block in example.blocks() if "finding" in block.words]
    return Expected.read(block)


def write(example: Example, folder: Path, mended: bool) -> Regions:
    """The pack on disk, as it is or mended, over the reference's words and documents."""
    files = [block for block in example.blocks() if block.name]
    twins = [block for block in files if "twin" in block.words]
    replaced = {(block.kind, block.region) for block in twins} if mended else set()
    kept = [b for b in files if "twin" not in b.words and (b.kind, b.region) not in replaced]
    chosen = [*kept, *twins] if mended else kept
    for region in ("province", "city"):
        (folder / region).mkdir()
        text = f"id: {region}\nlabel: {region}\nextends: {EXTENDS[region]}\n"
        (folder / region / "region.yaml").write_text(text, "utf-8")
    regions = Regions(folder, tries=False)  # what trying tells, proofs tell too
    if any(block.region == "nation" for block in chosen):
        _write_nation(folder)
    else:
        (folder / "nation").symlink_to(_nation().root / "nation", target_is_directory=True)
        regions.rulebook._packs.update(_nation()._packs)  # read once for all packs
    for block in chosen:
        (folder / block.region / block.name).write_text(block.text, "utf-8")
    return regions


@cache
def _nation() -> Rulebook:
    folder = Path(mkdtemp())
    _write_nation(folder)
    rulebook = Rulebook(folder)
    assert not rulebook.load("nation").diagnostics
    return rulebook


def _write_nation(folder: Path) -> None:
    (folder / "nation").mkdir()
    (folder / "nation" / "region.yaml").write_text("id: nation\nlabel: 全国\n", "utf-8")
    for block in shared_blocks(REFERENCE):
        (folder / "nation" / block.name).write_text(block.text, "utf-8")


# ── what a finding names ────────────────────────────────────────────────────────────────────────────


@attrs.frozen
class Named:
    """The rules, clauses and provisions that a diagnostic points at."""

    rules: frozenset[str]
    clauses: frozenset[str]
    provisions: frozenset[str]


def named(diagnostic: Diagnostic, packs: Sequence[Pack]) -> Named:
    """What the diagnostic's places and those of its notes are; a place within a clause is that clause's."""
    spans = [span for span in (diagnostic.span, *(note.span for note in diagnostic.notes)) if span]
    rules, clauses = set(), set()
    for declaration in (item for pack in packs for program in pack.programs for item in program.declarations):
        within = [span for span in spans if _inside(span, declaration.span)]
        if within:
            rules.add(_id_of(declaration))
        for clause in _clauses(declaration):
            if any(_inside(span, clause.span) for span in within):
                clauses.add(clause.names.id if clause.names else clause.kind)
    return Named(frozenset(rules), frozenset(clauses), frozenset(diagnostic.provisions))


def _inside(span: Span, outer: Span) -> bool:
    return span.source.name == outer.source.name and outer.start <= span.start and span.end <= outer.end


def _id_of(declaration: t.Declaration) -> str:
    names = getattr(declaration, "names", None)
    return names.id if names else ""


def _clauses(declaration: t.Declaration) -> Iterable[t.Clause]:
    return getattr(declaration, "clauses", ())


def meets(found: Diagnostic, wanted: Expected, packs: Sequence[Pack]) -> Iterator[str]:
    """What is wrong with the diagnostic as the finding that is wanted."""
    if found.code not in wanted.codes:
        yield f"{found.code}, not {wanted.codes}"
    told = named(found, packs)
    if wanted.clauses and told.clauses != wanted.clauses:
        yield f"names {sorted(told.clauses)}, not {sorted(wanted.clauses)}"
    if wanted.among and told.clauses not in wanted.among:
        yield f"names {sorted(told.clauses)}, not one of {[sorted(pair) for pair in wanted.among]}"
    if not wanted.rules <= told.rules:
        yield f"points at {sorted(told.rules)}, not {sorted(wanted.rules)}"
    if not wanted.provisions <= told.provisions:
        yield f"cites {sorted(told.provisions)}, not {sorted(wanted.provisions)}"


# ── the case that a finding gives ───────────────────────────────────────────────────────────────────


@attrs.frozen
class GivenCase:
    """A case as a finding gives it, to be pasted."""

    region: str
    question: str
    facts: dict[str, Any]
    as_of: str
    status: str
    treatment_region: str | None = None


def case_of(diagnostic: Diagnostic, rule: str) -> GivenCase | None:
    """The case in the notes of a finding: an item of a case file, or the facts alone (of the rule, on the day noted)."""
    for note in diagnostic.notes:
        head, _, text = note.text.zh.partition("：")
        if not head.startswith("这样的案件"):
            continue
        found = plain_yaml(text)
        if isinstance(found, list):
            [item] = found
            known = {"id", "region", "question", "as_of", "facts", "status", "expect", "treatment_region"}
            assert set(item) <= known, set(item) - known
            status = item.get("status", "determined")
            place = item.get("treatment_region")
            return GivenCase(item["region"], item["question"], item["facts"], item["as_of"], status, place)
        day = re.search(r"（(\S+)）", head)
        return GivenCase(REGION, rule, found, day[1] if day else TODAY, "error")
    return None


def run(regions: Regions, case: GivenCase) -> Decision:
    """What the evaluator decides."""
    return regions.decide(
        case.region, case.question, case.facts, as_of=case.as_of, treatment_region=case.treatment_region
    )


def typed_facts(wanted: Expected, regions: Regions) -> dict[str, Any]:
    """The facts that the case must have, by path."""
    vocabulary = regions.policy(REGION).vocabulary
    found = {f"{entity}.{name}": value for entity, fields in wanted.facts.items() for name, value in fields.items()}
    kinds = {path: field.type for path in found if (field := vocabulary.field(path))}
    return {path: typed(value, kinds[path], vocabulary) for path, value in found.items()}
