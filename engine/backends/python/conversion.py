"""Facts as they are given → the row that compiled code reads, by generated code.

It takes what `engine.facts` takes, in the ways that are usual: entities and fields by id, amounts as
decimals, decimal text or whole numbers, days as ISO text. Whatever else is given goes the slow way,
where it is accepted or told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.backends.python.code import Names
from engine.backends.python.shapes import Listing, Number, Plain, Recorded, Shape
from engine.facts import LIMIT_ELEMENTS
from policy.types import Type
from policy.values import LIMIT_QUOTED
from policy.vocabulary import Entity, Enumeration, Vocabulary

_PLAIN = {"boolean": "truth", "text": "text", "date": "date_in", "instant": "instant_in", "month": "month_in_text"}
_NEVER_NEGATIVE = "money"


class Reader:
    """Writes the function that reads facts."""

    def __init__(self, slots: Mapping[str, Shape], accepted: frozenset[str], vocabulary: Vocabulary) -> None:
        self.slots = slots
        self.accepted = accepted
        self.vocabulary = vocabulary
        self.names = Names()
        self.variables = {path: f"f{number}" for number, path in enumerate(slots)}

    def source(self, name: str) -> str:
        """The function `name(facts) → row`."""
        lines = list(self._lines())
        constants = [f"{constant} = {text}" for text, constant in self.names.constants.items()]
        return "\n".join([*constants, "", f"def {name}(facts):", *(f" {line}" for line in lines)]) + "\n"

    def _lines(self) -> Iterator[str]:
        if self.variables:
            yield f"{' = '.join(self.variables.values())} = MISSING"
        yield "if type(facts) is not dict: never()"
        yield "left = len(facts)"
        yield "size = 0"
        for entity in self.vocabulary.entities.values():
            paths = [field.path for field in entity.fields.values() if field.path in self.slots]
            if paths:
                yield from self._entity(entity, paths)
        yield "if left: never()"
        yield f"return ({', '.join(self.variables.values())}{',' if len(self.variables) == 1 else ''})"

    def _entity(self, entity: Entity, paths: list[str]) -> Iterator[str]:
        yield f"x = facts.get({str(entity.id)!r})"
        yield "if x is not None:"
        yield " if type(x) is not dict: never()"
        yield " left -= 1"
        yield " n = len(x)"
        yield " get = x.get"
        for path in paths:
            field = self.vocabulary.field(path)
            assert field is not None
            yield f" v = get({str(field.id)!r}, MISSING)"
            yield " if v is not MISSING:"
            yield "  n -= 1"
            for line in self._value(self.variables[path], field.type, self.slots[path], "v"):
                yield f"  {line}"
        yield " if n: never()"

    # ── one value ───────────────────────────────────────────────────────────────────────────────
    def _value(self, target: str, kind: Type, shape: Shape, given: str) -> Iterator[str]:
        """Lines that put a given value into a variable."""
        if isinstance(shape, Listing) and kind.element is not None and shape.element is not None:
            yield from self._list(target, kind.element, shape.element, given)
        elif isinstance(shape, Recorded):
            yield f"if {given} is None: {target} = None"
            yield "else:"
            for line in self._record(target, kind, shape, given):
                yield f" {line}"
        else:
            yield f"{target} = None if {given} is None else {self._scalar(kind, shape, given)}"

    def _scalar(self, kind: Type, shape: Shape, given: str) -> str:
        if kind.kind == "enum":
            return f"{self._spellings(self.vocabulary.enums[kind.name])}[{given}]"
        if isinstance(shape, Number):
            if shape.is_whole:
                return f"whole({given})"
            if kind.kind == _NEVER_NEGATIVE:
                return f"amount_{shape.scale}({given})"
            return f"number({given}, {shape.scale})" if kind.kind != "ratio" else f"ratio({given}, {shape.scale})"
        assert isinstance(shape, Plain)
        return f"{_PLAIN[shape.kind]}({given})"

    def _spellings(self, enum: Enumeration) -> str:
        """How a value of the enumeration may be written → its id; codes in full only."""
        written: dict[str, str] = {}
        for value in enum.values.values():
            for spelling in (value.code, value.label, value.id):
                found = enum.find(spelling) if 0 < len(spelling) <= LIMIT_QUOTED else None
                if found is not None and (spelling != value.code or spelling.isdecimal()):
                    written[spelling] = found.id
        pairs = ", ".join(f"{str(key)!r}: {str(value)!r}" for key, value in written.items())
        return self.names.constant(f"{{{pairs}}}")

    # ── lists and records ───────────────────────────────────────────────────────────────────────
    def _list(self, target: str, kind: Type, shape: Shape, given: str) -> Iterator[str]:
        item, found, value = self.names.new("i"), self.names.new("l"), self.names.new("y")
        values = len(shape.fields) + 1 if isinstance(shape, Recorded) else 1
        yield f"if {given} is None: {target} = None"
        yield "else:"
        yield f" if type({given}) is not list and type({given}) is not tuple: never()"
        yield f" size += {values}*len({given})"
        yield f" if size > {LIMIT_ELEMENTS // 2}: never()"
        yield f" {found} = []"
        yield f" for {item} in {given}:"
        yield f"  if {item} is None: never()"
        for line in self._value(value, kind, shape, item):
            yield f"  {line}"
        yield f"  {found}.append({value})"
        yield f" {target} = tuple({found})"

    def _record(self, target: str, kind: Type, shape: Recorded, given: str) -> Iterator[str]:
        get, left = self.names.new("g"), self.names.new("n")
        variables = {field: self.names.new("z") for field in shape.fields}
        yield f"if type({given}) is not dict: never()"
        yield f"{get} = {given}.get"
        yield f"{left} = len({given})"
        for field, part in zip(shape.fields, shape.parts, strict=True):
            path = f"{kind.name}.{field}"
            declared = self.vocabulary.field(path)
            if part is None or declared is None or path not in self.accepted:
                yield f"{variables[field]} = MISSING"
                continue
            yield f"{variables[field]} = v = {get}({str(field)!r}, MISSING)"
            yield "if v is not MISSING:"
            yield f" {left} -= 1"
            value = self.names.new("v")
            yield f" {value} = v"
            for line in self._value(variables[field], declared.type, part.shape, value):
                yield f" {line}"
        yield f"if {left}: never()"
        names = list(variables.values())
        yield f"{target} = ({', '.join(names)}{',' if len(names) == 1 else ''})"
