"""The facts and figures of a case as variables of the solver's, each with what is certain about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import attrs
import z3

from engine.proofs.logic import at_most, both, lifted
from engine.proofs.values import NOTHING, Element, Fields, Items, Length, Value, Whole
from policy.model import Policy
from policy.types import Type
from policy.values import Duration, Month
from policy.vocabulary import Vocabulary

SECONDS: Final = 24 * 60 * 60
MONTHS: Final = 12
FEN: Final = 100
LIMIT_LIST: Final = 3
"""How many elements a list is given where its elements are looked at one by one."""


@attrs.frozen(eq=False)
class Horizon:
    """The days among which the law's own days lie, and a year around them."""

    first: date
    last: date

    @classmethod
    def of(cls, policies: Iterable[Policy]) -> Horizon:
        """From the earliest to the latest year that documents, figures and calendars speak of."""
        years = [year for policy in policies for year in _years(policy)] or [date.today().year]
        return cls(date(min(years) - 1, 1, 1), date(max(years) + 2, 1, 1) - timedelta(days=1))


def _years(policy: Policy) -> Iterator[int]:
    yield from policy.calendar.years
    documents = list(policy.library.documents.values())
    periods = [document.period for document in documents]
    periods += [item.period for document in documents for item in document.provisions.values()]
    periods += [value.period for pack in policy.packs for item in pack.parameters.values() for value in item.values]
    for period in periods:
        yield from (moment.year for moment in (period.start, period.end) if moment is not None)


@attrs.frozen(eq=False)
class Symbol:
    """A variable: how it is read back, whether it is given at all and whether it is 空."""

    name: str
    type: Type
    variable: Any
    given: Any
    null: Any
    certain: tuple[Any, ...]
    path: str = ""


@attrs.frozen(eq=False)
class Application:
    """A function the solver does not know: what it is applied to, and what the engine makes of values."""

    operands: tuple[Any, ...]
    result: Any
    compute: Callable[..., Any]
    learn: Callable[..., Iterable[Any]] | None = None
    """More that follows for the values of the operands, if there is more to say than for just these."""


class Symbols:
    """All variables, each made once; those used while something is encoded are recorded."""

    def __init__(self, vocabulary: Vocabulary, horizon: Horizon) -> None:
        self.vocabulary = vocabulary
        self.horizon = horizon
        self.texts: list[str] = []
        self.symbols: dict[Any, Symbol] = {}
        self.certain: dict[Any, tuple[Any, ...]] = {}
        self.applications: dict[Any, Application] = {}
        self._recording: list[set[Any]] = [set()]
        self._terms: dict[Any, Any] = {}
        self._moment: Any = None

    # ── recording ───────────────────────────────────────────────────────────────────────────────
    @contextmanager
    def recording(self, *, is_apart: bool = False) -> Iterator[set[Any]]:
        """Everything that is used inside; it counts for what is around it too, unless it stands apart."""
        used: set[Any] = set()
        self._recording.append(used)
        try:
            yield used
        finally:
            self._recording.pop()
            if not is_apart:
                self.use(used)

    def use(self, names: Iterable[Any]) -> None:
        """These are used here."""
        self._recording[-1].update(names)

    def constraints(self, used: Iterable[Any]) -> list[Any]:
        """What is certain about everything used."""
        return [lifted(item) for name in self.in_order(used) for item in self.certain.get(name, ()) if item is not True]

    def in_order(self, used: Iterable[Any]) -> list[Any]:
        """The names in the order in which they were first used: every run is the same."""
        wanted = frozenset(used)
        return [name for name in self.certain if name in wanted]

    # ── variables ───────────────────────────────────────────────────────────────────────────────
    @property
    def moment(self) -> Any:
        """The instant the case is decided for, in seconds."""
        if self._moment is None:
            self._moment = z3.Int("moment")
            first, last = (self.horizon.first.toordinal(), self.horizon.last.toordinal() + 1)
            self.certain["moment"] = (self._moment >= first * SECONDS, self._moment < last * SECONDS)
        self.use(["moment"])
        return self._moment

    def fact(
        self, path: str, kind: Type, may_lack: bool, may_be_null: bool, bound: int | None, is_computed: bool = False
    ) -> Value:
        """A fact of the case; what is computed may be any amount."""
        if path not in self.symbols:
            self.symbols[path] = self._symbol(path, kind, may_lack, may_be_null, is_computed)
            self._terms[path] = {}
        self.use([path])
        symbol = self.symbols[path]
        if bound not in self._terms[path]:
            self._terms[path][bound] = self._term(symbol, bound)
        given = symbol.given
        unknown = z3.Not(given) if given is not True else False
        return Value(self._terms[path][bound], unknown=unknown, null=symbol.null)

    def _symbol(self, path: str, kind: Type, may_lack: bool, may_be_null: bool, is_computed: bool) -> Symbol:
        given = z3.Bool(f"{path} given") if may_lack else True
        null = z3.Bool(f"{path} null") if may_be_null else False
        variable = z3.Int(f"{path} count") if kind.kind == "list" else self.variable(path, kind)
        certain = [variable >= 0] if kind.kind == "list" else self.domain(variable, kind)
        if is_computed and kind.is_numeric:
            certain = []
        if may_lack and may_be_null:
            certain.append(z3.Implies(null, given))
        self.certain[path] = tuple(certain)
        return Symbol(path, kind, variable, given, null, self.certain[path], path)

    def _term(self, symbol: Symbol, bound: int | None) -> Any:
        kind = symbol.type
        if kind.kind != "list":
            return self.as_term(symbol.variable, kind)
        element = kind.element or Type("unknown")
        if bound is None:
            return Items(((True, Whole(("fact", symbol.path))),))
        self.certain[symbol.path] = (*symbol.certain, symbol.variable <= bound)
        parts = [(symbol.variable > place, self._element(symbol.path, place, element)) for place in range(bound)]
        return Items(tuple(parts))

    def _element(self, path: str, place: int, kind: Type) -> Value:
        inner = f"{path}[{place}]"
        if kind.kind == "record":
            return Value(Element(inner, kind.name))
        return self.fact(inner, kind, False, False, 0)

    def variable(self, name: str, kind: Type) -> Any:
        """A variable of the type's sort."""
        if kind.kind == "boolean":
            return z3.Bool(name)
        return z3.Real(name) if kind.kind in ("ratio", "points", "number") else z3.Int(name)

    def as_term(self, variable: Any, kind: Type) -> Any:
        """What the variable of a fact stands for: an amount counts in its smallest unit."""
        return z3.ToReal(variable) * z3.Q(1, FEN) if kind.kind == "money" else variable

    def domain(self, variable: Any, kind: Type) -> list[Any]:
        """What holds for every fact of a type."""
        first, last = self.horizon.first, self.horizon.last
        match kind.kind:
            case "money" | "text":
                return [variable >= 0]
            case "ratio":
                return [variable >= 0, variable <= 1]
            case "points":
                return [variable >= 0, variable <= FEN]
            case "enum":
                return [variable >= 0, variable < len(self.vocabulary.enums[kind.name].values)]
            case "date":
                return [variable >= first.toordinal(), variable <= last.toordinal()]
            case "instant":
                return [variable >= first.toordinal() * SECONDS, variable < (last.toordinal() + 1) * SECONDS]
            case "month":
                return [variable >= first.year * MONTHS, variable < (last.year + 1) * MONTHS]
            case "year":
                return [variable >= first.year, variable <= last.year]
            case _:
                return []

    def defined(self, name: Any, kind: Type, certain: Callable[[Any], Iterable[Any]]) -> Any:
        """A variable that is determined, or bounded, by what is certain about it."""
        if name not in self._terms:
            variable = self.fresh(kind)
            self._terms[name] = variable
            with self.recording() as used:
                facts = tuple(certain(variable))
            self.certain[name] = facts
            self._terms[(name, "used")] = used
        self.use([name])
        self.use(self._terms[(name, "used")])
        return self._terms[name]

    def asked(self, rule: Any) -> Any:
        """Whether a rule is among those asked for."""
        return self.defined(("asked", rule.value), Type("boolean"), lambda _: ())

    def fresh(self, kind: Type) -> Any:
        """A variable about which nothing is known yet."""
        if kind.kind == "boolean":
            return z3.FreshBool("b")
        is_real = kind.kind in ("money", "ratio", "points", "number")
        return z3.FreshReal("r") if is_real else z3.FreshInt("i")

    def variable_of(self, name: Any) -> Any:
        """The variable defined under a name."""
        return self._terms[name]

    def applied(self, name: Any, application: Callable[[Any], Application], kind: Type,
                certain: Callable[[Any], Iterable[Any]] = lambda _: ()) -> Any:  # fmt: skip
        """The result of a function that the solver does not know."""
        variable = self.defined(name, kind, certain)
        if name not in self.applications:
            self.applications[name] = application(variable)
        return variable

    # ── constants ───────────────────────────────────────────────────────────────────────────────
    def constant(self, value: Any, kind: Type) -> Value:
        """A written value."""
        if value is None:
            return NOTHING
        if isinstance(value, tuple | list):
            element = kind.element or Type("unknown")
            return Value(Items(tuple((True, self.constant(item, element)) for item in value)))
        if isinstance(value, Mapping):
            fields = self.vocabulary.entities[kind.name].fields
            return Value(Fields({name: self.constant(item, fields[name].type) for name, item in value.items()}))
        return Value(self.scalar(value, kind))

    def scalar(self, value: Any, kind: Type) -> Any:
        """A written value as a term."""
        match value:
            case bool():
                return value
            case int():
                return value
            case Decimal() | Fraction():
                return Fraction(value)
            case datetime():
                return seconds_of(value)
            case date():
                return value.toordinal()
            case Month(year=year, month=month):
                return year * MONTHS + month - 1
            case Duration(count=count, unit=unit, month_end=month_end):
                return Length(count, unit, month_end)
            case str() if kind.kind == "enum":
                return list(self.vocabulary.enums[kind.name].values).index(value)
            case str():
                return self.text(value)
        raise AssertionError(value)

    def text(self, value: str) -> int:
        """A written text by its number."""
        if value not in self.texts:
            self.texts.append(value)
        return self.texts.index(value)

    def read_back(self, number: Any, kind: Type) -> Any:
        """What a value of the solver's is in the engine's terms."""
        match kind.kind:
            case "boolean" | "integer" | "year":
                return number
            case "money" | "ratio" | "points" | "number":
                return number
            case "enum":
                return list(self.vocabulary.enums[kind.name].values)[number]
            case "date":
                return date.fromordinal(number)
            case "instant":
                return datetime.fromordinal(number // SECONDS) + timedelta(seconds=number % SECONDS)
            case "month":
                return Month(number // MONTHS, number % MONTHS + 1)
            case "text":
                return self.texts[number] if number < len(self.texts) else f"T{number - len(self.texts) + 1}"
        raise AssertionError(kind)


def seconds_of(moment: datetime) -> int:
    """An instant as the seconds since the first day."""
    return moment.toordinal() * SECONDS + moment.hour * 60 * 60 + moment.minute * 60 + moment.second


def within(value: Any, low: Any, high: Any) -> Any:
    """Whether low ≤ value ≤ high."""
    return both(at_most(low, value), at_most(value, high))
