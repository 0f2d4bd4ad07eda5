"""Which facts a question can read: everything its answers may need, in every law that may apply."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine import program as p
from policy.parameters import PARAMETERS


def inputs_of(question: p.Question, programs: Iterable[p.Program]) -> frozenset[str]:
    """The paths of all facts that the question reads or accepts."""
    found: set[str] = set()
    for program in programs:
        collector = _Collector(program, _element_asked(question, program))
        own = program.questions.get(question.id, question)
        collector.question(own)
        found |= collector.paths
    return frozenset(found)


def facts_behind(expressions: Iterable[p.Expression], program: p.Program) -> frozenset[str]:
    """The paths of all facts that some expressions read, through the rules they use."""
    collector = _Collector(program)
    collector.expressions(expressions)
    return frozenset(collector.paths)


def _element_asked(question: p.Question, program: p.Program) -> str:
    """The entity that a rule asked by itself is about: its fields are given like any fact."""
    rule = program.rules.get(question.id) if question.id not in program.questions else None
    return rule.element if rule else ""


class _Collector:
    def __init__(self, program: p.Program, asked: str = "") -> None:
        self.program = program
        self.asked = asked
        self.paths: set[str] = set()
        self._rules: set[str] = set()
        self._parameters: set[str] = set()
        self._questions: set[str] = set()

    def question(self, question: p.Question) -> None:
        self._questions.add(question.id)
        self._all(question.governing)
        for path in question.accepts:
            self._fact(path)
        for answer in question.answers.values():
            self._all((answer.value,))

    def expressions(self, expressions: Iterable[p.Expression]) -> None:
        self._all(expressions)

    def _all(self, items: Iterable[p.Expression | None]) -> None:
        for item in items:
            if item is not None:
                self._one(item)
                for inner in p.walk(item):
                    self._one(inner)

    def _one(self, expression: p.Expression) -> None:
        match expression:
            case p.Fact(path=path):
                self._fact(path)
            case p.ElementField(entity=entity, field=field):
                if field and not self._is_record(entity):
                    self._fact(f"{entity}.{field}")
            case p.ParameterValue(id=name):
                self._parameter(name)
            case p.LimitValue(target=target):
                self._bounds(target)
            case p.RuleValue(id=name):
                self._rule(name)

    def _is_record(self, entity: str) -> bool:
        """Whether the entity occurs only inside lists, so that no fact of that name can be given."""
        found = self.program.policy.vocabulary.entities.get(entity)
        return found is not None and found.is_record and entity != self.asked

    def _fact(self, path: str) -> None:
        field = self.program.policy.vocabulary.field(path)
        if path in self.paths or (field is None and "." in path):
            return
        self.paths.add(path)
        if field is None:
            return
        self._record_fields(field.type.element.name if field.type.element else "")
        if field.derived_by and field.derived_by[0] in self.program.questions:
            name = field.derived_by[0]
            if name not in self._questions:
                self._questions.add(name)
                answer = self.program.questions[name].answers.get(field.derived_by[1])
                self._all((answer.value,) if answer else ())

    def _record_fields(self, entity: str) -> None:
        """Elements of a list of pure records may state all their fields."""
        found = self.program.policy.vocabulary.entities.get(entity)
        if found is not None and found.is_record:
            self.paths.update(field.path for field in found.fields.values())

    def _parameter(self, name: str) -> None:
        if name in self._parameters:
            return
        self._parameters.add(name)
        self._fact(f"{PARAMETERS}.{name}")
        for parameter in self.program.parameters.get(name, ()):
            for key in parameter.keys:
                self._fact(key)
        self._all(d.default for d in self.program.delegations.get(name, ()))
        self._bounds(name)

    def _bounds(self, target: str) -> None:
        for bound in self.program.bounds.get(target, ()):
            self._all((bound.limit, bound.condition, bound.unless))

    def _rule(self, name: str) -> None:
        if name in self._rules or name not in self.program.rules:
            return
        self._rules.add(name)
        rule = self.program.rules[name]
        self._all(_parts(rule))
        self._bounds(name)
        for choice in self.program.choices.get(name, ()):
            self._all((choice.condition,))
        for check in self.program.checks.get(name, ()):
            self._all((check.condition, check.requirement))


def _parts(rule: p.Rule) -> Iterator[p.Expression]:
    yield from p.parts_of(rule)
