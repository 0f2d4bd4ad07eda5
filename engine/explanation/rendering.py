"""Choose the form in which a decision is told."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from engine.decision import Decision
from engine.explanation.clerk import auditor_document, clerk_document
from engine.explanation.document import Document
from engine.explanation.html_writer import write_html
from engine.explanation.json_writer import write_json
from engine.explanation.markdown_writer import write_markdown
from engine.explanation.patient import patient_document
from engine.explanation.text_writer import write_text
from engine.explanation.wording import Wording

LANGUAGES: Final = ("zh", "en")

READERS: Final[dict[str, Callable[[Decision, Wording], Document]]] = {
    "patient": patient_document,
    "clerk": clerk_document,
    "auditor": auditor_document,
}
"""Reader → what they are told."""

FORMATS: Final[dict[str, Callable[[Document, Wording], str]]] = {
    "text": write_text,
    "markdown": write_markdown,
    "html": write_html,
}
"""Format → how a document is written; JSON is written from the decision itself, whoever reads it."""


def render(decision: Decision, *, lang: str = "zh", reader: str = "clerk", format: str = "text") -> str:
    """The decision in words. Raises ValueError for a language, reader or format that is not known."""
    _require("lang", lang, LANGUAGES)
    _require("reader", reader, READERS)
    _require("format", format, (*FORMATS, "json"))
    wording = Wording(decision, lang, reader)
    if format == "json":
        return write_json(decision, Wording(decision, lang, "auditor"))
    return FORMATS[format](READERS[reader](decision, wording), wording)


def _require(option: str, given: str, known: Collection[str]) -> None:
    if given not in known:
        raise ValueError(f"{option} must be one of {', '.join(known)}, not {given!r}")
