"""Working days: a calendar joined to the query, in which every day has its number among the working days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlglot import exp

from engine.backends.refusals import refused
from engine.backends.sql import builders as b
from engine.backends.sql.places import Place
from engine.backends.sql.relations import Lookup
from engine.backends.sql.terms import Term
from policy.types import Type

if TYPE_CHECKING:
    from engine.backends.sql.compiler import Compiler

DAYS, WORKDAYS = "calendar_days", "calendar_workdays"


class Calendar:
    """Reads the working calendar of the policy by joins."""

    def __init__(self, compiler: Compiler) -> None:
        self.compiler = compiler
        self.calendar = compiler.laws.insured.calendar
        years = sorted(self.calendar.years)
        self.is_published = bool(years) and years == list(range(years[0], years[-1] + 1))
        if self.is_published:
            self.first, self.last = date(years[0], 1, 1), date(years[-1], 12, 31)

    def shifted(self, start: Term, count: exp.Expression, place: Place) -> Term:
        """So many working days on; outside the published years an error."""
        self._require(place)
        if start.type.kind != "date":
            raise refused(place.name, "时刻加工作日", "an instant moved by working days")
        number = self._of_day("number", start.sql, place)
        works = self._of_day("works", start.sql, place)
        steps = b.wrapped(count)
        # Back from a rest day, the working day before it is the first.
        backward = b.binary(exp.Add, b.binary(exp.Add, number, b.binary(exp.Sub, b.number(1), works)), steps)
        onward = b.binary(exp.Add, number, steps)
        target = b.case([(b.binary(exp.LT, steps, b.number(0)), backward)], onward)
        column = self.compiler.column(f"{place.name}__number", target, place.relation)
        found = self._lookup(WORKDAYS, "number", "day", column, place)
        itself = b.case([(b.is_known(number), start.sql)])  # of no year without a calendar
        moved = b.case([(b.binary(exp.EQ, steps, b.number(0)), itself)], found)
        given = b.both((b.is_known(start.sql), b.is_known(count)))
        why = b.case([(b.both((given, b.is_null(moved))), self.compiler.reasons.error("E0507", place.name))])
        return Term(sql=moved, type=start.type, reason=why, may_fail=True)

    def function(self, name: str, day: Term, kind: Type, place: Place) -> Term:
        """是休息日, 是法定节假日, 提前至工作日."""
        self._require(place)
        if name == "back_to_working_day":
            sql = self._of_day("back", day.sql, place)
        elif name == "is_holiday":
            sql = self._of_day("is_holiday", day.sql, place)
        else:
            sql = exp.EQ(this=self._of_day("works", day.sql, place), expression=b.number(0))
        why = b.case(
            [(b.both((b.is_known(day.sql), b.is_null(sql))), self.compiler.reasons.error("E0507", place.name))]
        )
        return Term(sql=sql, type=kind, reason=why, may_fail=True)

    def warned(self, day: Term, kind: Type, place: Place) -> Term:
        """Whether a due day is a rest day: not where there is no day, 空 where its year has no calendar."""
        if isinstance(day.sql, exp.Null):
            no = b.FALSE if day.reason is None else b.NULL
            return Term(sql=no, type=kind, reason=day.reason, may_fail=day.may_fail)
        self._require(place)
        rests = exp.EQ(this=self._of_day("works", day.sql, place), expression=b.number(0))
        sql = b.case([(b.is_null(day.sql), b.FALSE)], rests)
        if day.reason is not None:
            sql = b.case([(b.is_null(day.reason), sql)])
        return Term(sql=sql, type=kind, reason=day.reason, may_be_empty=True, may_fail=day.may_fail)

    def _require(self, place: Place) -> None:
        if not self.is_published:
            raise refused(place.name, "年份不相连的工作日历", "a working calendar with gaps between its years")

    # ── joins ───────────────────────────────────────────────────────────────────────────────────
    def _of_day(self, wanted: str, day: exp.Expression, place: Place) -> exp.Expression:
        return self._lookup(DAYS, "day", wanted, self.compiler.column(f"{place.name}__day", day, place.relation), place)

    def _lookup(self, table: str, key: str, wanted: str, value: exp.Expression, place: Place) -> exp.Expression:
        for name, select in self.tables():
            self.compiler.preludes.setdefault(name, select)
        return place.relation.add(f"{place.name}__{wanted}", value, lookup=Lookup(table, key, wanted))

    def tables(self) -> Iterable[tuple[str, exp.Select]]:
        """The calendar as queries: every day, and the working days alone."""
        if DAYS in self.compiler.preludes:
            return
        yield "calendar_dates", _dates(self.first, self.last)
        yield "calendar_works", self._works()
        yield DAYS, _numbered()
        is_worked = exp.EQ(this=b.column("works"), expression=b.number(1))
        workdays = (
            exp.Select(expressions=[b.column("number"), b.column("day")]).from_(exp.to_table(DAYS)).where(is_worked)
        )
        yield WORKDAYS, workdays

    def _works(self) -> exp.Select:
        """Each day with whether it is worked, and whether it belongs to a published holiday."""
        day = b.column("day")
        years = self.calendar.years.values()
        off = sorted(one for year in years for one in year.holidays)
        on = sorted(one for year in years for one in year.workdays)
        offset = exp.DateDiff(this=day, expression=b.day(_monday(self.first)), unit=exp.var("DAY"))
        weekday = exp.Mod(this=exp.Paren(this=offset), expression=b.number(7))
        is_week = exp.LT(this=weekday, expression=b.number(5))
        works = b.case(
            [(_among(day, on), b.number(1)), (_among(day, off), b.number(0)), (is_week, b.number(1))], b.number(0)
        )
        holidays = [one for one in self._days() if self.calendar.is_holiday(one)]
        columns = [day, _as(works, "works"), _as(_among(day, holidays), "is_holiday")]
        return exp.Select(expressions=columns).from_(exp.to_table("calendar_dates"))

    def _days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


def _dates(first: date, last: date) -> exp.Select:
    series = exp.GenerateDateArray(
        start=b.day(first), end=b.day(last), step=exp.Interval(this=b.text("1"), unit=exp.var("DAY"))
    )
    exploded = _as(b.cast(exp.Explode(this=series), "DATE"), "day")
    return exp.Select(expressions=[exploded])


def _numbered() -> exp.Select:
    """Days with how many working days there were up to them, and the last working day until then."""
    order = exp.Order(expressions=[exp.Ordered(this=b.column("day"))])
    number = exp.Window(this=exp.Sum(this=b.column("works")), order=order)
    worked = b.case([(exp.EQ(this=b.column("works"), expression=b.number(1)), b.column("day"))])
    back = exp.Window(this=exp.Max(this=worked), order=order.copy())
    columns: list[exp.Expression] = [b.column("day"), b.column("works"), b.column("is_holiday")]
    columns += [_as(b.cast(number, "BIGINT"), "number"), _as(back, "back")]
    return exp.Select(expressions=columns).from_(exp.to_table("calendar_works"))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _among(day: exp.Expression, days: list[date]) -> exp.Expression:
    return exp.In(this=day, expressions=[b.day(one) for one in days]) if days else b.FALSE


def _as(value: exp.Expression, name: str) -> exp.Alias:
    return exp.Alias(this=value, alias=exp.to_identifier(name, quoted=True))
