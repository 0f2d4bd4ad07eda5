"""Typed values in words, as they stand in a line."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from policy.types import Type
from policy.values import Duration, decimal_text, plain_typed
from policy.vocabulary import Vocabulary

_LENGTHS = {
    "days": ("天", "days"),
    "working_days": ("个工作日", "working days"),
    "months": ("个月", "months"),
    "years": ("年", "years"),
}
_UNITS = {"money": ("元", "yuan"), "points": ("个百分点", "points")}


def scalar_in_words(value: Any, kind: Type, vocabulary: Vocabulary, lang: str) -> str:
    """A value that is no list and no record."""
    is_zh = lang == "zh"
    if value is None:
        return "（无）" if is_zh else "none"
    if kind.kind == "enum" and is_zh:
        found = vocabulary.enums[kind.name].find(str(value))
        return found.label if found else str(value)
    if isinstance(value, bool):
        return ("是" if value else "否") if is_zh else str(value).lower()
    if isinstance(value, Duration):
        zh, en = _LENGTHS[value.unit]
        return f"{value.count} {zh if is_zh else en}"
    return _measured(value, kind, vocabulary, is_zh)


def _measured(value: Any, kind: Type, vocabulary: Vocabulary, is_zh: bool) -> str:
    shown = str(plain_typed(value, kind, vocabulary))
    if kind.kind == "ratio":
        return f"{decimal_text(Decimal(value).scaleb(2))}%"
    zh, en = _UNITS.get(kind.kind, ("", ""))
    return f"{shown} {zh if is_zh else en}".rstrip()
