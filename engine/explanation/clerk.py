"""What a counter clerk and an auditor are told: the sheet, the reasons, what lost and what is open."""

from __future__ import annotations

from collections.abc import Iterator

from engine.decision import Decision, Reason, Status
from engine.explanation import sections as parts
from engine.explanation.clauses import ClauseTeller
from engine.explanation.document import (
    Block,
    Cite,
    Document,
    Node,
    Paragraph,
    Section,
    Styled,
    Tree,
    say,
)
from engine.explanation.formulas import FormulaWriter
from engine.explanation.names import output_name, question_name, rule_name
from engine.explanation.reason_tree import ReasonTree
from engine.explanation.wording import Wording
from policy.diagnostics import Text
from policy.sources import Provision


def clerk_document(decision: Decision, wording: Wording) -> Document:
    """The sheet, the reasons clause by clause, what lost, what is open."""
    formulas = FormulaWriter(decision, wording)
    reasons = parts.all_reasons(decision)
    return _document(
        decision,
        wording,
        "clerk",
        (
            *_open_points(decision, wording),
            *_sheet(decision, wording, parts.LIMIT_ROWS),
            *_decided(decision, formulas, reasons),
            *parts.what_if_section(decision),
            *parts.notices_section(decision),
            *parts.facts_section(decision, wording, parts.LIMIT_ROWS),
        ),
    )


def auditor_document(decision: Decision, wording: Wording) -> Document:
    """Everything: every row, every loser, every place."""
    formulas = FormulaWriter(decision, wording)
    reasons = parts.all_reasons(decision)
    return _document(
        decision,
        wording,
        "auditor",
        (
            *_open_points(decision, wording),
            *_sheet(decision, wording, None),
            *_laws(decision, formulas, reasons),
            *_reasons(decision, formulas, is_complete=True),
            *parts.parameters_section(reasons, is_complete=True),
            *parts.what_if_section(decision),
            *parts.notices_section(decision),
            *parts.facts_section(decision, wording, None),
            *_provisions(decision),
        ),
    )


def _document(decision: Decision, wording: Wording, reader: str, sections: tuple[Section, ...]) -> Document:
    return Document(
        title=question_name(decision),
        subtitle=parts.subtitle(decision, wording),
        status=decision.status.value,
        reader=reader,
        sections=sections,
        receipt=parts.receipt(decision, wording),
    )


def _open_points(decision: Decision, wording: Wording) -> Iterator[Section]:
    if decision.status is Status.ERROR:
        yield from parts.problems_section(decision)
    yield from parts.needs_section(decision)
    yield from parts.human_section(decision, wording)


def _sheet(decision: Decision, wording: Wording, limit: int | None) -> Iterator[Section]:
    outputs = list(decision.results.values())
    if not outputs or decision.status is Status.ERROR:
        return
    scalars = [item for item in outputs if not parts.is_record_list(item.type)]
    blocks: list[Block] = [parts.answers_table(scalars)] if scalars else []
    for item in outputs:
        if parts.is_record_list(item.type) and item.value:
            blocks.append(Paragraph(Styled("strong", output_name(item))))
            blocks.append(parts.record_table(item.value, item.type, wording, limit))
    title = "sheet" if any(item.field for item in outputs) and len(scalars) > 2 else "answers"
    yield Section(say(title), tuple(blocks), "sheet")


def _decided(decision: Decision, formulas: FormulaWriter, reasons: list[Reason]) -> Iterator[Section]:
    """How it was decided: nothing where it could not be, lest a part pass for a result."""
    if decision.status is not Status.ERROR:
        yield from _reasons(decision, formulas, is_complete=False)
        yield from _lost(decision, formulas, reasons)
        yield from parts.parameters_section(reasons, is_complete=False)


def _reasons(decision: Decision, formulas: FormulaWriter, *, is_complete: bool) -> Iterator[Section]:
    tree = ReasonTree(decision, formulas, is_complete=is_complete).tree()
    if tree.nodes:
        title = say("reasons_complete" if is_complete else "reasons")
        yield Section(title, (tree,), "reasons")


def _lost(decision: Decision, formulas: FormulaWriter, reasons: list[Reason]) -> Iterator[Section]:
    nodes = ClauseTeller(decision, formulas).lost_by_rule(reasons)
    if nodes:
        yield Section(say("lost"), (Tree(nodes),), "lost")


def _laws(decision: Decision, formulas: FormulaWriter, reasons: list[Reason]) -> Iterator[Section]:
    teller = ReasonTree(decision, formulas, is_complete=True)
    found: dict[str, Node] = {}
    for reason in reasons:
        if reason.law and reason.id not in found:
            law = say("is_so", name=Styled("strong", rule_name(reason)), value=teller.law(reason))
            found[reason.id] = Node(law, tone="law")
    if found:
        yield Section(say("laws"), (Tree(tuple(found.values())),), "laws")


def _provisions(decision: Decision) -> Iterator[Section]:
    nodes = tuple(_provision(item, decision) for item in decision.provisions.values())
    if nodes:
        yield Section(say("provisions"), (Tree(nodes),), "provisions")


def _provision(provision: Provision, decision: Decision) -> Node:
    documents = (policy.library.documents for policy in decision.policies.values())
    title = next((known[provision.document].title for known in documents if provision.document in known), "")
    source = Text(f"《{title}》", f"《{title}》{provision.clause}")
    return Node(
        (Styled("strong", Cite((provision.id,))), Styled("quiet", Text(f" {provision.id}", ""))),
        details=(provision.gist, Styled("quiet", (source, "  ", say("place", place=provision.span.reference)))),
        tone="provision",
        anchor=f"p-{provision.id}",
    )
