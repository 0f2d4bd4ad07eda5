"""What came out of a case: values, the tree of reasons behind them, and what is still needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Any

import attrs

from policy.diagnostics import Diagnostic, Text
from policy.dsl import tree as t
from policy.model import Policy
from policy.sources import Provision
from policy.types import Type


class Status(StrEnum):
    """How a decision ended."""

    DETERMINED = "determined"
    UNDETERMINED = "undetermined"
    NEEDS_HUMAN = "needs_human"
    ERROR = "error"


@attrs.frozen
class Need:
    """A fact still needed: its path, its name, which rule asks for it and under which provisions."""

    path: str
    label: str
    rule: str = ""
    rule_label: str = ""
    citations: tuple[str, ...] = ()


@attrs.frozen
class HumanNeed:
    """A decision that the law leaves to a person."""

    id: str
    label: str
    actor: str | None
    citations: tuple[str, ...]
    remark: str = ""


@attrs.frozen(eq=False)
class Formula:
    """An expression as its author wrote it, and the values that its names had."""

    expression: t.Node
    values: Mapping[t.Node, tuple[Any, Type]]
    region: str


@attrs.frozen(eq=False)
class ClauseOutcome:
    """What became of one clause.

    `outcome` is won, condition_false, displaced, unknown, not_in_force or not_examined. For a
    condition that was false `cause` is the first part of it that failed; for a displaced clause
    `by` is the label of the clause that displaced it.
    """

    id: str
    label: str
    kind: str
    outcome: str
    citations: tuple[str, ...]
    region: str
    cause: Formula | None = None
    by: str = ""
    period: tuple[str, str] = ("", "")
    place: str = ""


@attrs.frozen(eq=False)
class ParameterOrigin:
    """Where a figure comes from: the case itself (`given`), a shipped value, or a default."""

    given: bool
    since: str
    until: str
    provision: str
    place: str
    is_unverified: bool
    shipped_value: Any = None


@attrs.frozen(eq=False)
class LawChosen:
    """Whose law decided a rule, and under which provision that was chosen; `places` are where it is written."""

    id: str
    label: str
    law: str
    region: str
    region_label: str
    citations: tuple[str, ...]
    places: tuple[str, ...] = ()


@attrs.frozen(eq=False)
class Reason:
    """Why a value is what it is. `kind` is rule, fact, derived_fact, parameter or answer."""

    kind: str
    id: str
    label: str
    value: Any
    type: Type
    region: str = ""
    region_label: str = ""
    citations: tuple[str, ...] = ()
    clauses: tuple[ClauseOutcome, ...] = ()
    formula: Formula | None = None
    conditions: tuple[Formula, ...] = ()
    inputs: tuple[Reason, ...] = ()
    parameter: ParameterOrigin | None = None
    law: LawChosen | None = None
    element: str = ""
    remark: str = ""
    note: Text | None = None

    @property
    def winners(self) -> tuple[ClauseOutcome, ...]:
        """The clauses that made the value."""
        return tuple(clause for clause in self.clauses if clause.outcome == "won")

    def walk(self) -> Iterator[Reason]:
        """This reason and all behind it, each once."""
        return all_behind((self,))


def all_behind(reasons: Iterable[Reason]) -> Iterator[Reason]:
    """Some reasons and all behind them, each once though several stand on it."""
    seen: set[int] = set()
    for root in reasons:
        todo = [root]
        while todo:
            reason = todo.pop()
            if id(reason) not in seen:
                seen.add(id(reason))
                yield reason
                todo.extend(reversed(reason.inputs))


@attrs.frozen(eq=False)
class Output:
    """One answer of the question: its value, or None with `is_known` false."""

    id: str
    label: str
    type: Type
    value: Any
    is_known: bool
    field: str
    is_ordered: bool
    reason: Reason | None


@attrs.frozen(eq=False)
class Notice:
    """Something that the decision triggers: a `deadline` to keep, or a bound that was `overridden`.

    A deadline names the rule that sets it, its last day and who must act.
    """

    kind: str
    text: Text
    citations: tuple[str, ...] = ()
    rule: str = ""
    due: date | None = None
    actor: Text | None = None


@attrs.frozen(eq=False)
class CheckMade:
    """A check that was made, and whether it holds."""

    id: str
    label: str
    holds: bool
    citations: tuple[str, ...]
    region: str


@attrs.frozen(eq=False)
class Effect:
    """How one output would differ."""

    id: str
    label: str
    type: Type
    before: Any
    after: Any


@attrs.frozen(eq=False)
class WhatIf:
    """A fact that a person can still change, and what the change would do."""

    path: str
    label: str
    before: Any
    after: Any
    type: Type
    effects: tuple[Effect, ...]
    citations: tuple[str, ...] = ()
    action: Text | None = None


@attrs.frozen(eq=False)
class Decision:
    """The answer to a question about a case, with everything that explains it.

    `policies` are the policies it was decided under, by region id: explanations take the names of
    enumerations, fields and provisions, and the words of the rules, from them. `checks` are the
    checks that were made, `visited` the region and id of every rule that was looked at. `examined` are the
    reasons of all rules and figures that were looked at, those behind checks and errors too; `met` is what no
    reason tells: bounds that values were held against (one that stopped a value won), clauses that refused the case.
    """

    question: str
    question_label: str
    region: str
    region_label: str
    treatment_region: str | None
    treatment_region_label: str
    as_of: str
    status: Status
    results: Mapping[str, Output]
    needs: tuple[Need, ...]
    human: tuple[HumanNeed, ...]
    diagnostics: tuple[Diagnostic, ...]
    notices: tuple[Notice, ...]
    provisions: Mapping[str, Provision]
    documents: Mapping[str, str]
    revision: str
    facts_hash: str
    facts: Mapping[str, Any]
    policies: Mapping[str, Policy]
    checks: tuple[CheckMade, ...] = ()
    visited: frozenset[tuple[str, str]] = frozenset()
    examined: tuple[Reason, ...] = ()
    met: tuple[ClauseOutcome, ...] = ()
    what_if: tuple[WhatIf, ...] = ()

    @property
    def outputs(self) -> dict[str, Any]:
        """Output id → typed value, for the outputs that could be decided."""
        return {name: item.value for name, item in self.results.items() if item.is_known}

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The reason of every output that has one."""
        return tuple(item.reason for item in self.results.values() if item.reason)

    def explain(self, lang: str = "zh", reader: str = "clerk", format: str = "text") -> str:
        """The decision in words: `lang` zh or en, `reader` patient, clerk or auditor, `format` text, markdown, html or json."""
        from engine.explanation import render

        return render(self, lang=lang, reader=reader, format=format)

    def cited(self) -> set[str]:
        """Every provision that made a difference: of winning clauses, bounds, choices and diagnostics."""
        found = {name for need in self.needs for name in need.citations}
        found |= {name for item in self.diagnostics for name in item.provisions}
        found |= {name for item in self.human for name in item.citations}
        found |= {name for notice in self.notices for name in notice.citations}
        for reason in all_behind(self.reasons):
            found.update(reason.citations)
            if reason.law:
                found.update(reason.law.citations)
            if reason.parameter and reason.parameter.provision:
                found.add(reason.parameter.provision)
        return found
