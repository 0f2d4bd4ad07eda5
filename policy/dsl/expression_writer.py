"""Expressions → text: the words and signs of a language, brackets only where the grammar needs them."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Final, Protocol

import attrs

from policy.dsl import tree as t
from policy.dsl.lexicon import COMPARISONS, EQUALITY, FULL_WIDTH, ROUNDINGS, SPELLING, TOKENS, UNITS

Substitute = Callable[[t.Node], str | None]
"""Text to be written instead of a node, or None."""


class FormatError(Exception):
    """The tree holds something that the language has no spelling for."""


class Spelling(Protocol):
    """How names are written in a language; a checker supplies one that knows what each name means."""

    def name(self, node: t.Name, lang: str) -> str:
        """Spell a name, or one part of a path, without quotes."""

    def citation(self, node: t.Citation, lang: str) -> str:
        """Spell a citation as it stands after 依据."""


class AsWritten:
    """Names and citations as the author wrote them."""

    def name(self, node: t.Name, lang: str) -> str:
        return node.text

    def citation(self, node: t.Citation, lang: str) -> str:
        if not node.clause and _PROVISION.fullmatch(node.document.text):
            return node.document.text
        between = "" if lang == "zh" else " "
        return f"{quoted_name(node.document.text)}{between}{quoted(node.clause, lang)}"


AS_WRITTEN: Final = AsWritten()

_PROVISION = re.compile(r"[A-Z]{2,}[0-9]*-[0-9A-Za-z]+(\.[0-9A-Za-z]+)*")
_PLAIN_NAME = re.compile(r"[^\W\d]\w*")
_ANY_NAME = re.compile(r"[^」\n]+")

_SIGNS: Final[dict[str, dict[str, str]]] = {
    "zh": {"(": "（", ")": "）", ",": "，", ":": "：", "list": "、", "*": "×", "/": "÷"},
    "en": {"(": "(", ")": ")", ",": ", ", ":": ": ", "list": ", "}
    | {"at_most": "<=", "at_least": ">=", "below": "<", "above": ">"},
}

_ATOM, _MEASURED, _UNARY, _PRODUCT, _SUM, _ROUNDED, _DEFAULT, _COMPARISON, _NOT, _AND, _OR = range(11, 0, -1)
"""How tightly a kind of expression holds together, as in the grammar."""

_TIGHTNESS: Final[dict[type[t.Node], int]] = {
    t.Quantity: _MEASURED,
    t.DayOf: _MEASURED,
    t.Negative: _UNARY,
    t.Rounded: _ROUNDED,
    t.Default: _DEFAULT,
    t.Compare: _COMPARISON,
    t.Member: _COMPARISON,
    t.Known: _COMPARISON,
    t.Not: _NOT,
}


def quoted_name(text: str) -> str:
    """The name, between 「 and 」 unless it can stand by itself."""
    if _PLAIN_NAME.fullmatch(text) and text not in TOKENS and text == text.translate(FULL_WIDTH):
        return text
    return _in_corners(text)


def quoted_path(text: str) -> str:
    """A name of several parts with dots between them."""
    parts = text.split(".")
    if not all(parts):
        return _in_corners(text)
    return _dotted(parts)


def _dotted(parts: list[str]) -> str:
    """Names with dots between them: beside a dot, keywords are names too."""
    if len(parts) == 1:
        return quoted_name(parts[0])
    return ".".join(part if part in TOKENS else quoted_name(part) for part in parts)


def _in_corners(text: str) -> str:
    if not _ANY_NAME.fullmatch(text):
        raise FormatError(f"no spelling for the name {text!r}")
    return f"「{text}」"


def quoted(text: str, lang: str) -> str:
    """The text between the quotes of the language, or the other ones if it holds a closing quote."""
    fits_chinese = "”" not in text
    fits_english = '"' not in text and "＂" not in text
    if "\n" in text or not (fits_chinese or fits_english):
        raise FormatError(f"no quotes fit the text {text!r}")
    chinese = fits_chinese if lang == "zh" else not fits_english
    return f"“{text}”" if chinese else f'"{text}"'


def written_moment(moment: t.Moment, lang: str) -> str:
    """A date or an instant; ISO in English and where seconds are needed."""
    date, _, time = moment.value.partition("T")
    hour, minute, second = (time or "0:0:0").split(":")
    if lang == "en" or int(second):
        shown = time.removesuffix(":00") if time.count(":") > 1 else time
        return f"{date}T{shown}" if moment.has_time else date
    year, month, day = date.split("-")
    written = f"{year}年{int(month)}月{int(day)}日"
    if moment.has_time:
        written += f"{int(hour)}时" + (f"{int(minute)}分" if int(minute) else "")
    return written


def spaced(*parts: str) -> str:
    """The parts with spaces between them; a full-width bracket brings its own."""
    return "".join(f"{part}{'' if part.endswith('）') else ' '}" for part in parts[:-1]) + parts[-1]


def _tightness(node: t.Node) -> int:
    if isinstance(node, t.Logic):
        return _OR if node.operator == "or" else _AND
    if isinstance(node, t.Binary):
        return _SUM if node.operator in "+-" else _PRODUCT
    return _TIGHTNESS.get(type(node), _ATOM)


@attrs.frozen
class ExpressionWriter:
    """Writes expressions in one language."""

    lang: str = "zh"
    spelling: Spelling = AS_WRITTEN
    substitute: Substitute | None = None

    def word(self, token: str) -> str:
        """The keyword of a token."""
        return SPELLING[self.lang][token]

    def sign(self, sign: str) -> str:
        """A sign as the language writes it."""
        return _SIGNS[self.lang].get(sign, sign)

    def name(self, node: t.Name) -> str:
        return quoted_name(self.spelling.name(node, self.lang))

    def names(self, nodes: tuple[t.Name, ...]) -> str:
        return self.sign("list").join(map(self.name, nodes))

    def operands(self, node: t.Logic) -> list[str]:
        """The conditions that 且 or 或 joins."""
        return [self.text(operand, _tightness(node) + 1) for operand in node.operands]

    def is_bracketed(self, node: t.Node, inside: t.Logic) -> bool:
        """Whether a condition needs brackets among the others."""
        return _tightness(node) <= _tightness(inside)

    def text(self, node: t.Node, needed: int = _OR) -> str:
        """The node in brackets if it does not hold together as tightly as needed."""
        if self.substitute and (given := self.substitute(node)) is not None:
            return given
        written = self._written(node)
        return written if _tightness(node) >= needed else f"{self.sign('(')}{written}{self.sign(')')}"

    def _written(self, node: t.Node) -> str:
        match node:
            case t.Number(value=value):
                return f"{value:f}"
            case t.Percent(value=value):
                return f"{_hundredfold(value):f}%"
            case t.String(value=value):
                return quoted(value, self.lang)
            case t.Moment():
                return written_moment(node, self.lang)
            case t.Truth(value=value):
                return self.word("TRUE" if value else "FALSE")
            case t.Null():
                return self.word("NULL")
            case t.NoRule():
                return self.word("NO_RULE")
            case t.Path():
                return self.path(node)
            case t.Call() | t.Each() | t.Field() | t.ListOf() | t.Interval():
                return self._collection(node)
            case t.Logic() | t.Not() | t.Compare() | t.Member() | t.Known():
                return self._condition(node)
        return self._arithmetic(node)

    def path(self, node: t.Path) -> str:
        """A path; beside a dot, keywords are names too."""
        return _dotted([self.spelling.name(part, self.lang) for part in node.parts])

    def _condition(self, node: t.Node) -> str:
        match node:
            case t.Logic(operator=operator):
                first, *others = self.operands(node)
                return spaced(first, *(part for text in others for part in (self.word(operator.upper()), text)))
            case t.Not(operand=operand):
                return spaced(self.word("NOT"), self.text(operand, _NOT))
            case t.Compare(left=left, right=right):
                return spaced(self.text(left, _DEFAULT), self.comparison(node), self.text(right, _DEFAULT))
            case t.Member(collection=collection):
                return spaced(self.membership(node), self.text(collection, _DEFAULT))
            case t.Known(operand=operand):
                return spaced(self.text(operand, _DEFAULT), self.word("KNOWN"))
        raise FormatError(f"no spelling for {type(node).__name__}")

    def comparison(self, node: t.Compare) -> str:
        """The word or sign of a comparison: 为 before a value's name, = between figures."""
        if node.operator in EQUALITY:
            return EQUALITY[node.operator][self.lang]
        return _SIGNS[self.lang].get(node.operator) or self.word(COMPARISONS[node.operator])

    def membership(self, node: t.Member) -> str:
        """What stands before the list or interval."""
        return spaced(self.text(node.operand, _DEFAULT), self.word("NOT_IN" if node.negated else "IN"))

    def _arithmetic(self, node: t.Node) -> str:
        match node:
            case t.Default(operand=operand, otherwise=otherwise):
                return spaced(self.text(operand, _ROUNDED), self.word("DEFAULT"), self.text(otherwise, _ROUNDED))
            case t.Rounded(operand=operand, mode=mode):
                return spaced(self.text(operand, _SUM), self.word(ROUNDINGS[mode]), self._precision(node))
            case t.Binary(operator=operator, left=left, right=right):
                held = _tightness(node)
                return spaced(self.text(left, held), self.sign(operator), self.text(right, held + 1))
            case t.Negative(operand=operand):
                return f"-{self.text(operand, _UNARY)}"
            case t.Quantity(operand=operand, unit=unit):
                return spaced(self.text(operand, _MEASURED), self.word(UNITS[unit])) + self._month_end(node)
            case t.DayOf(month=month, day=day):
                ending = [self.word("DAY_WORD")] if self.lang == "zh" else []
                return spaced(self.text(month, _MEASURED), self.word("ORDINAL"), self.text(day, _ATOM), *ending)
        raise FormatError(f"no spelling for {type(node).__name__}")

    def _precision(self, node: t.Rounded) -> str:
        if node.unit != "places":
            return self.word(node.unit.upper())
        return f"{node.places} {self.word('PLACES')}"

    def _month_end(self, node: t.Quantity) -> str:
        if not node.month_end:
            return ""
        between = "" if self.lang == "zh" else " "
        return f"{between}{self.sign('(')}{self.word(node.month_end.upper())}{self.sign(')')}"

    def _collection(self, node: t.Node) -> str:
        match node:
            case t.Call(function=function, arguments=arguments):
                inner = self.sign(",").join(map(self.text, arguments))
                return f"{self.name(function)}{self.sign('(')}{inner}{self.sign(')')}"
            case t.Each():
                return self._each(node)
            case t.Field(name=name, value=value):
                return f"{self.name(name)}{self.sign(':')}{self.text(value)}"
            case t.ListOf(items=items):
                return f"{{{self.sign('list').join(map(self.text, items))}}}"
            case t.Interval(low=low, high=high, closed=closed):
                # Square and round brackets are the mathematician's in both languages.
                return f"[{self.text(low)}, {self.text(high)}{']' if closed else ')'}"
        raise FormatError(f"no spelling for {type(node).__name__}")

    def _each(self, node: t.Each) -> str:
        return spaced(self.text(node.body), self.source(node)) if node.body is not None else self.source(node)

    def source(self, node: t.Each) -> str:
        """Where the elements come from: 逐 a list, 当 they fit."""
        binder = [self.word("AS"), self.name(node.binder)] if node.binder is not None else []
        where = [self.word("WHEN"), self.text(node.where)] if node.where is not None else []
        return spaced(self.word("EACH"), self.text(node.collection), *binder, *where)


def _hundredfold(value: Decimal) -> Decimal:
    """Exactly a hundred times the value; Decimal's arithmetic would round a very long number."""
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        raise FormatError(f"no spelling for the number {value}")
    return Decimal((sign, digits, exponent + 2))
