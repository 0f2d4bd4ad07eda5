"""Mutants: every change of a region's rules and figures, with what it is about and what could notice it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

import attrs

from engine import program as p
from engine.duties import rule_id
from engine.mutation.operators import Operator, changes_at
from engine.mutation.relowering import Relowering
from engine.mutation.shipped_figures import FigureChange, figure_changes
from engine.mutation.sites import Change, Site, sites_of
from engine.mutation.watching import DUTIES
from policy.dsl import tree as t
from policy.dsl.source import Span
from policy.model import Policy


@attrs.frozen(eq=False)
class Mutant:
    """One change, made in the pack of `region`.

    `subject` is the id and the label of the rule, question or figure that is changed; a case that
    looked at none of `keys` cannot notice it; one that looked at `nearby` is about the same rule.
    """

    operator: Operator
    region: str
    subject: tuple[str, str]
    change: Change | FigureChange
    keys: frozenset[Hashable]
    nearby: frozenset[Hashable]
    span: Span

    @property
    def provisions(self) -> tuple[str, ...]:
        """The provisions that what is changed stands on."""
        if isinstance(self.change, FigureChange):
            return (self.change.provision,)
        site = self.change.site
        for node in (site.node, *reversed(site.above)):
            terms = getattr(node, "terms", None)
            if isinstance(terms, t.Terms) and terms.citations:
                return tuple(found.id for item in terms.citations if (found := site.target_of(item)))
        return ()

    def program(self, relowering: Relowering) -> p.Program:
        """A region's program with the change."""
        if isinstance(self.change, FigureChange):
            return self.change.applied(relowering.original)
        return relowering.changed(self.change)


def mutants_of(policy: Policy, program: p.Program) -> Iterator[Mutant]:
    """All mutants of the region's own pack."""
    pack = policy.packs[-1]
    origins = _origins(program)
    for site in sites_of(pack, policy.vocabulary):
        found = list(changes_at(site))
        if found:
            subject, keys = subject_of(site), _keys(site, origins)
            nearby = _nearby(site)
            for operator, change in found:
                yield Mutant(operator, pack.region.id, subject, change, keys, nearby, site.node.span)
    for operator, figure in figure_changes(pack, policy.vocabulary):
        parameter = figure.old
        named, keys = (parameter.id, parameter.label), frozenset({("figure", parameter.id)})
        yield Mutant(operator, pack.region.id, named, figure, keys, keys, figure.span)


def subject_of(site: Site) -> tuple[str, str]:
    """The id and the label of the declaration that is changed."""
    match site.declaration:
        case t.Amend(target=name):
            target = site.target_of(name)
            return (target.id, target.label) if target else (name.text, name.text)
        case t.Bound(comparison=t.Compare(left=target)) | t.Delegate(parameter=target):
            found = site.target_of(target)
            return (found.id, found.label) if found else ("", "")
    names = getattr(site.declaration, "names", None)
    return (names.id, names.label) if isinstance(names, t.Names) else ("", "")


# ── what can notice ─────────────────────────────────────────────────────────────────────────────────


def _origins(program: p.Program) -> set[int]:
    """The nodes that are evaluated as expressions."""
    groups: Iterable[object] = (
        *program.rules.values(),
        *(answer for question in program.questions.values() for answer in question.answers.values()),
    )
    return {id(part.origin) for item in groups for part in p.walk(item)}


_BY_NAME = (t.Bound, t.Delegate, t.ChoiceOfLaw, t.Check, t.Question)


def _keys(site: Site, origins: set[int]) -> frozenset[Hashable]:
    """What a case must have looked at to notice a change: the expression, else whatever the declaration makes."""
    declaration = site.declaration
    if not isinstance(declaration, _BY_NAME) and not _is_duties(declaration):
        for node in (site.node, *reversed(site.above)):
            if not isinstance(node, t.Expr | t.Each | t.Interval):
                break
            if id(node) in origins:
                return frozenset({id(node)})
    return frozenset(_declared(site, declaration))


def _is_duties(declaration: t.Node) -> bool:
    return isinstance(declaration, t.Register) and declaration.kind == "duties"


def _declared(site: Site, declaration: t.Node) -> Iterator[Hashable]:
    subject = subject_of(site)[0]
    match declaration:
        case t.Bound():
            yield from ((kind, subject) for kind in ("rule", "figure", "limit"))
        case t.Delegate():
            yield ("figure", subject)
        case t.ChoiceOfLaw(governs=names) | t.Check(over=names):
            yield from (("rule", found.id) for name in names if (found := site.target_of(name)))
        case t.Question(answers=answers):
            yield ("question", subject)
            yield from (id(answer.value) for answer in answers)
        case _:
            yield ("rule", subject)
            if _is_duties(declaration):
                yield DUTIES


def _nearby(site: Site) -> frozenset[Hashable]:
    """The rule that is changed; of a register of duties the one duty."""
    if _is_duties(site.declaration):
        entry = next((node for node in (*site.above, site.node) if isinstance(node, t.Entry)), None)
        found = site.target_of(entry.name) if entry else None
        if found is not None:
            return frozenset({("rule", rule_id(subject_of(site)[0], found.field))})
    return frozenset(_declared(site, site.declaration))
