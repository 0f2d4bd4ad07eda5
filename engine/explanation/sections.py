"""Sections that several readers are given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from engine.decision import Decision, Effect, Output, Reason, Status, WhatIf
from engine.explanation.document import (
    Block,
    Bullets,
    Cite,
    Column,
    Line,
    Node,
    Pairs,
    Paragraph,
    Row,
    Section,
    Several,
    Styled,
    Table,
    Tree,
    Value,
    Verbatim,
    say,
)
from engine.explanation.interface_fields import CASH, FUND_TOTAL, PERSONAL, TOTAL
from engine.explanation.names import fact_name, insured_place, output_name, rule_name, treatment_place
from engine.explanation.origins import provenance
from engine.explanation.wording import Wording, words
from policy.diagnostics import Diagnostic, Text, render
from policy.types import Type

LIMIT_ROWS = 10
"""Rows of a list that a reader is shown who did not ask for all."""


def is_record_list(kind: Type) -> bool:
    """Whether values are shown as a table."""
    return kind.kind == "list" and kind.element is not None and kind.element.kind == "record"


def record_table(value: Sequence[Mapping[str, Any]], kind: Type, wording: Wording, limit: int | None) -> Table:
    """A list of records as a table, the first `limit` rows of it."""
    entity = kind.element.name if kind.element else ""
    names = list(dict.fromkeys(name for row in value for name in row))
    types = {name: wording.field_of(entity, name) or Type("unknown") for name in names}
    columns = tuple(
        Column(wording.field_label(entity, name), types[name].kind in ("money", "ratio", "points", "number", "integer"))
        for name in names
    )
    rows = tuple(
        Row(tuple(Value(row[name], types[name]) if name in row else "" for name in names)) for row in value[:limit]
    )
    more = say("more_rows", count=str(len(value))) if limit is not None and len(value) > limit else None
    return Table(columns, rows, more)


def needs_section(decision: Decision, lead: str = "needs_lead", *, brief: bool = False) -> Iterator[Section]:
    """The facts still needed, each with the rule and the clause that ask for it."""
    if not decision.needs or decision.status is Status.ERROR:
        return
    nodes = []
    for need in decision.needs:
        label = fact_name(need.path, need.label)
        name: Line = Styled("strong", Text(label.zh.replace(".", "的", 1), label.en) if brief else label)
        details: list[Line] = []
        if not brief:
            name = say("need", name=name, path=Styled("code", need.path))
        if need.rule and not brief:
            details.append(say("need_rule", rule=Text(need.rule_label, words(need.rule))))
        details.extend(cited_gists(decision, need.citations))
        nodes.append(Node(name, details=tuple(details), tone="need"))
    yield Section(say("needs"), (Paragraph(say(lead), "lead"), Tree(tuple(nodes))), "needs")


def human_section(decision: Decision, wording: Wording, lead: str = "human_lead") -> Iterator[Section]:
    """What a person has to decide, and under which clause."""
    if not decision.human:
        return
    nodes = []
    for need in decision.human:
        name = Styled("strong", Text(need.label, words(need.id)))
        line = (
            say("human_by", name=name, actor=actor_name(need.actor, wording))
            if need.actor
            else say("human_by_nobody", name=name)
        )
        remark = (say("remark", text=need.remark),) if need.remark else ()
        nodes.append(Node(line, details=(*remark, *cited_gists(decision, need.citations)), tone="human"))
    yield Section(say("human"), (Paragraph(say(lead), "lead"), Tree(tuple(nodes))), "human")


def actor_name(actor: str, wording: Wording) -> Text:
    """Who has to act: a value of one of the vocabulary's enumerations."""
    for policy in wording.policies:
        for enum in policy.vocabulary.enums.values():
            if actor in enum.values:
                return Text(enum.values[actor].label, words(actor))
    return Text(actor, words(actor))


def problems_section(decision: Decision, *, kindly: bool = False) -> Iterator[Section]:
    """What is wrong with the case or the rules; for a patient without the rules' own text."""
    if not decision.diagnostics:
        return
    if kindly:
        nodes = tuple(_problem(item, decision) for item in decision.diagnostics)
        yield Section(say("problems"), (Paragraph(say("problems_patient"), "lead"), Tree(nodes)), "problems")
        return
    rendered = tuple(Verbatim(Text(render(item, "zh"), render(item, "en"))) for item in decision.diagnostics)
    yield Section(say("problems"), (Paragraph(say("problems_lead"), "lead"), *rendered), "problems")


def _problem(item: Diagnostic, decision: Decision) -> Node:
    hint = (say("problem_hint", hint=item.hint),) if item.hint else ()
    return Node(
        Styled("strong", Text(item.message.zh, words(item.message.en))),
        details=(*hint, *cited_gists(decision, item.provisions)),
        tone="problem",
    )


def cited_gists(decision: Decision, names: Sequence[str]) -> Iterator[Line]:
    """Each provision with its gist."""
    for name in names:
        provision = decision.provisions.get(name)
        if provision is not None:
            yield Styled("gist", say("gist", cite=Cite((name,)), gist=provision.gist))


def notices_section(decision: Decision) -> Iterator[Section]:
    """What the decision triggers."""
    if decision.notices:
        items = tuple(
            (
                Text(item.text.zh, words(item.text.en)),
                Styled("quiet", say("cited", cites=Cite(item.citations))) if item.citations else "",
            )
            for item in decision.notices
        )
        yield Section(say("notices"), (Bullets(items),), "notices")


def what_if_section(decision: Decision) -> Iterator[Section]:
    """What each change would do."""
    if decision.what_if:
        nodes = tuple(_change(item, decision) for item in decision.what_if)
        yield Section(say("what_if"), (Tree(nodes),), "what-if")


def _change(item: WhatIf, decision: Decision) -> Node:
    before, after = Value(item.before, item.type), Value(item.after, item.type)
    line = say("changed", name=Styled("strong", fact_name(item.path, item.label)), before=before, after=after)
    cited = (say("need_under", cites=Cite(item.citations)),) if item.citations else ()
    told = [effect for effect in item.effects if decision.results[effect.id].field] or item.effects
    children = tuple(Node(effect_line(effect, decision), tone="effect") for effect in told)
    return Node(line, details=cited, children=children, tone="change")


def effect_line(effect: Effect, decision: Decision) -> Line:
    """How an output would differ, with the difference of amounts."""
    name = output_name(decision.results[effect.id])
    slots: dict[str, Line] = {
        "name": name,
        "before": Value(effect.before, effect.type),
        "after": Value(effect.after, effect.type),
    }
    if effect.type.kind == "money" and isinstance(effect.before, Decimal | int) and effect.after is not None:
        key = "effect_less" if effect.after < effect.before else "effect_more"
        return say(key, **slots, difference=Value(abs(effect.after - effect.before), effect.type))
    return say("effect", **slots)


def parameters_section(reasons: Sequence[Reason], *, is_complete: bool) -> Iterator[Section]:
    """The local figures that were used, with where they come from."""
    used = [reason for reason in reasons if reason.kind == "parameter"]
    if not used:
        return
    nodes = tuple(
        Node(
            say("is_so", name=Styled("strong", rule_name(item)), value=Value(item.value, item.type, is_full=True)),
            details=(Several(tuple(provenance(item)), "clause"), *_place(item, is_complete)),
            tone="parameter",
        )
        for item in used
    )
    yield Section(say("parameters"), (Tree(nodes),), "parameters")


def _place(item: Reason, is_complete: bool) -> Iterator[Line]:
    if is_complete and item.parameter and item.parameter.place:
        yield Styled("quiet", say("place", place=item.parameter.place))


def facts_section(decision: Decision, wording: Wording, limit: int | None) -> Iterator[Section]:
    """The facts as they were given."""
    pairs: list[tuple[Line, Line]] = []
    tables: list[Block] = []
    for path, value in decision.facts.items():
        entity, _, field = path.partition(".")
        kind = wording.field_of(entity, field) or Type("unknown")
        label = next((p.vocabulary.label(path) for p in wording.policies), path)
        if is_record_list(kind) and value:
            tables.append(Paragraph(Styled("strong", fact_name(path, label))))
            tables.append(record_table(value, kind, wording, limit))
        else:
            pairs.append((fact_name(path, label), Value(value, kind)))
    if decision.facts:
        yield Section(say("facts"), (Pairs(tuple(pairs)), *tables), "facts")


def answers_table(outputs: Sequence[Output]) -> Table:
    """Every scalar output in the order of its question, with its field of the national interface."""
    has_fields = any(output.field for output in outputs)
    columns = [Column(say("column_item")), Column(say("column_value"), is_amount=True)]
    if has_fields:
        columns.insert(1, Column(say("column_field")))
    rows = []
    for output in outputs:
        value = Value(output.value, output.type) if output.is_known else say("undecided")
        cells: list[Line] = [output_name(output), value]
        if has_fields:
            cells.insert(1, Styled("code", output.field))
        rows.append(Row(tuple(cells), tone=_tone(output) if has_fields else ""))
    return Table(tuple(columns), tuple(rows))


def _tone(output: Output) -> str:
    """How much a row of a sheet stands out."""
    if output.field in (TOTAL, FUND_TOTAL, PERSONAL, CASH):
        return "total"
    return "" if output.field else "minor"


def subtitle(decision: Decision, wording: Wording) -> Line:
    """Where and when, under the title."""
    parts: list[Line] = [say("insured_in", place=insured_place(decision))]
    if place := treatment_place(decision):
        parts += [say("separator"), say("treated_in", place=place)]
    if decision.as_of:
        parts += [say("separator"), say("on_day", day=wording.iso_day(decision.as_of))]
    return tuple(parts)


def receipt(decision: Decision, wording: Wording) -> Pairs:
    """What a replay of the decision needs."""
    rows: list[tuple[Line, Line]] = [
        (say("receipt_question"), Styled("code", decision.question)),
        (say("receipt_region"), insured_place(decision)),
    ]
    if place := treatment_place(decision):
        rows.append((say("receipt_treatment"), place))
    if decision.as_of:
        rows.append((say("receipt_as_of"), wording.iso_day(decision.as_of)))
    rows.append((say("receipt_revision"), Styled("code", decision.revision)))
    rows.append((say("receipt_facts"), Styled("code", decision.facts_hash)))
    return Pairs(tuple(rows))


def all_reasons(decision: Decision) -> list[Reason]:
    """Every reason behind the outputs, each once, in the order of the outputs."""
    found: dict[int, Reason] = {}
    todo = list(reversed(decision.reasons))
    while todo:
        reason = todo.pop()
        if id(reason) not in found:
            found[id(reason)] = reason
            todo.extend(reversed(reason.inputs))
    return list(found.values())
