"""Lists whose elements are known one by one, and parts of lists that stay whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import attrs

from engine import program as p
from engine.proofs.logic import ABSENT, Truth, both, chosen, either, every, less, no, some
from engine.proofs.operations import Operations, carried
from engine.proofs.symbols import Symbols
from engine.proofs.values import Checklist, Element, Items, Value, Whole, choose, name_of_value
from policy.types import BOOLEAN, INTEGER, Type

Part = tuple[Truth, Value | Whole]

OF_LISTS = frozenset(
    {"sum", "count", "any", "all", "filter", "map", "distinct", "first", "last", "join", "in", "not_in", "missing"}
)


class Lists:
    """Functions of lists."""

    def __init__(self, symbols: Symbols, operations: Operations) -> None:
        self.symbols = symbols
        self.operations = operations

    def apply(self, expression: p.Operation, values: list[Value]) -> Value:
        """A function of lists on its operands."""
        operator = expression.operator
        if operator in ("in", "not_in"):
            found = self._member(values[0], values[1])
            return (
                found
                if operator == "in"
                else Value(no(found.term), found.unknown, found.null, found.error, found.silent)
            )
        empty = some(both(item.null, no(item.unknown)) for item in values)
        if operator == "missing":
            return carried(values, self._missing(values[0].term, values[1].term, expression.type), error=empty)
        parts = [part for value in values for part in parts_of(value.term)]
        match operator:
            case "sum":
                return carried(values, self.total(parts, expression.type), error=either(empty, _empty_among(parts)))
            case "count":
                return carried(values, self._count(parts), error=empty)
            case "any" | "all":
                return carried(values, self._quantified(parts, operator), error=either(empty, _empty_among(parts)))
            case "distinct":
                return carried(values, Items(tuple(self._distinct(parts))), error=empty)
            case "first" | "last":
                return self._end(values, parts, operator, expression.type, empty)
        return carried(values, Items(tuple(parts)), error=empty)

    # ── functions ───────────────────────────────────────────────────────────────────────────────
    def total(self, parts: Iterable[Part], kind: Type) -> Any:
        """The sum of all parts; of a whole part, some amount."""
        result: Any = 0
        for guard, part in parts:
            amount = part.term if isinstance(part, Value) else self._of_whole("sum", part, kind)
            if amount is ABSENT:
                continue
            added = chosen(guard, amount, 0)
            result = added if isinstance(result, int) and result == 0 else result + added
        return result

    def _of_whole(self, what: str, part: Whole, kind: Type, *more: Any) -> Any:
        def certain(result: Any) -> Iterator[Any]:
            if what == "count":
                yield result >= 0

        return self.symbols.defined((what, part.name, *more), kind, certain)

    def _count(self, parts: Iterable[Part]) -> Any:
        ones = ((guard, Value(1) if isinstance(part, Value) else part) for guard, part in parts)
        result: Any = 0
        for guard, part in ones:
            number = 1 if isinstance(part, Value) else self._of_whole("count", part, INTEGER)
            result = result + chosen(guard, number, 0)
        return result

    def _quantified(self, parts: Iterable[Part], operator: str) -> Truth:
        holds = [
            (guard, part.term if isinstance(part, Value) else self._of_whole(operator, part, BOOLEAN))
            for guard, part in parts
            if isinstance(part, Whole) or part.term is not ABSENT
        ]
        if operator == "any":
            return some(both(guard, holding) for guard, holding in holds)
        return every(either(no(guard), holding) for guard, holding in holds)

    def _distinct(self, parts: list[Part]) -> Iterator[Part]:
        earlier: list[tuple[Truth, Value]] = []
        for guard, part in parts:
            if isinstance(part, Whole):
                yield guard, Whole(("distinct", part.name))
                continue
            repeated = some(both(before, self._same(part, other)) for before, other in earlier)
            yield both(guard, no(repeated)), part
            earlier.append((guard, part))

    def _same(self, one: Value, other: Value) -> Truth:
        return self.operations.equality(one, other, True).term

    def _end(self, values: list[Value], parts: list[Part], operator: str, kind: Type, empty: Truth) -> Value:
        result = Value(ABSENT, null=True)
        for guard, part in parts if operator == "last" else reversed(parts):
            if isinstance(part, Whole):
                part = attrs.evolve(self.any_value((operator, part.name), kind), null=self._is_empty(part))
            result = choose(guard, part, result)
        around = carried(values, ABSENT, error=empty)
        return Value(
            result.term,
            either(around.unknown, result.unknown),
            result.null,
            either(around.error, result.error),
            either(around.silent, result.silent),
        )

    def _is_empty(self, part: Whole) -> Truth:
        return self.symbols.defined(("empty", part.name), BOOLEAN, lambda _: ())

    def any_value(self, name: Any, kind: Type) -> Value:
        """Some value of a type, the same for the same name."""
        if kind.kind == "list":
            return Value(Items(((True, Whole(name)),)))
        if kind.kind == "record":
            return Value(Element(str(name), kind.name))
        return Value(
            self.symbols.as_term(self.symbols.defined(name, kind, lambda v: self.symbols.domain(v, kind)), kind)
        )

    def _member(self, value: Value, among: Value) -> Value:
        parts = parts_of(among.term)
        if among.term is not None and not parts and among.null is False and among.unknown is False:
            return Value(False, error=either(among.error, value.error), silent=either(among.silent, value.silent))
        found = some(both(guard, self._is_part(value, part)) for guard, part in parts)
        return carried((value, among), found, error=both(among.null, no(among.unknown)))

    def _is_part(self, value: Value, part: Value | Whole) -> Truth:
        if isinstance(part, Whole):
            return self._of_whole("in", part, BOOLEAN, name_of_value(value))
        return self._same(value, part)

    def _missing(self, checklist: Any, present: Any, kind: Type) -> Items:
        element = kind.element or Type("unknown")
        parts: list[Part] = []
        options = checklist.options if isinstance(checklist, Checklist) else ()
        for guard, requirements in options:
            for alternatives in requirements.items:
                there = [
                    self._member(self.symbols.constant(name, element), Value(present)).term for name in alternatives
                ]
                parts.append((both(guard, no(some(there))), self.symbols.constant(alternatives[0], element)))
        return Items(tuple(parts))

    def extreme(self, value: Value, smallest: bool) -> Value:
        """The least or greatest of a list, which passes over 空."""
        result = Value(ABSENT, null=True)
        for guard, part in parts_of(value.term):
            item = part if isinstance(part, Value) else Value(self._of_whole(f"extreme {smallest}", part, INTEGER))
            if item.term is ABSENT:
                continue
            if result.term is ABSENT:
                result = Value(item.term, null=either(item.null, no(guard)))
                continue
            closer = less(item.term, result.term) if smallest else less(result.term, item.term)
            take = every((guard, no(item.null), either(result.null, closer)))
            result = Value(chosen(take, item.term, result.term), null=both(result.null, no(take)))
        return carried((value,), result.term, error=result.null)


def parts_of(term: Any) -> tuple[Part, ...]:
    """The parts of a list."""
    return term.parts if isinstance(term, Items) else ()


def _empty_among(parts: Iterable[Part]) -> Truth:
    return some(both(guard, part.null) for guard, part in parts if isinstance(part, Value))


def each_part(
    parts: Iterable[Part],
    about: Callable[[Value], tuple[Value, Value | None]],
    whole: Callable[[Whole], Whole],
) -> tuple[list[Part], Truth, Truth, Truth]:
    """What the fitting elements give; when that is unknown, in error, or without law."""
    found: list[Part] = []
    unknown: Truth = False
    error: Truth = False
    silent: Truth = False
    for guard, part in parts:
        if isinstance(part, Whole):
            found.append((guard, whole(part)))
            continue
        fits, body = about(part)
        fitting = both(guard, fits.holds)
        value = part if body is None else body
        unknown = either(unknown, both(guard, fits.unknown), both(fitting, value.unknown))
        error = either(
            error, both(guard, either(fits.error, both(fits.null, no(fits.unknown)))), both(fitting, value.error)
        )
        silent = either(silent, both(guard, fits.silent), both(fitting, value.silent))
        if fitting is not False:
            found.append((fitting, value))
    return found, unknown, error, silent
