"""Text → tokens. Every text can be read: what is no token is reported and set aside."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import attrs
from lark import Token

from policy.diagnostics import Diagnostic, Text, hidden_sign
from policy.dsl.grammar import token_reader
from policy.dsl.lexicon import FULL_WIDTH, TOKENS
from policy.dsl.source import Source, Span, hidden_signs


@attrs.frozen
class Lexed:
    """What a text consists of: words for the parser, comments, and what could not be read."""

    words: tuple[Token, ...]
    comments: tuple[Token, ...]
    problems: tuple[Diagnostic, ...]


def lex(source: Source, within: Span | None = None) -> Lexed:
    """Read all tokens of a source, or of a stretch of it, keywords recognised."""
    before, text = (" " * within.start, within.text) if within else ("", source.text)
    words: list[Token] = []
    comments: list[Token] = []
    unreadable: list[Token] = []
    for token in token_reader().lex(before + text.translate(FULL_WIDTH)):
        if token.type == "COMMENT":
            comments.append(token)
        elif token.type == "UNKNOWN":
            unreadable.append(token)
        elif token.type == "UNCLOSED":
            unreadable.append(token)
            # The parser goes on as if the quote were closed, so that one slip gives one diagnostic.
            words.append(token.update(type="QUOTED_NAME" if token.startswith("「") else "STRING"))
        elif token.type != "WHITESPACE":
            if token.type == "DOT" and words:
                words[-1] = _as_name(words[-1], token)
            words.append(_with_keyword(token, words))
    told = {token.start_pos for token in unreadable if token.type == "UNKNOWN"}
    hidden = [hidden_sign(span) for span in hidden_signs(source, within) if span.start not in told]
    return Lexed(tuple(words), tuple(comments), (*_problems(unreadable, source), *hidden))


def span_of(token: Token, source: Source) -> Span:
    """Where a token stands."""
    assert token.start_pos is not None and token.end_pos is not None
    return Span(source, token.start_pos, token.end_pos)


def _with_keyword(token: Token, before: list[Token]) -> Token:
    """The token as a keyword if its text is one; after a dot it is always a name."""
    if token.type != "NAME" or str(token) not in TOKENS or (before and before[-1].type == "DOT"):
        return token
    return token.update(type=TOKENS[str(token)])


def _as_name(word: Token, dot: Token) -> Token:
    """A keyword right before a dot is a name: 日程.月份 is a field of 日程, whatever 日程 begins elsewhere."""
    is_keyword = TOKENS.get(str(word)) == word.type
    return word.update(type="NAME") if is_keyword and word.end_pos == dot.start_pos else word


def _problems(unreadable: list[Token], source: Source) -> Iterator[Diagnostic]:
    """One diagnostic per unclosed quote and per run of unknown characters."""
    run: Span | None = None
    for token in unreadable:
        span = span_of(token, source)
        if run and (token.type == "UNCLOSED" or run.end != span.start):
            yield _unknown(run)
            run = None
        if token.type == "UNCLOSED":
            yield _unclosed(span)
        else:
            run = Span(source, run.start if run else span.start, span.end)
    if run:
        yield _unknown(run)


def _unclosed(span: Span) -> Diagnostic:
    opening = span.text[0]
    closing = {"“": "”", "「": "」"}.get(opening, opening)
    return Diagnostic(
        code="E0103",
        message=Text(f"引号 {opening} 到行末没有闭合", f"the quote {opening} is not closed on its line"),
        span=span,
        hint=Text(
            f"在引文末尾写 {closing}，前后引号须成对", f"end it with {closing}; the two quotes must be of one kind"
        ),
    )


def _unknown(span: Span) -> Diagnostic:
    shown = "".join(_visible(char) for char in span.text[:20])
    return Diagnostic(
        code="E0104",
        message=Text(f"无法识别的字符“{shown}”", f"unknown character `{shown}`"),
        span=span,
        hint=next((hint for chars, hint in _HINTS if span.text[0] in chars), _QUOTE_NAMES),
    )


def _visible(char: str) -> str:
    """The character, or its code point if nobody could see it."""
    return char if unicodedata.category(char)[0] in "LMNPS" else f"U+{ord(char):04X}"


_QUOTE_NAMES = Text("名称含标点时写在「」之间", "write a name with punctuation between 「 and 」")
_HINTS = (
    ("。；;！!？?", Text("句末不写标点，换行即可", "sentences need no end mark; begin a new line")),
    ("‘’'`＇", Text("引文写在“”之间", "write quoted text between double quotes")),
    ("”」", Text("前面缺少与它成对的引号", "the quote that should open before it is missing")),
    ("《》〈〉", Text("依据写文件简称和条款，如 浙异地2022“一（四）a”", "cite a document by its short name")),
    ("&|", Text("条件用“且”“或”连接", "join conditions with `and` and `or`")),
)
