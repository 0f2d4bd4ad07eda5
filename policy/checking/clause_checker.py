"""What declarations are made of: citations, types, and clauses with their ranks."""

from __future__ import annotations

from collections.abc import Sequence

from policy.checking.calls import CallChecker
from policy.diagnostics import Note, Text, did_you_mean
from policy.dsl import tree as t
from policy.dsl.lexicon import SPELLING
from policy.dsl.source import Span
from policy.model import Target
from policy.periods import in_force, overlap, stated
from policy.sources import Period, Provision
from policy.types import BOOLEAN, PRIMITIVE_TYPES, UNKNOWN, Type

GENERAL = "general"
"""The id of a rule's general clause, and 一般 its label."""


RANKED = ("general", "case", "proviso")
"""The clauses of a rule: one of them wins."""

ITEMS = ("item",)
"""The clauses of a collection: each that applies adds something."""


_REGISTER = Text("先在 sources.yaml 登记", "enter it in sources.yaml first")


class ClauseChecker(CallChecker):
    """Checks the parts that declarations share."""

    def terms(self, terms: t.Terms) -> None:
        """Every citation names a provision; 自 comes before 至."""
        for citation in terms.citations:
            self._citation(citation)
        if terms.since and terms.until and terms.since.value > terms.until.value:
            self.report("E0307", terms.until.span, "止期早于起期", "the end lies before the beginning")

    def find_provision(self, citation: t.Citation) -> Provision | None:
        """The provision that is cited, by its id or by document and clause."""
        library = self.scope.library
        if not citation.clause:
            return library.provision(citation.document.text)
        document = library.document(citation.document.text)
        provisions = document.provisions.values() if document else ()
        return next((item for item in provisions if item.clause == citation.clause), None)

    def _citation(self, citation: t.Citation) -> None:
        library, name = self.scope.library, citation.document.text
        if provision := self.find_provision(citation):
            self.targets[citation] = Target("provision", provision.id, library.cited_as(provision, "zh"))
            return
        document = library.document(name)
        if citation.clause and document is None:
            hint = did_you_mean(name, [d.label for d in library.documents.values()]) or _REGISTER
            self.report("E0204", citation.document.span, f"未知文件“{name}”", f"unknown document `{name}`", hint)
            return
        written = citation.clause or name
        known = [p.clause for p in document.provisions.values()] if document else list(library.provision_ids())
        hint = did_you_mean(written, known) or _REGISTER
        self.report("E0204", citation.span, f"未知条款“{written}”", f"unknown provision `{written}`", hint)

    def declared(self, written: t.TypeRef) -> Type:
        found = self.type_of(written)
        if found.kind == "unknown":
            vocabulary = self.scope.vocabulary
            known = [*PRIMITIVE_TYPES.values(), *PRIMITIVE_TYPES, *(e.label for e in vocabulary.enums.values())]
            known += [e.label for e in vocabulary.entities.values()]
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

    def clauses(
        self,
        clauses: Sequence[t.Clause],
        wanted: Type,
        owner: t.Terms,
        kinds: Sequence[str] = RANKED,
        earlier: Sequence[t.Clause] = (),
    ) -> None:
        """Check clauses that give values of a type; `earlier` are those of the rule that they amend."""
        names = self._clause_names(clauses, earlier, owner)
        for clause in clauses:
            self._kind(clause, kinds)
            self.terms(clause.terms)
            for over in clause.over:
                self._over(over, clause, names)
            if clause.condition is not None:
                self.expect(clause.condition, BOOLEAN)
            self.expect(clause.value, wanted)
        self._reject_priority_circles(clauses, names)

    def _kind(self, clause: t.Clause, kinds: Sequence[str]) -> None:
        """Ranked clauses make rules, items make collections; neither mixes with the other."""
        if clause.kind in kinds:
            return
        word = SPELLING["zh"][clause.kind.upper()]
        zh, en = "”“".join(SPELLING["zh"][kind.upper()] for kind in kinds), ", ".join(kinds)
        self.report("E0307", clause.span, f"这里不写“{word}”，写“{zh}”", f"no `{clause.kind}` here, write {en}")

    def _clause_names(
        self, clauses: Sequence[t.Clause], earlier: Sequence[t.Clause], owner: t.Terms
    ) -> dict[str, t.Clause]:
        names: dict[str, t.Clause] = {}
        for clause in (*earlier, *clauses):
            for name in dict.fromkeys(_written_names(clause)):
                before = names.setdefault(name, clause)
                is_amending = clause.kind == "general" and before not in clauses  # told already, by another code
                if before is clause or clause not in clauses or is_amending:
                    continue
                if not self._is_another_version(clause, before, owner):
                    note = Note(Text("已在此使用", "it is used here"), _head(before))
                    zh, en = f"子句“{name}”重复", f"the clause `{name}` is repeated"
                    self.report("E0202", _head(clause), zh, en, notes=(note,))
                    break
        return names

    def _is_another_version(self, clause: t.Clause, before: t.Clause, owner: t.Terms) -> bool:
        """Whether both are general clauses, in force at different times."""
        if clause.kind != "general" or before.kind != "general":
            return False
        return not overlap(self._period(clause, owner), self._period(before, owner))

    def _period(self, clause: t.Clause, owner: t.Terms) -> Period:
        outer = in_force(owner, self._cited(owner))
        return in_force(clause.terms, self._cited(clause.terms), outer).meet(stated(owner))

    def _cited(self, terms: t.Terms) -> list[Provision]:
        found = [self.find_provision(citation) for citation in terms.citations]
        return [provision for provision in found if provision]

    def _over(self, name: t.Name, clause: t.Clause, names: dict[str, t.Clause]) -> None:
        found = names.get(name.text)
        if found is clause:
            self.report("E0208", name.span, f"“{name.text}”不能对自己", f"`{name.text}` cannot come before itself")
            return
        if found is None:
            hint = did_you_mean(name.text, names)
            self.report("E0208", name.span, f"没有子句“{name.text}”", f"there is no clause `{name.text}`", hint)
            return
        called = found.names
        self.targets[name] = Target("clause", called.id, called.label) if called else Target("clause", GENERAL, "一般")
        if clause.kind == "case" and found.kind != "case":
            self.report(
                "E0208",
                name.span,
                f"“优先于”只对情形说，“{name.text}”不是情形",
                f"`overrides` is said of cases, `{name.text}` is none",
                Text(
                    "情形本来就先于一般；要排除但书，写“但书 … 对 …”", "to displace a proviso write another one over it"
                ),
            )

    def _reject_priority_circles(self, clauses: Sequence[t.Clause], names: dict[str, t.Clause]) -> None:
        """Report the first clause that comes before itself; the others of the circle are its notes."""
        below = {clause: _all_below(clause, names) for clause in clauses}
        for clause in clauses:
            if clause in below[clause] and not any(over.text in _written_names(clause) for over in clause.over):
                others = [found for found in below[clause] if found is not clause and clause in below[found]]
                notes = [Note(Text("环中的子句", "also in the circle"), _head(found)) for found in others]
                self.report(
                    "E0208", _head(clause), "子句的优先关系成环", "the clauses' priorities form a circle", notes=notes
                )
                return


def _all_below(clause: t.Clause, names: dict[str, t.Clause]) -> dict[t.Clause, None]:
    """The clauses that the clause comes before, also by way of others, in their order."""
    seen: dict[t.Clause, None] = {}
    todo = [clause]
    while todo:
        below = [names[over.text] for over in todo.pop().over if over.text in names]
        todo += [found for found in below if found not in seen]
        seen.update(dict.fromkeys(below))
    return seen


def _written_names(clause: t.Clause) -> tuple[str, ...]:
    if clause.kind == "general":
        return (GENERAL, "一般")
    return (clause.names.label, clause.names.id) if clause.names else ()


def _head(clause: t.Clause) -> Span:
    """The name of a clause, the smallest text that shows which one it is."""
    return clause.names.span if clause.names else clause.span
