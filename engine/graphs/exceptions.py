"""The exception graph of a rule: its clauses, and which displaces which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine import program as p
from engine.dependencies.items import KINDS, rule_item
from engine.explanation.formulas import Spelt
from engine.graphs.drawing import Arrow, Box, Drawing, Line, shortened
from policy.diagnostics import Text
from policy.dsl.formatter import FormatError, format_expression
from policy.sources import Period

_KINDS = {
    "general": Text("一般", "general"),
    "case": Text("情形", "case"),
    "proviso": Text("但书", "proviso"),
    "item": Text("项", "item"),
}
_CONDITION = 132
_VALUE = 88
"""How many columns of a condition and of a value are shown."""


def exception_graph(rule: p.Rule, program: p.Program, lang: str) -> Drawing:
    """The clauses as boxes; an arrow leads from a clause to what it displaces, a dashed one where the kind says so."""
    told = _Teller(program, lang)
    boxes = [Box("rule", "head", tuple(told.head(rule)), tip=rule.origin.span.reference)]
    boxes += [told.box(rule, clause) for clause in rule.clauses]
    stated = _stated(rule)
    arrows = [Arrow(_id(clause), _id(over)) for clause, over in stated]
    arrows += [Arrow(_id(clause), _id(over), tone="implied") for clause, over in _implied(rule)]
    arrows += [Arrow(_id(clause), "rule", tone="implied") for clause in _lowest(rule)]
    title = rule.label if lang == "zh" else rule.id
    return Drawing(title, tuple(boxes), tuple(arrows), "BT" if _length(stated) > _LONG else "RL")


_LONG = 3
"""A longer chain of clauses is drawn downwards."""

Pair = tuple[str, str]


def _stated(rule: p.Rule) -> list[Pair]:
    """Which clause the author puts before which; steps that follow from others are left out where all are stated."""
    ids = {clause.id for clause in rule.clauses}
    pairs = [(clause.id, over) for clause in rule.clauses for over in clause.over if over in ids]
    known = set(pairs)
    chained = {(a, d) for a, b in pairs for c, d in pairs if b == c}
    return [pair for pair in pairs if pair not in chained] if chained <= known else pairs


def _implied(rule: p.Rule) -> list[Pair]:
    """A case comes before the general clause, unless it does so by coming before another case."""
    generals = [clause.id for clause in rule.clauses if clause.kind == "general"]
    cases = [clause.id for clause in rule.clauses if clause.kind == "case" and not clause.over]
    return [(case, general) for case in cases for general in generals]


def _lowest(rule: p.Rule) -> list[str]:
    """The clauses that displace nothing."""
    above = {clause for clause, _ in (*_stated(rule), *_implied(rule))}
    return [clause.id for clause in rule.clauses if clause.id not in above]


def _length(pairs: list[Pair]) -> int:
    """How many arrows the longest chain has; the checker has refused circles."""
    later: dict[str, list[str]] = {}
    for clause, over in pairs:
        later.setdefault(clause, []).append(over)

    def below(clause: str) -> int:
        return max((1 + below(over) for over in later.get(clause, ())), default=0)

    return max(map(below, later), default=0)


def _id(clause: str) -> str:
    return f"clause_{clause}"


class _Teller:
    def __init__(self, program: p.Program, lang: str) -> None:
        self.program = program
        self.lang = lang
        self.spelling = Spelt(program.policy)

    def head(self, rule: p.Rule) -> Iterator[Line]:
        kind = KINDS[rule_item(rule).kind].in_language(self.lang)
        yield Line(f"{kind} {rule.label if self.lang == 'zh' else rule.id}", "title")
        yield from self._cited(rule.citations)

    def box(self, rule: p.Rule, clause: p.Clause) -> Box:
        return Box(_id(clause.id), clause.kind, tuple(self._lines(rule, clause)), tip=clause.origin.span.reference)

    def _lines(self, rule: p.Rule, clause: p.Clause) -> Iterator[Line]:
        is_zh = self.lang == "zh"
        kind = _KINDS[clause.kind].in_language(self.lang)
        name = clause.label if is_zh else clause.id
        yield Line(kind if name == kind else f"{kind} {name}", "title")
        if clause.condition is not None:
            yield Line(f"{'当' if is_zh else 'when'} {shortened(self._words(clause.condition), _CONDITION)}")
        then = "" if clause.kind == "general" else "则 " if is_zh else "then "
        yield Line(f"{then}{shortened(self._words(clause.value), _VALUE)}")
        yield from self._cited([name for name in clause.citations if name not in rule.citations])
        if period := self._period(clause.period, rule.period):
            yield Line(period, "period")

    def _words(self, expression: p.Expression) -> str:
        """As its author wrote it, names in the reader's language."""
        origin = expression.origin
        try:
            written = format_expression(origin, self.lang, self.spelling)  # type: ignore[arg-type]
        except (FormatError, KeyError, AttributeError):
            written = origin.span.text
        return " ".join(written.split())

    def _cited(self, names: Iterable[str]) -> Iterator[Line]:
        library = self.program.policy.library
        found = [provision for name in names if (provision := library.provision(name))]
        if found:
            yield Line(
                ("、" if self.lang == "zh" else ", ").join(library.cited_as(one, self.lang) for one in found), "cited"
            )

    def _period(self, own: Period, outer: Period) -> str:
        """The time of a clause where it is not the rule's."""
        if own == outer or own == Period():
            return ""
        start = own.start.isoformat(sep=" ", timespec="minutes").removesuffix(" 00:00") if own.start else ""
        end = own.end.isoformat(sep=" ", timespec="minutes").removesuffix(" 00:00") if own.end else ""
        if self.lang == "zh":
            return " ".join(filter(None, (f"自 {start}" if start else "", f"{end} 前" if end else "")))
        return " ".join(filter(None, (f"from {start}" if start else "", f"before {end}" if end else "")))
