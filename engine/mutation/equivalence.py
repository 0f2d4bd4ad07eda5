"""Whether a surviving mutant says the same as the rule: proven by the solver, or not claimed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import attrs

from engine import program as p
from engine import proofs
from engine.deciding import decide
from engine.mutation.governing_days import is_about_its_day, says_the_same
from engine.mutation.identities import always_holds
from engine.mutation.mutants import Mutant
from engine.mutation.shipped_figures import FigureChange
from engine.mutation.single_elements import alike_at_both_ends
from engine.mutation.suggesting import Suggestion, answer_of
from engine.mutation.trials import Bench, Programs
from policy.diagnostics import Text
from policy.dsl import tree as t

SECONDS: Final = 3
"""How hard the solver may try for one rule."""


@attrs.frozen
class Answer:
    """Proven equivalent, or a case that tells them apart, or why neither is known."""

    is_equivalent: bool
    suggestion: Suggestion | None = None
    why: Text | None = None


def compared(mutant: Mutant, bench: Bench, seconds: int = SECONDS) -> Answer:
    """What the solver says: equivalent only if every rule that is changed is, in every region that has it."""
    if _is_about_a_day(mutant):
        return Answer(_is_same_day(mutant, bench), why=_ANOTHER_DAY)
    if _is_needless_check(mutant, bench):
        return Answer(True)
    if _is_about_who_acts(mutant):
        return Answer(False, why=_NO_VALUE)
    if not proofs.available():
        return Answer(False, why=_NO_SOLVER)
    if isinstance(_declaration(mutant), _NOT_RULES):
        return Answer(False, why=_NO_RULE)
    programs = Programs(bench, mutant)
    why: Text | None = None
    is_asked = False
    for old in _programs(mutant, bench):
        new = programs.program(old)
        for name in _changed_rules(mutant, old, new):
            is_asked = True
            before, after = (alike_at_both_ends(program, name) for program in (old, new))
            found = proofs.difference(before, after, bench.regions, name, seconds=seconds)
            if isinstance(found, proofs.Witness):
                return Answer(False, _shown(found, name, programs, bench))
            if isinstance(found, proofs.Undecided):
                why = why or found.reason
    return Answer(is_asked and why is None, why=why or (None if is_asked else _NO_RULE))


def _is_about_a_day(mutant: Mutant) -> bool:
    site = None if isinstance(mutant.change, FigureChange) else mutant.change.site
    return site is not None and is_about_its_day(site.above, site.node)


def _is_same_day(mutant: Mutant, bench: Bench) -> bool:
    programs = Programs(bench, mutant)
    return all(
        says_the_same(mutant.subject[0], old, programs.program(old), bench.regions) for old in _programs(mutant, bench)
    )


def _is_needless_check(mutant: Mutant, bench: Bench) -> bool:
    """Whether a check is left out that never fails."""
    if not isinstance(_declaration(mutant), t.Check) or isinstance(mutant.change, FigureChange) or mutant.change.new:
        return False
    governed = {rule for region in bench.regions.names() for rule in bench.regions.program(region).choices}
    return all(
        always_holds(check, program, governed)
        for program in _programs(mutant, bench)
        for checks in program.checks.values()
        for check in checks
        if check.id == mutant.subject[0]
    )


def _is_about_who_acts(mutant: Mutant) -> bool:
    """Whether it is told with a deadline, and no part of its value."""
    if isinstance(mutant.change, FigureChange):
        return False
    deadline, *below = (*mutant.change.site.above, mutant.change.site.node)
    return isinstance(deadline, t.Deadline) and bool(below) and below[0] is deadline.actor


_NOT_RULES = (t.Bound, t.Delegate, t.ChoiceOfLaw, t.Check, t.Question, t.Checklist)
"""What the solver is not asked about: they say nothing that a rule's value alone would show."""

_NO_SOLVER = Text("未装求解器，等价与否未证明", "the solver is not installed: equivalence is not proven")
_ANOTHER_DAY = Text("可能按另一天的法", "another day's law may decide")
_NO_VALUE = Text("责任主体不是值，求解器不比较", "who must act is no value that the solver compares")
_NO_RULE = Text("求解器只比较规则的值", "the solver compares the values of rules only")


def _declaration(mutant: Mutant) -> t.Node | None:
    return None if isinstance(mutant.change, FigureChange) else mutant.change.site.declaration


def _programs(mutant: Mutant, bench: Bench) -> Iterator[p.Program]:
    """The region's own program, and those of regions below it."""
    for name in bench.regions.names():
        program = bench.regions.program(name)
        if any(pack.region.id == mutant.region for pack in program.policy.packs):
            yield program


def _changed_rules(mutant: Mutant, old: p.Program, new: p.Program) -> Iterator[str]:
    """The rules that the mutant changes; for a figure those that read it."""
    if isinstance(mutant.change, FigureChange):
        figure = mutant.change.old.id
        for name, rule in old.rules.items():
            if any(isinstance(part, p.ParameterValue) and part.id == figure for part in p.walk(rule)):
                yield name
        return
    entries = [node for node in mutant.change.site.above if isinstance(node, t.Entry)]
    for name in dict.fromkeys((*old.rules, *new.rules)):
        before, after = old.rules.get(name), new.rules.get(name)
        if before is after or (entries and before and before.kind == "duty" and before.origin is not entries[0]):
            continue
        yield name


def _shown(found: proofs.Witness, name: str, programs: Programs, bench: Bench) -> Suggestion:
    """The witness with both answers."""
    case = dict(found.case)
    laws, stated = bench.regions.stated(
        case["region"], name, case["facts"], case.get("as_of"), case.get("treatment_region")
    )
    before, after = decide(laws, stated), decide(programs.laws(laws), stated)
    vocabulary = laws.insured.policy.vocabulary
    return Suggestion(case, answer_of(before, [name], vocabulary), answer_of(after, [name], vocabulary))
