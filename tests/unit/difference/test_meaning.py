"""What is told of a change, beside the sessions in tests/cli/diff.md."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from engine import Regions
from engine.difference import proving
from engine.difference.judging import Verdict
from engine.difference.meaning import Change, MeaningDifference, difference_of
from engine.difference.rule_folders import folder_of
from policy.diagnostics import PolicyError

RULES = Path(__file__).parents[2] / "cli" / "rules"
PROVINCE = Path("province", "降幅.policy")

MORE = """
规则 起付额 floor：金额
  依据 省通知“第一条”
  一般 较大者（就医.费用 - 100 元，0 元）

核对 费用为正 positive 对 起付额
  依据 省通知“第一条”
  要求 就医.费用 超过 0 元
  否则 “费用应大于零”

裁量 特殊 special：是否
  依据 省通知“第二条”

问题 起付 visit.floor
  依据 省通知“第一条”
  提问 “超过起付的是多少？”
  依时 决定日
  答复 起付额 floor = 起付额
"""


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Two copies of the same rules."""
    for name in ("old", "new"):
        shutil.copytree(RULES, tmp_path / name)
        path = tmp_path / name / PROVINCE
        path.write_text(path.read_text("utf-8") + MORE, "utf-8")
    return tmp_path / "old", tmp_path / "new"


def edit(folder: Path, name: str | Path, *pairs: tuple[str, str]) -> None:
    path = folder / name
    text = path.read_text("utf-8")
    for before, after in pairs:
        assert before in text
        text = text.replace(before, after)
    path.write_text(text, "utf-8")


def compare(folders: tuple[Path, Path]) -> MeaningDifference:
    return difference_of(*folders, seconds=5)


def changes(difference: MeaningDifference, region: str = "province") -> dict[tuple[str, str], Change]:
    (found,) = (item for item in difference.regions if item.region == region)
    return {change.pair.key: change for change in found.changes}


def test_a_witness_shows_the_difference_when_it_is_run(folders: tuple[Path, Path]) -> None:
    edit(folders[1], PROVINCE, ("- 100 元", "- 200 元"))
    change = changes(compare(folders))["rule", "floor"]
    assert change.verdict is Verdict.CHANGED and change.judged.witness is not None
    case = change.judged.witness.both.asked.as_case()
    values = [
        Regions(folder).decide(case["region"], case["question"], case["facts"], as_of=case["as_of"]).outputs["floor"]
        for folder in folders
    ]
    assert values[0] != values[1]


def test_a_change_above_is_told_once_and_its_effects_where_they_are(folders: tuple[Path, Path]) -> None:
    for folder in folders:
        rule = "规则 市里的 of_city：金额\n  依据 市通知“第一条”\n  一般 起付额\n"
        (folder / "city" / "市.policy").write_text(rule, "utf-8")
    edit(folders[1], PROVINCE, ("- 100 元", "- 200 元"))
    difference = compare(folders)
    assert set(changes(difference)) == {("rule", "floor")}
    assert not changes(difference, "city")
    (city,) = (item for item in difference.regions if item.region == "city")
    (inherited,) = city.inherited
    assert [item.part.id for item in inherited.affected] == ["of_city"]


def test_an_amendment_changes_the_rule_where_it_is_made_only(folders: tuple[Path, Path]) -> None:
    amendment = "修订 起付额\n  情形 本市 here 当 就医.类别 为 本地就医 则 1 元 依据 市通知“第一条”\n"
    (folders[1] / "city" / "市.policy").write_text(amendment, "utf-8")
    difference = compare(folders)
    assert not changes(difference)
    change = changes(difference, "city")["rule", "floor"]
    assert change.verdict is Verdict.CHANGED
    assert [(item.change, item.id) for item in change.clauses] == [("added", "here")]
    assert [(item.part.id, item.outputs) for item in change.questions] == [("visit.floor", ("floor",))]


def test_a_part_that_follows_another_is_told_under_its_cause(folders: tuple[Path, Path]) -> None:
    edit(folders[1], PROVINCE, ("则 参数.转诊降幅", "则 0 个百分点"))
    (change,) = changes(compare(folders)).values()
    assert [item.part.id for item in change.affected] == ["pay"]
    assert [(item.part.id, item.outputs) for item in change.questions] == [("visit.pay", ("reduction", "pay"))]


def test_a_check_and_what_a_person_decides_are_parts_too(folders: tuple[Path, Path]) -> None:
    edit(
        folders[1],
        PROVINCE,
        ("要求 就医.费用 超过 0 元", "要求 就医.费用 超过 1 元"),
        ("special：是否", "special：整数"),
    )
    found = changes(compare(folders))
    assert found["check", "positive"].verdict is Verdict.CHANGED
    assert found["check", "positive"].judged.witness is not None
    assert found["rule", "special"].verdict is not Verdict.SAME


def test_a_question_with_another_output_is_changed(folders: tuple[Path, Path]) -> None:
    edit(
        folders[1],
        PROVINCE,
        ("  答复 起付额 floor = 起付额", "  答复 起付额 floor = 起付额\n  答复 降幅 reduction = 降幅"),
    )
    change = changes(compare(folders))["question", "visit.floor"]
    assert change.verdict is Verdict.CHANGED
    assert [(item.change, item.id) for item in change.clauses] == [("added", "reduction")]


def test_a_new_value_of_an_enumeration_is_named(folders: tuple[Path, Path]) -> None:
    words = (
        'other: {label: 其他临时外出, code: "03"}',
        'other: {label: 其他临时外出, code: "03"}\n      home: {label: 回家}',
    )
    edit(folders[1], Path("province", "vocabulary.yaml"), words)
    change = changes(compare(folders))["enum", "Travel"]
    assert [(term.old, term.new) for item in change.clauses for term in item.terms] == [("", "home")]


def test_working_days_for_natural_days_is_no_matter_of_words(folders: tuple[Path, Path]) -> None:
    deadline = "\n期限 复核 due\n  依据 省通知“第二条”\n  起算 2023-02-01\n  时限 2 {}\n"
    for folder, unit in zip(folders, ("天", "个工作日"), strict=True):
        path = folder / PROVINCE
        path.write_text(path.read_text("utf-8") + deadline.format(unit), "utf-8")
    assert changes(compare(folders))["rule", "due"].verdict is Verdict.CHANGED


def test_without_the_solver_nothing_is_called_equivalent(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(folders[1], PROVINCE, ("较大者（就医.费用 - 100 元，0 元）", "较大者（0 元，就医.费用 - 100 元）"))
    assert changes(compare(folders))["rule", "floor"].verdict is Verdict.EQUIVALENT
    monkeypatch.setattr(proving, "available", lambda: False)
    judged = changes(compare(folders))["rule", "floor"].judged
    assert judged.verdict is Verdict.UNDECIDED
    assert judged.reason is not None and "没有安装求解器" in judged.reason.zh


def test_a_revision_of_the_repository_at_hand_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    shutil.copytree(RULES, tmp_path / "rules")
    monkeypatch.chdir(tmp_path)
    for words in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "one"]):
        subprocess.run(["git", *words], check=True)
    edit(tmp_path, Path("rules") / PROVINCE, ("1000 元", "800 元"))
    old = folder_of("git:HEAD", tmp_path / "spare")
    assert "1000 元" in (old / PROVINCE).read_text("utf-8")
    assert set(changes(compare((old, tmp_path / "rules")))) == {("rule", "reviewed")}
    with pytest.raises(PolicyError):
        folder_of("git:--output=x", tmp_path / "other")
