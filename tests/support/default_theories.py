"""Theories of default logic drawn at random, and written as rule files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

import attrs

from tests.support.default_logic_model import DOMAINS, SILENT, Both, Clause, Condition, Either, Fact, Holds, Not, Rule

DAYS = (date(2023, 6, 30), date(2023, 12, 31), date(2024, 1, 1), date(2024, 5, 6))
FACT_LABELS = {
    "visit.emergency": "就诊.抢救",
    "visit.filed": "就诊.已备案",
    "person.retired": "参保人.已退休",
    "visit.kind": "就诊.类别",
    "person.age": "参保人.年龄",
}
KIND_LABELS = {"local": "本地", "referral": "转诊", "emergency": "急诊", "other": "其他外出"}


@attrs.define
class TheoryAuthor:
    """Draws rules, each of which may ask the former ones of truth values."""

    random: Random
    rules: dict[str, Rule] = attrs.field(factory=dict)

    def chance(self, percent: int) -> bool:
        return self.random.randrange(100) < percent

    def rule(self) -> Rule:
        """A rule of up to eight clauses; one of truth values that others ask never lacks an answer."""
        is_truth = self.chance(35)
        number = len(self.rules) + 1
        drawn: list[Clause] = []
        for _ in range(1 + self.random.randrange(7)):
            drawn.append(self._clause(f"c{number}x{len(drawn)}", drawn, is_truth))
        if is_truth:
            drawn = [attrs.evolve(c, value=c.value is True, since=date.min, until=date.max) for c in drawn]
            drawn = _in_rank(drawn)
        clauses = [*self._generals(is_truth), *drawn]
        versions = {clause.id for clause in clauses if clause.kind == "general"}
        clauses = [attrs.evolve(c, over=c.over | versions) if "general" in c.over else c for c in clauses]
        if all(clause.kind == "proviso" for clause in clauses):
            clauses.append(Clause("general", "general", 0))
        rule = Rule(f"r{number}", is_truth, tuple(_with_targets(clauses)))
        self.rules[rule.id] = rule
        return rule

    def _generals(self, is_truth: bool) -> list[Clause]:
        if is_truth:
            return [Clause("general", "general", self.chance(50))]
        if self.chance(25):
            return []
        if self.chance(20):
            day = DAYS[1 + self.random.randrange(3)]
            eve = day - timedelta(days=1 if self.chance(70) else 40)
            return [
                Clause("general", "general", self._value(False), until=eve),
                Clause("general_2", "general", self._value(False), since=day),
            ]
        return [Clause("general", "general", self._value(False))]

    def _clause(self, name: str, before: list[Clause], is_truth: bool) -> Clause:
        is_case = self.chance(55)
        own = [clause.id for clause in before if not is_case or clause.kind == "case"]
        own += [] if is_case else ["general"]
        over = frozenset(other for other in own if self.chance(45))
        since, until = date.min, date.max
        if self.chance(15):
            since = DAYS[self.random.randrange(4)]
        elif self.chance(15):
            until = DAYS[self.random.randrange(4)]
        kind = "case" if is_case else "proviso"
        return Clause(name, kind, self._value(is_truth), self._condition(2), over, since, until)

    def _value(self, is_truth: bool) -> Any:
        if is_truth:
            return self.chance(50)
        return SILENT if self.chance(5) else self.random.randrange(4)

    def _condition(self, depth: int) -> Condition:
        if depth and self.chance(45):
            parts = tuple(self._condition(depth - 1) for _ in range(2))
            return Both(parts) if self.chance(50) else Either(parts)
        if depth and self.chance(15):
            return Not(self._condition(depth - 1))
        truths = [rule.id for rule in self.rules.values() if rule.is_truth]
        if truths and self.chance(25):
            return Holds(truths[self.random.randrange(len(truths))])
        path = list(DOMAINS)[self.random.randrange(len(DOMAINS))]
        values = (
            DOMAINS[path][1:] if path == "person.age" else (True,) if DOMAINS[path] == (False, True) else DOMAINS[path]
        )
        return Fact(path, values[self.random.randrange(len(values))])


def _in_rank(clauses: list[Clause]) -> list[Clause]:
    """The clauses in one order of rank, so that no two of them can clash."""
    ranked: list[Clause] = []
    for clause in clauses:
        above = frozenset(other.id for other in ranked if clause.kind == "proviso" or other.kind == "case")
        base = frozenset({"general"}) if clause.kind == "proviso" else frozenset()
        ranked.append(attrs.evolve(clause, over=above | base))
    return ranked


def _with_targets(clauses: list[Clause]) -> list[Clause]:
    """The clauses over none but those that are there; a proviso over nothing is none."""
    names = {clause.id for clause in clauses}
    narrowed = [attrs.evolve(clause, over=clause.over & names) for clause in clauses]
    kept = [clause for clause in narrowed if clause.kind != "proviso" or clause.over]
    return kept if len(kept) == len(clauses) else _with_targets(kept)


def random_case(random: Random, missing: int) -> dict[str, Any]:
    """Some of the facts; so many in a hundred are missing."""
    chosen = {path: values[random.randrange(len(values))] for path, values in DOMAINS.items()}
    return {path: value for path, value in chosen.items() if random.randrange(100) >= missing}


# ── as text ─────────────────────────────────────────────────────────────────────────────────────────


def written(rules: Mapping[str, Rule]) -> str:
    """The rules as an author writes them."""
    return "\n\n".join(_rule(rule) for rule in rules.values()) + "\n"


def _rule(rule: Rule) -> str:
    kind = "是否" if rule.is_truth else "整数"
    return "\n".join([f"规则 值{rule.id} {rule.id}：{kind}", *(f"  {_clause(clause)}" for clause in rule.clauses)])


def _clause(clause: Clause) -> str:
    value = (
        {True: "是", False: "否"}.get(clause.value, clause.value) if isinstance(clause.value, bool) else clause.value
    )
    period = "" if clause.since == date.min else f" 自 {clause.since} 起"
    period += "" if clause.until == date.max else f" 至 {clause.until} 止"
    if clause.kind == "general":
        return f"一般 {value}{period}"
    over = "、".join(sorted({"一般" if name.startswith("general") else f"款{name}" for name in clause.over}))
    word, relation = ("情形", "优先于") if clause.kind == "case" else ("但书", "对")
    above = f" {relation} {over}" if over else ""
    return f"{word} 款{clause.id} {clause.id}{above} 当 {_condition(clause.condition)} 则 {value}{period}"


def _condition(condition: Condition | None) -> str:
    match condition:
        case None:
            return "是"
        case Fact(path, value):
            label = FACT_LABELS[path]
            if path == "person.age":
                return f"{label} 不低于 {value}"
            return f"{label} 为 {KIND_LABELS[value]}" if path == "visit.kind" else label
        case Holds(rule):
            return f"值{rule}"
        case Not(part):
            return f"非 （{_condition(part)}）"
        case Both(parts):
            return " 且 ".join(f"（{_condition(part)}）" for part in parts)
        case Either(parts):
            return " 或 ".join(f"（{_condition(part)}）" for part in parts)
