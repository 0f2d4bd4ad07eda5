"""Values as compiled code holds them, in the words of `engine.cli.values` and as plain data.

A spec tells what a value is: its kind, then what belongs to the kind. Specs are made by
`engine.cli.kept_answers`.
"""

from __future__ import annotations

from engine.backends.python.runtime import MISSING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_UNITS = {"money": (" 元", " yuan"), "points": (" 个百分点", " points")}
_FEN = 2


class NotPlainError(Exception):
    """Plain data of which the whole command knows more: the order of a record's fields."""


def in_words(value: Any, spec: Any, zh: bool) -> str:
    """A value on one line; rows of a list follow each other on lines of their own."""
    if value is None:
        return "（无）" if zh else "none"
    kind = spec[0]
    if kind == "list":
        if spec[1] is not None and spec[1][0] == "record" and value:
            return _table(value, spec[1], zh)
        shown = [in_words(item, spec[1], zh) for item in value]
        return ("、" if zh else ", ").join(shown) or "[]"
    if kind == "record":
        return _table((value,), spec, zh)
    if kind == "enum":
        return str(dict(spec[1]).get(value, value)) if zh else str(value)
    if kind == "boolean":
        return ("是" if value else "否") if zh else ("true" if value else "false")
    if kind == "ratio":
        return f"{_shortest(value, spec[1] - 2) if spec[1] >= 2 else _shortest(value * 100, spec[1])}%"
    return f"{_written(value, spec)}{_UNITS.get(kind, ('', ''))[0 if zh else 1]}".rstrip()


def _table(rows: Any, spec: Any, zh: bool) -> str:
    """Records one below the other, under the names of their fields."""
    from engine.cli.columns import columns

    shown = [number for number, _ in enumerate(spec[1]) if any(row[number] is not MISSING for row in rows)]
    head = tuple(spec[1][number][1 if zh else 0] for number in shown)
    body = [
        tuple("" if row[number] is MISSING else in_words(row[number], spec[1][number][2], zh) for number in shown)
        for row in rows
    ]
    return "".join(f"\n    {line}" for line in columns([head, *body]))


def _written(value: Any, spec: Any) -> str:
    """A value that has no words: an amount, a day, a text."""
    kind = spec[0]
    if kind == "money":
        return _money(value, spec[1])
    if kind in ("points", "number", "integer", "year"):
        return _shortest(value, spec[1])
    if kind == "month":
        return f"{value // 12:04d}-{value % 12 + 1:02d}"
    if kind == "date":
        return str(value.isoformat())
    if kind == "instant":
        return str(value.isoformat(timespec="auto" if value.second or value.microsecond else "minutes"))
    return str(value)


def plain(value: Any, spec: Any) -> Any:
    """A value as JSON data. Raises NotPlainError."""
    if value is None or spec[0] in ("boolean", "enum", "text"):
        return value
    if spec[0] == "list":
        return [plain(item, spec[1]) for item in value]
    if spec[0] == "record" or (spec[0] == "number" and spec[2] is None):
        raise NotPlainError
    if spec[0] == "points":
        shown = _shortest(value, spec[1])
        return shown if "." in shown else int(shown)
    if spec[0] in ("integer", "year", "number") and spec[2]:
        return value
    if spec[0] == "ratio":
        return _shortest(value, spec[1])
    return _written(value, spec)


def plain_fact(value: Any, spec: Any) -> Any:
    """A fact as its hash takes it: amounts at their shortest. Raises NotPlainError."""
    if value is not None and spec[0] == "list":
        return [plain_fact(item, spec[1]) for item in value]
    if value is not None and spec[0] == "record":
        pairs = zip(spec[1], value, strict=True)
        return {name: plain_fact(item, part) for (name, _, part), item in pairs if item is not MISSING}
    if value is not None and spec[0] in ("money", "points"):
        return _shortest(value, spec[1])
    return plain(value, spec)


def _money(value: int, scale: int) -> str:
    if scale > _FEN and value % 10 ** (scale - _FEN):
        return _shortest(value, scale)
    fen = value // 10 ** (scale - _FEN) if scale >= _FEN else value * 10 ** (_FEN - scale)
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def _shortest(value: int, scale: int) -> str:
    """The shortest exact decimal text of a whole number of 10 ** -scale."""
    whole, rest = divmod(abs(value), 10**scale)
    sign = "-" if value < 0 else ""
    places = f"{rest:0{scale}d}".rstrip("0") if rest else ""
    return f"{sign}{whole}.{places}" if places else f"{sign}{whole}"
