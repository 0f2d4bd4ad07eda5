"""Facts that cannot occur together: a case that states them is refused, whatever it asks."""

from __future__ import annotations

from typing import Any

from engine import program as p
from engine.evaluator import Laws
from engine.expressions import ExpressionEvaluator
from engine.facts import Facts
from engine.frames import EvaluationError, Frame
from engine.unknown import Unknown
from policy.diagnostics import Diagnostic, Note, Text
from policy.values import plain_typed
from policy.vocabulary import Vocabulary


def impossible_facts(laws: Laws, facts: Facts) -> tuple[Diagnostic, ...]:
    """A diagnostic for every exclusion that the given facts make true; one that lacks facts asks for none."""
    declared = ((item, program) for program in (laws.insured, laws.treatment) for item in program.exclusions)
    distinct = {(item.region, item.id): (item, program) for item, program in declared}
    return tuple(_told(item, facts, program) for item, program in distinct.values() if _is_true(item, facts, program))


def _is_true(exclusion: p.Exclusion, facts: Facts, program: p.Program) -> bool:
    if not any(path in facts for path in exclusion.facts):
        return False

    def given(path: str, _: Frame) -> Any:
        return facts.values.get(path, Unknown())

    def unread(*_: object) -> Any:
        return Unknown()

    evaluator = ExpressionEvaluator(rule=unread, fact=given, parameter=unread, limit=unread, refer=unread)
    try:
        return evaluator.value(exclusion.condition, Frame(program)) is True
    except EvaluationError:
        return False  # an empty value: nothing is said of it


def _told(exclusion: p.Exclusion, facts: Facts, program: p.Program) -> Diagnostic:
    vocabulary = program.policy.vocabulary
    paths = [path for path in exclusion.facts if path in facts]
    values = {path: facts.values[path] for path in paths}
    zh = "，".join(
        f"{vocabulary.label(path)} {_shown(path, value, vocabulary, 'zh')}" for path, value in values.items()
    )
    en = ", ".join(f"{path} {_shown(path, value, vocabulary, 'en')}" for path, value in values.items())
    reason = exclusion.reason
    return Diagnostic(
        code="E0609",
        message=Text(f"{exclusion.label}：{zh}。{reason.zh}", f"{exclusion.id}: {en}; {reason.en}"),
        place=paths[0],
        notes=(Note(Text("词汇里写明不能同时出现", "the vocabulary excludes it"), exclusion.origin.span),),
        hint=Text("核对这几项事实", "check these facts"),
    )


def _shown(path: str, value: Any, vocabulary: Vocabulary, lang: str) -> str:
    field = vocabulary.field(path)
    if value is None or field is None:
        return "空" if lang == "zh" else "null"
    enum = vocabulary.enums.get(field.type.name)
    if enum is not None and isinstance(value, str) and lang == "zh":
        return enum.values[value].label
    if isinstance(value, bool):
        return ("是" if value else "否") if lang == "zh" else str(value).lower()
    return str(plain_typed(value, field.type, vocabulary))
