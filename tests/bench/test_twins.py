"""What benchmarks compare with decides as the reference evaluator does, to the fen and to the clause."""

from decimal import Decimal

import pytest

from benchmarks import agreement, tiaoli_
from benchmarks.claims import chunk, claims, facts
from benchmarks.twins import decimal_, fen
from engine.decision import Decision
from engine.regions import Regions

COUNT, MANY = 100, 800


@pytest.fixture(scope="module")
def decisions() -> list[Decision]:
    regions = Regions(tiaoli_.RULES)
    return [
        regions.decide(tiaoli_.REGION, tiaoli_.QUESTION, facts(claim), as_of=tiaoli_.AS_OF) for claim in claims(COUNT)
    ]


def test_the_decimal_twin_decides_as_the_reference_evaluator(decisions: list[Decision]) -> None:
    wanted = [tiaoli_.result_of_decision(decision) for decision in decisions]
    assert [agreement.expected(claim) for claim in claims(COUNT)] == wanted


def test_the_twins_give_the_reasons_that_the_reference_evaluator_gives(decisions: list[Decision]) -> None:
    for claim, decision in zip(claims(COUNT), decisions, strict=True):
        told = {
            reason.id: ("".join(won.id for won in reason.winners), set(reason.citations), reason.value)
            for root in decision.reasons
            for reason in root.walk()
            if reason.kind == "rule"
        }
        _, by_decimal = decimal_.decide_with_reasons(facts(claim))
        assert {rule: (clause, set(cites), value) for rule, clause, cites, value in by_decimal} == told
        _, by_fen = fen.decide_with_reasons(claim)
        scale = {"reduction": 0}
        in_yuan = {rule: Decimal(value).scaleb(-scale.get(rule, 2)) for rule, _, _, value in by_fen}
        assert in_yuan == {rule: value for rule, _, _, value in by_decimal}
        assert [reason[:3] for reason in by_fen] == [reason[:3] for reason in by_decimal]


def test_fen_compiled_python_and_sql_agree_with_the_decimal_twin() -> None:
    pytest.importorskip("polars")
    given = claims(MANY)
    wanted = [agreement.expected(claim) for claim in given]
    assert [fen.decide(claim) for claim in given] == wanted
    assert [fen.decide_facts(facts(claim)) for claim in given] == wanted
    for level in ("clauses", "reasons"):
        assert list(agreement.compiled_results(given, level)) == wanted
    for name, results in agreement.table_results(given).items():
        assert results == wanted, name


def test_claims_are_the_same_for_a_seed_and_reach_every_clause() -> None:
    assert chunk(0, MANY) == chunk(0, MANY, seed=1) != chunk(0, MANY, seed=2)
    won = {(result[5], result[6]) for result in map(fen.decide, claims(MANY))}
    assert {first for first, _ in won} == {"general", "referral", "other", "long_term", "unfiled"}
    assert {second for _, second in won} == {"general", "capped"}


def test_the_conversion_by_hand_refuses_what_is_no_claim() -> None:
    given = facts(claims(1)[0])
    given["claim"]["total"] = Decimal("0.001")
    with pytest.raises(ValueError, match=r"0\.001"):
        fen.from_facts(given)
