"""Where the parser stopped, and the words to say so."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
from lark import Token

from policy.diagnostics import Diagnostic, Text
from policy.dsl.lexer import span_of
from policy.dsl.lexicon import TOKENS
from policy.dsl.source import Source, Span

_SPACES = " \t\f\u00a0\u3000\ufeff"


@attrs.frozen
class Failure:
    """Where the parser stopped in the tokens of a declaration.

    `index` is the token it could not take, the number of tokens if it wanted more; `accepted` are the
    tokens it could have taken there, `accepted_before` those one token earlier. `next_word` is what
    follows the declaration on the same line.
    """

    source: Source
    tokens: Sequence[Token]
    index: int
    accepted: frozenset[str]
    accepted_before: frozenset[str]
    next_word: Token | None = None

    @property
    def token(self) -> Token | None:
        return self.tokens[self.index] if self.index < len(self.tokens) else None

    @property
    def before(self) -> Token:
        return self.tokens[max(self.index - 1, 0)]

    @property
    def following(self) -> str:
        """The type of the token after the one that was not taken."""
        return self.tokens[self.index + 1].type if self.index + 1 < len(self.tokens) else ""

    @property
    def span(self) -> Span:
        return span_of(self.token or self.before, self.source)

    @property
    def begins_line(self) -> bool:
        return self.token is not None and begins_line(self.token, self.source)

    @property
    def wants_value(self) -> bool:
        return {"NUMBER", "LPAR"} <= self.accepted


def begins_line(token: Token, source: Source) -> bool:
    """Whether only spaces stand before the token on its line."""
    text, place = source.text, token.start_pos or 0
    while place and text[place - 1] in _SPACES:
        place -= 1
    return place == 0 or text[place - 1] == "\n"


def is_keyword(token: Token) -> bool:
    """Whether the token is a reserved word."""
    return TOKENS.get(str(token)) == token.type


def unexpected(failure: Failure, hint: Text | None, token: Token | None = None) -> Diagnostic:
    """Something stands where it does not belong: the token, or another one."""
    span = span_of(token, failure.source) if token else failure.span
    return Diagnostic(
        code="E0101",
        message=Text(f"此处不应出现“{span.text}”", f"unexpected `{span.text}`"),
        span=span,
        hint=hint,
    )


def missing(failure: Failure, what: Text, hint: Text) -> Diagnostic:
    """Something is missing before the token, or after the one before it if that is the last on its line."""
    before = span_of(failure.before, failure.source)
    # `情形 转诊 就诊.类别 …`: 就诊 was taken for a name of the case, the dot shows that it begins a value.
    is_inside_value = failure.token is not None and failure.token.type in ("DOT", "LPAR")
    if failure.token is None or failure.begins_line:
        span, message = before, Text(f"“{before.text}”之后缺少{what.zh}", f"{what.en} is missing after `{before.text}`")
    else:
        span = before if is_inside_value else failure.span
        message = Text(f"“{span.text}”之前缺少{what.zh}", f"{what.en} is missing before `{span.text}`")
    return Diagnostic(code="E0102", message=message, span=span, hint=hint)
