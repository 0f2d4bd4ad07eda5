"""The one diagnostic: what is wrong, where, why it matters and what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from enum import StrEnum

import attrs

from policy.codes import CODES
from policy.dsl.source import Span, display_width


class Severity(StrEnum):
    """How bad it is: an error stops the policy or the case, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@attrs.frozen
class Text:
    """The same words in Chinese and in English."""

    zh: str
    en: str

    def in_language(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en


@attrs.frozen
class Note:
    """Another place that is involved, or more to know."""

    text: Text
    span: Span | None = None


LIMIT_MESSAGE = 1000
"""The most characters of a message: it repeats names as they were written, however long."""


def _sayable(text: Text) -> Text:
    """The words at a length that can be read, in signs that can be written."""
    return Text(_cut(text.zh), _cut(text.en))


def _cut(words: str) -> str:
    short = words if len(words) <= LIMIT_MESSAGE else f"{words[:LIMIT_MESSAGE]}…"
    return short.encode("utf-8", "backslashreplace").decode()


@attrs.frozen(kw_only=True)
class Diagnostic:
    """A problem told to the person who can mend it.

    `span` is the smallest text that shows the problem; a problem of facts that came without a
    file names its fact path in `place` instead.
    """

    code: str = attrs.field(validator=attrs.validators.in_(CODES))
    message: Text = attrs.field(converter=_sayable)
    span: Span | None = None
    place: str = ""
    notes: tuple[Note, ...] = ()
    hint: Text | None = None
    severity: Severity = Severity.ERROR
    provisions: tuple[str, ...] = ()

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    @property
    def where(self) -> str:
        """`file:line:column` or the fact path, or nothing."""
        return self.span.place if self.span else self.place

    def to_json(self) -> dict[str, object]:
        """The diagnostic as plain data for tools."""
        return {
            "code": self.code,
            "severity": str(self.severity),
            "message": {"zh": self.message.zh, "en": self.message.en},
            "where": self.where,
            "notes": [
                {"zh": note.text.zh, "en": note.text.en, "where": note.span.place if note.span else ""}
                for note in self.notes
            ],
            "hint": {"zh": self.hint.zh, "en": self.hint.en} if self.hint else None,
            "provisions": list(self.provisions),
        }


class PolicyError(Exception):
    """The policy or the case cannot be used; `diagnostics` say why."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(f"[{item.code}] {item.message.en}" for item in self.diagnostics))


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether any of them is an error."""
    return any(item.is_error for item in diagnostics)


LIMIT_NAME = 60
"""The longest name that a likeness is looked for."""


def closest(name: str, known: Iterable[str]) -> str | None:
    """The known name most likely meant, or None. The cutoff suits short Chinese names."""
    if len(name) > LIMIT_NAME:
        return None
    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)), None)


def did_you_mean(name: str, known: Iterable[str]) -> Text | None:
    """A hint that names the closest known name, or None."""
    best = closest(name, known)
    return Text(f"是否要写“{best}”？", f"did you mean `{best}`?") if best else None


def hidden_sign(span: Span) -> Diagnostic:
    """A sign that turns the direction of writing: what is read would not be what is meant."""
    point = f"U+{ord(span.text):04X}"
    return Diagnostic(
        code="E0104",
        message=Text(f"看不见的换向符 {point}", f"an invisible sign {point} that turns the direction of writing"),
        span=span,
        hint=Text("删去它", "delete it"),
    )


def by_position(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Sorted by file and place, so that several runs tell the same story."""

    def key(item: Diagnostic) -> tuple[str, int, str]:
        return (item.span.source.name, item.span.start, item.code) if item.span else ("", 0, item.code)

    return tuple(sorted(diagnostics, key=key))


def render(diagnostic: Diagnostic, lang: str = "zh") -> str:
    """The diagnostic as text for a terminal, with carets that stay aligned under Chinese."""
    words = _WORDS[lang]
    head = f"{words[diagnostic.severity]}[{diagnostic.code}]: {diagnostic.message.in_language(lang)}"
    lines = [head, *_excerpt(diagnostic.span)] if diagnostic.span else [head]
    if not diagnostic.span and diagnostic.place:
        lines.append(f" --> {diagnostic.place}")
    for note in diagnostic.notes:
        lines.append(f"{words['note']}: {note.text.in_language(lang)}")
        if note.span:
            lines.extend(_excerpt(note.span, mark="-"))
    if diagnostic.hint:
        lines.append(f"{words['hint']}: {diagnostic.hint.in_language(lang)}")
    return "\n".join(lines)


_WORDS: dict[str, dict[str, str]] = {
    "zh": {"error": "错误", "warning": "提醒", "note": "参见", "hint": "建议"},
    "en": {"error": "error", "warning": "warning", "note": "note", "hint": "help"},
}


LIMIT_EXCERPT = 160
"""The most characters of a line that are shown: a data file may be one long line."""

_BEFORE = 60


def _excerpt(span: Span, mark: str = "^") -> list[str]:
    """The place, its line, and a line of marks below the stretch (its first line only)."""
    source = span.source
    number, column = source.position(span.start)
    line = source.line(number)
    cut = max(column - 1 - _BEFORE, 0) if len(line) > LIMIT_EXCERPT else 0
    line = line[cut : cut + LIMIT_EXCERPT]
    before = line[: column - 1 - cut]
    under = line[column - 1 - cut : column - 1 - cut + max(span.end - span.start, 1)]
    margin = " " * len(str(number))
    marks = " " * display_width(before) + mark * max(display_width(under), 1)
    return [
        f"{margin}--> {span.place}",
        f"{margin} |",
        f"{number} | {line}",
        f"{margin} | {marks}",
    ]
