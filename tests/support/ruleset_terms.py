"""Well-typed expressions drawn at random, as an author would write them: what generated rules say.

Every compound is put in brackets, so that no draw depends on what binds tighter. Constants and facts
come from the same few values, so that the edges of comparisons are met.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

import attrs

POOLS: dict[str, tuple[str, ...]] = {
    "money": ("0", "0.01", "100", "999.99", "1000", "1000.01", "5000", "40000", "123456.78"),
    "ratio": ("0%", "3%", "50%", "82.5%", "100%"),
    "points": ("0", "5", "10", "12.5", "20"),
    "integer": ("0", "1", "2", "3", "18", "60"),
    "number": ("0", "1.5", "7.5", "60", "99.99"),
    "date": ("2023-01-31", "2023-12-31", "2024-01-01", "2024-02-09", "2024-02-29", "2024-05-06", "2024-12-31"),
    "instant": ("2023-12-31T23:59", "2024-01-01T00:00", "2024-05-06T08:30"),
    "month": ("2023-12", "2024-01", "2024-02"),
    "year": ("2022", "2023", "2024"),
    "text": ("浙江省", "安徽省", "四川省"),
    "boolean": ("是", "否"),
    "Kind": ("本地", "转诊", "急诊", "其他外出"),
    "Tier": ("三级", "二级", "社区"),
    "Class": ("甲类", "乙类", "自费"),
    "Paper": ("申请表", "身份证", "住院记录"),
}
"""Type → the values that generated rules speak of and generated facts take."""

LABELS = {
    "money": "金额",
    "ratio": "比例",
    "points": "百分点",
    "integer": "整数",
    "number": "数值",
    "boolean": "是否",
    "date": "日期",
    "instant": "时刻",
    "month": "月份",
    "year": "年度",
    "text": "文本",
    "Kind": "类别名",
    "Tier": "等级名",
    "Class": "项目等级",
    "Paper": "材料名",
}
"""Type → its name in a rule file."""

FACTS: dict[str, tuple[str, ...]] = {
    "money": ("结算.总费用", "结算.范围内费用"),
    "ratio": ("结算.份额",),
    "points": ("结算.扣减",),
    "integer": ("参保人.年龄", "考核.病例数"),
    "number": ("考核.得分",),
    "boolean": ("就诊.抢救", "就诊.已备案", "参保人.已退休"),
    "date": ("就诊.入院日", "就诊.出院日"),
    "instant": ("就诊.开始时刻",),
    "month": ("考核.月份",),
    "year": ("考核.年度",),
    "text": ("参保人.参保省",),
    "Kind": ("就诊.类别",),
    "Tier": ("就诊.等级",),
}
ELEMENT_FACTS = {
    "money": ("明细行.金额",),
    "ratio": ("明细行.自付比例",),
    "integer": ("明细行.数量",),
    "boolean": ("明细行.在目录",),
    "Class": ("明细行.项类",),
}
ORDERED = ("money", "ratio", "points", "integer", "number", "date", "instant", "month", "year")
ENUMS = ("Kind", "Tier", "Class", "Paper")
EARLIER_LATER = ("date", "instant", "month", "year")
ROUNDINGS = ("四舍五入到", "舍去到", "进一到")
OPERATORS = ("不超过", "低于", "不低于", "超过")
TIMES = ("不晚于", "早于", "不早于", "晚于")


@attrs.define
class Terms:
    """Draws expressions over the facts and over what is declared so far: names by type."""

    random: Random
    rules: dict[str, list[str]] = attrs.field(factory=dict)
    line_rules: dict[str, list[str]] = attrs.field(factory=dict)
    lists: dict[str, list[str]] = attrs.field(factory=dict)
    parameters: dict[str, list[str]] = attrs.field(factory=dict)
    in_line: bool = False
    may_ask_what_is_known: bool = True
    may_list: bool = False

    def chance(self, percent: int) -> bool:
        """True in so many of a hundred draws; the simple answer is no."""
        return self.random.randrange(100) >= 100 - percent

    def pick(self, options: Sequence[str]) -> str:
        return options[self.random.randrange(len(options))]

    # ── atoms ───────────────────────────────────────────────────────────────────────────────────
    def constant(self, kind: str) -> str:
        written = self.pick(POOLS[kind])
        if kind == "month":
            return f"所在月（{written}-15）"
        if kind == "year":
            return f"所在年（{written}-06-01）"
        units = {"money": " 元", "points": " 个百分点"}
        return f"“{written}”" if kind == "text" else written + units.get(kind, "")

    def name(self, kind: str) -> str:
        """A fact, a field of the line at hand, a rule or a local figure of that type; a constant where none is."""
        found = [*FACTS.get(kind, ()), *self.rules.get(kind, ()), *self.rules.get(kind, ())]
        found += self.parameters.get(kind, ())
        if self.in_line:
            found += [*ELEMENT_FACTS.get(kind, ()), *self.line_rules.get(kind, ())] * 2
        return self.pick(found) if found else self.constant(kind)

    def atom(self, kind: str) -> str:
        return self.constant(kind) if self.chance(35) else self.name(kind)

    # ── any type ────────────────────────────────────────────────────────────────────────────────
    def term(self, kind: str, depth: int) -> str:
        """An expression of the type whose places are bounded: it may be a rule's value."""
        if depth <= 0 or self.chance(25):
            return self.atom(kind)
        if self.chance(6) and self.may_ask_what_is_known:
            return f"（{self.name(kind)} 缺省 {self.constant(kind)}）"
        compound = getattr(self, f"_{kind}", None)
        return compound(depth - 1) if compound else self.atom(kind)

    def _money(self, depth: int) -> str:
        a, b = (lambda: self.term("money", depth)), (lambda: self.term("money", depth))
        return self._one_of(
            lambda: f"（{a()} + {b()}）",
            lambda: f"（{a()} - {b()}）",
            lambda: f"（{a()} × {self.term('integer', 0)}）",
            lambda: f"较大者（{a()}，0 元）",
            lambda: f"{self.pick(('较小者', '较大者'))}（{a()}，{b()}）",
            lambda: f"绝对值（{a()}）",
            lambda: f"（{self.unbounded('money', depth)} {self.pick(ROUNDINGS)} {self.pick(('分', '元'))}）",
            lambda: f"合计（{self.each('money', depth)}）",
            lambda: f"较大者（{self.each('money', depth)}）",
            *self._of_lists("money"),
        )

    def _ratio(self, depth: int) -> str:
        return self._one_of(
            lambda: f"（{self.term('ratio', depth)} - {self.term('points', depth)}）",
            lambda: f"（{self.term('ratio', depth)} + {self.term('points', depth)}）",
            lambda: f"折算比例（{self.term('points', depth)}）",
            lambda: f"（{self.unbounded('ratio', depth)} {self.pick(ROUNDINGS)} {self.pick('246')} 位小数）",
        )

    def _points(self, depth: int) -> str:
        return self._one_of(
            lambda: f"（{self.term('points', depth)} {self.pick('+-')} {self.term('points', depth)}）",
            lambda: f"（{self.term('points', depth)} × {self.constant('integer')}）",
            lambda: f"折算百分点（{self.term('ratio', depth)}）",
            lambda: f"（{self.term('ratio', depth)} - {self.term('ratio', depth)}）",
        )

    def _integer(self, depth: int) -> str:
        return self._one_of(
            lambda: f"（{self.term('integer', depth)} {self.pick('+-')} {self.term('integer', depth)}）",
            lambda: f"（{self.term('integer', depth)} × {self.constant('integer')}）",
            lambda: f"计数（{self.lines(depth)}）",
            lambda: f"相隔天数（{self.term('date', depth)}，{self.term('date', depth)}）",
            lambda: f"（{self.term('year', 0)} - {self.term('year', 0)}）",
            lambda: f"月序（{self.term('month', depth)}）",
            lambda: f"（{self.unbounded('number', depth)} {self.pick(ROUNDINGS)} 0 位小数）",
            *self._of_lists("integer"),
        )

    def _number(self, depth: int) -> str:
        return self._one_of(
            lambda: f"（{self.term('number', depth)} {self.pick('+-')} {self.term('integer', depth)}）",
            lambda: f"（{self.term('number', depth)} × {self.constant('integer')}）",
            lambda: f"（{self.unbounded('number', depth)} {self.pick(ROUNDINGS)} 2 位小数）",
        )

    def _date(self, depth: int) -> str:
        moved = (
            lambda: f"{self.pick('1235')} 天",
            lambda: f"{self.pick('1235')} 个工作日",
            lambda: f"{self.pick('126')} 个月（{self.pick(('遇短月取末日', '遇短月顺延'))}）",
            lambda: f"1 年（{self.pick(('遇短月取末日', '遇短月顺延'))}）",
        )
        return self._one_of(
            lambda: f"（{self.term('date', depth)} {self.pick('++-')} {self._one_of(*moved)}）",
            lambda: f"{self.pick(('较早者', '较晚者'))}（{self.term('date', depth)}，{self.term('date', depth)}）",
            lambda: f"月末日（{self.term('month', depth)}）",
            lambda: f"（{self.term('month', depth)} 第 {self.pick(('1', '15', '30'))} 日）",
            lambda: f"所在日（{self.term('instant', 0)}）",
        )

    def _instant(self, depth: int) -> str:
        return f"零时（{self.term('date', depth)}）"

    def _month(self, depth: int) -> str:
        return self._one_of(
            lambda: f"（{self.term('month', depth)} {self.pick('+-')} {self.pick('123')} 个月）",
            lambda: f"所在月（{self.term('date', depth)}）",
        )

    def _year(self, depth: int) -> str:
        return self._one_of(
            lambda: f"（{self.term('year', depth)} {self.pick('+-')} 1 年）",
            lambda: f"所在年（{self.term('date', depth)}）",
        )

    def _boolean(self, depth: int) -> str:
        return self._one_of(
            lambda: self.comparison(depth),
            lambda: self.comparison(depth),
            lambda: f"（{self.term('boolean', depth)} {self.pick(('且', '或'))} {self.term('boolean', depth)}）",
            lambda: f"（非 {self.term('boolean', depth)}）",
            self._known,
            lambda: (
                f"（{self.pick([name for names in FACTS.values() for name in names])} {self.pick(('为', '不为'))} 空）"
            ),
            lambda: f"{self.pick(('存在', '全部'))}（{self.each('boolean', depth)}）",
            lambda: f"是休息日（{self.term('date', depth)}）",
            *self._of_lists("boolean"),
        )

    def _known(self) -> str:
        return f"（{self.name(self.pick(tuple(FACTS)))} 已知）" if self.may_ask_what_is_known else self.comparison(0)

    # ── comparisons and lists ───────────────────────────────────────────────────────────────────
    def comparison(self, depth: int) -> str:
        """Two values of a type compared, or one with a list or a span of them."""
        kind = self.pick((*ORDERED, "money", "date", "Kind", "Tier", "text"))
        is_ordered = kind in ORDERED
        left = self.name(kind) if depth <= 0 or not is_ordered or self.chance(60) else self.term(kind, depth)
        if not is_ordered:
            if self.chance(40):
                listed = "、".join(self.constant(kind) for _ in range(1 + self.random.randrange(3)))
                return f"（{left} {self.pick(('属于', '不属于'))} {{{listed}}}）"
            return f"（{left} {self.pick(('为', '不为'))} {self.constant(kind)}）"
        if self.chance(15):
            low, high = (self.constant(kind) for _ in "ab")
            return f"（{left} 属于 [{low}，{high}{self.pick('])')}）"
        if kind in ("money", "ratio", "number") and self.chance(15):
            return f"（{left} {self.pick(OPERATORS)} {self.unbounded(kind, depth)}）"
        operators = TIMES if kind in EARLIER_LATER else OPERATORS
        return f"（{left} {self.pick((*operators, '=', '≠'))} {self.term(kind, depth - 1)}）"

    def unbounded(self, kind: str, depth: int) -> str:
        """A product or a quotient, whose places nothing bounds yet."""
        money, ratio = (lambda: self.term("money", depth)), (lambda: self.term("ratio", depth))
        options = {
            "money": (
                lambda: f"（{money()} × {ratio()}）",
                lambda: f"（{money()} ÷ {self._divisor(depth)}）",
                lambda: f"（{money()} × {self.term('number', 0)}）",
                lambda: f"（（{money()} × {ratio()}） + {money()}）",
            ),
            "ratio": (
                lambda: f"（{money()} ÷ {self.pick((self.constant('money'), self.name('money')))}）",
                lambda: f"（{ratio()} ÷ {self._divisor(depth)}）",
                lambda: f"（{ratio()} × {ratio()}）",
            ),
            "number": (
                lambda: f"（{self.name('number')} ÷ {self._divisor(depth)}）",
                lambda: f"（{self.term('integer', depth)} × {ratio()}）",
            ),
        }
        return self._one_of(*options[kind])

    def _divisor(self, depth: int) -> str:
        return self.pick(("2", "3", "7")) if self.chance(85) else self.term("integer", depth)

    def lines(self, depth: int) -> str:
        """The lines of a claim, perhaps only some."""
        where = f" 当 {self.of_line('boolean', depth)}" if self.chance(50) else ""
        return f"逐 结算.明细{where}"

    def each(self, kind: str, depth: int) -> str:
        """A value for each line."""
        return f"{self.of_line(kind, depth)} {self.lines(0 if depth <= 0 else depth - 1)}"

    def of_line(self, kind: str, depth: int) -> str:
        before, self.in_line = self.in_line, True
        try:
            if kind == "boolean":
                return self._line_condition()
            names = [*ELEMENT_FACTS[kind], *self.line_rules.get(kind, ())]
            return self.pick(names)
        finally:
            self.in_line = before

    def _line_condition(self) -> str:
        return self._one_of(
            lambda: f"（明细行.项类 {self.pick(('为', '不为'))} {self.constant('Class')}）",
            lambda: f"（明细行.金额 {self.pick(OPERATORS)} {self.constant('money')}）",
            lambda: self.pick([*ELEMENT_FACTS["boolean"], *self.line_rules.get("boolean", ())]),
            lambda: f"（明细行.数量 {self.pick(OPERATORS)} {self.atom('integer')}）",
        )

    # ── lists of values ─────────────────────────────────────────────────────────────────────────
    def _of_lists(self, kind: str) -> tuple[Callable[[], str], ...]:
        """What is made of lists, where rule sets have them."""
        if not self.may_list:
            return ()
        if kind == "money":
            lists = self.lists.get("money", ())
            ways = ("合计", "首项", "末项", "较大者")
            return (lambda: f"{self.pick(ways)}（{self.pick(lists)}）",) * 2 if lists else ()
        if kind == "integer":
            every = [name for names in self.lists.values() for name in names]
            return (lambda: f"计数（{self.pick(every)}）",) * 2 if every else ()
        papers = self.papers
        return (
            lambda: f"（材料名.{self.constant('Paper')} {self.pick(('属于', '不属于'))} {papers(1)}）",
            lambda: (
                f"{self.pick(('存在', '全部'))}（料 {self.pick(('为', '不为'))} {self.constant('Paper')} 逐 {papers(0)} 称 料）"
            ),
        )

    def papers(self, depth: int) -> str:
        """A list of papers."""
        names = ["就诊.已交材料", "就诊.已交材料", *self.lists.get("Paper", ())]
        if depth <= 0:
            return self.pick(names)
        inner = lambda: self.papers(depth - 1)  # noqa: E731
        return self._one_of(
            lambda: self.pick(names),
            lambda: f"并列（{inner()}，{inner()}）",
            lambda: f"去重（{inner()}）",
            lambda: f"筛选（逐 {inner()} 称 料 当 料 {self.pick(('为', '不为'))} {self.constant('Paper')}）",
            lambda: f"筛选（逐 {inner()} 称 料 当 料 {self.pick(('属于', '不属于'))} {inner()}）",
            lambda: f"列出（材料名.{self.constant('Paper')} {self.lines(1)}）",
        )

    def amounts(self) -> str:
        """A list of amounts."""
        names = self.lists.get("money", ())
        return self._one_of(
            lambda: f"列出（{self.each('money', 1)}）",
            lambda: f"去重（{self.pick(names)}）" if names else f"列出（{self.each('money', 1)}）",
            lambda: (
                f"并列（{self.pick(names)}，列出（{self.each('money', 1)}））"
                if names
                else f"列出（{self.each('money', 1)}）"
            ),
        )

    def some_lines(self) -> str:
        """A list of lines: some of the claim, or new ones."""
        in_class = self.constant("Class")
        return self._one_of(
            lambda: f"筛选（{self.lines(1)}）",
            lambda: f"列出（明细行（项类：{in_class}，金额：{self.of_line('money', 1)}）{self.lines(1)}）",
        )

    def _one_of(self, *makers: object) -> str:
        return makers[self.random.randrange(len(makers))]()  # type: ignore[operator]
