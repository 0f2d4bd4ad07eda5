"""The values that were tried, told as a person would say them and as facts that can be pasted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from policy.analysis.conditions import OTHER, Assignment, Variable
from policy.diagnostics import Text
from policy.dsl import tree as t
from policy.dsl.expression_writer import written_moment
from policy.dsl.formatter import format_expression
from policy.model import Policy
from policy.values import decimal_text, plain

_UNITS = {"money": (" 元", " yuan"), "points": (" 个百分点", " points")}


def in_words(given: Assignment, variables: Mapping[str, Variable], policy: Policy) -> Text:
    """The case as a condition: 就诊.等级 为 社区 且 就诊.急诊抢救."""
    told = [_told(variables[name], value, policy) for name, value in given.items()]
    if not told:
        return Text("任何情形", "anything is the case")
    return Text(" 且 ".join(item.zh for item in told), " and ".join(item.en for item in told))


def facts_of(given: Assignment, variables: Mapping[str, Variable]) -> str:
    """The facts among them as one line of YAML; nothing where there are none."""
    facts: dict[str, list[str]] = {}
    for name, value in given.items():
        target = variables[name].target
        if target is not None and target.kind in ("fact", "element") and value != OTHER:
            entity, _, field = target.id.partition(".")
            facts.setdefault(entity, []).append(f"{field or target.field}: {_yaml(value)}")
    return (
        "{" + ", ".join(f"{entity}: {{{', '.join(fields)}}}" for entity, fields in facts.items()) + "}" if facts else ""
    )


def _told(variable: Variable, value: Any, policy: Policy) -> Text:
    if variable.target is None:
        text = format_expression(variable.node)  # type: ignore[arg-type]
        return Text(text, f"`{text}`") if value else Text(f"非（{text}）", f"not `{text}`")
    zh, en = _named(variable, policy)
    if variable.type.kind == "boolean" and value is not None:
        return Text(zh, en) if value else Text(f"非 {zh}", f"not {en}")
    shown = _shown(variable, value, policy)
    return Text(f"{zh} 为 {shown.zh}", f"{en} is {shown.en}")


def _named(variable: Variable, policy: Policy) -> tuple[str, str]:
    assert isinstance(variable.node, t.Path)
    target = variable.target
    assert target is not None
    if target.kind == "fact":
        return policy.vocabulary.label(target.id), target.id
    if target.kind == "element":
        path = f"{target.id}.{target.field}"
        return policy.vocabulary.label(path), path
    prefix = "parameters." if target.kind == "parameter" else ""
    return variable.node.text, f"{prefix}{target.id}{'.' if target.field else ''}{target.field}"


def _shown(variable: Variable, value: Any, policy: Policy) -> Text:
    if value is None:
        return Text("空", "null")
    if variable.type.kind == "enum":
        found = policy.vocabulary.enums[variable.type.name].values[value]
        return Text(found.label, found.id)
    if variable.type.kind == "ratio":
        shown = f"{decimal_text(value * 100)}%"
        return Text(shown, shown)
    if isinstance(value, date | datetime):
        moment = t.Moment(span=variable.node.span, value=value.isoformat(), has_time=isinstance(value, datetime))
        return Text(written_moment(moment, "zh"), written_moment(moment, "en"))
    zh, en = _UNITS.get(variable.type.kind, ("", ""))
    shown = decimal_text(value) if isinstance(value, Decimal) else str(value)
    return Text(shown + zh, shown + en)


def _yaml(value: Any) -> str:
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(plain(value))
