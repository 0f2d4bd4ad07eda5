"""What each reader is told, kept beside the tests: after a wanted change run with --update and read the difference."""

from pathlib import Path

import pytest

from tests.support.explained import DECISIONS, LANGUAGES, READERS, without_revisions

FOLDER = Path(__file__).parents[2] / "snapshots" / "explanation"


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", ["settlement", "undetermined", "collaboration"])
def test_the_text_is_as_it_was(name: str, lang: str, reader: str, update: bool) -> None:
    text = without_revisions(DECISIONS[name]().explain(lang, reader, "text"))
    path = FOLDER / f"{name}-{lang}-{reader}.txt"
    if update:
        FOLDER.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8"), "run pytest --update and read the difference"
