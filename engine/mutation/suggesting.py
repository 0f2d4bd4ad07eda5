"""A case that tells a rule from its mutant: the cases there are, with a fact or two moved to a boundary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice, product
from typing import Any, Final

import attrs

from engine import program as p
from engine.cases import differences_of
from engine.decision import Decision, Status
from engine.facts import Facts
from engine.inputs import facts_behind
from engine.mutation.boundaries import Boundaries
from engine.mutation.mutants import Mutant
from engine.mutation.shipped_figures import FigureChange
from engine.mutation.trials import Bench, Programs, Trial
from policy.parameters import PARAMETERS
from policy.tables import Band, Cell
from policy.values import plain, plain_typed
from policy.vocabulary import Vocabulary

TRIES: Final = 500
"""How many changed cases are tried for one mutant."""

_CASES: Final = 8
"""How many cases are changed."""

_ABSENT: Final = object()


@attrs.frozen(eq=False)
class Suggestion:
    """A case as it would be written, what the rules answer, and what the mutant would answer."""

    case: dict[str, Any]
    answer: dict[str, Any]
    mutant_answer: dict[str, Any]


def suggestion(mutant: Mutant, bench: Bench, tries: int = TRIES) -> Suggestion | None:
    """A case that would notice the mutant; one with determined answers, if there is one."""
    programs = Programs(bench, mutant)
    fallback: Suggestion | None = None
    for trial in islice(_variants(mutant, bench), tries):
        laws = programs.laws(trial.laws)
        if not trial.is_answered_by(laws):
            continue
        before, after = trial.decided(trial.laws), trial.decided(laws)
        if not _notices(trial, before, after):
            continue
        found = _suggested(trial, before, after)
        if before.status is Status.DETERMINED:
            return found
        fallback = fallback or found
    return fallback


# ── other cases ─────────────────────────────────────────────────────────────────────────────────────


def _variants(mutant: Mutant, bench: Bench) -> Iterator[Trial]:
    """Cases about the rule with one fact changed, then with two."""
    bases = list(islice((base for trial in bench.about(mutant) for base in _at_row(mutant, trial)), _CASES))
    yield from bases
    yield from (other for base in bases for other in _with_one(mutant, base))
    for base in bases[:2]:
        for other in _with_one(mutant, base):
            yield from _with_one(mutant, other)


def _at_row(mutant: Mutant, trial: Trial) -> Iterator[Trial]:
    """The case, for a row of a table with the facts that find the row."""
    change = mutant.change
    if not isinstance(change, FigureChange) or not change.cells:
        yield trial
        return
    for choice in product(*map(_items, change.cells[0])):
        facts = trial.asked.facts
        for path, value in zip(change.old.keys, choice, strict=True):
            facts = facts if value is _ABSENT else facts.with_value(path, value)
        yield _asked(trial, facts)


def _items(cell: Cell) -> list[Any]:
    """The values of a cell; a band by its ends."""
    found = [end for item in cell or () for end in ((item.low, item.high) if isinstance(item, Band) else (item,))]
    return [value for value in found if value is not None] or [_ABSENT]


def _with_one(mutant: Mutant, trial: Trial) -> Iterator[Trial]:
    program = trial.laws.insured
    boundaries = Boundaries(mutant, trial)
    for path in _paths(mutant, trial, program):
        field = program.policy.vocabulary.field(path)
        if field is None:
            continue
        given = trial.asked.facts.values.get(path, _ABSENT)
        for value in boundaries.around(field.type, None if given is _ABSENT else given):
            if given is _ABSENT or value != given:
                yield _asked(trial, trial.asked.facts.with_value(path, value))
        if given is not _ABSENT:
            rest = {name: value for name, value in trial.asked.facts.values.items() if name != path}
            yield _asked(trial, Facts(rest))
    if trial.asked.as_of is not None:
        for moment in boundaries.moments():
            yield attrs.evolve(trial, asked=attrs.evolve(trial.asked, as_of=moment))


def _asked(trial: Trial, facts: Facts) -> Trial:
    return attrs.evolve(trial, asked=attrs.evolve(trial.asked, facts=facts))


def _paths(mutant: Mutant, trial: Trial, program: p.Program) -> list[str]:
    """The facts that the rule reads, those of the case first."""
    keys = {name for kind, name in (key for key in mutant.nearby if isinstance(key, tuple)) if kind == "rule"}
    rules = [program.rules[name] for name in sorted(keys) if name in program.rules]
    read = facts_behind([part for rule in rules for part in p.parts_of(rule)], program)
    figures = {name for kind, name in (key for key in mutant.nearby if isinstance(key, tuple)) if kind == "figure"}
    read |= {f"{PARAMETERS}.{name}" for name in figures}
    shipped = [item for name in sorted(figures) for item in program.parameters.get(name, ())]
    read |= {key for parameter in shipped for key in parameter.keys}
    given = [path for path in trial.asked.facts.values if path in read]
    others = [path for path in sorted(read) if path not in trial.asked.facts]
    return [*given, *others, *(path for path in trial.asked.facts.values if path not in read)]


# ── what they answer ────────────────────────────────────────────────────────────────────────────────


def _notices(trial: Trial, before: Decision, after: Decision) -> bool:
    """Whether a case that states the one answer fails with the other."""
    vocabulary = trial.laws.insured.policy.vocabulary
    case = attrs.evolve(
        trial.case,
        expect={name: _told(before, name, vocabulary) for name, item in before.results.items() if item.is_known},
        status=before.status,
        needs=tuple(need.path for need in before.needs),
        cites=(),
        diagnostics=tuple(item.code for item in before.diagnostics),
        deadlines=_deadlines(before),
    )
    return bool(differences_of(case, after, vocabulary))


def _suggested(trial: Trial, before: Decision, after: Decision) -> Suggestion:
    vocabulary = trial.laws.insured.policy.vocabulary
    case: dict[str, Any] = {"region": trial.laws.insured.region.id, "question": trial.asked.question.id}
    if trial.asked.treatment_region:
        case["treatment_region"] = trial.asked.treatment_region
    if trial.asked.as_of is not None:
        case["as_of"] = plain(trial.asked.as_of).removesuffix("T00:00")
    case["facts"] = _facts(trial.asked.facts.values, vocabulary)
    changed = [name for name in before.results if _told(before, name, vocabulary) != _told(after, name, vocabulary)]
    if changed and len(changed) < len(before.results):
        case["outputs"] = changed
    return Suggestion(case, answer_of(before, changed, vocabulary), answer_of(after, changed, vocabulary))


def _facts(values: Mapping[str, Any], vocabulary: Vocabulary) -> dict[str, dict[str, Any]]:
    facts: dict[str, dict[str, Any]] = {}
    for path, value in values.items():
        field = vocabulary.field(path)
        entity, _, name = path.partition(".")
        facts.setdefault(entity, {})[name] = plain_typed(value, field.type, vocabulary) if field else plain(value)
    return facts


def answer_of(decision: Decision, names: list[str], vocabulary: Vocabulary) -> dict[str, Any]:
    """What a case would have to state of some outputs."""
    answer: dict[str, Any] = {"status": str(decision.status)}
    if decision.status is not Status.ERROR:
        known = {name: _told(decision, name, vocabulary) for name in names if decision.results[name].is_known}
        answer |= {"expect": known} if known else {}
    if decision.needs:
        answer["needs"] = [need.path for need in decision.needs]
    if decision.diagnostics:
        answer["diagnostics"] = [item.code for item in decision.diagnostics]
    if _deadlines(decision):
        answer["deadlines"] = _deadlines(decision)
    return answer


def _deadlines(decision: Decision) -> dict[str, str]:
    return {notice.rule: notice.actor.en for notice in decision.notices if notice.kind == "deadline" and notice.actor}


def _told(decision: Decision, name: str, vocabulary: Vocabulary) -> Any:
    output = decision.results.get(name)
    if output is None or not output.is_known:
        return None
    return plain_typed(output.value, output.type, vocabulary)
