"""What the law says, as frozen data: a region's own pack, and the policy that packs make together."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import attrs

from policy.calendars import WorkingCalendar
from policy.diagnostics import Diagnostic
from policy.dsl import tree as t
from policy.dsl.source import Source, Span
from policy.exclusions import Exclusion
from policy.parameters import Parameter
from policy.sources import Library
from policy.types import Type
from policy.vocabulary import Vocabulary

NamedRule = t.Rule | t.Collect | t.Brackets | t.Deadline | t.Register | t.Checklist | t.OpenNorm
"""The declarations that give a named value."""


@attrs.frozen
class Region:
    """A pool or a level above it: who it is and whose rules it builds on."""

    id: str
    label: str
    division: str
    extends: str
    span: Span = attrs.field(eq=False)


@attrs.frozen
class Target:
    """What a written name means.

    `kind` is fact, element, local, parameter, rule, enum, function, record, provision, clause,
    entity or type; `id` is its id there, `label` its Chinese name, `field` the field reached in it.
    """

    kind: str
    id: str
    label: str = ""
    field: str = ""


@attrs.frozen(eq=False)
class Checked:
    """What checking found out about a pack's trees: the type of each expression, the meaning of each name."""

    types: Mapping[t.Node, Type] = attrs.field(factory=dict)
    targets: Mapping[t.Node, Target] = attrs.field(factory=dict)


@attrs.frozen(slots=False, eq=False)
class Pack:
    """One region's own folder."""

    region: Region
    sources: tuple[Source, ...]
    programs: tuple[t.Program, ...]
    vocabulary: Vocabulary
    exclusions: tuple[Exclusion, ...]
    library: Library
    parameters: Mapping[str, Parameter]
    calendar: WorkingCalendar | None
    checked: Checked
    diagnostics: tuple[Diagnostic, ...]

    def declarations(self, kind: type[Any]) -> list[Any]:
        """The declarations of a kind, in the order of files and lines."""
        return [item for program in self.programs for item in program.declarations if isinstance(item, kind)]

    @cached_property
    def revision(self) -> str:
        """A hash of everything the folder says."""
        digest = hashlib.sha256()
        for source in self.sources:
            name = source.name.replace("\\", "/").rsplit("/", 1)[-1]
            digest.update(f"{name}\0{len(source.text)}\0{source.text}\0".encode())
        return digest.hexdigest()


@attrs.frozen(slots=False, eq=False)
class Policy:
    """A region with all it builds on, superiors first: the frozen, checked whole."""

    packs: tuple[Pack, ...]
    vocabulary: Vocabulary
    library: Library
    calendar: WorkingCalendar

    @property
    def region(self) -> Region:
        return self.packs[-1].region

    @cached_property
    def revision(self) -> str:
        """A hash of the rules of the region and of all it builds on."""
        digest = hashlib.sha256("\0".join(pack.revision for pack in self.packs).encode())
        return digest.hexdigest()[:16]

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return tuple(item for pack in self.packs for item in pack.diagnostics)

    def type_of(self, node: t.Node) -> Type:
        """The type checking gave an expression."""
        return next((pack.checked.types[node] for pack in self.packs if node in pack.checked.types), Type("unknown"))

    def target_of(self, node: t.Node) -> Target | None:
        """What a name means."""
        return next((pack.checked.targets[node] for pack in self.packs if node in pack.checked.targets), None)
