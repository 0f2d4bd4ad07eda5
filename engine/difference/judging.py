"""Whether a part that is written otherwise also decides otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

import attrs

from engine import program as p
from engine.difference.case_runs import CaseRuns
from engine.difference.clause_changes import clause_changes, figure_changes
from engine.difference.outcomes import Outcome, outcome_of
from engine.difference.pairing import Pair
from engine.difference.parts import Key, Part
from engine.difference.proving import Proof, is_installed, prove_equal
from engine.difference.shapes import Likeness
from engine.difference.trial_values import TrialValues, reached_from
from engine.difference.trials import differing_case, is_faulty
from engine.difference.versions import Both, Versions
from policy.diagnostics import Text


class Verdict(StrEnum):
    """What became of a part."""

    SAME = "same"
    REWORDED = "reworded"
    REGROUNDED = "regrounded"
    EQUIVALENT = "equivalent"
    CHANGED = "changed"
    UNDECIDED = "undecided"
    RENAMED = "renamed"
    ADDED = "added"
    REMOVED = "removed"


MATTERS = frozenset({Verdict.CHANGED, Verdict.UNDECIDED, Verdict.ADDED, Verdict.REMOVED})
"""After these what uses the part may decide otherwise."""

CONSEQUENCES = frozenset({"lapse", "actor"})
"""What a deadline or an open norm says besides its value; no proof of values speaks of it."""

LIMIT_USERS = 3
"""How many rules that use a part are asked in its place."""

LIMIT_REACH = 60
"""How many parts behind a rule are looked through for values worth trying."""


@attrs.frozen(eq=False)
class Witness:
    """A case that the versions decide differently, and where it comes from: a case file, a trial or the solver."""

    both: Both
    outcome: Outcome
    source: str


@attrs.frozen(eq=False)
class Judged:
    """The verdict on a pair, with the case that shows it or the reason; whether what uses it may change too."""

    verdict: Verdict
    witness: Witness | None = None
    reason: Text | None = None
    has_effects: bool = True


OTHER_CONSEQUENCES = Text("责任或逾期后果变了", "the actor or what lapse means changed")


def at_first_sight(pair: Pair) -> Verdict | None:
    """The verdict where what is written settles it."""
    if pair.old is None:
        return Verdict.ADDED
    if pair.new is None:
        return Verdict.REMOVED
    if pair.is_renamed:
        return Verdict.RENAMED
    settled = {
        Likeness.WORDED: Verdict.SAME,
        Likeness.GROUNDED: Verdict.REWORDED,
        Likeness.DECIDES: Verdict.REGROUNDED,
    }
    return settled.get(pair.likeness)


@attrs.frozen(eq=False)
class Bench:
    """What a region's pairs are judged with."""

    versions: Versions
    region: str
    old: p.Program
    new: p.Program
    old_parts: Mapping[Key, Part]
    new_parts: Mapping[Key, Part]
    uses: Mapping[Key, frozenset[Key]]
    runs: CaseRuns
    seconds: float

    def judge(self, pair: Pair, roots: frozenset[Key]) -> Judged:
        """Tell whether the pair decides otherwise; `roots` are all parts of the region that are written otherwise."""
        settled = at_first_sight(pair)
        if settled is not None:
            return Judged(settled)
        if pair.key[0] in ("fact", "enum", "calendar"):
            return Judged(Verdict.CHANGED)
        if self._is_same_history(pair):
            return Judged(Verdict.EQUIVALENT, reason=Text("各个时期的值都一样", "the same value at every time"))
        witness = self._witness(pair)
        if witness is not None:
            return self._changed(pair, self._more_real(pair, witness), roots)
        if pair.key[0] == "parameter":
            return Judged(Verdict.CHANGED, reason=Text("没有规则受影响的案例", "no case of a rule shows it"))
        if pair.part.kind == "checklist":
            return Judged(Verdict.CHANGED, reason=Text("清单是否开放变了", "whether the checklist is open changed"))
        if pair.key[0] == "rule" and self._consequences_differ(pair):
            is_same_value = self._proven(pair).verdict is Verdict.EQUIVALENT
            return Judged(Verdict.CHANGED, reason=OTHER_CONSEQUENCES, has_effects=not is_same_value)
        return self._proven(pair)

    def _is_same_history(self, pair: Pair) -> bool:
        if pair.key[0] != "parameter" or pair.old is None or pair.new is None:
            return False
        one, other = pair.old.item, pair.new.item
        same_kind = (one.type, one.keys, one.hit) == (other.type, other.keys, other.hit)
        # The order of a table's rows tells which counts where the topmost is taken.
        return same_kind and one.hit != "first" and not figure_changes(one, other)

    def _consequences_differ(self, pair: Pair) -> bool:
        assert pair.old is not None and pair.new is not None
        terms = (term.term for change in clause_changes(pair.old, pair.new) for term in change.terms if not change.id)
        return not CONSEQUENCES.isdisjoint(terms)

    # ── a case that shows it ────────────────────────────────────────────────────────────────────
    def asked_for(self, pair: Pair) -> list[str]:
        """The rules and questions that speak for the pair: itself, or those that use it."""
        kind, name = pair.key
        if kind in ("rule", "question"):
            return [name]
        users = [user for user, used in self.uses.items() if pair.key in used]
        if kind == "parameter" or kind in ("bound", "delegation"):
            users += [user for user, used in self.uses.items() if ("parameter", name) in used and user not in users]
            users += [("rule", name)] if ("rule", name) in self.old_parts else []
        both = [user for user in users if user in self.old_parts and user in self.new_parts]
        speakers = [user for user in both if user[0] == "rule"] or [user for user in both if user[0] == "question"]
        return [user[1] for user in speakers]

    def _witness(self, pair: Pair) -> Witness | None:
        for name in self.asked_for(pair)[:LIMIT_USERS]:
            values = TrialValues(self._nearby(pair, name), self.new.policy)
            found = differing_case(self.versions, self.region, name, values)
            if found is not None:
                return Witness(*found, "trial")
        return self._from_cases(pair)

    def _nearby(self, pair: Pair, name: str) -> Iterator[Part]:
        """The pair, what speaks for it, and what they rest on, in both versions."""
        yield from filter(None, (pair.old, pair.new))
        start = [key for key in (("rule", name), ("question", name)) if key in self.uses]
        for key in reached_from(start, dict(self.uses), LIMIT_REACH):
            for parts in (self.old_parts, self.new_parts):
                if key in parts:
                    yield parts[key]

    def _from_cases(self, pair: Pair) -> Witness | None:
        run = self.runs.caused_by(self.region, pair.key[0], pair.key[1])
        if run is not None:
            return Witness(run.both, run.outcome, run.id)
        if pair.key[0] != "rule":
            return None
        name = pair.key[1]
        for asked in self.runs.by_rule.get((self.region, name), ()):
            alone = attrs.evolve(asked, question=name)
            both = self.versions.decide(attrs.evolve(alone, facts=self.versions.read_by(alone)))
            outcome = outcome_of(both)
            if outcome.is_changed and both.old and both.new:
                return Witness(both, outcome, "trial")
        return None

    def _more_real(self, pair: Pair, witness: Witness) -> Witness:
        """Another case where this one is an error under both versions, if the solver knows one."""
        if not is_faulty(witness.outcome) or pair.key[0] != "rule" or not is_installed():
            return witness
        proof = self._prove(self.new, pair.key[1])
        if proof.case is None:
            return witness
        both = self.versions.decide(proof.case)
        outcome = outcome_of(both)
        return Witness(both, outcome, "solver") if outcome.is_changed and not is_faulty(outcome) else witness

    # ── proofs ──────────────────────────────────────────────────────────────────────────────────
    def _changed(self, pair: Pair, witness: Witness, roots: frozenset[Key]) -> Judged:
        """Changed, unless the pair by itself says the same and only what it rests on has changed."""
        behind = set(reached_from([pair.key], dict(self.uses), LIMIT_REACH)) - {pair.key}
        if pair.key[0] == "rule" and behind & roots and is_installed() and pair.new is not None:
            alone = attrs.evolve(
                self.new,
                rules={**self.new.rules, **self.old.rules, pair.key[1]: pair.new.item},
                parameters={**self.new.parameters, **self.old.parameters},
                bounds={**self.new.bounds, **self.old.bounds},
                delegations={**self.new.delegations, **self.old.delegations},
            )
            if self._prove(alone, pair.key[1]).is_equal:
                return Judged(Verdict.EQUIVALENT, reason=Text("本身等价，随所依而变", "the same by itself"))
        return Judged(Verdict.CHANGED, witness)

    def _proven(self, pair: Pair) -> Judged:
        rules = [name for name in self.asked_for(pair) if name in self.old.rules and name in self.new.rules]
        if pair.key[0] == "question" or not rules:
            return Judged(
                Verdict.UNDECIDED, reason=Text("试过的案例结果都一样", "every case that was tried comes out the same")
            )
        for name in rules:
            proof = self._prove(self.new, name)
            if proof.case is not None:
                both = self.versions.decide(proof.case)
                outcome = outcome_of(both)
                if outcome.is_changed:
                    return Judged(Verdict.CHANGED, Witness(both, outcome, "solver"))
            if not proof.is_equal:
                return Judged(Verdict.UNDECIDED, reason=_unproven(proof))
        return Judged(Verdict.EQUIVALENT, reason=Text("已证明", "proven"))

    def _prove(self, other: p.Program, rule: str) -> Proof:
        return prove_equal(self.old, other, self.versions.old, rule, self.seconds)


def _unproven(proof: Proof) -> Text:
    why = proof.reason or Text("求解器的案例未能证实", "the solver's case is not confirmed")
    return Text(
        f"试过的案例结果都一样，但未能证明：{why.zh}", f"every case tried comes out the same, but unproven: {why.en}"
    )
