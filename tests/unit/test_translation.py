"""Every shipped rule file goes into English and back without loss."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from policy.dsl.formatter import format_source
from policy.dsl.source import Source
from policy.loader import Rulebook
from policy.model import Policy
from policy.translation import translator
from tests.support.shipped import RULES, shipped_regions

FILES = sorted(RULES.glob("*/*.policy"))


@cache
def policy_of(region: str) -> Policy:
    return shipped_regions().policy(region)


@pytest.mark.parametrize("path", FILES, ids=[f"{path.parent.name}/{path.stem}" for path in FILES])
def test_a_shipped_file_goes_into_english_and_back(path: Path) -> None:
    speller = translator(policy_of(path.parent.name))
    written = Source(str(path), path.read_text("utf-8"))
    chinese, problems = format_source(written, "zh", speller)
    assert problems == ()
    english, problems = format_source(written, "en", speller)
    assert problems == () and english is not None
    back, problems = format_source(Source(str(path), english), "zh", speller)
    assert problems == ()
    assert back == chinese


def test_names_are_ids_in_english_and_labels_in_chinese() -> None:
    path = Path(__file__).parent.parent / "cli" / "rules" / "province" / "降幅.policy"
    policy = Rulebook(path.parent.parent).load("province").policy
    assert policy is not None
    english, _ = format_source(Source(str(path), path.read_text("utf-8")), "en", translator(policy))
    assert english is not None
    assert "case referral 转诊 when visit.travel is referral then parameters.referral_reduction" in english
    assert "cite PRV-1" in english
