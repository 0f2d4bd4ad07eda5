"""Hypothesis strategies for syntax trees of every node kind, and a sample program that uses them all."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from policy.dsl import tree as t
from policy.dsl.builder import ATTRIBUTES
from policy.dsl.lexicon import COMPARISONS, EQUALITY, ROUNDINGS, TOKENS, UNITS
from policy.dsl.source import Source, Span

SPAN = Span(Source("generated", ""), 0, 0)

SAMPLE = """\
# 示例省异地就医
# 2022 年通知

# 降幅
规则 异地降幅 travel_reduction：百分点
  依据 示异地2022“一（四）a”、SHX-1.4 自 2022-01-24 起 至 2022-12-31 止 说明 “全省限度”
  一般 0 个百分点
  情形 转诊 referral
    当 就诊.小类 为 转诊人员 且 非 就诊.外伤 或 就诊.级别 不属于 {甲、乙}
    则 参数.转诊降幅   # 各市自定
    依据 示异地2022“一（四）c”
  情形 急诊 优先于 转诊 当 就诊.急诊 则 0 个百分点
  但书 停机 deemed 对 转诊、一般
    当 就诊.开始时刻 属于 [2022-02-06, 2022年2月15日0时30分) 则 -5 个百分点 缺省 无规定

限度 参数.转诊降幅 不超过 10 个百分点 当 就诊.外伤 为 否 除非 参数.书面理由 已知

下放 参数.转诊降幅 缺省 10% 依据 SHX-1.4c

汇集 材料 papers 对 费用行：列表 文本
  项 病历 当 费用行.金额 > 100 元 则 “病历”
  项 则 空

修订 异地降幅
  情形 本市 当 是 则 （甲 + 乙） × 3 四舍五入到 分

期限 回复期限 reply_due
  责任 经办机构
  起算 协同.受理日
  时限 2 个工作日
  情形 故障 当 协同.类别 = 故障类 则 1 天
  逾期 “视同确认”

规则 末日 last_day：日期
  一般 备案.生效日 + 12 个月（遇短月取末日）

规则 合计 total：金额
  一般 求和（先行自付 逐 结算.明细 称 行 当 行.金额 > 0） + 结果（下限：1，上限：{}） 进一到 3 位小数

分段 各段 bands：列表 分段结果
  段表 参数.分段表
  起点 起点金额
  终点 终点金额
  每段 分段结果（下限：支付分段.下限，金额：段内数额 × 比例 四舍五入到 分）

分段 大病 big：金额
  终点 余额
  段 至 18000 元 按 60%   # 第一段
  段 其余 按 65%
  每段 段内数额 × 段内比例 舍去到 元

日程 月度结算 monthly：列表 任务
  环节 上传病案
    责任 定点医疗机构
    期间 自 次月 第 1 日 至 次月 第 15 日
    规范 应当
  # 第三方
  环节 病案校验
    当 就诊.已上传
    前置 上传病案
    期间 至 次月 第 15 日

职责 义务表 duties_of：列表 义务行
  义务 核验身份 依据 SHX-A16c
    履行 就诊.已核验身份
    违反 非 就诊.已核验身份

清单 门诊材料 opd_papers 开放 依据 SHX-3.1.4
  项 {原件、电子票据}
  项 {「门（急）诊病历」}

裁量 特殊认定 special：是否 责任 医疗保障行政部门

问题 备案有效性 filing.validity
  提问 “本次就医是否在有效期内？”
  依时 就诊.入院日期、决定日
  答复 有效期末日 last = 末日
  答复 总额 sum = 合计 接口 “sumamt” 有序
  可附 就诊.出院日期

择法 支付范围 scope
  管辖 收费等级、先行自付
  当 就诊.地域 不为 本地
  从 就医地

核对 总额构成 identity 对 合计
  要求 甲 + 乙 ≠ 丙
  否则 “总额不等于各部分之和”
# 完
"""


def node(kind: type[t.Node], /, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(kind, span=st.just(SPAN), **fields)


# ── names ───────────────────────────────────────────────────────────────────────────────────────────

_ids = st.sampled_from(["a", "travel_reduction", "x1", "general", "points"])
_labels = st.sampled_from(["转诊", "异地降幅", "门（急）诊病历", "第15日", "ＡＢ", "a.b", ".", "甲 乙", "2022年"])
_odd = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="」\n"), min_size=1, max_size=5)
name_texts = st.one_of(_ids, _labels, st.sampled_from(sorted(TOKENS)), _odd)
names = node(t.Name, text=name_texts)
name_lists = st.lists(names, min_size=1, max_size=3).map(tuple)
paths = node(t.Path, parts=name_lists)
type_refs = node(t.TypeRef, name=names, is_list=st.booleans())


def _declared(written: list[str]) -> t.Names:
    identifier = next((text for text in written if text.isascii()), written[0])
    label = next((text for text in written if text != identifier), identifier)
    return t.Names(span=SPAN, id=identifier, label=label)


declared_names = st.lists(name_texts, min_size=1, max_size=2).map(_declared)


# ── literals ────────────────────────────────────────────────────────────────────────────────────────


def _is_quotable(text: str) -> bool:
    return "”" not in text or not {'"', "＂"} & set(text)


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=8).filter(_is_quotable)
decimals = st.builds(lambda digits, places: Decimal(digits).scaleb(-places), st.integers(0, 10**12), st.integers(0, 6))
_dates = st.dates(min_value=date(1, 1, 1)).map(date.isoformat)
_instants = st.datetimes(min_value=datetime(1, 1, 1, tzinfo=UTC).replace(tzinfo=None)).map(
    lambda moment: moment.replace(microsecond=0).isoformat()
)
moments = st.one_of(
    node(t.Moment, value=_dates, has_time=st.just(False)),
    node(t.Moment, value=_instants, has_time=st.just(True)),
)
atoms = st.one_of(
    node(t.Number, value=decimals),
    node(t.Percent, value=decimals),
    node(t.String, value=texts),
    moments,
    node(t.Truth, value=st.booleans()),
    node(t.Null),
    node(t.NoRule),
    paths,
)


# ── expressions ─────────────────────────────────────────────────────────────────────────────────────


def _larger(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    some = st.lists(inner, max_size=3).map(tuple)
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    interval = node(t.Interval, low=inner, high=inner, closed=st.booleans())
    each = node(
        t.Each,
        body=st.none() | inner,
        collection=inner,
        binder=st.none() | names,
        where=st.none() | inner,
    )
    argument = st.one_of(inner, each, node(t.Field, name=names, value=inner))
    return st.one_of(
        node(
            t.Quantity,
            operand=inner,
            unit=st.sampled_from(sorted(UNITS)),
            month_end=st.sampled_from(["", "clamped", "rolled"]),
        ),
        node(t.DayOf, month=inner, day=inner),
        node(t.Negative, operand=inner),
        node(t.Binary, operator=st.sampled_from("+-*/"), left=inner, right=inner),
        node(t.Rounded, operand=inner, mode=st.sampled_from(sorted(ROUNDINGS)), places=st.integers(0, 28)),
        node(t.Rounded, operand=inner, mode=st.sampled_from(sorted(ROUNDINGS)), places=st.just(2), unit=st.just("fen")),
        node(
            t.Rounded, operand=inner, mode=st.sampled_from(sorted(ROUNDINGS)), places=st.just(0), unit=st.just("yuan")
        ),
        node(t.Compare, operator=st.sampled_from(sorted({*COMPARISONS, *EQUALITY})), left=inner, right=inner),
        node(t.Member, operand=inner, collection=inner | interval, negated=st.booleans()),
        node(t.ListOf, items=some),
        node(t.Known, operand=inner),
        node(t.Default, operand=inner, otherwise=inner),
        node(t.Not, operand=inner),
        node(t.Logic, operator=st.sampled_from(["and", "or"]), operands=several),
        node(t.Call, function=names, arguments=st.lists(argument, max_size=3).map(tuple)),
    )


expressions = st.recursive(atoms, _larger, max_leaves=8)
small = st.recursive(atoms, _larger, max_leaves=2)
maybe = st.none() | small


# ── what declarations carry ─────────────────────────────────────────────────────────────────────────

_comment_texts = (
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), min_size=1, max_size=8)
    .map(str.strip)
    .filter(bool)
)
comments = st.lists(_comment_texts, max_size=2).map(tuple)


def _with_gaps(lines: list[tuple[str, bool]]) -> tuple[str, ...]:
    return tuple(text for comment, gap in lines for text in ((comment, "") if gap else (comment,)))


def _without_last_gap(lines: tuple[str, ...]) -> tuple[str, ...]:
    return lines[:-1] if lines and not lines[-1] else lines


leading_comments = st.lists(st.tuples(_comment_texts, st.booleans()), max_size=2).map(_with_gaps)
final_comments = leading_comments.map(_without_last_gap)

citations = st.one_of(
    node(
        t.Citation, document=node(t.Name, text=st.from_regex(r"[A-Z]{2,4}-[0-9a-z]{1,2}(\.[0-9]c?)?", fullmatch=True))
    ),
    node(t.Citation, document=names, clause=texts.filter(bool)),
)
terms = node(
    t.Terms,
    citations=st.lists(citations, max_size=2).map(tuple),
    since=st.none() | moments,
    until=st.none() | moments,
    remark=st.just("") | texts,
)
general_clauses = node(t.Clause, kind=st.just("general"), names=st.none(), value=small, terms=terms, comments=comments)
clauses = st.one_of(
    general_clauses,
    node(
        t.Clause,
        kind=st.just("case"),
        names=st.none() | declared_names,
        over=st.just(()) | name_lists,
        condition=expressions,
        value=small,
        terms=terms,
        comments=comments,
    ),
    node(
        t.Clause,
        kind=st.just("proviso"),
        names=st.none() | declared_names,
        over=name_lists,
        condition=small,
        value=small,
        terms=terms,
        comments=comments,
    ),
    node(
        t.Clause,
        kind=st.just("item"),
        names=st.none() | declared_names,
        condition=maybe,
        value=small,
        terms=terms,
        comments=comments,
    ),
)
clause_lists = st.lists(clauses, max_size=3).map(tuple)


# ── declarations ────────────────────────────────────────────────────────────────────────────────────


def declaration(kind: type[t.Declaration], /, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return node(kind, comments=leading_comments, terms=terms, **fields)


def _attributes(values: dict[str, Any]) -> tuple[t.Field, ...]:
    return tuple(
        t.Field(span=SPAN, name=t.Name(span=SPAN, text=name), value=values[name])
        for name in ATTRIBUTES
        if name in values
    )


_sources = node(t.Each, body=st.none(), collection=small, binder=st.none() | names, where=st.none())


def _entries(kind: str) -> st.SearchStrategy[tuple[t.Entry, ...]]:
    allowed = {"step": ("actor", "since", "until", "modality"), "duty": ("actor", "modality", "fulfilled", "breach")}

    entry = node(
        t.Entry,
        kind=st.just(kind),
        name=names,
        each=st.none() | _sources if kind == "step" else st.none(),
        condition=maybe,
        after=st.just(()) | name_lists if kind == "step" else st.just(()),
        attributes=st.dictionaries(st.sampled_from(allowed[kind]), small).map(_attributes),
        terms=terms,
        comments=comments,
    )
    return st.lists(entry, max_size=2).map(tuple)


def _registers(kind: str, entry: str) -> st.SearchStrategy[Any]:
    return declaration(
        t.Register,
        kind=st.just(kind),
        names=declared_names,
        type=type_refs,
        condition=maybe,
        attributes=st.dictionaries(st.sampled_from(("actor", "modality")), small).map(_attributes),
        entries=_entries(entry),
    )


_answers = node(t.Answer, names=declared_names, value=small, field=st.just("") | texts, is_ordered=st.booleans())
_question_ids = st.lists(name_texts, min_size=1, max_size=2).map(".".join)
_bands = node(t.Band, up_to=maybe, rate=small, comments=comments)

DECLARATIONS: dict[str, st.SearchStrategy[Any]] = {
    "rule": declaration(t.Rule, names=declared_names, element=st.none() | names, type=type_refs, clauses=clause_lists),
    "collect": declaration(
        t.Collect, names=declared_names, element=st.none() | names, type=type_refs, clauses=clause_lists
    ),
    "brackets": declaration(
        t.Brackets,
        names=declared_names,
        type=type_refs,
        scale=maybe,
        lower=maybe,
        upper=small,
        bands=st.lists(_bands, max_size=2).map(tuple),
        portion=small,
    ),
    "bound": declaration(
        t.Bound,
        comparison=node(
            t.Compare, operator=st.sampled_from(sorted({*COMPARISONS, *EQUALITY})), left=small, right=small
        ),
        condition=maybe,
        unless=maybe,
    ),
    "delegate": declaration(t.Delegate, parameter=paths, default=maybe),
    "amend": declaration(t.Amend, target=names, clauses=st.lists(clauses, min_size=1, max_size=2).map(tuple)),
    "deadline": declaration(
        t.Deadline, names=declared_names, actor=maybe, start=small, clauses=clause_lists, lapse=st.just("") | texts
    ),
    "schedule": _registers("schedule", "step"),
    "duties": _registers("duties", "duty"),
    "checklist": declaration(
        t.Checklist,
        names=declared_names,
        is_open=st.booleans(),
        items=st.lists(node(t.ListOf, items=st.lists(small, max_size=3).map(tuple)), max_size=2).map(tuple),
    ),
    "open_norm": declaration(t.OpenNorm, names=declared_names, type=type_refs, actor=maybe),
    "question": declaration(
        t.Question,
        names=st.lists(_question_ids, min_size=1, max_size=2).map(_declared),
        ask=st.just("") | texts,
        governing=st.lists(small, max_size=2).map(tuple),
        accepts=st.lists(paths, max_size=2).map(tuple),
        answers=st.lists(_answers, max_size=2).map(tuple),
    ),
    "choice_of_law": declaration(t.ChoiceOfLaw, names=declared_names, governs=name_lists, condition=maybe, place=small),
    "check": declaration(
        t.Check, names=declared_names, over=name_lists, condition=maybe, requirement=expressions, message=texts
    ),
}


def programs(declarations: st.SearchStrategy[Any] | None = None) -> st.SearchStrategy[t.Program]:
    """Programs of any declarations, or of those given."""
    some = declarations if declarations is not None else st.one_of(*DECLARATIONS.values())
    return node(t.Program, declarations=st.lists(some, min_size=1, max_size=2).map(tuple), comments=final_comments)


# ── texts ───────────────────────────────────────────────────────────────────────────────────────────


@st.composite
def damaged_samples(draw: st.DrawFn) -> str:
    """The sample with a few stretches cut out, doubled or replaced."""
    text = SAMPLE
    pieces = st.one_of(
        st.just(""),
        st.sampled_from(sorted(TOKENS)),
        st.sampled_from('（）[]{}「」“”"、，：.#+-=<%\n'),
        st.text(max_size=4),
    )
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        kept = draw(st.sampled_from(["", text[start:end] * 2]))
        text = text[:start] + kept + draw(pieces) + text[end:]
    return text
