"""The cases whose decision looks at what changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import attrs

from engine import program as p
from engine.cases import case_files, read_cases
from engine.decision import Decision
from engine.dependencies.items import Item, rule_item
from engine.impact.study import CaseRef, Law, Study
from engine.requests import Request
from policy.diagnostics import PolicyError


def with_cases(study: Study, law: Law) -> Study:
    """The study with every case beside the rules that looks at what the change bears on with no rule between."""
    return attrs.evolve(study, cases=tuple(_CaseFinder(study, law).cases()))


class _CaseFinder:
    def __init__(self, study: Study, law: Law) -> None:
        self.study = study
        self.law = law
        reached = {item: set(one.regions) for item, one in study.found.items() if item.kind == "question"}
        self.reached = {(region, item.id) for item, regions in reached.items() for region in regions}
        for region, items in study.touched.items():
            self.reached.update((region, item.id) for item in items if item.kind == "question")

    def cases(self) -> Iterator[CaseRef]:
        for path in case_files([self.law.regions.rulebook.root]):
            for case in read_cases(path, []):
                if not self._may_matter(case.request):
                    continue
                with suppress(PolicyError):  # a case may expect that its question does not exist
                    decision = case.asked.decide(self.law.regions)
                    if self._looked_at(decision) & self._touched(decision):
                        yield CaseRef(case.id, decision.region, decision.question, case.span.reference)

    def _may_matter(self, request: Request) -> bool:
        """Whether deciding it could tell: it is cheaper to know than to decide."""
        if request.treatment_region in self.study.regions:
            return True
        region = str(request.region)
        if region not in self.study.regions:
            return False
        asked = self._question(region, str(request.question))
        return asked is None or (region, asked.id) in self.reached

    def _question(self, region: str, written: str) -> p.Question | None:
        questions = self.law.links[region].program.questions
        return questions.get(written) or next((item for item in questions.values() if item.label == written), None)

    def _touched(self, decision: Decision) -> frozenset[Item]:
        places = (decision.region, decision.treatment_region or "")
        return frozenset(item for place in places for item in self.study.touched.get(place, ()))

    def _looked_at(self, decision: Decision) -> frozenset[Item]:
        """The question, the rules that were decided, and those that told the day."""
        names = set(decision.visited)
        found: set[Item] = set()
        for place in {decision.region, decision.treatment_region or decision.region} & set(self.law.links):
            program = self.law.links[place].program
            question = program.questions.get(decision.question)
            if question is not None:
                found.add(Item("question", question.id, question.region))
                names.update(_governing(question, program))
            rules = (program.rules.get(name) for region, name in names)
            found.update(rule_item(rule) for rule in rules if rule and (rule.region, rule.id) in names)
        return frozenset(found)


def _governing(question: p.Question, program: p.Program) -> Iterator[tuple[str, str]]:
    for source in question.governing:
        for part in (source, *p.walk(source)):
            if isinstance(part, p.RuleValue):
                yield program.rules[part.id].region, part.id
