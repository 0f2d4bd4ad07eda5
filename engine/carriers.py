"""What carries a provision: every clause, bound, figure, check and question that cites it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

from engine import program as p


@attrs.frozen
class Carrier:
    """Something in the rules that cites a provision.

    `can_lose` tells whether a case could come out against it: a condition may be false, another
    clause may come first, a check may fail. A plain definition cannot lose.
    """

    kind: str
    id: str
    label: str
    region: str
    place: str
    can_lose: bool = False


def carriers_of(program: p.Program) -> Iterator[tuple[str, Carrier]]:
    """Every citation in a program, with what makes it."""
    for rule in program.rules.values():
        yield from _of_rule(rule)
    for bounds in program.bounds.values():
        for bound in bounds:
            yield from _each(bound.citations, "bound", bound.target, bound.target, bound, can_lose=True)
    for delegations in program.delegations.values():
        for delegation in delegations:
            yield from _each(delegation.citations, "delegation", delegation.parameter, delegation.parameter, delegation)
    for choices in program.choices.values():
        for choice in choices:
            yield from _each(choice.citations, "choice_of_law", choice.id, choice.label, choice)
    for checks in program.checks.values():
        for check in checks:
            yield from _each(check.citations, "check", check.id, check.label, check, can_lose=True)
    for question in program.questions.values():
        yield from _each(question.citations, "question", question.id, question.label, question)
    yield from _figures(program)


def _of_rule(rule: p.Rule) -> Iterator[tuple[str, Carrier]]:
    conditions = any(clause.condition is not None for clause in rule.clauses)
    is_tested = conditions or any(map(_may_be_false, rule.clauses))
    yield from _each(rule.citations, "rule", rule.id, rule.label, rule, can_lose=is_tested)
    for clause in rule.clauses:
        own = [name for name in clause.citations if name not in rule.citations]
        contested = rule.kind != "collect" and (len(rule.clauses) > 1 or _may_be_false(clause))
        name, label = f"{rule.id}.{clause.id}", f"{rule.label}·{clause.label}"
        can_lose = contested or clause.condition is not None
        yield from _each(own, "clause", name, label, clause, can_lose=can_lose)


def _may_be_false(clause: p.Clause) -> bool:
    return clause.value.type.kind == "boolean" and not isinstance(clause.value, p.Constant)


def _figures(program: p.Program) -> Iterator[tuple[str, Carrier]]:
    for parameters in program.parameters.values():
        for parameter in parameters:
            for value in parameter.values:
                grounds = {value.provision: value.span, **{row.provision: row.span for row in value.rows}}
                for name, span in grounds.items():
                    yield name, Carrier("parameter", parameter.id, parameter.label, parameter.region, span.place)
    for year in program.calendar.years.values():
        carrier = Carrier("calendar", str(year.year), str(year.year), program.policy.packs[0].region.id, "")
        yield year.provision, carrier


def _each(
    citations: Iterable[str],
    kind: str,
    name: str,
    label: str,
    item: p.Rule | p.Clause | p.Bound | p.Delegation | p.ChoiceOfLaw | p.Check | p.Question,
    *,
    can_lose: bool = False,
) -> Iterator[tuple[str, Carrier]]:
    for provision in citations:
        yield provision, Carrier(kind, name, label, item.region, item.origin.span.place, can_lose)
