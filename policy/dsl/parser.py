"""Text → syntax tree, with every syntax problem of the file in one run.

The file is cut at the words that begin a declaration; each piece is parsed by itself, so that a
mistake in one declaration does not hide those in the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import attrs
from lark import Lark, Token, Tree, UnexpectedCharacters, UnexpectedToken
from lark.exceptions import VisitError

from policy.diagnostics import Diagnostic, Text, closest, did_you_mean
from policy.dsl import tree as t
from policy.dsl.builder import BadMomentError, TreeBuilder
from policy.dsl.lexicon import DECLARATION_TOKENS, FULL_WIDTH, KEYWORDS, SPELLING, TOKENS
from policy.dsl.source import Source, Span

LIMIT_CHARACTERS = 2_000_000
"""A rule file is text that people read; a longer one is a mistake or an attack."""

LIMIT_DEPTH = 60
"""How deeply brackets may nest."""

_BRACKETS = {"LPAR": "RPAR", "LBRACE": "RBRACE", "LSQB": "RSQB"}


def parse(source: Source) -> tuple[t.Program, tuple[Diagnostic, ...]]:
    """The declarations that could be read, and what is wrong with the others."""
    if len(source.text) > LIMIT_CHARACTERS:
        return _empty(source), (_too_large(source),)
    if not source.text.strip():
        return _empty(source), (_is_empty(source),)
    problems: list[Diagnostic] = []
    tokens = _lex(source, problems)
    comments = [token for token in tokens if token.type == "COMMENT"]
    words = [token for token in tokens if token.type != "COMMENT"]
    declarations: list[t.Declaration] = []
    for piece in _pieces(words, source, problems):
        declaration = _parse_piece(piece, source, problems)
        if declaration is not None:
            declarations.append(declaration)
    attached, rest = _attach(declarations, comments, source)
    return (
        t.Program(span=Span(source, 0, len(source.text)), declarations=attached, comments=rest),
        tuple(problems),
    )


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


# ── tokens ──────────────────────────────────────────────────────────────────────────────────────────


@cache
def _lark() -> Lark:
    grammar = files(__package__).joinpath("grammar.lark").read_text("utf-8")
    declared = "%declare " + " ".join(keyword.token for keyword in KEYWORDS)
    return Lark(
        f"{grammar}\n{declared}\n",
        parser="lalr",
        lexer="basic",
        propagate_positions=True,
        maybe_placeholders=False,
        keep_all_tokens=True,
    )


def _lex(source: Source, problems: list[Diagnostic]) -> list[Token]:
    """All tokens, keywords recognised; what cannot be read is reported and passed over."""
    text = source.text.translate(FULL_WIDTH)
    while True:
        try:
            return list(_with_keywords(_lark().lex(text, dont_ignore=True)))
        except UnexpectedCharacters as error:
            place = error.pos_in_stream or 0
            stop = _report_character(source, place, problems)
            text = text[:place] + " " * (stop - place) + text[stop:]


def _with_keywords(tokens: Iterator[Token]) -> Iterator[Token]:
    previous = ""
    for token in tokens:
        if token.type == "WHITESPACE":
            continue
        if token.type == "NAME" and previous != "DOT":
            token.type = TOKENS.get(str(token), "NAME")
        previous = token.type
        yield token


def _report_character(source: Source, place: int, problems: list[Diagnostic]) -> int:
    """Say what is wrong at the place; return where reading goes on."""
    char = source.text[place]
    if char in '“"「':
        end = source.text.find("\n", place)
        stop = end if end >= 0 else len(source.text)
        problems.append(
            Diagnostic(
                code="E0103",
                message=Text(
                    f"“{char}”开始的引文到行末没有闭合",
                    f"the quote that begins with `{char}` is not closed on its line",
                ),
                span=Span(source, place, stop),
            )
        )
        return stop
    problems.append(
        Diagnostic(
            code="E0104",
            message=Text(f"无法识别的字符“{char}”", f"unknown character `{char}`"),
            span=Span(source, place, place + 1),
            hint=Text("名称含标点时写在「」之间", "write a name with punctuation between 「 and 」"),
        )
    )
    return place + 1


def _pieces(tokens: list[Token], source: Source, problems: list[Diagnostic]) -> Iterator[list[Token]]:
    """One list of tokens per declaration; stray words before the first are reported."""
    piece: list[Token] = []
    for token in tokens:
        if token.type in DECLARATION_TOKENS and piece:
            yield piece
            piece = []
        if not piece and token.type not in DECLARATION_TOKENS:
            if not problems or problems[-1].code != "E0101":
                problems.append(_stray(token, source))
            continue
        piece.append(token)
    if piece:
        yield piece


def _span(token: Token, source: Source) -> Span:
    assert token.start_pos is not None and token.end_pos is not None
    return Span(source, token.start_pos, token.end_pos)


def _stray(token: Token, source: Source) -> Diagnostic:
    starters = [word for word, kind in TOKENS.items() if kind in DECLARATION_TOKENS]
    return Diagnostic(
        code="E0101",
        message=Text(f"声明不能以“{token}”开头", f"a declaration cannot begin with `{token}`"),
        span=_span(token, source),
        hint=did_you_mean(str(token), starters)
        or Text(
            "声明以 规则、限度、期限、问题 等词开头",
            "a declaration begins with rule, bound, deadline, question and so on",
        ),
    )


# ── one declaration ─────────────────────────────────────────────────────────────────────────────────


def _parse_piece(piece: list[Token], source: Source, problems: list[Diagnostic]) -> t.Declaration | None:
    if unbalanced := _unbalanced(piece, source):
        problems.append(unbalanced)
        return None
    interactive = _lark().parse_interactive()
    try:
        for token in piece:
            interactive.feed_token(token)
        tree = interactive.feed_eof(piece[-1])  # type: ignore[no-untyped-call]
        built = TreeBuilder(source).transform(tree)
    except UnexpectedToken as error:
        problems.append(_unexpected(error, piece, source))
        return None
    except VisitError as error:
        if not isinstance(error.orig_exc, BadMomentError):
            raise
        problems.append(_no_such_date(error.orig_exc.span))
        return None
    if isinstance(built, Tree):
        problems.append(_incomplete(str(built.children[0]), piece, source))
        return None
    assert isinstance(built, t.Declaration)
    return built


def _unbalanced(piece: list[Token], source: Source) -> Diagnostic | None:
    """A bracket that is never closed, or brackets nested too deeply.

    Half-open intervals `[a, b)` close a square bracket with a round one.
    """
    stack: list[Token] = []
    for token in piece:
        if token.type in _BRACKETS:
            stack.append(token)
            if len(stack) > LIMIT_DEPTH:
                return Diagnostic(
                    code="E0109",
                    message=Text(f"括号嵌套超过 {LIMIT_DEPTH} 层", f"brackets nest deeper than {LIMIT_DEPTH}"),
                    span=_span(token, source),
                )
        elif token.type in _BRACKETS.values() and stack:
            stack.pop()
    if not stack:
        return None
    return Diagnostic(
        code="E0103",
        message=Text(f"括号“{stack[-1]}”没有闭合", f"the bracket `{stack[-1]}` is never closed"),
        span=_span(stack[-1], source),
    )


def _unexpected(error: UnexpectedToken, piece: list[Token], source: Source) -> Diagnostic:
    token = error.token
    expected = _words(error.accepts or error.expected)
    listed_zh, listed_en = "、".join(expected["zh"][:8]), ", ".join(expected["en"][:8])
    hint = Text(f"此处可写：{listed_zh}", f"expected here: {listed_en}") if listed_zh else None
    if token.type == "$END":
        last = _span(piece[-1], source)
        return Diagnostic(
            code="E0102",
            message=Text("这条声明没有写完", "the declaration is not finished"),
            span=Span(source, last.start, last.end),
            hint=hint,
        )
    word = closest(str(token), expected["zh"] + expected["en"]) if token.type == "NAME" else None
    return Diagnostic(
        code="E0101",
        message=Text(f"此处不应出现“{token}”", f"unexpected `{token}`"),
        span=_span(token, source),
        hint=Text(f"是否要写“{word}”？", f"did you mean `{word}`?") if word else hint,
    )


_TERMINAL_WORDS = {
    "NAME": ("名称", "a name"),
    "NUMBER": ("数字", "a number"),
    "STRING": ("引文", "quoted text"),
    "MOMENT": ("日期", "a date"),
    "COLON": ("：", ":"),
    "LPAR": ("（", "("),
    "RPAR": ("）", ")"),
    "EQUAL": ("=", "="),
}


def _words(expected: set[str]) -> dict[str, list[str]]:
    """How the expected tokens are spelt, the parts of expressions left out when they are many."""
    kinds = sorted(kind for kind in expected if kind in _TERMINAL_WORDS or kind in SPELLING["zh"])
    return {
        lang: [SPELLING[lang].get(kind) or _TERMINAL_WORDS[kind][place] for kind in kinds]
        for place, lang in enumerate(("zh", "en"))
    }


def _no_such_date(span: Span) -> Diagnostic:
    return Diagnostic(
        code="E0108",
        message=Text(f"“{span.text}”不是存在的日期", f"there is no such date as `{span.text}`"),
        span=span,
    )


def _incomplete(missing: str, piece: list[Token], source: Source) -> Diagnostic:
    return Diagnostic(
        code="E0102",
        message=Text(f"这条声明缺少“{missing}”", f"the declaration lacks `{SPELLING['en'][TOKENS[missing]]}`"),
        span=_span(piece[0], source),
    )


# ── comments ────────────────────────────────────────────────────────────────────────────────────────


def _attach(
    declarations: list[t.Declaration], comments: list[Token], source: Source
) -> tuple[tuple[t.Declaration, ...], tuple[str, ...]]:
    """Give each comment to what follows it, or to what it stands beside; the rest ends the file."""
    anchors = [
        node
        for declaration in declarations
        for node in t.walk(declaration)
        if isinstance(node, t.Declaration | t.Clause | t.Entry | t.Band)
    ]
    given: dict[t.Node, list[str]] = {}
    rest: list[str] = []
    for comment in comments:
        span = _span(comment, source)
        text = span.text[1:].strip()
        owner = _owner(span, anchors, declarations)
        (given.setdefault(owner, []) if owner else rest).append(text)
    return tuple(_with_comments(item, given) for item in declarations), tuple(rest)


def _owner(comment: Span, anchors: Sequence[t.Node], declarations: Sequence[t.Declaration]) -> t.Node | None:
    beside = [anchor for anchor in anchors if anchor.span.start < comment.start and anchor.span.line == comment.line]
    if beside:
        return beside[-1]
    inside = next((d for d in declarations if d.span.start < comment.start < d.span.end), None)
    following = [anchor for anchor in anchors if anchor.span.start > comment.start]
    if inside:
        within = [anchor for anchor in following if anchor.span.end <= inside.span.end]
        return within[0] if within else inside
    return following[0] if following else None


def _with_comments(owner: Any, given: dict[t.Node, list[str]]) -> Any:
    """The node with the comments given to it and to what is inside it."""
    if not any(node in given for node in t.walk(owner)):
        return owner
    changes: dict[str, Any] = {}
    for field in attrs.fields(type(owner)):
        value = getattr(owner, field.name)
        if isinstance(value, tuple) and any(isinstance(item, t.Node) for item in value):
            changes[field.name] = tuple(_with_comments(item, given) for item in value)
    if owner in given:
        changes["comments"] = tuple(given[owner])
    return attrs.evolve(owner, **changes)
