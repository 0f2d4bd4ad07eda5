"""Every shipped rule file goes into English and back without loss."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from policy.dsl.formatter import format_source
from policy.dsl.source import Source
from policy.loader import Rulebook
from policy.model import Policy
from policy.translation import translator

RULES = Path(__file__).parent.parent.parent / "rules"
FILES = sorted(RULES.glob("*/*.policy"))


@cache
def policy_of(region: str) -> Policy:
    loaded = Rulebook(RULES).load(region)
    assert loaded.policy is not None
    return loaded.policy


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


@pytest.mark.parametrize("path", FILES, ids=[f"{path.parent.name}/{path.stem}" for path in FILES])
def test_every_name_of_an_english_file_is_english(path: Path) -> None:
    english, _ = format_source(Source(str(path), path.read_text("utf-8")), "en", translator(policy_of(path.parent.name)))
    assert english is not None
    said = re.sub(r'"[^"]*"|“[^”]*”|#.*', "", english)
    # What a declaration or a clause is called in Chinese stays beside its id.
    declared = r"^\s*(rule|collect|brackets|deadline|schedule|duties|checklist|open_norm|question|choice_of_law|check|case|proviso|item|answer)\b[^\n:=]*?(?= over | overrides | when | =|:|$)"
    left = re.findall(r"[\u4e00-\u9fff]+", re.sub(declared, "", said, flags=re.M))
    assert left == []
