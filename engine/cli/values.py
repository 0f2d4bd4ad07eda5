"""Values and rows as a terminal shows them."""

from __future__ import annotations

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
        shown = [in_words(item, kind.element, vocabulary, lang) for item in value]
        if kind.element.kind == "record":
            return "".join(f"\n    {row}" for row in shown) or "[]"
        return ("、" if lang == "zh" else ", ").join(shown) or "[]"
    if isinstance(value, Mapping):
        return _row(value, kind, vocabulary, lang)
    if kind.kind == "enum" and lang == "zh":
        found = vocabulary.enums[kind.name].find(str(value))
        return found.label if found else str(value)
    if isinstance(value, bool):
        return ("是" if value else "否") if lang == "zh" else str(value).lower()
    return _measured(value, kind, vocabulary, lang)


def _row(value: Mapping[str, Any], kind: Type, vocabulary: Vocabulary, lang: str) -> str:
    fields = vocabulary.entities[kind.name].fields
    parts = (
        f"{fields[name].label if lang == 'zh' else name} {in_words(item, fields[name].type, vocabulary, lang)}"
        for name, item in value.items()
    )
    return "  ".join(parts)


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
    return [gap.join(_padded(cell, widths[i], i == len(row) - 1) for i, cell in enumerate(row)) for row in rows]


def _padded(cell: str, width: int, is_last: bool) -> str:
    return cell if is_last else cell + " " * (width - display_width(cell))
