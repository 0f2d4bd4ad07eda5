"""Rule text as HTML: numbered lines with the words of the language told apart, and notes beside what they are about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

import attrs

from policy.dsl.lexer import lex
from policy.dsl.lexicon import KEYWORDS
from policy.dsl.source import Source, Span

_KEYWORDS = frozenset(keyword.token for keyword in KEYWORDS)
_CLASSES = {"COMMENT": "c", "STRING": "s", "PROVISION": "s", "NUMBER": "n", "PERCENT": "n", "MOMENT": "n"}


@attrs.frozen
class Beside:
    """Something to say about a stretch of the text: `tone` is a class of the page, `html` stands beside it."""

    span: Span
    tone: str
    html: str

    @property
    def first(self) -> int:
        return self.span.line

    @property
    def last(self) -> int:
        return self.span.source.position(max(self.span.start, self.span.end - 1))[0]


@attrs.frozen
class _Stretch:
    """Whole lines, with all that is said about them."""

    first: int
    last: int
    said: tuple[Beside, ...]


def rule_text(source: Source, said: Iterable[Beside], tones: Sequence[str] = ()) -> Iterator[str]:
    """The whole text as elements; stretches that share lines are shown as one, in the first of `tones` they have."""
    styled = list(_lines(source))
    for stretch in _stretches(sorted(said, key=lambda item: (item.first, item.last)), len(styled)):
        found = {item.tone for item in stretch.said}
        tone = next((tone for tone in tones if tone in found), next(iter(found), ""))
        notes = "".join(item.html for item in stretch.said)
        yield f'<div class="stretch {escape(tone)}"><div class="text">'
        for number in range(stretch.first, stretch.last + 1):
            yield f'<div class="line"><i>{number}</i><code>{styled[number - 1]}</code></div>'
        yield f"</div><aside>{notes}</aside></div>\n" if notes else "</div></div>\n"


def _stretches(said: Sequence[Beside], count: int) -> Iterator[_Stretch]:
    """The lines in order: those that something is said about, and those between."""
    done = 0
    for stretch in _merged(said):
        if stretch.first > done + 1:
            yield _Stretch(done + 1, stretch.first - 1, ())
        yield stretch
        done = stretch.last
    if done < count:
        yield _Stretch(done + 1, count, ())


def _merged(said: Sequence[Beside]) -> list[_Stretch]:
    found: list[_Stretch] = []
    for item in said:
        if found and item.first <= found[-1].last:
            before = found.pop()
            found.append(_Stretch(before.first, max(before.last, item.last), (*before.said, item)))
        else:
            found.append(_Stretch(item.first, item.last, (item,)))
    return found


def _lines(source: Source) -> Iterator[str]:
    """Every line, escaped, with its tokens in spans; no token goes over the end of a line."""
    text = source.text.removesuffix("\n")
    styles = _styles(source) if source.name.endswith(".policy") else []
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        yield "".join(_styled(text, start, end, [item for item in styles if start <= item[0] < end]))
        start = end + 1


def _styles(source: Source) -> list[tuple[int, int, str]]:
    lexed = lex(source)
    tokens = sorted((*lexed.words, *lexed.comments), key=lambda token: token.start_pos or 0)
    styles = ((token, "k" if token.type in _KEYWORDS else _CLASSES.get(token.type, "")) for token in tokens)
    return [(token.start_pos or 0, token.end_pos or 0, style) for token, style in styles if style]


def _styled(text: str, start: int, end: int, styles: Iterable[tuple[int, int, str]]) -> Iterator[str]:
    at = start
    for first, last, style in styles:
        yield escape(text[at:first])
        yield f'<span class="{style}">{escape(text[first:last])}</span>'
        at = last
    yield escape(text[at:end])
