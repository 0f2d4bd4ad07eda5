"""What cases can put to the test: every clause of a program, every version of a figure, every check and bound."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import attrs

from engine import program as p
from policy.diagnostics import Text
from policy.dsl import tree as t
from policy.dsl.source import Span
from policy.parameters import DatedValue, Parameter

Key = tuple[str, str]
"""The place of a part in the rules. The second word tells apart what stands at one place: the parts of a duty,
a row that tables of several years share."""

KINDS: Final[Mapping[str, Text]] = {
    "general": Text("一般", "general"),
    "case": Text("情形", "case"),
    "proviso": Text("但书", "proviso"),
    "item": Text("项", "item"),
    "duty": Text("义务", "duty"),
    "checklist": Text("清单", "checklist"),
    "brackets": Text("分段", "brackets"),
    "open_norm": Text("裁量", "open norm"),
    "figure": Text("数值", "figure"),
    "row": Text("表行", "row"),
    "default": Text("缺省", "default"),
    "choice": Text("择法", "choice of law"),
    "bound": Text("限度", "bound"),
    "check": Text("核对", "check"),
}
"""What a part is."""


@attrs.frozen
class Part:
    """One thing that a case can show to hold. `owner` is the rule or figure that it belongs to."""

    key: Key
    kind: str
    region: str
    owner: str
    owner_label: str
    id: str
    label: str
    span: Span
    since: str = ""

    @property
    def place(self) -> str:
        """`file:line:column`."""
        return self.span.reference


def parts_of(program: p.Program) -> Iterator[Part]:
    """Every part of a program, those of its superiors too."""
    for rule in program.rules.values():
        yield from _of_rule(rule)
    for parameters in program.parameters.values():
        for parameter in parameters:
            yield from _of_parameter(parameter)
    for delegations in program.delegations.values():
        for item in delegations:
            if item.default is not None:
                label = program.policy.vocabulary.label(f"region_parameters.{item.parameter}")
                yield _part("default", item, item.parameter, label.rpartition(".")[2], "default", "")
    yield from _others(program)


def _of_rule(rule: p.Rule) -> Iterator[Part]:
    if isinstance(rule.origin, t.Register) and rule.origin.kind == "duties":
        return  # its rows are those of the duties, which are rules of their own
    if rule.kind in ("brackets", "open_norm"):
        yield attrs.evolve(_part(rule.kind, rule, rule.id, rule.label, rule.id, ""), key=(rule.region, rule.id))
    for clause in rule.clauses:
        kind = rule.kind if rule.kind in ("duty", "checklist") else clause.kind
        label = clause.label if clause.label != rule.label and clause.label != KINDS[kind].zh else ""
        part = _part(kind, clause, rule.id, rule.label, clause.id, label)
        start = clause.period.start
        since = start.date().isoformat() if start is not None else ""
        detail = f"{rule.id}.{clause.id}" if rule.kind == "duty" else ""
        yield attrs.evolve(part, key=(part.place, detail), since=since)


def _of_parameter(parameter: Parameter) -> Iterator[Part]:
    for dated in parameter.values:
        start = dated.period.start
        since = start.date().isoformat() if start else ""
        if parameter.hit == "collect" or not dated.rows:
            yield _figure("figure", parameter, dated, dated.rows[0].span if dated.rows else dated.span, since)
            continue
        for number, row in enumerate(dated.rows, 1):
            yield attrs.evolve(
                _figure("row", parameter, dated, row.span, since), id=str(number), label=_shown(row.span)
            )


def _figure(kind: str, parameter: Parameter, dated: DatedValue, span: Span, since: str) -> Part:
    key = (span.reference, since)
    return Part(key, kind, parameter.region, parameter.id, parameter.label, since, "", span, since)


def _shown(span: Span) -> str:
    """A row of a table on one line."""
    return " ".join(span.text.split())[:40]


def _others(program: p.Program) -> Iterator[Part]:
    for choices in program.choices.values():
        for choice in choices:
            yield _part("choice", choice, choice.id, choice.label, choice.law, "")
    for bounds in program.bounds.values():
        for bound in bounds:
            label = _target_label(program, bound.target)
            yield _part("bound", bound, bound.target, label, bound.operator, "")
    for checks in program.checks.values():
        for check in checks:
            part = _part("check", check, check.id, check.label, check.id, "")
            yield attrs.evolve(part, key=(check.region, check.id))


def _target_label(program: p.Program, target: str) -> str:
    rule = program.rules.get(target)
    if rule is not None:
        return rule.label
    return program.policy.vocabulary.label(f"region_parameters.{target}").rpartition(".")[2]


def _part(
    kind: str,
    item: p.Rule | p.Clause | p.Delegation | p.ChoiceOfLaw | p.Bound | p.Check,
    owner: str,
    owner_label: str,
    name: str,
    label: str,
) -> Part:
    span = item.origin.span
    return Part((span.reference, ""), kind, item.region, owner, owner_label, name, label, span)


def distinct(parts: Iterable[Part]) -> list[Part]:
    """Each part once: regions share what their superiors say."""
    return list({part.key: part for part in parts}.values())
