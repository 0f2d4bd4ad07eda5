"""A schedule lists its steps: which there are, whose, for what, from when until when."""

from datetime import date
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
      - {id: SH-2, clause: 二, gist: {zh: 二, en: two}, standing: executable}
"""

VOCABULARY = """
enums:
  Job:
    label: 工作
    values: {upload: {label: 上传}, audit: {label: 审核}, pay: {label: 拨付}, reply: {label: 回复}}
  Body:
    label: 单位
    values: {hospital: {label: 医院}, office: {label: 中心}}
  Strength:
    label: 强度
    values: {must: {label: 应当}, may: {label: 可以}}
entities:
  plan:
    label: 日程
    fields:
      month: {label: 月份, type: month}
      body: {label: 单位, type: "enum:Body"}
      letters: {label: 来函, type: "list[entity:letter]"}
      limit: {label: 限期, type: date}
  letter:
    label: 函
    record: true
    fields:
      on: {label: 收到日, type: date}
      answered: {label: 已答, type: boolean}
  row:
    label: 任务
    record: true
    roles: {name: job, actor: body, since: since, until: due, after: after, rest_day: warn, modality: strength}
    fields:
      job: {label: 工作, type: "enum:Job"}
      body: {label: 单位, type: "enum:Body"}
      since: {label: 开始, type: date}
      due: {label: 截止, type: date}
      after: {label: 前面, type: "list[enum:Job]"}
      warn: {label: 提示, type: boolean}
      strength: {label: 强度, type: "enum:Strength"}
"""

RULES = """
规则 问到 is_wanted 对 任务：是否
  一般 是
  情形 指明 named 当 日程.单位 已知 则 任务.单位 为 日程.单位

日程 月度 monthly：任务
  依据 示通知“一”
  责任 医院
  当 问到
  规范 应当
  环节 上传
    期间 （日程.月份 + 1 个月）第 5 日
  环节 审核
    责任 中心
    前置 上传
    期间 至 月末日（日程.月份 + 1 个月）
  环节 拨付
    依据 示通知“二”
    责任 中心
    期间 至 日程.限期
    规范 可以
  环节 回复
    逐 日程.来函 称 来函
    当 非 来函.已答
    期间 自 来函.收到日 至 来函.收到日 + 10 天

问题 月度 plan.monthly
  依时 （日程.月份 + 1 个月）第 1 日
  答复 任务 rows = 月度
"""


@pytest.fixture
def regions(tmp_path: Path) -> Regions:
    files: dict[str, str | bytes] = {"sources.yaml": SOURCES, "vocabulary.yaml": VOCABULARY, "规则.policy": RULES}
    write_region(tmp_path, "home", files, extends="")
    return Regions(tmp_path)


def asked(regions: Regions, **plan: Any) -> Decision:
    return regions.decide("home", "plan.monthly", {"plan": {"month": "2024-01", **plan}})


def rows(decision: Decision) -> dict[str, dict[str, Any]]:
    assert decision.status is Status.DETERMINED, decision.diagnostics
    return {row["job"]: row for row in decision.outputs["rows"]}


def test_each_step_is_a_row_with_what_is_said_once_and_its_own(regions: Regions) -> None:
    found = rows(asked(regions, letters=[], limit="2024-02-20"))
    assert list(found) == ["upload", "audit", "pay"]
    assert found["upload"] == {
        "job": "upload", "body": "hospital", "since": date(2024, 2, 5), "due": date(2024, 2, 5),
        "after": (), "warn": None, "strength": "must",
    }  # fmt: skip
    assert (found["audit"]["body"], found["audit"]["since"], found["audit"]["due"]) == (
        "office",
        None,
        date(2024, 2, 29),
    )
    assert (found["audit"]["after"], found["pay"]["strength"]) == (("upload",), "may")


def test_a_step_for_each_element_has_a_row_for_each_that_meets_its_condition(regions: Regions) -> None:
    letters = [
        {"on": "2024-02-01", "answered": False},
        {"on": "2024-02-02", "answered": True},
        {"on": "2024-02-03", "answered": False},
    ]
    found = asked(regions, letters=letters, body="hospital").outputs["rows"]
    assert [(row["since"].day, row["due"].day) for row in found if row["job"] == "reply"] == [(1, 11), (3, 13)]


def test_a_step_that_the_schedule_leaves_out_asks_for_nothing(regions: Regions) -> None:
    assert set(rows(asked(regions, body="hospital", letters=[]))) == {"upload"}
    assert set(rows(asked(regions, body="office", limit=None))) == {"audit", "pay"}


def test_what_a_row_needs_is_named(regions: Regions) -> None:
    undecided = asked(regions, body="office")
    assert [need.path for need in undecided.needs] == ["plan.limit"]
    undecided = asked(regions, body="hospital", letters=[{"answered": False}])
    assert [need.path for need in undecided.needs] == ["letter.on"]


def test_only_steps_that_are_listed_are_cited(regions: Regions) -> None:
    assert asked(regions, body="hospital", letters=[]).cited() == {"SH-1"}
    assert asked(regions, body="office", limit="2024-02-20").cited() == {"SH-1", "SH-2"}


def test_the_day_that_governs_may_be_reckoned(regions: Regions) -> None:
    assert asked(regions, body="office", limit=None).as_of == "2024-02-01"
    early = regions.decide("home", "plan.monthly", {"plan": {"month": "2023-12", "body": "office", "limit": None}})
    assert (early.as_of, early.status) == ("2024-01-01", Status.DETERMINED)
    earlier = regions.decide("home", "plan.monthly", {"plan": {"month": "2023-11", "body": "office", "limit": None}})
    assert (earlier.as_of, earlier.status) == ("2023-12-01", Status.ERROR)


def test_a_day_that_cannot_be_reckoned_is_asked_for(regions: Regions) -> None:
    unknown = regions.decide("home", "plan.monthly", {"plan": {}})
    assert [need.path for need in unknown.needs] == ["plan.month"]
    empty = regions.decide("home", "plan.monthly", {"plan": {"month": None}})
    assert empty.status is Status.ERROR
