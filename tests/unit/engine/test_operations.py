"""Exact arithmetic, explicit rounding, comparison, and the functions of values."""

import decimal
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import operations as o
from policy.calendars import WorkingCalendar
from policy.types import DURATION, MONEY, POINTS, RATIO
from policy.values import Duration, Month

NO_CALENDAR = WorkingCalendar()
amounts = st.decimals(min_value=-(10**15), max_value=10**15, places=4)


# ── rounding ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("value", "half_up", "down", "up"),
    [
        ("0.005", "0.01", "0.00", "0.01"),
        ("-0.005", "-0.01", "0.00", "-0.01"),
        ("2.345", "2.35", "2.34", "2.35"),
        ("2.3449", "2.34", "2.34", "2.35"),
        ("-2.345", "-2.35", "-2.34", "-2.35"),
        ("-2.3449", "-2.34", "-2.34", "-2.35"),
        ("1.001", "1.00", "1.00", "1.01"),
        ("7", "7.00", "7.00", "7.00"),
        ("0", "0.00", "0.00", "0.00"),
    ],
)
def test_each_rounding_on_both_sides_of_zero(value: str, half_up: str, down: str, up: str) -> None:
    for mode, wanted in (("half_up", half_up), ("down", down), ("up", up)):
        assert o.round_to(Decimal(value), mode, 2) == Decimal(wanted)
        assert o.round_to(Fraction(value), mode, 2) == Decimal(wanted)


def test_a_rounded_value_has_exactly_the_places_asked_for() -> None:
    assert str(o.round_to(Decimal(3), "half_up", 2)) == "3.00"
    assert str(o.round_to(Decimal("1234.56"), "half_up", 0)) == "1235"
    assert str(o.round_to(Fraction(1, 3), "half_up", 4)) == "0.3333"


def test_a_fraction_is_rounded_as_it_is_and_not_as_its_decimals() -> None:
    almost_half = Fraction(5, 1000) - Fraction(1, 3 * 10**60)
    assert o.round_to(almost_half, "half_up", 2) == 0
    assert o.round_to(almost_half, "up", 2) == Decimal("0.01")
    assert o.round_to(-Fraction(2, 3), "up", 0) == -1
    assert o.round_to(-Fraction(2, 3), "down", 0) == 0


@given(amounts, st.sampled_from(["half_up", "down", "up"]), st.integers(0, 4))
def test_decimals_and_fractions_are_rounded_alike(value: Decimal, mode: str, places: int) -> None:
    assert o.round_to(value, mode, places) == o.round_to(Fraction(value), mode, places)


@given(amounts)
def test_rounding_never_moves_a_value_by_a_whole_step(value: Decimal) -> None:
    step = Decimal("0.01")
    assert abs(o.round_to(value, "half_up", 2) - value) <= step / 2
    assert abs(o.round_to(value, "down", 2)) <= abs(value) <= abs(o.round_to(value, "up", 2))


# ── arithmetic ──────────────────────────────────────────────────────────────────────────────────────


def test_division_is_exact_until_it_is_rounded() -> None:
    third = o.divide(Decimal(1), Decimal(3))
    assert o.multiply(third, 3) == 1
    assert o.add(third, third) == Fraction(2, 3)
    assert o.subtract(third, Decimal("0.5")) == Fraction(-1, 6)


def test_division_by_zero_is_an_error() -> None:
    with pytest.raises(ZeroDivisionError):
        o.divide(Decimal(1), Decimal(0))


def test_a_result_that_needs_more_digits_than_there_are_is_an_error_and_is_not_cut_off() -> None:
    long = Decimal("1." + "1" * 60)
    with pytest.raises(decimal.Inexact):
        o.multiply(long, long)


@given(amounts, amounts)
def test_sums_and_products_are_those_of_fractions(one: Decimal, other: Decimal) -> None:
    assert Fraction(o.add(one, other)) == Fraction(one) + Fraction(other)
    assert Fraction(o.multiply(one, other)) == Fraction(one) * Fraction(other)


def test_points_are_hundredths_of_a_ratio() -> None:
    ratio, points = Decimal("0.82"), Decimal("7.5")
    assert o.arithmetic("-", ratio, points, (RATIO, POINTS), NO_CALENDAR) == Decimal("0.745")
    assert o.arithmetic("+", ratio, points, (RATIO, POINTS), NO_CALENDAR) == Decimal("0.895")
    assert o.arithmetic("-", ratio, Decimal("0.7"), (RATIO, RATIO), NO_CALENDAR) == 12
    assert o.arithmetic("*", Decimal(800), ratio, (MONEY, RATIO), NO_CALENDAR) == Decimal("656.00")


def test_an_instant_keeps_its_time_of_day() -> None:
    moment = datetime(2023, 1, 31, 8, 30)
    length = Duration(1, "months", "clamped")
    assert o.arithmetic("+", moment, length, (MONEY, DURATION), NO_CALENDAR) == datetime(2023, 2, 28, 8, 30)


@pytest.mark.parametrize(
    "length", [Duration(9999, "years", "clamped"), Duration(10**9, "days"), Duration(10**12, "days")]
)
def test_a_day_beyond_the_calendar_is_told(length: Duration) -> None:
    for sign in (1, -1):
        with pytest.raises(o.NoDayError):
            o.shifted(date(2023, 1, 1), length, sign, NO_CALENDAR)


# ── comparison and functions ────────────────────────────────────────────────────────────────────────


def test_only_is_and_is_not_take_an_empty_value() -> None:
    assert o.compare("is", None, None)
    assert o.compare("is_not", None, Decimal(0))
    for operator in ("at_most", "above", "before", "not_before"):
        with pytest.raises(o.EmptyValueError):
            o.compare(operator, None, Decimal(0))


@pytest.mark.parametrize(
    ("operator", "expected"), [("at_most", True), ("at_least", True), ("above", False), ("below", False)]
)
def test_edges_count_where_the_word_says_so(operator: str, expected: bool) -> None:
    assert o.compare(operator, Decimal(20), Decimal("20.0")) is expected


def test_an_interval_has_its_lower_end_and_its_upper_end_only_if_closed() -> None:
    low, high = date(2022, 2, 6), date(2022, 2, 15)
    assert o.in_interval(low, low, high, "half_open")
    assert not o.in_interval(high, low, high, "half_open")
    assert o.in_interval(high, low, high, "closed")


def test_the_sum_of_nothing_is_nothing_and_of_an_empty_value_an_error() -> None:
    assert o.total((), MONEY) == 0
    assert o.total((Decimal("0.1"), Decimal("0.2")), MONEY) == Decimal("0.3")
    with pytest.raises(o.EmptyValueError):
        o.total((Decimal(1), None), MONEY)


def test_the_larger_of_values_leaves_empty_ones_aside() -> None:
    assert o.FUNCTIONS["larger"](Decimal(1), None, Decimal(3)) == 3
    assert o.FUNCTIONS["earlier"]((date(2023, 1, 2), date(2023, 1, 1))) == date(2023, 1, 1)
    with pytest.raises(o.EmptyValueError):
        o.FUNCTIONS["smaller"](None, None)


def test_what_a_checklist_misses_is_the_first_of_the_alternatives() -> None:
    assert o.missing((("id_card", "passport"), ("bill",)), ("passport",)) == ("bill",)
    assert o.missing((("id_card", "passport"),), ()) == ("id_card",)


def test_a_day_of_a_shorter_month_is_its_last() -> None:
    assert o.day_of(Month(2023, 2), 31) == date(2023, 2, 28)
    assert o.day_of(Month(2024, 2), 29) == date(2024, 2, 29)


def test_distinct_keeps_the_order_of_first_appearance() -> None:
    assert o.distinct(["b", "a", "b"]) == ("b", "a")
