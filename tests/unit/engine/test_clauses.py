"""Default logic: 一般, 情形 with 优先于, 但书 and 但书 over 但书, missing facts, time."""

from collections.abc import Mapping
from datetime import datetime
from itertools import permutations

import pytest

from engine import program as p
from engine.clauses import Ranking, rank
from engine.decision import Need
from engine.unknown import Unknown
from policy.dsl import tree as t
from policy.dsl.source import Source, Span
from policy.sources import ALWAYS, Period
from policy.types import TEXT

NODE = t.Name(span=Span(Source("test", ""), 0, 0), text="x")
NOW = datetime(2023, 5, 1)


def clause(kind: str, name: str, *over: str, period: Period = ALWAYS) -> p.Clause:
    value = p.Constant(origin=NODE, type=TEXT, value=name)
    condition = None if kind == "general" else value
    return p.Clause(
        id=name, label=name, kind=kind, over=over, condition=condition, value=value, citations=(), period=period,
        region="test", remark="", origin=NODE,
    )  # fmt: skip


def general(name: str = "general") -> p.Clause:
    return clause("general", name)


def case(name: str, *over: str) -> p.Clause:
    return clause("case", name, *over)


def proviso(name: str, *over: str) -> p.Clause:
    return clause("proviso", name, *over)


def ranked(clauses: tuple[p.Clause, ...], facts: Mapping[str, bool | None]) -> Ranking:
    """The ranking where these conditions hold (True), fail (False) or are unknown (None)."""

    def condition(item: p.Clause) -> tuple[bool | Unknown, None]:
        found = facts.get(item.id, False)
        return (Unknown({item.id: Need(item.id, item.id)}) if found is None else found), None

    return rank(clauses, NOW, condition)


def winners(clauses: tuple[p.Clause, ...], facts: Mapping[str, bool | None]) -> set[str] | str:
    ranking = ranked(clauses, facts)
    return "unknown" if ranking.unknown is not None else {item.id for item in ranking.winners}


LADDER = (general(), case("a"), case("b"), proviso("p", "a"), proviso("q", "p"))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, {"general"}),
        ({"a": True}, {"a"}),
        ({"a": True, "b": True}, {"a", "b"}),
        ({"p": True}, {"general"}),
        ({"a": True, "p": True}, {"p"}),
        ({"a": True, "p": True, "q": True}, {"q"}),
        ({"a": True, "q": True}, {"a"}),
        ({"a": None}, "unknown"),
        ({"b": None, "a": True}, {"a"}),
        ({"a": True, "p": None}, "unknown"),
        ({"a": True, "p": True, "q": None}, "unknown"),
        ({"p": None}, {"general"}),
        ({"a": True, "q": None}, {"a"}),
    ],
)
def test_the_most_specific_clause_wins(facts: dict[str, bool | None], expected: set[str] | str) -> None:
    for order in permutations(LADDER):
        assert winners(order, facts) == expected


CHAIN = (general(), case("a", "b"), case("b", "c"), case("c"))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"c": True}, {"c"}),
        ({"b": True, "c": True}, {"b"}),
        ({"a": True, "b": True, "c": True}, {"a"}),
        ({"a": True, "c": True}, {"a"}),
        ({"a": None, "b": True}, "unknown"),
        ({"a": None, "c": True}, "unknown"),
        ({"a": True, "b": None, "c": None}, {"a"}),
    ],
)
def test_priority_passes_along_the_chain(facts: dict[str, bool | None], expected: set[str] | str) -> None:
    for order in permutations(CHAIN):
        assert winners(order, facts) == expected


def test_a_case_that_is_not_known_never_lets_a_lower_one_win_that_it_would_displace() -> None:
    for order in permutations(CHAIN):
        for known in ({"c": True}, {"b": True, "c": True}, {"b": False, "c": True}):
            found = winners(order, {**known, "a": None})
            assert found == "unknown", "with `a` the answer would be another"


def test_a_proviso_over_several_cases_displaces_them_all() -> None:
    clauses = (general(), case("a"), case("b"), proviso("p", "a", "b"), proviso("q", "p"))
    for order in permutations(clauses):
        assert winners(order, {"a": True, "b": True, "p": True}) == {"p"}
        assert winners(order, {"a": True, "b": True, "p": True, "q": True}) == {"q"}
        assert winners(order, {"a": True, "b": True}) == {"a", "b"}


def test_a_proviso_over_the_general_clause() -> None:
    clauses = (general(), proviso("p", "general"), case("a"))
    assert winners(clauses, {"p": True}) == {"p"}
    assert winners(clauses, {"p": True, "a": True}) == {"a"}


def test_what_is_displaced_is_not_looked_at() -> None:
    looked_at: list[str] = []

    def condition(item: p.Clause) -> tuple[bool, None]:
        looked_at.append(item.id)
        return item.id == "a", None

    ranking = rank((*CHAIN, proviso("p", "c")), NOW, condition)
    assert looked_at == ["a"]
    assert {name: outcome.outcome for name, outcome in ranking.outcomes.items()} == {
        "a": "won", "b": "displaced", "c": "displaced", "general": "displaced", "p": "not_examined",
    }  # fmt: skip
    assert ranking.outcomes["c"].by == "a"


def test_a_clause_out_of_its_time_is_no_clause() -> None:
    old = clause("case", "old", period=Period(None, NOW))
    new = clause("case", "new", period=Period(NOW, None))
    ranking = ranked((general(), old, new), {"old": True, "new": True})
    assert [item.id for item in ranking.winners] == ["new"]
    assert ranking.outcomes["old"].outcome == "not_in_force"


def test_no_clause_wins_where_none_applies() -> None:
    assert winners((case("a"), case("b")), {}) == set()
