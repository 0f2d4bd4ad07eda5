"""Syntax errors of single words: names that were meant as keywords, keywords that were meant as names."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Final

from lark import Token

from policy.diagnostics import Diagnostic, Text
from policy.dsl.failure import Failure, begins_line, is_keyword, unexpected
from policy.dsl.lexer import span_of
from policy.dsl.lexicon import DECLARATION_TOKENS, SPELLING, TOKENS

# ── words that are not quite keywords ───────────────────────────────────────────────────────────────


def unspaced(failure: Failure) -> Diagnostic | None:
    """`第15日`, `当就诊.类别`, `备案类则`: a keyword written together with a name."""
    for token, accepted, after in _suspects(failure):
        text = str(token)
        for _, word in _spelt(accepted):
            if _is_chinese(word) and len(text) > len(word) and text.startswith(word):
                return unexpected(failure, _space(word, f"{word} {text[len(word) :]}"), token)
        for keyword, word in _spelt(after):
            if keyword in ("THEN", "WHEN", "AND", "OR") and len(text) > len(word) and text.endswith(word):
                return unexpected(failure, _space(word, f"{text[: -len(word)]} {word}"), token)
    return None


def _space(word: str, spaced: str) -> Text:
    return Text(f"“{word}”与名称、数字之间要空一格：{spaced}", f"put a space beside `{word}`: `{spaced}`")


def foreign_word(failure: Failure) -> Diagnostic | None:
    """`如果`, `等于`: a word from everyday language or another computer language."""
    for token, accepted, _ in _suspects(failure):
        meant = [
            SPELLING[lang][kind] for lang in ("zh", "en") for kind in _MEANT.get(str(token), ()) if kind in accepted
        ]
        if meant:
            chinese, english = meant[: len(meant) // 2], meant[len(meant) // 2 :]
            hint = Text(f"这里写“{'”或“'.join(chinese)}”", f"write {' or '.join(f'`{word}`' for word in english)} here")
            return unexpected(failure, hint, token)
    return None


_MEANT: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(("如果", "若", "假如", "条件", "if"), ("WHEN",)),
    **dict.fromkeys(("那么", "就", "返回", "result"), ("THEN",)),
    **dict.fromkeys(("等于", "是指", "equals", "eq"), ("IS",)),
    **dict.fromkeys(("不等于", "不是", "并非"), ("IS_NOT",)),
    **dict.fromkeys(("并且", "而且", "以及", "同时", "和", "与"), ("AND",)),
    **dict.fromkeys(("或者",), ("OR",)),
    **dict.fromkeys(("不", "没有"), ("NOT",)),
    **dict.fromkeys(("大于等于", "不少于", "达到", "以上"), ("AT_LEAST",)),
    **dict.fromkeys(("小于等于", "不多于", "不高于", "以下"), ("AT_MOST",)),
    **dict.fromkeys(("多于", "高于"), ("ABOVE",)),
    **dict.fromkeys(("少于",), ("BELOW",)),
    **dict.fromkeys(("包含于", "在"), ("IN",)),
    **dict.fromkeys(("根据", "按照", "依照"), ("CITE",)),
    **dict.fromkeys(("否则", "其他", "默认", "通常", "otherwise"), ("ELSE", "GENERAL", "DEFAULT")),
    **dict.fromkeys(("四舍五入",), ("HALF_UP",)),
    **dict.fromkeys(("备注", "注"), ("REMARK",)),
    **dict.fromkeys(("日", "个日", "自然日"), ("DAYS",)),
    **dict.fromkeys(("工作日",), ("WORKING_DAYS",)),
    **dict.fromkeys(("月",), ("MONTHS",)),
    **dict.fromkeys(("百分点",), ("POINTS",)),
    **dict.fromkeys(("日止", "截止"), ("UNTIL_END",)),
}
"""Words that authors try → the tokens they may mean."""


def misspelt(failure: Failure) -> Diagnostic | None:
    """`情型`: a keyword with a wrong letter."""
    for token, accepted, _ in _suspects(failure):
        if token.type != "NAME" or (token is failure.token and failure.following in ("DOT", "LPAR")):
            continue
        known = accepted | (DECLARATION_TOKENS if begins_line(token, failure.source) else frozenset())
        if word := _closest_keyword(str(token), (word for _, word in _spelt(known))):
            return unexpected(failure, Text(f"是否要写“{word}”？", f"did you mean `{word}`?"), token)
    return None


def _closest_keyword(text: str, words: Iterable[str]) -> str | None:
    """The keyword with about one character's difference, or None."""
    near = [word for word in words if len(word) > 1 and abs(len(word) - len(text)) <= 1]
    cutoff = 0.75 if text.isascii() else 0.5
    return next(iter(difflib.get_close_matches(text, near, n=1, cutoff=cutoff)), None)


def _suspects(failure: Failure) -> list[tuple[Token, frozenset[str], frozenset[str]]]:
    """The names that may have been meant as keywords, with what could have stood in and after their place."""
    found = []
    if failure.token is not None and failure.token.type == "NAME":
        found.append((failure.token, failure.accepted, frozenset[str]()))
    if failure.before.type == "NAME" and failure.index:
        found.append((failure.before, failure.accepted_before, failure.accepted))
    return found


# ── keywords where names are meant ──────────────────────────────────────────────────────────────────


def keyword_for_name(failure: Failure) -> Diagnostic | None:
    """`规则 清单：文本`: a keyword used as a name."""
    token = failure.token or failure.next_word
    if token is None or "NAME" not in failure.accepted or not is_keyword(token):
        return None
    may_be_structure = failure.wants_value and token.type not in DECLARATION_TOKENS
    if may_be_structure or token.type in _FRAME_WORDS or begins_line(token, failure.source):
        return None
    return Diagnostic(
        code="E0101",
        message=Text(f"“{token}”是关键词，不能直接作名称", f"`{token}` is a keyword, not a name"),
        span=span_of(token, failure.source),
        hint=as_name(token),
    )


def as_name(token: Token) -> Text:
    """A hint how to write a keyword as a name."""
    return Text(f"作名称时写成「{token}」", f"as a name, write 「{token}」")


_FRAME_WORDS: Final = frozenset({"WHEN", "THEN", "REQUIRE", "ELSE", "FOLLOWS", "GOVERNS", "CITE", "REMARK"})
"""Keywords that hold a clause together; out of place, they show that something before them is missing."""


def _spelt(kinds: Iterable[str]) -> list[tuple[str, str]]:
    """Token and word of every spelling of the keywords, longest first."""
    wanted = frozenset(kinds)
    words = [(kind, word) for word, kind in TOKENS.items() if kind in wanted]
    return sorted(words, key=lambda pair: (-len(pair[1]), pair[1]))


def _is_chinese(word: str) -> bool:
    return not word.isascii()
