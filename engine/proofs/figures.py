"""Local figures for every day: given with the case, shipped and dated, delegated with a default."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine import program as p
from engine.proofs.logic import ABSENT, Truth, both, either, equal, every, less, no, some
from engine.proofs.operations import ORDER
from engine.proofs.values import NOTHING, SILENT, UNKNOWN, Value, choose
from policy.parameters import PARAMETERS, DatedValue, Parameter
from policy.tables import Band, Cell, Row
from policy.types import Type

if TYPE_CHECKING:
    from engine.proofs.encoder import Encoder, Scope


class Figures:
    """The figures of one program."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self._known: dict[str, tuple[Value, frozenset[Any]]] = {}

    def value(self, expression: p.ParameterValue, scope: Scope) -> Value:
        """A figure on the decision day."""
        name = expression.id
        if name not in self._known:
            with self.encoder.symbols.recording() as used:
                value = self._found(name, expression.type, scope)
                self._known[name] = (value, frozenset(used))  # before the bounds, which may speak of it
                value = self.bounded(name, value, scope)
            self._known[name] = (value, frozenset(used))
        value, names = self._known[name]
        self.encoder.symbols.use(names)
        return value

    def _found(self, name: str, kind: Type, scope: Scope) -> Value:
        shipped = self.encoder.program.parameters.get(name, ())
        otherwise = self._delegated(name, scope)
        if shipped:
            otherwise = self.shipped(shipped[0], otherwise)
        path = f"{PARAMETERS}.{name}"
        field = self.encoder.program.policy.vocabulary.field(path)
        if field is None:
            return otherwise
        given = self.encoder.symbols.fact(path, field.type, True, False, self.encoder.bound)
        self.encoder.symbols.use([("figure", name, bool(shipped))])
        return choose(no(given.unknown), Value(given.term, null=given.null), otherwise)

    def _delegated(self, name: str, scope: Scope) -> Value:
        """The default of a delegation in force, the lowest region's first; else the figure is needed."""
        result = UNKNOWN
        for delegation in self.encoder.program.delegations.get(name, ()):
            if delegation.default is not None:
                value = self.encoder.value(delegation.default, scope)
                result = choose(self.encoder.in_force(delegation.period), value, result)
        return result

    def shipped(self, parameter: Parameter, otherwise: Value) -> Value:
        """The value of the day; without one the law is silent."""
        result = SILENT
        for dated in reversed(parameter.values):
            value = self._of_rows(parameter, dated, otherwise) if parameter.keys else self.constant(dated, parameter)
            result = choose(self.encoder.in_force(dated.period), value, result)
        return result

    def on_dates(self, parameter: Parameter, dated: DatedValue) -> Value:
        """One dated value, while it is in force."""
        value = self._of_rows(parameter, dated, UNKNOWN) if parameter.keys else self.constant(dated, parameter)
        return choose(self.encoder.in_force(dated.period), value, UNKNOWN)

    def constant(self, figure: DatedValue | Row, parameter: Parameter) -> Value:
        """A shipped figure."""
        return self.encoder.symbols.constant(figure.value, parameter.type)

    # ── tables ──────────────────────────────────────────────────────────────────────────────────
    def _of_rows(self, parameter: Parameter, dated: DatedValue, otherwise: Value) -> Value:
        keys = self.keys(parameter)
        fits = [self.fits(row, parameter, keys) for row in dated.rows]
        if parameter.hit == "collect":
            return UNKNOWN
        result = otherwise
        for fit, row in reversed(list(zip(fits, dated.rows, strict=True))):
            result = choose(fit, self.constant(row, parameter), result)
        several: Truth = False
        if parameter.hit in ("unique", "any"):
            several = some(
                both(one, other)
                for place, one in enumerate(fits)
                for later, other in enumerate(fits)
                if place < later and (parameter.hit == "unique" or dated.rows[place].value != dated.rows[later].value)
            )
        result = choose(several, Value(ABSENT, error=True), result)
        return self._read_by(keys, result)

    def _read_by(self, keys: list[Value], result: Value) -> Value:
        unknown = some(key.unknown for key in keys)
        failing = Value(ABSENT, unknown=unknown, error=some(k.error for k in keys), silent=some(k.silent for k in keys))
        return choose(some((failing.unknown, failing.error, failing.silent)), failing, result)

    def keys(self, parameter: Parameter) -> list[Value]:
        """The facts a table is read by."""
        vocabulary = self.encoder.program.policy.vocabulary
        fields = [(path, vocabulary.field(path)) for path in parameter.keys]
        return [self.encoder.fact(path, field.type if field else Type("unknown")) for path, field in fields]

    def fits(self, row: Row, parameter: Parameter, keys: list[Value]) -> Truth:
        """Whether a row is for the keys."""
        vocabulary = self.encoder.program.policy.vocabulary
        kinds = [field.type if (field := vocabulary.field(path)) else Type("unknown") for path in parameter.keys]
        return every(self._cell(c, k, kind) for c, k, kind in zip(row.keys, keys, kinds, strict=True))

    def _cell(self, cell: Cell, key: Value, kind: Type) -> Truth:
        if cell is None:
            return True
        return some(self._holds(item, key, kind) for item in cell)

    def _holds(self, item: Any, key: Value, kind: Type) -> Truth:
        symbols = self.encoder.symbols
        if isinstance(item, Band):
            low = True if item.low is None else no(less(key.term, symbols.scalar(item.low, kind)))
            high = True if item.high is None else less(key.term, symbols.scalar(item.high, kind))
            return every((no(key.null), low, high))
        if item is None:
            return key.null
        return both(no(key.null), equal(key.term, symbols.scalar(item, kind)))

    # ── bounds ──────────────────────────────────────────────────────────────────────────────────
    def limit(self, target: str, scope: Scope) -> Value:
        """What the bounds in force allow; empty where nothing is bounded."""
        result = NOTHING
        for bound in reversed(self.encoder.program.bounds.get(target, ())):
            applies = self.encoder.in_force(bound.period)
            if bound.condition is not None:
                applies = both(applies, self.encoder.value(bound.condition, scope).holds)
            result = choose(applies, self.encoder.value(bound.limit, scope), result)
        return result

    def bounded(self, target: str, value: Value, scope: Scope) -> Value:
        """The value, in error where it is beyond a bound."""
        beyond = some(self.beyond(bound, value, scope) for bound in self.encoder.program.bounds.get(target, ()))
        return Value(value.term, value.unknown, value.null, either(value.error, beyond), value.silent)

    def beyond(self, bound: p.Bound, value: Value, scope: Scope) -> Truth:
        """Whether a value is there and not within a bound in force."""
        outer = scope.about("", None)
        applies = [self.encoder.in_force(bound.period), value.is_there, no(value.null)]
        if bound.condition is not None:
            applies.append(self.encoder.value(bound.condition, outer).holds)
        if bound.unless is not None:
            applies.append(no(self.encoder.value(bound.unless, outer).holds))
        limit = self.encoder.value(bound.limit, outer)
        kept = ORDER[bound.operator](value.term, limit.term)
        return every((*applies, limit.is_there, no(limit.null), no(kept)))
