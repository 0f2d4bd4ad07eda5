"""Expressions of a program → what they come to for every case at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from engine import program as p
from engine.frames import at_hand, current_of
from engine.proofs.asked import may_be_null, may_lack
from engine.proofs.digests import Digests
from engine.proofs.figures import Figures
from engine.proofs.lists import OF_LISTS, Lists, each_part, parts_of
from engine.proofs.logic import ABSENT, Truth, both, either, equal, every, less, no, some
from engine.proofs.operations import Operations, carried
from engine.proofs.rules import Rules, RuleTerms
from engine.proofs.symbols import Symbols, seconds_of
from engine.proofs.values import NOTHING, Checklist, Element, Fields, Items, OneOf, Value, Whole, choose, name_of_value
from policy.sources import Period
from policy.types import TEXT, Type

ANY = "*"
"""Whichever rules are asked for."""

EXTREMES = {"smaller": True, "earlier": True, "larger": False, "later": False}


@attrs.frozen(eq=False)
class Scope:
    """What is at hand: elements by their binders, values of the language's own, the rule asked for."""

    bindings: Mapping[str, Value] = attrs.field(factory=dict)
    locals: Mapping[str, Value] = attrs.field(factory=dict)
    asked: str = ""

    def with_element(self, binder: str, element: Value, entity: str) -> Scope:
        """The same with an element at hand."""
        current = {current_of(entity): element} if entity else {}
        return attrs.evolve(self, bindings={**self.bindings, binder: element, "it": element, **current})

    def about(self, entity: str, element: Value | None) -> Scope:
        """Fresh surroundings for a rule that may be about an element."""
        return Scope(at_hand(entity, element) if entity else {}, {}, self.asked)


class Encoder:
    """Encodes one program; `bound` is how many elements a list may have, or None where lists stay whole.

    `settled` gives truths to operations by their identity, whatever their operands are.
    """

    def __init__(
        self, program: p.Program, symbols: Symbols, bound: int | None, settled: Mapping[int, bool] | None = None
    ):
        self.program = program
        self.symbols = symbols
        self.bound = bound
        self.settled = settled or {}
        self.operations = Operations(symbols, program.calendar)
        self.lists = Lists(symbols, self.operations)
        self.digests = Digests(program)
        self.may_lack = may_lack(program)
        self.may_be_null = may_be_null(program)
        self.computed = {
            part.entity for rule in program.rules.values() for part in p.walk(rule) if isinstance(part, p.Record)
        }
        self.figures = Figures(self)
        self.rules = Rules(self)

    @property
    def plain_scope(self) -> Scope:
        """Nothing at hand."""
        return Scope()

    def in_force(self, period: Period) -> Truth:
        """Whether the decision day lies in a period."""
        start = True if period.start is None else no(less(self.symbols.moment, seconds_of(period.start)))
        end = True if period.end is None else less(self.symbols.moment, seconds_of(period.end))
        return both(start, end)

    def rule(self, name: str, scope: Scope) -> RuleTerms:
        """A rule, with what each of its clauses comes to."""
        return self.rules.rule(name, scope)

    def value(self, expression: p.Expression, scope: Scope) -> Value:
        """What an expression comes to."""
        match expression:
            case p.Constant(value=value, type=kind):
                return self.symbols.constant(value, kind)
            case p.Fact(path=path, type=kind):
                return self.fact(path, kind)
            case p.ParameterValue():
                return self.figures.value(expression, scope)
            case p.LimitValue(target=target):
                return self.figures.limit(target, scope)
            case p.RuleValue():
                found = self.rule(expression.id, scope).value
                return self._field(found, expression.field, expression.type) if expression.field else found
            case p.ElementField():
                return self._element_field(expression, scope)
            case p.Local(name=name):
                return self._local(name, scope)
            case p.Logic():
                return self._logic(expression, scope)
            case p.Known(operand=operand):
                found = self.value(operand, scope)
                return Value(no(either(found.unknown, found.silent)), error=found.error)
            case p.Default(operand=operand, otherwise=otherwise):
                found = self.value(operand, scope)
                lacking = either(found.unknown, found.silent)
                kept = attrs.evolve(found, unknown=False, silent=False)
                return choose(lacking, self.value(otherwise, scope), kept)
            case p.Each():
                parts, unknown, error, silent = self._each(expression, scope)
                return Value(Items(tuple(parts)), unknown, False, error, silent)
            case p.Record(fields=fields):
                values = {name: self.value(part, scope) for name, part in fields}
                return carried(list(values.values()), Fields(values))
            case p.Operation():
                return self._operation(expression, scope)
            case p.Selected():
                return self._selected(expression, scope)
            case p.DutiesOf():
                return self._duties_of(expression, scope)
            case p.HumanDecision(id=name):
                found = self.rule(name, scope).value
                return Value(True, error=found.error, silent=found.silent)
            case p.Requirements():
                return Value(Checklist(((True, expression),)))
            case _:
                raise AssertionError(expression)

    # ── facts ───────────────────────────────────────────────────────────────────────────────────
    def fact(self, path: str, kind: Type) -> Value:
        """A fact of the case."""
        field = self.program.policy.vocabulary.field(path)
        kind = field.type if field else kind
        is_computed = path.partition(".")[0] in self.computed
        lacking, empty = path in self.may_lack, path in self.may_be_null
        return self.symbols.fact(path, kind, lacking, empty, self.bound, is_computed)

    def _local(self, name: str, scope: Scope) -> Value:
        match name:
            case "it":
                return scope.bindings["it"]
            case "decision_instant":
                return Value(self.symbols.moment)
            case "decision_day":
                return Value(self.operations.days.day_of(self.symbols.moment))
            case "asked":
                return self.symbols.constant((scope.asked,), Type("list", element=TEXT))
        return scope.locals[name]

    def _element_field(self, expression: p.ElementField, scope: Scope) -> Value:
        element = scope.bindings.get(expression.binder)
        if element is None:
            return self.fact(f"{expression.entity}.{expression.field}", expression.type)
        return self._field(element, expression.field, expression.type) if expression.field else element

    def _field(self, record: Value, name: str, kind: Type) -> Value:
        """A field of a record; of none there is no answer."""
        found = self._field_of(record.term, name, kind)
        around = carried((record,), ABSENT, error=both(record.null, no(record.unknown)))
        return Value(
            found.term,
            either(around.unknown, found.unknown),
            found.null,
            either(around.error, found.error),
            either(around.silent, found.silent),
        )

    def _field_of(self, term: Any, name: str, kind: Type) -> Value:
        match term:
            case Fields(values=values):
                return values.get(name, NOTHING)
            case Element(path=path, entity=entity):
                field = self.program.policy.vocabulary.field(f"{entity}.{name}")
                own = field.type if field else kind
                is_null = f"{entity}.{name}" in self.may_be_null
                return self.symbols.fact(f"{path}.{name}", own, False, is_null, self.bound)
            case OneOf(condition=condition, one=one, other=other):
                return choose(condition, self._field_of(one, name, kind), self._field_of(other, name, kind))
        return NOTHING  # of a record that is certainly not there

    # ── logic ───────────────────────────────────────────────────────────────────────────────────
    def _logic(self, expression: p.Logic, scope: Scope) -> Value:
        """One false operand settles 且, one true operand settles 或, whatever is unknown."""
        settling = expression.operator == "or"
        reached: Truth = True
        states: dict[str, list[Truth]] = {"settled": [], "unknown": [], "error": [], "silent": []}
        for operand in expression.operands:
            found = self.value(operand, scope)
            states["settled"].append(both(reached, found.holds if settling else found.is_false))
            states["unknown"].append(both(reached, found.unknown))
            states["error"].append(both(reached, either(found.error, both(found.null, no(found.unknown)))))
            states["silent"].append(both(reached, found.silent))
            reached = both(reached, no(states["settled"][-1]))
        settled = some(states["settled"])
        return Value(
            settled if settling else no(settled),
            unknown=both(no(settled), some(states["unknown"])),
            error=some(states["error"]),
            silent=some(states["silent"]),
        )

    # ── lists ───────────────────────────────────────────────────────────────────────────────────
    def _each(self, each: p.Each, scope: Scope) -> tuple[list[Any], Truth, Truth, Truth]:
        collection = self.value(each.collection, scope)
        kind = each.collection.type.element
        entity = kind.name if kind and kind.kind == "record" else ""

        def about(element: Value) -> tuple[Value, Value | None]:
            inner = scope.with_element(each.binder, element, entity)
            fits = Value(True) if each.where is None else self.value(each.where, inner)
            return fits, None if each.body is None else self.value(each.body, inner)

        def whole(part: Whole) -> Whole:
            at_hand_now = tuple((name, name_of_value(value)) for name, value in sorted(scope.bindings.items()))
            return Whole(("each", self.digests.of(each), part.name, at_hand_now))

        parts, unknown, error, silent = each_part(parts_of(collection.term), about, whole)
        around = carried((collection,), ABSENT, error=both(collection.null, no(collection.unknown)))
        return parts, either(around.unknown, unknown), either(around.error, error), either(around.silent, silent)

    def _quantified(self, expression: p.Operation, each: p.Each, scope: Scope) -> Value:
        """One true element settles 存在, one false element settles 全部, whatever is unknown of the others."""
        parts, unknown, error, silent = self._each(each, scope)
        found = self.lists.apply(expression, [Value(Items(tuple(parts)))])
        settled = found.term if expression.operator == "any" else no(found.term)
        return Value(found.term, both(unknown, no(settled)), False, either(error, found.error), silent)

    # ── operations ──────────────────────────────────────────────────────────────────────────────
    def _operation(self, expression: p.Operation, scope: Scope) -> Value:
        operator, operands = expression.operator, expression.operands
        if scope.asked == ANY and operator == "in" and isinstance(operands[1], p.Local) and operands[1].name == "asked":
            return Value(self.symbols.asked(operands[0]))
        if operator in ("any", "all") and isinstance(operands[0], p.Each):
            return self._quantified(expression, operands[0], scope)
        values = [self.value(operand, scope) for operand in operands]
        if id(expression) in self.settled:
            return attrs.evolve(carried(values, ABSENT), term=self.settled[id(expression)])
        if operator == "list":
            return carried(values, Items(tuple((True, value) for value in values)))
        if operator == "is_open":
            options = values[0].term.options if isinstance(values[0].term, Checklist) else ()
            return carried(values, some(both(guard, item.is_open) for guard, item in options))
        if operator in OF_LISTS:
            return self.lists.apply(expression, values)
        if operator in EXTREMES and len(values) == 1:
            return self.lists.extreme(values[0], EXTREMES[operator])
        if operator in EXTREMES:
            return self.operations.extreme(values, EXTREMES[operator])
        return self.operations.apply(expression, values)

    # ── what is declared under a name ───────────────────────────────────────────────────────────
    def _selected(self, expression: p.Selected, scope: Scope) -> Value:
        by = self.value(expression.by, scope)
        result = Value(ABSENT, error=True)
        for name, option in reversed(expression.options):
            matches = equal(by.term, self.symbols.scalar(name, expression.by.type))
            result = choose(matches, self.value(option, scope), result)
        around = carried((by,), ABSENT, error=both(by.null, no(by.unknown)))
        hidden = some((around.unknown, around.error, around.silent))
        return choose(hidden, around, result)

    def _duties_of(self, expression: p.DutiesOf, scope: Scope) -> Value:
        actors = self.value(expression.actors, scope)
        kind = expression.actors.type.element or Type("unknown")
        parts: list[tuple[Truth, Value]] = []
        states: list[tuple[Truth, Value]] = []
        for actor, row in expression.rows:
            value = self.value(row, scope)
            bound = self.lists.apply(_IS_IN, [self.symbols.constant(actor, kind), actors]).term
            guard = both(self.in_force(self.program.rules[row.id].period), bound)
            parts.append((guard, value))
            states.append((guard, value))
        nothing = every(no(self.in_force(self.program.rules[row.id].period)) for _, row in expression.rows)
        return Value(
            Items(tuple(parts)),
            unknown=either(actors.unknown, some(both(guard, value.unknown) for guard, value in states)),
            error=either(actors.error, some(both(guard, value.error) for guard, value in states)),
            silent=some((actors.silent, nothing, *(both(guard, value.silent) for guard, value in states))),
        )

    def all_of(self, expressions: Iterable[p.Expression], scope: Scope) -> list[Value]:
        """What several expressions come to."""
        return [self.value(expression, scope) for expression in expressions]


_IS_IN: Any = attrs.make_class(
    "_Membership", {"operator": attrs.field(default="in"), "type": attrs.field(default=None)}
)()
