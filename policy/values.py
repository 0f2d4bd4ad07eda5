"""Plain data → exact typed values, and typed values → plain data.

money, ratio, points and number are `Decimal`; integer and year `int`; date `date`; instant a
`datetime` of Asia/Shanghai without offset; month `Month`; duration `Duration`; an enumeration's
value its id; a record a `dict` of field ids; a list a `tuple`; 'there is none' is None.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

import attrs

from policy.diagnostics import Text, did_you_mean
from policy.types import Type
from policy.vocabulary import Vocabulary

SHANGHAI = timezone(timedelta(hours=8))

LIMIT_DIGITS = 18
"""The most digits before the decimal point: no amount in the field is larger."""

LIMIT_PLACES = 12
"""The most decimal places a number may be given with."""


LIMIT_QUOTED = 60
"""The most characters of a value that a message repeats."""


class ValueProblemError(Exception):
    """A plain value does not fit its type; `path` says where inside it."""

    def __init__(self, code: str, message: Text, hint: Text | None = None, path: str = "") -> None:
        super().__init__(message.en)
        self.code = code
        self.message = message
        self.hint = hint
        self.path = path


@attrs.frozen(order=True)
class Month:
    """A calendar month."""

    year: int
    month: int

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    def plus(self, count: int) -> Month:
        """The month `count` months later."""
        index = self.year * 12 + self.month - 1 + count
        return Month(index // 12, index % 12 + 1)


@attrs.frozen
class Duration:
    """A length of time in `days`, `working_days`, `months` or `years`.

    `month_end` is `clamped` or `rolled` where a target month may be too short.
    """

    count: int
    unit: str
    month_end: str = ""


def typed(value: Any, kind: Type, vocabulary: Vocabulary, path: str = "") -> Any:
    """The value as its type. Raises ValueProblemError; None (there is none) fits every type."""
    if value is None:
        return None
    if kind.kind == "list":
        return _list(value, kind, vocabulary, path)
    if kind.kind == "record":
        return _record(value, kind, vocabulary, path)
    if kind.kind == "enum":
        return _enum(value, kind, vocabulary, path)
    convert = _SCALARS.get(kind.kind)
    if convert is None:
        _refuse("E0603", f"类型“{kind.in_language('zh')}”不能作为事实", f"a {kind} cannot be given", path)
    if isinstance(value, list | tuple | Mapping):
        _refuse("E0603", f"应为{kind.in_language('zh')}", f"expected {kind}", path)
    try:
        return convert(value)
    except ValueProblemError as problem:
        problem.path = problem.path or path
        raise
    except (ValueError, InvalidOperation, OverflowError):
        shown = quotable(value)
        zh, en = f"“{shown}”不是{kind.in_language('zh')}", f"`{shown}` is not {_article(kind)}"
        return _refuse("E0603", zh, en, path, _WRITTEN.get(kind.kind))


def plain(value: Any) -> Any:
    """A typed value as JSON data: exact numbers as decimal text, dates in ISO 8601."""
    if isinstance(value, bool) or value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="auto" if value.second or value.microsecond else "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, Iterable):
        return [plain(item) for item in value]
    return str(value)


def plain_typed(value: Any, kind: Type, vocabulary: Vocabulary) -> Any:
    """Like `plain`, with money at its two places and points as numbers."""
    if value is None:
        return None
    if isinstance(value, Decimal) and not value:
        value = abs(value)  # nothing has no sign
    if kind.kind == "money":
        return f"{value:.2f}" if value == value.quantize(Decimal("0.01")) else decimal_text(value)
    if kind.kind == "points":
        return int(value) if value == int(value) else decimal_text(value)
    if kind.kind == "list" and kind.element:
        return [plain_typed(item, kind.element, vocabulary) for item in value]
    if kind.kind == "record" and isinstance(value, Mapping):
        fields = vocabulary.entities[kind.name].fields
        return {name: plain_typed(item, fields[name].type, vocabulary) for name, item in value.items()}
    return plain(value)


def decimal_text(value: Decimal) -> str:
    """The shortest exact decimal text, never in exponent notation."""
    text = format(value if value else abs(value), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def quotable(value: object) -> str:
    """How a value is quoted in a message: short and printable, whatever it is."""
    try:
        text = str(value)
    except (ValueError, RecursionError):  # an integer of thousands of digits, a list a thousand deep
        text = f"<{type(value).__name__}>"
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= LIMIT_QUOTED else f"{text[:LIMIT_QUOTED]}…"


_WRITTEN: dict[str, Text] = {
    "money": Text("写数字，至多两位小数", "write a number with at most two decimal places"),
    "ratio": Text("写小数或百分数", "write a decimal number or a percentage"),
    "points": Text("写百分点的个数", "write the number of percentage points"),
    "number": Text("写数字", "write a number"),
    "integer": Text("写整数", "write a whole number"),
    "year": Text("写四位年份", "write a year of four digits"),
    "boolean": Text("写 true 或 false", "write true or false"),
    "date": Text("写作 年-月-日", "write year-month-day"),
    "instant": Text("写作 年-月-日T时:分", "write year-month-dayThour:minute"),
    "month": Text("写作 年-月", "write year-month"),
}
"""How a value of each type is written."""


def _article(kind: Type) -> str:
    return f"{'an' if kind.kind[0] in 'aeio' else 'a'} {kind}"


def _refuse(code: str, zh: str, en: str, path: str, hint: Text | None = None) -> NoReturn:
    raise ValueProblemError(code, Text(zh, en), hint, path)


def _list(value: Any, kind: Type, vocabulary: Vocabulary, path: str) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple) or kind.element is None:
        _refuse("E0603", "应为列表", "expected a list", path)
    for place, item in enumerate(value):
        if item is None:
            _refuse("E0603", "列表中不能有空项", "a list has no empty element", f"{path}[{place}]")
    return tuple(typed(item, kind.element, vocabulary, f"{path}[{place}]") for place, item in enumerate(value))


def _record(value: Any, kind: Type, vocabulary: Vocabulary, path: str) -> dict[str, Any]:
    entity = vocabulary.entities[kind.name]
    if isinstance(value, list | tuple):
        if len(value) != len(entity.fields):
            _refuse(
                "E0603",
                f"“{entity.label}”应有 {len(entity.fields)} 格",
                f"{entity.id} has {len(entity.fields)} cells",
                path,
            )
        value = dict(zip(entity.fields, value, strict=True))
    if not isinstance(value, Mapping):
        _refuse("E0603", f"应为“{entity.label}”的各字段", f"expected the fields of {entity.id}", path)
    result: dict[str, Any] = {}
    for written, item in value.items():
        name = quotable(written)
        field = entity.find(name)
        if field is None:
            labels = [*entity.fields, *(f.label for f in entity.fields.values())]
            hint = did_you_mean(name, labels)
            _refuse("E0601", f"“{entity.label}”没有字段“{name}”", f"{entity.id} has no field `{name}`", path, hint)
        result[field.id] = typed(item, field.type, vocabulary, f"{path}.{field.id}" if path else field.path)
    return result


def _enum(value: Any, kind: Type, vocabulary: Vocabulary, path: str) -> str:
    enum = vocabulary.enums[kind.name]
    written = quotable(value)
    found = enum.find(written) if not isinstance(value, bool) else None
    if found is None:
        names = [*enum.values, *(item.label for item in enum.values.values())]
        hint = did_you_mean(written, names)
        listed = "、".join(item.label for item in enum.values.values())
        _refuse(
            "E0606",
            f"“{written}”不是{enum.label}的值",
            f"`{written}` is not a value of {enum.id}",
            path,
            hint or Text(f"可写：{listed}", "one of: " + ", ".join(enum.values)),
        )
    return found.id


_PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def _decimal(value: Any) -> Decimal:
    """An exact number from its text; a binary float counts as the decimal it prints as."""
    if isinstance(value, bool):
        raise ValueError(value)
    text = repr(value) if isinstance(value, float) else str(value).strip()
    if not _PLAIN_NUMBER.fullmatch(text):
        raise ValueError(value)
    number = Decimal(text)
    places = -int(number.as_tuple().exponent)
    if len(text.lstrip("+-").split(".")[0]) > LIMIT_DIGITS or places > LIMIT_PLACES:
        raise ValueProblemError(
            "E0605", Text(f"“{quotable(text)}”位数过多", f"`{quotable(text)}` has too many digits"),
            Text(f"整数部分至多 {LIMIT_DIGITS} 位，小数至多 {LIMIT_PLACES} 位",
                 f"at most {LIMIT_DIGITS} digits and {LIMIT_PLACES} places"),
        )  # fmt: skip
    return number


def _money(value: Any) -> Decimal:
    amount = _decimal(value)
    if amount != amount.quantize(Decimal("0.01")):
        raise ValueProblemError(
            "E0605",
            Text(f"金额“{value}”不精确到分", f"the amount `{value}` is not exact to the fen"),
            Text("金额至多两位小数", "money has at most two decimal places"),
        )
    if amount < 0:
        raise ValueProblemError(
            "E0604",
            Text(f"金额“{value}”为负", f"the amount `{value}` is negative"),
            Text("金额不写负数", "write no negative amount"),
        )
    return amount


def _ratio(value: Any) -> Decimal:
    text = str(value).strip()
    return _decimal(text[:-1]).scaleb(-2) if text.endswith("%") else _decimal(value)


def _integer(value: Any) -> int:
    number = _decimal(value)
    if number != int(number):
        raise ValueError(value)
    return int(number)


_TRUTHS = {"true": True, "false": False, "是": True, "否": False}


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() not in _TRUTHS:
        raise ValueError(value)
    return _TRUTHS[str(value).lower()]


def _instant(value: Any) -> datetime:
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    else:
        moment = datetime.fromisoformat(str(value))
    return moment.astimezone(SHANGHAI).replace(tzinfo=None) if moment.tzinfo else moment


def _date(value: Any) -> date:
    if isinstance(value, datetime):
        raise ValueError(value)
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _month(value: Any) -> Month:
    match = re.fullmatch(r"(\d{4})-(\d{2})", str(value))
    if not match or not 1 <= int(match[2]) <= 12:
        raise ValueError(value)
    return Month(int(match[1]), int(match[2]))


def _text(value: Any) -> str:
    """Text, or what a file may hold unquoted in its place; only what can be written to a file again."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal | date):
        raise ValueError(value)
    text = str(value)
    text.encode()
    return text


_SCALARS = {
    "money": _money,
    "ratio": _ratio,
    "points": _decimal,
    "number": _decimal,
    "integer": _integer,
    "year": _integer,
    "boolean": _boolean,
    "date": _date,
    "instant": _instant,
    "month": _month,
    "text": _text,
}
