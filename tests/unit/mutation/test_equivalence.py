"""What is proven to say the same without the solver, and what must not be."""

from __future__ import annotations

import pytest

from engine import Regions
from engine.mutation.equivalence import compared
from engine.mutation.running import Selection
from engine.mutation.trials import Bench
from engine.mutation.wording import said
from tests.support.rulebooks import write_region

FILES = {
    "vocabulary.yaml": """
enums:
  Actor:
    label: 责任主体
    values: {city: {label: 市中心}, county: {label: 县中心}}
  Kind:
    label: 事件类型
    values: {audit: {label: 审核}, payment: {label: 到账}, discharge: {label: 出院}}
entities:
  round:
    label: 日程
    fields:
      month: {label: 月份, type: month}
      year: {label: 年度, type: year}
      received_on: {label: 收到日, type: date}
      events: {label: 事件清单, type: "list[entity:event]"}
      steps: {label: 环节清单, type: "list[entity:event]"}
  claim:
    label: 结算
    fields:
      lines: {label: 明细, type: "list[entity:line]"}
      other: {label: 其他支付, type: money}
  task:
    label: 任务
    record: true
    roles: {actor: actor}
    fields:
      actor: {label: 主体, type: "enum:Actor"}
  event:
    label: 事件
    record: true
    fields:
      kind: {label: 类型, type: "enum:Kind"}
      on: {label: 发生日, type: date}
  line:
    label: 明细行
    fields:
      amount: {label: 金额, type: money}
      own: {label: 自费额, type: money}
      kind: {label: 种类, type: "enum:Kind"}
""",
    "sources.yaml": """
sources:
  - id: notice
    label: 通知
    title: 某市通知
    issuer: 某市医疗保障局
    issued: 2023-02-02
    from: 2023-02-02
    provisions:
      - {id: N-1, clause: 一, standing: executable, gist: {zh: 每月报。, en: Reported monthly.}}
""",
    "vocabulary-exclusions.yaml": """
exclusions:
  - id: twice
    label: 同一类事件给了两次
    when: >-
      计数（列出（事件.类型 逐 日程.事件清单 当 事件.类型 不为 出院））
      超过 计数（去重（事件.类型 逐 日程.事件清单 当 事件.类型 不为 出院））
    reason: {zh: 出院以外只有一次, en: only a discharge may occur again}
  - id: again
    label: 同一环节给了两次
    when: 计数（日程.环节清单）超过 计数（去重（事件.类型 逐 日程.环节清单））
    reason: {zh: 一个环节只办一次, en: a step is done once}
""",
    "规则.policy": """
规则 审核日 audited_on：日期
  一般 首项（事件.发生日 逐 日程.事件清单 当 事件.类型 为 审核）

规则 出院日 discharged_on：日期
  一般 首项（事件.发生日 逐 日程.事件清单 当 事件.类型 为 出院）

规则 起日 begun_on：日期
  一般 首项（事件.发生日 逐 日程.事件清单 当 事件.类型 不为 出院）

规则 办成日 done_on：日期
  一般 末项（事件.发生日 逐 日程.环节清单 当 事件.类型 为 出院）

规则 本行办成日 row_done_on 对 明细行：日期
  一般 首项（事件.发生日 逐 日程.环节清单 当 事件.类型 为 明细行.种类）

规则 本行事件日 row_event_on 对 明细行：日期
  一般 首项（事件.发生日 逐 日程.事件清单 当 事件.类型 为 明细行.种类）

规则 办理日 handled_on：日期
  一般 末项（事件.发生日 逐 日程.环节清单）

规则 次月 next_month：月份
  一般 日程.月份 + 1 个月

规则 应报 due：是否
  依据 通知“一”
  一般 是

规则 范围内 in_scope 对 明细行：金额
  一般 明细行.金额 - 明细行.自费额

规则 总额 total：金额
  一般 合计（明细行.金额 逐 结算.明细）

规则 自费合计 own：金额
  一般 合计（明细行.自费额 逐 结算.明细）

规则 范围内合计 all_in_scope：金额
  一般 合计（范围内 逐 结算.明细）

规则 个人负担 personal：金额
  一般 总额 - 结算.其他支付

核对 构成 parts 对 总额
  要求 总额 = 自费合计 + 范围内合计
  否则 “合不上”

核对 两方 both 对 个人负担
  要求 个人负担 = 自费合计 + 范围内合计
  否则 “合不上”

期限 报送期限 report_due
  责任 市中心
  起算 日程.收到日
  时限 3 天

问题 月报 monthly
  依据 通知“一”
  至 2024年12月31日止
  依时 次月 第 1 日
  答复 应报 due = 应报

问题 季报 quarterly
  依时 次月 第 15 日
  答复 应报 due = 应报

问题 年报 yearly
  依据 通知“一”
  至 2024年12月31日止
  依时 日程.年度
  答复 应报 due = 应报
""",
}

SAME = {
    "问题“月报”：把“次月 第 1 日”改成“次月 第 2 日”": False,  # in force from 2 February on
    "问题“季报”：把“次月 第 15 日”改成“次月 第 16 日”": True,
    "问题“季报”：把“次月 第 15 日”改成“次月 第 14 日”": True,
    "问题“月报”：把“2024年12月31日”改成“2025年1月1日”": False,  # the month of December 2024 is asked on 1 January
    "问题“年报”：把“2024年12月31日”改成“2024年12月30日”": True,
    "问题“年报”：把“2024年12月31日”改成“2025年1月1日”": False,
    "规则“审核日”的一般：把“首项（事件.发生日 逐 日程.事件清单 当 事件.类型 为 审核）”改成“末项（事件.发生日 逐 日程.事件清单 当 事件.类型 为 审核）”": True,  # no second audit occurs
    "规则“出院日”的一般：把“首项（事件.发生日 逐 日程.事件清单 当 事件.类型 为 出院）”改成“末项（事件.发生日 逐 日程.事件清单 当 事件.类型 为 出院）”": False,
    "规则“起日”的一般：把“首项（事件.发生日 逐 日程.事件清单 当 事件.类型 不为 出院）”改成“末项（事件.发生日 逐 日程.事件清单 当 事件.类型 不为 出院）”": False,  # an audit and a payment
    "规则“办成日”的一般：把“末项（事件.发生日 逐 日程.环节清单 当 事件.类型 为 出院）”改成“首项（事件.发生日 逐 日程.环节清单 当 事件.类型 为 出院）”": True,
    "规则“本行办成日”的一般：把“首项（事件.发生日 逐 日程.环节清单 当 事件.类型 为 明细行.种类）”改成“末项（事件.发生日 逐 日程.环节清单 当 事件.类型 为 明细行.种类）”": True,
    "规则“本行事件日”的一般：把“首项（事件.发生日 逐 日程.事件清单 当 事件.类型 为 明细行.种类）”改成“末项（事件.发生日 逐 日程.事件清单 当 事件.类型 为 明细行.种类）”": False,  # it may be a discharge
    "规则“办理日”的一般：把“末项（事件.发生日 逐 日程.环节清单）”改成“首项（事件.发生日 逐 日程.环节清单）”": False,
    "核对“构成”：整条去掉": True,
    "核对“两方”：整条去掉": False,  # other funds may have paid
    "期限“报送期限”：把“市中心”改成“县中心”": False,
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bool]:
    folder = tmp_path_factory.mktemp("made") / "rules"
    write_region(folder, "city", FILES, extends="")
    regions = Regions(folder, takes_kept=False)
    bench = Bench(regions, [])
    found = {said(mutant).zh: mutant for mutant in Selection().of(regions)}
    return {name: compared(found[name], bench).is_equivalent for name in SAME}


@pytest.mark.parametrize("name", SAME)
def test_what_says_the_same(answers: dict[str, bool], name: str) -> None:
    assert answers[name] is SAME[name]
