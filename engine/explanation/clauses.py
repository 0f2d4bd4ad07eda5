"""Which clause won and why, which lost and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from engine.decision import ClauseOutcome, Decision, Formula, Reason
from engine.explanation.document import Cite, Line, Node, Several, Styled, say
from engine.explanation.formulas import FormulaWriter
from engine.explanation.names import clause_name, rule_name
from policy.dsl import tree as t

GENERAL = "general"


class ClauseTeller:
    """Tells the fate of clauses."""

    def __init__(self, decision: Decision, formulas: FormulaWriter) -> None:
        self.decision = decision
        self.formulas = formulas

    def condition(self, formula: Formula) -> Line:
        """A condition, and what the facts in it are where it does not say so."""
        told = self.formulas.symbolic(formula)
        actual = self.formulas.actual(formula)
        if not actual:
            return told
        if len(actual) == 1:
            return (told, Styled("actual", say("actual", value=actual[0][1])))
        values = Several(tuple(say("actual_pair", name=name, value=value) for name, value in actual))
        return (told, Styled("actual", say("actual_many", values=values)))

    def winners(self, reason: Reason) -> Iterator[Line]:
        """The clauses that made the value, with the conditions that hold."""
        held = {self.formulas.place_of(formula): formula for formula in reason.conditions}
        for clause in reason.winners:
            if clause.kind == GENERAL:
                continue
            found = held.get(clause.place)
            if found is None or isinstance(found.expression, t.Truth):
                yield say("clause_plain", clause=clause_name(clause))
            else:
                yield say(f"clause_{clause.kind}", clause=clause_name(clause), condition=self.condition(found))

    def losers(self, reason: Reason) -> Iterator[Line]:
        """The clauses that did not make it, with why."""
        for clause in reason.clauses:
            if clause.outcome != "won":
                yield Styled("lost", self.lost(clause, reason))

    def lost(self, clause: ClauseOutcome, reason: Reason) -> Line:
        """One clause that lost."""
        if clause.citations:
            cites = Cite(clause.citations)
            return say("lost_cited", clause=clause_name(clause), cites=cites, why=self.why(clause, reason))
        return say("lost_line", clause=clause_name(clause), why=self.why(clause, reason))

    def why(self, clause: ClauseOutcome, reason: Reason) -> Line:
        """Why a clause lost."""
        match clause.outcome:
            case "condition_false" if clause.cause is not None:
                return say("lost_condition_false", condition=self.condition(clause.cause))
            case "condition_false":
                return say("lost_condition")
            case "displaced":
                by = next((clause_name(other) for other in reason.clauses if other.label == clause.by), clause.by)
                return say("lost_displaced", by=by) if clause.by else say("lost_displaced_plain")
            case "not_in_force":
                return self._not_in_force(clause)
        return say(f"lost_{clause.outcome}")

    def _not_in_force(self, clause: ClauseOutcome) -> Line:
        start, end = clause.period
        day = self.decision.as_of
        wording = self.formulas.wording
        if start and start[: len(day)] > day:
            return say("lost_not_yet", day=wording.iso_day(start))
        if end:
            return say("lost_no_longer", day=wording.iso_day(end))
        return say("lost_not_in_force")

    def lost_by_rule(self, reasons: list[Reason]) -> tuple[Node, ...]:
        """For each rule the clauses that lost for a reason worth telling, each once."""
        found: dict[str, tuple[Reason, Counter[str], dict[str, ClauseOutcome]]] = {}
        for reason in reasons:
            for clause in reason.clauses:
                if _is_worth_telling(clause):
                    _, counts, clauses = found.setdefault(reason.id, (reason, Counter(), {}))
                    key = f"{clause.id} {clause.outcome}"
                    counts[key] += 1
                    clauses.setdefault(key, clause)
        return tuple(self._rule(*entry) for entry in found.values())

    def _rule(self, reason: Reason, counts: Counter[str], clauses: dict[str, ClauseOutcome]) -> Node:
        details = []
        for key, clause in clauses.items():
            rows: Line = say("lost_elements", count=str(counts[key])) if counts[key] > 1 and reason.element else ""
            details.append((self.lost(clause, reason), rows))
        return Node(Styled("strong", rule_name(reason)), details=tuple(details), tone="lost")


def _is_worth_telling(clause: ClauseOutcome) -> bool:
    """That a general clause gives way to a case, or that one was not looked at, tells a clerk nothing."""
    if clause.outcome in ("won", "not_examined"):
        return False
    return not (clause.kind == GENERAL and clause.outcome == "displaced")
