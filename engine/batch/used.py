"""What the claims before have used up: put into the facts of claims, and reckoned on from their answers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import attrs
import pyarrow as pa
import pyarrow.compute as pc

from engine.batch.bulk import any_of
from engine.batch.flat import Given, arrow_of, arrow_type
from engine.batch.running import Read
from engine.batch.sheets import whole
from engine.batch.years import OWN
from engine.facts import Facts
from policy.values import decimal_text
from policy.vocabulary import Carried

ZERO = Decimal(0)
EXACT = pa.decimal128(36, 12)
"""What amounts are reckoned in between claims; it holds every answer and every fact."""


class Used:
    """What is used up before each claim of a portion; `state` has it by columns, and is None for the first of a year."""

    def __init__(
        self, carried: Mapping[str, Carried], widths: Mapping[str, str], state: pa.Table | None, size: int
    ) -> None:
        self.carried = carried
        self.is_first = state is None
        self.size = size
        self.used = {path: self._column(state, path) for path in carried}
        self.before: dict[str, list[pa.Table]] = {path: [] for path in carried}
        self.unfit = any_of([_misfits(self.used[path], widths[path]) for path in carried], size)

    def _column(self, state: pa.Table | None, path: str) -> pa.Array:
        return pa.nulls(self.size, EXACT) if state is None else whole(state[OWN + path])

    # ── before a claim ──────────────────────────────────────────────────────────────────────────
    def columns(self, given: Mapping[str, Given], places: pa.Array) -> Mapping[str, Given]:
        """The facts of the claims at some places with what is used up before them."""
        found = dict(given)
        for path, rule in self.carried.items():
            own = given.get(path, Given(pa.nulls(len(places), EXACT)))
            follows = self._follow(rule, given, len(places))
            values = arrow_of(own.values, "DECIMAL(36,12)", len(places))
            empty = pa.repeat(pa.scalar(False), len(places)) if own.is_empty is None else pa.array(own.is_empty)
            if self.is_first:
                is_silent = pc.and_(follows, pc.and_(values.is_null(), pc.invert(empty)))
                values = pc.if_else(is_silent, pa.scalar(ZERO, EXACT), values)
            else:
                values = pc.if_else(follows, self.used[path].take(places), values)
                empty = pc.and_(empty, pc.invert(follows))
            found[path] = Given(values, empty if pc.any(empty).as_py() else None)
            self.before[path].append(pa.table({"place": places.cast(pa.int64()), "value": values}))
        return found

    def _follow(self, rule: Carried, given: Mapping[str, Given], size: int) -> pa.Array:
        """Which claims go on from those before."""
        found = pa.repeat(pa.scalar(True), size)
        for path, wanted in rule.where.items():
            values = given[path].values if path in given else None
            if isinstance(values, pa.Array) and pa.types.is_string(values.type):
                found = pc.and_(found, pc.is_in(values, pa.array(wanted, pa.string())))
            else:
                found = pa.repeat(pa.scalar(False), size)
        return found

    def one(self, read: Read, place: int) -> Read:
        """A claim with what is used up before it; what the first one states is what the year begins with."""
        facts = dict(read.facts.values)
        if read.problem is None:
            for path, rule in self.carried.items():
                if not all(facts.get(fact) in values for fact, values in rule.where.items()):
                    continue
                used = self.used[path][place].as_py()
                if self.is_first:
                    facts.setdefault(path, ZERO)
                elif used is None:
                    facts.pop(path, None)
                else:
                    facts[path] = Decimal(decimal_text(used))
            read = attrs.evolve(read, facts=Facts(facts), claim=attrs.evolve(read.claim, facts=_nested(facts)))
        for path in self.carried:
            row = {"place": pa.array([place], pa.int64()), "value": pa.array([facts.get(path)], EXACT)}
            self.before[path].append(pa.table(row))
        return read

    # ── after a claim ───────────────────────────────────────────────────────────────────────────
    def after(self, answers: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
        """What is used up after each claim; after one that is not decided nothing is known any more."""
        left = {}
        for path, rule in self.carried.items():
            before = whole(pa.concat_tables(self.before[path]).sort_by("place")["value"])
            now = answers[rule.output].cast(EXACT)
            if rule.by == "sum":
                after = pc.add(before, now).cast(EXACT)
            else:
                after = now if rule.by == "last" else pc.max_element_wise(before, now, skip_nulls=False)
            left[OWN + path] = pc.if_else(pc.and_(before.is_valid(), now.is_valid()), after, None)
        return left


def _misfits(used: pa.Array, written: str) -> pa.Array:
    """Where more is used up than a column of the fact holds, or less exactly, or less than nothing."""
    kind = arrow_type(written)
    most, places = (10 ** (kind.precision - kind.scale), kind.scale) if pa.types.is_decimal(kind) else (2**31, 0)
    is_within = pc.and_(pc.less(used, pa.scalar(Decimal(most), EXACT)), pc.greater_equal(used, pa.scalar(ZERO, EXACT)))
    return pc.invert(pc.and_(is_within, pc.equal(pc.round(used, places), used)))


def _nested(facts: Mapping[str, Any]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for path, value in facts.items():
        entity, _, field = path.partition(".")
        nested.setdefault(entity, {})[field] = value
    return nested
