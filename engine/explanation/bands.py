"""The rows of a marginal scale, each with the working of its band."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.decision import Reason
from engine.explanation.formulas import FormulaWriter
from policy.dsl import tree as t
from policy.model import Policy


def workings(reason: Reason, formulas: FormulaWriter) -> list[str]:
    """`23200.00 × 82% = 19024.00` for each band of a scale that yields records."""
    declared = formulas.declaration(reason)
    policy = formulas.policy(reason.region)
    if not isinstance(declared, t.Brackets) or policy is None or not isinstance(reason.value, tuple):
        return []
    return [text for row in reason.value if isinstance(row, Mapping) for text in _row(declared, row, policy, formulas)]


def _row(declared: t.Brackets, row: Mapping[str, Any], policy: Policy, formulas: FormulaWriter) -> Iterator[str]:
    """The computed fields of a row: a name in them is a value that another field of the row holds."""
    portion = declared.portion
    if not isinstance(portion, t.Call):
        return
    known: dict[tuple[str, str, str], str] = {}
    for item in portion.arguments:
        found = _field(item, policy)
        if found and isinstance(found[1], t.Path) and (target := policy.target_of(found[1])) and found[0] in row:
            known[(target.kind, target.id, target.field)] = formulas.wording.value(
                row[found[0]], policy.type_of(found[1])
            )

    def substitute(node: t.Node) -> str | None:
        target = policy.target_of(node) if isinstance(node, t.Path) else None
        return known.get((target.kind, target.id, target.field)) if target else None

    for item in portion.arguments:
        found = _field(item, policy)
        if found and found[0] in row and isinstance(found[1], t.Rounded | t.Binary):
            written = formulas.written(found[1], policy, substitute)
            yield f"{written} = {formulas.wording.value(row[found[0]], policy.type_of(found[1]))}"


def _field(item: t.Node, policy: Policy) -> tuple[str, t.Expr] | None:
    if not isinstance(item, t.Field):
        return None
    target = policy.target_of(item.name)
    return (target.id, item.value) if target else None
