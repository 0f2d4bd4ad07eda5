"""The links of the shipped law are whole: nothing that a decision looks at is missing from them."""

from __future__ import annotations

from datetime import date
from itertools import islice
from pathlib import Path

import pytest

from engine import Regions
from engine.cases import case_files, read_cases
from engine.dependencies.items import Item, provision_item, rule_item
from engine.dependencies.links import Links, links_of
from engine.dependencies.reach import reach_of, touched
from engine.impact.cases import with_cases
from engine.impact.radar import endings
from engine.impact.study import Law, study_of
from engine.inputs import inputs_of
from policy.diagnostics import PolicyError
from tests.support.shipped import RULES, shipped_law

SMALL = Path(__file__).parents[2] / "cli" / "rules"
EVERY_FILE, EVERY_CASE = 3, 7
"""One shipped case in so many is decided."""


@pytest.fixture(scope="module")
def law() -> Law:
    return shipped_law()


def test_a_provision_bears_at_once_on_every_rule_that_cites_it(law: Law) -> None:
    for links in law.links.values():
        found: dict[str, set[Item]] = {}
        for rule in links.program.rules.values():
            for name in (*rule.citations, *rule.cited_by_clauses):
                found.setdefault(name, set()).add(rule_item(rule))
        missed = {name: rules - touched([provision_item(name)], links) for name, rules in found.items()}
        assert not any(missed.values())


def test_every_rule_a_case_looks_at_bears_on_its_question(law: Law) -> None:
    decided = 0
    for path in case_files([RULES])[::EVERY_FILE]:
        for case in islice(read_cases(path, []), 0, None, EVERY_CASE):
            try:
                decision = case.asked.decide(law.regions)
            except PolicyError:
                continue
            links = law.links[decision.region]
            question = links.program.questions.get(decision.question)
            own = [(region, name) for region, name in decision.visited if name in links.program.rules]
            if question is not None:
                decided += 1
                asked = Item("question", question.id, question.region)
                below = _below(asked, links)
                items = {rule_item(links.program.rules[name]) for _, name in own}
                assert items <= below, case.id
    assert decided > 50


def _below(item: Item, links: Links) -> set[Item]:
    """All that a thing rests on, without the code that is tested."""
    found: set[Item] = set()
    todo = [item]
    while todo:
        for used in links.uses.get(todo.pop(), {}):
            if used not in found:
                found.add(used)
                todo.append(used)
    return found


def test_every_fact_a_question_reads_bears_on_it(law: Law) -> None:
    for links in law.links.values():
        program, vocabulary = links.program, links.program.policy.vocabulary
        for question in program.questions.values():
            roots = [Item("question", question.id, question.region), *(Item("fact", path) for path in question.accepts)]
            below = {item for root in roots for item in (root, *_below(root, links))}
            read = {path for path in inputs_of(question, [program]) if vocabulary.field(path)}
            read = {path for path in read if not path.startswith("region_parameters.")}
            read = {path for path in read if not vocabulary.entities[path.partition(".")[0]].is_record}
            # The elements of a list may state all their fields, read or not.
            lists = {kind.element.name for path in read if (kind := vocabulary.field(path).type).element}  # type: ignore[union-attr]
            missed = {path for path in read if Item("fact", path) not in below and path.partition(".")[0] not in lists}
            assert not missed, question.id


def test_what_rests_on_a_thing_is_what_reaches_it(law: Law) -> None:
    links = law.links["hangzhou"]
    for name in ("visit.type", "filing.state", "claim_item.amount"):
        item = Item("fact", name)
        above = {user for user in links.uses if item in _below(user, links)}
        bounds = {user for user in above if user.kind == "bound"}
        assert set(reach_of([item], links).items) - {item} == above - bounds or bounds


def test_every_case_that_looks_at_a_rule_is_told_for_each_provision_it_cites() -> None:
    regions = Regions(SMALL)
    law = Law(regions)
    told: dict[str, set[str]] = {}
    for name in ("PRV-1", "PRV-2", "CTY-1"):
        _, known = law.find(name)
        told[name] = {case.id for case in with_cases(study_of(law, known), law).cases or ()}
    for path in case_files([SMALL]):
        for case in read_cases(path, []):
            decision = case.asked.decide(regions)
            rules = regions.program(decision.region).rules
            for _, name in decision.visited:
                for cited in rules[name].cited_by_clauses:
                    assert case.id in told[cited]


def test_every_end_is_seen_once_on_its_last_day(law: Law) -> None:
    whole = endings(law, date(2022, 1, 1), 3 * 365)
    apart = [one for year in (2022, 2023, 2024) for one in endings(law, date(year, 1, 1), 364 + (year == 2024))]
    assert [(one.name, one.last) for one in whole] == [(one.name, one.last) for one in apart]
    assert whole
    for one in whole:
        assert [
            other.name for other in endings(law, one.last, 0) if other.items == one.items and other.name == one.name
        ]


def test_amended_law_bears_on_the_region_that_knows_it_alone(law: Law) -> None:
    _, known = law.find("参数.支付分段表")
    study = study_of(law, known)
    assert {figure.region for figure in study.figures} == {"hangzhou"}
    _, known = law.find("HZB-2")
    assert set(known) == {"hangzhou"}
    assert all(one.regions == ("hangzhou",) for one in study_of(law, known).found.values())


def test_links_join_each_pair_from_both_ends() -> None:
    links = links_of(Regions(SMALL).program("city"))
    pairs = {(user, used, parts) for user, found in links.uses.items() for used, parts in found.items()}
    assert pairs == {(user, used, parts) for used, found in links.used_by.items() for user, parts in found.items()}
