"""Comments: which part of the tree each belongs to.

A comment belongs to what it stands beside, else to what follows it. An empty text among the comments
before a declaration, or at the end of a file, stands for a blank line that parts them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import TypeVar

import attrs
from lark import Token

from policy.dsl import tree as t
from policy.dsl.lexer import span_of
from policy.dsl.source import Source, Span

Commented = t.Declaration | t.Clause | t.Entry | t.Band
Part = TypeVar("Part", bound=t.Node)

_GAP = re.compile(r"\s*")


def attach(
    declarations: Sequence[t.Declaration], words: Sequence[Token], comments: Sequence[Token], source: Source
) -> tuple[tuple[t.Declaration, ...], tuple[str, ...]]:
    """Give each comment to its owner; those after the last declaration are returned beside."""
    if not comments:
        return tuple(declarations), ()
    owners = _Owners(declarations, words, source)
    given: dict[t.Node, list[str]] = {}
    rest: list[str] = []
    for comment in comments:
        span = span_of(comment, source)
        owner = owners.of(span)
        texts = rest if owner is None else given.setdefault(owner, [])
        stands_alone = owner is None or (isinstance(owner, t.Declaration) and span.end <= owner.span.start)
        _add(texts, span, stands_alone)
    while rest and not rest[-1]:
        rest.pop()
    return tuple(_with_comments(item, given) for item in declarations), tuple(rest)


def _add(texts: list[str], comment: Span, stands_alone: bool) -> None:
    """Add a comment's text, and a blank line if one follows where blank lines are kept."""
    if text := comment.text[1:].strip():
        texts.append(text)
    if not stands_alone or not texts or not texts[-1]:
        return
    gap = _GAP.match(comment.source.text, comment.end)
    if not text or (gap and gap[0].count("\n") > 1):
        texts.append("")


class _Owners:
    """Finds the node that a comment belongs to."""

    def __init__(self, declarations: Sequence[t.Declaration], words: Sequence[Token], source: Source) -> None:
        self._source = source
        self._words = [span_of(word, source) for word in words]
        self._word_starts = [span.start for span in self._words]
        self._declarations = declarations
        self._declaration_starts = [item.span.start for item in declarations]
        self._anchors = [node for item in declarations for node in t.walk(item) if isinstance(node, Commented)]
        self._anchor_starts = [anchor.span.start for anchor in self._anchors]

    def of(self, comment: Span) -> t.Node | None:
        """The owner, or None for a comment after everything."""
        place = bisect_right(self._word_starts, comment.start)
        if place and self._source.position(self._words[place - 1].end)[0] == comment.line:
            return self._around(self._words[place - 1].start)
        inside = self._declaration_around(comment.start)
        following = bisect_right(self._anchor_starts, comment.start)
        if following < len(self._anchors):
            anchor = self._anchors[following]
            return inside if inside and anchor.span.start >= inside.span.end else anchor
        return inside

    def _around(self, offset: int) -> t.Node | None:
        """The innermost node around an offset; anchors are declarations and what is right inside them."""
        place = bisect_right(self._anchor_starts, offset)
        if place and offset < self._anchors[place - 1].span.end:
            return self._anchors[place - 1]
        return self._declaration_around(offset)

    def _declaration_around(self, offset: int) -> t.Declaration | None:
        place = bisect_right(self._declaration_starts, offset)
        if place and offset < self._declarations[place - 1].span.end:
            return self._declarations[place - 1]
        return None


def _with_comments(owner: Part, given: dict[t.Node, list[str]]) -> Part:
    """The node with the comments given to it and to what is right inside it."""
    changes: dict[str, tuple[object, ...]] = {}
    for name in ("clauses", "entries", "bands"):
        if parts := getattr(owner, name, ()):
            changes[name] = tuple(_with_comments(part, given) for part in parts)
    if owner in given:
        changes["comments"] = tuple(given[owner])
    return attrs.evolve(owner, **changes) if changes else owner  # type: ignore[misc]  # `t.node` makes attrs classes
