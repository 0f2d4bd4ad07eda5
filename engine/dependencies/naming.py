"""How the things of a program are called, and where they stand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

import attrs

from engine import program as p
from engine.dependencies.items import KINDS, Item
from engine.dependencies.links import Links
from engine.explanation.formulas import Spelt
from policy.diagnostics import Text
from policy.dsl import tree as t
from policy.dsl.formatter import format_expression
from policy.parameters import PARAMETERS


@attrs.frozen
class Called:
    """A name to read, what else to know of it, and its place."""

    name: Text
    note: Text = attrs.field(default=Text("", ""))
    place: str = ""


class Names:
    """Names the things of one program."""

    def __init__(self, links: Links) -> None:
        self.program = links.program
        self.library = links.program.policy.library
        self.vocabulary = links.program.policy.vocabulary
        self._tell: dict[str, Callable[[Item], Called]] = {
            "document": self._document,
            "provision": self._provision,
            "fact": self._fact,
            "parameter": self._parameter,
            "delegation": self._delegation,
            "bound": self._bound,
            "check": self._declared(item for found in self.program.checks.values() for item in found),
            "choice": self._declared(item for found in self.program.choices.values() for item in found),
            "exclusion": self._declared(self.program.exclusions),
            "question": self._question,
            "answer": self._answer,
            "calendar": lambda item: Called(KINDS["calendar"]),
        }

    def called(self, item: Item) -> Called:
        """The thing's name, note and place."""
        return self._tell.get(item.kind, self._rule)(item)

    def part(self, item: Item, part: str) -> Text:
        """A part of a thing: one of a rule's clauses, one of a question's answers."""
        if item.kind == "question":
            answer = self.program.questions[item.id].answers.get(part)
            return Text(answer.label if answer else part, part)
        rule = self.program.rules.get(item.id)
        clause = next((clause for clause in rule.clauses if clause.id == part), None) if rule else None
        return Text(_clause_name(clause), part) if clause else Text(part, part)

    def parts(self, item: Item, parts: Collection[str]) -> list[Text]:
        """Parts of a thing in the order in which it says them; the whole of it is none."""
        if item.kind == "question":
            known = list(self.program.questions[item.id].answers)
        else:
            rule = self.program.rules.get(item.id)
            known = [clause.id for clause in rule.clauses] if rule else []
        return [self.part(item, part) for part in known if part in parts]

    # ── each kind ───────────────────────────────────────────────────────────────────────────────
    def _document(self, item: Item) -> Called:
        found = self.library.documents[item.id]
        return Called(Text(found.label, found.id), Text(found.title, found.title), found.span.reference)

    def _provision(self, item: Item) -> Called:
        found = self.library.provision(item.id)
        if found is None:
            return Called(Text(item.id, item.id))
        return Called(Text(self.library.cited_as(found, "zh"), found.id), found.gist, found.span.reference)

    def _fact(self, item: Item) -> Called:
        field = self.vocabulary.field(item.id)
        place = field.span.reference if field else ""
        return Called(Text(self.vocabulary.label(item.id), item.id), place=place)

    def _parameter(self, item: Item) -> Called:
        shipped = next(iter(self.program.parameters.get(item.id, ())), None)
        field = self.vocabulary.field(f"{PARAMETERS}.{item.id}")
        label = shipped.label if shipped else field.label if field else item.id
        span = shipped.span if shipped else field.span if field else None
        return Called(Text(f"参数.{label}", f"parameters.{item.id}"), place=span.reference if span else "")

    def _delegation(self, item: Item) -> Called:
        own = (d for d in self.program.delegations[item.id] if d.region == item.region)
        return attrs.evolve(self._parameter(item), place=next(own).origin.span.reference)

    def _bound(self, item: Item) -> Called:
        target, _, number = item.id.rpartition("#")
        bound = self.program.bounds[target][int(number) - 1]
        origin = bound.origin
        assert isinstance(origin, t.Bound)
        words = (format_expression(origin.comparison, lang, Spelt(self.program.policy)) for lang in ("zh", "en"))
        return Called(Text(*words), place=origin.span.reference)

    def _declared(self, declared: Iterable[p.Check | p.ChoiceOfLaw | p.Exclusion]) -> Callable[[Item], Called]:
        known = {(one.id, one.region): one for one in declared}

        def tell(item: Item) -> Called:
            found = known[item.id, item.region]
            return Called(Text(found.label, found.id), place=found.origin.span.reference)

        return tell

    def _question(self, item: Item) -> Called:
        found = self.program.questions[item.id]
        return Called(Text(found.label, found.id), Text(found.ask, ""), found.origin.span.reference)

    def _answer(self, item: Item) -> Called:
        question, _, output = item.id.partition("/")
        found = self.program.questions[question]
        return Called(Text(f"{found.label}·{found.answers[output].label}", item.id))

    def _rule(self, item: Item) -> Called:
        rule = self.program.rules[item.id]
        return Called(Text(rule.label, rule.id), Text(rule.remark, ""), rule.origin.span.reference)


def _clause_name(clause: p.Clause) -> str:
    words = {"general": "一般", "case": "情形", "proviso": "但书", "item": "项"}
    if isinstance(clause.origin, t.Entry):
        return clause.label
    kind = words.get(clause.kind, "")
    return clause.label if clause.label in (kind, "") else f"{kind} {clause.label}"
