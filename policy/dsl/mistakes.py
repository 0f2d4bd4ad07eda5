"""What a syntax error most likely means, told to the author.

The parser says where it stopped and what could have stood there; each check below knows one mistake
that authors make. The first check that recognises it words the diagnostic.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from policy.diagnostics import Diagnostic, Text
from policy.dsl.failure import Failure, is_keyword, missing, unexpected
from policy.dsl.lexer import span_of
from policy.dsl.lexicon import COMPARISONS, KEYWORDS, ROUNDINGS, SPELLING, UNITS
from policy.dsl.near_keywords import as_name, foreign_word, keyword_for_name, misspelt, unspaced


def explain(failure: Failure) -> Diagnostic:
    """Say what is wrong where the parser stopped."""
    return next(found for check in _CHECKS if (found := check(failure)))


# ── parts that are missing ──────────────────────────────────────────────────────────────────────────


def _comma(failure: Failure) -> Diagnostic | None:
    """`当 甲，则 乙`: punctuation between the parts of a clause."""
    if failure.token is None or failure.token.type not in ("COMMA", "ENUMERATION", "COLON"):
        return None
    sign = failure.span.text
    hint = Text(
        f"子句各部分之间用空格或换行，不写“{sign}”；条件之间写“且”“或”",
        f"part a clause with spaces or lines, not `{sign}`; join conditions with `and` or `or`",
    )
    return unexpected(failure, hint)


def _closing(failure: Failure) -> Diagnostic | None:
    """A bracket that closes nothing, or closes too early."""
    if failure.token is None or failure.token.type not in ("RPAR", "RBRACE", "RSQB") or failure.wants_value:
        return None
    sign = failure.span.text
    hint = Text(
        f"“{sign}”没有与它成对的左括号，或括号内没有写完", f"`{sign}` has no partner, or the bracket is unfinished"
    )
    return unexpected(failure, hint)


def _chained(failure: Failure) -> Diagnostic | None:
    """`甲 低于 乙 低于 丙`, `甲 == 乙`."""
    signs = {*COMPARISONS.values(), "SIGN", "EQUAL"}
    if failure.token is None or failure.token.type not in signs or failure.accepted & signs:
        return None
    if failure.before.type in signs:
        return unexpected(failure, Text("比较只写一个词或符号", "write one word or sign for a comparison"))
    if failure.wants_value or "AND" not in failure.accepted:
        return None
    return unexpected(failure, Text("比较不能连写，用“且”连接两个比较", "join two comparisons with `and`"))


def _condition_of_general(failure: Failure) -> Diagnostic | None:
    """`一般 甲 当 乙`: a condition where none belongs."""
    if failure.token is None or failure.token.type != "WHEN":
        return None
    clauses = [token.type for token in failure.tokens[: failure.index] if token.type in ("GENERAL", "CASE", "PROVISO")]
    if clauses[-1:] != ["GENERAL"]:
        return None
    return unexpected(
        failure,
        Text(
            "“一般”没有条件；有条件的写“情形 … 当 … 则 …”", "`general` has no condition; write `case … when … then …`"
        ),
    )


def _clause_of_citation(failure: Failure) -> Diagnostic | None:
    """`依据 浙异地2022`: a document without its clause, or a clause without quotes."""
    cited = failure.before.type in ("CITE", "ENUMERATION", "COMMA") and "PROVISION" in failure.accepted
    if not cited and not (failure.accepted == {"STRING"} and "PROVISION" in failure.accepted_before):
        return None
    return missing(
        failure,
        Text("所依据的条款", "the cited provision"),
        Text(
            "写成 浙异地2022“一（四）a”，条款放在引号里",
            'write such as `zj_crossregion_2022 "一（四）a"`, the clause in quotes',
        ),
    )


def _type_of_rule(failure: Failure) -> Diagnostic | None:
    """`规则 降幅` and then a clause: no type."""
    after_colon = failure.before.type == "COLON" and "POINTS" in failure.accepted
    if not after_colon and ("COLON" not in failure.accepted or not (failure.token is None or failure.begins_line)):
        return None
    return missing(
        failure,
        Text("“：”和类型" if not after_colon else "类型", "`:` and a type" if not after_colon else "a type"),
        Text("写成 规则 异地降幅 travel_reduction：百分点", "write such as `rule travel_reduction: points`"),
    )


_EXPECTED_WORDS: Final = (
    ("THEN", Text("当 条件 则 结果", "when … then …")),
    ("WHEN", Text("情形 名称 当 条件 则 结果", "case … when … then …")),
    ("REQUIRE", Text("核对 名称 对 规则 要求 条件 否则 “说明”", 'check … over … require … else "…"')),
    ("ELSE", Text("要求 条件 否则 “说明”", 'require … else "…"')),
    ("FOLLOWS", Text("管辖 规则 从 地点", "governs … follows …")),
    ("GOVERNS", Text("择法 名称 管辖 规则 从 地点", "choice_of_law … governs … follows …")),
    ("AT_RATE", Text("段 至 金额 按 比例", "band until … at …")),
    ("OVER", Text("但书 名称 对 情形，核对 名称 对 规则", "proviso … over case, check … over rule")),
)


def _word(failure: Failure) -> Diagnostic | None:
    """A clause without its 当 or 则, and the like."""
    if failure.wants_value:
        return None
    for kind, pattern in _EXPECTED_WORDS:
        if kind in failure.accepted and (kind != "OVER" or "COLON" not in failure.accepted):
            name = Text(f"“{SPELLING['zh'][kind]}”", f"`{SPELLING['en'][kind]}`")
            return missing(failure, name, Text(f"写法：{pattern.zh}", f"write: {pattern.en}"))
    return None


def _value(failure: Failure) -> Diagnostic | None:
    """A keyword with nothing after it, or another keyword."""
    if not failure.wants_value or not (failure.token is None or is_keyword(failure.token)):
        return None
    hint = Text("写名称、数值或算式", "write a name, a number or a formula")
    if failure.token and not failure.begins_line:
        quoted = as_name(failure.token)
        hint = Text(f"{hint.zh}；“{failure.token}”{quoted.zh}", f"{hint.en}; {quoted.en}")
    before = span_of(failure.before, failure.source)
    return Diagnostic(
        code="E0102",
        message=Text(f"“{before.text}”后面缺少内容", f"nothing follows `{before.text}`"),
        span=before if failure.begins_line else failure.span,
        hint=hint,
    )


def _quoted_text(failure: Failure) -> Diagnostic | None:
    if failure.accepted != {"STRING"}:
        return None
    before = str(failure.before)
    return missing(
        failure, Text("引文", "quoted text"), Text(f"写成 {before} “文字”", f'write such as `{before} "text"`')
    )


def _anything(failure: Failure) -> Diagnostic:
    """What could stand here, when no mistake is recognised."""
    hint = _listed(failure)
    if failure.token is None:
        message = Text("这条声明没有写完", "the declaration is not finished")
        return Diagnostic(code="E0102", message=message, span=failure.span, hint=hint)
    return unexpected(failure, hint)


_CHECKS: Final[tuple[Callable[[Failure], Diagnostic | None], ...]] = (
    _clause_of_citation,
    unspaced,
    foreign_word,
    misspelt,
    keyword_for_name,
    _comma,
    _closing,
    _chained,
    _condition_of_general,
    _type_of_rule,
    _word,
    _value,
    _quoted_text,
    _anything,
)


# ── wording ─────────────────────────────────────────────────────────────────────────────────────────


_SIGNS: Final[dict[str, tuple[str, str]]] = {
    "NAME": ("名称", "a name"),
    "STRING": ("引文", "quoted text"),
    "MOMENT": ("日期", "a date"),
    "COLON": ("：", ":"),
    "RPAR": ("）", ")"),
    "RBRACE": ("}", "}"),
    "RSQB": ("]", "]"),
    "COMMA": ("，", ","),
}
_SHOWN = 8


def _listed(failure: Failure) -> Text | None:
    """What could stand here, at most eight things; all that makes or continues a value is taken together."""
    accepted = failure.accepted
    shown = []
    if failure.wants_value:
        shown.append(("名称、数值或算式", "a name, a number or a formula"))
    else:
        shown.extend(words for kind, words in _SIGNS.items() if kind in accepted)
        is_after_value = "PLUS" in accepted
        if is_after_value:
            shown.append(("运算或比较", "an operator"))
        kinds = [keyword.token for keyword in KEYWORDS if keyword.token in accepted]
        shown.extend(
            (SPELLING["zh"][kind], SPELLING["en"][kind])
            for kind in kinds
            if not is_after_value or kind not in _CONTINUING
        )
    chinese = "、".join(words for words, _ in shown[:_SHOWN])
    english = ", ".join(words for _, words in shown[:_SHOWN])
    return Text(f"此处可写：{chinese}", f"expected here: {english}") if shown else None


_CONTINUING: Final = frozenset(
    {*COMPARISONS.values(), *UNITS.values(), *ROUNDINGS.values()}
    | {"OR", "AND", "IN", "NOT_IN", "KNOWN", "DEFAULT", "ORDINAL", "DAY_WORD"}
)
