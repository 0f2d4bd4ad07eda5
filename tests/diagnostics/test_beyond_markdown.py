"""Diagnostics that no example on a page can show: files that are too large, missing, or badly formatted."""

import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import MagicMock

import pytest

from engine import PolicyError, Regions
from engine.batch.parts import Parts
from engine.batch.spark import connect
from engine.cli import main
from engine.facts import LIMIT_ELEMENTS, read_facts
from policy.diagnostics import Diagnostic
from policy.dsl import formatter
from policy.dsl.parser import LIMIT_CHARACTERS, LIMIT_DEPTH, parse
from policy.dsl.source import Source
from policy.files import read_file
from policy.vocabulary import Vocabulary

RULES = Path(__file__).parents[1] / "cli" / "rules"


def codes(problems: Iterator[Diagnostic] | tuple[Diagnostic, ...] | list[Diagnostic]) -> list[str]:
    return [problem.code for problem in problems]


def test_a_rule_file_that_is_too_large() -> None:
    _, problems = parse(Source("large.policy", "#" * (LIMIT_CHARACTERS + 1)))
    assert codes(problems) == ["E0107"]


def test_an_expression_that_nests_too_deeply() -> None:
    depth = LIMIT_DEPTH + 10
    _, problems = parse(Source("deep.policy", f"规则 甲：整数\n  一般 {'（' * depth}1{'）' * depth}"))
    assert codes(problems) == ["E0109"]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    problems: list[Diagnostic] = []
    assert read_file(tmp_path / "missing.policy", problems) is None
    assert codes(problems) == ["E0110"]


def test_a_formatter_that_would_change_the_meaning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formatter, "format_program", lambda *_: "规则 甲：整数\n  一般 2\n")
    text, problems = formatter.format_source(Source("a.policy", "规则 甲：整数\n  一般 1\n"))
    assert text is None
    assert codes(problems) == ["E0111"]


def test_a_question_that_the_region_does_not_have(tmp_path: Path) -> None:
    (tmp_path / "city").mkdir()
    (tmp_path / "city" / "region.yaml").write_text("id: city\nlabel: 市\n", "utf-8")
    with pytest.raises(PolicyError) as caught:
        Regions(tmp_path).decide("city", "benefit.nothing", {})
    assert codes(caught.value.diagnostics) == ["E0511"]


def test_more_facts_than_a_case_may_hold() -> None:
    _, problems = read_facts({"visit": {"numbers": [0] * (LIMIT_ELEMENTS + 1)}}, Vocabulary(), frozenset())
    assert codes(problems) == ["E0608"]


NO_QUERY = """\
规则 三分之一 third：金额
  一般 就医.费用 ×（就医.费用 ÷ 就医.全年费用 ÷ 3）四舍五入到 分

问题 支付 visit.pay
  依时 决定日
  答复 三分之一 third = 三分之一
"""


def test_an_answer_that_no_query_gives(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "town").mkdir()
    (tmp_path / "town" / "region.yaml").write_text("id: town\nlabel: 镇\n", "utf-8")
    fields = "{total: {label: 费用, type: money}, whole: {label: 全年费用, type: money}}"
    words = f"entities: {{visit: {{label: 就医, fields: {fields}}}}}\n"
    (tmp_path / "town" / "vocabulary.yaml").write_text(words, "utf-8")
    (tmp_path / "town" / "rules.policy").write_text(NO_QUERY, "utf-8")
    (tmp_path / "claims.csv").write_text("id\na\n", "utf-8")
    call = ["batch", f"{tmp_path}/claims.csv", f"{tmp_path}/out.csv", "--rules", str(tmp_path), "--region", "town"]
    with pytest.raises(SystemExit) as ended:
        main([*call, "--question", "visit.pay", "--output", "third"])
    assert ended.value.code == 2
    assert "E0514" in capsys.readouterr().err


def test_a_cluster_without_its_library_or_java(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(PolicyError) as caught:
        connect("local[2]", "2GB")
    assert codes(caught.value.diagnostics) == ["E0515"]
    assert "pyspark" in caught.value.diagnostics[0].message.en
    for name in ("py4j", "py4j.protocol", "pyspark", "pyspark.sql", "pyspark.errors"):
        monkeypatch.setitem(sys.modules, name, MagicMock())
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(PolicyError) as caught:
        connect("local[2]", "2GB")
    assert codes(caught.value.diagnostics) == ["E0515"]
    assert "Java" in caught.value.diagnostics[0].message.en


def test_parts_of_another_run(tmp_path: Path) -> None:
    parts = Parts(tmp_path / "out.csv", {"question": "one"})
    parts.begin(resume=False)
    with pytest.raises(PolicyError) as caught:
        Parts(tmp_path / "out.csv", {"question": "another"}).begin(resume=True)
    assert codes(caught.value.diagnostics) == ["E0610"]
