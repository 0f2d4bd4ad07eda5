"""The words of the language: one table of keywords, Chinese and English side by side.

The first spelling of each language is the one the formatter writes; the others are understood.
"""

from __future__ import annotations

from typing import Final

import attrs


@attrs.frozen
class Keyword:
    """A reserved word: its token in the grammar and its spellings."""

    token: str
    zh: tuple[str, ...]
    en: tuple[str, ...]


def _row(token: str, zh: str, en: str) -> Keyword:
    return Keyword(token, tuple(zh.split()), tuple(en.split()))


KEYWORDS: Final = (
    # declarations
    _row("RULE", "规则", "rule"),
    _row("COLLECT", "汇集", "collect"),
    _row("BRACKETS", "分段", "brackets"),
    _row("BOUND", "限度", "bound"),
    _row("DELEGATE", "下放", "delegate"),
    _row("AMEND", "修订", "amend"),
    _row("DEADLINE", "期限", "deadline"),
    _row("SCHEDULE", "日程", "schedule"),
    _row("DUTIES", "职责", "duties"),
    _row("CHECKLIST", "清单", "checklist"),
    _row("OPEN_NORM", "裁量", "open_norm"),
    _row("QUESTION", "问题", "question"),
    _row("CHOICE", "择法", "choice_of_law"),
    _row("CHECK", "核对", "check"),
    # clauses and what stands beside them
    _row("GENERAL", "一般", "general"),
    _row("CASE", "情形", "case"),
    _row("PROVISO", "但书", "proviso"),
    _row("ITEM", "项", "item"),
    _row("WHEN", "当", "when"),
    _row("THEN", "则", "then"),
    _row("OVER", "对", "over"),
    _row("BEFORE_CASE", "优先于", "overrides"),
    _row("CITE", "依据", "cite"),
    _row("SINCE", "自", "from"),
    _row("UNTIL", "至", "until"),
    _row("SINCE_END", "起", "on"),
    _row("UNTIL_END", "止", "inclusive"),
    _row("REMARK", "说明", "remark"),
    _row("LIST", "列表", "list"),
    _row("UNLESS", "除非", "unless"),
    # particular declarations
    _row("ACTOR", "责任", "actor"),
    _row("START", "起算", "start"),
    _row("TERM", "时限", "term"),
    _row("LAPSE", "逾期", "lapse"),
    _row("STEP", "环节", "step"),
    _row("DUTY", "义务", "duty"),
    _row("WINDOW", "期间", "window"),
    _row("AFTER_STEP", "前置", "after_step"),
    _row("MODALITY", "规范", "modality"),
    _row("FULFILLED", "履行", "fulfilled"),
    _row("BREACH", "违反", "breach"),
    _row("OPEN", "开放", "open"),
    _row("ASK", "提问", "ask"),
    _row("GOVERNING", "依时", "governing"),
    _row("ACCEPTS", "可附", "accepts"),
    _row("ANSWER", "答复", "answer"),
    _row("FIELD", "接口", "field"),
    _row("ORDERED", "有序", "ordered"),
    _row("GOVERNS", "管辖", "governs"),
    _row("FOLLOWS", "从", "follows"),
    _row("REQUIRE", "要求", "require"),
    _row("ELSE", "否则", "else"),
    _row("SCALE", "段表", "scale"),
    _row("LOWER", "起点", "lower"),
    _row("UPPER", "终点", "upper"),
    _row("BAND", "段", "band"),
    _row("REST", "其余", "rest"),
    _row("AT_RATE", "按", "at"),
    _row("EACH_BAND", "每段", "each_band"),
    # expressions
    _row("OR", "或", "or"),
    _row("AND", "且", "and"),
    _row("NOT", "非", "not"),
    _row("IS", "为", "is"),
    _row("IS_NOT", "不为", "is_not"),
    _row("IN", "属于", "in"),
    _row("NOT_IN", "不属于", "not_in"),
    _row("AT_MOST", "不超过 不大于", "at_most"),
    _row("AT_LEAST", "不低于 不小于", "at_least"),
    _row("ABOVE", "超过 大于", "above"),
    _row("BELOW", "低于 小于", "below"),
    _row("NOT_AFTER", "不晚于", "not_after"),
    _row("NOT_BEFORE", "不早于", "not_before"),
    _row("AFTER", "晚于", "after"),
    _row("BEFORE", "早于", "before"),
    _row("KNOWN", "已知", "known"),
    _row("DEFAULT", "缺省", "default"),
    _row("TRUE", "是", "true"),
    _row("FALSE", "否", "false"),
    _row("NULL", "空", "null"),
    _row("NO_RULE", "无规定", "no_rule"),
    _row("EACH", "逐", "each"),
    _row("AS", "称", "as"),
    _row("ORDINAL", "第", "day"),
    _row("DAY_WORD", "日", "th"),
    _row("HALF_UP", "四舍五入到", "round_half_up_to"),
    _row("ROUND_DOWN", "舍去到", "round_down_to"),
    _row("ROUND_UP", "进一到", "round_up_to"),
    _row("FEN", "分", "fen"),
    _row("PLACES", "位小数", "places"),
    # units
    _row("YUAN", "元", "yuan"),
    _row("POINTS", "个百分点", "points"),
    _row("DAYS", "天 个自然日", "days"),
    _row("WORKING_DAYS", "个工作日", "working_days"),
    _row("MONTHS", "个月", "months"),
    _row("YEARS", "年", "years"),
    _row("CLAMPED", "遇短月取末日", "clamped"),
    _row("ROLLED", "遇短月顺延", "rolled"),
)

TOKENS: Final[dict[str, str]] = {word: keyword.token for keyword in KEYWORDS for word in (*keyword.zh, *keyword.en)}
"""Word → token."""

SPELLING: Final[dict[str, dict[str, str]]] = {
    "zh": {keyword.token: keyword.zh[0] for keyword in KEYWORDS},
    "en": {keyword.token: keyword.en[0] for keyword in KEYWORDS},
}
"""Language → token → canonical word."""

DECLARATION_TOKENS: Final = frozenset(keyword.token for keyword in KEYWORDS[:14])
"""The tokens that begin a declaration; a mistake in one declaration ends where the next begins."""

UNITS: Final[dict[str, str]] = {
    "yuan": "YUAN",
    "points": "POINTS",
    "days": "DAYS",
    "working_days": "WORKING_DAYS",
    "months": "MONTHS",
    "years": "YEARS",
}
"""Unit in the tree → token."""

COMPARISONS: Final[dict[str, str]] = {
    "is": "IS",
    "is_not": "IS_NOT",
    "at_most": "AT_MOST",
    "at_least": "AT_LEAST",
    "above": "ABOVE",
    "below": "BELOW",
    "not_after": "NOT_AFTER",
    "not_before": "NOT_BEFORE",
    "after": "AFTER",
    "before": "BEFORE",
}
"""Comparison in the tree → token. `=`, `<=` and so on are read as the words for quantities."""

EQUALITY: Final[dict[str, dict[str, str]]] = {
    "equals": {"zh": "=", "en": "="},
    "differs": {"zh": "≠", "en": "!="},
}
"""Comparisons of figures that are written with a sign only; of names one says 为 and 不为."""

SYMBOLS: Final[dict[str, str]] = {
    "=": "equals",
    "!=": "differs",
    "≠": "differs",
    "<=": "at_most",
    "≤": "at_most",
    ">=": "at_least",
    "≥": "at_least",
    "<": "below",
    ">": "above",
}
"""Comparison signs that may stand for the words."""

ROUNDINGS: Final[dict[str, str]] = {"half_up": "HALF_UP", "down": "ROUND_DOWN", "up": "ROUND_UP"}
"""Rounding mode in the tree → token."""

FULL_WIDTH: Final[dict[int, str]] = {
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    ord("　"): " ",
    ord("×"): "*",
    ord("÷"): "/",
    ord("－"): "-",
    ord("−"): "-",
    ord("【"): "[",
    ord("】"): "]",
}
"""Full-width signs read as their ASCII equals, one character for one, so that places hold."""
