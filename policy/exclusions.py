"""vocabulary.yaml, `exclusions` → facts that cannot occur together, each a condition with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from policy import yaml_reader as y
from policy.diagnostics import Diagnostic, Note, Text
from policy.dsl import tree as t
from policy.dsl.source import Span
from policy.later import Later

if TYPE_CHECKING:
    import yaml
else:
    yaml = Later("yaml")


@attrs.frozen(eq=False)
class Exclusion:
    """Facts for which the condition is true occur in no case, for the reason given."""

    id: str
    label: str
    condition: t.Expr
    reason: Text
    span: Span


def read_exclusions(root: y.Entry, problems: y.Problems) -> list[Exclusion]:
    """What a vocabulary file declares impossible."""
    entry = dict(y.pairs(root, [])).get("exclusions")
    found = (_exclusion(item, problems) for item in y.items(entry, problems))
    return [exclusion for exclusion in found if exclusion]


def reject_repeated(exclusions: list[Exclusion], problems: y.Problems) -> None:
    """Exclusions, the superiors' first, are told apart by their ids."""
    seen: dict[str, Exclusion] = {}
    for item in exclusions:
        before = seen.setdefault(item.id, item)
        if before is not item:
            message = Text(f"“{item.id}”重复声明", f"`{item.id}` is declared twice")
            note = Note(Text("已在此声明", "it is declared here"), before.span)
            problems.append(Diagnostic(code="E0202", message=message, span=item.span, notes=(note,)))


def _exclusion(entry: y.Entry, problems: y.Problems) -> Exclusion | None:
    parts = y.mapping(entry, problems, required=("id", "label", "when", "reason"))
    reason = y.mapping(parts["reason"], problems, required=("zh", "en")) if "reason" in parts else {}
    condition = _condition(parts["when"], problems) if "when" in parts else None
    if condition is None or len(parts) < 4:
        return None
    return Exclusion(
        id=y.text(parts["id"]),
        label=y.text(parts["label"]),
        condition=condition,
        reason=Text(y.text(reason.get("zh")), y.text(reason.get("en"))),
        span=parts["id"].span,
    )


def _condition(entry: y.Entry, problems: y.Problems) -> t.Expr | None:
    """The condition, read where it stands in the file."""
    from policy.dsl.parser import parse_expression

    within = _written(entry)
    if within is None:
        message = Text("条件要照原样写", "the condition must stand as it is written")
        hint = Text("不加引号；长的写在“|”之下", "write it without quotes; a long one below `|`")
        problems.append(Diagnostic(code="E0404", message=message, span=entry.span, hint=hint))
        return None
    condition, found = parse_expression(entry.source, within)
    problems.extend(item for item in found if item not in problems)
    return None if found else condition


def _written(entry: y.Entry) -> Span | None:
    """Where the words of a scalar stand; None where YAML reads them otherwise than they are written."""
    node, span = entry.node, entry.span
    if not isinstance(node, yaml.ScalarNode):
        return None
    if node.style in ("|", ">"):
        return Span(entry.source, span.start + span.text.find("\n") + 1, span.end)
    if node.style in ("'", '"'):
        span = Span(entry.source, span.start + 1, span.end - 1)
    return span if span.text.split() == str(node.value).split() else None
