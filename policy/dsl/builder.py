"""Parse tree → syntax tree. One method per grammar rule; only tokens and optional parts need code."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from lark import Token, Transformer, Tree, v_args

from policy.dsl import tree as t
from policy.dsl.lexicon import COMPARISONS, ROUNDINGS, SYMBOLS, UNITS
from policy.dsl.source import Source, Span

Part = TypeVar("Part")

_UNIT_OF = {token: unit for unit, token in UNITS.items()}
_COMPARISON_OF = {token: name for name, token in COMPARISONS.items()}
_ROUNDING_OF = {token: mode for mode, token in ROUNDINGS.items()}
_CHINESE_MOMENT = re.compile(r"(\d+)年(\d+)月(\d+)日(?:(\d+)时(?:(\d+)分)?)?")


class BadMomentError(Exception):
    """A date that no calendar has."""

    def __init__(self, span: Span) -> None:
        super().__init__(span.text)
        self.span = span


class _Marker(t.Node):
    """A part of a declaration on its way to its place: its kind and what it holds."""

    def __init__(self, span: Span, kind: str, value: Any = None) -> None:
        object.__setattr__(self, "span", span)
        object.__setattr__(self, "kind", kind)
        object.__setattr__(self, "value", value)

    kind: str
    value: Any


def _marker(kind: str) -> Callable[..., _Marker]:
    """A method that keeps the last part of a rule under the rule's own name."""

    def build(self: TreeBuilder, meta: Any, parts: Sequence[Any]) -> _Marker:
        values = _nodes(parts)
        return _Marker(self.span(meta), kind, values[0] if values else None)

    return build


def _nodes(parts: Sequence[Any]) -> list[Any]:
    return [part for part in parts if not isinstance(part, Token)]


def _of(parts: Sequence[Any], kind: type[Part]) -> list[Part]:
    return [part for part in parts if isinstance(part, kind)]


def _first(parts: Sequence[Any], kind: type[Part]) -> Part | None:
    return next(iter(_of(parts, kind)), None)


def _value(parts: Sequence[Any], kind: str, default: Any = None) -> Any:
    return next((p.value for p in parts if isinstance(p, _Marker) and p.kind == kind), default)


def _after(parts: Sequence[Any], token: str) -> Any:
    """The part that follows the token, or None."""
    for place, part in enumerate(parts):
        if isinstance(part, Token) and part.type == token:
            return parts[place + 1]
    return None


@v_args(meta=True)
class TreeBuilder(Transformer[Token, Any]):
    """Builds nodes of `policy.dsl.tree`, with spans in one source."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source = source

    def span(self, meta: Any) -> Span:
        if getattr(meta, "empty", True):
            return Span(self.source, 0, 0)
        return Span(self.source, meta.start_pos, meta.end_pos)

    def token_span(self, token: Token) -> Span:
        assert token.start_pos is not None and token.end_pos is not None
        return Span(self.source, token.start_pos, token.end_pos)

    # ── names ───────────────────────────────────────────────────────────────────────────────────
    def name(self, meta: Any, parts: list[Token]) -> t.Name:
        token = parts[0]
        text = self.token_span(token).text[1:-1] if token.type == "QUOTED_NAME" else str(token)
        return t.Name(span=self.span(meta), text=text)

    def path(self, meta: Any, parts: list[Any]) -> t.Path:
        return t.Path(span=self.span(meta), parts=tuple(_of(parts, t.Name)))

    def names(self, meta: Any, parts: list[t.Name]) -> t.Names:
        return _names(self.span(meta), [part.text for part in parts])

    def question_names(self, meta: Any, parts: list[t.Path]) -> t.Names:
        return _names(self.span(meta), [part.text for part in parts])

    def name_list(self, meta: Any, parts: list[Any]) -> tuple[t.Name, ...]:
        return tuple(_of(parts, t.Name))

    def over_list(self, meta: Any, parts: list[Any]) -> tuple[t.Name, ...]:
        return tuple(_of(parts, t.Name))

    def general_name(self, meta: Any, parts: list[Any]) -> t.Name:
        return t.Name(span=self.span(meta), text="general")

    def points_type(self, meta: Any, parts: list[Any]) -> t.Name:
        return t.Name(span=self.span(meta), text="points")

    def path_list(self, meta: Any, parts: list[Any]) -> tuple[t.Path, ...]:
        return tuple(_of(parts, t.Path))

    def type(self, meta: Any, parts: list[Any]) -> t.TypeRef:
        return t.TypeRef(span=self.span(meta), name=_of(parts, t.Name)[0], is_list=len(parts) > 1)

    # ── terms ───────────────────────────────────────────────────────────────────────────────────
    def terms(self, meta: Any, parts: list[Any]) -> t.Terms:
        return t.Terms(
            span=self.span(meta),
            citations=tuple(c for p in parts if p.kind == "cite" for c in p.value),
            since=_value(parts, "since"),
            until=_value(parts, "until"),
            remark=_value(parts, "remark", ""),
        )

    def cite(self, meta: Any, parts: list[Any]) -> _Marker:
        return _Marker(self.span(meta), "cite", tuple(_of(parts, t.Citation)))

    def citation(self, meta: Any, parts: list[Any]) -> t.Citation:
        if len(parts) == 1:
            name = t.Name(span=self.span(meta), text=str(parts[0]))
            return t.Citation(span=self.span(meta), document=name)
        return t.Citation(span=self.span(meta), document=parts[0], clause=self._text(parts[1]))

    def since(self, meta: Any, parts: list[Any]) -> _Marker:
        return _Marker(self.span(meta), "since", self._moment(_tokens(parts, "MOMENT")[0]))

    def until(self, meta: Any, parts: list[Any]) -> _Marker:
        return _Marker(self.span(meta), "until", self._moment(_tokens(parts, "MOMENT")[0]))

    def remark(self, meta: Any, parts: list[Any]) -> _Marker:
        return _Marker(self.span(meta), "remark", self._text(parts[-1]))

    # ── clauses ─────────────────────────────────────────────────────────────────────────────────
    def _clause(self, meta: Any, parts: list[Any], kind: str) -> t.Clause:
        return t.Clause(
            span=self.span(meta),
            kind=kind,
            names=_first(parts, t.Names),
            over=_first(parts, tuple) or (),
            condition=_after(parts, "WHEN"),
            value=_after(parts, "THEN"),
            terms=_of(parts, t.Terms)[0],
        )

    def general(self, meta: Any, parts: list[Any]) -> t.Clause:
        return t.Clause(span=self.span(meta), kind="general", names=None, value=parts[1], terms=parts[2])

    def case(self, meta: Any, parts: list[Any]) -> t.Clause:
        return self._clause(meta, parts, "case")

    def proviso(self, meta: Any, parts: list[Any]) -> t.Clause:
        return self._clause(meta, parts, "proviso")

    def item(self, meta: Any, parts: list[Any]) -> t.Clause:
        return self._clause(meta, parts, "item")

    # ── declarations ────────────────────────────────────────────────────────────────────────────
    def _rule(self, meta: Any, parts: list[Any], kind: type[t.Rule] | type[t.Collect]) -> t.Declaration:
        return kind(
            span=self.span(meta),
            names=_of(parts, t.Names)[0],
            element=_value(parts, "element"),
            type=_of(parts, t.TypeRef)[0],
            terms=_of(parts, t.Terms)[0],
            clauses=tuple(_of(parts, t.Clause)),
        )

    def rule(self, meta: Any, parts: list[Any]) -> t.Declaration:
        return self._rule(meta, parts, t.Rule)

    def collect(self, meta: Any, parts: list[Any]) -> t.Declaration:
        return self._rule(meta, parts, t.Collect)

    def brackets(self, meta: Any, parts: list[Any]) -> t.Brackets | Tree[Any]:
        upper, portion = _value(parts, "upper"), _value(parts, "portion")
        if upper is None or portion is None:
            return Tree("incomplete", ["终点" if upper is None else "每段"], meta)
        return t.Brackets(
            span=self.span(meta),
            names=_of(parts, t.Names)[0],
            type=_of(parts, t.TypeRef)[0],
            terms=_of(parts, t.Terms)[0],
            scale=_value(parts, "scale"),
            lower=_value(parts, "lower"),
            upper=upper,
            bands=tuple(_of(parts, t.Band)),
            portion=portion,
        )

    def band(self, meta: Any, parts: list[Any]) -> t.Band:
        return t.Band(span=self.span(meta), up_to=_after(parts, "UNTIL"), rate=_after(parts, "AT_RATE"))

    def bound(self, meta: Any, parts: list[Any]) -> t.Bound | Tree[Any]:
        if not isinstance(parts[1], t.Compare):
            return Tree("incomplete", ["不超过"], meta)
        return t.Bound(
            span=self.span(meta),
            comparison=parts[1],
            condition=_after(parts, "WHEN"),
            unless=_value(parts, "unless"),
            terms=_of(parts, t.Terms)[0],
        )

    def delegate(self, meta: Any, parts: list[Any]) -> t.Delegate:
        return t.Delegate(
            span=self.span(meta),
            parameter=_of(parts, t.Path)[0],
            default=_value(parts, "otherwise"),
            terms=_of(parts, t.Terms)[0],
        )

    def amend(self, meta: Any, parts: list[Any]) -> t.Amend:
        return t.Amend(
            span=self.span(meta),
            target=parts[1],
            terms=_of(parts, t.Terms)[0],
            clauses=tuple(_of(parts, t.Clause)),
        )

    def deadline(self, meta: Any, parts: list[Any]) -> t.Deadline | Tree[Any]:
        start = _value(parts, "start_day")
        if start is None:
            return Tree("incomplete", ["起算"], meta)
        return t.Deadline(
            span=self.span(meta),
            names=_of(parts, t.Names)[0],
            terms=_of(parts, t.Terms)[0],
            actor=_value(parts, "actor"),
            start=start,
            clauses=tuple(_of(parts, t.Clause)),
            lapse=_value(parts, "lapse", ""),
        )

    def term_limit(self, meta: Any, parts: list[Any]) -> t.Clause:
        return self.general(meta, parts)

    def _register(self, meta: Any, parts: list[Any], kind: str) -> t.Register:
        return t.Register(
            span=self.span(meta),
            kind=kind,
            names=_of(parts, t.Names)[0],
            type=_of(parts, t.TypeRef)[0],
            terms=_of(parts, t.Terms)[0],
            entries=tuple(_of(parts, t.Entry)),
        )

    def schedule(self, meta: Any, parts: list[Any]) -> t.Register:
        return self._register(meta, parts, "schedule")

    def duties(self, meta: Any, parts: list[Any]) -> t.Register:
        return self._register(meta, parts, "duties")

    def _entry(self, meta: Any, parts: list[Any], kind: str) -> t.Entry:
        attributes: list[t.Field] = []
        for part in _of(parts, _Marker):
            held = part.value if part.kind == "window" else {part.kind: part.value}
            for key, value in held.items():
                if key in ("actor", "since", "until", "modality", "fulfilled", "breach"):
                    name = t.Name(span=part.span, text=key)
                    attributes.append(t.Field(span=part.span, name=name, value=value))
        return t.Entry(
            span=self.span(meta),
            kind=kind,
            name=_of(parts, t.Name)[0],
            condition=_value(parts, "entry_when"),
            after=_value(parts, "after", ()),
            attributes=tuple(attributes),
            terms=_of(parts, t.Terms)[0],
        )

    def step(self, meta: Any, parts: list[Any]) -> t.Entry:
        return self._entry(meta, parts, "step")

    def duty(self, meta: Any, parts: list[Any]) -> t.Entry:
        return self._entry(meta, parts, "duty")

    def window(self, meta: Any, parts: list[Any]) -> _Marker:
        ends = {"since": _after(parts, "SINCE"), "until": _after(parts, "UNTIL")}
        return _Marker(self.span(meta), "window", {k: v for k, v in ends.items() if v is not None})

    def checklist(self, meta: Any, parts: list[Any]) -> t.Checklist:
        return t.Checklist(
            span=self.span(meta),
            names=_of(parts, t.Names)[0],
            is_open=any(isinstance(p, _Marker) and p.kind == "open_list" for p in parts),
            terms=_of(parts, t.Terms)[0],
            items=tuple(p.value for p in parts if isinstance(p, _Marker) and p.kind == "checklist_item"),
        )

    def open_norm(self, meta: Any, parts: list[Any]) -> t.OpenNorm:
        return t.OpenNorm(
            span=self.span(meta),
            names=_of(parts, t.Names)[0],
            type=_of(parts, t.TypeRef)[0],
            actor=_value(parts, "actor"),
            terms=_of(parts, t.Terms)[0],
        )

    def question(self, meta: Any, parts: list[Any]) -> t.Question:
        return t.Question(
            span=self.span(meta),
            names=_of(parts, t.Names)[0],
            ask=_value(parts, "ask", ""),
            governing=_value(parts, "governing", ()),
            accepts=tuple(p for m in parts if isinstance(m, _Marker) and m.kind == "accepts" for p in m.value),
            answers=tuple(_of(parts, t.Answer)),
            terms=_of(parts, t.Terms)[0],
        )

    def ask(self, meta: Any, parts: list[Any]) -> _Marker:
        return _Marker(self.span(meta), "ask", self._text(parts[-1]))

    def lapse(self, meta: Any, parts: list[Any]) -> _Marker:
        return _Marker(self.span(meta), "lapse", self._text(parts[-1]))

    def answer(self, meta: Any, parts: list[Any]) -> t.Answer:
        kinds = [p.kind for p in parts if isinstance(p, _Marker)]
        return t.Answer(
            span=self.span(meta),
            names=_of(parts, t.Names)[0],
            value=next(p for p in _nodes(parts) if not isinstance(p, t.Names | _Marker)),
            field=_value(parts, "answer_field", ""),
            is_ordered="ordered" in kinds,
        )

    def answer_field(self, meta: Any, parts: list[Any]) -> _Marker:
        return _Marker(self.span(meta), "answer_field", self._text(parts[-1]))

    def choice_of_law(self, meta: Any, parts: list[Any]) -> t.ChoiceOfLaw:
        return t.ChoiceOfLaw(
            span=self.span(meta),
            names=_of(parts, t.Names)[0],
            governs=_after(parts, "GOVERNS"),
            condition=_after(parts, "WHEN"),
            place=_after(parts, "FOLLOWS"),
            terms=_of(parts, t.Terms)[0],
        )

    def check(self, meta: Any, parts: list[Any]) -> t.Check:
        return t.Check(
            span=self.span(meta),
            names=_of(parts, t.Names)[0],
            over=_after(parts, "OVER"),
            condition=_after(parts, "WHEN"),
            requirement=_after(parts, "REQUIRE"),
            message=self._text(parts[-1]),
            terms=_of(parts, t.Terms)[0],
        )

    element = _marker("element")
    unless = _marker("unless")
    otherwise = _marker("otherwise")
    open_list = _marker("open_list")
    actor = _marker("actor")
    scale = _marker("scale")
    lower = _marker("lower")
    upper = _marker("upper")
    portion = _marker("portion")
    start_day = _marker("start_day")
    after = _marker("after")
    modality = _marker("modality")
    entry_when = _marker("entry_when")
    fulfilled = _marker("fulfilled")
    breach = _marker("breach")
    checklist_item = _marker("checklist_item")
    governing = _marker("governing")
    accepts = _marker("accepts")
    ordered = _marker("ordered")

    # ── expressions ─────────────────────────────────────────────────────────────────────────────
    def either(self, meta: Any, parts: list[Any]) -> t.Logic:
        return t.Logic(span=self.span(meta), operator="or", operands=tuple(_nodes(parts)))

    def both(self, meta: Any, parts: list[Any]) -> t.Logic:
        return t.Logic(span=self.span(meta), operator="and", operands=tuple(_nodes(parts)))

    def negated(self, meta: Any, parts: list[Any]) -> t.Not:
        return t.Not(span=self.span(meta), operand=parts[-1])

    def comparator(self, meta: Any, parts: list[Token]) -> _Marker:
        token = parts[0]
        name = _COMPARISON_OF.get(token.type) or SYMBOLS[str(token)]
        return _Marker(self.span(meta), "comparator", name)

    def compare(self, meta: Any, parts: list[Any]) -> t.Compare:
        left, comparator, right = parts
        return t.Compare(span=self.span(meta), operator=comparator.value, left=left, right=right)

    def member(self, meta: Any, parts: list[Any]) -> t.Member:
        return t.Member(span=self.span(meta), operand=parts[0], collection=parts[2], negated=False)

    def not_member(self, meta: Any, parts: list[Any]) -> t.Member:
        return t.Member(span=self.span(meta), operand=parts[0], collection=parts[2], negated=True)

    def known(self, meta: Any, parts: list[Any]) -> t.Known:
        return t.Known(span=self.span(meta), operand=parts[0])

    def default(self, meta: Any, parts: list[Any]) -> t.Default:
        return t.Default(span=self.span(meta), operand=parts[0], otherwise=parts[2])

    def rounding(self, meta: Any, parts: list[Token]) -> _Marker:
        return _Marker(self.span(meta), "rounding", _ROUNDING_OF[parts[0].type])

    def _rounded(self, meta: Any, parts: list[Any], places: int) -> t.Rounded:
        return t.Rounded(span=self.span(meta), operand=parts[0], mode=parts[1].value, places=places)

    def round_fen(self, meta: Any, parts: list[Any]) -> t.Rounded:
        return self._rounded(meta, parts, 2)

    def round_yuan(self, meta: Any, parts: list[Any]) -> t.Rounded:
        return self._rounded(meta, parts, 0)

    def round_places(self, meta: Any, parts: list[Any]) -> t.Rounded:
        return self._rounded(meta, parts, int(Decimal(parts[2])))

    def binary(self, meta: Any, parts: list[Any]) -> t.Binary:
        return t.Binary(span=self.span(meta), operator=str(parts[1]), left=parts[0], right=parts[2])

    def negative(self, meta: Any, parts: list[Any]) -> t.Negative:
        return t.Negative(span=self.span(meta), operand=parts[1])

    def unit(self, meta: Any, parts: list[Token]) -> _Marker:
        return _Marker(self.span(meta), "unit", _UNIT_OF[parts[0].type])

    def month_end(self, meta: Any, parts: list[Token]) -> _Marker:
        kind = next(p.type for p in parts if p.type in ("CLAMPED", "ROLLED"))
        return _Marker(self.span(meta), "month_end", kind.lower())

    def quantity(self, meta: Any, parts: list[Any]) -> t.Quantity:
        return t.Quantity(
            span=self.span(meta),
            operand=parts[0],
            unit=_value(parts, "unit"),
            month_end=_value(parts, "month_end", ""),
        )

    def day_of(self, meta: Any, parts: list[Any]) -> t.DayOf:
        month, day = _nodes(parts)
        return t.DayOf(span=self.span(meta), month=month, day=day)

    def number(self, meta: Any, parts: list[Token]) -> t.Number:
        return t.Number(span=self.span(meta), value=Decimal(str(parts[0])))

    def percent(self, meta: Any, parts: list[Token]) -> t.Percent:
        return t.Percent(span=self.span(meta), value=Decimal(str(parts[0])[:-1]).scaleb(-2))

    def string(self, meta: Any, parts: list[Token]) -> t.String:
        return t.String(span=self.span(meta), value=self._text(parts[0]))

    def moment(self, meta: Any, parts: list[Token]) -> t.Moment:
        return self._moment(parts[0])

    def true(self, meta: Any, parts: list[Token]) -> t.Truth:
        return t.Truth(span=self.span(meta), value=True)

    def false(self, meta: Any, parts: list[Token]) -> t.Truth:
        return t.Truth(span=self.span(meta), value=False)

    def null(self, meta: Any, parts: list[Token]) -> t.Null:
        return t.Null(span=self.span(meta))

    def no_rule(self, meta: Any, parts: list[Token]) -> t.NoRule:
        return t.NoRule(span=self.span(meta))

    def parenthesised(self, meta: Any, parts: list[Any]) -> t.Node:
        inner: t.Node = next(p for p in parts if isinstance(p, t.Node))
        return inner

    def call(self, meta: Any, parts: list[Any]) -> t.Call:
        function, *arguments = _nodes(parts)
        return t.Call(span=self.span(meta), function=function, arguments=tuple(arguments))

    def field(self, meta: Any, parts: list[Any]) -> t.Field:
        name, value = _nodes(parts)
        return t.Field(span=self.span(meta), name=name, value=value)

    def each(self, meta: Any, parts: list[Any]) -> t.Each:
        return t.Each(
            span=self.span(meta),
            body=None if isinstance(parts[0], Token) else parts[0],
            collection=_after(parts, "EACH"),
            binder=_after(parts, "AS"),
            where=_after(parts, "WHEN"),
        )

    def list(self, meta: Any, parts: list[Any]) -> t.ListOf:
        return t.ListOf(span=self.span(meta), items=tuple(p for p in _nodes(parts) if isinstance(p, t.Node)))

    def separator(self, meta: Any, parts: list[Any]) -> Token:
        return Token("SEPARATOR", ",")

    def closed_interval(self, meta: Any, parts: list[Any]) -> t.Interval:
        low, high = _nodes(parts)
        return t.Interval(span=self.span(meta), low=low, high=high, closed=True)

    def half_open_interval(self, meta: Any, parts: list[Any]) -> t.Interval:
        low, high = _nodes(parts)
        return t.Interval(span=self.span(meta), low=low, high=high, closed=False)

    # ── tokens ──────────────────────────────────────────────────────────────────────────────────
    def _text(self, token: Token) -> str:
        """The words between the quotes, as written (full-width signs kept)."""
        return self.token_span(token).text[1:-1]

    def _moment(self, token: Token) -> t.Moment:
        span, text = self.token_span(token), str(token)
        try:
            value, has_time = _moment_of(text)
        except ValueError:
            raise BadMomentError(span) from None
        return t.Moment(span=span, value=value, has_time=has_time)


def _tokens(parts: Sequence[Any], kind: str) -> list[Token]:
    return [part for part in parts if isinstance(part, Token) and part.type == kind]


def _names(span: Span, written: list[str]) -> t.Names:
    """The ASCII name is the id, the other one the label; one name alone is both."""
    identifier = next((text for text in written if text.isascii()), written[0])
    label = next((text for text in written if text != identifier), identifier)
    return t.Names(span=span, id=identifier, label=label)


def _moment_of(text: str) -> tuple[str, bool]:
    """ISO text of a written date or instant, and whether it has a time; ValueError if there is none such."""
    if match := _CHINESE_MOMENT.fullmatch(text):
        numbers = [int(part) for part in match.groups(default="0")]
        has_time = match[4] is not None
    else:
        numbers = [int(part) for part in re.split(r"[-T:]", text)]
        has_time = "T" in text
    moment = datetime(*numbers)  # type: ignore[arg-type]
    return (moment.isoformat(timespec="auto") if has_time else moment.date().isoformat()), has_time
