"""A rule beyond its bound has no value, whoever reads it and however often."""

from pathlib import Path

from engine import Regions

FILES = {
    "region.yaml": "id: place\nlabel: 某地\n",
    "sources.yaml": """
sources:
  - {id: notice, label: 通知, title: 通知, issuer: 局, issued: 2020-01-01, from: 2020-01-01, until: null, provisions: [
      {id: N-1, clause: 第一条, gist: {zh: 一, en: one}, standing: executable}]}
""",
    "vocabulary.yaml": """
entities:
  visit: {label: 就医, fields: {cut: {label: 降幅, type: points}}}
""",
    "rules.policy": """
规则 降 drop：百分点
  依据 通知“第一条”
  一般 就医.降幅

规则 加倍 doubled：百分点
  依据 通知“第一条”
  一般 降 + 降

限度 降 不超过 10 个百分点 依据 通知“第一条”

问题 降多少 ask.drop
  依据 通知“第一条”
  依时 决定日
  答复 降 drop = 降
  答复 加倍 doubled = 加倍
""",
}


def test_a_rule_beyond_its_bound_is_refused_wherever_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "place").mkdir()
    for name, text in FILES.items():
        (tmp_path / "place" / name).write_text(text, "utf-8")
    regions = Regions(tmp_path)
    within = regions.decide("place", "ask.drop", {"visit": {"cut": 10}}, as_of="2024-01-01")
    beyond = regions.decide("place", "ask.drop", {"visit": {"cut": 11}}, as_of="2024-01-01")
    assert within.outputs == {"drop": 10, "doubled": 20}
    assert [item.code for item in beyond.diagnostics] == ["E0505"]
    assert beyond.outputs == {}
