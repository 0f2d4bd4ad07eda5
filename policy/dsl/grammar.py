"""The grammar file and the keywords, made into a lexer and a parser once per process."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from lark import Lark

from policy.dsl.lexicon import KEYWORDS


@cache
def token_reader() -> Lark:
    """Text → tokens, comments and unreadable stretches among them."""
    return Lark(_text(), parser=None, lexer="basic")


@cache
def declaration_parser() -> Lark:
    """Tokens of one declaration, or of one expression, → parse tree."""
    return Lark(
        _text(),
        parser="lalr",
        start=["start", "expr"],
        lexer="basic",
        propagate_positions=True,
        maybe_placeholders=False,
        keep_all_tokens=True,
    )


def _text() -> str:
    grammar = files(__package__).joinpath("grammar.lark").read_text("utf-8")
    declared = " ".join(keyword.token for keyword in KEYWORDS)
    return f"{grammar}\n%declare {declared}\n"
