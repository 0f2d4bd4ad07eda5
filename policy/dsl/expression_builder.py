"""Parse tree → syntax tree: names, tokens and expressions. One method per grammar rule."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

import attrs
from lark import Token, Transformer, v_args
from lark.tree import Meta

from policy.diagnostics import Diagnostic, Text
from policy.dsl import tree as t
from policy.dsl.lexer import span_of
from policy.dsl.lexicon import COMPARISONS, ROUNDINGS, SYMBOLS, UNITS
from policy.dsl.source import Source, Span

Kind = TypeVar("Kind")
Parts = Sequence[Any]
"""What a grammar rule is made of: tokens, and what other methods have built."""

LIMIT_DIGITS = 40
"""The most characters of a number; no figure of the law has more."""

LIMIT_PLACES = 28
"""More decimal places than any figure in law has."""

_UNIT_OF = {token: unit for unit, token in UNITS.items()}
_COMPARISON_OF = {token: name for name, token in COMPARISONS.items()}
_ROUNDING_OF = {token: mode for mode, token in ROUNDINGS.items()}
_CHINESE_MOMENT = re.compile(r"(\d+)年(\d+)月(\d+)日(?:(\d+)时(?:(\d+)分)?)?")


@attrs.frozen(eq=False)
class Piece:
    """A part of a grammar rule on its way to its node: its kind, first word and value."""

    kind: str
    word: Token
    value: Any


def nodes(parts: Parts) -> list[Any]:
    """The parts that are no tokens."""
    return [part for part in parts if not isinstance(part, Token)]


def of_kind(parts: Parts, kind: type[Kind]) -> list[Kind]:
    """The parts of one kind, in order."""
    return [part for part in parts if isinstance(part, kind)]


def after(parts: Parts, token: str) -> Any:
    """The part that follows the token, or None."""
    for place, part in enumerate(parts):
        if isinstance(part, Token) and part.type == token:
            return parts[place + 1]
    return None


@v_args(meta=True)
class ExpressionBuilder(Transformer[Token, Any]):
    """Builds expressions with spans in one source; notes what the grammar cannot refuse."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self._source = source
        self._problems: list[Diagnostic] = []

    def _span(self, meta: Meta) -> Span:
        return Span(self._source, 0, 0) if meta.empty else Span(self._source, meta.start_pos, meta.end_pos)

    # ── names ───────────────────────────────────────────────────────────────────────────────────
    def name(self, meta: Meta, parts: list[Token]) -> t.Name:
        token = parts[0]
        return t.Name(span=self._span(meta), text=self._text(token) if token.type == "QUOTED_NAME" else str(token))

    def path(self, meta: Meta, parts: Parts) -> t.Path:
        return t.Path(span=self._span(meta), parts=tuple(of_kind(parts, t.Name)))

    def name_list(self, meta: Meta, parts: Parts) -> tuple[t.Name, ...]:
        return tuple(of_kind(parts, t.Name))

    def path_list(self, meta: Meta, parts: Parts) -> tuple[t.Path, ...]:
        return tuple(of_kind(parts, t.Path))

    def expr_list(self, meta: Meta, parts: Parts) -> tuple[t.Expr, ...]:
        return tuple(nodes(parts))

    def separator(self, meta: Meta, parts: list[Token]) -> Token:
        return parts[0]

    # ── conditions ──────────────────────────────────────────────────────────────────────────────
    def either(self, meta: Meta, parts: Parts) -> t.Logic:
        return t.Logic(span=self._span(meta), operator="or", operands=tuple(nodes(parts)))

    def both(self, meta: Meta, parts: Parts) -> t.Logic:
        return t.Logic(span=self._span(meta), operator="and", operands=tuple(nodes(parts)))

    def negated(self, meta: Meta, parts: Parts) -> t.Not:
        return t.Not(span=self._span(meta), operand=parts[-1])

    def comparator(self, meta: Meta, parts: list[Token]) -> str:
        return _COMPARISON_OF.get(parts[0].type) or SYMBOLS[str(parts[0])]

    def compare(self, meta: Meta, parts: Parts) -> t.Compare:
        left, operator, right = parts
        return t.Compare(span=self._span(meta), operator=operator, left=left, right=right)

    def member(self, meta: Meta, parts: Parts) -> t.Member:
        return t.Member(span=self._span(meta), operand=parts[0], collection=parts[2], negated=False)

    def not_member(self, meta: Meta, parts: Parts) -> t.Member:
        return t.Member(span=self._span(meta), operand=parts[0], collection=parts[2], negated=True)

    def closed_interval(self, meta: Meta, parts: Parts) -> t.Interval:
        low, high = nodes(parts)
        return t.Interval(span=self._span(meta), low=low, high=high, closed=True)

    def half_open_interval(self, meta: Meta, parts: Parts) -> t.Interval:
        low, high = nodes(parts)
        return t.Interval(span=self._span(meta), low=low, high=high, closed=False)

    def known(self, meta: Meta, parts: Parts) -> t.Known:
        return t.Known(span=self._span(meta), operand=parts[0])

    def default(self, meta: Meta, parts: Parts) -> t.Default:
        return t.Default(span=self._span(meta), operand=parts[0], otherwise=parts[2])

    # ── arithmetic ──────────────────────────────────────────────────────────────────────────────
    def rounding(self, meta: Meta, parts: list[Token]) -> str:
        return _ROUNDING_OF[parts[0].type]

    def _rounded(self, meta: Meta, parts: Parts, places: int, unit: str) -> t.Rounded:
        return t.Rounded(span=self._span(meta), operand=parts[0], mode=parts[1], places=places, unit=unit)

    def round_fen(self, meta: Meta, parts: Parts) -> t.Rounded:
        return self._rounded(meta, parts, 2, "fen")

    def round_yuan(self, meta: Meta, parts: Parts) -> t.Rounded:
        return self._rounded(meta, parts, 0, "yuan")

    def round_places(self, meta: Meta, parts: Parts) -> t.Rounded:
        return self._rounded(meta, parts, self._places(parts[2]), "places")

    def _places(self, token: Token) -> int:
        if token.isdigit() and len(token) < 5 and int(token) <= LIMIT_PLACES:
            return int(token)
        self._problem(
            "E0308",
            token,
            Text(f"不能舍入到 {token} 位小数", f"cannot round to {token} places"),
            Text(f"写 0 到 {LIMIT_PLACES} 的整数", f"write a whole number from 0 to {LIMIT_PLACES}"),
        )
        return 0

    def binary(self, meta: Meta, parts: Parts) -> t.Binary:
        left, operator, right = parts
        return t.Binary(span=self._span(meta), operator=str(operator), left=left, right=right)

    def negative(self, meta: Meta, parts: Parts) -> t.Negative:
        return t.Negative(span=self._span(meta), operand=parts[1])

    def quantity(self, meta: Meta, parts: Parts) -> t.Quantity:
        operand, unit, *month_end = parts
        return t.Quantity(span=self._span(meta), operand=operand, unit=unit, month_end="".join(month_end))

    def unit(self, meta: Meta, parts: list[Token]) -> str:
        return _UNIT_OF[parts[0].type]

    def month_end(self, meta: Meta, parts: list[Token]) -> str:
        return parts[1].type.lower()

    def day_of(self, meta: Meta, parts: Parts) -> t.DayOf:
        month, day = nodes(parts)
        return t.DayOf(span=self._span(meta), month=month, day=day)

    def parenthesised(self, meta: Meta, parts: Parts) -> t.Node:
        inner: t.Node = parts[1]
        return inner

    # ── literals ────────────────────────────────────────────────────────────────────────────────
    def number(self, meta: Meta, parts: list[Token]) -> t.Number:
        return t.Number(span=self._span(meta), value=Decimal(self._digits(parts[0], str(parts[0]))))

    def percent(self, meta: Meta, parts: list[Token]) -> t.Percent:
        # The exponent is written out because Decimal's arithmetic would round a very long number.
        return t.Percent(span=self._span(meta), value=Decimal(f"{self._digits(parts[0], parts[0][:-1])}E-2"))

    def _digits(self, token: Token, written: str) -> str:
        """The number as written, or 0 where it has more digits than any figure of the law."""
        if len(written) <= LIMIT_DIGITS:
            return written
        message = Text(f"数字多于 {LIMIT_DIGITS} 位", f"a number of more than {LIMIT_DIGITS} digits")
        self._problem("E0605", token, message, Text("核对数字和单位", "check the number and its unit"))
        return "0"

    def string(self, meta: Meta, parts: list[Token]) -> t.String:
        return t.String(span=self._span(meta), value=self._text(parts[0]))

    def moment(self, meta: Meta, parts: list[Token]) -> t.Moment:
        return self._moment(parts[0])

    def true(self, meta: Meta, parts: list[Token]) -> t.Truth:
        return t.Truth(span=self._span(meta), value=True)

    def false(self, meta: Meta, parts: list[Token]) -> t.Truth:
        return t.Truth(span=self._span(meta), value=False)

    def null(self, meta: Meta, parts: list[Token]) -> t.Null:
        return t.Null(span=self._span(meta))

    def no_rule(self, meta: Meta, parts: list[Token]) -> t.NoRule:
        return t.NoRule(span=self._span(meta))

    # ── calls and lists ─────────────────────────────────────────────────────────────────────────
    def call(self, meta: Meta, parts: Parts) -> t.Call:
        function, *arguments = nodes(parts)
        return t.Call(span=self._span(meta), function=function, arguments=tuple(arguments))

    def field(self, meta: Meta, parts: Parts) -> t.Field:
        name, value = nodes(parts)
        return t.Field(span=self._span(meta), name=name, value=value)

    def each(self, meta: Meta, parts: Parts) -> t.Each:
        return t.Each(
            span=self._span(meta),
            body=None if isinstance(parts[0], Token) else parts[0],
            collection=after(parts, "EACH"),
            binder=after(parts, "AS"),
            where=after(parts, "WHEN"),
        )

    def list_of(self, meta: Meta, parts: Parts) -> t.ListOf:
        return t.ListOf(span=self._span(meta), items=tuple(nodes(parts)))

    # ── tokens ──────────────────────────────────────────────────────────────────────────────────
    def _text(self, token: Token) -> str:
        """The words between the quotes, as written (full-width signs kept)."""
        return span_of(token, self._source).text[1:-1]

    def _moment(self, token: Token) -> t.Moment:
        span = span_of(token, self._source)
        try:
            value, has_time = _moment_of(str(token))
        except ValueError:
            message = Text(f"“{span.text}”不是存在的日期", f"there is no such date as `{span.text}`")
            hint = Text("核对年、月、日，如 2月至多29日", "check year, month and day: February has at most 29")
            self._problem("E0108", token, message, hint)
            value, has_time = "0001-01-01", False
        return t.Moment(span=span, value=value, has_time=has_time)

    def _problem(self, code: str, token: Token, message: Text, hint: Text | None = None) -> None:
        span = span_of(token, self._source)
        self._problems.append(Diagnostic(code=code, message=message, span=span, hint=hint))


def _moment_of(text: str) -> tuple[str, bool]:
    """ISO text of a written date or instant, and whether it has a time; ValueError if there is none such."""
    if match := _CHINESE_MOMENT.fullmatch(text):
        written = [part for part in match.groups() if part is not None]
    else:
        written = re.split(r"[-T:]", text)
    year, month, day, *time = (int(part) for part in written)
    hour, minute, second = (*time, 0, 0, 0)[:3]
    moment = datetime(year, month, day, hour, minute, second)
    return (moment.isoformat() if time else moment.date().isoformat()), bool(time)
