import re

import pytest

from engine.explanation import setl_proc_info
from engine.explanation.phrases import PHRASES
from engine.explanation.process_info import LIMIT_CHARACTERS
from tests.support.explained import (
    DECISIONS,
    LANGUAGES,
    claim_with,
    collaboration,
    mistaken,
    settle,
    settlement,
    undetermined,
    validity,
)


def patient(lang: str = "zh", format: str = "text") -> str:
    return settlement().explain(lang, "patient", format)


def test_a_patient_sees_the_cash_first_with_thousands_apart() -> None:
    cash = settlement().outputs["cash_pay"]
    assert patient().splitlines()[3].endswith(f"¥{cash:,.2f}")


def test_the_parts_of_the_waterfall_make_the_total() -> None:
    steps = re.findall(r"^ (\S.*?)  +(¥[\d,.]+)  +([█▒▓░]+)", patient(), re.M)
    amounts = {bar[0]: 0 for _, _, bar in steps}
    for _, amount, bar in steps:
        amounts[bar[0]] += int(amount.replace("¥", "").replace(",", "").replace(".", ""))
    outputs = settlement().outputs
    own = amounts["▒"]
    assert own == (outputs["personal_total"] + outputs["other_fund_pay"]) * 100
    assert own + outputs["basic_fund_pay"] * 100 == outputs["total_fee"] * 100


def test_a_patient_learns_what_filing_would_have_saved() -> None:
    filed = settle(claim_with(filing={"state": "filed"}))
    saved = settlement().outputs["personal_total"] - filed.outputs["personal_total"]
    assert f"如果出院结算前办好备案（可以补办），您可少付 ¥{saved:,.2f}。" in patient().replace("\n", "").replace(
        "   ", ""
    )


def test_a_patient_is_told_why_in_three_to_six_sentences() -> None:
    why = patient().split("为什么是这个结果")[1].split("──")[1:]
    sentences = re.findall(r"^ \d\. ", patient(), re.M)
    assert why
    assert 3 <= len(sentences) <= 6


def test_a_clerk_sees_the_interface_names_in_order() -> None:
    text = settlement().explain("zh", "clerk", "text")
    fields = [item.field for item in settlement().results.values() if item.field]
    places = [text.index(f" {field} ") for field in fields]
    assert places == sorted(places)


def test_a_clerk_sees_the_working_with_numbers() -> None:
    text = settlement().explain("zh", "clerk", "text")
    assert re.search(r"= （11000\.00 - 0\.00）× 10% 四舍五入到 分 = 1100\.00", text)
    assert re.search(r"\d+\.\d\d × 82% 四舍五入到 分 = \d+\.\d\d", text)


def test_a_clerk_sees_what_lost_and_why() -> None:
    lost = settlement().explain("zh", "clerk", "text").split("未适用的条款及原因")[1]
    assert "“急诊不降”〔浙异地2022“一（四）b”〕：条件不成立：降幅情形 为 急诊抢救（实际为 未按规定备案）" in "".join(
        line.strip() for line in lost.splitlines()
    )


def test_figures_tell_where_they_come_from() -> None:
    text = settlement().explain("zh", "clerk", "text")
    assert "随案给出" in text
    assert re.search(r"\d+年\d+月\d+日起执行，依据 杭", text)


def test_a_figure_given_with_the_case_names_the_shipped_one_it_overrides() -> None:
    decision = settle(claim_with(region_parameters={"deductible_standard": "700.00"}))
    text = decision.explain("zh", "clerk", "text")
    assert "随案给出，取代本地公布值 800.00" in text


def test_an_auditor_sees_places_hashes_and_the_choice_of_law() -> None:
    text = settlement().explain("zh", "auditor", "text")
    assert re.search(r"位置：.*\.policy:\d+:\d+", text)
    assert settlement().revision in text
    assert settlement().facts_hash in text
    assert "按参保地（杭州市）规定，依据" in text


@pytest.mark.parametrize("reader", ["patient", "clerk", "auditor"])
def test_a_missing_fact_is_named_with_its_clause(reader: str) -> None:
    text = undetermined().explain("zh", reader, "text")
    assert "备案状态" in text.split("还需要的事实")[1]
    assert "国异地2022“跨省备案”" in text
    assert ("filing.state" in text) == (reader != "patient")


def test_an_error_shows_no_amounts_that_are_no_result() -> None:
    for reader in ("patient", "clerk"):
        text = mistaken().explain("zh", reader, "text")
        assert "上级限度为不超过 20" in text
        assert "个人现金支出" not in text


def test_a_deadline_tells_its_start_and_length() -> None:
    text = collaboration().explain("zh", "clerk", "text")
    assert "自问题协同.受理日（2023年9月28日）起 2 个工作日" in text
    assert "2023年10月8日" in text


def test_english_has_no_chinese_but_names_of_documents_and_remarks() -> None:
    text = validity().explain("en", "patient", "text")
    assert not re.search(r"[\u4e00-\u9fff]", text)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", DECISIONS)
def test_the_interface_slot_is_never_overfull(name: str, lang: str) -> None:
    text = setl_proc_info(DECISIONS[name](), lang)
    assert 0 < len(text) <= LIMIT_CHARACTERS


def test_the_interface_slot_leaves_out_whole_parts_only() -> None:
    edges = [f"{n}00.00" for n in range(1, 300)]
    ends = zip(["0.00", *edges], [*edges, None], strict=True)
    many = [{"above": low, "up_to": high, "ratio": f"0.{500 + n}"} for n, (low, high) in enumerate(ends)]
    text = setl_proc_info(settle(claim_with(region_parameters={"pay_bands": many})))
    assert len(text) <= LIMIT_CHARACTERS
    assert text.endswith("；…")


def test_every_phrase_has_the_same_slots_in_both_languages() -> None:
    slots = re.compile(r"\{(\w+)\}")
    differing = {key for key, text in PHRASES.items() if set(slots.findall(text.zh)) != set(slots.findall(text.en))}
    assert not differing
