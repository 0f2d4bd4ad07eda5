"""The types of values, and the names authors write them by."""

from __future__ import annotations

from typing import Final

import attrs

PRIMITIVE_TYPES: Final[dict[str, str]] = {
    "money": "金额",
    "ratio": "比例",
    "points": "百分点",
    "number": "数值",
    "integer": "整数",
    "boolean": "是否",
    "date": "日期",
    "instant": "时刻",
    "month": "月份",
    "year": "年度",
    "duration": "时长",
    "text": "文本",
}
"""Id → Chinese name of every primitive type."""

_IDS: Final = {**{label: name for name, label in PRIMITIVE_TYPES.items()}, **{name: name for name in PRIMITIVE_TYPES}}


@attrs.frozen
class Type:
    """What a value is.

    `kind` is a primitive's id, or enum, record, list, checklist, interval, null, unknown. `name` is
    the enumeration's or entity's id. `is_exact` is False for an amount or a ratio whose decimal
    places have no bound yet (a product, a quotient): it must be rounded before it is a rule's value.
    """

    kind: str
    name: str = ""
    element: Type | None = None
    is_exact: bool = True

    def __str__(self) -> str:
        return self.in_language("en")

    def in_language(self, lang: str) -> str:
        """How the type is called in a message."""
        if self.kind == "list" and self.element:
            inner = self.element.in_language(lang)
            return f"列表 {inner}" if lang == "zh" else f"list of {inner}"
        if self.name:
            return self.name
        if lang == "zh":
            return PRIMITIVE_TYPES.get(self.kind, _OTHER_LABELS.get(self.kind, self.kind))
        return self.kind

    @property
    def is_numeric(self) -> bool:
        """Whether arithmetic is done with it."""
        return self.kind in NUMERIC

    @property
    def is_ordered(self) -> bool:
        """Whether its values come before and after each other."""
        return self.kind in NUMERIC or self.kind in TEMPORAL

    def inexact(self) -> Type:
        """The same type with its decimal places unbounded."""
        return attrs.evolve(self, is_exact=False)


_OTHER_LABELS = {"null": "空", "unknown": "未知", "checklist": "清单", "interval": "区间"}

NUMERIC: Final = frozenset({"money", "ratio", "points", "number", "integer"})
DAY_TYPES: Final = ("date", "instant")
TEMPORAL: Final = frozenset({"date", "instant", "month", "year"})

MONEY, RATIO, POINTS = Type("money"), Type("ratio"), Type("points")
NUMBER, INTEGER, BOOLEAN = Type("number"), Type("integer"), Type("boolean")
DATE, INSTANT, MONTH, YEAR = Type("date"), Type("instant"), Type("month"), Type("year")
DURATION, TEXT = Type("duration"), Type("text")
NULL, UNKNOWN, CHECKLIST = Type("null"), Type("unknown"), Type("checklist")


def list_of(element: Type) -> Type:
    """The type of lists of such elements."""
    return Type("list", element=element)


def primitive(name: str) -> Type | None:
    """The primitive type of that id or Chinese name."""
    return Type(_IDS[name]) if name in _IDS else None
