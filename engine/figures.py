"""Local figures: given with the case, shipped and dated, delegated with a default, or still needed.

A figure is never carried outside the time it was published for, and never beyond a superior's bound
without a recorded reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs

from engine import program as p
from engine.decision import ClauseOutcome, Need, Notice, ParameterOrigin, Reason
from engine.frames import EvaluationError, Frame
from engine.operations import compare, total
from engine.unknown import Unknown, together
from policy.diagnostics import Note, Text
from policy.dsl import tree as t
from policy.parameters import PARAMETERS, DatedValue, Parameter
from policy.tables import Row
from policy.types import Type
from policy.values import plain_typed

if TYPE_CHECKING:
    from engine.evaluator import Evaluator


class Figures:
    """Finds the local figures of one case."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self._found: dict[tuple[int, str], tuple[Any, Reason | None]] = {}
        self._unlawful: dict[tuple[int, str], EvaluationError] = {}
        self.bounds_met: list[ClauseOutcome] = []

    def reasons(self) -> tuple[Reason, ...]:
        """Where every figure that was found comes from."""
        return tuple(reason for _, reason in self._found.values() if reason is not None)

    def value(self, expression: p.ParameterValue, frame: Frame) -> tuple[Any, Reason | None]:
        """The figure and where it comes from, or Unknown. Raises EvaluationError."""
        key = (id(frame.program), expression.id)
        if key in self._unlawful:
            raise self._unlawful[key]
        if key not in self._found:
            value, reason = self._find(expression, frame)
            self._found[key] = (value, reason)  # before the bounds, which may speak of the figure itself
            if not isinstance(value, Unknown):
                self._keep_within_bounds(key, expression, value, reason, frame)
        return self._found[key]

    def _keep_within_bounds(
        self, key: tuple[int, str], expression: p.ParameterValue, value: Any, reason: Reason | None, frame: Frame
    ) -> None:
        """A figure beyond a bound is refused wherever it is read."""
        try:
            self._check_bounds(expression.id, reason.label if reason else expression.id, value, expression.type, frame)
        except EvaluationError as error:
            self._unlawful[key] = error
            raise

    def _find(self, expression: p.ParameterValue, frame: Frame) -> tuple[Any, Reason | None]:
        name = expression.id
        path = f"{PARAMETERS}.{name}"
        facts = self.evaluator.facts
        shipped = next(iter(frame.program.parameters.get(name, ())), None)
        if path in facts:
            value = facts.values[path]
            return value, self._reason(expression, value, frame, self._given(expression, shipped, frame))
        if shipped is not None:
            dated = shipped.at(self.evaluator.moment)
            if dated is None:
                raise self._no_value(shipped, expression, frame)
            value, ground = self._look_up(shipped, dated, frame)
            if not (isinstance(value, Unknown) and not value.needs):
                return value, self._reason(expression, value, frame, self._shipped(dated, ground, frame))
        return self._delegated(expression, path, frame)

    def _delegated(self, expression: p.ParameterValue, path: str, frame: Frame) -> tuple[Any, Reason | None]:
        """The default of a delegation in force; else the figure is needed, under the delegating provision."""
        moment = self.evaluator.moment
        delegations = [d for d in frame.program.delegations.get(expression.id, ()) if d.period.contains(moment)]
        for delegation in reversed(delegations):
            if delegation.default is not None:
                inner = attrs.evolve(frame, citations=delegation.citations)
                value = self.evaluator.value(delegation.default, inner)
                origin = ParameterOrigin(
                    given=False,
                    since="",
                    until="",
                    provision=next(iter(delegation.citations), ""),
                    place=delegation.origin.span.reference,
                    is_unverified=False,
                )
                return value, self._reason(expression, value, frame, origin)
        cited = tuple(dict.fromkeys((*frame.citations, *(c for d in delegations for c in d.citations))))
        rule = frame.rule
        label = frame.program.policy.vocabulary.label(path)
        need = Need(path, label, rule.id if rule else "", rule.label if rule else "", cited)
        return Unknown({path: need}), None

    def _reason(self, expression: p.ParameterValue, value: Any, frame: Frame, origin: ParameterOrigin) -> Reason | None:
        if isinstance(value, Unknown):
            return None
        label = frame.program.policy.vocabulary.label(f"{PARAMETERS}.{expression.id}")
        shipped = next(iter(frame.program.parameters.get(expression.id, ())), None)
        if shipped is not None:
            label = shipped.label
        label = label.rpartition(".")[2] or label
        region = frame.program.region
        return Reason(
            "parameter",
            expression.id,
            label,
            value,
            expression.type,
            region.id,
            region.label,
            citations=self._grounds(expression.id, frame),
            parameter=origin,
        )

    def _grounds(self, name: str, frame: Frame) -> tuple[str, ...]:
        """The provisions that leave the figure to the region and that bound it."""
        moment = self.evaluator.moment
        delegations = [d for d in frame.program.delegations.get(name, ()) if d.period.contains(moment)]
        cited = [c for delegation in delegations for c in delegation.citations]
        cited += [c for bound in self._bounds_in_force(name, frame) for c in bound.citations]
        return tuple(dict.fromkeys(cited))

    def _given(self, expression: p.ParameterValue, shipped: Parameter | None, frame: Frame) -> ParameterOrigin:
        dated = shipped.at(self.evaluator.moment) if shipped else None
        own = None
        if shipped is not None and dated is not None:
            try:
                own, _ = self._look_up(shipped, dated, frame)
            except EvaluationError:
                own = None
        return ParameterOrigin(
            given=True,
            since="",
            until="",
            provision="",
            place="",
            is_unverified=False,
            shipped_value=None if isinstance(own, Unknown) else own,
        )

    def _shipped(self, dated: DatedValue, ground: Row | DatedValue, frame: Frame) -> ParameterOrigin:
        library = frame.program.policy.library
        provision = library.provision(ground.provision)
        document = library.documents[provision.document] if provision else None
        start, end = dated.period.start, dated.period.end
        return ParameterOrigin(
            given=False,
            since=start.date().isoformat() if start else "",
            until=(end - timedelta(days=1)).date().isoformat() if end else "",
            provision=ground.provision,
            place=ground.span.reference,
            is_unverified=bool(document and document.is_unverified),
        )

    # ── tables ──────────────────────────────────────────────────────────────────────────────────
    def _look_up(self, parameter: Parameter, dated: DatedValue, frame: Frame) -> tuple[Any, Row | DatedValue]:
        """The value and where it stands: plain, or the row for the facts a table is read by.

        Where no row fits the value is Unknown without needs.
        """
        if not parameter.keys:
            return dated.value, dated
        keys = [self._key(parameter, path, frame) for path in parameter.keys]
        unknown = [key for key in keys if isinstance(key, Unknown)]
        if unknown:
            return together(unknown), dated
        rows = [row for row in dated.rows if row.fits(keys)]
        if not rows:
            return Unknown(), dated
        differ = any(row.value != rows[0].value for row in rows)
        if len(rows) > 1 and (parameter.hit == "unique" or (parameter.hit == "any" and differ)):
            raise self._several_rows(parameter, rows, frame)
        if parameter.hit == "collect":
            return self._collected(rows, parameter.type), rows[0]
        return rows[0].value, rows[0]

    def _collected(self, rows: Sequence[Row], kind: Type) -> Any:
        if kind.kind == "list":
            return tuple(item for row in rows for item in row.value or ())
        return total([row.value for row in rows if row.value is not None], kind)

    def _key(self, parameter: Parameter, path: str, frame: Frame) -> Any:
        field = frame.program.policy.vocabulary.field(path)
        origin = t.Name(span=parameter.span, text=path)
        fact = p.Fact(origin=origin, type=field.type if field else Type("unknown"), path=path)
        return self.evaluator.value(fact, frame.tracing())

    def _several_rows(self, parameter: Parameter, rows: Sequence[Row], frame: Frame) -> EvaluationError:
        notes = tuple(Note(Text("同时适用的行", "a row that applies"), row.span) for row in rows)
        label = parameter.label
        origin = t.Name(span=rows[0].span, text=label)
        zh, en = f"“{label}”表有 {len(rows)} 行同时适用", f"{len(rows)} rows of `{parameter.id}` apply"
        hint = Text("改正其中的行，或换一种取行方式", "correct the rows, or choose another hit policy")
        return frame.error("E0512", zh, en, origin, hint, notes)

    def _no_value(self, parameter: Parameter, expression: p.ParameterValue, frame: Frame) -> EvaluationError:
        """Names the nearest known date; a figure is never carried back or forward."""
        zh, en, nearest = self._nearest(parameter)
        cited = tuple(dict.fromkeys((*frame.citations, *(v.provision for v in parameter.values))))
        return attrs.evolve(frame, citations=cited).error(
            "E0504",
            f"参数“{parameter.label}”{zh}",
            f"the parameter `{parameter.id}` {en}",
            expression.origin,
            Text(f"随案给出“{parameter.label}”", f"give `{PARAMETERS}.{parameter.id}` with the case"),
            tuple(Note(Text("最近的值", "the nearest value"), value.span) for value in nearest),
        )

    def _nearest(self, parameter: Parameter) -> tuple[str, str, list[DatedValue]]:
        """What is known before and after the moment, in words."""
        moment = self.evaluator.moment
        day = moment.date().isoformat()
        earlier = [v for v in parameter.values if v.period.end and v.period.end <= moment]
        later = [v for v in parameter.values if v.period.start and v.period.start > moment]
        zh, en, nearest = [f"{day}没有值"], [f"has no value on {day}"], []
        if earlier:
            before = max(earlier, key=lambda value: value.period.end or moment)
            end = _day((before.period.end or moment) - timedelta(microseconds=1))
            zh.append(f"{'此前的' if later else '最后的'}值到{end}止")
            en.append(f"the last {'before ' if later else ''}held to {end}")
            nearest.append(before)
        if later:
            after = min(later, key=lambda value: value.period.start or moment)
            start = _day(after.period.start or moment)
            zh.append(f"{'此后的' if earlier else '最早的'}值自{start}起")
            en.append(f"the {'next' if earlier else 'first'} holds from {start}")
            nearest.append(after)
        return "，".join(zh), "; ".join(en), nearest

    # ── bounds ──────────────────────────────────────────────────────────────────────────────────
    def check_rule(self, rule: p.Rule, value: Any, frame: Frame) -> None:
        """A computed value keeps within what superiors allow."""
        if not isinstance(value, Unknown):
            self._check_bounds(rule.id, rule.label, value, rule.type, frame)

    def limit(self, target: str, frame: Frame) -> Any:
        """What the bounds in force allow at most (or at least); None where there is none."""
        for bound in self._bounds_in_force(target, frame):
            inner = attrs.evolve(self.evaluator.frame(frame.program, frame.rule), citations=bound.citations)
            if bound.condition is None or self.evaluator.value(bound.condition, inner) is True:
                return self.evaluator.value(bound.limit, inner)
        return None

    def _bounds_in_force(self, target: str, frame: Frame) -> list[p.Bound]:
        bounds = frame.program.bounds.get(target, ())
        return [bound for bound in bounds if bound.period.contains(self.evaluator.moment)]

    def _check_bounds(self, target: str, label: str, value: Any, kind: Type, frame: Frame) -> None:
        if value is not None:
            for bound in self._bounds_in_force(target, frame):
                self._check_bound(bound, label, value, kind, frame)

    def _check_bound(self, bound: p.Bound, label: str, value: Any, kind: Type, frame: Frame) -> None:
        inner = attrs.evolve(self.evaluator.frame(frame.program, frame.rule), citations=bound.citations)
        if bound.condition is not None and self.evaluator.value(bound.condition, inner) is not True:
            return
        limit = self.evaluator.value(bound.limit, inner)
        if isinstance(limit, Unknown) or limit is None:
            return
        holds = compare(bound.operator, value, limit)
        self.bounds_met.append(_met(bound, label, holds))
        if holds:
            return
        vocabulary = frame.program.policy.vocabulary
        shown, allowed = (plain_typed(item, kind, vocabulary) for item in (value, limit))
        zh, en = ("不超过", "at most") if bound.operator == "at_most" else ("不低于", "at least")
        if bound.unless is not None and self.evaluator.value(bound.unless, inner) is True:
            self.evaluator.notices.append(
                Notice(
                    "overridden",
                    Text(
                        f"“{label}”为 {shown}，上级原则上要求{zh} {allowed}，凭书面理由突破",
                        f"{bound.target} is {shown}; the superior allows {en} {allowed} in principle: passed with a reason",
                    ),
                    bound.citations,
                )
            )
            return
        raise inner.error(
            "E0505",
            f"“{label}”为 {shown}，上级限度为{zh} {allowed}",
            f"{bound.target} is {shown}, the superior allows {en} {allowed}",
            bound.origin,
            Text("改正取值；确需突破的，随案给出书面理由", "correct the figure, or give a recorded reason")
            if bound.unless is not None
            else None,
        )


def _met(bound: p.Bound, label: str, holds: bool) -> ClauseOutcome:
    """A bound wins where it stops a value."""
    return ClauseOutcome(
        id=bound.target,
        label=label,
        kind="bound",
        outcome="condition_false" if holds else "won",
        citations=bound.citations,
        region=bound.region,
        place=bound.origin.span.reference,
    )


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
