"""The guide to diagnostics is complete and true: every code has its section, and every code really occurs."""

import re
from pathlib import Path

import pytest

from policy.codes import CODES
from tests.support.spec import Example, examples, shared_blocks
from tests.support.world import World

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "diagnostics.md"
SHARED = shared_blocks(ROOT / "docs" / "language.md")
DOCUMENTS = [GUIDE, *sorted(Path(__file__).parent.glob("*.md"))]
EXAMPLES = [example for document in DOCUMENTS for example in examples(document)]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.document.stem}/{example.title}")
def test_rendering(example: Example, tmp_path: Path, update: bool) -> None:
    World(example, SHARED, tmp_path).check(update)


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_section(code: str) -> None:
    assert f"## {code} {CODES[code][0]}\n" in GUIDE.read_text("utf-8")


@pytest.mark.parametrize("code", CODES)
def test_every_code_occurs(code: str) -> None:
    rendered = "".join(document.read_text("utf-8") for document in DOCUMENTS)
    beyond = (Path(__file__).parent / "test_beyond_markdown.py").read_text("utf-8")
    assert f"[{code}]: " in rendered or f'"{code}"' in beyond


def test_no_section_is_about_an_unknown_code() -> None:
    headings = re.findall(r"^## ([EW]\d+)", GUIDE.read_text("utf-8"), re.M)
    assert sorted(headings) == sorted(CODES)
