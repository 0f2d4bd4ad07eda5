"""Text → syntax tree, with every syntax problem of the file in one run.

The file is cut at the words that begin a declaration; each stretch is parsed by itself, so that a
mistake in one declaration does not hide those in the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import attrs
from lark import ParseTree, Token, Tree, UnexpectedToken
from lark.parsers.lalr_interactive_parser import InteractiveParser

from policy.diagnostics import Diagnostic, Text, by_position, did_you_mean
from policy.dsl import tree as t
from policy.dsl.builder import build
from policy.dsl.comments import attach
from policy.dsl.failure import Failure, begins_line
from policy.dsl.grammar import declaration_parser
from policy.dsl.lexer import Lexed, lex, span_of
from policy.dsl.lexicon import DECLARATION_TOKENS, TOKENS
from policy.dsl.mistakes import explain
from policy.dsl.source import Source, Span

LIMIT_CHARACTERS = 2_000_000
"""A rule file is text that people read; a longer one is a mistake or an attack."""

LIMIT_DEPTH = 100
"""How deeply expressions may nest; later passes go down the tree by recursion."""

LIMIT_PROBLEMS = 500
"""Nobody mends more in one go; a file with more is no rule file."""

_BRACKETS = {"LPAR": "RPAR", "LBRACE": "RBRACE", "LSQB": "RSQB"}


def parse(source: Source) -> tuple[t.Program, tuple[Diagnostic, ...]]:
    """The declarations that could be read, and what is wrong with the others."""
    if len(source.text) > LIMIT_CHARACTERS:
        return _empty(source), (_too_large(source),)
    if not source.text.strip(" \t\r\n\f\u00a0\ufeff　"):
        return _empty(source), (_is_empty(source),)
    lexed = lex(source)
    declarations, problems = _declarations(lexed, source)
    attached, rest = attach(declarations, lexed.words, lexed.comments, source)
    program = t.Program(span=Span(source, 0, len(source.text)), declarations=attached, comments=rest)
    return program, by_position((*lexed.problems, *problems))


def parse_expression(source: Source, within: Span) -> tuple[t.Expr | None, tuple[Diagnostic, ...]]:
    """The expression in a stretch of a source, or None, and what is wrong with it."""
    lexed = lex(source, within)
    if not lexed.words:
        return None, lexed.problems or (_no_expression(within),)
    if lexed.problems:
        return None, lexed.problems
    return _read_as("expr", _Stretch(lexed.words), source)


def _declarations(lexed: Lexed, source: Source) -> tuple[list[t.Declaration], list[Diagnostic]]:
    """Read one declaration after the other."""
    spoilt = {problem.span.line for problem in lexed.problems if problem.span}
    declarations: list[t.Declaration] = []
    problems: list[Diagnostic] = []
    is_broken = False
    for stretch in _stretches(lexed.words, source):
        # A keyword in the middle of a line may have been meant as a name: no declaration begins there.
        if is_broken and not begins_line(stretch.tokens[0], source):
            continue
        declaration, found = _read(stretch, source)
        is_broken = bool(found)
        if declaration is not None and not found:
            declarations.append(declaration)
        # What cannot be read on a line is reported already; what follows from it is not worth a word.
        problems.extend(item for item in found if item.span and item.span.line not in spoilt)
        if len(problems) >= LIMIT_PROBLEMS:
            break
    return declarations, problems


# ── the file as a whole ─────────────────────────────────────────────────────────────────────────────


def _empty(source: Source) -> t.Program:
    return t.Program(span=Span(source, 0, 0), declarations=())


def _too_large(source: Source) -> Diagnostic:
    size = len(source.text)
    return Diagnostic(
        code="E0107",
        message=Text(
            f"规则文件有 {size} 字，超过上限 {LIMIT_CHARACTERS} 字",
            f"the file has {size} characters, more than {LIMIT_CHARACTERS}",
        ),
        span=Span(source, 0, 0),
        hint=Text("请按主题拆成几个文件", "split it by subject"),
    )


def _is_empty(source: Source) -> Diagnostic:
    return Diagnostic(
        code="E0106",
        message=Text("规则文件是空的", "the rule file is empty"),
        span=Span(source, 0, 0),
        hint=Text("写入规则，或删除此文件", "write a rule, or delete the file"),
    )


def _no_expression(within: Span) -> Diagnostic:
    return Diagnostic(
        code="E0102",
        message=Text("这里没有写条件", "there is no condition here"),
        span=within,
        hint=Text(
            "写成 就诊.出院日期 早于 就诊.入院日期", "write such as `visit.discharged_on before visit.admitted_on`"
        ),
    )


@attrs.frozen
class _Stretch:
    """The tokens of one declaration, and the word on the same line that ended it too early, if any."""

    tokens: Sequence[Token]
    next_word: Token | None = None


def _stretches(words: Sequence[Token], source: Source) -> Iterator[_Stretch]:
    """Cut the words where declarations begin; inside brackets only where one begins a line."""
    start = depth = 0
    for place, token in enumerate(words):
        depth += (token.type in _BRACKETS) - (token.type in _BRACKETS.values())
        if place == start or token.type not in DECLARATION_TOKENS:
            continue
        is_first = begins_line(token, source)
        if is_first or depth <= 0:
            yield _Stretch(words[start:place], None if is_first else token)
            start, depth = place, 0
    if words:
        yield _Stretch(words[start:])


# ── one declaration ─────────────────────────────────────────────────────────────────────────────────


def _read(stretch: _Stretch, source: Source) -> tuple[t.Declaration | None, tuple[Diagnostic, ...]]:
    """The declaration, or None, and what is wrong with it."""
    tokens = stretch.tokens
    if tokens[0].type not in DECLARATION_TOKENS:
        return None, (_stray(tokens[0], source),)
    return _read_as("start", stretch, source)


def _read_as(start: str, stretch: _Stretch, source: Source) -> tuple[Any, tuple[Diagnostic, ...]]:
    """What the tokens say, read by the grammar from one of its beginnings."""
    tokens = stretch.tokens
    if unclosed := _unclosed(tokens):
        return None, (_never_closed(unclosed, source),)
    parsed = _parsed(tokens, start)
    if isinstance(parsed, int):
        return None, (explain(_failure(stretch, parsed, source, start)),)
    if deepest := _too_deep(parsed):
        return None, (_nested_too_deeply(deepest, source),)
    return build(parsed, source)


def _parsed(tokens: Sequence[Token], start: str) -> ParseTree | int:
    """The parse tree, or the index of the token that does not fit (their number if more is needed)."""
    parser = declaration_parser().parse_interactive(start=start)
    for index, token in enumerate(tokens):
        try:
            parser.feed_token(token)
        except UnexpectedToken:
            return index
    try:
        tree: ParseTree = parser.feed_eof(tokens[-1])  # type: ignore[no-untyped-call]
    except UnexpectedToken:
        return len(tokens)
    return tree


def _failure(stretch: _Stretch, index: int, source: Source, start: str) -> Failure:
    """Read again as far as possible, and see what could have followed."""
    parser = declaration_parser().parse_interactive(start=start)
    accepted_before: frozenset[str] = frozenset()
    for place, token in enumerate(stretch.tokens[:index]):
        if place == index - 1:
            accepted_before = _accepted(parser)
        parser.feed_token(token)
    return Failure(source, stretch.tokens, index, _accepted(parser), accepted_before, stretch.next_word)


def _accepted(parser: InteractiveParser) -> frozenset[str]:
    names: set[str] = parser.accepts()  # type: ignore[no-untyped-call]
    return frozenset(names)


def _stray(token: Token, source: Source) -> Diagnostic:
    starters = [word for word, kind in TOKENS.items() if kind in DECLARATION_TOKENS]
    return Diagnostic(
        code="E0101",
        message=Text(f"声明不能以“{token}”开头", f"a declaration cannot begin with `{token}`"),
        span=span_of(token, source),
        hint=did_you_mean(str(token), starters)
        or Text(
            "声明以 规则、限度、期限、问题 等词开头",
            "a declaration begins with rule, bound, deadline, question and so on",
        ),
    )


def _unclosed(tokens: Sequence[Token]) -> Token | None:
    """The innermost bracket that is never closed. `[a, b)` closes a square bracket with a round one."""
    stack: list[Token] = []
    for token in tokens:
        if token.type in _BRACKETS:
            stack.append(token)
        elif token.type in _BRACKETS.values() and stack:
            stack.pop()
    return stack[-1] if stack else None


def _never_closed(bracket: Token, source: Source) -> Diagnostic:
    span = span_of(bracket, source)
    closing = {"(": "）" if span.text == "（" else ")", "[": "]", "{": "}"}[str(bracket)]
    return Diagnostic(
        code="E0103",
        message=Text(f"括号“{span.text}”没有闭合", f"the bracket `{span.text}` is never closed"),
        span=span,
        hint=Text(f"在内容之后写“{closing}”", f"write `{closing}` after what it holds"),
    )


def _too_deep(tree: ParseTree) -> ParseTree | None:
    """A subtree below the allowed depth, or None. Long sums nest too: each sign is one level."""
    pending = [(tree, 1)]
    while pending:
        parent, depth = pending.pop()
        if depth > LIMIT_DEPTH and not parent.meta.empty:
            return parent
        pending.extend((child, depth + 1) for child in parent.children if isinstance(child, Tree))
    return None


def _nested_too_deeply(tree: ParseTree, source: Source) -> Diagnostic:
    return Diagnostic(
        code="E0109",
        message=Text(f"嵌套超过 {LIMIT_DEPTH} 层", f"nested deeper than {LIMIT_DEPTH} levels"),
        span=Span(source, tree.meta.start_pos, tree.meta.end_pos),
        hint=Text("把一部分写成另一条规则，或用 合计（…）", "make a part a rule of its own, or use sum(…)"),
    )
