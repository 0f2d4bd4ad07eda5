"""Policy → plain data: rules really are data, for tools that read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import attrs

from policy.dsl import tree as t
from policy.dsl.source import Source, Span
from policy.model import Pack, Policy, Target
from policy.values import plain


def to_data(policy: Policy) -> dict[str, Any]:
    """The whole policy as JSON data: regions, vocabulary, documents, figures, and every declaration."""
    return {
        "region": policy.region.id,
        "revision": policy.revision,
        "packs": [_pack(pack) for pack in policy.packs],
    }


def _pack(pack: Pack) -> dict[str, Any]:
    region = pack.region
    return {
        "region": {"id": region.id, "label": region.label, "division": region.division, "extends": region.extends},
        "vocabulary": _data(pack.vocabulary, pack),
        "exclusions": _data(pack.exclusions, pack),
        "documents": _data(pack.library.documents, pack),
        "parameters": _data(pack.parameters, pack),
        "declarations": [_data(item, pack) for program in pack.programs for item in program.declarations],
    }


def _data(value: Any, pack: Pack) -> Any:
    """Any part of a policy as JSON data; a written name carries what it means."""
    if isinstance(value, Span):
        return value.reference
    if isinstance(value, Source):
        return value.title
    if isinstance(value, t.Node):
        return _node(value, pack)
    if isinstance(value, Mapping):
        return {str(key): _data(item, pack) for key, item in value.items()}
    if isinstance(value, list | tuple | frozenset):
        return [_data(item, pack) for item in value]
    if isinstance(value, str | bool | int | Decimal | date | datetime) or value is None:
        return plain(value)
    if attrs.has(type(value)):
        return {field.name: _data(getattr(value, field.name), pack) for field in attrs.fields(type(value))}
    return str(value)


def _node(node: t.Node, pack: Pack) -> dict[str, Any]:
    found: dict[str, Any] = {"node": type(node).__name__}
    for field in attrs.fields(type(node)):
        found[field.name] = _data(getattr(node, field.name), pack)
    if (target := pack.checked.targets.get(node)) is not None:
        found["means"] = _target(target)
    if (kind := pack.checked.types.get(node)) is not None:
        found["type"] = str(kind)
    return found


def _target(target: Target) -> dict[str, str]:
    return {"kind": target.kind, "id": target.id, "label": target.label, "field": target.field}
