"""A model of the solver's → the facts of a case."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import z3

from engine.operations import NoDayError
from engine.proofs.logic import lifted, written
from engine.proofs.symbols import Application, Symbol, Symbols
from engine.proofs.trials import Trial
from policy.calendars import NotPublishedError
from policy.types import INSTANT

LIMIT_PLACES: Final = 6
"""How many decimal places a number of a case may have."""

_ROW = re.compile(r"(?P<path>[^\[]+)\[(?P<place>\d+)\](\.(?P<field>\w+))?")


class NotDecimalError(Exception):
    """A number of the model cannot be written as a decimal."""


def trial_of(model: z3.ModelRef, symbols: Symbols, used: Iterable[Any]) -> Trial:
    """The case a model describes. Raises NotDecimalError."""
    moment = symbols.read_back(value_of(model, symbols.moment), INSTANT)
    facts: dict[str, Any] = {}
    rows: dict[str, dict[int, Any]] = {}
    for name in sorted((name for name in used if isinstance(name, str)), key=str):
        symbol = symbols.symbols.get(name)
        if symbol is None or not _is_given(model, symbol):
            continue
        if match := _ROW.fullmatch(symbol.path):
            _add_row(rows, match, symbol, model, symbols)
        elif symbol.type.kind != "record":
            facts[symbol.path] = _fact(model, symbol, symbols)
    for path, by_place in rows.items():
        if path in facts:
            count = len(facts[path])
            facts[path] = tuple(by_place.get(place, {}) for place in range(count))
    asked = [name[1] for name in used if isinstance(name, tuple) and name[0] == "asked"]
    return Trial(facts, moment, tuple(sorted(n for n in asked if value_of(model, symbols.variable_of(("asked", n))))))


def _add_row(
    rows: dict[str, dict[int, Any]], match: re.Match[str], symbol: Symbol, model: z3.ModelRef, symbols: Symbols
) -> None:
    by_place = rows.setdefault(match["path"], {})
    value = _fact(model, symbol, symbols)
    if match["field"]:
        by_place.setdefault(int(match["place"]), {})[match["field"]] = value
    else:
        by_place[int(match["place"])] = value


def _is_given(model: z3.ModelRef, symbol: Symbol) -> bool:
    return bool(value_of(model, symbol.given))


def _fact(model: z3.ModelRef, symbol: Symbol, symbols: Symbols) -> Any:
    if value_of(model, symbol.null):
        return None
    found = value_of(model, symbol.variable)
    if symbol.type.kind == "list":
        return tuple({} for _ in range(found))
    if symbol.type.kind == "money":
        return Decimal(found).scaleb(-2)
    if symbol.type.kind in ("ratio", "points", "number"):
        return _decimal(found)
    return symbols.read_back(found, symbol.type)


def _decimal(value: Any) -> Decimal:
    number = Fraction(value)
    scaled = number * 10**LIMIT_PLACES
    if scaled.denominator != 1:
        raise NotDecimalError(value)
    return Decimal(scaled.numerator).scaleb(-LIMIT_PLACES).normalize() + 0


def value_of(model: z3.ModelRef, term: Any) -> Any:
    """What a term is in the model."""
    if not isinstance(term, z3.ExprRef):
        return term
    return written(model.eval(term, model_completion=True))


def pinned(model: z3.ModelRef, applications: Iterable[Application], *, only_last: bool) -> list[Any]:
    """That the functions are applied to just the values they have in the model, or only their last operands."""
    taken = (one.operands[-1:] if only_last else one.operands for one in applications)
    operands = {item.get_id(): item for each in taken for item in map(lifted, each)}
    return [item == lifted(value_of(model, item)) for item in operands.values() if not z3.is_rational_value(item)]


def lessons(model: z3.ModelRef, applications: Iterable[Application]) -> Iterator[Any]:
    """What the functions that the solver does not know give for the values of the model, where it supposed otherwise."""
    for one in applications:
        try:
            operands = [value_of(model, item) for item in one.operands]
            supposed = value_of(model, one.result)
            found = one.compute(*operands)
        except (NotPublishedError, NoDayError, OverflowError, ValueError):  # no such case
            yield z3.Not(z3.And([lifted(item) == lifted(value_of(model, item)) for item in one.operands]))
            continue
        if found != supposed:
            same = [lifted(item) == lifted(value) for item, value in zip(one.operands, operands, strict=True)]
            yield z3.Implies(z3.And(same), lifted(one.result) == lifted(found))
            if one.learn is not None:
                yield from one.learn(*operands)
