"""Values and rows as a terminal shows them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from policy.dsl.source import display_width
from policy.types import Type
from policy.values import decimal_text, plain_typed
from policy.vocabulary import Vocabulary


def in_words(value: Any, kind: Type, vocabulary: Vocabulary, lang: str) -> str:
    """A typed value on one line; rows of a list follow each other on lines of their own."""
    if value is None:
        return "（无）" if lang == "zh" else "none"
    if kind.kind == "list" and kind.element is not None:
        if kind.element.kind == "record" and value:
            return _table(value, kind.element, vocabulary, lang)
        shown = [in_words(item, kind.element, vocabulary, lang) for item in value]
        return ("、" if lang == "zh" else ", ").join(shown) or "[]"
    if isinstance(value, Mapping):
        return _table([value], kind, vocabulary, lang)
    if kind.kind == "enum" and lang == "zh":
        found = vocabulary.enums[kind.name].find(str(value))
        return found.label if found else str(value)
    if isinstance(value, bool):
        return ("是" if value else "否") if lang == "zh" else str(value).lower()
    return _measured(value, kind, vocabulary, lang)


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


def _measured(value: Any, kind: Type, vocabulary: Vocabulary, lang: str) -> str:
    shown = str(plain_typed(value, kind, vocabulary))
    if kind.kind == "ratio":
        return f"{decimal_text(Decimal(value).scaleb(2))}%"
    units = {"money": ("元", "yuan"), "points": ("个百分点", "points")}
    zh, en = units.get(kind.kind, ("", ""))
    return f"{shown} {zh if lang == 'zh' else en}".rstrip()


def columns(rows: Iterable[Sequence[str]], gap: str = "  ") -> list[str]:
    """Rows with their cells one below the other, Chinese characters taking two columns; the last is as long as it is."""
    rows = list(rows)
    count = max((len(row) for row in rows), default=0)
    widths = [max((display_width(row[i]) for row in rows if i < len(row) - 1), default=0) for i in range(count)]
    lines = (gap.join(_padded(cell, widths[i], i == len(row) - 1) for i, cell in enumerate(row)) for row in rows)
    return [re.sub(r" +(?=\n|$)", "", line) for line in lines]


def _padded(cell: str, width: int, is_last: bool) -> str:
    return cell if is_last else cell + " " * (width - display_width(cell))
