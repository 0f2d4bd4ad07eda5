"""Whether every case that a rule's conditions can tell apart has one answer, and not two.

All values that make a difference to the conditions are tried, those that no longer matter left out. What
is found with facts alone is certain; where other rules or computed comparisons take part it may be that
the values tried never meet, and it is only a warning. Facts are taken as known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from policy.analysis.condition_reader import ConditionReader, ImpossibleError
from policy.analysis.conditions import Condition
from policy.analysis.counterexamples import facts_of, in_words
from policy.analysis.ranking import MOMENT, OpenError, Ranked
from policy.diagnostics import Diagnostic, Note, Severity, Text
from policy.dsl import tree as t
from policy.model import Policy

LIMIT_TRIALS = 1500
"""How many combinations are tried for one rule; one with more is left to its cases."""


@attrs.frozen(eq=False)
class _Found:
    """Clauses that win together with different values; none of them: a gap."""

    winners: tuple[Ranked, ...]
    given: Mapping[str, Any]
    moment: datetime | None


def check_overlaps(policy: Policy) -> Iterator[Diagnostic]:
    """Conflicts and gaps of the rules that the lowest region declares or amends."""
    own = policy.packs[-1]
    amended = {target.id for item in own.declarations(t.Amend) if (target := policy.target_of(item.target))}
    for pack in policy.packs:
        for rule in (*pack.declarations(t.Rule), *pack.declarations(t.Deadline)):
            if pack is own or rule.names.id in amended:
                yield from _RuleChecker(policy, rule).findings()


class _RuleChecker:
    def __init__(self, policy: Policy, rule: t.Rule | t.Deadline) -> None:
        self.policy = policy
        self.rule = rule
        self.reader = ConditionReader(policy)
        self.trials = 0
        self.order = self.reader.order(rule)
        self.ruled_out = [self.reader.ruled_out(check) for check in self._checks()]
        self.ruled_out += [self.reader.read(item.condition) for pack in policy.packs for item in pack.exclusions]
        self.domains = {name: variable.domain(policy) for name, variable in self.reader.variables.items()}

    def findings(self) -> Iterator[Diagnostic]:
        """At most one conflict and one gap; one that is certain, if there is any."""
        best: dict[bool, _Found] = {}
        try:
            for found in self._explore_all():
                before = best.get(bool(found.winners))
                if before is None or (self._is_certain(found) and not self._is_certain(before)):
                    best[bool(found.winners)] = found
        except RecursionError:
            return
        for found in best.values():
            yield self._conflict(found) if found.winners else self._gap(found)

    def _checks(self) -> Iterator[t.Check]:
        """What must hold wherever the rule is decided: cases against it are errors of their own."""
        for pack in self.policy.packs:
            for check in pack.declarations(t.Check):
                if any(
                    (target := self.policy.target_of(name)) and target.id == self.rule.names.id for name in check.over
                ):
                    yield check

    # ── trying ──────────────────────────────────────────────────────────────────────────────────
    def _explore_all(self) -> Iterator[_Found]:
        clauses = self.order.clauses
        starts = {end for clause in clauses for end in (clause.period.start, clause.period.end) if end}
        for moment in (datetime.min, *sorted(starts)):
            if any(item.clause.kind != "proviso" and item.period.contains(moment) for item in clauses):
                yield from self._explore({MOMENT: moment})

    def _explore(self, given: dict[str, Any]) -> Iterator[_Found]:
        self.trials += 1
        if self.trials > LIMIT_TRIALS:
            return
        try:
            won = self.order.winners(given)
        except OpenError as still:
            for value in self.domains[still.variable]:
                yield from self._explore({**given, still.variable: value})
        except ImpossibleError:
            return
        else:
            if (not won or self._differ(won)) and self._may_be(given):
                moment = None if given[MOMENT] == datetime.min else given[MOMENT]
                yield _Found(tuple(won), {name: value for name, value in given.items() if name != MOMENT}, moment)

    def _differ(self, won: Sequence[Ranked]) -> bool:
        """Whether two winners say different things; what must be computed may be the same."""
        found = [self.reader.constant(winner.clause.value) for winner in won]
        values = [item[0] for item in found if item is not None]
        return any(value != values[0] for value in values[1:])

    def _may_be(self, given: Mapping[str, Any]) -> bool:
        """Whether the values may meet: nothing rules them out, and none depends on another of them."""
        if any(_rules_out(test, given) for test in self.ruled_out):
            return False
        tried = [self.reader.variables[name] for name in given if name != MOMENT]
        about = [(variable, variable.about(self.policy)) for variable in tried]
        return not any(
            not one.is_free and said & also for one, said in about for other, also in about if one is not other
        )

    def _is_certain(self, found: _Found) -> bool:
        return all(self.reader.variables[name].is_free for name in found.given)

    # ── telling ─────────────────────────────────────────────────────────────────────────────────
    def _conflict(self, found: _Found) -> Diagnostic:
        certain = self._is_certain(found)
        names = [_called(winner) for winner in found.winners]
        case = in_words(found.given, self.reader.variables, self.policy)
        sometimes = Text("", "") if certain else Text("可能", "may ")
        zh = f"“{self.rule.names.label}”的{'、'.join(f'“{name.zh}”' for name in names)}{sometimes.zh}同时适用而结果不同：当 {case.zh}"
        en = f"{' and '.join(f'`{name.en}`' for name in names)} of `{self.rule.names.id}` {sometimes.en}apply together with different results: when {case.en}"
        own = {program.span.source for program in self.policy.packs[-1].programs}
        first, *others = sorted(found.winners, key=lambda winner: winner.clause.span.source not in own)
        return Diagnostic(
            code="E0501" if certain else "W0902",
            message=Text(zh, en),
            span=first.clause.span,
            severity=Severity.ERROR if certain else Severity.WARNING,
            notes=(*self._clause_notes(others), *self._provision_notes(found.winners), *self._case_note(found)),
            hint=Text("写明哪个优先（“优先于”），或写成但书", "say which comes first: `overrides`, or a proviso"),
            provisions=tuple(dict.fromkeys(name for winner in found.winners for name in self._citations(winner))),
        )

    def _gap(self, found: _Found) -> Diagnostic:
        case = in_words(found.given, self.reader.variables, self.policy)
        certain = self._is_certain(found)
        since = f"{found.moment.date().isoformat()}起，" if found.moment else ""
        zh = f"“{self.rule.names.label}”{'没有' if certain else '可能没有'}子句适用：{since}当 {case.zh}"
        en = f"no clause of `{self.rule.names.id}` {'applies' if certain else 'may apply'} when {case.en}"
        return Diagnostic(
            code="W0902",
            message=Text(zh, en),
            span=self.rule.names.span,
            severity=Severity.WARNING,
            notes=self._case_note(found),
            hint=Text("补一个情形，或写“一般 …”；法没有规定的写“一般 无规定”",
                      "add a case or a general clause; `general no_rule` where the law is silent"),
        )  # fmt: skip

    def _clause_notes(self, others: Sequence[Ranked]) -> Iterator[Note]:
        yield from (Note(Text("同时适用的子句", "the other clause"), other.clause.span) for other in others)

    def _provision_notes(self, winners: Sequence[Ranked]) -> Iterator[Note]:
        library = self.policy.library
        for name in dict.fromkeys(name for winner in winners for name in self._citations(winner)):
            if provision := library.provision(name):
                zh = f"{library.cited_as(provision, 'zh')}：{provision.gist.zh}"
                yield Note(Text(zh, f"{provision.id}: {provision.gist.en}"))

    def _case_note(self, found: _Found) -> tuple[Note, ...]:
        facts = facts_of(found.given, self.reader.variables) if self._is_certain(found) else ""
        day = found.moment.isoformat(timespec="minutes").removesuffix("T00:00") if found.moment else ""
        zh, en = (f"（{day}）", f" (on {day})") if day else ("", "")
        return (Note(Text(f"这样的案件{zh}：{facts}", f"such a case{en}: {facts}")),) if facts else ()

    def _citations(self, ranked: Ranked) -> list[str]:
        terms = ranked.clause.terms if ranked.clause.terms.citations else ranked.owner
        return [target.id for citation in terms.citations if (target := self.policy.target_of(citation))]


def _rules_out(test: Condition, given: Mapping[str, Any]) -> bool:
    """Whether a check or an exclusion forbids the case; one that cannot be decided there forbids nothing."""
    try:
        return test(given) is True
    except ImpossibleError:
        return False


def _called(ranked: Ranked) -> Text:
    names = ranked.clause.names
    return Text(names.label, names.id) if names else Text("一般", "general")
