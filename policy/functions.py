"""The built-in functions: one table with their names, what they take and what they give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import attrs

from policy.types import (
    BOOLEAN,
    CHECKLIST,
    DATE,
    DAY_TYPES,
    INSTANT,
    INTEGER,
    MONTH,
    POINTS,
    RATIO,
    TEXT,
    YEAR,
    Type,
)

Signature = Callable[[Sequence[Type]], Type | None]
"""Argument types → result type, or None where the function does not take them."""


@attrs.frozen
class Function:
    """A built-in: its id, Chinese name, signature, and how its arguments are described."""

    id: str
    label: str
    signature: Signature
    takes: tuple[str, str]


_COUNTS = {"integer", "number"}


def _list_element(arguments: Sequence[Type]) -> Type | None:
    return arguments[0].element if len(arguments) == 1 and arguments[0].kind == "list" else None


def _sum(arguments: Sequence[Type]) -> Type | None:
    element = _list_element(arguments)
    return element if element and element.is_numeric else None


def _truths(arguments: Sequence[Type]) -> Type | None:
    return BOOLEAN if _list_element(arguments) == BOOLEAN else None


def _count(arguments: Sequence[Type]) -> Type | None:
    return INTEGER if _list_element(arguments) else None


def _same_list(arguments: Sequence[Type]) -> Type | None:
    return arguments[0] if _list_element(arguments) else None


def _element(arguments: Sequence[Type]) -> Type | None:
    return _list_element(arguments)


def _joined(arguments: Sequence[Type]) -> Type | None:
    lists = [argument for argument in arguments if argument.kind == "list"]
    elements = {(item.element.kind, item.element.name) for item in lists if item.element}
    return lists[0] if lists and len(lists) == len(arguments) and len(elements) == 1 else None


def _extreme(arguments: Sequence[Type]) -> Type | None:
    if element := _list_element(arguments):
        return element if element.is_ordered else None
    known = [argument for argument in arguments if argument.kind != "null"]
    kinds = {argument.kind for argument in known}
    if len(arguments) < 2 or not known or not known[0].is_ordered or not (len(kinds) == 1 or kinds == _COUNTS):
        return None
    first = next((a for a in known if a.kind == "number"), known[0])
    return first if all(a.is_exact for a in known) else first.inexact()


def _fixed(result: Type, *takes: Type) -> Signature:
    def signature(arguments: Sequence[Type]) -> Type | None:
        fits = len(arguments) == len(takes) and all(
            given.kind == wanted.kind for given, wanted in zip(arguments, takes, strict=True)
        )
        return result if fits else None

    return signature


def _of_day(result: Type) -> Signature:
    """A function of a date or an instant."""

    def signature(arguments: Sequence[Type]) -> Type | None:
        return result if len(arguments) == 1 and arguments[0].kind in DAY_TYPES else None

    return signature


def _year(arguments: Sequence[Type]) -> Type | None:
    return YEAR if len(arguments) == 1 and arguments[0].kind in (*DAY_TYPES, "month") else None


def _absolute(arguments: Sequence[Type]) -> Type | None:
    return arguments[0] if len(arguments) == 1 and arguments[0].is_numeric else None


def _about_one(arguments: Sequence[Type]) -> Type | None:
    return BOOLEAN if len(arguments) == 1 else None


def _itself(arguments: Sequence[Type]) -> Type | None:
    return arguments[0] if len(arguments) == 1 else None


def _missing(arguments: Sequence[Type]) -> Type | None:
    if len(arguments) == 2 and arguments[0].kind == "checklist" and arguments[1].kind == "list":
        return arguments[1]
    return None


def _by_vocabulary(arguments: Sequence[Type]) -> Type | None:
    """What it takes and gives stands in the vocabulary: see `checking.registers`."""
    return None


def _any_one(arguments: Sequence[Type]) -> Type | None:
    return BOOLEAN if len(arguments) == 1 else None


_A_LIST = ("一个列表", "a list")
_DAY = ("一个日期或时刻", "a date or an instant")

_TABLE = (
    Function("sum", "合计", _sum, ("一个数额列表", "a list of amounts")),
    Function("count", "计数", _count, _A_LIST),
    Function("any", "存在", _truths, ("一个是否列表", "a list of conditions")),
    Function("all", "全部", _truths, ("一个是否列表", "a list of conditions")),
    Function("filter", "筛选", _same_list, _A_LIST),
    Function("map", "列出", _same_list, _A_LIST),
    Function("distinct", "去重", _same_list, _A_LIST),
    Function("first", "首项", _element, _A_LIST),
    Function("last", "末项", _element, _A_LIST),
    Function("join", "并列", _joined, ("几个列表", "lists")),
    Function("smaller", "较小者", _extreme, ("几个同类的值", "values of one type")),
    Function("larger", "较大者", _extreme, ("几个同类的值", "values of one type")),
    Function("earlier", "较早者", _extreme, ("几个日期", "dates")),
    Function("later", "较晚者", _extreme, ("几个日期", "dates")),
    Function("absolute", "绝对值", _absolute, ("一个数额", "an amount")),
    Function("as_ratio", "折算比例", _fixed(RATIO, POINTS), ("一个百分点数", "points")),
    Function("as_points", "折算百分点", _fixed(POINTS, RATIO), ("一个比例", "a ratio")),
    Function("date_of", "所在日", _of_day(DATE), _DAY),
    Function("month_of", "所在月", _of_day(MONTH), _DAY),
    Function("year_of", "所在年", _year, ("一个日期、时刻或月份", "a date, an instant or a month")),
    Function("month_number", "月序", _fixed(INTEGER, MONTH), ("一个月份", "a month")),
    Function("last_day_of", "月末日", _fixed(DATE, MONTH), ("一个月份", "a month")),
    Function("month_in", "某年某月", _fixed(MONTH, YEAR, INTEGER), ("年度和月序", "a year and a month's number")),
    Function("start_of", "零时", _fixed(INSTANT, DATE), ("一个日期", "a date")),
    Function("days_between", "相隔天数", _fixed(INTEGER, DATE, DATE), ("两个日期", "two dates")),
    Function("is_rest_day", "是休息日", _fixed(BOOLEAN, DATE), ("一个日期", "a date")),
    Function("is_holiday", "是法定节假日", _fixed(BOOLEAN, DATE), ("一个日期", "a date")),
    Function("back_to_working_day", "提前至工作日", _fixed(DATE, DATE), ("一个日期", "a date")),
    Function("missing", "缺项", _missing, ("清单和已具备的项", "a checklist and what is there")),
    Function("is_open", "为开放清单", _fixed(BOOLEAN, CHECKLIST), ("清单", "a checklist")),
    Function("duty_state", "履行状态", _by_vocabulary, ("一项义务", "a duty")),
    Function("duty_modality", "义务强度", _by_vocabulary, ("一项义务", "a duty")),
    Function("duties_of", "名下义务", _by_vocabulary, ("责任主体的列表", "a list of actors")),
    Function("refer", "提请", _any_one, ("一项裁量", "an open norm")),
    Function("limit_of", "上级限度", _itself, ("一个有限度的参数", "a parameter that has a bound")),
    Function("is_asked", "问及", _about_one, ("一条规则", "a rule")),
    Function("text_length", "字数", _fixed(INTEGER, TEXT), ("一段文字", "text")),
)

FUNCTIONS: Final[dict[str, Function]] = {
    **{function.label: function for function in _TABLE},
    **{function.id: function for function in _TABLE},
}
"""Id or Chinese name → function."""

PER_ELEMENT: Final = frozenset(
    {"sum", "count", "any", "all", "filter", "map", "distinct", "first", "last"}
    | {"smaller", "larger", "earlier", "later"}
)
"""The functions that take one value per element (逐)."""
