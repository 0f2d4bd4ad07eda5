"""The tables of month arithmetic hold for rules as they are written, as values and as deadlines."""

from __future__ import annotations

from datetime import date

import pytest

from engine import Regions
from tests.support.month_tables import parts, rows
from tests.support.rulesets import REGION, Ruleset

TREATMENTS = {"clamped": "遇短月取末日", "rolled": "遇短月顺延"}
EXACT, AMBIGUOUS, ENDS = rows("exact_computations"), rows("ambiguous_computations"), rows("first_last_day_of_month")
PERIODS = sorted({period for _, period, *_ in (*EXACT, *AMBIGUOUS)})


def names(period: str, treatment: str) -> tuple[str, str]:
    """The rule that adds a period to the day of admission, and the deadline that runs from it."""
    return (f"r{PERIODS.index(period)}{treatment}", f"d{PERIODS.index(period)}{treatment}")


def written(period: str, treatment: str) -> str:
    """Both, as an author writes them; the length of the deadline's only part may be a fact."""
    sums, lengths = "就诊.入院日", []
    for count, unit in parts(period):
        words = {"years": "年", "months": "个月", "days": "天"}[unit]
        end = "" if unit == "days" else f"（{TREATMENTS[treatment]}）"
        sums += f" + {count} {words}{end}"
        lengths.append(f"（考核.病例数） {words}{end}")
    rule, deadline = names(period, treatment)
    [length] = lengths
    return f"规则 {rule}：日期\n  一般 {sums}\n\n期限 {deadline}\n  起算 就诊.入院日\n  时限 {length}\n"


@pytest.fixture(scope="module")
def regions(tmp_path_factory: pytest.TempPathFactory) -> Regions:
    every = [written(period, treatment) for period in PERIODS for treatment in TREATMENTS]
    every.append("规则 first：日期\n  一般 所在月（就诊.入院日） 第 1 日\n")
    every.append("规则 last：日期\n  一般 月末日（所在月（就诊.入院日））\n")
    every.append("规则 thirty_first：日期\n  一般 所在月（就诊.入院日） 第 31 日\n")
    region = f"id: {REGION}\nlabel: 试区\nextends: nation\n"
    files = {f"{REGION}/region.yaml": region, f"{REGION}/rules.policy": "\n".join(every)}
    return Ruleset(files, (), (), ()).regions(tmp_path_factory.mktemp("months"))


def value(regions: Regions, rule: str, day: str, **review: int) -> date:
    facts = {"visit": {"admitted_on": day}, **({"review": review} if review else {})}
    decision = regions.decide(REGION, rule, facts, as_of="2024-05-06")
    assert not decision.diagnostics, decision.diagnostics
    found = decision.outputs[rule]
    assert isinstance(found, date)
    return found


def check(regions: Regions, day: str, period: str, treatment: str, expected: str) -> None:
    rule, deadline = names(period, treatment)
    [(count, _)] = parts(period)
    assert value(regions, rule, day) == date.fromisoformat(expected)
    assert value(regions, deadline, day, cases=count) == date.fromisoformat(expected)


@pytest.mark.parametrize(("day", "period", "expected"), EXACT)
@pytest.mark.parametrize("treatment", TREATMENTS)
def test_where_the_day_exists_both_treatments_agree(
    regions: Regions, treatment: str, day: str, period: str, expected: str
) -> None:
    check(regions, day, period, treatment, expected)


@pytest.mark.parametrize(("day", "period", "up", "down"), AMBIGUOUS)
def test_where_the_day_does_not_exist_the_treatment_decides(
    regions: Regions, day: str, period: str, up: str, down: str
) -> None:
    check(regions, day, period, "rolled", up)
    check(regions, day, period, "clamped", down)


@pytest.mark.parametrize(("day", "first", "last"), ENDS)
def test_first_and_last_day_of_a_month(regions: Regions, day: str, first: str, last: str) -> None:
    assert value(regions, "first", day) == date.fromisoformat(first)
    assert value(regions, "last", day) == date.fromisoformat(last)
    assert value(regions, "thirty_first", day) == date.fromisoformat(last)
