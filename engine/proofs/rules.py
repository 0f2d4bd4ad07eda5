"""Rules of a program → for every case at once which clauses win, and what the rule comes to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from engine import program as p
from engine.frames import current_of
from engine.proofs.lists import parts_of
from engine.proofs.logic import ABSENT, Truth, both, chosen, either, equal, every, less, no, some
from engine.proofs.operations import carried
from engine.proofs.ranking import Ranked, Ranking
from engine.proofs.symbols import seconds_of
from engine.proofs.values import NOTHING, UNKNOWN, Items, Length, Lengths, Value, Whole, choose, name_of_value, same
from policy.types import INTEGER, Type

if TYPE_CHECKING:
    from engine.proofs.encoder import Encoder, Scope


@attrs.frozen(eq=False)
class RuleTerms:
    """A rule's value, the rank of its clauses, and what each of them says; `clash` is two that differ."""

    rule: p.Rule
    value: Value
    ranked: Ranked | None
    values: Mapping[str, Value]
    clash: Truth
    used: frozenset[Any]


class Rules:
    """The rules of one program, each encoded once for each element."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self._known: dict[Any, RuleTerms] = {}

    def rule(self, name: str, scope: Scope) -> RuleTerms:
        """A rule, about the element at hand if it is about one."""
        rule = self.encoder.program.rules[name]
        element = scope.bindings.get(current_of(rule.element)) if rule.element else None
        key = (name, name_of_value(element) if element is not None else None, scope.asked)
        if key not in self._known:
            with self.encoder.symbols.recording() as used:
                self.encoder.symbols.use([("rule", name)])
                inner = scope.about(rule.element, element)
                found = self._under_law(self._rule(rule, inner))
                self._known[key] = found
                bounded = self.encoder.figures.bounded(name, found.value, inner)
            self._known[key] = attrs.evolve(found, value=bounded, used=frozenset(used))
        found = self._known[key]
        self.encoder.symbols.use(found.used)
        return found

    def skeleton(self, name: str, scope: Scope) -> RuleTerms:
        """A rule asked for by itself: which clauses win, whatever they say."""
        rule = self.encoder.program.rules[name]
        self.encoder.symbols.use([("rule", name)])
        if rule.kind == "collect":
            return self._under_law(self._collect(rule, scope, is_skeleton=True))
        ranked = self._ranking(rule, scope).result()
        values = {clause.id: Value(0) for clause in rule.clauses}
        value = Value(ABSENT, ranked.unknown, False, ranked.error, ranked.silent)
        return self._under_law(RuleTerms(rule, value, ranked, values, False, frozenset()))

    def one_clause(self, name: str, clause: str, scope: Scope) -> RuleTerms:
        """A collect as if it had only one of its clauses."""
        rule = self.encoder.program.rules[name]
        only = tuple(one for one in rule.clauses if one.id == clause)
        return self._under_law(self._collect(attrs.evolve(rule, clauses=only), scope))

    def _under_law(self, found: RuleTerms) -> RuleTerms:
        """Whose law decides must be known, though here both places have the same."""
        law = carried(self._choices(found.rule.id), ABSENT)
        if law.is_there is True:
            return found
        states = {
            what: either(getattr(law, what), getattr(found.value, what)) for what in ("unknown", "error", "silent")
        }
        ranked = found.ranked
        if ranked is not None:
            ranked = attrs.evolve(ranked, unknown=either(law.unknown, ranked.unknown),
                                  error=either(law.error, ranked.error), silent=either(law.silent, ranked.silent))  # fmt: skip
        return attrs.evolve(
            found, value=attrs.evolve(found.value, **states), ranked=ranked, clash=both(found.clash, law.is_there)
        )

    def _choices(self, name: str) -> list[Value]:
        found = []
        for choice in self.encoder.program.choices.get(name, ()):
            if choice.condition is not None:
                value = self.encoder.value(choice.condition, self.encoder.plain_scope)
                found.append(choose(self.encoder.in_force(choice.period), value, Value(True)))
        return found

    def unbounded(self, name: str, scope: Scope) -> Value:
        """A rule's value as if nothing bounded it."""
        self.rule(name, scope)
        return self._rule(self.encoder.program.rules[name], scope.about("", None)).value

    def _rule(self, rule: p.Rule, scope: Scope) -> RuleTerms:
        match rule.kind:
            case "brackets":
                return RuleTerms(rule, self._brackets(rule, scope), None, {}, False, frozenset())
            case "collect":
                return self._collect(rule, scope)
            case "open_norm":
                return RuleTerms(rule, UNKNOWN, None, {}, False, frozenset())
        return self._default(rule, scope)

    def _in_force(self, rule: p.Rule) -> dict[str, Truth]:
        return {clause.id: self.encoder.in_force(clause.period) for clause in rule.clauses}

    def no_clause(self, rule: p.Rule) -> Value:
        """No clause applies: because of the date where clauses of other dates exist, else a gap."""
        periods = [clause.period for clause in rule.clauses] or [rule.period]
        moment = self.encoder.symbols.moment
        later = [less(moment, seconds_of(period.start)) for period in periods if period.start]
        earlier = [no(less(moment, seconds_of(period.end))) for period in periods if period.end]
        dated = some((*later, *earlier))
        return Value(ABSENT, error=no(dated), silent=dated)

    # ── default logic ───────────────────────────────────────────────────────────────────────────
    def _default(self, rule: p.Rule, scope: Scope) -> RuleTerms:
        ranking = self._ranking(rule, scope)
        ranked = ranking.result()
        values = {clause.id: self._consequence(rule, clause, scope) for clause in ranking.clauses}
        wins = {name: both(ranked.is_decided, win) for name, win in ranked.wins.items()}
        clash = self._clash(wins, values)
        result = self.no_clause(rule)
        for name in reversed(list(wins)):
            result = choose(wins[name], values[name], result)
        unknown = either(ranked.unknown, some(both(wins[n], values[n].unknown) for n in wins))
        error = either(
            ranked.error,
            clash,
            some(both(wins[n], values[n].error) for n in wins),
            both(ranked.is_decided, result.error),
        )
        silent = either(
            ranked.silent, some(both(wins[n], values[n].silent) for n in wins), both(ranked.is_decided, result.silent)
        )
        value = Value(result.term, unknown, result.null, error, silent)
        if rule.kind == "deadline":
            value = self._due(rule, value, scope)
        return RuleTerms(rule, value, ranked, values, clash, frozenset())

    def _ranking(self, rule: p.Rule, scope: Scope) -> Ranking:
        def condition(clause: p.Clause) -> Value:
            assert clause.condition is not None
            return self.encoder.value(clause.condition, scope)

        return Ranking(rule.clauses, self._in_force(rule), condition)

    def _consequence(self, rule: p.Rule, clause: p.Clause, scope: Scope) -> Value:
        if isinstance(clause.value, p.NoRule):
            return self.no_clause(rule)
        return self.encoder.value(clause.value, scope)

    def _clash(self, wins: Mapping[str, Truth], values: Mapping[str, Value]) -> Truth:
        """Whether two clauses win that say different things."""
        names = [name for name, win in wins.items() if win is not False]
        found: list[Truth] = []
        for place, one in enumerate(names):
            for other in names[place + 1 :]:
                together = both(wins[one], wins[other])
                if together is False:
                    continue
                first, second = values[one], values[other]
                differ = no(self._same(first, second))
                found.append(every((together, first.is_there, second.is_there, differ)))
        return some(found)

    def _same(self, one: Value, other: Value) -> Truth:
        found = same(one, other)
        return self.encoder.operations.equality(one, other, True).term if found is None else found

    def _due(self, rule: p.Rule, length: Value, scope: Scope) -> Value:
        """The last day in time; without a length there is none."""
        assert rule.start is not None
        if length.null is True:
            return length
        start = self.encoder.value(rule.start, scope)
        empty = both(start.null, no(start.unknown))
        if not isinstance(length.term, Length | Lengths):
            return length
        moved, wrong = self.encoder.operations.moved(start.term, length.term, rule.start.type, 1)
        if rule.start.type.kind == "instant" and rule.type.kind == "date":
            moved = self.encoder.operations.days.day_of(moved)
        due = carried((start,), moved, error=either(empty, wrong))
        held = Value(due.term, either(length.unknown, due.unknown), False,
                     either(length.error, due.error), either(length.silent, due.silent))  # fmt: skip
        return choose(length.null, Value(ABSENT, length.unknown, True, length.error, length.silent), held)

    # ── collecting ──────────────────────────────────────────────────────────────────────────────
    def _collect(self, rule: p.Rule, scope: Scope, is_skeleton: bool = False) -> RuleTerms:
        in_force = self._in_force(rule)
        conditions: dict[str, Value] = {}
        values: dict[str, Value] = {}
        wins: dict[str, Truth] = {}
        holds: dict[str, Truth] = {}
        parts: list[tuple[Truth, Value | Whole]] = []
        for clause in rule.clauses:
            name = clause.id
            condition = Value(True) if clause.condition is None else self.encoder.value(clause.condition, scope)
            conditions[name] = condition
            holds[name] = both(in_force[name], condition.holds)
            says = clause.value if not is_skeleton else _without_body(clause.value)
            value = values[name] = self.encoder.value(says, scope)
            rows = parts_of(value.term) if isinstance(clause.value, p.Each) else ((no(value.null), value),)
            parts += [(both(holds[name], guard), part) for guard, part in rows]
            some_row = some(guard for guard, _ in rows) if isinstance(clause.value, p.Each) else True
            if any(isinstance(part, Whole) for _, part in rows):
                some_row = self.encoder.symbols.defined(("rows", name_of_value(value)), Type("boolean"), lambda _: ())
            wins[name] = every((holds[name], value.is_there, some_row))
        state = {what: some(either(both(in_force[n], getattr(conditions[n], what)), both(holds[n], getattr(values[n], what)))
                            for n in conditions) for what in ("unknown", "error", "silent")}  # fmt: skip
        empty = some(both(in_force[n], conditions[n].null, no(conditions[n].unknown)) for n in conditions)
        none = both(bool(rule.clauses), every(no(force) for force in in_force.values()))
        nothing = self.no_clause(rule)
        if rule.type.kind == "list" or is_skeleton:
            term: Any = Items(tuple(parts))
        else:
            term = self.encoder.lists.total(parts, rule.type)
        error = either(state["error"], empty, both(none, nothing.error))
        silent = either(state["silent"], both(none, nothing.silent))
        ranked = Ranked(in_force, in_force, holds, holds, wins, conditions, state["unknown"], error, silent)
        return RuleTerms(rule, Value(term, state["unknown"], False, error, silent), ranked, values, False, frozenset())

    # ── brackets ────────────────────────────────────────────────────────────────────────────────
    def _brackets(self, rule: p.Rule, scope: Scope) -> Value:
        scale = rule.scale
        assert scale is not None
        lower = Value(0) if scale.lower is None else self.encoder.value(scale.lower, scope)
        upper = self.encoder.value(scale.upper, scope)
        ends = carried((lower, upper), ABSENT, error=either(lower.null, upper.null))
        if scale.table is not None:
            table = self.encoder.value(scale.table, scope)
            bands, wrong = self._listed(scale, table, scope)
            ends = carried((ends, table), ABSENT, error=either(table.null, wrong))
        else:
            bands, ends = self._written(scale, scope, ends)
        parts: list[tuple[Truth, Value | Whole]] = []
        states: list[tuple[Truth, Value]] = []
        for guard, bottom, top, inner in bands:
            if isinstance(inner, Whole):
                name = (inner.name, name_of_value(lower), name_of_value(upper), self.encoder.digests.of(scale))
                parts.append((guard, Whole(("portions", *name))))
                continue
            portion = self._overlap(lower.term, upper.term, bottom, top)
            value = self.encoder.value(
                scale.portion, attrs.evolve(inner, locals={**inner.locals, "portion": Value(portion)})
            )
            lies_in = both(guard, less(0, portion))
            parts.append((lies_in, value))
            states.append((lies_in, value))
        term: Any = Items(tuple(parts)) if rule.type.kind == "list" else self.encoder.lists.total(parts, rule.type)
        outside = no(self.encoder.in_force(rule.period))
        around = Value(
            term,
            either(ends.unknown, some(both(guard, value.unknown) for guard, value in states)),
            False,
            either(ends.error, some(both(guard, value.error) for guard, value in states)),
            either(ends.silent, some(both(guard, value.silent) for guard, value in states)),
        )
        return choose(outside, self.no_clause(rule), around)

    def _overlap(self, lower: Any, upper: Any, bottom: Any, top: Value) -> Any:
        if lower is ABSENT or upper is ABSENT:
            return 0
        low = chosen(less(lower, bottom), bottom, lower)
        high = upper if top.term is ABSENT else chosen(either(top.null, less(upper, top.term)), upper, top.term)
        return high - low if not isinstance(low, int) or low else high

    def _listed(self, scale: p.Scale, table: Value, scope: Scope) -> tuple[list[Any], Truth]:
        """The bands of a list, and when they do not follow each other."""
        bands: list[Any] = []
        reached: Any = 0
        has_end: Truth = True
        wrong: Truth = False
        parts = parts_of(table.term)
        for guard, part in parts:
            if isinstance(part, Whole):
                bands.append((guard, 0, NOTHING, part))
                continue
            inner = scope.with_element(scale.binder, part, scale.binder)
            bottom, top = (self.encoder._field(part, name, Type("money")) for name in scale.edges)
            fits = every(
                (has_end, equal(bottom.term, reached), no(bottom.null), either(top.null, less(bottom.term, top.term)))
            )
            wrong = either(wrong, both(guard, no(fits)))
            bands.append((guard, bottom.term, top, inner))
            reached = chosen(guard, top.term, reached)
            has_end = chosen(guard, no(top.null), has_end)
        none = every(no(guard) for guard, _ in parts)
        return bands, either(wrong, none)

    def _written(self, scale: p.Scale, scope: Scope, ends: Value) -> tuple[list[Any], Value]:
        """The bands written in the rule, each with its rate."""
        bands: list[Any] = []
        bottom = Value(0)
        for top_expression, rate_expression in scale.bands:
            top = NOTHING if top_expression is None else self.encoder.value(top_expression, scope)
            rate = self.encoder.value(rate_expression, scope)
            wrong = either(bottom.null, both(no(top.null), no(less(bottom.term, top.term))))
            ends = carried((ends, attrs.evolve(top, null=False), rate), 0, error=wrong)
            bands.append((True, bottom.term, top, attrs.evolve(scope, locals={**scope.locals, "rate": rate})))
            bottom = top
        return bands, ends


def _without_body(value: p.Expression) -> p.Expression:
    """What a clause of a collect says, as far as it tells whether it says anything."""
    nothing = p.Constant(origin=value.origin, type=INTEGER, value=0)
    return attrs.evolve(value, body=nothing) if isinstance(value, p.Each) else nothing
