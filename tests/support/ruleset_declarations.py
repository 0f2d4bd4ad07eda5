"""Declarations drawn at random that load without errors: rules, what bounds them, figures, questions.

Clauses of equal rank with different results are kept apart by rank, by a fact, by amounts or by a
comparison too hard for the check at load; so what is drawn loads, and clashes and gaps come up in cases.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from tests.support.ruleset_terms import LABELS, ORDERED, POOLS, Terms

VALUES = ("money", "money", "money", "ratio", "points", "integer", "number", "boolean", "boolean")
VALUES += ("date", "date", "instant", "month", "year", "Tier", "text")
OF_LINES = ("money", "ratio", "boolean", "integer")
PROVISIONS = ("LA-1", "LA-2", "FO-1", "PR-1")
DAYS = ("2022-06-30", "2023-12-31", "2024-01-01", "2024-02-10", "2024-05-06")
EVES = ("2022-06-29", "2023-12-30", "2023-12-31", "2024-02-09", "2024-05-05")


@attrs.define
class Declared:
    """A rule as drawn: what others need to know to use or amend it."""

    id: str
    kind: str
    base: list[str] = attrs.field(factory=list)
    cases: list[str] = attrs.field(factory=list)
    provisos: list[tuple[str, set[str]]] = attrs.field(factory=list)
    all_cases_together: bool = False


@attrs.define
class Author:
    """Draws the declarations of a rule set, each using the former ones."""

    terms: Terms
    count: int = 0
    clauses: int = 0

    # ── rules ───────────────────────────────────────────────────────────────────────────────────
    def rule(self) -> tuple[str, Declared]:
        """A rule of any kind of value, sometimes about a line."""
        self.terms.in_line = self.terms.chance(15)
        kind = self.terms.pick(OF_LINES if self.terms.in_line else VALUES)
        declared = Declared(self._new_rule(), kind)
        over = " 对 明细行" if self.terms.in_line else ""
        lines = [f"规则 值{declared.id[1:]} {declared.id}{over}：{LABELS[kind]}", *self._terms_of_rule()]
        lines += [*self._generals(declared), *self._cases(declared), *self._provisos(declared)]
        if len(lines) == 1 or not (declared.base or declared.cases):
            lines.append(f"  一般 {self.terms.constant(kind)}")
        names = self.terms.line_rules if self.terms.in_line else self.terms.rules
        names.setdefault(kind, []).append(f"值{declared.id[1:]}")
        self.terms.in_line = False
        return "\n".join(lines), declared

    def _new_rule(self) -> str:
        self.count += 1
        return f"r{self.count}"

    def _new_clause(self) -> tuple[str, str]:
        """A label and the declaration of a clause's names."""
        self.clauses += 1
        return f"款{self.clauses}", f"款{self.clauses} c{self.clauses}"

    def _terms_of_rule(self) -> list[str]:
        return [f"  依据 {self.terms.pick(('LA-1', 'LA-1', 'PR-1'))}"] if self.terms.chance(40) else []

    def _term_of_clause(self) -> str:
        if self.terms.chance(20):
            return f" 依据 {self.terms.pick(PROVISIONS)}"
        if self.terms.chance(12):
            return self.terms.pick((f" 自 {self.terms.pick(DAYS)} 起", f" 至 {self.terms.pick(DAYS)} 止"))
        return ""

    def _generals(self, declared: Declared) -> list[str]:
        if self.terms.chance(12):
            return []
        declared.base.append("一般")
        if self.terms.chance(20):
            day = self.terms.random.randrange(len(DAYS))
            eve = EVES[self.terms.random.randrange(day + 1)] if self.terms.chance(20) else EVES[day]
            return [
                f"  一般 {self._value(declared.kind)} 至 {eve} 止",
                f"  一般 {self._value(declared.kind)} 自 {DAYS[day]} 起",
            ]
        return [f"  一般 {self._value(declared.kind)}{self._term_of_clause()}"]

    def _value(self, kind: str) -> str:
        if self.terms.chance(3):
            return "无规定"
        if self.terms.chance(3):
            return "空"
        return self.terms.term(kind, 2)

    def _condition(self) -> str:
        return self.terms.term("boolean", 2)

    def _hard(self) -> str:
        """A comparison that the check at load cannot try out."""
        return f"结算.总费用 {self.terms.pick(('超过', '低于'))} 结算.范围内费用 × {self.terms.pick('234')}"

    # ── cases and provisos ──────────────────────────────────────────────────────────────────────
    def _cases(self, declared: Declared) -> list[str]:
        count = self.terms.random.randrange(4)
        makers = (self._ranked, self._apart, self._banded, self._same, self._hard_cases)
        made = makers[self.terms.random.randrange(len(makers))](declared, count) if count else []
        return [f"  情形 {text}{self._term_of_clause()}" for text in made]

    def _ranked(self, declared: Declared, count: int) -> list[str]:
        names = [self._new_clause() for _ in range(count)]
        declared.cases += [label for label, _ in names]
        made = []
        for place, (_, written) in enumerate(names):
            below = "、".join(label for label, _ in names[place + 1 :])
            before = f" 优先于 {below}" if below else ""
            made.append(f"{written}{before} 当 {self._condition()} 则 {self._value(declared.kind)}")
        return made

    def _apart(self, declared: Declared, count: int) -> list[str]:
        made = []
        for kind in POOLS["Kind"][:count]:
            label, written = self._new_clause()
            declared.cases.append(label)
            further = f" 且 {self._condition()}" if self.terms.chance(40) else ""
            made.append(f"{written} 当 就诊.类别 为 {kind}{further} 则 {self._value(declared.kind)}")
        return made

    def _banded(self, declared: Declared, count: int) -> list[str]:
        edges, made = ("1000 元", "5000 元", "40000 元"), []
        for place in range(count):
            label, written = self._new_clause()
            declared.cases.append(label)
            low = f"结算.总费用 超过 {edges[place - 1]} 且 " if place else ""
            high = f"结算.总费用 不超过 {edges[place]}"
            made.append(f"{written} 当 {low}{high} 则 {self._value(declared.kind)}")
        return made

    def _same(self, declared: Declared, count: int) -> list[str]:
        declared.all_cases_together = True
        value, made = self._value(declared.kind), []
        for _ in range(count):
            label, written = self._new_clause()
            declared.cases.append(label)
            made.append(f"{written} 当 {self._condition()} 则 {value}")
        return made

    def _hard_cases(self, declared: Declared, count: int) -> list[str]:
        declared.all_cases_together = True
        made = []
        for _ in range(count):
            label, written = self._new_clause()
            declared.cases.append(label)
            made.append(f"{written} 当 {self._hard()} 则 {self._value(declared.kind)}")
        return made

    def _provisos(self, declared: Declared) -> list[str]:
        made = []
        for _ in range(self.terms.random.randrange(3)):
            over = self._targets(declared)
            if over:
                made.append(self._proviso(declared, over))
        return made

    def _targets(self, declared: Declared) -> set[str]:
        """Some clauses, and every proviso that could stand beside the new one over the same clause."""
        groups = [{name} for name in [*declared.base, *(name for name, _ in declared.provisos)]]
        groups += [set(declared.cases)] if declared.all_cases_together else [{name} for name in declared.cases]
        groups = [group for group in groups if group]
        if not groups:
            return set()
        over = set(groups[self.terms.random.randrange(len(groups))])
        if self.terms.chance(30):
            over |= groups[self.terms.random.randrange(len(groups))]
        grown = True
        while grown:
            beside = {name for name, others in declared.provisos if others & over and name not in over}
            over |= beside
            grown = bool(beside)
        return over

    def _proviso(self, declared: Declared, over: set[str]) -> str:
        label, written = self._new_clause()
        declared.provisos.append((label, over))
        condition = f"{self._condition()}{f' 且 {self._hard()}' if self.terms.chance(10) else ''}"
        value = self._value(declared.kind)
        return f"  但书 {written} 对 {'、'.join(sorted(over))} 当 {condition} 则 {value}{self._term_of_clause()}"

    def amendment(self, declared: Declared) -> str:
        """A case that comes before all there are, or a proviso."""
        lines = [f"修订 值{declared.id[1:]}", "  依据 LA-2"]
        if self.terms.chance(60):
            label, written = self._new_clause()
            below = "、".join(declared.cases)
            before = f" 优先于 {below}" if below else ""
            lines.append(f"  情形 {written}{before} 当 {self._condition()} 则 {self._value(declared.kind)}")
            declared.cases.insert(0, label)
        over = self._targets(declared)
        if over and (len(lines) == 2 or self.terms.chance(50)):
            lines.append(self._proviso(declared, over))
        return "\n".join(lines)

    # ── other declarations ──────────────────────────────────────────────────────────────────────
    def collect(self) -> tuple[str, Declared]:
        """Items that add up, or make a list."""
        kind = self.terms.pick(("money", "points", "integer", "Paper"))
        declared = Declared(self._new_rule(), kind)
        written = f"列表 {LABELS[kind]}" if kind == "Paper" else LABELS[kind]
        lines = [f"汇集 值{declared.id[1:]} {declared.id}：{written}"]
        for _ in range(1 + self.terms.random.randrange(3)):
            condition = f" 当 {self._condition()}" if self.terms.chance(75) else ""
            value = "空" if self.terms.chance(5) else self.terms.term(kind, 1)
            lines.append(f"  项 {self._new_clause()[1]}{condition} 则 {value}{self._term_of_clause()}")
        names = self.terms.lists if kind == "Paper" else self.terms.rules
        names.setdefault(kind, []).append(f"值{declared.id[1:]}")
        return "\n".join(lines), declared

    def listed(self) -> tuple[str, Declared]:
        """A list by cases: of papers, of amounts, of lines."""
        kind = self.terms.pick(("Paper", "Paper", "money", "line"))
        declared = Declared(self._new_rule(), f"list of {kind}")
        makers = {"Paper": lambda: self.terms.papers(2), "money": self.terms.amounts, "line": self.terms.some_lines}
        written = "明细行" if kind == "line" else LABELS[kind]
        lines = [f"规则 值{declared.id[1:]} {declared.id}：列表 {written}", f"  一般 {makers[kind]()}"]
        if self.terms.chance(50):
            lines.append(f"  情形 {self._new_clause()[1]} 当 {self._condition()} 则 {makers[kind]()}")
        self.terms.lists.setdefault(kind, []).append(f"值{declared.id[1:]}")
        return "\n".join(lines), declared

    def brackets(self) -> tuple[str, Declared]:
        """Marginal bands over an amount."""
        declared = Declared(self._new_rule(), "money")
        edges = ("1000", "5000", "40000")[: 1 + self.terms.random.randrange(3)]
        lines = [
            f"分段 值{declared.id[1:]} {declared.id}：金额",
            f"  起点 {self.terms.pick(('0', '100', '999.99'))} 元",
            f"  终点 {self.terms.term('money', 1)}",
            *(f"  段 至 {edge} 元 按 {self.terms.constant('ratio')}" for edge in edges),
            f"  段 其余 按 {self.terms.atom('ratio')}",
            f"  每段 段内数额 × 段内比例 {self.terms.pick(('四舍五入到', '舍去到'))} 分",
        ]
        self.terms.rules.setdefault("money", []).append(f"值{declared.id[1:]}")
        return "\n".join(lines), declared

    def deadline(self) -> tuple[str, Declared]:
        """A due day in natural or working days, months or years."""
        declared = Declared(self._new_rule(), "date")
        start, label = self.terms.term("date", 1), self._new_clause()[1]
        lines = [
            f"期限 值{declared.id[1:]} {declared.id}",
            f"  起算 {start}",
            f"  时限 {self._length()}",
            f"  情形 {label} 当 {self._condition()} 则 {'空' if self.terms.chance(20) else self._length()}",
        ]
        self.terms.rules.setdefault("date", []).append(f"值{declared.id[1:]}")
        return "\n".join(lines), declared

    def _length(self) -> str:
        number = self.terms.pick(("1", "3", "10", "（参保人.年龄）"))
        unit = self.terms.pick(("天", "个工作日", "个工作日", "个月（遇短月取末日）", "年（遇短月顺延）"))
        return f"{number} {unit}"

    def bound(self, declared: Declared) -> str:
        """What a superior allows for a rule."""
        condition = f" 当 {self._condition()}" if self.terms.chance(50) else ""
        unless = f" 除非 {self._condition()}" if self.terms.chance(30) else ""
        operator = self.terms.pick(("不超过", "不低于"))
        return f"限度 值{declared.id[1:]} {operator} {self.terms.atom(declared.kind)}{condition}{unless} 依据 LA-2"

    def check(self, declared: Declared) -> str:
        """What must hold whenever a rule is decided."""
        condition = f" 当 {self._condition()}" if self.terms.chance(50) else ""
        names = f"验{declared.id[1:]} k{declared.id[1:]}"
        return f"核对 {names} 对 值{declared.id[1:]}{condition}\n  要求 {self._condition()}\n  否则 “不合”"

    def question(self, name: str, rules: Sequence[Declared]) -> str:
        """A question that these rules answer, by the law of the admission day or of the day stated."""
        governing = self.terms.pick(("决定日", "就诊.入院日、决定日", "决定日"))
        lines = [f"问题 问{name} ask.{name}", f"  依时 {governing}"]
        lines += [f"  答复 答{rule.id[1:]} {rule.id} = 值{rule.id[1:]}" for rule in rules]
        return "\n".join(lines)


def is_ordered(declared: Declared) -> bool:
    """Whether a bound can stand over the rule."""
    return declared.kind in ORDERED
