"""A program with one declaration changed: only what the declaration makes is lowered again."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator
from typing import Any

import attrs

from engine import program as p
from engine.lowering import Lowering
from engine.mutation.sites import Change, altered
from policy.dsl import tree as t
from policy.model import NamedRule, Pack, Policy

_BESIDE_RULES = (t.Bound, t.Delegate, t.ChoiceOfLaw, t.Check, t.Question)


class Relowering(Lowering):
    """Lowers one region's policy again and again, each time with another change."""

    def __init__(self, program: p.Program) -> None:
        super().__init__(program.policy)
        self.original = program
        self._own_types, self._own_targets = self.types, self.targets

    def changed(self, change: Change) -> p.Program:
        """The program under the change; its policy, from which names and labels are taken, stays the same."""
        new, meanings = change.applied()
        self.types = ChainMap({}, dict(meanings.types), self._own_types)  # type: ignore[assignment]
        self.targets = ChainMap({}, dict(meanings.targets), self._own_targets)  # type: ignore[assignment]
        self.policy = _with_declaration(self.original.policy, change.site.pack, change.site.declaration, new)
        self.binders = []
        return attrs.evolve(self.original, **self._parts(change.site.declaration, new))

    def _parts(self, old: t.Node, new: t.Node | None) -> dict[str, Any]:
        if isinstance(old, _BESIDE_RULES):
            return self.beside_rules()
        declaration = self._amended(old) if isinstance(old, t.Amend) else new
        pack = next(pack for pack in self.policy.packs if _has(pack, declaration))
        rules = {rule.id: rule for rule in self.rules_of(declaration, pack)}
        if isinstance(old, t.Register) and old.kind == "duties" and set(rules) != self._made_by(old):
            whole = self.program()
            return {"rules": whole.rules, **self.beside_rules()}
        return {"rules": {**self.original.rules, **rules}}

    def _amended(self, amendment: t.Amend) -> t.Node:
        """The rule that an amendment adds to."""
        name = self.targets[amendment.target].id
        found: Iterator[t.Node] = (
            item
            for pack in self.policy.packs
            for item in pack.declarations(NamedRule)  # type: ignore[arg-type]
            if item.names.id == name
        )
        return next(found)

    def _made_by(self, register: t.Register) -> set[str]:
        """The rules that the register made before it was changed."""
        own = {id(register), *map(id, register.entries)}
        return {name for name, rule in self.original.rules.items() if id(rule.origin) in own}


def _with_declaration(policy: Policy, pack: Pack, old: t.Node, new: t.Node | None) -> Policy:
    changed = changed_pack(pack, old, new)
    return attrs.evolve(policy, packs=tuple(changed if item is pack else item for item in policy.packs))


def changed_pack(pack: Pack, old: t.Node, new: t.Node | None) -> Pack:
    """The pack with one declaration replaced, or left out."""
    return attrs.evolve(pack, programs=tuple(_changed_file(program, old, new) for program in pack.programs))


def _changed_file(program: t.Program, old: t.Node, new: t.Node | None) -> t.Program:
    if not any(item is old for item in program.declarations):
        return program
    items = (new if item is old else item for item in program.declarations)
    return altered(program, declarations=tuple(item for item in items if item is not None))


def _has(pack: Pack, declaration: t.Node | None) -> bool:
    return any(item is declaration for program in pack.programs for item in program.declarations)
