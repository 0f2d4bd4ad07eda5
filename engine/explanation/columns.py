"""Text on a terminal: wrapping and padding where wide characters take two columns."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from policy.dsl.source import display_width

_NEVER_FIRST = frozenset("，。；：、？！）”’》〕」】,.;:?!)]}%")
_NEVER_LAST = frozenset("（“‘《〔「【([{")


def wrap(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` columns, broken at spaces and between wide characters."""
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        line, taken = "", 0
        if display_width(paragraph) <= width:
            lines.append(paragraph.rstrip())
            continue
        for token in _tokens(paragraph):
            size = display_width(token)
            if taken + size > width and line:
                lines.append(line.rstrip())
                line, taken = "", 0
                token = token.lstrip()
                size = display_width(token)
            for piece in _pieces(token, width) if size > width else (token,):
                if taken + display_width(piece) > width and line:
                    lines.append(line.rstrip())
                    line, taken = "", 0
                line += piece
                taken += display_width(piece)
        lines.append(line.rstrip())
    return lines


def _tokens(text: str) -> Iterator[str]:
    """Stretches that stay together: a word with its spaces before it, a wide character with its punctuation."""
    token = ""
    for char in text:
        if token and _may_break(token[-1], char):
            yield token
            token = ""
        token += char
    if token:
        yield token


def _may_break(before: str, after: str) -> bool:
    if after in _NEVER_FIRST or before in _NEVER_LAST:
        return False
    return after == " " or (before != " " and (_is_wide(before) or _is_wide(after)))


@lru_cache(maxsize=8192)
def _is_wide(char: str) -> bool:
    return display_width(char) == 2


def _pieces(token: str, width: int) -> Iterator[str]:
    """A stretch too long for any line, cut where it must be."""
    piece, taken = "", 0
    for char in token:
        size = display_width(char)
        if taken + size > width and piece:
            yield piece
            piece, taken = "", 0
        piece += char
        taken += size
    if piece:
        yield piece


def pad(text: str, width: int, *, right: bool = False) -> str:
    """The text filled with spaces to `width` columns."""
    space = " " * max(width - display_width(text), 0)
    return space + text if right else text + space


def cut(text: str, width: int) -> str:
    """The text, shortened with … if it is wider than `width`."""
    if display_width(text) <= width:
        return text
    kept, taken = "", 0
    for char in text:
        taken += display_width(char)
        if taken > width - 1:
            break
        kept += char
    return kept + "…"
