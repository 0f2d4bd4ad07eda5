"""A question about a case → a Decision."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import attrs

from engine import program as p
from engine.decision import Decision, HumanNeed, Need, Notice, Output, Reason, Status, all_behind
from engine.evaluator import Evaluator, Laws
from engine.exclusions import impossible_facts
from engine.facts import Facts
from engine.failures import ANOTHER_DATE
from engine.frames import EvaluationError
from engine.unknown import Unknown
from policy.diagnostics import Diagnostic, Text
from policy.values import Month

AS_OF = "as_of"


@attrs.frozen(eq=False)
class Case:
    """What is decided: a question, facts, and the day it is asked for where no fact governs."""

    question: p.Question
    facts: Facts
    as_of: datetime | None
    outputs: Sequence[str]
    treatment_region: str | None
    problems: tuple[Diagnostic, ...] = ()


def decide(laws: Laws, case: Case, evaluator_for: Callable[..., Evaluator] = Evaluator) -> Decision:
    """Decide the asked outputs. Problems of the facts, and errors of the rules, are in the decision."""
    try:
        moment = governing_moment(case, laws, evaluator_for)
    except EvaluationError as error:
        return _decision(laws, case, None, (), Unknown(), (*case.problems, error.diagnostic), ())
    if case.problems or isinstance(moment, Unknown):
        unknown = moment if isinstance(moment, Unknown) else Unknown()
        return _decision(laws, case, None, (), unknown, case.problems, ())
    if not case.question.period.contains(moment):
        closed = outside_period(case.question, moment)
        return _decision(laws, case, moment, (), Unknown(), (closed,), ())
    evaluator = evaluator_for(laws, case.facts, moment, _rules_asked(case))
    outputs: list[Output] = []
    needs: dict[str, Need] = {}
    human: dict[str, HumanNeed] = {}
    problems: list[Diagnostic] = list(impossible_facts(laws, case.facts))
    for name in case.outputs:
        try:
            output, unknown = _answer(evaluator, laws, case.question, name)
        except EvaluationError as error:
            output, unknown = _unanswered(case.question.answers[name]), Unknown()
            if error.diagnostic not in problems:
                problems.append(error.diagnostic)
        outputs.append(output)
        needs |= {path: need for path, need in unknown.needs.items() if path not in needs}
        human |= unknown.human
    human |= evaluator.referred
    problems.extend(item for item in evaluator.failed_checks() if item not in problems)
    unknown = Unknown(needs, human)
    decision = _decision(laws, case, moment, outputs, unknown, tuple(problems), tuple(evaluator.notices))
    return attrs.evolve(
        decision,
        checks=tuple(evaluator.checks.values()),
        visited=evaluator.visited(),
        examined=evaluator.examined(),
        met=evaluator.met,
    )


def _rules_asked(case: Case) -> Iterable[str]:
    """The rules whose values are asked for as outputs."""
    values = (case.question.answers[name].value for name in case.outputs)
    return (value.id for value in values if isinstance(value, p.RuleValue))


def governing_moment(case: Case, laws: Laws, evaluator_for: Callable[..., Evaluator] = Evaluator) -> datetime | Unknown:
    """The instant whose law holds: the first of what governs that is known. Raises EvaluationError."""
    missing: list[str] = []
    empty: list[str] = []
    for source in case.question.governing:
        value = _governing_value(source, case, laws, evaluator_for)
        if isinstance(value, Unknown):
            missing.extend(value.needs)
        elif value is not None:
            return _instant(value)
        elif isinstance(source, p.Fact):
            empty.append(source.path)
    asked = case.question
    cited = asked.citations or _grounds(asked, laws.insured)
    return Unknown({path: Need(path, path, asked.id, asked.label, cited) for path in missing or empty})


def _governing_value(source: p.Expression, case: Case, laws: Laws, evaluator_for: Callable[..., Evaluator]) -> Any:
    """A fact as it is given, the day stated with the case, or a day reckoned by rules that hold at any time."""
    match source:
        case p.Local():
            return case.as_of or _missing(AS_OF)
        case p.Fact(path=path):
            return case.facts.values[path] if path in case.facts else _missing(path)
        case _:
            evaluator = evaluator_for(laws, case.facts, datetime.max)
            return evaluator.value(source, evaluator.frame(laws.insured))


def _missing(path: str) -> Unknown:
    return Unknown({path: Need(path, path)})


def _grounds(question: p.Question, program: p.Program) -> tuple[str, ...]:
    """What the answers of a question stand on, where the question itself cites nothing."""
    names = [answer.value.id for answer in question.answers.values() if isinstance(answer.value, p.RuleValue)]
    rules = [program.rules[name] for name in names]
    return tuple(dict.fromkeys(name for rule in rules for name in (*rule.citations, *rule.cited_by_clauses)))


def outside_period(question: p.Question, moment: datetime) -> Diagnostic:
    """The question has no rules on that day; the nearest known day is named."""
    day, start, end = moment.date().isoformat(), question.period.start, question.period.end
    if start is not None and moment < start:
        first = start.date().isoformat()
        zh, en = f"{day}尚无规定，最早自{first}起", f"has no rule on {day}; the first is in force from {first}"
    else:
        last = (end - timedelta(microseconds=1)).date().isoformat() if end else ""
        zh, en = f"{day}已无规定，最后适用于{last}", f"has no rule on {day}; the last was in force on {last}"
    return Diagnostic(
        code="E0503",
        message=Text(f"{question.label}：{zh}", f"{question.id} {en}"),
        span=question.origin.span,
        hint=ANOTHER_DATE,
        provisions=question.citations,
    )


def _instant(value: Any) -> datetime:
    """A governing fact as an instant: a month or a year counts from its first day."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if isinstance(value, Month):
        return datetime(value.year, value.month, 1)
    return datetime(int(value), 1, 1)


def _answer(evaluator: Evaluator, laws: Laws, question: p.Question, name: str) -> tuple[Output, Unknown]:
    answer = question.answers[name]
    cited = question.citations or _grounds(question, laws.insured)
    frame = attrs.evolve(evaluator.frame(laws.insured), citations=cited)
    value = evaluator.value(answer.value, frame)
    inputs = tuple(frame.inputs.values())
    if isinstance(value, Unknown):
        return _output(answer, None, False, _reason(answer, None, inputs)), value
    if isinstance(value, p.Requirements):  # a checklist asked for by itself
        value = value.items
    return _output(answer, value, True, _reason(answer, value, inputs)), Unknown()


def _reason(answer: p.Answer, value: Any, inputs: tuple[Reason, ...]) -> Reason:
    if len(inputs) == 1 and isinstance(answer.value, p.RuleValue) and not answer.value.field:
        return inputs[0]
    return Reason("answer", answer.id, answer.label, value, answer.value.type, inputs=inputs)


def _output(answer: p.Answer, value: Any, is_known: bool, reason: Reason | None) -> Output:
    kind = answer.value.type
    return Output(answer.id, answer.label, kind, value, is_known, answer.field, answer.is_ordered, reason)


def _unanswered(answer: p.Answer) -> Output:
    return _output(answer, None, False, None)


def _status(unknown: Unknown, problems: Iterable[Diagnostic]) -> Status:
    if any(item.is_error for item in problems):
        return Status.ERROR
    if unknown.needs:
        return Status.UNDETERMINED
    return Status.NEEDS_HUMAN if unknown.human else Status.DETERMINED


def _decision(
    laws: Laws,
    case: Case,
    moment: datetime | None,
    outputs: Iterable[Output],
    unknown: Unknown,
    problems: tuple[Diagnostic, ...],
    notices: tuple[Notice, ...],
) -> Decision:
    policy = laws.insured.policy
    treatment = laws.treatment.policy
    labels = {"as_of": "查询日"}
    needs = tuple(
        attrs.evolve(need, label=labels.get(need.path) or policy.vocabulary.label(need.path))
        for need in unknown.needs.values()
    )
    decision = Decision(
        question=case.question.id,
        question_label=case.question.label,
        region=policy.region.id,
        region_label=policy.region.label,
        treatment_region=case.treatment_region,
        treatment_region_label=treatment.region.label if case.treatment_region else "",
        as_of=_moment_text(moment),
        status=_status(unknown, problems),
        results={item.id: item for item in outputs},
        needs=needs,
        human=tuple(unknown.human.values()),
        diagnostics=problems,
        notices=_distinct(notices),
        provisions={},
        documents={},
        revision="-".join(dict.fromkeys((policy.revision, treatment.revision))),
        facts_hash=case.facts.hash,
        facts=case.facts.values,
        policies={policy.region.id: policy, treatment.region.id: treatment},
    )
    return _with_provisions(decision, laws)


def _distinct(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    return tuple({notice.text.zh: notice for notice in notices}.values())


def _moment_text(moment: datetime | None) -> str:
    return moment.isoformat(timespec="minutes").removesuffix("T00:00") if moment else ""


def _with_provisions(decision: Decision, laws: Laws) -> Decision:
    """Carry the gist of everything cited, so that an explanation needs nothing else."""
    provisions = {}
    documents = {}
    cited = decision.cited() | {
        name for reason in all_behind(decision.reasons) for clause in reason.clauses for name in clause.citations
    }
    for program in (laws.insured, laws.treatment):
        library = program.policy.library
        for name in cited:
            provision = library.provision(name)
            if provision is not None:
                provisions[name] = provision
                documents[provision.document] = library.documents[provision.document].label
    ordered = dict(sorted(provisions.items()))
    return attrs.evolve(decision, provisions=ordered, documents=documents)
