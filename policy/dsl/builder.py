"""Parse tree → syntax tree: declarations and their clauses. One method per grammar rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lark import ParseTree, Token, v_args
from lark.tree import Meta

from policy.diagnostics import Diagnostic, Text
from policy.dsl import tree as t
from policy.dsl.expression_builder import ExpressionBuilder, Parts, Piece, after, nodes, of_kind
from policy.dsl.lexicon import SPELLING
from policy.dsl.source import Source, Span

ATTRIBUTES = ("actor", "since", "until", "modality", "fulfilled", "breach")
"""What may be said of a step or a duty; their order has no meaning, so the tree has them in this one."""


def build(parsed: ParseTree, source: Source) -> tuple[t.Declaration, tuple[Diagnostic, ...]]:
    """The declaration that was parsed, and what is wrong with it although the grammar allows it."""
    return TreeBuilder(source).build(parsed)


def _piece(kind: str) -> Callable[..., Piece]:
    """A method that keeps the value of a grammar rule under a kind."""

    def make(self: TreeBuilder, meta: Meta, parts: Parts) -> Piece:
        return Piece(kind, parts[0], next(iter(nodes(parts)), None))

    return make


def _quoted(kind: str) -> Callable[..., Piece]:
    """A method that keeps the quoted text of a grammar rule under a kind."""

    def make(self: TreeBuilder, meta: Meta, parts: Parts) -> Piece:
        return Piece(kind, parts[0], self._text(parts[-1]))

    return make


@v_args(meta=True)
class TreeBuilder(ExpressionBuilder):
    """Builds the declarations of one source."""

    def build(self, parsed: ParseTree) -> tuple[t.Declaration, tuple[Diagnostic, ...]]:
        declaration: t.Declaration = self.transform(parsed)
        return declaration, tuple(self._problems)

    def _only(self, parts: Parts, kind: str, default: Any = None) -> Any:
        """The value of the piece of a kind; a second one is a problem, since it would be lost."""
        pieces = [piece for piece in of_kind(parts, Piece) if piece.kind == kind]
        for again in pieces[1:]:
            word = str(again.word)
            self._problem("E0101", again.word, Text(f"“{word}”写了两次", f"`{word}` is written twice"))
        return pieces[0].value if pieces else default

    def _needed(self, parts: Parts, kind: str, token: str, meta: Meta) -> Any:
        """The value of a piece that must be there."""
        value = self._only(parts, kind)
        if value is not None:
            return value
        self._problem(
            "E0102",
            parts[0],
            Text(f"这条声明缺少“{SPELLING['zh'][token]}”", f"the declaration lacks `{SPELLING['en'][token]}`"),
        )
        return t.NoRule(span=self._span(meta))

    # ── names and types ─────────────────────────────────────────────────────────────────────────
    def names(self, meta: Meta, parts: list[t.Name]) -> t.Names:
        return _names(self._span(meta), [part.text for part in parts])

    def question_names(self, meta: Meta, parts: list[t.Path]) -> t.Names:
        return _names(self._span(meta), [part.text for part in parts])

    def type_ref(self, meta: Meta, parts: Parts) -> t.TypeRef:
        return t.TypeRef(span=self._span(meta), name=of_kind(parts, t.Name)[0], is_list=len(parts) > 1)

    def points_type(self, meta: Meta, parts: Parts) -> t.Name:
        return t.Name(span=self._span(meta), text="points")

    def over_list(self, meta: Meta, parts: Parts) -> tuple[t.Name, ...]:
        return tuple(of_kind(parts, t.Name))

    def general_name(self, meta: Meta, parts: Parts) -> t.Name:
        return t.Name(span=self._span(meta), text="general")

    # ── terms ───────────────────────────────────────────────────────────────────────────────────
    def terms(self, meta: Meta, parts: list[Piece]) -> t.Terms:
        return t.Terms(
            span=self._span(meta),
            citations=tuple(citation for piece in parts if piece.kind == "cite" for citation in piece.value),
            since=self._only(parts, "since"),
            until=self._only(parts, "until"),
            remark=self._only(parts, "remark", ""),
        )

    def _terms(self, meta: Meta, parts: Parts) -> t.Terms:
        """The terms among the parts; terms that are not written stand at the end of their owner."""
        terms = of_kind(parts, t.Terms)[0]
        if terms.span.end:
            return terms
        return t.Terms(span=Span(self._source, meta.end_pos, meta.end_pos))

    def cite(self, meta: Meta, parts: Parts) -> Piece:
        return Piece("cite", parts[0], tuple(of_kind(parts, t.Citation)))

    def citation(self, meta: Meta, parts: Parts) -> t.Citation:
        span = self._span(meta)
        if len(parts) == 1:
            return t.Citation(span=span, document=t.Name(span=span, text=str(parts[0])))
        return t.Citation(span=span, document=parts[0], clause=self._text(parts[1]))

    def since(self, meta: Meta, parts: list[Token]) -> Piece:
        return Piece("since", parts[0], self._moment(parts[1]))

    def until(self, meta: Meta, parts: list[Token]) -> Piece:
        return Piece("until", parts[0], self._moment(parts[1]))

    # ── clauses ─────────────────────────────────────────────────────────────────────────────────
    def _clause(self, meta: Meta, parts: Parts, kind: str) -> t.Clause:
        return t.Clause(
            span=self._span(meta),
            kind=kind,
            names=next(iter(of_kind(parts, t.Names)), None),
            over=next(iter(of_kind(parts, tuple)), ()),
            condition=after(parts, "WHEN"),
            value=after(parts, "THEN"),
            terms=self._terms(meta, parts),
        )

    def general(self, meta: Meta, parts: Parts) -> t.Clause:
        terms = self._terms(meta, parts)
        return t.Clause(span=self._span(meta), kind="general", names=None, value=parts[1], terms=terms)

    term_limit = general

    def case(self, meta: Meta, parts: Parts) -> t.Clause:
        return self._clause(meta, parts, "case")

    def proviso(self, meta: Meta, parts: Parts) -> t.Clause:
        return self._clause(meta, parts, "proviso")

    def item(self, meta: Meta, parts: Parts) -> t.Clause:
        return self._clause(meta, parts, "item")

    # ── rules ───────────────────────────────────────────────────────────────────────────────────
    def rule(self, meta: Meta, parts: Parts) -> t.Rule:
        return t.Rule(
            span=self._span(meta),
            names=of_kind(parts, t.Names)[0],
            element=self._only(parts, "element"),
            type=of_kind(parts, t.TypeRef)[0],
            terms=self._terms(meta, parts),
            clauses=tuple(of_kind(parts, t.Clause)),
        )

    def collect(self, meta: Meta, parts: Parts) -> t.Collect:
        return t.Collect(
            span=self._span(meta),
            names=of_kind(parts, t.Names)[0],
            element=self._only(parts, "element"),
            type=of_kind(parts, t.TypeRef)[0],
            terms=self._terms(meta, parts),
            clauses=tuple(of_kind(parts, t.Clause)),
        )

    def brackets(self, meta: Meta, parts: Parts) -> t.Brackets:
        return t.Brackets(
            span=self._span(meta),
            names=of_kind(parts, t.Names)[0],
            type=of_kind(parts, t.TypeRef)[0],
            terms=self._terms(meta, parts),
            scale=self._only(parts, "scale"),
            lower=self._only(parts, "lower"),
            upper=self._needed(parts, "upper", "UPPER", meta),
            bands=tuple(of_kind(parts, t.Band)),
            portion=self._needed(parts, "portion", "EACH_BAND", meta),
        )

    def band(self, meta: Meta, parts: Parts) -> t.Band:
        return t.Band(span=self._span(meta), up_to=after(parts, "UNTIL"), rate=after(parts, "AT_RATE"))

    def amend(self, meta: Meta, parts: Parts) -> t.Amend:
        return t.Amend(
            span=self._span(meta),
            target=parts[1],
            terms=self._terms(meta, parts),
            clauses=tuple(of_kind(parts, t.Clause)),
        )

    # ── hierarchy ───────────────────────────────────────────────────────────────────────────────
    def bound(self, meta: Meta, parts: Parts) -> t.Bound:
        return t.Bound(
            span=self._span(meta),
            comparison=self._comparison(parts[1]),
            condition=after(parts, "WHEN"),
            unless=self._only(parts, "unless"),
            terms=self._terms(meta, parts),
        )

    def _comparison(self, limit: t.Expr) -> t.Compare:
        if isinstance(limit, t.Compare):
            return limit
        self._problems.append(
            Diagnostic(
                code="E0102",
                message=Text("限度要写明比较，这里没有", "a bound must be a comparison"),
                span=limit.span,
                hint=Text(
                    "例如：限度 参数.转诊降幅 不超过 10 个百分点", "such as: bound parameters.reduction <= 10 points"
                ),
            )
        )
        return t.Compare(span=limit.span, operator="is", left=limit, right=limit)

    def delegate(self, meta: Meta, parts: Parts) -> t.Delegate:
        return t.Delegate(
            span=self._span(meta),
            parameter=of_kind(parts, t.Path)[0],
            default=self._only(parts, "otherwise"),
            terms=self._terms(meta, parts),
        )

    def choice_of_law(self, meta: Meta, parts: Parts) -> t.ChoiceOfLaw:
        return t.ChoiceOfLaw(
            span=self._span(meta),
            names=of_kind(parts, t.Names)[0],
            governs=after(parts, "GOVERNS"),
            condition=after(parts, "WHEN"),
            place=after(parts, "FOLLOWS"),
            terms=self._terms(meta, parts),
        )

    # ── deadlines and registers ─────────────────────────────────────────────────────────────────
    def deadline(self, meta: Meta, parts: Parts) -> t.Deadline:
        return t.Deadline(
            span=self._span(meta),
            names=of_kind(parts, t.Names)[0],
            terms=self._terms(meta, parts),
            actor=self._only(parts, "actor"),
            start=self._needed(parts, "start", "START", meta),
            clauses=tuple(of_kind(parts, t.Clause)),
            lapse=self._only(parts, "lapse", ""),
        )

    def _register(self, meta: Meta, parts: Parts, kind: str) -> t.Register:
        return t.Register(
            span=self._span(meta),
            kind=kind,
            names=of_kind(parts, t.Names)[0],
            type=of_kind(parts, t.TypeRef)[0],
            terms=self._terms(meta, parts),
            condition=self._only(parts, "condition"),
            attributes=self._attributes(parts),
            entries=tuple(of_kind(parts, t.Entry)),
        )

    def schedule(self, meta: Meta, parts: Parts) -> t.Register:
        return self._register(meta, parts, "schedule")

    def duties(self, meta: Meta, parts: Parts) -> t.Register:
        return self._register(meta, parts, "duties")

    def _entry(self, meta: Meta, parts: Parts, kind: str) -> t.Entry:
        return t.Entry(
            span=self._span(meta),
            kind=kind,
            name=of_kind(parts, t.Name)[0],
            each=self._only(parts, "entry_each"),
            condition=self._only(parts, "condition"),
            after=self._only(parts, "after", ()),
            attributes=self._attributes(parts),
            terms=self._terms(meta, parts),
        )

    def _attributes(self, parts: Parts) -> tuple[t.Field, ...]:
        values = {name: self._only(parts, name) for name in ATTRIBUTES if name not in ("since", "until")}
        values |= self._only(parts, "window", {})
        return tuple(_attribute(name, values[name]) for name in ATTRIBUTES if values.get(name) is not None)

    def entry_each(self, meta: Meta, parts: Parts) -> Piece:
        each = t.Each(
            span=self._span(meta), body=None, collection=after(parts, "EACH"), binder=after(parts, "AS"), where=None
        )
        return Piece("entry_each", parts[0], each)

    def step(self, meta: Meta, parts: Parts) -> t.Entry:
        return self._entry(meta, parts, "step")

    def duty(self, meta: Meta, parts: Parts) -> t.Entry:
        return self._entry(meta, parts, "duty")

    def window(self, meta: Meta, parts: Parts) -> Piece:
        since, until = after(parts, "SINCE"), after(parts, "UNTIL")
        if since is None and until is None:
            since = until = parts[1]  # a window of one day
        return Piece("window", parts[0], {"since": since, "until": until})

    def checklist(self, meta: Meta, parts: Parts) -> t.Checklist:
        pieces = of_kind(parts, Piece)
        return t.Checklist(
            span=self._span(meta),
            names=of_kind(parts, t.Names)[0],
            is_open=any(piece.kind == "open_list" for piece in pieces),
            terms=self._terms(meta, parts),
            items=tuple(piece.value for piece in pieces if piece.kind == "checklist_item"),
        )

    def open_norm(self, meta: Meta, parts: Parts) -> t.OpenNorm:
        return t.OpenNorm(
            span=self._span(meta),
            names=of_kind(parts, t.Names)[0],
            type=of_kind(parts, t.TypeRef)[0],
            actor=self._only(parts, "actor"),
            terms=self._terms(meta, parts),
        )

    # ── questions and checks ────────────────────────────────────────────────────────────────────
    def question(self, meta: Meta, parts: Parts) -> t.Question:
        return t.Question(
            span=self._span(meta),
            names=of_kind(parts, t.Names)[0],
            ask=self._only(parts, "ask", ""),
            governing=self._only(parts, "governing", ()),
            accepts=tuple(path for piece in of_kind(parts, Piece) if piece.kind == "accepts" for path in piece.value),
            answers=tuple(of_kind(parts, t.Answer)),
            terms=self._terms(meta, parts),
        )

    def answer(self, meta: Meta, parts: Parts) -> t.Answer:
        return t.Answer(
            span=self._span(meta),
            names=of_kind(parts, t.Names)[0],
            value=after(parts, "EQUAL"),
            field=self._only(parts, "answer_field", ""),
            is_ordered=any(piece.kind == "ordered" for piece in of_kind(parts, Piece)),
        )

    def check(self, meta: Meta, parts: Parts) -> t.Check:
        return t.Check(
            span=self._span(meta),
            names=of_kind(parts, t.Names)[0],
            over=after(parts, "OVER"),
            condition=after(parts, "WHEN"),
            requirement=after(parts, "REQUIRE"),
            message=self._text(parts[-1]),
            terms=self._terms(meta, parts),
        )

    # ── pieces of declarations ──────────────────────────────────────────────────────────────────
    remark, lapse, ask, answer_field = map(_quoted, ("remark", "lapse", "ask", "answer_field"))
    element, unless, otherwise, actor = map(_piece, ("element", "unless", "otherwise", "actor"))
    scale, lower, upper, portion = map(_piece, ("scale", "lower", "upper", "portion"))
    start_day, entry_when, modality = map(_piece, ("start", "condition", "modality"))
    fulfilled, breach, after = map(_piece, ("fulfilled", "breach", "after"))
    open_list, checklist_item, ordered = map(_piece, ("open_list", "checklist_item", "ordered"))
    governing, accepts = map(_piece, ("governing", "accepts"))


def _attribute(name: str, value: t.Expr) -> t.Field:
    return t.Field(span=value.span, name=t.Name(span=value.span, text=name), value=value)


def _names(span: Span, written: list[str]) -> t.Names:
    """The ASCII name is the id, the other one the label; one name alone is both."""
    identifier = next((text for text in written if text.isascii()), written[0])
    label = next((text for text in written if text != identifier), identifier)
    return t.Names(span=span, id=identifier, label=label)
