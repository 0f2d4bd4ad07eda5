"""Names of a rule file ↔ the other language: what each name means decides how it is spelt."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import attrs

from policy.checking import check_pack
from policy.dsl import tree as t
from policy.dsl.expression_writer import AS_WRITTEN, Spelling
from policy.dsl.formatter import Speller
from policy.functions import FUNCTIONS
from policy.model import Policy, Target
from policy.names import Scope

GENERAL = "general"
"""The general clause has no name of its own: the formatter writes its keyword."""


def translator(policy: Policy) -> Speller:
    """Spells the names of a file of the policy's own region: labels in Chinese, ids in English."""
    own = policy.packs[-1]

    def speller(program: t.Program) -> Spelling:
        name = Path(program.span.source.name).name
        programs = [item for item in own.programs if Path(item.span.source.name).name != name]
        scope = Scope(
            policy.packs[:-1],
            own.region.id,
            [*programs, program],
            policy.vocabulary,
            policy.library,
            own.parameters,
        )
        checked, _ = check_pack(scope, [program])
        return _Translation(checked.targets, scope)

    return speller


@attrs.frozen(eq=False)
class _Translation:
    """Writes a name as the label or the id of what it means; a name without meaning stays as written."""

    targets: Mapping[t.Node, Target]
    scope: Scope

    def name(self, node: t.Name, lang: str) -> str:
        target = self.targets.get(node)
        if target is None or target.id == GENERAL:
            return node.text
        wanted = self._label(target) if lang == "zh" else self._id(target)
        return wanted if wanted and self._is_clear(node, target, wanted) else node.text

    def citation(self, node: t.Citation, lang: str) -> str:
        target = self.targets.get(node)
        found = self.scope.library.provision(target.id) if target else None
        if found is None:
            return AS_WRITTEN.citation(node, lang)
        document = self.scope.library.documents[found.document]
        if lang == "zh":
            return _cite(node, document.label, found.clause, lang)
        by_id = _cite(node, found.id, "", lang)
        return by_id if by_id == found.id else _cite(node, document.id, found.clause, lang)

    def _label(self, target: Target) -> str:
        if target.kind == "element":
            entity = self.scope.vocabulary.entities.get(target.id)
            return entity.label if entity else ""
        return target.label

    def _id(self, target: Target) -> str:
        return target.field if target.kind == "enum" else target.id

    def _is_clear(self, node: t.Name, target: Target, wanted: str) -> bool:
        """Whether the other spelling means the same here."""
        match target.kind:
            case "rule":
                found = self.scope.rule(wanted)
                return found is not None and found.names.id == target.id
            case "enum":
                enum = self.scope.vocabulary.enums.get(target.id)
                value = enum.find(wanted) if enum else None
                return value is not None and value.id == target.field and self.scope.rule(wanted) is None
            case "element":
                # A binder that the author named keeps its name.
                entity = self.scope.vocabulary.entities.get(target.id)
                return entity is not None and node.text in (entity.id, entity.label)
            case "function":
                return FUNCTIONS.get(wanted) is FUNCTIONS.get(node.text)
        return True


def _cite(node: t.Citation, document: str, clause: str, lang: str) -> str:
    name = t.Name(span=node.document.span, text=document)
    return AS_WRITTEN.citation(t.Citation(span=node.span, document=name, clause=clause), lang)
