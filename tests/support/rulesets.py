"""Rule sets drawn at random, with facts for them: what the executions of the language are compared on.

`random_ruleset(rng)` and `random_facts(rng, ruleset)` serve large runs; `rulesets()` and
`facts_for(ruleset)` are the same as Hypothesis strategies, which shrink. Every rule set loads without
errors through the real loader; cases of it may be determined, undetermined, referred or in error.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import attrs
from hypothesis import strategies as st

from engine import Regions
from engine.inputs import inputs_of
from policy.loader import Rulebook
from tests.support.ruleset_declarations import Author, Declared, is_ordered
from tests.support.ruleset_terms import FACTS, POOLS, Terms

GROUND = Path(__file__).parents[1] / "data" / "rulesets" / "nation"
REGION = "trial"
DAYS_ASKED = ("2024-05-06", "2024-01-01", "2024-02-10", "2024-12-31", "2023-12-31", "2022-06-29", "2019-12-31")

_DECLARED = {
    "visit": {"kind": "Kind", "tier": "Tier", "admitted_on": "date", "discharged_on": "date"}
    | {"started_at": "instant", "emergency": "boolean", "filed": "boolean"},
    "person": {"age": "integer", "retired": "boolean", "province": "text"},
    "claim": {"total": "money", "in_scope": "money", "share": "ratio", "cut": "points"},
    "review": {"month": "month", "year": "year", "score": "number", "cases": "integer"},
    "region_parameters": {"ceiling": "money", "rate": "ratio", "reduction": "points", "days": "integer"},
}
_LINE = {"class": "Class", "amount": "money", "ratio": "ratio", "count": "integer", "listed": "boolean"}
_FIGURES = {"封顶额": "money", "支付率": "ratio", "降点": "points", "天数标准": "integer"}


@attrs.frozen
class Ruleset:
    """A rule set as text. `rules` are the rules that can be asked by id, without those about a line."""

    text_by_file: Mapping[str, str]
    rules: tuple[str, ...]
    line_rules: tuple[str, ...]
    questions: tuple[str, ...]
    may_list: bool = False

    def regions(self, folder: Path) -> Regions:
        """The rule set as region `trial` of an empty folder, loaded. Raises PolicyError where it has errors."""
        for name in ("above", REGION):
            shutil.rmtree(folder / name, ignore_errors=True)
        for name, text in self.text_by_file.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        if not (folder / "nation").exists():
            (folder / "nation").symlink_to(GROUND, target_is_directory=True)
        regions = Regions(folder)
        regions.rulebook._packs.update(_ground()._packs)  # the ground is read once for all rule sets
        regions.program(REGION)
        return regions

    def __str__(self) -> str:
        return "\n".join(f"── {name}\n{text}" for name, text in self.text_by_file.items())


def rulesets(most: int = 6) -> st.SearchStrategy[Ruleset]:
    """Rule sets of up to so many rules."""
    return st.randoms(use_true_random=False).map(lambda rng: random_ruleset(rng, most))


def facts_for(ruleset: Ruleset) -> st.SearchStrategy[dict[str, Any]]:
    """Facts for a rule set, with some missing and some empty."""
    return st.randoms(use_true_random=False).map(lambda rng: random_facts(rng, ruleset))


def days() -> st.SearchStrategy[str]:
    """Days to decide on: the ends of periods that rule sets speak of, and what lies between."""
    return st.sampled_from(DAYS_ASKED)


def random_ruleset(rng: Random, most: int = 6, may_ask_what_is_known: bool = True, may_list: bool = False) -> Ruleset:
    """A rule set: one region, or two with the lower amending and bounded by the upper.

    Where it may not ask what is known there is no 已知 and no 缺省, so that a fact more only settles more.
    Where it may list there are rules whose values are lists, and what is made of them.
    """
    terms = Terms(rng, may_ask_what_is_known=may_ask_what_is_known, may_list=may_list)
    author = Author(terms)
    above: list[str] = []
    trial: list[str] = []
    declared: list[Declared] = []
    has_above = terms.chance(40)
    figures = _figures(terms, above if has_above else trial)
    tables = [_table(terms)] if terms.chance(50) else []
    if terms.chance(15):
        (above if has_above else trial).append("裁量 属特殊 special：是否\n  依据 LA-3")
        terms.rules["boolean"] = ["属特殊"]
    count = 1 + rng.randrange(most)
    for place in range(count):
        text, rule = _declaration(author)
        (above if has_above and place < count // 2 else trial).append(text)
        declared.append(rule)
        _beside(author, rule, above if has_above and place < count // 2 else trial)
    if has_above:
        _amend(author, declared[: count // 2], trial)
    plain = [rule for rule in declared if f"值{rule.id[1:]}" not in _line_names(terms)]
    if plain:
        trial += [author.question("every", plain), author.question("last", plain[-1:])]
    files = {"trial/region.yaml": f"id: trial\nlabel: 试区\nextends: {'above' if has_above else 'nation'}\n"}
    if has_above:
        files["above/region.yaml"] = "id: above\nlabel: 上级\nextends: nation\n"
    for region, declarations in (("above", above), ("trial", trial)):
        if declarations:
            files[f"{region}/rules.policy"] = "\n\n".join(declarations) + "\n"
    if has_above and tables:
        files["above/parameters.yaml"] = "parameters:\n" + "".join(tables)
        tables = []
    if figures or tables:
        files["trial/parameters.yaml"] = "parameters:\n" + "".join([*figures, *tables])
    return Ruleset(
        files,
        rules=tuple(rule.id for rule in plain),
        line_rules=tuple(rule.id for rule in declared if rule not in plain),
        questions=("ask.every", "ask.last") if plain else (),
        may_list=may_list,
    )


def _line_names(terms: Terms) -> set[str]:
    return {name for names in terms.line_rules.values() for name in names}


def _declaration(author: Author) -> tuple[str, Declared]:
    if author.terms.may_list and author.terms.chance(35):
        return author.listed()
    kind = author.terms.random.randrange(20)
    makers = {19: author.collect, 18: author.collect, 17: author.brackets, 16: author.deadline, 15: author.deadline}
    return makers.get(kind, author.rule)()


def _beside(author: Author, rule: Declared, into: list[str]) -> None:
    """A bound or a check of a rule."""
    if f"值{rule.id[1:]}" in _line_names(author.terms):
        return
    if is_ordered(rule) and author.terms.chance(12):
        into.append(author.bound(rule))
    if author.terms.chance(12):
        into.append(author.check(rule))


def _amend(author: Author, declared: list[Declared], into: list[str]) -> None:
    """The lower region amends rules of the upper that were made of clauses."""
    for rule in declared:
        about_lines = f"值{rule.id[1:]}" in _line_names(author.terms)
        if (rule.base or rule.cases) and not about_lines and author.terms.chance(40):
            every = author.terms.rules, author.terms.line_rules
            author.terms.rules, author.terms.line_rules = (_before(rule, names) for names in every)
            into.append(author.amendment(rule))
            author.terms.rules, author.terms.line_rules = every


def _before(rule: Declared, named: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Later rules cannot be used in an amendment of this one: they may depend on it."""
    place = int(rule.id[1:])
    return {
        kind: [name for name in names if not name.startswith("值") or int(name[1:]) < place]
        for kind, names in named.items()
    }


# ── local figures ───────────────────────────────────────────────────────────────────────────────────

_FIGURE_IDS = {"封顶额": "ceiling", "支付率": "rate", "降点": "reduction", "天数标准": "days"}


def _figures(terms: Terms, above: list[str]) -> list[str]:
    """Shipped, delegated and missing local figures, and tables; the terms learn their names."""
    made = []
    for label, kind in _FIGURES.items():
        if not terms.chance(60):
            continue
        terms.parameters.setdefault(kind, []).append(f"参数.{label}")
        if terms.chance(75):
            made.append(f"  {_FIGURE_IDS[label]}:\n    values:\n" + _dated_values(terms, kind))
        if terms.chance(30):
            has_default = terms.chance(70) and terms.may_ask_what_is_known
            default = f" 缺省 {terms.constant(kind)}" if has_default else ""
            above.append(f"下放 参数.{label}{default} 依据 LA-1")
    return made


def _dated_values(terms: Terms, kind: str) -> str:
    first, second = (terms.pick(POOLS[kind]) for _ in "ab")
    if terms.chance(60):
        return f"      - {{from: 2020-01-01, cite: LA-1, value: {first}}}\n"
    until = terms.pick(("2023-12-31", "2023-06-30"))
    return (
        f"      - {{from: 2022-01-01, until: {until}, cite: LA-1, value: {first}}}\n"
        f"      - {{from: 2024-01-01, cite: LA-1, value: {second}}}\n"
    )


def _table(terms: Terms) -> str:
    hit = terms.pick(("unique", "first", "any", "collect"))
    rows = {
        "unique": (
            "[本地, '-', 100]",
            "[转诊, '..1000', 200]",
            "[转诊, '1000..40000', 300]",
            "[[急诊, 其他外出], '1000..', 0]",
        ),
        "first": ("[本地, '..1000', 100]", "['-', '1000..', 5000]", "['-', '-', 300]"),
        "any": ("[本地, '-', 100]", "['-', '..1000', 100]", "[急诊, '-', 300]"),
        "collect": ("[本地, '-', 100]", "['-', '1000..', 0.01]", "['-', '..5000', 1000]"),
    }[hit]
    kept = [row for row in rows if not terms.chance(15)] or rows
    lines = "".join(f"          - {row}\n" for row in kept)
    since = terms.pick(("2020-01-01", "2023-01-01"))
    terms.parameters.setdefault("money", []).append("参数.补助")
    return (
        f"  subsidy:\n    label: 补助\n    type: money\n    by: [visit.kind, claim.total]\n    hit: {hit}\n"
        f"    values:\n      - from: {since}\n        cite: LA-1\n        table:\n{lines}"
    )


# ── facts ───────────────────────────────────────────────────────────────────────────────────────────


def random_facts(rng: Random, ruleset: Ruleset, missing: int = 15, empty: int = 4) -> dict[str, Any]:
    """Facts in the shape of the contract; so many in a hundred are missing, so many empty."""
    terms = Terms(rng)
    facts: dict[str, Any] = {}
    for entity, fields in _DECLARED.items():
        scarce = 80 if entity == "region_parameters" else missing
        given = {name: _value(terms, kind, empty) for name, kind in fields.items() if not terms.chance(scarce)}
        if given:
            facts[entity] = given
    if not terms.chance(missing):
        facts.setdefault("claim", {})["lines"] = [_line(terms, missing, empty) for _ in range(rng.randrange(4))]
    if ruleset.may_list and not terms.chance(missing):
        facts.setdefault("visit", {})["papers"] = [terms.pick(POOLS["Paper"]) for _ in range(rng.randrange(4))]
    if ruleset.line_rules:
        facts["line"] = _line(terms, missing, empty)
    return facts


def _line(terms: Terms, missing: int, empty: int) -> dict[str, Any]:
    return {name: _value(terms, kind, empty) for name, kind in _LINE.items() if not terms.chance(missing // 3)}


def _value(terms: Terms, kind: str, empty: int) -> Any:
    if terms.chance(empty):
        return None
    written = terms.pick(POOLS[kind])
    if kind == "boolean":
        return written == "是"
    return int(written) if kind in ("integer", "year") else written


def accepted(regions: Regions, question: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts that a question or a rule of the trial region takes; others would be told as unneeded."""
    laws = regions.laws(REGION, None)
    asked = regions._question(laws.insured, question)
    paths = inputs_of(asked, (laws.insured, laws.treatment))
    kept = {entity: _known_to(paths, entity, fields) for entity, fields in facts.items()}
    if "lines" in kept.get("claim", {}):
        kept["claim"]["lines"] = [_known_to(paths, "line", line) for line in kept["claim"]["lines"]]
    return {entity: fields for entity, fields in kept.items() if fields}


def _known_to(paths: frozenset[str], entity: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if f"{entity}.{name}" in paths}


@cache
def _ground() -> Rulebook:
    """The shared words, documents and days, read once."""
    rulebook = Rulebook(GROUND.parent)
    loaded = rulebook.load("nation")
    assert not loaded.diagnostics, loaded.diagnostics
    return rulebook


assert {kind for fields in _DECLARED.values() for kind in fields.values()} == set(FACTS)
