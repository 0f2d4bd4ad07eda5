"""Months added to dates, as the dates-calc library's tables have it, in both treatments of a short month."""

from datetime import date

import pytest

from engine.operations import day_of, shifted
from policy.calendars import WorkingCalendar
from policy.values import Duration, Month
from tests.support.month_tables import TABLES, parts, rows


def plus(day: str, period: str, month_end: str) -> date:
    moved = date.fromisoformat(day)
    for count, unit in parts(period):
        moved = shifted(moved, Duration(count, unit, month_end), 1, WorkingCalendar())
    return moved


@pytest.mark.parametrize(("day", "period", "expected"), rows("exact_computations"))
def test_where_the_day_exists_both_treatments_agree(day: str, period: str, expected: str) -> None:
    assert plus(day, period, "clamped") == date.fromisoformat(expected)
    assert plus(day, period, "rolled") == date.fromisoformat(expected)


@pytest.mark.parametrize(("day", "period", "up", "down"), rows("ambiguous_computations"))
def test_where_the_day_does_not_exist_the_treatment_decides(day: str, period: str, up: str, down: str) -> None:
    assert plus(day, period, "rolled") == date.fromisoformat(up)
    assert plus(day, period, "clamped") == date.fromisoformat(down)


@pytest.mark.parametrize(("day", "first", "last"), rows("first_last_day_of_month"))
def test_first_and_last_day_of_a_month(day: str, first: str, last: str) -> None:
    moment = date.fromisoformat(day)
    month = Month(moment.year, moment.month)
    assert day_of(month, 1) == date.fromisoformat(first)
    assert day_of(month, 31) == date.fromisoformat(last)


def test_the_tables_are_all_there() -> None:
    assert [len(rows(path.stem)) for path in sorted(TABLES.glob("*.csv"))] == [11, 19, 2]


def test_months_are_taken_off_with_the_same_care() -> None:
    last_of_march = date(2023, 3, 31)
    assert shifted(last_of_march, Duration(1, "months", "clamped"), -1, WorkingCalendar()) == date(2023, 2, 28)
    assert shifted(last_of_march, Duration(1, "months", "rolled"), -1, WorkingCalendar()) == date(2023, 3, 1)


def test_a_month_plus_months_and_a_year_plus_years() -> None:
    assert shifted(Month(2023, 11), Duration(3, "months"), 1, WorkingCalendar()) == Month(2024, 2)
    assert shifted(Month(2023, 11), Duration(1, "years"), -1, WorkingCalendar()) == Month(2022, 11)
    assert shifted(2023, Duration(2, "years"), 1, WorkingCalendar()) == 2025
