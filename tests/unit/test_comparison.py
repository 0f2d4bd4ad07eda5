"""The comparison rules of case files."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from engine.comparison import Comparison
from policy.loader import Rulebook
from policy.types import MONEY, Type, list_of
from policy.values import typed
from tests.support.shipped import RULES

loaded = Rulebook(RULES, tries=False).load("national").policy
assert loaded is not None
VOCABULARY = loaded.vocabulary
TASKS = list_of(Type("record", "task"))
ENUMS = list_of(Type("enum", "ItemClass"))


def differences(wanted: Any, value: Any, kind: Type, is_ordered: bool = False) -> list[tuple[str, str]]:
    output = SimpleNamespace(type=kind, value=value, is_known=True, is_ordered=is_ordered, reason=None)
    decision = SimpleNamespace(results={"out": output})
    found = Comparison(decision, VOCABULARY).outputs({"out": wanted})  # type: ignore[arg-type]
    return [(item.about, item.message.en) for item in found]


@pytest.mark.parametrize("wanted", ["7.5", "7.50", 7.5, "7.500"])
def test_money_is_compared_as_an_amount(wanted: object) -> None:
    assert differences(wanted, typed("7.50", MONEY, VOCABULARY), MONEY) == []


def test_a_list_of_enumerations_is_a_set_unless_it_is_ordered() -> None:
    value = ("class_a", "class_b")
    assert differences(["乙类", "01"], value, ENUMS) == []
    assert differences(["乙类", "甲类"], value, ENUMS, is_ordered=True) != []
    assert differences(["class_a"], value, ENUMS) != []


def rows(*starts: str) -> tuple[dict[str, Any], ...]:
    step = next(iter(VOCABULARY.enums["Step"].values))
    return tuple({"step": step, "start": date.fromisoformat(item), "due": date(2023, 6, 30)} for item in starts)


def test_rows_are_matched_by_key_and_a_repeated_one_by_its_second_field() -> None:
    value = rows("2023-06-01", "2023-06-08")
    step = value[0]["step"]
    assert differences([{"step": step, "due": "2023-06-30"}, {"step": step}], value, TASKS) == []
    assert differences([{"step": step, "start": "2023-06-08"}], value, TASKS) == []
    [(about, _)] = differences([{"step": step, "start": "2023-06-09"}], value, TASKS)
    assert about == f"out[step={step}, start=2023-06-09]"


def test_three_rows_are_expected_where_two_are() -> None:
    value = rows("2023-06-01", "2023-06-08")
    assert len(differences([{"step": value[0]["step"]}] * 3, value, TASKS)) == 1


def test_a_row_may_be_stated_absent_and_a_list_empty() -> None:
    value = rows("2023-06-01")
    first, other = list(VOCABULARY.enums["Step"].values)[:2]
    assert differences([{"step": other, "absent": True}], value, TASKS) == []
    assert differences([{"step": first, "absent": True}], value, TASKS) != []
    assert differences([], value, TASKS) != []
    assert differences([], (), TASKS) == []


def test_a_wrongly_written_expectation_is_told_as_such() -> None:
    [(about, message)] = differences([{"step": "no_such_step"}], rows("2023-06-01"), TASKS)
    assert "the expected value is wrong" in message
    assert about.endswith("step")


def test_null_is_a_value() -> None:
    assert differences(None, None, MONEY) == []
    assert differences(None, typed("0", MONEY, VOCABULARY), MONEY) != []
