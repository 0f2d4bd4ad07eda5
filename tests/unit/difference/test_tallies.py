"""What claims add up to, against sums made another way."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from engine.difference.claim_decisions import Amount, Verdict
from engine.difference.outcomes import Cause, Side
from engine.difference.plots import LIMIT_BARS, histogram
from engine.difference.tallies import Tally, quantiles
from policy.diagnostics import Text

FEN = st.integers(-(10**9), 10**9).map(lambda fen: Decimal(fen).scaleb(-2))
DIFFERENCES = st.lists(FEN, min_size=1, max_size=40)


def cause(name: str) -> Cause:
    return Cause("rule", name, name, Side("general"), Side("case_1"))


def verdict(
    number: int, old: Decimal | None, new: Decimal | None, statuses: tuple[str, str], by: str = "pay"
) -> Verdict:
    return Verdict(
        id=f"C{number}",
        number=number,
        question="q",
        old_status=statuses[0],
        new_status=statuses[1],
        amounts=(Amount("pay", "支付额", old, new),),
        causes=(cause(by),),
        is_changed=old != new or statuses[0] != statuses[1],
    )


@given(DIFFERENCES, st.integers(1, 100))
def test_a_quantile_is_the_least_value_that_enough_values_do_not_exceed(values: list[Decimal], percentage: int) -> None:
    (found,) = quantiles(Counter(values), [percentage]).values()
    share = Fraction(percentage, 100)
    assert found in values
    assert Fraction(sum(value <= found for value in values), len(values)) >= share
    assert Fraction(sum(value < found for value in values), len(values)) < share


@given(DIFFERENCES)
def test_a_histogram_counts_every_claim_once_and_never_mixes_less_with_more(values: list[Decimal]) -> None:
    found = histogram(Counter(values))
    unit = Decimal(1).scaleb(-found.places)
    for bar in found.bars:
        assert bar.claims == sum(bar.low * unit <= value < bar.high * unit for value in values)
        assert bar.high <= 0 or bar.low >= 0
    assert sum(bar.claims for bar in found.bars) == len(values)
    assert len(found.bars) <= LIMIT_BARS


@given(st.lists(st.tuples(FEN, FEN), max_size=40))
def test_totals_are_exact_to_the_fen(pairs: list[tuple[Decimal, Decimal]]) -> None:
    tally = Tally()
    for number, (old, new) in enumerate(pairs, 1):
        tally.add(verdict(number, old, new, ("determined", "determined")))
    assert tally.claims == len(pairs)
    assert tally.changed == sum(old != new for old, new in pairs)
    if pairs:
        pay = tally.amounts["pay"]
        fen = [(int(old.scaleb(2)), int(new.scaleb(2))) for old, new in pairs]
        assert (int(pay.old_total.scaleb(2)), int(pay.new_total.scaleb(2))) == tuple(map(sum, zip(*fen, strict=True)))
        assert pay.changed == tally.changed
        assert pay.raised == sum(new > old for old, new in fen)
        by_cause = sum((item.totals.get("pay", Decimal(0)) for item in tally.by_cause), Decimal(0))
        assert by_cause == pay.difference


def test_a_claim_that_one_version_cannot_decide_has_no_share_in_the_totals() -> None:
    tally = Tally()
    tally.add(verdict(1, Decimal(100), Decimal(90), ("determined", "determined")))
    tally.add(verdict(2, Decimal(5000), None, ("determined", "error")))
    tally.add(verdict(3, Decimal(7), Decimal(8), ("determined", "error")))
    tally.add(Verdict("C4", 4, "", problem=Text("坏行", "bad row")))
    assert (tally.claims, tally.changed, tally.unusable) == (4, 3, 1)
    assert tally.amounts["pay"].difference == -10
    assert tally.status_changes == [(("determined", "error"), 2)]


def test_the_largest_movers_come_first_and_earlier_rows_before_later() -> None:
    tally = Tally()
    for number in range(1, 31):
        tally.add(verdict(number, Decimal(100), Decimal(100 + number % 5), ("determined", "determined")))
    assert [item.id for item in tally.movers] == ["C4", "C9", "C14", "C19", "C24", "C29", "C3", "C8", "C13", "C18"]


def test_claims_with_the_same_several_causes_are_counted_together() -> None:
    tally = Tally()
    tally.add(verdict(1, Decimal(1), Decimal(2), ("determined", "determined"), "a"))
    tally.add(verdict(2, Decimal(1), Decimal(3), ("determined", "determined"), "b"))
    tally.add(verdict(3, Decimal(1), Decimal(4), ("determined", "determined"), "b"))
    assert [([one.id for one in item.causes], item.claims) for item in tally.by_cause] == [(["b"], 2), (["a"], 1)]


def test_differences_finer_than_a_fen_are_counted_in_their_own_unit() -> None:
    found = histogram(Counter([Decimal("-0.005"), Decimal("0.005")]))
    assert found.places == 3
    assert sum(bar.claims for bar in found.bars if bar.high <= 0) == sum(
        bar.claims for bar in found.bars if bar.low >= 0
    )
    assert histogram(Counter()).bars == ()
