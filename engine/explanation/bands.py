"""The rows of a marginal scale: what lies in each band, at which ratio, with which result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import attrs

from engine.decision import Reason
from engine.explanation.formulas import FormulaWriter
from policy.dsl import tree as t
from policy.model import Policy, Target


@attrs.frozen
class Share:
    """One band: the amount in it, the ratio, what is paid of it."""

    amount: Decimal
    ratio: Decimal
    paid: Decimal


@attrs.frozen(eq=False)
class _Cell:
    """A field that each band yields, as the scale's author wrote it."""

    field: str
    expression: t.Expr
    target: Target | None

    @property
    def is_computed(self) -> bool:
        return isinstance(self.expression, t.Rounded | t.Binary)


def workings(reason: Reason, formulas: FormulaWriter) -> list[str]:
    """`23200.00 × 82% = 19024.00` for each band of a scale that yields records."""
    policy = formulas.policy(reason.region)
    cells = _cells(reason, formulas)
    if policy is None or not cells:
        return []
    return [text for row in reason.value for text in _working(cells, row, policy, formulas)]


def band_shares(reason: Reason, formulas: FormulaWriter) -> list[Share]:
    """The bands of a scale that pays a ratio of each; nothing for other reasons."""
    policy = formulas.policy(reason.region)
    cells = _cells(reason, formulas)
    amounts = [
        cell for cell in cells if cell.target == Target("local", "portion", cell.target.label if cell.target else "")
    ]
    ratios = [cell for cell in cells if policy and policy.type_of(cell.expression).kind == "ratio"]
    paid = [cell for cell in cells if cell.is_computed]
    if not (len(amounts) == len(ratios) == len(paid) == 1):
        return []
    return [Share(row[amounts[0].field], row[ratios[0].field], row[paid[0].field]) for row in reason.value]


def _cells(reason: Reason, formulas: FormulaWriter) -> list[_Cell]:
    declared = formulas.declaration(reason)
    policy = formulas.policy(reason.region)
    if not isinstance(declared, t.Brackets) or policy is None or not isinstance(reason.value, tuple):
        return []
    if not isinstance(declared.portion, t.Call):
        return []
    return [cell for item in declared.portion.arguments for cell in _cell(item, policy)]


def _cell(item: t.Node, policy: Policy) -> Iterator[_Cell]:
    if isinstance(item, t.Field) and (named := policy.target_of(item.name)):
        yield _Cell(named.id, item.value, policy.target_of(item.value))


def _working(cells: list[_Cell], row: Mapping[str, Any], policy: Policy, formulas: FormulaWriter) -> Iterator[str]:
    """The computed fields of a row: a name in them is a value that another field of the row holds."""
    wording = formulas.wording
    known = {
        cell.target: wording.value(row[cell.field], policy.type_of(cell.expression)) for cell in cells if cell.target
    }

    def substitute(node: t.Node) -> str | None:
        target = policy.target_of(node)
        return known.get(target) if target else None

    for cell in cells:
        if cell.is_computed:
            written = formulas.written(cell.expression, policy, substitute)
            yield f"{written} = {wording.value(row[cell.field], policy.type_of(cell.expression))}"
