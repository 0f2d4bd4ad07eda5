"""Hypothesis strategies for syntax trees of every node kind, and a sample program that uses them all."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from policy.dsl import tree as t
from policy.dsl.builder import ATTRIBUTES
from policy.dsl.lexicon import COMPARISONS, EQUALITY, ROUNDINGS, TOKENS, UNITS
from policy.dsl.source import Source, Span

SPAN = Span(Source("generated", ""), 0, 0)


def node(kind: type[t.Node], /, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(kind, span=st.just(SPAN), **fields)


# ── names ───────────────────────────────────────────────────────────────────────────────────────────

_ids = st.sampled_from(["a", "travel_reduction", "x1", "general", "points"])
_labels = st.sampled_from(["转诊", "异地降幅", "门（急）诊病历", "第15日", "ＡＢ", "a.b", ".", "甲 乙", "2022年"])
_odd = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="」\n"), min_size=1, max_size=5)
name_texts = st.one_of(_ids, _labels, st.sampled_from(sorted(TOKENS)), _odd)
names = node(t.Name, text=name_texts)
name_lists = st.lists(names, min_size=1, max_size=3).map(tuple)
paths = node(t.Path, parts=name_lists)
type_refs = node(t.TypeRef, name=names, is_list=st.booleans())


def _declared(written: list[str]) -> t.Names:
    identifier = next((text for text in written if text.isascii()), written[0])
    label = next((text for text in written if text != identifier), identifier)
    return t.Names(span=SPAN, id=identifier, label=label)


declared_names = st.lists(name_texts, min_size=1, max_size=2).map(_declared)


# ── literals ────────────────────────────────────────────────────────────────────────────────────────


def _is_quotable(text: str) -> bool:
    return "”" not in text or not {'"', "＂"} & set(text)


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=8).filter(_is_quotable)
decimals = st.builds(lambda digits, places: Decimal(digits).scaleb(-places), st.integers(0, 10**12), st.integers(0, 6))
_dates = st.dates(min_value=date(1, 1, 1)).map(date.isoformat)
_instants = st.datetimes(min_value=datetime(1, 1, 1, tzinfo=UTC).replace(tzinfo=None)).map(
    lambda moment: moment.replace(microsecond=0).isoformat()
)
moments = st.one_of(
    node(t.Moment, value=_dates, has_time=st.just(False)),
    node(t.Moment, value=_instants, has_time=st.just(True)),
)
atoms = st.one_of(
    node(t.Number, value=decimals),
    node(t.Percent, value=decimals),
    node(t.String, value=texts),
    moments,
    node(t.Truth, value=st.booleans()),
    node(t.Null),
    node(t.NoRule),
    paths,
)


# ── expressions ─────────────────────────────────────────────────────────────────────────────────────


def _larger(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    some = st.lists(inner, max_size=3).map(tuple)
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    interval = node(t.Interval, low=inner, high=inner, closed=st.booleans())
    each = node(
        t.Each,
        body=st.none() | inner,
        collection=inner,
        binder=st.none() | names,
        where=st.none() | inner,
    )
    argument = st.one_of(inner, each, node(t.Field, name=names, value=inner))
    return st.one_of(
        node(
            t.Quantity,
            operand=inner,
            unit=st.sampled_from(sorted(UNITS)),
            month_end=st.sampled_from(["", "clamped", "rolled"]),
        ),
        node(t.DayOf, month=inner, day=inner),
        node(t.Negative, operand=inner),
        node(t.Binary, operator=st.sampled_from("+-*/"), left=inner, right=inner),
        node(t.Rounded, operand=inner, mode=st.sampled_from(sorted(ROUNDINGS)), places=st.integers(0, 28)),
        node(t.Rounded, operand=inner, mode=st.sampled_from(sorted(ROUNDINGS)), places=st.just(2), unit=st.just("fen")),
        node(
            t.Rounded, operand=inner, mode=st.sampled_from(sorted(ROUNDINGS)), places=st.just(0), unit=st.just("yuan")
        ),
        node(t.Compare, operator=st.sampled_from(sorted({*COMPARISONS, *EQUALITY})), left=inner, right=inner),
        node(t.Member, operand=inner, collection=inner | interval, negated=st.booleans()),
        node(t.ListOf, items=some),
        node(t.Known, operand=inner),
        node(t.Default, operand=inner, otherwise=inner),
        node(t.Not, operand=inner),
        node(t.Logic, operator=st.sampled_from(["and", "or"]), operands=several),
        node(t.Call, function=names, arguments=st.lists(argument, max_size=3).map(tuple)),
    )


expressions = st.recursive(atoms, _larger, max_leaves=8)
small = st.recursive(atoms, _larger, max_leaves=2)
maybe = st.none() | small


# ── what declarations carry ─────────────────────────────────────────────────────────────────────────

_comment_texts = (
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), min_size=1, max_size=8)
    .map(str.strip)
    .filter(bool)
)
comments = st.lists(_comment_texts, max_size=2).map(tuple)


def _with_gaps(lines: list[tuple[str, bool]]) -> tuple[str, ...]:
    return tuple(text for comment, gap in lines for text in ((comment, "") if gap else (comment,)))


def _without_last_gap(lines: tuple[str, ...]) -> tuple[str, ...]:
    return lines[:-1] if lines and not lines[-1] else lines


leading_comments = st.lists(st.tuples(_comment_texts, st.booleans()), max_size=2).map(_with_gaps)
final_comments = leading_comments.map(_without_last_gap)

citations = st.one_of(
    node(
        t.Citation, document=node(t.Name, text=st.from_regex(r"[A-Z]{2,4}-[0-9a-z]{1,2}(\.[0-9]c?)?", fullmatch=True))
    ),
    node(t.Citation, document=names, clause=texts.filter(bool)),
)
terms = node(
    t.Terms,
    citations=st.lists(citations, max_size=2).map(tuple),
    since=st.none() | moments,
    until=st.none() | moments,
    remark=st.just("") | texts,
)
general_clauses = node(t.Clause, kind=st.just("general"), names=st.none(), value=small, terms=terms, comments=comments)
clauses = st.one_of(
    general_clauses,
    node(
        t.Clause,
        kind=st.just("case"),
        names=st.none() | declared_names,
        over=st.just(()) | name_lists,
        condition=expressions,
        value=small,
        terms=terms,
        comments=comments,
    ),
    node(
        t.Clause,
        kind=st.just("proviso"),
        names=st.none() | declared_names,
        over=name_lists,
        condition=small,
        value=small,
        terms=terms,
        comments=comments,
    ),
    node(
        t.Clause,
        kind=st.just("item"),
        names=st.none() | declared_names,
        condition=maybe,
        value=small,
        terms=terms,
        comments=comments,
    ),
)
clause_lists = st.lists(clauses, max_size=3).map(tuple)


# ── declarations ────────────────────────────────────────────────────────────────────────────────────


def declaration(kind: type[t.Declaration], /, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return node(kind, comments=leading_comments, terms=terms, **fields)


def _attributes(values: dict[str, Any]) -> tuple[t.Field, ...]:
    return tuple(
        t.Field(span=SPAN, name=t.Name(span=SPAN, text=name), value=values[name])
        for name in ATTRIBUTES
        if name in values
    )


_sources = node(t.Each, body=st.none(), collection=small, binder=st.none() | names, where=st.none())


def _entries(kind: str) -> st.SearchStrategy[tuple[t.Entry, ...]]:
    allowed = {"step": ("actor", "since", "until", "modality"), "duty": ("actor", "modality", "fulfilled", "breach")}

    entry = node(
        t.Entry,
        kind=st.just(kind),
        name=names,
        each=st.none() | _sources if kind == "step" else st.none(),
        condition=maybe,
        after=st.just(()) | name_lists if kind == "step" else st.just(()),
        attributes=st.dictionaries(st.sampled_from(allowed[kind]), small).map(_attributes),
        terms=terms,
        comments=comments,
    )
    return st.lists(entry, max_size=2).map(tuple)


def _registers(kind: str, entry: str) -> st.SearchStrategy[Any]:
    return declaration(
        t.Register,
        kind=st.just(kind),
        names=declared_names,
        type=type_refs,
        condition=maybe,
        attributes=st.dictionaries(st.sampled_from(("actor", "modality")), small).map(_attributes),
        entries=_entries(entry),
    )


_answers = node(t.Answer, names=declared_names, value=small, field=st.just("") | texts, is_ordered=st.booleans())
_question_ids = st.lists(name_texts, min_size=1, max_size=2).map(".".join)
_bands = node(t.Band, up_to=maybe, rate=small, comments=comments)

DECLARATIONS: dict[str, st.SearchStrategy[Any]] = {
    "rule": declaration(t.Rule, names=declared_names, element=st.none() | names, type=type_refs, clauses=clause_lists),
    "collect": declaration(
        t.Collect, names=declared_names, element=st.none() | names, type=type_refs, clauses=clause_lists
    ),
    "brackets": declaration(
        t.Brackets,
        names=declared_names,
        type=type_refs,
        scale=maybe,
        lower=maybe,
        upper=small,
        bands=st.lists(_bands, max_size=2).map(tuple),
        portion=small,
    ),
    "bound": declaration(
        t.Bound,
        comparison=node(
            t.Compare, operator=st.sampled_from(sorted({*COMPARISONS, *EQUALITY})), left=small, right=small
        ),
        condition=maybe,
        unless=maybe,
    ),
    "delegate": declaration(t.Delegate, parameter=paths, default=maybe),
    "amend": declaration(t.Amend, target=names, clauses=st.lists(clauses, min_size=1, max_size=2).map(tuple)),
    "deadline": declaration(
        t.Deadline, names=declared_names, actor=maybe, start=small, clauses=clause_lists, lapse=st.just("") | texts
    ),
    "schedule": _registers("schedule", "step"),
    "duties": _registers("duties", "duty"),
    "checklist": declaration(
        t.Checklist,
        names=declared_names,
        is_open=st.booleans(),
        items=st.lists(node(t.ListOf, items=st.lists(small, max_size=3).map(tuple)), max_size=2).map(tuple),
    ),
    "open_norm": declaration(t.OpenNorm, names=declared_names, type=type_refs, actor=maybe),
    "question": declaration(
        t.Question,
        names=st.lists(_question_ids, min_size=1, max_size=2).map(_declared),
        ask=st.just("") | texts,
        governing=st.lists(small, max_size=2).map(tuple),
        accepts=st.lists(paths, max_size=2).map(tuple),
        answers=st.lists(_answers, max_size=2).map(tuple),
    ),
    "choice_of_law": declaration(t.ChoiceOfLaw, names=declared_names, governs=name_lists, condition=maybe, place=small),
    "check": declaration(
        t.Check, names=declared_names, over=name_lists, condition=maybe, requirement=expressions, message=texts
    ),
}


def programs(declarations: st.SearchStrategy[Any] | None = None) -> st.SearchStrategy[t.Program]:
    """Programs of any declarations, or of those given."""
    some = declarations if declarations is not None else st.one_of(*DECLARATIONS.values())
    return node(t.Program, declarations=st.lists(some, min_size=1, max_size=2).map(tuple), comments=final_comments)


# ── texts ───────────────────────────────────────────────────────────────────────────────────────────
