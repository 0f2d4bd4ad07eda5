"""The reference task as a decision model of zen-engine (JDM): tables for the tariff, expressions for the sums."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

TARIFF = [
    ("employee", "level_1", 300, 0.88, 0.92),
    ("employee", "level_2", 600, 0.84, 0.9),
    ("employee", "level_3", 800, 0.82, 0.88),
    ("resident", "level_1", 300, 0.8, 0.85),
    ("resident", "level_2", 600, 0.75, 0.8),
    ("resident", "level_3", 1000, 0.7, 0.75),
]
REDUCTION = [
    ("referral", False, 20, "unfiled"),
    ("referral", True, 10, "referral"),
    ("other", None, 20, "other"),
    ("long_term", False, 20, "unfiled"),
    ("long_term", True, 0, "long_term"),
    (None, None, 0, "general"),
]
SUMS = {
    "granule_self_pay": "round(claim.granule_amount * 0.03, 2)",
    "eligible": "claim.total - claim.own_expense - claim.class_b_self_pay - $.granule_self_pay",
    "deductible": "min([max([standard - accumulator.deductible_paid, 0]), $.eligible])",
    "covered": "$.eligible - $.deductible",
    "pay_below": "round(min([$.covered, 40000]) * (below - reduction / 100), 2)",
    "pay_above": "$.covered > 40000 ? round(($.covered - 40000) * (above - reduction / 100), 2) : 0",
    "pay": "$.pay_below + $.pay_above",
    "is_capped": "accumulator.fund_paid + $.pay > 400000",
    "fund_clause": "$.is_capped ? 'capped' : 'general'",
    "fund": "$.is_capped ? max([400000 - accumulator.fund_paid, 0]) : $.pay",
    "personal": "claim.total - $.fund",
}
OUTPUTS = ("eligible", "deductible", "reduction", "fund", "personal", "reduction_clause", "fund_clause")


def model() -> dict[str, Any]:
    """Request → tariff → reduction → sums → answers → response."""
    answers = {name: name for name in OUTPUTS}
    nodes = [
        _node("request", "inputNode", {}),
        _node("tariff", "decisionTableNode", _table(("person.insurance", "institution.level"), ("standard", "below", "above"), TARIFF)),
        _node("reduction", "decisionTableNode", _table(("visit.category", "visit.is_filed"), ("reduction", "reduction_clause"), REDUCTION)),
        _node("sums", "expressionNode", _expressions(SUMS, pass_through=True)),
        _node("answers", "expressionNode", _expressions(answers, pass_through=False)),
        _node("response", "outputNode", {}),
    ]  # fmt: skip
    names = [node["id"] for node in nodes]
    edges = [
        {"id": f"{source}-{target}", "type": "edge", "sourceId": source, "targetId": target}
        for source, target in pairwise(names)
    ]
    return {"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges}


def _node(name: str, kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": name, "type": kind, "name": name, "content": content, "position": {"x": 0, "y": 0}}


def _expressions(sums: Mapping[str, str], *, pass_through: bool) -> dict[str, Any]:
    rows = [{"id": name, "key": name, "value": value} for name, value in sums.items()]
    return {"expressions": rows, "passThrough": pass_through, "executionMode": "single"}


def _table(inputs: tuple[str, ...], outputs: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> dict[str, Any]:
    columns = (*inputs, *outputs)
    return {
        "hitPolicy": "first",
        "inputs": [{"id": name, "name": name, "field": name} for name in inputs],
        "outputs": [{"id": name, "name": name, "field": name} for name in outputs],
        "rules": [
            {"_id": f"r{number}", **{name: _cell(value) for name, value in zip(columns, row, strict=True)}}
            for number, row in enumerate(rows)
        ],
        "passThrough": True,
        "executionMode": "single",
    }


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
