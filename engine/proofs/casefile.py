"""A case as text that can be pasted into a case file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import yaml

from engine.decision import Status
from engine.proofs.answers import Witness
from policy.types import Type
from policy.values import decimal_text, plain, plain_typed
from policy.vocabulary import Vocabulary

WIDTH = 110


class _Dumper(yaml.SafeDumper):
    """Writes numbers and days without quotes."""


def _number(dumper: yaml.SafeDumper, value: Decimal) -> yaml.Node:
    text = decimal_text(value)
    return dumper.represent_scalar("tag:yaml.org,2002:" + ("float" if "." in text else "int"), text)


_Dumper.add_representer(Decimal, _number)


def pasteable(witness: Witness, name: str, vocabulary: Vocabulary) -> str:
    """The case with what the engine decides on it now, as an item of a case file."""
    case = witness.case
    item: dict[str, Any] = {"id": name, **{key: case[key] for key in case if key not in ("facts", "as_of")}}
    item["as_of"] = _as_written(witness.moment, Type("instant"), vocabulary) if witness.moment else case["as_of"]
    lines = [yaml.dump([item], Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDTH).rstrip()]
    facts = _facts(witness, vocabulary)
    flow = yaml.dump(facts, Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=True, width=10**4)
    lines.append(f"  facts: {flow.strip()}")
    if witness.decision.status is not Status.DETERMINED:
        lines.append(f"  status: {witness.decision.status}")
    else:
        expected = {
            o.id: plain_typed(o.value, o.type, vocabulary)
            for o in witness.decision.results.values()
            if o.is_known and o.type.kind not in ("list", "record", "checklist")
        }
        if not expected:
            return "\n".join(lines)
        told = yaml.dump(
            expected, Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=True, width=10**4
        )
        lines.append(f"  expect: {told.strip()}")
    return "\n".join(lines)


def _facts(witness: Witness, vocabulary: Vocabulary) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path, value in witness.facts.items():
        entity, _, name = path.partition(".")
        field = vocabulary.field(path)
        found.setdefault(entity, {})[name] = _as_written(value, field.type if field else Type("unknown"), vocabulary)
    return found


def _as_written(value: Any, kind: Type, vocabulary: Vocabulary) -> Any:
    """The value as the file holds it: a number as a number, a day as a day."""
    match value:
        case datetime():
            is_day = not (value.hour or value.minute or value.second)
            return value.date() if is_day else plain(value)
        case date() | bool() | int() | str() | Decimal() | None:
            return value
        case Mapping():
            return {name: _as_written(item, kind, vocabulary) for name, item in value.items()}
        case tuple() | list():
            return [_as_written(item, kind, vocabulary) for item in value]
    return plain(value)
