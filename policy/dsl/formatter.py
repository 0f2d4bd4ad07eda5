"""Syntax tree → canonical text, in Chinese or in English."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from policy.diagnostics import Diagnostic, Text
from policy.dsl import tree as t
from policy.dsl.declaration_writer import DeclarationWriter, comment_lines
from policy.dsl.expression_writer import (
    AS_WRITTEN,
    AsWritten,
    ExpressionWriter,
    FormatError,
    Spelling,
    Substitute,
)
from policy.dsl.lexer import lex
from policy.dsl.parser import parse
from policy.dsl.source import Source, Span

__all__ = [
    "AsWritten",
    "FormatError",
    "Speller",
    "Spelling",
    "Substitute",
    "as_written",
    "format_expression",
    "format_program",
    "format_source",
]

Speller = Callable[[t.Program], Spelling]
"""Makes the spelling for a program: what its names mean is known only once it is read."""

LANGUAGES = ("zh", "en")


def format_program(program: t.Program, lang: str = "zh", spelling: Spelling = AS_WRITTEN) -> str:
    """Write a program canonically; reading it again gives the same tree."""
    writer = DeclarationWriter(ExpressionWriter(lang, spelling))
    lines = writer.lines(program.declarations)
    if lines and program.comments:
        lines.append("")
    lines.extend(comment_lines(program.comments))
    return "\n".join(lines) + "\n" if lines else ""


def format_expression(
    expression: t.Expr | t.Each | t.Field,
    lang: str = "zh",
    spelling: Spelling = AS_WRITTEN,
    substitute: Substitute | None = None,
) -> str:
    """Write an expression on one line; `substitute` may put other text in place of any node."""
    return ExpressionWriter(lang, spelling, substitute).text(expression)


def as_written(program: t.Program) -> Spelling:
    """Keep the names of a program as they are."""
    return AS_WRITTEN


def format_source(
    source: Source, lang: str = "zh", speller: Speller = as_written
) -> tuple[str | None, tuple[Diagnostic, ...]]:
    """Format a file, or say why not: it is read again to prove that nothing it says has changed."""
    program, problems = parse(source)
    if problems:
        return None, problems
    try:
        text = format_program(program, lang, speller(program))
        formatted = Source(source.name, text)
        again, problems = parse(formatted)
        is_faithful = (
            not problems
            and _comments(source) == _comments(formatted)
            and _says_the_same(program, again, speller, is_translated=speller is not as_written)
        )
    except FormatError:
        is_faithful = False
    return (text, ()) if is_faithful else (None, (_unfaithful(source),))


def _says_the_same(one: t.Program, other: t.Program, speller: Speller, is_translated: bool) -> bool:
    """Whether both trees have the same shape and read alike in both languages.

    Names may be spelt differently in a translation; that they still mean the same shows when each
    language's text of one tree is that of the other.
    """
    if not t.same_shape(one, other, ignoring=(t.Name, t.Citation) if is_translated else ()):
        return False
    first, second = speller(one), speller(other)
    return all(format_program(one, lang, first) == format_program(other, lang, second) for lang in LANGUAGES)


def _comments(source: Source) -> Counter[str]:
    """The comments without their signs and spaces, which formatting may change."""
    texts = ("".join(comment.replace("#", "").split()) for comment in lex(source).comments)
    return Counter(filter(None, texts))


def _unfaithful(source: Source) -> Diagnostic:
    return Diagnostic(
        code="E0111",
        message=Text(
            "排版后的文字与原文意思不同，原文未改", "the formatted text would say something else; nothing was changed"
        ),
        span=Span(source, 0, 0),
        hint=Text("这是程序缺陷，请连同此文件报告", "this is a defect of the program; please report it with the file"),
    )
