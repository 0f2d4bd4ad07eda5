"""`tiaoli batch` from the cache writes, byte for byte, what the whole command writes and prints."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pyarrow as pa
import pytest
from pyarrow import parquet

from engine import cache
from engine.batch import job
from engine.batch.parts import Parts
from engine.cli import main
from engine.cli.quick_batch import ended
from tests.support.modules import ROOT

RULES = ROOT / "tests" / "data" / "cache" / "rules"
SUM = """
规则 逐项合计 lines_sum：金额
  依据 试行通知“一”
  一般 0 元
  情形 有明细 listed 当 结算.明细 已知 则 合计（明细行.数额 逐 结算.明细）

问题 试行费用 trial.cost
  依据 试行通知“一”
  依时 就诊.日期、决定日
  答复 基金支付 fund = 基金支付
  答复 合计 lines_sum = 逐项合计

问题 试行摊派 trial.share
  依据 试行通知“一”
  依时 就诊.日期、决定日
  答复 基金支付 fund = 基金支付
  答复 摊派 odd = （结算.总费用 ÷ 3） × （就诊.天数 ÷ 7） 四舍五入到 分
"""
MONEY = pa.decimal128(12, 2)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache in which the rules stay, so that they are read once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def own_place(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file in kept.glob("batch-*"):
        file.unlink()
    monkeypatch.setenv(cache.VARIABLE, str(kept))
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copied = Path(shutil.copytree(RULES, tmp_path_factory.mktemp("rules") / "rules"))
    (copied / "trial" / "费用.policy").write_text(SUM.lstrip(), "utf-8")
    return copied


@pytest.fixture
def own_rules(rules: Path, tmp_path: Path) -> Path:
    """Rules that may be changed."""
    return Path(shutil.copytree(rules, tmp_path / "own-rules"))


def change(rules: Path) -> None:
    path = rules / "trial" / "parameters.yaml"
    path.write_text(path.read_text("utf-8").replace("80%", "75%"), "utf-8")


def claims(count: int = 50, **columns: Any) -> Path:
    """A file of claims; a column given replaces one, or takes it away."""
    random = Random(1)
    values: dict[str, Any] = {
        "id": pa.array([f"c{number}" for number in range(count)], pa.string()),
        "visit.kind": pa.array([random.choice(("near", "far", None)) for _ in range(count)], pa.string()),
        "claim.total": pa.array([Decimal(random.randint(0, 10**7)).scaleb(-2) for _ in range(count)], MONEY),
        **columns,
    }
    path = Path("claims.parquet")
    parquet.write_table(pa.table({name: value for name, value in values.items() if value is not None}), path)
    return path


def lines(count: int = 50) -> Path:
    """Up to three lines of each claim, in no order; some are of claims that there are not."""
    random = Random(2)
    of = [f"c{random.randint(0, count + 3)}" for _ in range(3 * count)]
    amounts = pa.array([Decimal(random.randint(0, 10**5)).scaleb(-2) for _ in of], MONEY)
    parquet.write_table(pa.table({"claim_id": pa.array(of), "amount": amounts}), Path("lines.parquet"))
    return Path("lines.parquet")


class Told(NamedTuple):
    code: int
    out: str
    err: str
    written: bytes


def call(rules: Path, *more: str, out: str = "out.parquet", question: str = "trial.cost") -> list[str]:
    asked = ["--rules", str(rules), "--region", "trial", "--question", question, "--as-of", "2024-05-06"]
    return ["batch", "claims.parquet", out, *asked, *more]


def whole(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> Told:
    """The whole command; it keeps what a next call needs."""
    from engine.cli.application import main as application

    Path(arguments[2]).unlink(missing_ok=True)
    with pytest.raises(SystemExit) as stopped:
        application(arguments)
    said = capsys.readouterr()
    written = Path(arguments[2])
    return Told(int(stopped.value.code or 0), said.out, said.err, written.read_bytes() if written.exists() else b"")


def quick(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> Told:
    Path(arguments[2]).unlink(missing_ok=True)
    code = ended(arguments)
    said = capsys.readouterr()
    assert code is not None
    return Told(code, said.out, said.err, Path(arguments[2]).read_bytes())


UNREAD = pa.array(["near", "本地", "2", "旅游", None] * 10)
NEGATIVE = pa.array([Decimal(number - 2).scaleb(-2) for number in range(50)], MONEY)


@pytest.mark.parametrize(
    ("columns", "more"),
    [
        ({}, []),
        ({}, ["--clauses", "--summary", "json", "--output", "fund"]),
        ({}, ["--clauses", "--lang", "en", "--treatment-region=trial", "--threads", "1", "--memory-limit=1GB"]),
        ({}, ["--batch-rows", "20"]),
        ({"id": None}, ["--batch-rows", "20"]),
        ({"id": pa.array(range(50), pa.int64())}, []),
        ({"visit.kind": UNREAD, "claim.total": NEGATIVE}, ["--clauses"]),
        ({"visit.kind": UNREAD, "id": None}, ["--batch-rows=20", "--lang=en"]),
        ({"visit.on": pa.array(["2019-01-01", "2024-01-01"] * 25).cast(pa.date32())}, []),
    ],
    ids=["plain", "json", "options", "parts", "no id", "numbers", "unread", "unread parts", "out of force"],
)
def test_it_writes_and_prints_the_same(
    columns: dict[str, Any], more: list[str], rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claims(**columns)
    arguments = call(rules, *more)
    assert ended(arguments) is None
    expected = whole(arguments, capsys)
    assert expected.written
    assert quick(arguments, capsys) == expected
    assert not Path("out.parquet.parts").exists()


@pytest.mark.parametrize("more", [[], ["--batch-rows", "20"]])
@pytest.mark.parametrize("kinds", [{}, {"visit.kind": UNREAD}], ids=["read", "unread"])
def test_it_reads_the_rows_of_lists(
    kinds: dict[str, Any], more: list[str], rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claims(**kinds)
    arguments = call(rules, "--rows", f"claim.lines={lines()}", *more)
    expected = whole(arguments, capsys)
    assert quick(arguments, capsys) == expected
    found = parquet.read_table("out.parquet").to_pylist()
    given = parquet.read_table("lines.parquet").to_pylist()
    assert [row["id"] for row in found] == [f"c{number}" for number in range(50)]
    known = [row for row in found if row["status"] != "error"]
    assert len(known) == (40 if kinds else 50)
    for row in known:
        amounts = [line["amount"] for line in given if line["claim_id"] == row["id"]]
        assert row["lines_sum"] == sum(amounts, Decimal(0))


@pytest.mark.parametrize("out", ["out.csv", "out.jsonl", "OUT.PARQUET", "folder/out.parquet"])
def test_it_writes_every_kind_of_file(out: str, rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    claims()
    arguments = call(rules, "--batch-rows", "30", out=out)
    expected = whole(arguments, capsys)
    assert quick(arguments, capsys) == expected
    if out == "OUT.PARQUET":
        assert len(parquet.read_table(out)) == 50


def test_a_file_without_rows_is_no_exception(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    claims(0, **{"visit.kind": pa.array([], pa.string())})
    arguments = call(rules, "--clauses")
    expected = whole(arguments, capsys)
    assert quick(arguments, capsys) == expected
    assert expected.code == 0
    assert parquet.read_table("out.parquet").column_names == ["id", "fund", "lines_sum", "status", "reason", "fund__clause", "lines_sum__clause"]  # fmt: skip


def test_outputs_that_no_query_gives_are_named_again(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    claims(**{"visit.days": pa.array([7] * 50, pa.int64())})
    arguments = call(rules, "--lang", "en", question="trial.share")
    expected = whole(arguments, capsys)
    assert "`odd` is left out" in expected.err
    assert quick(arguments, capsys) == expected


# ── what is left to the whole command ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "arguments",
    [
        ["batch"],
        ["batch", "--help"],
        ["batch", "claims.parquet", "--region", "trial", "--question", "trial.cost"],
        ["batch", "claims.csv", "out.csv", "--region", "trial", "--question", "trial.cost"],
        ["batch", "none.parquet", "out.csv", "--region", "trial", "--question", "trial.cost"],
        ["batch", "claims.parquet", "out.xlsx", "--region", "trial", "--question", "trial.cost"],
        ["batch", "claims.parquet", "out.parquet", "--region", "trial"],
        ["batch", "claims.parquet", "out.parquet", "--region", "trial", "--question"],
    ],
    ids=range(8),
)
def test_other_calls_are_the_whole_command_s(arguments: list[str]) -> None:
    claims()
    assert ended(arguments) is None


UNUSUAL = [
    ["--engine", "python"],
    ["--explain", "c1"],
    ["--batch-rows", "0"],
    ["--batch-rows", "many"],
    ["--threads", "-1"],
    ["--lang", "fr"],
    ["--summary", "html"],
    ["--person", "id", "--order", "id"],
    ["--reverse", "c1"],
    ["--memory-limit", "much"],
    ["--rows", "claim.lines"],
    ["--rows", "claim.lines=none.parquet"],
    ["--rows", "claim.lines=claims.parquet"],
    ["--output", "none"],
    ["--as-of", "today"],
    ["--question", "trial.share"],
    ["--clauses=yes"],
    ["--clauses"],
    ["more.parquet"],
]


def test_unusual_options_are_the_whole_command_s(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    claims(5)
    whole(call(rules), capsys)
    assert ended(call(rules)) is not None
    capsys.readouterr()
    for more in UNUSUAL:
        assert ended([*call(rules), *more]) is None, more
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("what", ["rules", "columns", "nulls", "broken", "cut", "foreign", "off"])
def test_what_is_stale_or_broken_is_not_used(
    what: str, own_rules: Path, kept: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    claims()
    arguments = call(own_rules)
    before = whole(arguments, capsys)
    (file,) = kept.glob("batch-*")
    data = file.read_bytes()
    match what:
        case "rules":
            change(own_rules)
        case "columns":
            claims(**{"claim.total": pa.array([1] * 50, pa.int64())})
        case "nulls":
            claims(**{"claim.total": pa.nulls(50, MONEY)})
        case "broken":
            file.write_bytes(data[:-9] + bytes(byte ^ 1 for byte in data[-9:]))
        case "cut":
            file.write_bytes(data[: len(data) // 2])
        case "foreign":
            kept.chmod(0o777)
        case "off":
            monkeypatch.setenv(cache.VARIABLE, "off")
    assert ended(arguments) is None
    after = whole(arguments, capsys)
    kept.chmod(0o700)
    assert (after == before) == (what not in ("rules", "columns", "nulls"))


def test_rules_changed_while_they_are_compiled_are_not_kept(
    own_rules: Path, kept: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    compile_question = job.compile_question

    def changing(*arguments: Any, **options: Any) -> Any:
        change(own_rules)
        return compile_question(*arguments, **options)

    monkeypatch.setattr(job, "compile_question", changing)
    claims()
    whole(call(own_rules), capsys)
    assert not [*kept.glob("batch-*")]


# ── as a process ────────────────────────────────────────────────────────────────────────────────────


def test_as_a_process_it_loads_what_reads_files_and_no_more(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    claims()
    arguments = call(rules, "--clauses")
    expected = whole(arguments, capsys)
    command = (
        "import sys\nfrom engine.cli import main\n"
        "import atexit\natexit.register(lambda: print(*sorted(sys.modules), file=sys.stderr))\n"
        f"main({arguments!r})"
    )
    result = subprocess.run(
        [sys.executable, "-c", command], env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert (result.returncode, result.stdout) == (expected.code, expected.out)
    loaded = {name.partition(".")[0] for name in result.stderr.split()}
    assert not loaded & {"pyarrow", "numpy", "sqlglot", "click", "attr", "lark", "yaml", "pickle", "tabulate"}
    assert Path("out.parquet").read_bytes() == expected.written


def test_the_entry_point_takes_the_quick_way(
    rules: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    claims()
    arguments = call(rules)
    expected = whole(arguments, capsys)
    monkeypatch.setattr("engine.cli.application.main", lambda *_: pytest.fail("the whole command was called"))
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == expected.code
    assert capsys.readouterr().out == expected.out


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
def test_a_stopped_batch_is_taken_up_where_it_was(
    sent: signal.Signals, rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claims(250)
    arguments = call(rules, "--batch-rows", "10", "--threads", "1")
    expected = whole(arguments, capsys)
    Path("out.parquet").unlink()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-m", "engine", *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:  # fmt: skip
        parts = Path("out.parquet.parts")
        while len([*parts.glob("part-*.parquet")]) < 3:
            assert process.poll() is None
            time.sleep(0.002)
        process.send_signal(sent)
        said = process.communicate(timeout=20)
    assert (process.returncode, *said) == (130 if sent == signal.SIGINT else -sent, b"", b"")
    assert not Path("out.parquet").exists()
    done = json.loads((parts / "manifest.json").read_text("utf-8"))["done"]
    assert 2 <= len(done) < 25
    assert ended([*arguments, "--as-of", "2024-05-07", "--resume"]) is None  # the parts are of another run
    finished: list[str] = []
    finish = Parts.finish
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Parts, "finish", lambda self, *rows: (finished.append(str(rows[0])), finish(self, *rows)))
        code = ended([*arguments, "--resume"])
    assert sorted([*finished, *done], key=int) == [str(first) for first in range(0, 250, 10)]
    told = capsys.readouterr()
    assert Told(code or 0, told.out, told.err, Path("out.parquet").read_bytes()) == expected
