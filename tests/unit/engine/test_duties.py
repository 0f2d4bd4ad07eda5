"""Duties and checklists are known by name: how one stands, whom it binds, what is lacking."""

from pathlib import Path
from typing import Any

import pytest

from engine import Regions
from engine.decision import Decision, Status
from tests.support.rulebooks import write_region

SOURCES = """
sources:
  - id: notice
    label: 示通知
    title: 示例通知
    number: 示1号
    issuer: 示例
    issued: 2024-01-01
    from: 2024-01-01
    until: null
    supersedes: []
    standing: published
    provisions:
      - {id: SH-1, clause: 一, gist: {zh: 一, en: one}, standing: executable}
      - {id: SH-2, clause: 二, gist: {zh: 二, en: two}, standing: executable, from: 2024-07-01}
"""

VOCABULARY = """
enums:
  Work:
    label: 工作
    role: duty
    values:
      verify: {label: 核验}
      report: {label: 报告}
      improve: {label: 改进}
      advise: {label: 提醒}
      archive: {label: 归档}
  Standing:
    label: 状态
    role: duty_state
    values:
      met: {label: 已办, role: met}
      open: {label: 待办, role: open}
      breached: {label: 违反了, role: breached}
      missed: {label: 没达到, role: missed}
      idle: {label: 不涉及, role: not_triggered}
  Body:
    label: 单位
    values: {hospital: {label: 医院}, office: {label: 中心}, shop: {label: 药店}}
  Strength:
    label: 强度
    values: {must: {label: 应当}, may: {label: 可以, role: permission}, goal: {label: 力争, role: goal}}
  Papers:
    label: 材料单
    role: checklist
    values: {claim: {label: 报销材料}, filing: {label: 备案材料}, other: {label: 其他材料}}
  Paper:
    label: 材料
    role: checklist_item
    values: {bill: {label: 票据}, e_bill: {label: 电子票据}, card: {label: 银行卡}}
entities:
  case:
    label: 案
    fields:
      work: {label: 工作, type: "enum:Work"}
      body: {label: 单位, type: "enum:Body"}
      papers: {label: 材料单, type: "enum:Papers"}
      given: {label: 已交, type: "list[enum:Paper]"}
      concerned: {label: 涉及, type: boolean}
      done: {label: 办了, type: boolean}
      late: {label: 晚了, type: boolean}
  row:
    label: 义务行
    record: true
    roles: {name: work, actor: body, modality: strength}
    fields:
      work: {label: 工作, type: "enum:Work"}
      body: {label: 单位, type: "enum:Body"}
      strength: {label: 强度, type: "enum:Strength"}
"""

RULES = """
职责 各方义务 duties_here：列表 义务行
  依据 示通知“一”
  规范 应当
  义务 核验
    责任 {医院、药店}
    当 案.涉及
    违反 案.晚了
  义务 报告
    责任 中心
    履行 案.办了
    违反 案.晚了
  义务 改进
    责任 医院
    规范 力争
    履行 案.办了
    违反 案.晚了
  义务 提醒
    责任 中心
    规范 可以
    履行 案.办了
    违反 案.晚了
  义务 归档
    依据 示通知“二”
    责任 中心
    履行 案.办了

清单 报销材料 claim
  依据 示通知“一”
  项 {票据、电子票据}
  项 {银行卡}

清单 备案材料 filing 开放
  依据 示通知“二”
  项 {票据}

裁量 酌情处理 discretion：是否
  责任 中心
  依据 示通知“一”

规则 要酌情 is_special：是否
  一般 否
  情形 涉及 concerned 当 案.涉及 则 提请（酌情处理）

问题 询问 duty.check
  依时 决定日
  答复 怎样了 standing = 履行状态（案.工作）
  答复 强弱 strength = 义务强度（案.工作）
  答复 名下 held = 名下义务（{案.单位}）
  答复 还缺 lacking = 缺项（案.材料单，案.已交）
  答复 只列最低要求 is_open_list = 为开放清单（案.材料单）
  答复 所缺报销材料 lacking_for_claim = 缺项（报销材料，案.已交）
  答复 酌情 special = 要酌情
"""


@pytest.fixture(scope="module")
def regions(tmp_path_factory: pytest.TempPathFactory) -> Regions:
    return written(tmp_path_factory.mktemp("rules"), RULES)


def written(folder: Path, rules: str) -> Regions:
    files: dict[str, str | bytes] = {"sources.yaml": SOURCES, "vocabulary.yaml": VOCABULARY, "rules.policy": rules}
    write_region(folder, "city", files, extends="")
    return Regions(folder)


def ask(regions: Regions, output: str, as_of: str = "2024-08-01", **facts: Any) -> Decision:
    return regions.decide("city", "duty.check", {"case": facts}, as_of=as_of, outputs=[output])


def standing(regions: Regions, work: str, **facts: Any) -> Any:
    return ask(regions, "standing", work=work, **facts).outputs["standing"]


def test_a_duty_that_says_what_breaches_it_is_met_until_then(regions: Regions) -> None:
    assert standing(regions, "verify", concerned=True, late=False) == "met"
    assert standing(regions, "verify", concerned=True, late=True) == "breached"


def test_a_duty_that_is_not_triggered_asks_for_nothing_more(regions: Regions) -> None:
    assert standing(regions, "verify", concerned=False) == "idle"


def test_what_is_fulfilled_is_met_however_late(regions: Regions) -> None:
    assert standing(regions, "report", done=True) == "met"
    assert standing(regions, "report", done=False, late=False) == "open"
    assert standing(regions, "report", done=False, late=True) == "breached"


def test_a_goal_is_missed_and_a_permission_is_never_breached(regions: Regions) -> None:
    assert standing(regions, "improve", done=False, late=True) == "missed"
    assert standing(regions, "advise", done=False, late=True) == "open"


def test_a_duty_without_a_breach_stays_open(regions: Regions) -> None:
    assert standing(regions, "archive", done=False) == "open"
    assert ask(regions, "strength", work="archive").outputs == {"strength": "must"}


def test_what_is_lacking_is_asked_for_under_the_duty(regions: Regions) -> None:
    decision = ask(regions, "standing", work="report")
    assert decision.status is Status.UNDETERMINED
    assert {need.path: need.citations for need in decision.needs} == {
        "case.done": ("SH-1",),
        "case.late": ("SH-1",),
    }


def test_which_duty_is_meant_is_asked_for_under_all_in_force(regions: Regions) -> None:
    (need,) = ask(regions, "standing", as_of="2024-02-01").needs
    assert (need.path, need.citations) == ("case.work", ("SH-1",))


def test_a_duty_is_in_force_as_long_as_its_provision(regions: Regions) -> None:
    decision = ask(regions, "standing", as_of="2024-02-01", work="archive", done=True)
    assert [item.code for item in decision.diagnostics] == ["E0503"]
    assert "2024-07-01" in decision.diagnostics[0].message.zh


def test_an_actor_has_the_duties_in_force_and_only_those_are_cited(regions: Regions) -> None:
    def held(body: str, as_of: str) -> tuple[list[str], set[str]]:
        decision = ask(regions, "held", as_of=as_of, body=body)
        return [row["work"] for row in decision.outputs["held"]], decision.cited()

    assert held("shop", "2024-08-01") == (["verify"], {"SH-1"})
    assert held("office", "2024-02-01") == (["report", "advise"], {"SH-1"})
    assert held("office", "2024-08-01") == (["report", "advise", "archive"], {"SH-1", "SH-2"})


def test_a_day_before_all_duties_is_an_error_that_names_the_nearest(regions: Regions) -> None:
    decision = ask(regions, "held", as_of="2023-12-31", body="office")
    assert [item.code for item in decision.diagnostics] == ["E0503"]
    assert "2024-01-01" in decision.diagnostics[0].message.zh


def test_a_checklist_is_found_by_the_name_the_case_gives(regions: Regions) -> None:
    decision = ask(regions, "lacking", papers="claim", given=["e_bill"])
    assert (decision.outputs["lacking"], decision.cited()) == (("card",), {"SH-1"})
    assert ask(regions, "is_open_list", papers="claim").outputs == {"is_open_list": False}
    assert ask(regions, "is_open_list", papers="filing").outputs == {"is_open_list": True}


def test_a_checklist_named_by_a_rule_cites_its_provision_too(regions: Regions) -> None:
    decision = ask(regions, "lacking_for_claim", given=[])
    assert (decision.outputs["lacking_for_claim"], decision.cited()) == (("bill", "card"), {"SH-1"})


def test_a_checklist_that_is_not_in_force_or_not_there_is_an_error(regions: Regions) -> None:
    early = ask(regions, "lacking", as_of="2024-02-01", papers="filing", given=[])
    nowhere = ask(regions, "lacking", papers="other", given=[])
    assert [item.code for item in (*early.diagnostics, *nowhere.diagnostics)] == ["E0503", "E0502"]


def test_what_is_there_is_asked_for_under_the_checklist(regions: Regions) -> None:
    (need,) = ask(regions, "lacking", papers="filing").needs
    assert (need.path, need.citations) == ("case.given", ("SH-2",))


def test_a_referral_is_decided_and_goes_to_a_person(regions: Regions) -> None:
    decision = ask(regions, "special", concerned=True)
    assert decision.status is Status.NEEDS_HUMAN
    assert decision.outputs == {"special": True}
    assert [(need.id, need.actor) for need in decision.human] == [("discretion", "office")]
    assert ask(regions, "special", concerned=False).status is Status.DETERMINED


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("义务 归档", "义务 报告", "E0202"),
        ("义务 归档", "义务 归挡", "E0201"),
        ("责任 {医院、药店}", "责任 {医院、归档}", "E0201"),
        ("履行状态（案.工作）", "履行状态（案.单位）", "E0306"),
        ("名下义务（{案.单位}）", "名下义务（案.单位）", "E0306"),
        ("缺项（案.材料单，", "缺项（案.工作，", "E0306"),
        ("提请（酌情处理）", "提请（要酌情）", "E0306"),
        ("  规范 应当\n", "  规范 应当\n  当 案.涉及\n", "E0307"),
    ],
)
def test_a_mistake_about_duties_is_found_on_loading(tmp_path: Path, before: str, after: str, code: str) -> None:
    assert before in RULES
    loaded = written(tmp_path, RULES.replace(before, after, 1)).rulebook.load("city")
    assert code in {item.code for item in loaded.diagnostics}
