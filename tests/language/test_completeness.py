"""The language reference names every word of the language."""

from pathlib import Path

import pytest

from policy.dsl.lexicon import KEYWORDS
from policy.functions import FUNCTIONS
from policy.names import LOCALS
from policy.tables import HIT_POLICIES
from policy.types import PRIMITIVE_TYPES

REFERENCE = (Path(__file__).parents[2] / "docs" / "language.md").read_text("utf-8")


@pytest.mark.parametrize("word", [word for keyword in KEYWORDS for word in (*keyword.zh, *keyword.en)])
def test_keyword_is_listed(word: str) -> None:
    assert f"`{word}`" in REFERENCE


@pytest.mark.parametrize("name", [*FUNCTIONS, *LOCALS, *LOCALS.values(), *HIT_POLICIES])
def test_name_is_listed(name: str) -> None:
    assert f"`{name}`" in REFERENCE


@pytest.mark.parametrize("name", [*PRIMITIVE_TYPES, *PRIMITIVE_TYPES.values()])
def test_type_is_listed(name: str) -> None:
    assert f"`{name}`" in REFERENCE
