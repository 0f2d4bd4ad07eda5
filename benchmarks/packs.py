"""Packs made for measuring how cost grows: many rules of which a claim touches ten, and lists of items."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

GROUP = 10
SOURCES = """sources:
  - id: notice
    label: 通知
    title: 通知（虚构，只用于测速）
    issuer: 医疗保障局
    issued: 2020-01-01
    from: 2020-01-01
    until: null
    provisions:
      - id: N-1
        clause: 第一条
        gist: {zh: 只用于测速。, en: For measuring only.}
        standing: executable
"""
KINDS = """enums:
  Kind:
    label: 就医类别
    values:
%s
entities:
  visit:
    label: 就医
    fields:
      kind: {label: 类别, type: "enum:Kind"}
  claim:
    label: 结算
    fields:
      total: {label: 总费用, type: money, unit: 元}
"""
ITEMS = """enums:
  ItemClass:
    label: 项目等级
    values:
      a: {label: 甲类}
      b: {label: 乙类}
      own: {label: 自费}
entities:
  item:
    label: 明细行
    fields:
      amount: {label: 金额, type: money, unit: 元}
      class: {label: 等级, type: "enum:ItemClass"}
      ratio: {label: 先付比例, type: ratio}
  claim:
    label: 结算
    fields:
      items: {label: 明细, type: "list[entity:item]"}
"""
ITEM_RULES = """规则 先付 first 对 明细行：金额
  依据 通知“第一条”
  一般 0 元
  情形 自费 own 当 明细行.等级 为 自费 则 明细行.金额
  情形 乙类 b 当 明细行.等级 为 乙类 则 明细行.金额 × 明细行.先付比例 四舍五入到 分

规则 范围内 covered：金额
  依据 通知“第一条”
  一般 合计（明细行.金额 - 先付 逐 结算.明细）

规则 支付 pay：金额
  依据 通知“第一条”
  一般 范围内 × 80% 四舍五入到 分
"""
QUESTION = """
问题 测速 growth.pay
  依据 通知“第一条”
  依时 决定日
  答复 支付 pay = 支付
"""


def rules(folder: Path, count: int) -> Path:
    """A region `growth` of so many rules in groups of ten; the kind of the visit picks the group that pays."""
    groups = range(1, count // GROUP + 1)
    kinds = "\n".join(f"      k{group}: {{label: 第{group}类}}" for group in groups)
    picked = "\n".join(
        f"  情形 第{group}种 k{group} 当 就医.类别 为 第{group}类 则 金额{group}之{GROUP}" for group in groups
    )
    text = "\n".join(rule for group in groups for rule in _group(group))
    dispatch = f"规则 支付 pay：金额\n  依据 通知“第一条”\n{picked}\n"
    return _written(folder, KINDS % kinds, f"{text}\n{dispatch}{QUESTION}")


def items(folder: Path) -> Path:
    """A region `growth` that decides every item of a claim."""
    return _written(folder, ITEMS, ITEM_RULES + QUESTION)


def _group(group: int) -> Iterator[str]:
    """Ten rules, each upon the one before."""
    before = "结算.总费用"
    for number in range(1, GROUP + 1):
        name = f"金额{group}之{number}"
        head = f"规则 {name} m{group}_{number}：金额\n  依据 通知“第一条”\n"
        edge = 100 * group + 1000 * number
        if number % 2:
            yield f"{head}  一般 {before} × {90 + (group + number) % 10}% 四舍五入到 分\n"
        else:
            yield f"{head}  一般 {before}\n  情形 大额 large 当 {before} 超过 {edge} 元 则 {before} - {edge // 10} 元\n"
        before = name


def _written(folder: Path, vocabulary: str, policy: str) -> Path:
    region = folder / "growth"
    region.mkdir(parents=True)
    (region / "region.yaml").write_text('id: growth\nlabel: 测速\ndivision: "000000"\n', "utf-8")
    (region / "sources.yaml").write_text(SOURCES, "utf-8")
    (region / "vocabulary.yaml").write_text(vocabulary, "utf-8")
    (region / "parameters.yaml").write_text("parameters: {}\n", "utf-8")
    (region / "待遇.policy").write_text(policy, "utf-8")
    return folder
