"""Values and rows as a terminal shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.cli.columns import columns as columns
from engine.value_words import scalar_in_words
from policy.types import Type
from policy.vocabulary import Vocabulary


def in_words(value: Any, kind: Type, vocabulary: Vocabulary, lang: str) -> str:
    """A typed value on one line; rows of a list follow each other on lines of their own."""
    if value is None:
        return scalar_in_words(None, kind, vocabulary, lang)
    if kind.kind == "list" and kind.element is not None:
        if kind.element.kind == "record" and value:
            return _table(value, kind.element, vocabulary, lang)
        shown = [in_words(item, kind.element, vocabulary, lang) for item in value]
        return ("、" if lang == "zh" else ", ").join(shown) or "[]"
    if isinstance(value, Mapping):
        return _table([value], kind, vocabulary, lang)
    return scalar_in_words(value, kind, vocabulary, lang)


def _table(rows: Sequence[Mapping[str, Any]], kind: Type, vocabulary: Vocabulary, lang: str) -> str:
    """Records one below the other, under the names of their fields."""
    fields = {
        name: field for name, field in vocabulary.entities[kind.name].fields.items() if any(name in row for row in rows)
    }
    head = tuple(field.label if lang == "zh" else name for name, field in fields.items())
    body = [
        tuple(
            in_words(row[name], field.type, vocabulary, lang) if name in row else "" for name, field in fields.items()
        )
        for row in rows
    ]
    return "".join(f"\n    {line}" for line in columns([head, *body]))
