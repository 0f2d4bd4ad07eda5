"""The reasons of a decision as a tree that says each thing once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import attrs

from engine.decision import Decision, Formula, Output, Reason, Status
from engine.explanation.bands import workings
from engine.explanation.clauses import ClauseTeller
from engine.explanation.document import Cite, Line, Node, Ref, Several, Styled, Tree, Value, say
from engine.explanation.formulas import FormulaWriter
from engine.explanation.names import output_name, rule_name
from engine.explanation.origins import provenance
from engine.explanation.sections import all_reasons
from engine.unknown import Unknown
from policy.diagnostics import Text
from policy.dsl import tree as t

LIMIT_ALIKE = 2
"""Rows decided by the same clauses beyond which only one is shown to a clerk."""


class ReasonTree:
    """Builds the tree; a reason that was shown before is referred to by its number."""

    def __init__(self, decision: Decision, formulas: FormulaWriter, *, is_complete: bool) -> None:
        self.decision = decision
        self.formulas = formulas
        self.clauses = ClauseTeller(decision, formulas)
        self.is_complete = is_complete
        self._roots = {id(reason) for reason in decision.reasons}
        self._mentions = _mentions(decision)
        self._numbers: dict[int, int] = {}
        self._shown: set[int] = set()
        self._gists: set[str] = set()
        self._keys: dict[object, int] = {}
        self._alikes: dict[int, int] = {}

    def tree(self) -> Tree:
        """The reasons of every output that has been decided, or was tried."""
        return Tree(tuple(self._output(item) for item in self.decision.results.values() if item.reason))

    # ── nodes ───────────────────────────────────────────────────────────────────────────────────
    def _output(self, output: Output) -> Node:
        reason = output.reason
        assert reason is not None
        if reason.kind == "parameter" or id(reason) in self._shown:
            name = Styled("strong", output_name(output))
            child = self.node(reason) if id(reason) not in self._shown else None
            see = self._see(reason) if child is None else ""
            line = (say("is_so", name=name, value=self._output_value(output)), see)
            return Node(line, children=(child,) if child else (), tone="output")
        node = self.node(reason)
        spoken = self.formulas.wording.text
        is_alike = spoken(output_name(output)) == spoken(rule_name(reason))
        alias = () if is_alike else (Styled("quiet", say("alias", name=output_name(output))),)
        return attrs.evolve(node, line=(node.line, *alias), tone="output")

    def _output_value(self, output: Output) -> Line:
        return Value(output.value, output.type) if output.is_known else say("undecided")

    def node(self, reason: Reason) -> Node:
        """The reason with what it rests on, or where that is shown."""
        if id(reason) in self._shown:
            return Node((self._headline(reason), self._see(reason)), tone="seen")
        self._shown.add(id(reason))
        number = self._number(reason)
        prefix: Line = Styled("number", say("number", number=str(number))) if number else ""
        details = tuple(self._details(reason))
        return Node(
            line=(prefix, self._headline(reason), self._citations(reason)),
            details=details,
            children=tuple(self._children(reason)),
            anchor=f"r{number}" if number else "",
            tone=reason.kind,
        )

    def _number(self, reason: Reason) -> int:
        if self._mentions[id(reason)] < 2:
            return 0
        return self._numbers.setdefault(id(reason), len(self._numbers) + 1)

    def _see(self, reason: Reason) -> Line:
        number = str(self._number(reason))
        return (" ", Ref(say("see", number=number), f"r{number}"))

    def _headline(self, reason: Reason) -> Line:
        name: Line = rule_name(reason)
        if reason.element:
            name = say("of_element", name=name, element=reason.element)
        if reason.kind == "parameter":
            name = say("parameter", name=name)
        value: Line = Value(reason.value, reason.type, is_full=reason.kind == "parameter")
        if self._is_open(reason):
            value = say("undecided")
        return say("is_so", name=Styled("strong", name), value=value)

    def _is_open(self, reason: Reason) -> bool:
        """Whether an empty value stands for one that could not be decided."""
        if reason.value is not None or self.decision.status is Status.DETERMINED:
            return False
        read = reason.formula.values.values() if reason.formula else ()
        return not reason.winners or any(isinstance(value, Unknown) for value, _ in read)

    def _citations(self, reason: Reason) -> Line:
        if reason.kind != "rule" or not reason.citations:
            return ""
        return Styled("quiet", say("cited", cites=Cite(reason.citations)))

    # ── details ─────────────────────────────────────────────────────────────────────────────────
    def _details(self, reason: Reason) -> Iterator[Line]:
        if reason.law:
            yield self.law(reason)
        yield from self.clauses.winners(reason)
        yield from self._formula(reason)
        if reason.parameter:
            yield Several(tuple(provenance(reason)), "clause")
        if reason.note:
            yield reason.note
        if reason.remark:
            yield say("remark", text=Text(reason.remark, reason.remark))
        if facts := self._facts(reason):
            yield say("facts_inline", facts=Several(tuple(facts)))
        if self.is_complete:
            yield from self.clauses.losers(reason)
            yield from self._places(reason)
        else:
            yield from self._new_gists(reason)

    def law(self, reason: Reason) -> Line:
        """Whose law decided, and under which provision that was chosen."""
        law = reason.law
        assert law is not None
        cites = Cite(law.citations)
        if law.law == "treatment" and not self.decision.treatment_region:
            return say("law_treatment_unnamed", cites=cites)
        place = Text(law.region_label, law.region.replace("_", " ").title())
        return say(f"law_{law.law}", place=place, cites=cites)

    def _formula(self, reason: Reason) -> Iterator[Line]:
        declared = self.formulas.declaration(reason)
        if isinstance(declared, t.Brackets):
            yield from (Styled("formula", text) for text in workings(reason, self.formulas))
        elif isinstance(declared, t.Deadline) and (start := self._start(reason, declared)) is not None:
            assert reason.formula is not None
            length = self.formulas.numeric(reason.formula)
            yield say("from_start", name=rule_name(start), value=Value(start.value, start.type), length=length)
        elif reason.formula is not None and reason.formula.values:
            yield from self._worked(reason, reason.formula)

    def _start(self, reason: Reason, declared: t.Deadline) -> Reason | None:
        """What a deadline is counted from."""
        policy = self.formulas.policy(reason.region)
        target = policy.target_of(declared.start) if policy else None
        if target is None or reason.formula is None or self._is_open(reason):
            return None
        return next((item for item in reason.inputs if item.id == target.id), None)

    def _worked(self, reason: Reason, formula: Formula) -> Iterator[Line]:
        symbolic = self.formulas.symbolic(formula)
        yield Styled("formula", say("formula", formula=symbolic))
        if self._is_open(reason):
            return
        numeric = self.formulas.numeric(formula, reason)
        value = self.formulas.wording.value(reason.value, reason.type)
        if numeric not in (value, symbolic):
            key = "formula_to" if reason.type.kind == "boolean" else "formula_numbers"
            equals = "= " if numeric.endswith("）") else " = "
            yield Styled("formula", say(key, formula=numeric, equals=equals, value=value))

    def _facts(self, reason: Reason) -> list[Line]:
        return [
            say("actual_pair", name=rule_name(item), value=Value(item.value, item.type))
            for item in reason.inputs
            if item.kind == "fact"
        ]

    def _new_gists(self, reason: Reason) -> Iterator[Line]:
        """The gist of each provision, where it is met first."""
        for name in reason.citations if reason.kind == "rule" else ():
            provision = self.decision.provisions.get(name)
            if provision is not None and name not in self._gists:
                self._gists.add(name)
                yield Styled("gist", say("gist", cite=Cite((name,)), gist=provision.gist))

    def _places(self, reason: Reason) -> Iterator[Line]:
        places = [clause.place for clause in reason.winners]
        if reason.parameter and reason.parameter.place:
            places.append(reason.parameter.place)
        if places:
            yield Styled("quiet", say("place", place="  ".join(dict.fromkeys(places))))

    # ── children ────────────────────────────────────────────────────────────────────────────────
    def _children(self, reason: Reason) -> Iterator[Node]:
        inputs = [item for item in reason.inputs if item.kind != "fact"]
        sizes = Counter(item.id for item in inputs if item.element)
        done: set[str] = set()
        for item in inputs:
            if not item.element or sizes[item.id] <= LIMIT_ALIKE:
                yield self._child(item)
            elif item.id not in done:
                done.add(item.id)
                yield self._rows([other for other in inputs if other.element and other.id == item.id])

    def _child(self, reason: Reason) -> Node:
        if id(reason) in self._roots and id(reason) not in self._shown:
            return Node((self._headline(reason), self._see(reason)), tone="seen")
        return self.node(reason)

    def _rows(self, rows: Sequence[Reason]) -> Node:
        """The rows of a list: all of them, or one of each kind."""
        line = say("rows_of", name=Styled("strong", rule_name(rows[0])), count=str(len(rows)))
        kinds: dict[object, list[Reason]] = {}
        for row in rows:
            kinds.setdefault(self._likeness(row) if self.is_complete else _kind(row), []).append(row)
        if all(id(alike[0]) in self._shown for alike in kinds.values()):
            seen = say("rows_seen", name=Styled("strong", rule_name(rows[0])), count=str(len(rows)))
            return Node(seen, tone="seen")
        nodes = [node for alike in kinds.values() for node in self._alike(alike)]
        return Node(line, children=tuple(nodes), tone="rows")

    def _alike(self, alike: Sequence[Reason]) -> Iterator[Node]:
        """One row in full; of the others their names, or for an auditor their workings."""
        first, *others = alike
        node = self._child(first)
        if not others:
            yield node
        elif not self.is_complete:
            yield attrs.evolve(node, details=(say("alike", others=_row_names(others)), *node.details))
        else:
            yield node
            told = say("alike_rows", element=first.element, count=str(len(others)))
            yield Node(told, details=tuple(map(self._working, others)), tone="rows")

    def _working(self, row: Reason) -> Line:
        numeric = self.formulas.numeric(row.formula, row) if row.formula and row.formula.values else ""
        value = self.formulas.wording.value(row.value, row.type)
        if not numeric or numeric == value:
            return say("row_plain", element=row.element, value=value)
        return say("row_worked", element=row.element, formula=numeric, value=value)

    def _likeness(self, row: Reason) -> int:
        """A number that rows share if their explanations differ in nothing but amounts.

        What decided them is alike, down to the facts in every condition, and so is what they rest on.
        """
        if id(row) not in self._alikes:
            causes = (*row.conditions, *(clause.cause for clause in row.clauses if clause.cause))
            key = (
                row.kind,
                row.id,
                row.value if row.type.kind in ("enum", "boolean", "text") else None,
                tuple((clause.id, clause.outcome) for clause in row.clauses),
                tuple((id(cause.expression), *(str(value) for value, _ in cause.values.values())) for cause in causes),
                tuple(self._likeness(item) if item.element else id(item) for item in row.inputs),
            )
            self._alikes[id(row)] = self._keys.setdefault(key, len(self._keys))
        return self._alikes[id(row)]


def _mentions(decision: Decision) -> Counter[int]:
    """How often each reason is met."""
    found = Counter(id(root) for root in decision.reasons)
    for reason in all_reasons(decision):
        found.update(id(item) for item in reason.inputs if item.kind != "fact")
    return found


def _kind(row: Reason) -> tuple[tuple[str, ...], ...]:
    """Which clauses decided a row and what it rests on."""
    own = tuple(clause.id for clause in row.winners)
    return (own, *(tuple(clause.id for clause in item.winners) for item in row.inputs if item.kind == "rule"))


def _row_names(rows: Sequence[Reason]) -> Line:
    names = [f"“{row.element}”" for row in rows]
    if len(names) <= 4:
        return Several(tuple(names))
    return say("row_range", first=Several(tuple(names[:3])), count=str(len(names)))
