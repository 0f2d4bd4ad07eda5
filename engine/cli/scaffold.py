"""The files of a new region: an example of each kind, to be written over."""

from __future__ import annotations

import json
import re
from datetime import date


def scaffold(region: str, superior: str, label: str) -> dict[str, str]:
    """File name → text."""
    values = {
        "region": region,
        "superior": superior,
        "label": label,
        "shown": json.dumps(label, ensure_ascii=False),
        "name": label if re.fullmatch(r"[^\W\d_]+", label) else region,
        "code": f"{region.replace('_', '').upper()}X-1",
        "today": date.today().isoformat(),
    }
    return {name: text.format(**values) for name, text in _FILES.items()}


_FILES = {
    "region.yaml": """\
id: {region}
label: {shown}
extends: {superior}
""",
    "sources.yaml": """\
# 文件和条款。要旨用自己的话写，不抄原文。把样例换成你们的文件。
sources:
  - id: {region}_example
    label: {name}样例通知
    title: 样例通知（请换成真实文件）
    issuer: {shown}
    number: null
    issued: {today}
    from: {today}
    until: null
    standing: published
    provisions:
      - id: {code}
        clause: 第一条
        gist:
          zh: 样例：超过起付标准的部分按比例支付。
          en: "Example: what exceeds the deductible is paid at a ratio."
        standing: executable
""",
    "vocabulary.yaml": """\
# 本地区自己的事实。上级词汇表里已有的不用再写。
entities:
  {region}_example:
    label: {name}样例
    fields:
      amount: {{label: 费用, type: money, unit: 元}}
""",
    "parameters.yaml": """\
# 本地标准：每个值注明起始日期和依据。
parameters:
  {region}_example_deductible:
    label: {name}样例起付标准
    type: money
    values:
      - {{from: {today}, cite: {code}, value: "100.00"}}
  {region}_example_ratio:
    label: {name}样例支付比例
    type: ratio
    values:
      - {{from: {today}, cite: {code}, value: 80%}}
""",
    "样例.policy": """\
# 样例：读一遍，再换成你们自己的规则。

规则 {name}样例支付额 {region}_example_pay：金额
  依据 {name}样例通知“第一条”
  一般 较大者（{name}样例.费用 - 参数.{name}样例起付标准，0 元） × 参数.{name}样例支付比例 四舍五入到 分

问题 {name}样例支付 {region}.example
  依据 {name}样例通知“第一条”
  提问 “超过起付标准的部分付多少？”
  依时 决定日
  答复 支付额 pay = {name}样例支付额
""",
    "cases/example.yaml": """\
# 用例：每条规则至少两个，边界两侧各一个。
- id: {region}.example/above-the-deductible
  region: {region}
  question: {region}.example
  as_of: {today}
  facts:
    {region}_example: {{amount: "600.00"}}
  expect: {{pay: "400.00"}}
  cites: [{code}]

- id: {region}.example/below-the-deductible
  region: {region}
  question: {region}.example
  as_of: {today}
  facts:
    {region}_example: {{amount: "99.99"}}
  expect: {{pay: "0.00"}}
""",
    "README.md": """\
# {label}

在 `{superior}` 之上。这里写一页给业务人员看的说明：

* 已经写成规则的：（样例）
* 没有写的，以及为什么：
* 须由人认定的：
""",
}
