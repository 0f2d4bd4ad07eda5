"""The cache: found by what the rules say, made again where it is stale or damaged, and never in the way."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import Regions, cache
from engine.kept_programs import KIND, load_program
from tests.support.modules import ROOT

RULES = ROOT / "tests" / "data" / "cache" / "rules"
CLAIM = {"visit": {"kind": "near", "days": 3}, "claim": {"total": "100.00"}}
QUESTION, DAY = "trial.benefit", "2024-05-06"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache of the test's own."""
    place = tmp_path / "cache"
    monkeypatch.setenv(cache.VARIABLE, str(place))
    yield place
    if place.exists():
        place.chmod(0o700)


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A copy of the rules that may be changed."""
    return Path(shutil.copytree(RULES, tmp_path / "rules"))


def fund(rules: Path) -> str:
    """What the fund pays under the rules, decided by an engine that knows nothing yet."""
    decision = Regions(rules).decide("trial", QUESTION, CLAIM, as_of=DAY)
    return str(decision.outputs["fund"])


def kept(rules: Path) -> Path:
    return Path(str(cache.folder())) / cache.name_of(KIND, str(rules), "trial")


def test_a_program_is_kept_and_found_again(folder: Path, rules: Path) -> None:
    assert load_program(str(rules), "trial") is None
    assert fund(rules) == "80.00"
    assert load_program(str(rules), "trial") is not None
    assert fund(rules) == "80.00"


def test_a_changed_rule_is_read_again_whatever_its_date_says(folder: Path, rules: Path) -> None:
    assert fund(rules) == "80.00"
    path = rules / "trial" / "parameters.yaml"
    before = path.stat()
    path.write_text(path.read_text("utf-8").replace("80%", "75%"), "utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert fund(rules) == "75.00"


def test_a_file_that_is_added_counts(folder: Path, rules: Path) -> None:
    assert fund(rules) == "80.00"
    (rules / "trial" / "more.policy").write_text("规则 甲 r9：整数\n  一般 1\n", "utf-8")
    assert load_program(str(rules), "trial") is None
    assert "r9" in Regions(rules).program("trial").rules


def test_rules_with_errors_are_not_kept(folder: Path, rules: Path) -> None:
    (rules / "trial" / "more.policy").write_text("规则 甲 r9：整数\n  一般 是\n", "utf-8")
    with pytest.raises(Exception, match="E0"):
        Regions(rules).program("trial")
    assert not kept(rules).exists()


@pytest.mark.parametrize("damage", ["cut", "emptied", "flipped", "replaced", "not a pickle"])
def test_a_damaged_file_is_made_again(folder: Path, rules: Path, damage: str) -> None:
    assert fund(rules) == "80.00"
    path = kept(rules)
    data = path.read_bytes()
    half = len(data) // 2
    path.write_bytes(
        {
            "cut": data[:half],
            "emptied": b"",
            "flipped": data[:half] + bytes([data[half] ^ 1]) + data[half + 1 :],
            "replaced": b"\x00" * 100,
            "not a pickle": data,
        }[damage]
    )
    if damage == "not a pickle":
        content = cache.content_of(str(rules), ["trial"])
        cache.save(path.name, str(rules), ["trial"], b"no pickle at all", content)
    assert fund(rules) == "80.00"
    assert load_program(str(rules), "trial") is not None


def test_what_was_made_of_rules_that_changed_meanwhile_is_not_kept(folder: Path, rules: Path) -> None:
    before = cache.content_before(str(rules), ["trial"])
    (rules / "trial" / "more.policy").write_text("规则 甲 r9：整数\n  一般 1\n", "utf-8")
    cache.save("answer-1", str(rules), ["trial"], b"made of what was", before)
    assert cache.load("answer-1", str(rules)) is None


def test_without_a_cache_all_is_decided(rules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for given in ("off", "", str(rules / "trial" / "region.yaml"), str(tmp_path / "none" / "\0")):
        monkeypatch.setenv(cache.VARIABLE, given) if "\0" not in given else None
        assert fund(rules) == "80.00"
    assert cache.folder() != "off"


def test_a_folder_that_others_may_write_to_is_not_trusted(folder: Path, rules: Path) -> None:
    assert fund(rules) == "80.00"
    folder.chmod(0o777)
    assert load_program(str(rules), "trial") is None
    folder.chmod(0o700)
    assert load_program(str(rules), "trial") is not None


def test_many_writers_at_once_leave_a_whole_file(folder: Path, rules: Path) -> None:
    command = (
        "import sys; from engine import Regions\n"
        f"d = Regions({str(rules)!r}).decide('trial', {QUESTION!r}, {CLAIM!r}, as_of={DAY!r}); print(d.outputs['fund'])"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", command], cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    assert {process.communicate()[0].strip() for process in running} == {"80.00"}
    assert load_program(str(rules), "trial") is not None
    assert sorted(os.listdir(folder)) == [kept(rules).name]


def test_a_decision_from_the_cache_loads_no_parser(folder: Path, rules: Path) -> None:
    fund(rules)
    command = (
        "import sys; from engine import Regions\n"
        f"d = Regions({str(rules)!r}).decide('trial', {QUESTION!r}, {CLAIM!r}, as_of={DAY!r})\n"
        "import json; print(json.dumps([str(d.outputs['fund']), sorted({m.partition('.')[0] for m in sys.modules})]))"
    )
    result = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=True)
    found, modules = json.loads(result.stdout)
    assert found == "80.00"
    assert not set(modules) & {"lark", "yaml", "numpy", "duckdb", "z3", "sqlglot", "pyarrow", "click"}
