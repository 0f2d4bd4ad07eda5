"""`tiaoli decide` from the cache prints, byte for byte, what the whole command prints."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from engine import cache
from engine.cli import main
from engine.cli.quick import answered
from tests.support import casefiles
from tests.support.modules import ROOT
from tests.support.rulebooks import SHIPPED

RULES = ROOT / "tests" / "data" / "cache" / "rules"
EVERY_NTH_CASE = 450

CLAIM: dict[str, Any] = {
    "region": "trial",
    "question": "trial.benefit",
    "as_of": "2024-05-06",
    "facts": {
        "visit": {"kind": "near", "days": 3},
        "claim": {"total": "1000.01", "lines": [{"name": "床位", "amount": "3.5"}, {"name": "bed", "amount": 12}]},
    },
}


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)


def written(folder: Path, case: Mapping[str, Any]) -> str:
    path = folder / "claim.json"
    path.write_text(json.dumps(case, ensure_ascii=False, default=str), "utf-8")
    return str(path)


def whole(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """What the whole command prints; it keeps what a next call needs."""
    from engine.cli.application import main as application

    with pytest.raises(SystemExit) as ended:
        application(arguments)
    assert ended.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(
    "facts",
    [
        CLAIM["facts"],
        {"visit": {"kind": "外地"}, "claim": {"total": 0}},
        {"visit": {"kind": "2", "on": "2024-06-01", "days": "7"}, "claim": {"total": "0.07", "lines": []}},
        {"visit": {"kind": "near", "days": None}, "claim": {"total": 1234567}},
    ],
)
def test_it_prints_the_same(
    facts: dict[str, Any], form: str, lang: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, {**CLAIM, "facts": facts})
    arguments = ["decide", path, "--rules", str(RULES), "--lang", lang, "--format", form]
    expected = whole(arguments, capsys)
    has_rows = "lines" in facts["claim"] and form == "json"  # the order of a record's fields is the reference's
    assert answered(arguments) or (has_rows and facts["claim"]["lines"])
    found = capsys.readouterr().out
    assert found == expected or (has_rows and not found)


def test_single_outputs_and_options_are_kept_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, CLAIM)
    base = ["decide", path, f"--rules={RULES}"]
    whole(base, capsys)
    for more in (["--output", "fund"], ["--output=share", "--output=fund"], ["--as-of", "2024-06-01"]):
        expected = whole([*base, *more], capsys)
        assert answered([*base, *more])
        assert capsys.readouterr().out == expected


@pytest.mark.parametrize(
    "change",
    [
        {"facts": {"visit": {"kind": "none such"}}},
        {"facts": {"visit": {"days": 1}}},
        {"facts": {"visit": {"kind": "near", "days": 1, "no": 1}, "claim": {"total": 1}}},
        {"facts": {"visit": {"kind": "near", "days": 1}, "claim": {"total": "1.234"}}},
        {"as_of": "2019-01-01"},
        {"as_of": "today"},
        {"question": "no.such"},
        {"outputs": ["no_such"]},
        {"more": 1},
    ],
)
def test_what_is_unusual_is_left_to_the_whole_command(
    change: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["decide", written(tmp_path, CLAIM), "--rules", str(RULES)]
    whole(arguments, capsys)
    written(tmp_path, {**CLAIM, **change})
    assert not answered(arguments)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ["decide"],
        ["decide", "--help"],
        ["decide", "claim.yaml"],
        ["decide", "claim.json", "--receipt", "x"],
        ["decide", "claim.json", "--format", "html"],
        ["decide", "claim.json", "other.json"],
        ["explain", "claim.json"],
        ["decide", "claim.json", "--lang"],
    ],
)
def test_other_calls_are_the_whole_command_s(arguments: list[str]) -> None:
    assert not answered(arguments)


def test_a_changed_rule_is_not_answered_from_the_cache(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = Path(shutil.copytree(RULES, tmp_path / "rules"))
    arguments = ["decide", written(tmp_path, CLAIM), "--rules", str(rules)]
    whole(arguments, capsys)
    assert answered(arguments)
    path = rules / "trial" / "parameters.yaml"
    path.write_text(path.read_text("utf-8").replace("80%", "75%"), "utf-8")
    assert not answered(arguments)
    assert "750.01" in whole(arguments, capsys)


def test_shipped_cases_print_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str], many: int) -> None:
    quick = 0
    cases = sorted(casefiles.cases_in(SHIPPED), key=lambda case: str(case["id"]))[:: max(1, EVERY_NTH_CASE // many)]
    cases = [case for case in cases if case.get("status", "determined") == "determined"]
    for case in cases:
        asked = {name: case[name] for name in ("region", "question", "treatment_region", "facts") if name in case}
        day = {"as_of": str(case["as_of"])} if "as_of" in case else {}
        arguments = ["decide", written(tmp_path, {**asked, **day}), "--rules", str(SHIPPED)]
        try:
            expected = whole(arguments, capsys)
        except AssertionError:
            capsys.readouterr()
            continue  # more is asked than the case states
        if answered(arguments):
            quick += 1
            assert capsys.readouterr().out == expected, case["id"]
    assert quick >= len(cases) // 4


def test_as_a_process_it_loads_almost_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, CLAIM)
    expected = whole(["decide", path, "--rules", str(RULES)], capsys)
    command = (
        "import sys\nfrom engine.cli import main\n"
        "import atexit\natexit.register(lambda: print(*sorted(sys.modules), file=sys.stderr))\n"
        f"main(['decide', {path!r}, '--rules', {str(RULES)!r}])"
    )
    result = subprocess.run(
        [sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=True, env={**os.environ}
    )
    assert result.stdout == expected
    loaded = {name.partition(".")[0] for name in result.stderr.split()}
    assert not loaded & {"click", "attr", "attrs", "lark", "yaml", "pickle", "numpy", "duckdb", "z3", "difflib"}


def test_the_entry_point_takes_the_quick_way(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["decide", written(tmp_path, CLAIM), "--rules", str(RULES)]
    expected = whole(arguments, capsys)
    monkeypatch.setattr("engine.cli.application.main", lambda *_: pytest.fail("the whole command was called"))
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0
    assert capsys.readouterr().out == expected
