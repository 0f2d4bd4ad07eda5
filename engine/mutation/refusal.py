"""Whether a mutant would even load: what `tiaoli check` refuses needs no case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

from engine.mutation.mutants import Mutant
from engine.mutation.relowering import changed_pack
from engine.mutation.shipped_figures import FigureChange
from policy.analysis.bounds import check_bounds
from policy.analysis.overlaps import check_overlaps
from policy.checking import check_pack
from policy.diagnostics import Diagnostic
from policy.model import Pack, Policy
from policy.names import Scope
from policy.parameters import contradictions


def refusal(mutant: Mutant, policy: Policy) -> Diagnostic | None:
    """The first error that checking finds in the changed rules of a policy's own region."""
    return next((item for item in _found(mutant, policy) if item.is_error), None)


def _found(mutant: Mutant, policy: Policy) -> Iterator[Diagnostic]:
    if isinstance(mutant.change, FigureChange):
        yield from contradictions(mutant.change.new.values, mutant.change.new.hit)
    yield from _problems(_changed(mutant, policy.packs[-1]), policy)


def _changed(mutant: Mutant, pack: Pack) -> Pack:
    change = mutant.change
    if isinstance(change, FigureChange):
        return attrs.evolve(pack, parameters={**pack.parameters, change.old.id: change.new})
    new, _ = change.applied()
    return changed_pack(pack, change.site.declaration, new)


def _problems(pack: Pack, policy: Policy) -> Iterator[Diagnostic]:
    superiors = policy.packs[:-1]
    scope = Scope(superiors, pack.region.id, pack.programs, policy.vocabulary, policy.library, pack.parameters)
    checked, found = check_pack(scope, pack.programs)
    yield from found
    changed = attrs.evolve(policy, packs=(*superiors, attrs.evolve(pack, checked=checked)))
    later: Iterable[Iterable[Diagnostic]] = (check_bounds(changed), check_overlaps(changed))
    for findings in later:
        yield from findings
