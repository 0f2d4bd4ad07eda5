"""The official calendar: published years only, make-up days worked, and the end days others have counted."""

from datetime import date, timedelta
from functools import cache

import pytest

from engine.operations import calendar_function, shifted
from policy.calendars import NotPublishedError, WorkingCalendar
from policy.loader import Rulebook
from policy.values import Duration
from tests.support.rulebooks import SHIPPED


@cache
def calendar() -> WorkingCalendar:
    policy = Rulebook(SHIPPED, tries=False).load("national").policy
    assert policy is not None
    return policy.calendar


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


@pytest.mark.parametrize(
    ("year", "count"), [(2020, 249), (2021, 250), (2022, 249), (2023, 249), (2024, 251), (2025, 248), (2026, 248)]
)
def test_the_year_has_its_working_days(year: int, count: int) -> None:
    assert sum(calendar().is_working_day(day) for day in days_of(year)) == count


@pytest.mark.parametrize(
    ("year", "days"),
    [
        (2020, "01-19 04-26 05-09 06-28 09-27 10-10"),
        (2021, "02-07 02-20 04-25 05-08 09-18 09-26 10-09"),
        (2022, "01-29 01-30 04-02 04-24 05-07 10-08 10-09"),
        (2023, "01-28 01-29 04-23 05-06 06-25 10-07 10-08"),
        (2024, "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12"),
        (2025, "01-26 02-08 04-27 09-28 10-11"),
        (2026, "01-04 02-14 02-28 05-09 09-20 10-10"),
    ],
)
def test_weekends_worked_are_the_make_up_days_and_no_others(year: int, days: str) -> None:
    worked = [f"{day:%m-%d}" for day in days_of(year) if day.weekday() >= 5 and calendar().is_working_day(day)]
    assert worked == days.split()


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2023-01-20", 2, "2023-01-29"),
        ("2023-01-20", 10, "2023-02-08"),
        ("2023-04-28", 5, "2023-05-09"),
        ("2024-02-08", 2, "2024-02-18"),
        ("2024-09-30", 1, "2024-10-08"),
        ("2025-09-30", 2, "2025-10-10"),
        ("2026-02-13", 2, "2026-02-24"),
        ("2026-02-13", 10, "2026-03-05"),
        ("2023-12-29", 1, "2024-01-02"),
    ],
)
def test_working_days_are_counted_from_the_day_after(start: str, count: int, end: str) -> None:
    moved = shifted(date.fromisoformat(start), Duration(count, "working_days"), 1, calendar())
    assert moved == date.fromisoformat(end)
    assert shifted(moved, Duration(count, "working_days"), -1, calendar()) <= date.fromisoformat(start)


def test_a_due_day_on_a_rest_day_can_move_backwards() -> None:
    assert calendar_function("back_to_working_day", date(2023, 10, 3), calendar()) == date(2023, 9, 28)
    assert calendar_function("back_to_working_day", date(2023, 1, 28), calendar()) == date(2023, 1, 28)
    assert calendar_function("is_rest_day", date(2023, 1, 28), calendar()) is False
    assert calendar_function("is_holiday", date(2023, 1, 23), calendar()) is True


@pytest.mark.parametrize("day", [date(2019, 12, 31), date(2027, 1, 4)])
def test_an_unpublished_year_is_an_error_and_never_a_guess(day: date) -> None:
    with pytest.raises(NotPublishedError) as caught:
        calendar().is_working_day(day)
    assert (caught.value.year, caught.value.last) == (day.year, 2026)


def test_counting_into_an_unpublished_year_is_an_error() -> None:
    last = date(2026, 12, 31)
    assert calendar().shift(date(2026, 12, 30), 1) == last
    with pytest.raises(NotPublishedError):
        calendar().shift(last, 1)
    with pytest.raises(NotPublishedError):
        calendar().shift(date(2020, 1, 2), -1)


@pytest.mark.parametrize(
    ("day", "is_holiday"),
    [
        ("2021-06-14", True),  # the festival, a Monday
        ("2021-06-12", True),  # the weekend it takes in
        ("2021-02-14", True),  # a Sunday inside the Spring Festival
        ("2020-11-14", False),  # a plain Saturday
        ("2024-09-14", False),  # a Saturday worked for the holiday that follows
        ("2024-09-15", True),
        ("2022-12-31", True),  # the run goes on into the next year
        ("2026-12-31", False),  # nothing is published for the next year
    ],
)
def test_a_holiday_takes_in_the_weekend_it_joins(day: str, is_holiday: bool) -> None:
    assert calendar().is_holiday(date.fromisoformat(day)) is is_holiday
