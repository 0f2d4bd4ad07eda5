import itertools
from collections.abc import Callable

import pytest

from policy.dsl import tree as t
from policy.dsl.declaration_writer import LINE_WIDTH
from policy.dsl.formatter import AsWritten, FormatError, Spelling, format_expression, format_program, format_source
from policy.dsl.parser import parse
from policy.dsl.source import Source, display_width
from tests.support.damaged import SAMPLE
from tests.support.programs import SPAN

LANGUAGES = ("zh", "en")


def formatted(text: str, lang: str = "zh") -> str:
    result, problems = format_source(Source("test", text), lang)
    assert not problems
    assert result is not None
    return result


def expression(text: str) -> t.Expr:
    program, problems = parse(Source("test", f"规则 x：y 一般 {text}"))
    assert not problems
    rule = program.declarations[0]
    assert isinstance(rule, t.Rule)
    return rule.clauses[0].value


def rewritten(text: str, lang: str = "zh") -> str:
    return format_expression(expression(text), lang)


# ── brackets: every kind of expression in every place ───────────────────────────────────────────────

A = t.Path(span=SPAN, parts=(t.Name(span=SPAN, text="a"),))
NAME = t.Name(span=SPAN, text="f")
LIST = t.ListOf(span=SPAN, items=(A,))

Place = Callable[[t.Expr], t.Expr]
PLACES: list[Place] = [
    *(lambda e, unit=unit: t.Quantity(span=SPAN, operand=e, unit=unit) for unit in ("yuan", "days")),
    lambda e: t.Quantity(span=SPAN, operand=e, unit="months", month_end="clamped"),
    lambda e: t.DayOf(span=SPAN, month=e, day=A),
    lambda e: t.DayOf(span=SPAN, month=A, day=e),
    lambda e: t.Negative(span=SPAN, operand=e),
    *(lambda e, sign=sign: t.Binary(span=SPAN, operator=sign, left=e, right=A) for sign in "+-*/"),
    *(lambda e, sign=sign: t.Binary(span=SPAN, operator=sign, left=A, right=e) for sign in "+-*/"),
    *(
        lambda e, m=m, n=n: t.Rounded(span=SPAN, operand=e, mode=m, places=n)
        for m, n in (("up", 0), ("half_up", 2), ("down", 3))
    ),
    *(lambda e, word=word: t.Compare(span=SPAN, operator=word, left=e, right=A) for word in ("is", "at_most", "after")),
    *(lambda e, word=word: t.Compare(span=SPAN, operator=word, left=A, right=e) for word in ("is", "at_most", "after")),
    lambda e: t.Member(span=SPAN, operand=e, collection=LIST, negated=False),
    lambda e: t.Member(span=SPAN, operand=A, collection=e, negated=True),
    lambda e: t.Member(
        span=SPAN, operand=A, collection=t.Interval(span=SPAN, low=e, high=A, closed=True), negated=False
    ),
    lambda e: t.Member(
        span=SPAN, operand=A, collection=t.Interval(span=SPAN, low=A, high=e, closed=False), negated=True
    ),
    lambda e: t.ListOf(span=SPAN, items=(e, e)),
    lambda e: t.Known(span=SPAN, operand=e),
    lambda e: t.Default(span=SPAN, operand=e, otherwise=A),
    lambda e: t.Default(span=SPAN, operand=A, otherwise=e),
    lambda e: t.Not(span=SPAN, operand=e),
    *(lambda e, word=word: t.Logic(span=SPAN, operator=word, operands=(e, A)) for word in ("and", "or")),
    *(lambda e, word=word: t.Logic(span=SPAN, operator=word, operands=(A, e)) for word in ("and", "or")),
    lambda e: t.Call(span=SPAN, function=NAME, arguments=(e, t.Field(span=SPAN, name=NAME, value=e))),
    lambda e: t.Call(span=SPAN, function=NAME, arguments=(t.Each(span=SPAN, body=e, collection=A, where=A),)),
    lambda e: t.Call(span=SPAN, function=NAME, arguments=(t.Each(span=SPAN, body=None, collection=e, binder=NAME),)),
    lambda e: t.Call(span=SPAN, function=NAME, arguments=(t.Each(span=SPAN, body=A, collection=A, where=e),)),
]


def in_rule(value: t.Expr) -> t.Program:
    terms = t.Terms(span=SPAN)
    clause = t.Clause(span=SPAN, kind="case", names=None, condition=value, value=value, terms=terms)
    names = t.Names(span=SPAN, id="x", label="x")
    rule = t.Rule(span=SPAN, names=names, type=t.TypeRef(span=SPAN, name=NAME), terms=terms, clauses=(clause,))
    return t.Program(span=SPAN, declarations=(rule,))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_brackets_stand_wherever_the_grammar_needs_them(lang: str) -> None:
    for outer, inner in itertools.product(PLACES, PLACES):
        program = in_rule(outer(inner(A)))
        text = format_program(program, lang)
        again, problems = parse(Source("test", text))
        assert not problems, text
        assert t.same_shape(program, again), text


@pytest.mark.parametrize(
    "text",
    [
        "a - b - c",
        "a - （b - c）",
        "a + b × c",
        "（a + b）× c",
        "a 且 b 或 c 且 d",
        "a 且 （b 或 c）",
        "非 a 为 b",
        "非 （a 且 b）",
        "-a 天",
        "（-a）天",
        "a + b 四舍五入到 分",
        "（a 四舍五入到 分）+ b",
        "（a 缺省 b）缺省 c",
        "a 缺省 b 不超过 c",
        "次月 第 15 日",
        "次月 第 （a + 1）日",
    ],
)
def test_no_bracket_is_written_that_is_not_needed(text: str) -> None:
    assert rewritten(text) == text


# ── words and signs ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("written", "chinese", "english"),
    [
        ("a = b", "a = b", "a = b"),
        ("a 为 b", "a 为 b", "a is b"),
        ("a 不为 b.c", "a 不为 b.c", "a is_not b.c"),
        ("a + b = c", "a + b = c", "a + b = c"),
        ("a 不为 空", "a 不为 空", "a is_not null"),
        ("a ≠ 5 元", "a ≠ 5 元", "a != 5 yuan"),
        ("a 不大于 b", "a 不超过 b", "a <= b"),
        ("a >= b", "a 不低于 b", "a >= b"),
        ("a 不晚于 b", "a 不晚于 b", "a not_after b"),
        ("3.50%", "3.50%", "3.50%"),
        ("2022-02-06", "2022年2月6日", "2022-02-06"),
        ("2022-02-06T00:00", "2022年2月6日0时", "2022-02-06T00:00"),
        ("2022-2-6T9:05", "2022年2月6日9时5分", "2022-02-06T09:05"),
        ("2022-02-06T23:59:59", "2022-02-06T23:59:59", "2022-02-06T23:59:59"),
        ("2022-02-06T23:00:00", "2022年2月6日23时", "2022-02-06T23:00"),
        ("a 属于 [1，2）", "a 属于 [1, 2)", "a in [1, 2)"),
        ("f(a, b: 1)", "f（a，b：1）", "f(a, b: 1)"),
        ("{a, b}", "{a、b}", "{a, b}"),
        ("「a 逐」", "「a 逐」", "「a 逐」"),
        ("a 个月(clamped)", "a 个月（遇短月取末日）", "a months (clamped)"),
        ("“甲”", "“甲”", '"甲"'),
        ('"甲”"', '"甲”"', '"甲”"'),
        ('“甲"”', '“甲"”', '“甲"”'),
        ("「规则」.规则.「甲 乙」", "规则.规则.「甲 乙」", "规则.规则.「甲 乙」"),
        ("「甲」", "甲", "甲"),
        ("「ＡＢ」", "「ＡＢ」", "「ＡＢ」"),
    ],
)
def test_canonical_spelling(written: str, chinese: str, english: str) -> None:
    assert (rewritten(written, "zh"), rewritten(written, "en")) == (chinese, english)


def test_a_step_reads_who_for_what_when_and_in_which_window() -> None:
    step = "期间 自 a 至 a 当 b 逐 c 称 d 规范 e 前置 f 责任 g"
    assert formatted(f"日程 x：y 规范 h 当 i 环节 z {step}") == (
        "日程 x：y\n  当 i\n  规范 h\n"
        "  环节 z\n    责任 g\n    逐 c 称 d\n    当 b\n    前置 f\n    期间 a\n    规范 e\n"
    )


def test_label_and_id_change_places_with_the_language() -> None:
    assert formatted("规则 x 甲：y 一般 1").startswith("规则 甲 x：y\n")
    assert formatted("规则 x 甲：y 一般 1", "en").startswith("rule x 甲: y\n")


def test_names_of_one_script_keep_their_order() -> None:
    assert formatted("规则 甲 乙：y 一般 1", "en").startswith("rule 甲 乙: y\n")
    assert formatted("规则 b a：y 一般 1").startswith("规则 b a：y\n")


def test_points_may_be_a_type() -> None:
    assert formatted("规则 x：points 一般 1").startswith("规则 x：points\n")


def test_period_reads_as_in_a_notice() -> None:
    text = "规则 x：y 自 2022-01-24 至 2022-12-31 一般 1"
    assert "\n  自 2022年1月24日起 至 2022年12月31日止\n" in formatted(text)
    assert "\n  from 2022-01-24 until 2022-12-31 inclusive\n" in formatted(text, "en")


def test_text_may_be_put_in_place_of_a_name() -> None:
    figures = {"a": "100 元", "b": "60%"}

    def substitute(node: t.Node) -> str | None:
        return figures.get(node.text) if isinstance(node, t.Path) else None

    written = format_expression(expression("(a - c) × b"), "zh", substitute=substitute)
    assert written == "（100 元 - c）× 60%"


def test_a_remark_explains_the_name_before_it_is_cited() -> None:
    text = "规则 x：y\n  说明 “z”\n  依据 AB-1\n  一般 1 依据 AB-2 说明 “w”\n"
    assert formatted("规则 x：y 依据 AB-1 说明 “z” 一般 1 说明 “w” 依据 AB-2") == text


def test_what_has_no_spelling_is_refused() -> None:
    with pytest.raises(FormatError):
        format_expression(t.String(span=SPAN, value='”"'))
    with pytest.raises(FormatError):
        format_expression(t.Path(span=SPAN, parts=(t.Name(span=SPAN, text="」"),)))


# ── layout ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_clause_stands_on_one_line_if_it_fits() -> None:
    text = "规则 x：y 情形 甲 当 a 则 b 依据 AB-1"
    assert formatted(text) == "规则 x：y\n  情形 甲 当 a 则 b 依据 AB-1\n"


def test_a_long_clause_has_a_line_for_each_part() -> None:
    long = "一个相当长的名称一个相当长的名称"
    text = formatted(f"规则 x：y 情形 甲 当 {long}甲 且 {long}乙 且 {long}丙 则 b 依据 AB-1")
    assert text.splitlines()[1:] == [
        "  情形 甲",
        f"    当 {long}甲",
        f"       且 {long}乙",
        f"       且 {long}丙",
        "    则 b",
        "    依据 AB-1",
    ]


def test_a_long_record_has_a_line_for_each_field() -> None:
    long = "一个相当长的名称一个相当长的名称"
    text = formatted(f"规则 x：y 一般 r（a：{long}，b：{long}，c：{long}） 依据 AB-1")
    assert text.splitlines()[1:] == [
        "  一般 r（",
        f"    a：{long}，",
        f"    b：{long}，",
        f"    c：{long}",
        "  ）",
        "    依据 AB-1",
    ]


def test_a_long_record_of_each_element_is_broken_inside_its_call() -> None:
    long = "一个相当长的名称一个相当长的名称"
    text = formatted(f"规则 x：y 一般 列出（r（a：{long}，b：{long}，c：{long}） 逐 s 当 d）")
    assert text.splitlines()[1:] == [
        "  一般 列出（",
        "    r（",
        f"      a：{long}，",
        f"      b：{long}，",
        f"      c：{long}",
        "    ）逐 s 当 d",
        "  ）",
    ]


def test_a_long_list_is_filled_into_lines() -> None:
    items = "、".join(f"费用项目类型{number}" for number in range(20))
    lines = formatted(f"规则 x：y 情形 当 a 属于 {{{items}}} 则 b").splitlines()
    assert lines[2:3] + lines[-2:] == ["    当 a 属于 {", "    }", "    则 b"]
    assert all(display_width(line) <= LINE_WIDTH for line in lines)


def test_many_citations_are_filled_into_lines() -> None:
    citations = "、".join(f"示异地2022“第{number}条”" for number in range(1, 10))
    lines = formatted(f"规则 x：y 依据 {citations} 一般 1").splitlines()
    assert all(display_width(line) <= LINE_WIDTH for line in lines)
    assert lines[2].startswith("       示异地2022")


def test_declarations_are_parted_by_a_blank_line() -> None:
    assert formatted("规则 a：b 规则 c：d") == "规则 a：b\n\n规则 c：d\n"


def test_bounds_of_one_line_stand_together() -> None:
    text = "限度 a 低于 b 依据 AB-1\n限度 c 低于 d\n\n# 甲\n限度 e 低于 f\n\n下放 g 缺省 1\n下放 h 依据 AB-1\n"
    assert formatted(text) == text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_sample_is_stable(lang: str) -> None:
    text = formatted(SAMPLE, lang)
    assert formatted(text, lang) == text
    assert formatted(formatted(text, "en"), "zh") == formatted(SAMPLE, "zh")


# ── comments ────────────────────────────────────────────────────────────────────────────────────────


def test_comments_stay_with_what_they_explain() -> None:
    text = """\
# 文件

# 规则
规则 x：y
  # 一般
  一般 1
  # 情形
  情形 甲 当 a 则 b

# 末尾

# 完
"""
    assert formatted(text) == text


def test_a_comment_beside_a_clause_moves_above_it() -> None:
    text = "规则 x：y # 甲\n  一般 1 # 乙\n  情形 丁\n    当 a\n    则 b # 丙\n"
    assert formatted(text) == "# 甲\n规则 x：y\n  # 乙\n  一般 1\n  # 丙\n  情形 丁 当 a 则 b\n"


def test_spaces_and_signs_around_comments_are_made_even() -> None:
    assert formatted("##甲\u2003\n#\n规则 a：b\n  #乙 #丙\n  一般 1") == "# #甲\n\n规则 a：b\n  # 乙 #丙\n  一般 1\n"


# ── refusing ────────────────────────────────────────────────────────────────────────────────────────


class Spoilt(AsWritten):
    """Writes one name for every name."""

    def name(self, node: t.Name, lang: str) -> str:
        return "甲" if lang == "zh" else node.text


class Translated(AsWritten):
    """Knows two names in both languages."""

    def name(self, node: t.Name, lang: str) -> str:
        known = {"金额": "money", "money": "金额", "规则": "rule_of", "rule_of": "规则"}
        other = known.get(node.text, node.text)
        return min(node.text, other) if lang == "en" else max(node.text, other)


def spoilt(program: t.Program) -> Spelling:
    return Spoilt()


def translated(program: t.Program) -> Spelling:
    return Translated()


def test_formatting_that_changes_the_meaning_is_refused() -> None:
    text, problems = format_source(Source("test", "规则 x：y 一般 a + b"), "zh", spoilt)
    assert text is None
    assert [problem.code for problem in problems] == ["E0111"]


def test_a_file_with_mistakes_is_not_formatted() -> None:
    text, problems = format_source(Source("test", "规则 x：y 一般"))
    assert text is None
    assert [problem.code for problem in problems] == ["E0102"]


def test_names_are_translated_there_and_back() -> None:
    chinese = "规则 x：金额\n  一般 「规则」\n"
    english, problems = format_source(Source("test", chinese), "en", translated)
    assert not problems
    assert english == "rule x: money\n  general rule_of\n"
    assert format_source(Source("test", english), "zh", translated) == (chinese, ())
