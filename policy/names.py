"""Which name means what: the scope in which a region's files are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import attrs

from policy.dsl import tree as t
from policy.model import NamedRule, Pack, Target
from policy.parameters import PARAMETERS, Parameter
from policy.sources import Library
from policy.types import Type
from policy.vocabulary import Entity, Vocabulary

PARAMETER_WORDS = ("参数", "parameters", PARAMETERS)
"""How the parameters are addressed: 参数.转诊降幅."""

LOCALS: dict[str, str] = {
    "portion": "段内数额",
    "rate": "段内比例",
    "decision_day": "决定日",
    "decision_instant": "决定时刻",
    "it": "它",
}
"""Values the language itself provides: id → Chinese name."""

_LOCAL_IDS = {**{label: name for name, label in LOCALS.items()}, **{name: name for name in LOCALS}}


@attrs.frozen(eq=False)
class Defined:
    """A named value, and the region that defines it."""

    declaration: NamedRule
    region: str

    @property
    def names(self) -> t.Names:
        return self.declaration.names


@attrs.frozen(eq=False)
class Binder:
    """An element at hand: the names it may be called by, and its type."""

    names: tuple[str, ...]
    type: Type


class Scope:
    """Everything that can be named in a region: its own and its superiors' rules, words and figures."""

    def __init__(
        self,
        superiors: Iterable[Pack],
        region: str,
        programs: Iterable[t.Program],
        vocabulary: Vocabulary,
        library: Library,
        parameters: Mapping[str, Parameter],
    ) -> None:
        self.region = region
        self.superiors = tuple(superiors)
        self.vocabulary = vocabulary
        self.library = library
        self.parameters: dict[str, Parameter] = {}
        self.defined: dict[str, Defined] = {}
        self.amendments: list[t.Amend] = []
        for pack in self.superiors:
            self.parameters.update(pack.parameters)
            self.amendments.extend(pack.declarations(t.Amend))
            for item in pack.declarations(NamedRule):  # type: ignore[arg-type]
                self._define(item, pack.region.id)
        self.parameters.update(parameters)
        self.own: list[NamedRule] = []
        for program in programs:
            for item in program.declarations:
                if isinstance(item, NamedRule):
                    self.own.append(item)
                    if self.rule(item.names.id) is None and self.rule(item.names.label) is None:
                        self._define(item, region)

    def _define(self, item: NamedRule, region: str) -> None:
        found = Defined(item, region)
        self.defined[item.names.id] = found
        self.defined.setdefault(item.names.label, found)

    def rule(self, written: str) -> Defined | None:
        """The named value of that id or label."""
        return self.defined.get(written)

    def rule_names(self) -> Iterator[str]:
        """The ids and labels of all named values."""
        yield from self.defined

    def duty_registers(self) -> list[t.Register]:
        """Every register of duties, superiors' first."""
        found = dict.fromkeys(item.declaration for item in self.defined.values())
        return [item for item in found if isinstance(item, t.Register) and item.kind == "duties"]

    def entity(self, written: str) -> Entity | None:
        """The entity of that id or label."""
        return self.vocabulary.find_entity(written)

    def parameter(self, written: str) -> tuple[str, str, Type] | None:
        """Id, label and type of a parameter by id or label, shipped or only declared in the vocabulary."""
        field = self.vocabulary.entities[PARAMETERS].find(written) if PARAMETERS in self.vocabulary.entities else None
        if field:
            return field.id, field.label, field.type
        for parameter in self.parameters.values():
            if written in (parameter.id, parameter.label):
                return parameter.id, parameter.label, parameter.type
        return None

    def parameter_names(self) -> Iterator[str]:
        """The ids and labels of all parameters."""
        entity = self.vocabulary.entities.get(PARAMETERS)
        for item in (*(entity.fields.values() if entity else ()), *self.parameters.values()):
            yield from (item.id, item.label)

    def local(self, written: str) -> Target | None:
        """A value the language provides."""
        name = _LOCAL_IDS.get(written)
        return Target("local", name, LOCALS[name]) if name else None

    def clauses_of(self, target: str) -> Iterator[t.Clause]:
        """Every clause of a rule: its own, and those of the amendments that superiors made."""
        found = self.rule(target)
        if found and isinstance(found.declaration, t.Rule | t.Collect | t.Deadline):
            yield from found.declaration.clauses
        for amendment in self.amendments:
            amended = self.rule(amendment.target.text)
            if amended is found:
                yield from amendment.clauses
