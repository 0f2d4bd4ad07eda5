"""Each mistake of a policy's author has its own coded message, at its place, with something to do about it."""

from pathlib import Path

import pytest

from engine import Decision
from policy.diagnostics import Diagnostic, has_errors, render
from policy.loader import Rulebook
from tests.support.rulebooks import Workshop, write_region
from tests.support.shipped import shipped_regions as shipped
from tests.support.told import assert_well_told, within

SOURCES = """
sources:
  - id: trial_source
    label: 试文
    title: 试行通知
    issuer: 试区
    provisions:
      - id: TR-1
        clause: 一
        gist: {zh: 试一。, en: First.}
        standing: executable
      - id: TR-2
        clause: 二
        gist: {zh: 试二。, en: Second.}
        standing: executable
"""
Files = dict[str, str | bytes]
QUESTION = "问题 试问 trial.question\n  依时 决定日\n  答复 结果 result = 结果\n"


def policy(rules: str) -> Files:
    return {"sources.yaml": SOURCES, "rules.policy": f"{rules}\n{QUESTION}"}


CLASH = """规则 结果 result：金额
  依据 试文“一”
  一般 1 元
  情形 高 high 当 参保人员.已退休 则 200 元 依据 试文“一”
  情形 低 low 当 参保人员.长期用药 则 100 元 依据 试文“二”
"""
CLASH_OF_VALUES = CLASH.replace("200 元", "结算.本次应付金额")
GAP = """规则 结果 result：金额
  情形 高 high 当 参保人员.已退休 则 200 元 依据 试文“一”
  情形 低 low 当 非 参保人员.已退休 且 参保人员.长期用药 则 100 元 依据 试文“二”
"""
DATED = """规则 结果 result：金额
  依据 试文“一”
  一般 参数.试定额
"""
FIGURES = """
parameters:
  trial_figure:
    label: 试定额
    type: money
    values:
      - {from: 2023-01-01, until: 2023-06-30, cite: TR-1, value: 10}
      - {from: 2024-01-01, until: 2024-12-31, cite: TR-2, value: 20}
"""
PLAIN = """规则 结果 result：金额
  依据 试文“一”
  一般 1 元
"""

AT_LOADING: dict[str, tuple[str, str, Files]] = {
    "a misspelt name": ("E0201", "rules.policy", policy(PLAIN.replace("1 元", "参数.年度最高支付限"))),
    "a ratio added to money": ("E0302", "rules.policy", policy(PLAIN.replace("1 元", "1 元 + 3%"))),
    "a product that is not rounded": ("E0303", "rules.policy", policy(PLAIN.replace("1 元", "1 元 × 3%"))),
    "an unknown provision": ("E0204", "rules.policy", policy(PLAIN.replace("“一”", "“三”"))),
    "a bracket never closed": ("E0103", "rules.policy", policy(PLAIN.replace("1 元", "（1 元"))),
    "an unknown YAML key": ("E0402", "sources.yaml", {"sources.yaml": SOURCES.replace("issuer:", "isuer:")}),
    "a missing YAML key": ("E0403", "sources.yaml", {"sources.yaml": SOURCES.replace("    issuer: 试区\n", "")}),
    "a key written twice": ("E0405", "sources.yaml", {"sources.yaml": SOURCES.replace("issuer: 试区", "issuer: 试区\n    issuer: 试区")}),
    "malformed YAML": ("E0401", "sources.yaml", {"sources.yaml": SOURCES.replace("label: 试文", "label: [试文")}),
    "a rule file that is not UTF-8": ("E0105", "rules.policy", {"rules.policy": PLAIN.encode("gb18030")}),
    "a YAML file that is not UTF-8": ("E0105", "sources.yaml", {"sources.yaml": SOURCES.encode("gb18030")}),
    "an empty rule file": ("E0106", "rules.policy", {"rules.policy": ""}),
    "an empty YAML file": ("E0106", "parameters.yaml", {"parameters.yaml": ""}),
    "a YAML file of comments": ("E0106", "parameters.yaml", {"parameters.yaml": "# 暂无\n"}),
    "a rule file of 50 MB": ("E0107", "rules.policy", {"rules.policy": b"#" * 50_000_000}),
    "a YAML file of 50 MB": ("E0107", "sources.yaml", {"sources.yaml": b"#" * 50_000_000}),
    "a date that does not exist": ("E0108", "rules.policy", policy(PLAIN.replace("1 元", "1 元 自 2023年2月30日 起"))),
    "a figure that is not exact to the fen": (
        "E0404", "parameters.yaml", {**policy(DATED), "parameters.yaml": FIGURES.replace("value: 10", "value: 10.005")}),
    "periods that overlap": (
        "E0407", "parameters.yaml", {**policy(DATED), "parameters.yaml": FIGURES.replace("until: 2023-06-30", "until: 2024-06-30")}),
}  # fmt: skip
"""Mistake → code, the file it stands in, the files of the region."""


@pytest.mark.parametrize("mistake", AT_LOADING)
def test_a_mistake_in_a_file_is_told_with_its_place_and_what_to_do(mistake: str, workshop: Workshop) -> None:
    code, name, files = AT_LOADING[mistake]
    with within(20):
        diagnostics = workshop.load(files).diagnostics
    assert_well_told(diagnostics)
    told = [item for item in diagnostics if item.code == code]
    assert told, [render(item) for item in diagnostics]
    assert name in told[0].where
    assert told[0].hint is not None, render(told[0])


# ── what shows only when a case is decided ──────────────────────────────────────────────────────────


def decided(workshop: Workshop, files: Files, facts: dict[str, object], as_of: str = "2023-05-01") -> Decision:
    return workshop.regions(files).decide("trial", "trial.question", facts, as_of=as_of)


def only_problem(decision: Decision, code: str) -> Diagnostic:
    assert_well_told(decision.diagnostics)
    assert str(decision.status) == "error"
    assert [item.code for item in decision.diagnostics] == [code], decision.diagnostics
    return decision.diagnostics[0]


def test_two_clauses_that_clash_are_refused_with_a_case_that_shows_it(workshop: Workshop) -> None:
    loaded = workshop.load(policy(CLASH))
    assert_well_told(loaded.diagnostics)
    problem = next(item for item in loaded.diagnostics if item.code == "E0501")
    shown = render(problem)
    assert "high" in problem.message.en and "low" in problem.message.en
    assert "已退休" in shown and "长期用药" in shown and "rules.policy" in problem.where
    assert problem.hint is not None


def test_two_clauses_that_clash_in_a_case_name_both_clauses_and_both_values(workshop: Workshop) -> None:
    facts = {"person": {"retired": True, "long_term_medication": True}, "claim": {"amount_due": "200"}}
    problem = only_problem(decided(workshop, policy(CLASH_OF_VALUES), facts), "E0501")
    assert {"high", "low", "200.00", "100.00"} <= set(problem.message.en.replace("`", "").replace(",", "").split())
    assert set(problem.provisions) == {"TR-1", "TR-2"}
    assert problem.hint is not None and "rules.policy" in problem.where


def test_two_clauses_that_say_the_same_do_not_clash(workshop: Workshop) -> None:
    facts = {"person": {"retired": True, "long_term_medication": True}, "claim": {"amount_due": "100"}}
    assert str(decided(workshop, policy(CLASH_OF_VALUES), facts).outputs["result"]) == "100"


def test_a_case_nobody_covers_names_the_rule_and_its_provisions(workshop: Workshop) -> None:
    facts = {"person": {"retired": False, "long_term_medication": False}}
    problem = only_problem(decided(workshop, policy(GAP), facts), "E0502")
    assert "结果" in problem.message.zh and set(problem.provisions) == {"TR-1", "TR-2"}
    assert problem.hint is not None and "rules.policy" in problem.where


@pytest.mark.parametrize(
    ("as_of", "nearest"), [("2022-12-31", "2023-01-01"), ("2025-01-01", "2024-12-31"), ("2023-07-01", "2023-06-30")]
)
def test_a_date_outside_all_values_names_the_nearest_known_date(workshop: Workshop, as_of: str, nearest: str) -> None:
    files = {**policy(DATED), "parameters.yaml": FIGURES}
    problem = only_problem(decided(workshop, files, {}, as_of), "E0504")
    assert as_of in problem.message.zh and nearest in problem.message.zh
    assert problem.hint is not None and "rules.policy" in problem.where
    assert any(note.span and "parameters.yaml" in note.span.place for note in problem.notes)


def test_a_date_without_rules_names_the_first_known_date(workshop: Workshop) -> None:
    rules = PLAIN.replace("1 元", "1 元 自 2023年6月1日 起")
    problem = only_problem(decided(workshop, policy(rules), {}), "E0503")
    assert "2023-06-01" in problem.message.zh and problem.hint is not None


FACTS: dict[str, tuple[str, str, object]] = {
    "an amount that is not exact to the fen": ("E0605", "claim.items[0].amount", "10.005"),
    "a float that is not exact to the fen": ("E0605", "claim.items[0].amount", 0.1 + 0.2),
    "a negative amount": ("E0604", "claim.items[0].amount", "-1.00"),
    "words for an amount": ("E0603", "claim.items[0].amount", "一百元"),
    "a misspelt value": ("E0606", "claim.items[0].treatment_class", "class_aa"),
}


@pytest.mark.parametrize("mistake", FACTS)
def test_a_mistake_in_the_facts_is_told_by_its_path(mistake: str) -> None:
    code, path, value = FACTS[mistake]
    item = {
        "id": "1",
        "amount": "1.00",
        "treatment_class": "class_a",
        "price_limited": False,
        path.rpartition(".")[2]: value,
    }
    problem = only_problem(shipped().decide("hangzhou", "benefit.settlement", {"claim": {"items": [item]}}), code)
    assert problem.where == path and problem.hint is not None


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"claims": {"items": []}}, "E0601"),
        ({"claim": {"item": []}}, "E0601"),
        ({"visit": {"credential": "id_card"}}, "E0602"),
        ({"claim": []}, "E0607"),
    ],
)
def test_a_fact_out_of_place_is_told(facts: dict[str, object], code: str) -> None:
    problem = only_problem(shipped().decide("hangzhou", "benefit.settlement", facts), code)
    assert problem.hint is not None and problem.where


def test_a_city_beyond_its_province_is_refused_with_both_clauses(workshop: Workshop) -> None:
    figure = "parameters:\n  reduction_referral:\n    values:\n      - {from: 2023-01-01, cite: TR-1, value: 15}\n"
    loaded = workshop.load({"sources.yaml": SOURCES, "parameters.yaml": figure}, extends="zhejiang")
    assert has_errors(loaded.diagnostics)
    problem = next(item for item in loaded.diagnostics if item.code == "E0406")
    shown = render(problem)
    assert "parameters.yaml:4" in shown and "15" in shown and "10" in shown and "一（四）c" in shown
    assert "ZJX-1.4c" in problem.provisions or "ZJX-1.4c" in render(problem, "en")
    assert problem.hint is not None


def test_a_region_that_extends_itself_in_a_circle(tmp_path: Path) -> None:
    for one, other in (("a", "b"), ("b", "c"), ("c", "a"), ("d", "d")):
        write_region(tmp_path, one, {}, extends=other)
    for name in ("a", "d"):
        loaded = Rulebook(tmp_path).load(name)
        assert [item.code for item in loaded.diagnostics] == ["E0408"]
        assert_well_told(loaded.diagnostics)
        assert loaded.diagnostics[0].hint is not None
    assert set(Rulebook(tmp_path).regions()) == {"a", "b", "c", "d"}
