"""What declarations are made of: citations, types, and clauses with their ranks."""

from __future__ import annotations

from collections.abc import Sequence

from policy.checking.expressions import ExpressionChecker
from policy.diagnostics import Note, Text, did_you_mean
from policy.dsl import tree as t
from policy.model import Target
from policy.types import BOOLEAN, UNKNOWN, Type

GENERAL = "general"
"""The id of a rule's general clause, and 一般 its label."""


class ClauseChecker(ExpressionChecker):
    """Checks the parts that declarations share."""

    def terms(self, terms: t.Terms) -> None:
        """Every citation names a provision; 自 comes before 至."""
        for citation in terms.citations:
            self._citation(citation)
        if terms.since and terms.until and terms.since.value > terms.until.value:
            self.report("E0307", terms.until.span, "止期早于起期", "the end lies before the beginning")

    def _citation(self, citation: t.Citation) -> None:
        library = self.scope.library
        if not citation.clause:
            provision = library.provision(citation.document.text)
            known = list(library.provision_ids())
            written = citation.document.text
        else:
            document = library.document(citation.document.text)
            if document is None:
                labels = [d.label for d in library.documents.values()]
                hint = did_you_mean(citation.document.text, labels)
                name = citation.document.text
                self.report("E0204", citation.document.span, f"未知文件“{name}”", f"unknown document `{name}`", hint)
                return
            written = citation.clause
            provision = next((p for p in document.provisions.values() if p.clause == written), None)
            known = [p.clause for p in document.provisions.values()]
        if provision is None:
            hint = did_you_mean(written, known)
            self.report("E0204", citation.span, f"未知条款“{written}”", f"unknown provision `{written}`", hint)
            return
        self.targets[citation] = Target("provision", provision.id, library.cited_as(provision, "zh"))

    def declared(self, written: t.TypeRef) -> Type:
        found = self.type_of(written)
        if found.kind == "unknown":
            vocabulary = self.scope.vocabulary
            known = [*(e.label for e in vocabulary.enums.values()), *(e.label for e in vocabulary.entities.values())]
            hint = did_you_mean(written.name.text, known)
            self.report(
                "E0201", written.span, f"未知类型“{written.name.text}”", f"unknown type `{written.name.text}`", hint
            )
        else:
            inner = found.element or found
            label = inner.in_language("zh") if not inner.name else self._type_label(inner)
            self.targets[written.name] = Target("type", inner.name or inner.kind, label)
        return found

    def _type_label(self, kind: Type) -> str:
        vocabulary = self.scope.vocabulary
        known = vocabulary.enums.get(kind.name) if kind.kind == "enum" else vocabulary.entities.get(kind.name)
        return known.label if known else kind.name

    def about(self, element: t.Name | None) -> Type | None:
        """The record a rule is about, item by item."""
        if element is None:
            return None
        entity = self.scope.entity(element.text)
        if entity is None:
            known = [e.label for e in self.scope.vocabulary.entities.values()]
            self.report(
                "E0201",
                element.span,
                f"未知实体“{element.text}”",
                f"unknown entity `{element.text}`",
                did_you_mean(element.text, known),
            )
            return UNKNOWN
        self.targets[element] = Target("entity", entity.id, entity.label)
        return Type("record", entity.id)

    def clauses(self, clauses: Sequence[t.Clause], wanted: Type, earlier: Sequence[t.Clause] = ()) -> None:
        names = self._clause_names((*earlier, *clauses))
        for clause in clauses:
            self.terms(clause.terms)
            for over in clause.over:
                self._over(over, clause, names)
            if clause.condition is not None:
                self.expect(clause.condition, BOOLEAN)
            self.expect(clause.value, wanted)
        self._reject_priority_circles(clauses, names)

    def _clause_names(self, clauses: Sequence[t.Clause]) -> dict[str, t.Clause]:
        names: dict[str, t.Clause] = {}
        for clause in clauses:
            written = (GENERAL, "一般") if clause.kind == "general" else ()
            if clause.names:
                written = (clause.names.id, clause.names.label)
            for name in dict.fromkeys(written):
                if name in names:
                    note = Note(Text("已在此使用", "it is used here"), names[name].span)
                    self.report(
                        "E0202", clause.span, f"子句“{name}”重复", f"the clause `{name}` is repeated", notes=(note,)
                    )
                names[name] = clause
        return names

    def _over(self, name: t.Name, clause: t.Clause, names: dict[str, t.Clause]) -> None:
        found = names.get(name.text)
        if found is None or found is clause:
            hint = did_you_mean(name.text, names)
            self.report("E0208", name.span, f"没有子句“{name.text}”可对", f"there is no clause `{name.text}`", hint)
            return
        called = found.names
        self.targets[name] = Target("clause", called.id, called.label) if called else Target("clause", GENERAL, "一般")

    def _reject_priority_circles(self, clauses: Sequence[t.Clause], names: dict[str, t.Clause]) -> None:
        for clause in clauses:
            seen: set[t.Node] = set()
            todo = [names[over.text] for over in clause.over if over.text in names]
            while todo:
                current = todo.pop()
                if current is clause:
                    self.report("E0208", clause.span, "子句的优先关系成环", "the clauses' priorities form a circle")
                    break
                if current not in seen:
                    seen.add(current)
                    todo += [names[over.text] for over in current.over if over.text in names]
