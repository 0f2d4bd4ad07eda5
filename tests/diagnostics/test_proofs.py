"""What `tiaoli check` tells beyond loading: the ```check blocks of the guide and of tests/proofs, word for word."""

from pathlib import Path

import pytest

from engine.cli.proving import proofs_of
from policy.diagnostics import render
from tests.support.spec import Block, Example, examples, rewrite, shared_blocks
from tests.support.world import World

ROOT = Path(__file__).parents[2]
SHARED = shared_blocks(ROOT / "docs" / "language.md")
DOCUMENTS = [ROOT / "docs" / "diagnostics.md", *sorted((ROOT / "tests" / "proofs").glob("*.md"))]


def told(example: Example) -> Block | None:
    return next((block for block in example.blocks() if block.words[0] == "check"), None)


EXAMPLES = [example for document in DOCUMENTS for example in examples(document) if told(example)]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.document.stem}/{example.title}")
def test_what_the_check_tells(example: Example, tmp_path: Path, update: bool) -> None:
    world = World(example, SHARED, tmp_path)
    block = told(example)
    assert block is not None
    regions = ["nation", "province", "city"]
    lang = "en" if "en" in block.words else "zh"
    proofs = proofs_of(tmp_path, regions, 10.0, lang)
    lines = [render(item, lang) for item in proofs.replacing(world.static)]
    found = "\n\n".join([*lines, *proofs.told(lang)]).replace(f"{tmp_path}/", "") + "\n"
    if update and block.written != found:
        rewrite(example, block, found)
    assert update or block.written == found, "run pytest with --update and review what changes"
