"""Local figures in generated code: given with the case, shipped for the time, or delegated with a default."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import attrs

from engine import program as p
from engine.backends.python.code import EMPTY, NOTHING, Block, Code, Forks, branch
from engine.backends.python.facts import ABSENT
from engine.backends.python.leaves import Leaf, settled
from engine.backends.python.literals import joined
from engine.backends.python.numbers import bound
from engine.backends.python.places import Place
from engine.backends.python.shapes import Listing, Number, Shape, common, scaled
from engine.backends.refusals import refused
from policy.dsl import tree as t
from policy.parameters import PARAMETERS, DatedValue, Parameter
from policy.tables import Band, Row
from policy.types import Type

if TYPE_CHECKING:
    from engine.backends.python.compiling import Compiling

LIMIT_CELLS = 20_000
"""The most combinations of keys that a table is written out for."""


class CompiledFigures:
    """Finds local figures when compiling."""

    def __init__(self, compiling: Compiling) -> None:
        self.compiling = compiling
        self.writer = compiling.writer
        self.names = compiling.writer.names

    def figure(self, expression: p.ParameterValue, place: Place) -> Code:
        """The figure, once; a superior's bound is looked at when everything else is decided."""
        key = ("figure", place.law, expression.id)

        def make(home: Block) -> Code:
            inner = attrs.evolve(place, block=home, elements={}, own={})
            code = self.writer.held(self._find(expression.id, inner), home, "p")
            self.compiling.obligations.keep_within_bounds(expression.id, code, key, inner, None)
            return code

        return self.writer.once(key, place, None, make)

    def _find(self, name: str, place: Place) -> Code:
        given = self.compiling.facts.given(f"{PARAMETERS}.{name}")
        if given is ABSENT:
            return self._shipped(name, place)
        inner = branch(place.block)
        other = self._shipped(name, place.inside(inner))
        if other is ABSENT:
            return given
        if other is NOTHING:  # read where there is no value, it is an error that names the nearest one
            return attrs.evolve(given, text=f"(never() if {given.text} is MISSING else {given.text})", may_miss=False)
        both = joined([attrs.evolve(given, may_miss=other.may_miss), other])
        texts = [self.writer.literals.converted(code, both.shape) for code in (given, other)]
        if not inner.lines:
            return attrs.evolve(both, text=f"({texts[1]} if {given.text} is MISSING else {texts[0]})")
        variable = self.names.new("p")
        inner.say(f"{variable} = {texts[1]}")
        place.block.say(f"{variable} = {texts[0]}", f"if {variable} is MISSING:", inner)
        return attrs.evolve(both, text=variable)

    def _shipped(self, name: str, place: Place) -> Code:
        """What the region ships for the time, else what a delegation says."""
        program = self.writer.program(place)
        shipped = next(iter(program.parameters.get(name, ())), None)
        if shipped is None:
            return self._delegated(name, place)
        dated = self.writer.time.value_of(shipped)
        if dated is None:
            return NOTHING
        if not shipped.keys:
            return self.constant(dated.value, shipped.type)
        return self._looked_up(shipped, dated, place)

    def is_expired(self, name: str, place: Place) -> bool:
        """Whether a figure is shipped, but for other times only: unless the case gives it, it is not known."""
        shipped = next(iter(self.writer.program(place).parameters.get(name, ())), None)
        return shipped is not None and self.writer.time.value_of(shipped) is None

    def constant(self, value: Any, kind: Type) -> Code:
        """A shipped value."""
        code = self.writer.literals.code(value, kind)
        if isinstance(code.shape, Listing) or len(code.text) > 60:
            return attrs.evolve(code, text=self.names.constant(code.text))
        return code

    def _delegated(self, name: str, place: Place) -> Code:
        delegations = self.writer.program(place).delegations.get(name, ())
        for delegation in reversed([d for d in delegations if self.writer.time.in_force(d.period)]):
            if delegation.default is not None:
                return self.compiling.expressions.value(delegation.default, place)
        return ABSENT

    # ── tables ──────────────────────────────────────────────────────────────────────────────────
    def _looked_up(self, shipped: Parameter, dated: DatedValue, place: Place) -> Code:
        """The row for the facts that the table is read by; without one, what a delegation says."""
        keys = [bound(self._key(shipped, path, place), place.block, self.names) for path in shipped.keys]
        if NOTHING in keys:
            return NOTHING
        spelled = self._spelled_out(shipped, dated)
        found = self._by_mapping(spelled, keys, shipped, place) if spelled is not None else None
        if found is None:
            found = self._row_by_row(shipped, dated, keys, place)
        inner = branch(place.block)
        other = self._delegated(shipped.id, place.inside(inner))
        if other is ABSENT:
            return found
        both = joined([attrs.evolve(found, may_miss=other.may_miss), other])
        variable = self.names.new("p")
        texts = [self.writer.literals.converted(code, both.shape) for code in (found, other)]
        inner.say(f"{variable} = {texts[1]}")
        place.block.say(f"{variable} = {texts[0]}", f"if {variable} is MISSING:", inner)
        return attrs.evolve(both, text=variable)

    def _key(self, shipped: Parameter, path: str, place: Place) -> Code:
        field = self.writer.program(place).policy.vocabulary.field(path)
        origin = t.Name(span=shipped.span, text=path)
        fact = p.Fact(origin=origin, type=field.type if field else Type("unknown"), path=path)
        return self.compiling.expressions.value(fact, place)

    def _spelled_out(self, shipped: Parameter, dated: DatedValue) -> dict[tuple[Any, ...], Any] | None:
        """The value for every combination of keys that has one row, if all keys are enumerations or truths."""
        if shipped.hit == "collect" or any(isinstance(i, Band) for r in dated.rows for c in r.keys for i in c or ()):
            return None
        options = [self._options(path) for path in shipped.keys]
        count = 1
        for listed in options:
            count *= len(listed or ())
        if not 0 < count <= LIMIT_CELLS:
            return None
        spelled: dict[tuple[Any, ...], Any] = {}
        for combination in product(*(listed or () for listed in options)):
            rows = [row for row in dated.rows if row.fits(combination)]
            if rows and not _is_refused(rows, shipped.hit):
                spelled[combination] = rows[0].value
            elif rows:
                return None
        return spelled

    def _options(self, path: str) -> list[Any] | None:
        vocabulary = self.writer.laws.insured.policy.vocabulary
        field = vocabulary.field(path)
        if field is not None and field.type.kind == "enum":
            return [*vocabulary.enums[field.type.name].values, None]
        return [True, False, None] if field is not None and field.type.kind == "boolean" else None

    def _by_mapping(
        self, spelled: dict[tuple[Any, ...], Any], keys: list[Code], shipped: Parameter, place: Place
    ) -> Code | None:
        if not spelled:
            return None
        values = [self.writer.literals.shape(value, shipped.type) for value in spelled.values()]
        shape = common(values)
        pairs = (f"{self._key_text(key)}: {self.writer.literals.text(value, shape)}" for key, value in spelled.items())
        mapping = self.names.constant("{" + ", ".join(pairs) + "}")
        asked = self._joint(keys, place)
        if any(d.default is not None for d in self.writer.program(place).delegations.get(shipped.id, ())):
            return self._row_code(f"{mapping}.get({asked}, MISSING)", shape, list(spelled.values()), may_miss=True)
        return self._row_code(f"{mapping}[{asked}]", shape, list(spelled.values()), may_miss=False)

    def _joint(self, keys: list[Code], place: Place) -> str:
        """The keys as one value, made once."""
        if len(keys) == 1:
            return keys[0].text
        asked = Code(f"({', '.join(key.text for key in keys)})", EMPTY.shape)

        def make(home: Block) -> Code:
            return self.writer.held(asked, home, "y")

        return self.writer.once(("keys", asked.text), place, None, make).text

    def _row_code(self, text: str, shape: Shape, values: Sequence[Any], may_miss: bool) -> Code:
        natural = all(isinstance(value, tuple | str) or value is None or value >= 0 for value in values)
        is_null = any(value is None for value in values)
        digits = _digits(values, shape)
        return Code(text, shape, may_miss=may_miss, may_be_null=is_null, is_natural=natural, digits=digits)

    def _key_text(self, key: tuple[Any, ...]) -> str:
        texts = [repr(str(part)) if isinstance(part, str) else str(part) for part in key]
        return texts[0] if len(texts) == 1 else f"({', '.join(texts)})"

    def _row_by_row(self, shipped: Parameter, dated: DatedValue, keys: list[Code], place: Place) -> Code:
        if shipped.hit == "collect":
            return self._collected(shipped, dated, keys, place)
        leaves: list[Leaf] = []
        forks = Forks(place.block)
        for number, row in enumerate(dated.rows):
            chosen = forks.fork(self._fits(row, keys, shipped))
            self._stop_at_rivals(shipped, row, dated.rows[number + 1 :], keys, chosen)
            leaves.append(Leaf(chosen, self.constant(row.value, shipped.type)))
        leaves.append(Leaf(forks.block, ABSENT))
        forks.close()
        return settled(leaves, self.names.new("p"), self.writer.literals)

    def _stop_at_rivals(
        self, shipped: Parameter, row: Row, later: Sequence[Row], keys: list[Code], block: Block
    ) -> None:
        """Two rows that fit together are an error, unless the topmost counts."""
        for other in later:
            if shipped.hit != "first" and other.meets(row) and (shipped.hit == "unique" or other.value != row.value):
                block.say(f"if {self._fits(other, keys, shipped)}: never()")

    def _collected(self, shipped: Parameter, dated: DatedValue, keys: list[Code], place: Place) -> Code:
        """All rows that fit, together."""
        is_list = shipped.type.kind == "list"
        values = [row.value for row in dated.rows if row.value is not None]
        shape = common(self.writer.literals.shape(value, shipped.type) for value in values) if values else None
        if shape is None:
            raise refused(place.rule, f"表“{shipped.label}”", f"the table `{shipped.id}`")
        variable, is_found = self.names.new("p"), self.names.new("t")
        place.block.say(f"{variable} = {'()' if is_list else '0'}", f"{is_found} = False")
        for row in dated.rows:
            block = branch(place.block)
            if row.value is not None:
                block.say(f"{variable} += {self.writer.literals.text(row.value, shape)}")
            block.say(f"{is_found} = True")
            place.block.say(f"if {self._fits(row, keys, shipped)}:", block)
        natural = is_list or all(value >= 0 for value in values)
        text = f"({variable} if {is_found} else MISSING)"
        digits = _digits(values, shape) + len(str(len(values)))
        return Code(text, shape, may_miss=True, is_natural=natural, digits=digits)

    def _fits(self, row: Row, keys: list[Code], shipped: Parameter) -> str:
        """The condition under which a row is for the keys; every key is looked at, as in the reference."""
        tests = [self._cell(cell, key, path) for cell, key, path in zip(row.keys, keys, shipped.keys, strict=True)]
        return " and ".join(test for test in tests if test) or "True"

    def _cell(self, cell: tuple[Any, ...] | None, key: Code, path: str) -> str:
        if cell is None:
            return f"{key.text} is not MISSING" if key.may_miss else ""
        field = self.writer.laws.insured.policy.vocabulary.field(path)
        kind = field.type if field else Type("unknown")
        return f"({' or '.join(self._item(item, key, kind) for item in cell) or 'False'})"

    def _item(self, item: Any, key: Code, kind: Type) -> str:
        compared = self.compiling.operations.compared
        if not isinstance(item, Band):
            return compared("is", key, EMPTY if item is None else self.writer.literals.code(item, kind))
        ends = [f"({key.text} != None)" if key.may_miss else f"({key.text} is not None)"]
        if item.low is not None:
            ends.append(compared("at_least", key, self.writer.literals.code(item.low, kind)))
        if item.high is not None:
            ends.append(compared("below", key, self.writer.literals.code(item.high, kind)))
        return f"({' and '.join(ends)})"

    # ── bounds ──────────────────────────────────────────────────────────────────────────────────
    def limit(self, target: str, place: Place) -> Code:
        """What the bounds in force allow; empty where there is none."""
        leaves: list[Leaf] = []
        inner = attrs.evolve(place, elements={}, own={})
        value = self.compiling.expressions.value
        forks = Forks(place.block)
        for item in self.bounds_in_force(target, place):
            if item.condition is None:
                leaves.append(Leaf(forks.block, value(item.limit, inner.inside(forks.block))))
                break
            chosen = forks.fork(self.compiling.expressions.truth(item.condition, inner.inside(forks.block)))
            leaves.append(Leaf(chosen, value(item.limit, inner.inside(chosen))))
        else:
            leaves.append(Leaf(forks.block, EMPTY))
        forks.close()
        if len(leaves) == 1:
            return leaves[0].code
        return settled(leaves, self.names.new("x"), self.writer.literals)

    def bounds_in_force(self, target: str, place: Place) -> list[p.Bound]:
        """The bounds of a figure or a rule at the time."""
        bounds = self.writer.program(place).bounds.get(target, ())
        return [item for item in bounds if self.writer.time.in_force(item.period)]


def _digits(values: Sequence[Any], shape: Shape) -> int:
    """The most digits that a value has in the shape."""
    if not isinstance(shape, Number):
        return 0
    return max((len(str(abs(scaled(value, shape.scale)))) for value in values if value is not None), default=1)


def _is_refused(rows: Sequence[Row], hit: str) -> bool:
    """Whether rows that fit together are an error."""
    differ = any(row.value != rows[0].value for row in rows)
    return len(rows) > 1 and (hit == "unique" or (hit == "any" and differ))
