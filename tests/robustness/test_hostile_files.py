"""Files made to hurt: refused within seconds, with a code and a place, whatever they hold."""

import pytest

from engine import PolicyError, Regions
from engine.lowering import lower
from policy.diagnostics import has_errors
from tests.support.rulebooks import Workshop
from tests.support.told import assert_well_told, within

Files = dict[str, str | bytes]

MILLION = 1_000_000
BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
)
SOURCE = """
sources:
  - id: trial_source
    label: 试文
    title: 试行通知
    issuer: 试区
    provisions:
      - {id: TR-1, clause: 一, gist: {zh: 试一。, en: First.}, standing: executable}
"""
FIGURE = "parameters:\n  f:\n    label: 定额\n    type: money\n    values:\n      - {from: 2023-01-01, cite: TR-1, value: VALUE}\n"


def rule(value: str, kind: str = "金额") -> str:
    return f"规则 结果 result：{kind}\n  依据 试文“一”\n  一般 {value}\n"


def figure(value: str) -> Files:
    return {"sources.yaml": SOURCE, "parameters.yaml": FIGURE.replace("VALUE", value)}


def rules(text: str) -> Files:
    return {"sources.yaml": SOURCE, "rules.policy": text}


REFUSED: dict[str, Files] = {
    "an alias bomb as a value": {"sources.yaml": SOURCE, "parameters.yaml": BOMB + FIGURE.replace("VALUE", "*a11")},
    "an alias bomb as a table": {"sources.yaml": SOURCE, "parameters.yaml": BOMB + FIGURE.replace("value: VALUE", "table: *a11")},
    "an alias bomb as provisions": {"sources.yaml": BOMB + "sources: *a11\n"},
    "an alias bomb as a region": {"region.yaml": BOMB + "id: *a11\nlabel: x\nextends: national\n"},
    "an alias that holds itself": {"sources.yaml": "sources: &a [*a]\n"},
    "an alias that holds itself as a value": figure("&a [*a]"),
    "YAML lists a million deep": {"sources.yaml": "[" * MILLION},
    "YAML mappings a million deep": {"sources.yaml": "{a: " * MILLION},
    "YAML blocks of ten thousand levels": {"sources.yaml": "".join(" " * n + "a:\n" for n in range(1500))},
    "an object of Python": {"sources.yaml": "sources: !!python/object/apply:os.system [echo]\n"},
    "not a number": figure(".nan"),
    "infinity": figure(".inf"),
    "an exponent": figure("1e999999999"),
    "a million digits": figure("9" * MILLION),
    "a million places": figure("0." + "0" * MILLION + "1"),
    "a percent sign without end": figure("1e99999999%"),
    "a year of a million digits": {"calendar.yaml": f"calendar: {{years: [{{year: {'2' * MILLION}, source: x, holidays: [], workdays: []}}]}}"},
    "brackets a hundred thousand deep": rules(rule("（" * 100_000)),
    "closed brackets ten thousand deep": rules(rule("（" * 10_000 + "1 元" + "）" * 10_000)),
    "a sum of ten thousand terms": rules(rule(" + ".join(["1 元"] * 10_000))),
    "ten thousand times not": rules(rule("非 " * 10_000 + "是", "是否")),
    "ten thousand minus signs": rules(rule("- " * 10_000 + "1 元")),
    "a number of a million digits": rules(rule("9" * MILLION + " 元")),
    "a percentage of a million digits": rules(rule("9" * MILLION + "%", "比例")),
    "a name of a million characters": rules(rule("长" * MILLION)),
    "a line of a hundred thousand unknown characters": rules("；" * 100_000),
    "a million quotes": rules("“" * MILLION),
    "a rule that rests on itself": rules(rule("结果")),
    "a date in the year 99999": rules(rule("1 元 自 99999年1月1日 起")),
    "text that runs backwards": rules(rule("1 元") + "# \u202e起付线\u202c\n"),
    "a remark that runs backwards": rules(rule("1 元").replace("  依据", "  说明 “\u2066甲\u202e乙”\n  依据")),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_with_a_code_and_a_place(what: str, workshop: Workshop) -> None:
    with within(15):
        loaded = workshop.load(REFUSED[what])
    assert has_errors(loaded.diagnostics), what
    assert len(loaded.diagnostics) <= 1000
    assert_well_told(loaded.diagnostics)


def chain(length: int, terms: int = 1) -> str:
    """Rules of which each rests on the next, at the bottom of a sum."""
    more = " + 1" * terms
    links = [f"规则 r{n}：整数\n  依据 试文“一”\n  一般 r{n + 1}{more}\n" for n in range(length)]
    last = f"规则 r{length}：整数\n  依据 试文“一”\n  一般 1\n"
    return "\n".join([*links, last, "问题 试问 trial.question\n  依时 决定日\n  答复 结果 result = r0\n"])


def result_or_diagnostics(regions: Regions) -> object:
    try:
        return regions.decide("trial", "trial.question", {}, as_of="2023-01-01").outputs["result"]
    except PolicyError as error:
        diagnostics = error.diagnostics
    assert_well_told(diagnostics)
    return {item.code for item in diagnostics}


@pytest.mark.parametrize(("length", "terms"), [(50, 1), (3000, 1), (50, 80), (20, 90)])
def test_a_long_chain_of_rules_is_decided_or_refused(length: int, terms: int, workshop: Workshop) -> None:
    with within(30):
        regions = workshop.regions(rules(chain(length, terms)))
        loaded = regions.rulebook.load("trial")
        assert_well_told(loaded.diagnostics)
        if not has_errors(loaded.diagnostics):
            found = result_or_diagnostics(regions)
            assert found == length * terms + 1 or (length * terms > 1000 and found == {"E0109"})
    assert has_errors(loaded.diagnostics) == (length > 100)


def test_the_largest_numbers_that_are_read_are_computed_exactly(workshop: Workshop) -> None:
    text = (
        rule("99999999999999999.99 元 × 99.99% 四舍五入到 分")
        + "\n问题 试问 trial.question\n  依时 决定日\n  答复 结果 result = 结果\n"
    )
    decision = workshop.regions(rules(text)).decide("trial", "trial.question", {}, as_of="2023-01-01")
    assert str(decision.outputs["result"]) == "99989999999999999.99"


@pytest.mark.parametrize(
    "length", ["99999999999 天", "99999 年（遇短月取末日）", "999999999 个月（遇短月取末日）", "9999999 个工作日"]
)
def test_a_day_that_no_calendar_has_is_told(length: str, workshop: Workshop) -> None:
    text = rule(f"决定日 + {length}", "日期") + "\n问题 试问 trial.question\n  依时 决定日\n  答复 结果 result = 结果\n"
    with within(15):
        regions = workshop.regions(rules(text))
        loaded = regions.rulebook.load("trial")
        assert_well_told(loaded.diagnostics)
        if not has_errors(loaded.diagnostics):
            lower(regions.policy("trial"))
            decision = regions.decide("trial", "trial.question", {}, as_of="2023-01-01")
            assert str(decision.status) == "error"
            assert_well_told(decision.diagnostics)


def test_many_regions_that_extend_each_other(workshop: Workshop) -> None:
    """A long line of superiors is no circle."""
    files: Files = {"region.yaml": "id: trial\nlabel: 试区\nextends: level0\n"}
    for n in range(30):
        above = f"level{n + 1}" if n < 29 else "national"
        folder = workshop.folder / f"level{n}"
        folder.mkdir(exist_ok=True)
        (folder / "region.yaml").write_text(f"id: level{n}\nlabel: 层{n}\nextends: {above}\n", "utf-8")
    with within(30):
        assert not has_errors(workshop.load(files).diagnostics)
