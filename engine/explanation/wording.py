"""Lines → words of one language: phrases, names, typed values and citations."""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import attrs

from engine.decision import Decision
from engine.explanation.document import Cite, Line, Ref, Said, Several, Styled, Value
from engine.explanation.phrases import PHRASES
from policy.diagnostics import Text
from policy.model import Policy
from policy.types import Type
from policy.values import Duration, Month, decimal_text, plain_typed
from policy.vocabulary import Vocabulary

LIMIT_RECORDS = 6
"""The longest list of records that is written out."""


_AS_THEY_ARE = ("code", "value", "cite", "formula")


@attrs.frozen
class Piece:
    """Some text in one style; `target` is the anchor it points to."""

    text: str
    style: str = ""
    target: str = ""


def words(identifier: str) -> str:
    """An id read aloud: its underscores and dots are spaces."""
    return identifier.replace("_", " ").strip()


def place_name(identifier: str) -> str:
    """A region's id as a name."""
    return words(identifier).title()


@lru_cache(maxsize=1024)
def _template(key: str, lang: str) -> tuple[tuple[str, str | None], ...]:
    parsed = string.Formatter().parse(PHRASES[key].in_language(lang))
    return tuple((text, slot) for text, slot, _, _ in parsed)


class Wording:
    """Words lines for one decision in one language; `reader` decides how money looks."""

    def __init__(self, decision: Decision, lang: str, reader: str) -> None:
        self.decision = decision
        self.lang = lang
        self.reader = reader
        insured = [decision.policies[decision.region]] if decision.region in decision.policies else []
        self.policies: tuple[Policy, ...] = (*insured, *decision.policies.values())

    # ── lines ───────────────────────────────────────────────────────────────────────────────────
    def text(self, line: Line) -> str:
        """The line as plain text."""
        return "".join(piece.text for piece in self.pieces(line))

    def pieces(self, line: Line, style: str = "") -> Iterator[Piece]:
        """The line as pieces of text, each with its style."""
        match line:
            case str():
                yield Piece(line, style)
            case Text():
                yield Piece(line.in_language(self.lang), style)
            case tuple():
                for part in line:
                    yield from self.pieces(part, style)
            case Said():
                yield from self._said(line, style)
            case Value(value=value, type=kind, is_full=is_full):
                text = self.full_value(value, kind) if is_full else self.value(value, kind)
                yield Piece(text, "amount" if kind.kind == "money" else style or "value")
            case Cite(provisions=provisions):
                yield from self._joined((Piece(self.cited(name), "cite", name) for name in provisions), style)
            case Several(parts=parts, between=between):
                for index, part in enumerate(parts):
                    if index:
                        yield Piece(self.say(between), style)
                    yield from self.pieces(part, style)
            case Styled(style=own, line=inner):
                yield from self.pieces(inner, own)
            case Ref(line=inner, anchor=anchor):
                yield Piece(self.text(inner), "ref", anchor)

    def heading(self, line: Line) -> str:
        """The line as plain text that begins with a capital where the language has them."""
        return "".join(piece.text for piece in self.heading_pieces(line))

    def heading_pieces(self, line: Line) -> Iterator[Piece]:
        """Like `pieces`, with a capital at the beginning; code and values stay as they are."""
        is_first = True
        for piece in self.pieces(line):
            if is_first and piece.text.strip() and piece.style != "number":
                is_first = False
                if piece.style not in _AS_THEY_ARE and self.lang == "en":
                    piece = attrs.evolve(piece, text=piece.text[0].upper() + piece.text[1:])
            yield piece

    def _said(self, said: Said, style: str) -> Iterator[Piece]:
        for text, slot in _template(said.key, self.lang):
            if text:
                yield Piece(text, style)
            if slot is not None:
                yield from self.pieces(said.slots[slot], style)

    def _joined(self, pieces: Iterable[Piece], style: str) -> Iterator[Piece]:
        for index, piece in enumerate(pieces):
            if index:
                yield Piece(self.say("comma"), style)
            yield piece

    def say(self, key: str, /, **slots: Line) -> str:
        """A phrase of the table as plain text."""
        return self.text(Said(key, slots))

    # ── values ──────────────────────────────────────────────────────────────────────────────────
    def value(self, value: Any, kind: Type) -> str:
        """A typed value in words."""
        if value is None:
            return self.say("none")
        if kind.kind == "list" or isinstance(value, tuple | list):
            return self._list(value, kind.element or Type("unknown"))
        if isinstance(value, Mapping):
            return self._record(value, kind)
        if isinstance(value, bool):
            return self.say("yes" if value else "no")
        if kind.kind == "enum":
            return self.enum_value(kind.name, value)
        if isinstance(value, datetime):
            return f"{self.day(value)} {value:%H:%M}" + (f":{value:%S}" if value.second else "")
        if isinstance(value, date):
            return self.day(value)
        return self._measured(value, kind)

    def full_value(self, value: Any, kind: Type) -> str:
        """Like `value`, but a short list of records is written out."""
        if not isinstance(value, tuple | list) or not 0 < len(value) <= LIMIT_RECORDS or not kind.element:
            return self.value(value, kind)
        if kind.element.kind != "record":
            return self.value(value, kind)
        separator = self.say("semicolon")
        return separator.join(self._record(item, kind.element) for item in value)

    def _measured(self, value: Any, kind: Type) -> str:
        if isinstance(value, Month):
            return f"{value.year}年{value.month}月" if self.lang == "zh" else str(value)
        if isinstance(value, Duration):
            return self.say(f"duration_{value.unit}", count=str(value.count))
        if kind.kind == "money":
            return self.money(value)
        if kind.kind == "ratio":
            return f"{decimal_text(Decimal(value) * 100)}%"
        if kind.kind == "points":
            return self.say("one_point" if value == 1 else "points", count=decimal_text(Decimal(value)))
        if kind.kind == "year" and self.lang == "zh":
            return f"{value}年"
        return decimal_text(value) if isinstance(value, Decimal) else str(value)

    def money(self, value: Decimal) -> str:
        """An amount: to the fen, grouped and with its sign for a patient, exact and bare for others."""
        if self.reader != "patient":
            return str(plain_typed(Decimal(value), Type("money"), Vocabulary()))
        sign = "-" if value < 0 else ""
        return f"{sign}¥{abs(value):,.2f}"

    def day(self, day: date) -> str:
        """A date."""
        return f"{day.year}年{day.month}月{day.day}日" if self.lang == "zh" else f"{day:%Y-%m-%d}"

    def iso_day(self, text: str) -> str:
        """A date or an instant that is written in ISO 8601."""
        if not text:
            return ""
        moment = datetime.fromisoformat(text)
        has_time = "T" in text and (moment.hour or moment.minute or moment.second)
        return self.value(moment if has_time else moment.date(), Type("date"))

    def _list(self, value: Any, element: Type) -> str:
        if element.kind == "record" or any(isinstance(item, Mapping) for item in value):
            key = ("none", "one_row", "rows")[min(len(value), 2)]
            return self.say(key, count=str(len(value)))
        shown = [self.value(item, element) for item in value]
        return self.say("comma").join(shown) if shown else self.say("none")

    def _record(self, value: Mapping[str, Any], kind: Type) -> str:
        parts = []
        for name, item in value.items():
            field = self.field_of(kind.name, name)
            label = self.field_label(kind.name, name)
            parts.append(f"{label} {self.value(item, field or Type('unknown'))}")
        return self.say("comma").join(parts)

    # ── names ───────────────────────────────────────────────────────────────────────────────────
    def enum_value(self, enum: str, value: str) -> str:
        """A value of an enumeration: its label, or its id read aloud."""
        if self.lang != "zh":
            return words(value)
        for policy in self.policies:
            known = policy.vocabulary.enums.get(enum)
            if known is not None and value in known.values:
                return known.values[value].label
        return value

    def field_of(self, entity: str, field: str) -> Type | None:
        """The type of an entity's field."""
        for policy in self.policies:
            found = policy.vocabulary.field(f"{entity}.{field}")
            if found is not None:
                return found.type
        return None

    def field_label(self, entity: str, field: str) -> str:
        """How a field is called, without its entity."""
        if self.lang == "zh":
            for policy in self.policies:
                found = policy.vocabulary.field(f"{entity}.{field}")
                if found is not None:
                    return found.label
        return words(field)

    def cited(self, name: str) -> str:
        """How a provision is cited."""
        provision = self.decision.provisions.get(name)
        for policy in self.policies:
            known = policy.library.provision(name)
            if known is not None:
                return policy.library.cited_as(provision or known, self.lang)
        return name
