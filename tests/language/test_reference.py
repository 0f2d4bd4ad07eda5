"""The language reference and the specifications beside this file hold, example by example."""

from pathlib import Path

import pytest

from tests.support.spec import Example, examples, shared_blocks
from tests.support.world import World

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "language.md"
SHARED = shared_blocks(REFERENCE)
DOCUMENTS = [REFERENCE, *sorted(Path(__file__).parent.glob("*.md"))]
EXAMPLES = [example for document in DOCUMENTS for example in examples(document)]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.document.stem}/{example.title}")
def test_example(example: Example, tmp_path: Path, update: bool) -> None:
    World(example, SHARED, tmp_path).check(update)
