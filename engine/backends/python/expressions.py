"""Expressions of the program as generated code: names, logic, records and lists; operators are beside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs

from engine import program as p
from engine.backends.python.code import (
    EMPTY,
    FALSE,
    LIMIT_DIGITS,
    LIMIT_GIVEN,
    NOTHING,
    TRUE,
    Block,
    Code,
    Forks,
    branch,
)
from engine.backends.python.leaves import Leaf, settled
from engine.backends.python.literals import joined
from engine.backends.python.numbers import bound
from engine.backends.python.places import Element, Place
from engine.backends.python.shapes import Listing, Part, Plain, Recorded
from engine.backends.refusals import refused
from policy.parameters import PARAMETERS

if TYPE_CHECKING:
    from engine.backends.python.compiling import Compiling

BOOLEAN = Plain("boolean")


class Expressions:
    """Writes the code of expressions; what they name is the compiler's to find."""

    def __init__(self, compiling: Compiling) -> None:
        self.compiling = compiling
        self.writer = compiling.writer
        self.names = compiling.writer.names

    def value(self, expression: p.Expression, place: Place) -> Code:
        """The code of an expression; lines that it needs go to the place's block."""
        match expression:
            case p.Constant(value=value, type=kind):
                return self.writer.literals.code(value, kind)
            case p.Fact(path=path):
                return self.compiling.facts.fact(path, place)
            case p.ParameterValue():
                return self.compiling.figures.figure(expression, place)
            case p.LimitValue(target=target):
                return self.compiling.figures.limit(target, place)
            case p.RuleValue():
                return self._rule_value(expression, place)
            case p.ElementField():
                return self._element_field(expression, place)
            case p.Local(name=name):
                return self._local(name, place)
            case p.Logic():
                return self._logic(expression, place)
            case p.Known(operand=operand):
                return self._known(operand, place)
            case p.Default():
                return self._default(expression, place)
            case p.Record():
                return self._record(expression, place)
            case p.Selected():
                return self._selected(expression, place)
            case p.DutiesOf():
                return self.compiling.lists.duties_of(expression, place)
            case p.Each():
                found = place.block.find(("each", place.law, id(expression)))
                return found or self.compiling.lists.each(expression, place)
            case p.Operation():
                return self.compiling.operations.operation(expression, place)
            case p.Requirements(items=items, is_open=is_open):
                return Code(repr((tuple(tuple(map(str, item)) for item in items), bool(is_open))), Plain("checklist"))
            case p.HumanDecision() | p.NoRule():
                return NOTHING
        raise refused(place.rule, type(expression).__name__, type(expression).__name__)

    def truth(self, expression: p.Expression, place: Place) -> str:
        """The code of a condition: true or false, or the end of compiled code."""
        return self.as_truth(self.value(expression, place), place.block)

    def as_truth(self, code: Code, block: Block) -> str:
        """A truth that is neither missing nor empty."""
        if not code.may_miss and not code.may_be_null:
            return code.text
        text = bound(code, block, self.names).text
        return f"({text} is True or {text} is not False and never())"

    def present(self, code: Code, block: Block) -> Code:
        """The same value, which is not missing."""
        if not code.may_miss:
            return code
        code = bound(code, block, self.names)
        block.say(f"if {code.text} is MISSING: never()")
        return attrs.evolve(code, may_miss=False)

    # ── names ───────────────────────────────────────────────────────────────────────────────────
    def _rule_value(self, expression: p.RuleValue, place: Place) -> Code:
        found = self.compiling.rules.rule(expression.id, place)
        if not expression.field or found is NOTHING:
            return found
        if not isinstance(found.shape, Recorded):
            return NOTHING if found.shape == EMPTY.shape else self._no_field(expression.field, place)
        code = self._part(found, expression.field)
        if not code.may_miss:
            return code
        code = bound(code, place.block, self.names)  # a field that a record leaves out is empty
        text = f"(None if {code.text} is MISSING else {code.text})"
        return attrs.evolve(code, text=text, may_miss=False, may_be_null=True)

    def _no_field(self, field: str, place: Place) -> Code:
        raise refused(place.rule, f"字段“{field}”", f"the field `{field}`")

    def _part(self, record: Code, field: str) -> Code:
        """A field of a record."""
        assert isinstance(record.shape, Recorded)
        part = record.shape.part(field)
        if part is None:
            return EMPTY
        text = f"{record.text}[{record.shape.index(field)}]"
        natural = record.shape.is_given and self._is_natural(record.shape.entity, field)
        return Code(
            text,
            part.shape,
            part.may_miss,
            part.may_be_null,
            is_natural=natural,
            digits=LIMIT_GIVEN if record.shape.is_given else LIMIT_DIGITS,
        )

    def _is_natural(self, entity: str, field: str) -> bool:
        """Whether facts of the field are never negative."""
        known = self.writer.laws.insured.policy.vocabulary.field(f"{entity}.{field}")
        return known is not None and known.type.kind == "money"

    def _element_field(self, expression: p.ElementField, place: Place) -> Code:
        element = place.elements.get(expression.binder)
        path = f"{expression.entity}.{expression.field}"
        if element is None:
            return self.compiling.facts.fact(path, place)
        if not expression.field:
            return self._whole(element, place)
        key = ("field", element.name, path)
        where = place.inside(element.block)  # to look at a field changes nothing: it is done once, before all branches
        return self.writer.once(key, where, element, lambda home: self._of_element(element, path, where))

    def _of_element(self, element: Element, path: str, place: Place) -> Code:
        """A field of the element at hand, else the fact of that name."""
        given = self._field_of(element, path.rpartition(".")[2])
        if given is None:
            return self.compiling.facts.fact(path, place)
        given = bound(given, place.block, self.names)
        if not given.may_miss or path not in self.writer.slots:
            return given
        fact = self.compiling.facts.fact(path, place)
        both = joined([given, fact])
        first, second = (self.writer.literals.converted(code, both.shape) for code in (given, fact))
        return bound(
            attrs.evolve(both, text=f"({second} if {given.text} is MISSING else {first})"), place.block, self.names
        )

    def _field_of(self, element: Element, field: str) -> Code | None:
        if element.parts is not None:
            return element.parts.get(field)
        if not isinstance(element.code.shape, Recorded):
            return None
        return self._part(element.code, field) if element.code.shape.part(field) else None

    def _whole(self, element: Element, place: Place) -> Code:
        if element.parts is None:
            return element.code
        assert isinstance(element.code.shape, Recorded)
        return self.record_of(element.code.shape.entity, element.parts)

    def _local(self, name: str, place: Place) -> Code:
        if name == "it":
            return self._whole(place.elements["it"], place)
        if name in place.own:
            return place.own[name]
        if name == "decision_instant":
            return Code("moment", Plain("instant"))
        if name == "decision_day":
            return self.writer.once(("day",), place, None, self._decision_day)
        if name == "asked":
            listed = "".join(f"{asked!r}, " for asked in map(str, self.compiling.asked))
            return Code(f"({listed})", Listing(Plain("text")))
        raise refused(place.rule, f"“{name}”", f"`{name}`")

    def _decision_day(self, block: Block) -> Code:
        return bound(Code("moment.date()", Plain("date")), block, self.names, "d")

    # ── logic ───────────────────────────────────────────────────────────────────────────────────
    def _logic(self, expression: p.Logic, place: Place) -> Code:
        """The operands one after the other, each looked at only where those before do not settle it."""
        is_or = expression.operator == "or"
        texts: list[str] = []
        for operand in expression.operands:
            inner = branch(place.block) if texts else place.block
            text = self.truth(operand, place.inside(inner))
            if text in ("True", "False") and (inner is place.block or not inner.lines):
                if (text == "True") == is_or:
                    texts.append(text)
                    break
                continue
            if inner is not place.block and inner.lines:
                texts = [self._lazily(texts, inner, text, place.block, is_or)]
            else:
                texts.append(text)
        if not texts:
            return FALSE if is_or else TRUE
        settled = f" {expression.operator} ".join(texts)
        return Code(f"({settled})" if len(texts) > 1 else settled, BOOLEAN)

    def _lazily(self, before: list[str], inner: Block, text: str, block: Block, is_or: bool) -> str:
        """A last operand that takes lines of its own."""
        name = self.names.new("t")
        joint = " or " if is_or else " and "
        inner.say(f"{name} = {text}")
        block.say(f"{name} = {joint.join(before)}", f"if {'not ' if is_or else ''}{name}:", inner)
        return name

    def _known(self, operand: p.Expression, place: Place) -> Code:
        """Whether something can be decided; what ends compiled code leaves it to the reference."""
        if isinstance(operand, p.ParameterValue) and self.compiling.figures.is_expired(operand.id, place):
            given = self.compiling.facts.given(f"{PARAMETERS}.{operand.id}")
            inner = branch(place.block)
            self.value(operand, place.inside(inner))  # a figure that is given keeps within its bounds
            place.block.say(f"if {given.text} is not MISSING:", inner)
            return Code(f"({given.text} is not MISSING)", BOOLEAN)
        code = self.value(operand, place)
        if code is NOTHING:
            return NOTHING
        if code.may_miss:
            return Code(f"({code.text} is not MISSING)", BOOLEAN)
        if not code.is_atomic:
            place.block.say(code.text)
        return TRUE

    def _default(self, expression: p.Default, place: Place) -> Code:
        operand = expression.operand
        if isinstance(operand, p.ParameterValue) and self.compiling.figures.is_expired(operand.id, place):
            first = self.compiling.facts.given(f"{PARAMETERS}.{operand.id}")
        else:
            first = self.value(operand, place)
            if not first.may_miss:
                return first
        first = bound(first, place.block, self.names)
        forks = Forks(place.block)
        there = forks.fork(f"{first.text} is not MISSING")
        value = self.value(operand, place.inside(there)) if isinstance(operand, p.ParameterValue) else first
        second = self.value(expression.otherwise, place.inside(forks.block))
        if not there.lines and not forks.block.lines and NOTHING not in (value, second):
            both = joined([attrs.evolve(value, may_miss=False), second])
            texts = [self.writer.literals.converted(code, both.shape) for code in (value, second)]
            return attrs.evolve(both, text=f"({texts[1]} if {first.text} is MISSING else {texts[0]})")
        leaves = [Leaf(there, attrs.evolve(value, may_miss=False)), Leaf(forks.block, second)]
        forks.close()
        return settled(leaves, self.names.new("x"), self.writer.literals)

    # ── records and choices ─────────────────────────────────────────────────────────────────────
    def _record(self, expression: p.Record, place: Place) -> Code:
        return self.record_of(expression.entity, self.parts(expression, place))

    def parts(self, expression: p.Record, place: Place) -> dict[str, Code]:
        """The fields of a record, each a value that is there."""
        return {name: self.present(self.value(part, place), place.block) for name, part in expression.fields}

    def record_of(self, entity: str, parts: Mapping[str, Code]) -> Code:
        """A record made of its fields; those that nothing is said of are missing."""
        names = tuple(self.writer.laws.insured.policy.vocabulary.entities[entity].fields)
        shape = Recorded(entity, names, tuple(_part_of(parts.get(name)) for name in names))
        texts = [parts[name].text if name in parts else "MISSING" for name in names]
        return Code(f"({', '.join(texts)}{',' if len(texts) == 1 else ''})", shape)

    def _selected(self, expression: p.Selected, place: Place) -> Code:
        """What is declared under the name that the case gives."""
        name = bound(self.value(expression.by, place), place.block, self.names)
        leaves: list[Leaf] = []
        forks = Forks(place.block)
        for option, value in dict(expression.options).items():
            chosen = forks.fork(f"{name.text} == {str(option)!r}")
            leaves.append(Leaf(chosen, self.value(value, place.inside(chosen))))
        leaves.append(Leaf(forks.block, NOTHING))
        forks.close()
        return settled(leaves, self.names.new("x"), self.writer.literals)


def _part_of(code: Code | None) -> Part | None:
    return Part(code.shape, code.may_miss, code.may_be_null) if code else None
