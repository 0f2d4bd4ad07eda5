"""calendar.yaml → which days are worked, as published year by year; an unpublished year has no answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import attrs

from policy import yaml_reader as y


class NotPublishedError(Exception):
    """No calendar has been published for the year; `last` is the last one that has."""

    def __init__(self, year: int, last: int) -> None:
        super().__init__(f"no calendar for {year}")
        self.year = year
        self.last = last


@attrs.frozen
class WorkingYear:
    """One year's rest days on weekdays, worked days on weekends, and the notice that says so."""

    year: int
    provision: str
    holidays: frozenset[date]
    workdays: frozenset[date]


@attrs.frozen
class WorkingCalendar:
    """The published years."""

    years: Mapping[int, WorkingYear] = attrs.field(factory=dict)

    def is_working_day(self, day: date) -> bool:
        """Whether the day is worked. Raises NotPublishedError outside the published years."""
        year = self.year(day.year)
        if day in year.workdays:
            return True
        return day.weekday() < 5 and day not in year.holidays

    def is_holiday(self, day: date) -> bool:
        """Whether the day is in a published holiday: in an unbroken run of rest days that has a published one.

        Notices list the rest days on weekdays; the weekend that a holiday takes in is part of it.
        Raises NotPublishedError outside the published years.
        """
        return not self.is_working_day(day) and any(
            rest in self.years[rest.year].holidays for rest in self._run_of_rest(day)
        )

    def _run_of_rest(self, day: date) -> Iterator[date]:
        """The rest days around a rest day, as far as calendars are published."""
        yield day
        for step in (timedelta(days=-1), timedelta(days=1)):
            near = day + step
            while near.year in self.years and not self.is_working_day(near):
                yield near
                near += step

    def year(self, number: int) -> WorkingYear:
        """The published year. Raises NotPublishedError where there is none."""
        if number not in self.years:
            raise NotPublishedError(number, max(self.years, default=0))
        return self.years[number]

    def shift(self, day: date, count: int) -> date:
        """The day that is `count` working days after (before, if negative) the day, which is not counted."""
        step = timedelta(days=1 if count >= 0 else -1)
        for _ in range(abs(count)):
            day += step
            while not self.is_working_day(day):
                day += step
        return day


def read_calendar(root: y.Entry, problems: y.Problems) -> WorkingCalendar:
    """The published years of a calendar file."""
    top = y.mapping(root, problems, required=("calendar",))
    if "calendar" not in top:
        return WorkingCalendar()
    body = y.mapping(top["calendar"], problems, required=("years",), optional=("id", "label"))
    years: dict[int, WorkingYear] = {}
    for entry in y.items(body.get("years"), problems):
        parts = y.mapping(entry, problems, required=("year", "source", "holidays", "workdays"))
        number = y.whole_number(parts["year"], problems) if "year" in parts else None
        if number is None:
            continue
        years[number] = WorkingYear(
            number,
            y.text(parts.get("source")),
            _days(parts.get("holidays"), problems),
            _days(parts.get("workdays"), problems),
        )
    return WorkingCalendar(years)


def _days(entry: y.Entry | None, problems: y.Problems) -> frozenset[date]:
    moments = (y.moment(item, problems) for item in y.items(entry, problems))
    return frozenset(moment.date() for moment in moments if moment)
