from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.explanation.columns import cut, pad, wrap
from engine.explanation.text_writer import WIDTH
from policy.dsl.source import display_width
from tests.support.claims import PLACES, claim
from tests.support.explained import DECISIONS, FORMATS, LANGUAGES, READERS, claim_with, every_way, regions, settle


@pytest.mark.parametrize(("name", "lang", "reader"), every_way())
def test_no_line_is_wider_than_a_terminal(name: str, lang: str, reader: str) -> None:
    lines = DECISIONS[name]().explain(lang, reader, "text").splitlines()
    assert max(map(display_width, lines)) <= WIDTH


@pytest.mark.parametrize("seed", range(24))
def test_no_claim_makes_a_line_wider_than_a_terminal(seed: int) -> None:
    random = Random(seed)
    region, treatment = PLACES[seed % len(PLACES)]
    decision = regions().decide(region, "benefit.settlement", claim(random), treatment_region=treatment)
    lang, reader = LANGUAGES[seed % 2], READERS[seed % 3]
    lines = decision.explain(lang, reader, "text").splitlines()
    assert max(map(display_width, lines)) <= WIDTH


def test_a_claim_of_many_rows_is_summed_up_for_a_clerk_and_told_in_full_to_an_auditor() -> None:
    rows = [
        {
            "id": f"行{n}",
            "item_type": "drug",
            "treatment_class": "class_b",
            "amount": f"{n}.50",
            "price_limited": False,
            "self_pay_first_ratio": "0.10",
        }
        for n in range(500)
    ]
    decision = settle(claim_with(claim={"items": rows}))
    clerk = decision.explain("zh", "clerk", "text")
    assert "等 500 行" in clerk
    assert len(clerk.splitlines()) < 600
    auditor = decision.explain("zh", "auditor", "text")
    assert all(f"行{n}" in auditor for n in range(500))


def test_the_same_reason_is_told_once() -> None:
    text = DECISIONS["settlement"]().explain("zh", "clerk", "text")
    numbered = [line for line in text.splitlines() if "[" in line and "见 [" not in line]
    numbers = [line.split("[")[1].split("]")[0] for line in numbered]
    assert len(numbers) == len(set(numbers)) > 20


@given(text=st.text(max_size=200), width=st.integers(4, 60))
@settings(max_examples=200, deadline=None)
def test_wrapping_keeps_every_character_and_the_width(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(display_width(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_no_line_begins_with_punctuation() -> None:
    lines = wrap("甲乙丙丁，戊己庚辛。" * 5, 8)
    assert not [line for line in lines if line[0] in "，。"]


def test_columns_are_padded_and_cut_by_what_they_show() -> None:
    assert pad("条款", 6) == "条款  "
    assert pad("条款", 6, right=True) == "  条款"
    assert cut("条款要旨", 6) == "条款…"


@pytest.mark.parametrize("option", ["lang", "reader", "format"])
def test_an_unknown_choice_is_refused(option: str) -> None:
    with pytest.raises(ValueError, match=f"{option} must be one of"):
        DECISIONS["collaboration"]().explain(**{option: "?"})


@pytest.mark.parametrize("format", FORMATS)
def test_explaining_twice_says_the_same(format: str) -> None:
    decision = DECISIONS["settlement"]()
    assert decision.explain("zh", "auditor", format) == decision.explain("zh", "auditor", format)
