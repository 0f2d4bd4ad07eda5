"""Whether every figure a region ships keeps within every bound, for every day and every row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import z3

from engine import program as p
from engine.proofs.effort import TOO_HARD, Effort
from engine.proofs.encoder import Scope
from engine.proofs.findings import Inspection, Open, Report
from engine.proofs.logic import lifted
from engine.proofs.models import trial_of
from engine.proofs.symbols import SECONDS
from engine.proofs.trials import Trial, day_text, nested
from policy.diagnostics import Diagnostic, Note, Text
from policy.parameters import DatedValue, Parameter
from policy.values import plain_typed


def figures_beyond(inspection: Inspection) -> Report:
    """The shipped figures that are beyond a bound in some case; written bounds that always hold are seen at loading."""
    found: list[Diagnostic] = []
    undecided: list[Open] = []
    program = inspection.program
    for name, bounds in program.bounds.items():
        for parameter in program.parameters.get(name, ())[:1]:
            for bound in bounds:
                if inspection.region not in (parameter.region, bound.region):
                    continue
                for item in _beyond(inspection, parameter, bound):
                    (undecided if isinstance(item, Open) else found).append(item)  # type: ignore[arg-type]
    return Report(findings=tuple(found), undecided=tuple(undecided))


def _beyond(inspection: Inspection, parameter: Parameter, bound: p.Bound) -> Iterator[Diagnostic | Open]:
    """At most one finding for every dated value."""
    prover = inspection.prover
    encoder = prover.encoder(inspection.program, None)
    symbols = prover.symbols
    for dated in parameter.values:
        with symbols.recording() as used:
            value = encoder.figures.on_dates(parameter, dated)
            wanted = encoder.figures.beyond(bound, value, Scope())
            _ = symbols.moment
        if wanted is False:
            continue
        solver = z3.Solver()
        effort = Effort(prover.seconds)
        solver.add([lifted(wanted), *symbols.constraints(used)])
        answer = effort.ask(solver)
        if answer == z3.unknown:
            about = Text("是否总在限度之内", "is the bound always kept")
            yield Open(inspection.region, parameter.id, parameter.label, about, TOO_HARD)
        elif answer == z3.sat:
            model = _early(solver, effort, symbols.moment)
            trial = trial_of(model, symbols, used)
            yield _told(inspection, parameter, dated, bound, trial)


def _early(solver: z3.Solver, effort: Effort, moment: Any) -> z3.ModelRef:
    """A model at the beginning of a day, if there is one."""
    model = solver.model()
    solver.add(moment % SECONDS == 0)
    return solver.model() if effort.ask(solver) == z3.sat else model


def _told(inspection: Inspection, parameter: Parameter, dated: DatedValue, bound: p.Bound, trial: Trial) -> Diagnostic:
    policy = inspection.program.policy
    library = policy.library
    keys = [trial.facts.get(path) for path in parameter.keys]
    row = next((row for row in dated.rows if row.fits(keys)), None)
    figure = row or dated
    day: datetime = trial.moment
    shown = plain_typed(figure.value, parameter.type, policy.vocabulary)
    zh, en = ("不超过", "at most") if bound.operator == "at_most" else ("不低于", "at least")
    limit = bound.limit.origin.span.text
    case = {"region": inspection.region, "as_of": day_text(day), "facts": nested(trial.facts)}
    notes = [Note(Text("上级限度", "the superior's bound"), bound.origin.span)]
    for name in (*bound.citations, figure.provision):
        if found := library.provision(name):
            notes.append(
                Note(Text(f"{library.cited_as(found, 'zh')}：{found.gist.zh}", f"{found.id}: {found.gist.en}"))
            )
    notes.append(Note(Text(f"这样的案件：{case}", f"such a case: {case}")))
    return Diagnostic(
        code="E0406",
        message=Text(
            f"“{parameter.label}”在{day_text(day)}为 {shown}，上级限度为{zh} {limit}",
            f"`{parameter.id}` is {shown} on {day_text(day)}, the superior allows {en} {limit}",
        ),
        span=figure.span,
        notes=tuple(notes),
        hint=Text(f"改为{zh} {limit}", f"set it to {en} {limit}"),
        provisions=tuple(dict.fromkeys((*bound.citations, figure.provision))),
    )
