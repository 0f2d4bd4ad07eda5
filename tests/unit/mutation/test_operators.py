"""Every operator of the table: what it changes, told as an analyst reads it."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from engine import Regions
from engine.mutation.mutants import Mutant, mutants_of
from engine.mutation.operators import ALL
from engine.mutation.relowering import Relowering
from engine.mutation.wording import said
from tests.support.rulebooks import write_region

GUIDE = Path(__file__).parents[3] / "docs" / "分析人员指南.md"

VOCABULARY = """
enums:
  Kind:
    label: 类别
    values: {a: {label: 甲}, b: {label: 乙}, c: {label: 丙}}
  Paper:
    label: 材料
    role: checklist_item
    values: {card: {label: 证件}, bill: {label: 票据}, form: {label: 表格}}
  Step:
    label: 步骤
    values: {send: {label: 报送}, answer: {label: 回执}}
  Place:
    label: 地点
    values: {here: {label: 参保地, role: insured}, there: {label: 就医地, role: treatment}}
entities:
  claim:
    label: 费用
    fields:
      kind: {label: 种类, type: "enum:Kind"}
      total: {label: 总额, type: money}
      on: {label: 发生日, type: date}
      paid: {label: 已付, type: boolean}
      months: {label: 各月额, type: "list[money]"}
      month: {label: 费用月, type: month}
  task:
    label: 任务
    record: true
    roles: {name: step, since: start, until: due, after: after}
    fields:
      step: {label: 环节, type: "enum:Step"}
      start: {label: 起, type: date}
      due: {label: 止, type: date}
      after: {label: 前置, type: "list[enum:Step]"}
  region_parameters:
    label: 本地标准
    fields:
      ratio: {label: 比例, type: ratio}
      cap: {label: 封顶, type: money}
"""

SOURCES = """
sources:
  - id: notice
    label: 通知
    title: 试行通知
    issuer: 试区
    issued: 2023-01-01
    from: 2023-01-01
    provisions:
      - {id: N-1, clause: 第一条, gist: {zh: 试行。, en: A trial.}, standing: executable}
"""

PARAMETERS = """
parameters:
  ratio:
    by: [claim.kind, claim.total]
    values:
      - from: 2023-01-01
        cite: N-1
        table:
          - [[a, b], "100..200", 80%]
  cap:
    values:
      - {from: 2023-01-01, until: 2023-12-31, cite: N-1, value: 5000}
"""

RULES = """
下放 参数.封顶 缺省 100 元 依据 通知“第一条”

限度 参数.封顶 不超过 6000 元 依据 通知“第一条”

规则 数额 amount：金额
  一般 费用.总额 × 参数.比例 四舍五入到 分
  情形 少付 less 优先于 多付 当 费用.种类 为 甲 则 费用.总额 - 10 元
  情形 多付 more 当 费用.种类 属于 {甲、乙} 且 非 费用.已付 则 费用.总额
  但书 早付 early 对 少付 当 费用.发生日 属于 [2023-02-06, 2023-02-15) 则 0 元

规则 最大额 largest：金额
  一般 较大者（逐 费用.各月额）缺省 0 元

规则 已超 is_over：是否
  一般 费用.总额 超过 1000 元
  情形 已付 paid 当 费用.已付 则 否

期限 付款期限 due
  依据 通知“第一条”
  起算 费用.发生日
  时限 2 个工作日

清单 申请材料 papers
  依据 通知“第一条”
  项 {证件}
  项 {票据、表格}

日程 报送日程 steps：任务
  环节 报送
    期间 自 费用.发生日 至 费用.费用月 第 5 日
  环节 回执
    前置 报送

问题 付款 pay
  提问 “付多少？”
  依时 费用.发生日、决定日
  答复 数额 amount = 数额
"""

EXPECTED = {
    "amount": [
        "规则“数额”的情形“少付”：把“费用.总额 - 10 元”改成“费用.总额 - 10.01 元”",
        "日程“报送日程”的环节“报送”：把“费用.费用月 第 5 日”改成“费用.费用月 第 4 日”",
    ],
    "date": [
        "规则“数额”的但书“早付”：把“费用.发生日 属于 [2023年2月6日, 2023年2月15日)”"
        "改成“费用.发生日 属于 [2023年2月7日, 2023年2月15日)”",
    ],
    "length": ["期限“付款期限”的一般：把“2 个工作日”改成“3 个工作日”"],
    "unit": ["期限“付款期限”的一般：把“2 个工作日”改成“2 天”"],
    "start": ["期限“付款期限”：把“费用.发生日”改成“费用.发生日 + 1 天”"],
    "rounding": [
        "规则“数额”的一般：把“费用.总额 × 参数.比例 四舍五入到 分”改成“费用.总额 × 参数.比例 舍去到 分”",
        "规则“数额”的一般：把“费用.总额 × 参数.比例 四舍五入到 分”改成“费用.总额 × 参数.比例 四舍五入到 1 位小数”",
    ],
    "end": ["规则“已超”的一般：把“费用.总额 超过 1000 元”改成“费用.总额 不低于 1000 元”"],
    "interval": [
        "规则“数额”的但书“早付”：把“费用.发生日 属于 [2023年2月6日, 2023年2月15日)”"
        "改成“费用.发生日 属于 [2023年2月6日, 2023年2月15日]”",
        "规则“数额”的但书“早付”：把“费用.发生日 属于 [2023年2月6日, 2023年2月15日)”"
        "改成“费用.发生日 属于 [2023年2月6日, 2023年2月15日) 且 费用.发生日 不为 2023年2月6日”",
    ],
    "negation": ["规则“数额”的情形“少付”：把“费用.种类 为 甲”改成“费用.种类 不为 甲”"],
    "connective": [
        "规则“数额”的情形“多付”：把“费用.种类 属于 {甲、乙} 且 非 费用.已付”改成“费用.种类 属于 {甲、乙} 或 非 费用.已付”"
    ],
    "condition": ["规则“数额”的情形“多付”：去掉条件“非 费用.已付”"],
    "value": ["规则“数额”的情形“少付”：把“费用.种类 为 甲”改成“费用.种类 为 乙”"],
    "set": [
        "规则“数额”的情形“多付”：把“费用.种类 属于 {甲、乙}”改成“费用.种类 属于 {甲}”",
        "规则“数额”的情形“多付”：把“费用.种类 属于 {甲、乙}”改成“费用.种类 属于 {甲、乙、丙}”",
    ],
    "function": ["规则“数额”的情形“少付”：把“费用.总额 - 10 元”改成“费用.总额 + 10 元”"],
    "default": ["下放“封顶”：去掉“100 元”"],
    "clause": ["规则“数额”：去掉但书“早付”"],
    "rank": ["规则“数额”的情形“少付”：去掉“优先于 多付”"],
    "result": ["规则“数额”的情形“少付”：把“费用.总额 - 10 元”改成“费用.总额”"],
    "entry": ["日程“报送日程”：去掉环节“回执”", "日程“报送日程”的环节“回执”：去掉“前置 报送”"],
    "item": ["清单“申请材料”：去掉“{票据、表格}”", "清单“申请材料”：当作开放的清单"],
    "declaration": ["限度“封顶”：整条去掉"],
    "governing": ["问题“付款”：依时改为“决定日、费用.发生日”", "问题“付款”：依时改为“费用.发生日”"],
    "figure": ["参数“封顶”：把“5000”改成“5000.01”", "参数“比例”：把“0.8”改成“0.81”"],
    "validity": ["参数“封顶”：把最后一日“2023-12-31”改成“2024-01-01”"],
    "row": [
        "参数“比例”：去掉这一行",
        "参数“比例”：把“[a, b]”改成“[b]”",
        "参数“比例”：把“[100..200]”改成“[100..200.01]”",
    ],
}
"""Operator → some of the changes it makes in the rules above."""


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Regions:
    folder = tmp_path_factory.mktemp("rules")
    files = {
        "vocabulary.yaml": VOCABULARY,
        "sources.yaml": SOURCES,
        "parameters.yaml": PARAMETERS,
        "数额.policy": RULES,
    }
    write_region(folder, "trial", files, extends="")
    return Regions(folder)


@pytest.fixture(scope="module")
def mutants(pack: Regions) -> list[Mutant]:
    return list(mutants_of(pack.policy("trial"), pack.program("trial")))


def test_every_operator_of_the_table_makes_the_changes_it_should(mutants: list[Mutant]) -> None:
    found = defaultdict(list)
    for mutant in mutants:
        found[mutant.operator.id].append(said(mutant).zh)
    missing = [text for name, texts in EXPECTED.items() for text in texts if text not in found[name]]
    assert missing == [], "\n".join(text for texts in found.values() for text in texts)
    assert set(found) == set(EXPECTED) == {operator.id for operator in ALL}


def test_every_change_has_a_program_that_says_something_else(pack: Regions, mutants: list[Mutant]) -> None:
    relowering = Relowering(pack.program("trial"))
    for mutant in mutants:
        program = mutant.program(relowering)
        assert program is not pack.program("trial")
        assert said(mutant).zh and said(mutant).en


def test_changes_are_told_in_english_by_ids(mutants: list[Mutant]) -> None:
    told = {said(mutant).en for mutant in mutants}
    assert "case `less` of rule `amount`: `claim.kind is a` replaced by `claim.kind is b`" in told
    assert "proviso `early` left out" in {text.partition(": ")[2] for text in told}


def test_the_guide_lists_every_operator(mutants: list[Mutant]) -> None:
    text = GUIDE.read_text("utf-8")
    assert [operator.label.zh for operator in ALL if f"| {operator.label.zh} |" not in text] == []
