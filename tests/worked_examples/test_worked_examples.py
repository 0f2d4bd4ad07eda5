"""Every worked example that others published comes out to the fen, or at the corrected value where its source is wrong."""

from pathlib import Path
from typing import Any

import pytest

from engine import Regions
from policy.diagnostics import render
from policy.dsl.formatter import format_source
from policy.dsl.source import Source
from tests.support.casefiles import cases_in, differences
from tests.support.rulebooks import beside_shipped

HERE = Path(__file__).parent
CASES = list(cases_in(HERE))


@pytest.fixture(scope="module")
def regions(tmp_path_factory: pytest.TempPathFactory) -> Regions:
    return Regions(beside_shipped(tmp_path_factory.mktemp("rules"), HERE))


@pytest.mark.parametrize("pack", sorted(path.parent.name for path in HERE.glob("*/region.yaml")))
def test_the_pack_loads_without_a_word(regions: Regions, pack: str) -> None:
    loaded = regions.rulebook.load(pack)
    told = [item for item in loaded.diagnostics if item.code != "W0903"]  # the sources are second-hand, and say so
    assert not told, "\n".join(map(render, told))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_example_comes_out(regions: Regions, case: dict[str, Any]) -> None:
    assert not differences(regions, case)


def test_no_example_is_listed_twice() -> None:
    names = [case["id"] for case in CASES]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("path", sorted(HERE.glob("*/*.policy")), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_rules_are_short_and_in_canonical_form(path: Path) -> None:
    text = path.read_text("utf-8")
    assert format_source(Source(path.name, text)) == (text, ())
    assert len(text.splitlines()) <= 45
