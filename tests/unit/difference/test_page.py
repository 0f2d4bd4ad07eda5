"""The page stands by itself, in both languages, and draws the same for the same."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from engine.difference import plots
from engine.difference.claim_decisions import Defaults, decide_many
from engine.difference.claim_files import Claim
from engine.difference.meaning import MeaningDifference, difference_of
from engine.difference.page import page
from engine.difference.tallies import Tally
from engine.difference.wording import Wording

RULES = Path(__file__).parents[2] / "cli" / "rules"


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[MeaningDifference, Tally]:
    new = tmp_path_factory.mktemp("rules") / "new"
    shutil.copytree(RULES, new)
    path = new / "province" / "降幅.policy"
    path.write_text(path.read_text("utf-8").replace("则 参数.转诊降幅", "则 参数.转诊降幅 + 1 个百分点"), "utf-8")
    facts = {"visit": {"travel": "referral", "total": "1000.00"}}
    claims = [Claim(number, {"as_of": "2023-05-01", "id": "<b>"}, facts) for number in range(1, 4)]
    tally = Tally()
    for verdict in decide_many(claims, (RULES, new), Defaults(region="city", question="visit.pay", outputs=("pay",))):
        tally.add(verdict)
    return difference_of(RULES, new), tally


def render(compared: tuple[MeaningDifference, Tally], lang: str = "zh") -> str:
    return page(*compared, Wording("old", "new", lang, {}))


def test_it_needs_nothing_from_elsewhere(compared: tuple[MeaningDifference, Tally]) -> None:
    text = render(compared)
    assert not re.findall(r"<(?:script|link|img|iframe)\b|@import|url\(\s*['\"]?http", text)
    assert "<b>" not in re.sub(r"<div class='card'><b>", "", text)


def test_words_in_drawings_stay_words(compared: tuple[MeaningDifference, Tally]) -> None:
    drawn = re.findall(r"<svg.*?</svg>", render(compared), re.S)
    assert len(drawn) == 2
    assert "差额（元）" in drawn[0] and "费用笔数" in drawn[0]
    assert "“降幅”的“转诊”" in drawn[1]


def test_the_same_difference_gives_the_same_page(compared: tuple[MeaningDifference, Tally]) -> None:
    assert render(compared) == render(compared)


def test_it_speaks_english(compared: tuple[MeaningDifference, Tally]) -> None:
    text = render(compared, "en")
    assert "largest movers (yuan)" in text and "-30.00" in text
    assert "金额（" not in text


def test_without_the_plotting_library_it_says_so(
    compared: tuple[MeaningDifference, Tally], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plots, "is_installed", lambda: False)
    text = render(compared)
    assert "<svg" not in text and "tiaoli[plots]" in text
