"""Names in either language: what checking found a name to mean tells how the other language calls it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import attrs

from policy.checking.declarations import check_pack
from policy.dsl import tree as t
from policy.dsl.expression_writer import AS_WRITTEN, Spelling
from policy.model import Target
from policy.names import Scope
from policy.sources import Library
from policy.vocabulary import Vocabulary


@attrs.frozen
class CheckedSpelling:
    """Spells each name by its meaning: its label in Chinese, its id in English. Unknown names stay as written."""

    targets: Mapping[t.Node, Target]
    vocabulary: Vocabulary
    library: Library

    def name(self, node: t.Name, lang: str) -> str:
        target = self.targets.get(node)
        if target is None:
            return node.text
        if target.kind == "element":
            return self._element(node, target, lang)
        if target.kind == "enum":
            return target.label if lang == "zh" else target.field
        return target.label if lang == "zh" else target.id

    def _element(self, node: t.Name, target: Target, lang: str) -> str:
        """A record at hand by its entity's name, or the name that its author gave it."""
        entity = self.vocabulary.entities.get(target.id)
        if entity is None or node.text not in (entity.id, entity.label):
            return node.text
        return entity.label if lang == "zh" else entity.id

    def citation(self, node: t.Citation, lang: str) -> str:
        target = self.targets.get(node)
        provision = self.library.provision(target.id) if target else None
        if provision is None or not node.clause:
            return AS_WRITTEN.citation(node, lang)
        document = self.library.documents[provision.document]
        name = attrs.evolve(node.document, text=document.label if lang == "zh" else document.id)
        return AS_WRITTEN.citation(attrs.evolve(node, document=name), lang)


def speller(scope_of: Callable[[t.Program], Scope]) -> Callable[[t.Program], Spelling]:
    """Makes the spelling of a program by checking it in the scope given for it."""

    def spell(program: t.Program) -> Spelling:
        scope = scope_of(program)
        checked, _ = check_pack(scope, (program,))
        return CheckedSpelling(checked.targets, scope.vocabulary, scope.library)

    return spell
