from decimal import Decimal

import pytest

from policy.diagnostics import Diagnostic
from policy.dsl import tree as t
from policy.dsl.lexer import lex
from policy.dsl.parser import LIMIT_CHARACTERS, LIMIT_DEPTH, LIMIT_PROBLEMS, parse
from policy.dsl.source import Source
from tests.support.damaged import SAMPLE


def read(text: str) -> t.Program:
    program, problems = parse(Source("test", text))
    assert not problems
    return program


def rule_of(text: str) -> t.Rule:
    rule = read(text).declarations[0]
    assert isinstance(rule, t.Rule)
    return rule


def value_of(text: str) -> t.Expr:
    return rule_of(f"规则 x：y 一般 {text}").clauses[0].value


def problems_of(text: str) -> list[Diagnostic]:
    return list(parse(Source("test", text))[1])


def marks(text: str) -> list[tuple[str, str]]:
    """Code and underlined text of every problem."""
    return [(item.code, item.span.text if item.span else "") for item in problems_of(text)]


# ── spans ───────────────────────────────────────────────────────────────────────────────────────────


def test_every_node_stands_inside_its_parent() -> None:
    program = read(SAMPLE)
    assert program.span.text == SAMPLE
    for parent in t.walk(program):
        for child in t.children(parent):
            assert parent.span.start <= child.span.start <= child.span.end <= parent.span.end


def test_spans_are_the_text_of_their_nodes() -> None:
    rule = rule_of("规则 甲 a：金额\n  情形 乙 b 当 x 为 y 则 （1 + 2） 元 依据 示“一”\n")
    clause = rule.clauses[0]
    assert rule.names.span.text == "甲 a"
    assert rule.type.span.text == "金额"
    assert clause.names is not None
    assert clause.names.span.text == "乙 b"
    assert clause.condition is not None
    assert clause.condition.span.text == "x 为 y"
    assert clause.value.span.text == "（1 + 2） 元"
    assert clause.terms.citations[0].span.text == "示“一”"


def test_terms_that_are_not_written_stand_at_the_end_of_their_clause() -> None:
    clause = rule_of("规则 a：b\n  一般 1\n").clauses[0]
    assert clause.terms.span.start == clause.terms.span.end == clause.span.end


# ── what is read ────────────────────────────────────────────────────────────────────────────────────


def test_full_width_signs_are_read_as_their_ascii_equals() -> None:
    full, half = value_of("最大（ａ，１．５％）×｛ｂ｝"), value_of("最大(a, 1.5%) * {b}")
    assert t.same_shape(full, half)


def test_text_between_quotes_keeps_its_full_width_signs() -> None:
    value = value_of("“（一）：ａ”")
    assert isinstance(value, t.String)
    assert value.value == "（一）：ａ"


def test_keywords_are_names_after_a_dot_and_between_corners() -> None:
    value = value_of("「规则」.期限")
    assert isinstance(value, t.Path)
    assert value.text == "规则.期限"


def test_keywords_are_names_right_before_a_dot() -> None:
    value = value_of("日程.月份")
    assert isinstance(value, t.Path)
    assert value.text == "日程.月份"
    assert [word.type for word in lex(Source("test", "日程.月份 日程")).words] == ["NAME", "DOT", "NAME", "SCHEDULE"]


def test_the_ascii_name_is_the_id_in_either_place() -> None:
    first, second = rule_of("规则 甲 a：x").names, rule_of("规则 a 甲：x").names
    assert (first.id, first.label) == (second.id, second.label) == ("a", "甲")


@pytest.mark.parametrize(
    ("written", "value", "has_time"),
    [
        ("2022-2-6", "2022-02-06", False),
        ("2022年02月06日", "2022-02-06", False),
        ("2022年2月6日0时", "2022-02-06T00:00:00", True),
        ("2022年2月6日9时5分", "2022-02-06T09:05:00", True),
        ("2022-02-06T09:05", "2022-02-06T09:05:00", True),
        ("２０２２－０２－０６T09:05:07", "2022-02-06T09:05:07", True),
    ],
)
def test_dates_and_instants(written: str, value: str, has_time: bool) -> None:
    moment = value_of(written)
    assert isinstance(moment, t.Moment)
    assert (moment.value, moment.has_time) == (value, has_time)


def test_percents_are_exact_however_long() -> None:
    percent = value_of("12345678901234567890123456789012345.5%")
    assert isinstance(percent, t.Percent)
    assert percent.value == Decimal("123456789012345678901234567890123.455")


def test_what_governs_a_question_may_be_reckoned() -> None:
    question = read("问题 a 依时 （月 + 1 个月）第 1 日、决定日").declarations[0]
    assert isinstance(question, t.Question)
    assert [type(item) for item in question.governing] == [t.DayOf, t.Path]


def test_a_schedule_says_once_what_holds_for_its_steps() -> None:
    schedule = read("日程 a：b 当 c 规范 d 责任 e 环节 f").declarations[0]
    assert isinstance(schedule, t.Register)
    assert schedule.condition is not None
    assert [item.name.text for item in schedule.attributes] == ["actor", "modality"]
    assert [item.name.text for item in schedule.entries] == ["f"]


def test_a_window_of_one_day_begins_and_ends_with_it() -> None:
    one, other = read("日程 a：b 环节 c 期间 d"), read("日程 a：b 环节 c 期间 自 d 至 d")
    assert t.same_shape(one, other)


def test_attributes_of_a_step_have_one_order() -> None:
    one = read("日程 a：b 环节 c 规范 应当 责任 d 期间 至 e")
    other = read("日程 a：b 环节 c 责任 d 期间 至 e 规范 应当")
    assert t.same_shape(one, other)


def test_a_byte_order_mark_and_hard_spaces_are_spaces() -> None:
    assert len(read("\ufeff规则\u00a0甲：x\u3000一般 1").declarations) == 1


# ── mistakes that analysts make ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "code", "marked", "hint"),
    [
        ("规则 a：b\n  情形 甲 当 x 为 y 参数.z 依据 示“一”", "E0102", "参数", "当 条件 则 结果"),
        ("规则 a：b\n  情形 甲 当 x 为 y", "E0102", "y", "当 条件 则 结果"),
        ("规则 a：b\n  情形 甲 就诊.类别 为 x 则 1", "E0102", "就诊", "情形 名称 当"),
        ("规则 a：b\n  情形 甲 则 1", "E0102", "则", "情形 名称 当"),
        ("规则 a：b\n  情形 甲 当 x，则 1", "E0101", "，", "不写“，”"),
        ("规则 a：b\n  情形 甲 当 x, 则 1", "E0101", ",", "不写“,”"),
        ("规则 a：b\n  一般 0\n  情型 甲 当 x 则 1", "E0101", "情型", "情形"),
        ("rule a: b\n  general 0\n  case c wen x then 1", "E0101", "wen", "when"),
        ("规则 a：b\n  情形 甲 如果 x 则 1", "E0101", "如果", "“当”"),
        ("规则 a：b\n  情形 甲 当 x 等于 y 则 1", "E0101", "等于", "“为”"),
        ("规则 a：b\n  情形 甲 当x.y 则 1", "E0101", "当x", "空一格"),
        ("规则 a：b\n  情形 甲 当 x 为 乙则 1", "E0101", "乙则", "乙 则"),
        ("规则 a：b\n  一般 次月 第15日", "E0101", "第15日", "第 15日"),
        ("规则 a：b\n  自2022年1月1日起", "E0101", "自2022年1月1日起", "空一格"),
        ("规则 a\n  一般 0", "E0102", "a", "："),
        ("规则 a：\n  一般 0", "E0102", "：", "百分点"),
        ("规则 a：b\n  一般", "E0102", "一般", "名称、数值或算式"),
        ("规则 a：b\n  情形 甲 当 则 1", "E0102", "则", "名称、数值或算式"),
        ("规则 a：b\n  依据 示异地2022\n  一般 0", "E0102", "示异地2022", "引号"),
        ("规则 a：b\n  依据 示异地2022 第一条\n  一般 0", "E0102", "第一条", "引号"),
        ("规则 a：b\n  依据", "E0102", "依据", "引号"),
        ('规则 a：b\n  依据 示"一', "E0103", '"一', '写 "'),
        ('规则 a：b\n  依据 示“一"', "E0103", '“一"', "写 ”"),
        ("规则 a：b\n  一般 「甲", "E0103", "「甲", "写 」"),
        ("规则 a：b\n  一般 最大（1，2", "E0103", "（", "）"),
        ("规则 a：b\n  一般 1 + 2）", "E0101", "）", "左括号"),
        ("规则 a：b\n  一般 {1、2）", "E0101", "）", "括号"),
        ("规则 清单：b\n  一般 0", "E0101", "清单", "「清单」"),
        ("规则 a：b\n  一般 期限 .日 + 1", "E0101", "期限", "「期限」"),
        ("规则 a：b\n  一般 {清单、b}", "E0101", "清单", "「清单」"),
        ("规则 a：b\n  一般 1 + 项", "E0102", "项", "「项」"),
        ("规则 a 情形：b\n  一般 0", "E0101", "情形", "「情形」"),
        ("规则 a：b\n  一般 5。", "E0104", "。", "句末不写标点"),
        ("规则 a：b\n  依据 《示》“一”", "E0104", "《", "文件简称"),
        ("规则 a：b\n  情形 甲 当 x == y 则 1", "E0101", "=", "一个词或符号"),
        ("规则 a：b\n  情形 甲 当 0 < x < 9 则 1", "E0101", "<", "“且”"),
        ("规则 a：b\n  一般 1 当 x", "E0101", "当", "“情形"),
        ("规则 a：b\n  一般 1 2", "E0101", "2", "运算或比较"),
        ("但书", "E0101", "但书", "声明以"),
        ("规侧 a：b", "E0101", "规侧", "规则"),
        ("规则 a：b\n  一般 1\n规侧 c：d\n  一般 2", "E0101", "规侧", "规则"),
        ("限度 参数.x", "E0102", "参数.x", "不超过"),
        ("核对 a 要求 b 否则 “c”", "E0102", "要求", "对 "),
        ("核对 a 对 b 要求 c", "E0102", "c", "否则"),
        ("核对 a 对 b 要求 c 否则 d", "E0102", "d", "“文字”"),
        ("规则 a：b 一般 c 四舍五入到 2.5 位小数", "E0308", "2.5", "整数"),
    ],
)
def test_a_mistake_is_marked_and_a_way_out_is_shown(text: str, code: str, marked: str, hint: str) -> None:
    first = problems_of(text)[0]
    assert (first.code, first.span and first.span.text) == (code, marked)
    assert first.hint is not None
    assert hint in first.hint.zh


@pytest.mark.parametrize(
    ("text", "code", "marked"),
    [
        ("", "E0106", ""),
        (" 　\n\t", "E0106", ""),
        ("规则 a：b 自 2022-02-30", "E0108", "2022-02-30"),
        ("规则 a：b 自 2022年13月1日", "E0108", "2022年13月1日"),
        ("规则 a：b 自 2022-01-01T24:00", "E0108", "2022-01-01T24:00"),
        ("规则 a：b 自 2022-01-01 自 2022-01-02", "E0101", "自"),
        ("规则 a：b 说明 “c” 说明 “d”", "E0101", "说明"),
        ("期限 a 起算 b 责任 c 责任 d", "E0101", "责任"),
        ("期限 a 责任 c", "E0102", "期限"),
        ("分段 a：b 终点 c", "E0102", "分段"),
        ("分段 a：b 每段 c", "E0102", "分段"),
        ("规则 a：b 一般 四舍五入到", "E0102", "四舍五入到"),
        ("规则 a：b 一般 c\u200bd", "E0104", "\u200b"),
    ],
)
def test_a_problem_is_marked(text: str, code: str, marked: str) -> None:
    assert marks(text) == [(code, marked)]


def test_an_invisible_character_is_named() -> None:
    assert problems_of("规则 a：b 一般 c\u200bd")[0].message.zh == "无法识别的字符“U+200B”"


def test_every_hint_is_in_both_languages() -> None:
    for problem in problems_of("规则 a：b\n  情形 甲 则 1\n规则 清单：b\n规则 c：d\n  一般 1 当 x\n"):
        assert problem.hint is not None
        assert problem.hint.en


# ── several problems, and going on after them ───────────────────────────────────────────────────────


def test_all_problems_of_a_file_are_told_in_order() -> None:
    text = "规则 a：b\n  一般 1。\n规则 c\n规则 d：e\n  自 2022-02-30\n  一般 f 四舍五入到 99 位小数\n"
    assert marks(text) == [("E0104", "。"), ("E0102", "c"), ("E0108", "2022-02-30"), ("E0308", "99")]


def test_a_mistake_does_not_hide_the_declarations_around_it() -> None:
    program, problems = parse(
        Source("test", "规则 a：x\n  一般 1\n规则 b：x\n  一般\n规则 c：x\n  一般 （1\n规则 d：x\n")
    )
    assert len(problems) == 2
    assert [item.names.id for item in program.declarations if isinstance(item, t.Rule)] == ["a", "d"]


def test_one_slip_gives_one_diagnostic() -> None:
    assert marks("规则 a：b\n  依据 示“一\n  一般 1\n") == [("E0103", "“一")]
    assert marks("规则 a：b\n  一般 期限 + 清单\n") == [("E0101", "期限")]
    assert marks("规则 a：b\n  一般 ？？？\n") == [("E0104", "？？？")]


def test_a_second_declaration_may_stand_on_the_same_line() -> None:
    assert len(read("限度 a < b 限度 c < d").declarations) == 2


# ── limits ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "expression",
    [
        pytest.param("（" * 20_000 + "a" + "）" * 20_000, id="brackets"),
        pytest.param(" + ".join(["a"] * 20_000), id="sum"),
        pytest.param("非 " * 20_000 + "a", id="not"),
        pytest.param("-" * 20_000 + "a", id="minus"),
        pytest.param("a" + " 天" * 20_000, id="units"),
        pytest.param("{" * 20_000 + "}" * 20_000, id="lists"),
    ],
)
def test_deep_nesting_is_refused(expression: str) -> None:
    assert [item.code for item in problems_of(f"规则 a：b 一般 {expression}")] == ["E0109"]


def test_long_sums_and_lists_are_read() -> None:
    value_of(" + ".join(["a"] * (LIMIT_DEPTH - 10)))
    value_of("{" + "、".join(["a"] * 5_000) + "}")
    value_of(" 且 ".join(["a"] * 5_000))


def test_a_file_has_a_limit() -> None:
    assert marks("#" * (LIMIT_CHARACTERS + 1)) == [("E0107", "")]


def test_problems_have_a_limit() -> None:
    assert len(problems_of("规则\n" * (LIMIT_PROBLEMS + 10))) == LIMIT_PROBLEMS


# ── comments ────────────────────────────────────────────────────────────────────────────────────────


def test_comments_belong_to_what_they_stand_before_or_beside() -> None:
    text = "# 甲\n规则 a：b # 乙\n  # 丙\n  一般 1 # 丁\n  情形 当 c\n    则 d # 戊\n# 己\n限度 e < f\n# 庚"
    program = read(text)
    rule, bound = program.declarations
    assert isinstance(rule, t.Rule)
    assert rule.comments == ("甲", "乙")
    assert [clause.comments for clause in rule.clauses] == [("丙", "丁"), ("戊",)]
    assert bound.comments == ("己",)
    assert program.comments == ("庚",)


def test_comments_inside_belong_to_the_next_part_or_else_to_the_declaration() -> None:
    text = (
        "问题 a\n  # 甲\n  提问 “b”\n日程 c：d\n  # 乙\n  环节 e\n分段 f：g\n  终点 h\n  # 丙\n  段 其余 按 i\n  每段 j"
    )
    question, schedule, brackets = read(text).declarations
    assert question.comments == ("甲",)
    assert isinstance(schedule, t.Register)
    assert schedule.entries[0].comments == ("乙",)
    assert isinstance(brackets, t.Brackets)
    assert brackets.bands[0].comments == ("丙",)


def test_blank_lines_part_the_comments_before_a_declaration() -> None:
    program = read("# 文件\n\n# 甲\n#\n# 乙\n规则 a：b\n\n# 丙\n\n\n# 丁\n\n")
    assert program.declarations[0].comments == ("文件", "", "甲", "", "乙")
    assert program.comments == ("丙", "", "丁")


def test_a_file_of_comments_is_no_mistake() -> None:
    assert read("# 甲").comments == ("甲",)


def test_signs_of_comments_inside_quotes_are_text() -> None:
    assert rule_of("规则 a：b 说明 “#1”").terms.remark == "#1"
