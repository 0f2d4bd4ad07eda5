"""Case files of the contract: read them, decide them, and tell what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from engine import Decision, Regions
from policy.types import Type
from policy.values import typed
from policy.vocabulary import Vocabulary

_SAFE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SAFE):  # type: ignore[misc]
    """Keeps numbers and dates as they are written."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag.rpartition(":")[2] not in ("timestamp", "float")]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(path: Path) -> Any:
    """Plain data; anchors and merge keys resolved."""
    return yaml.load(path.read_text("utf-8"), _Loader)


def cases_in(folder: Path) -> Iterator[dict[str, Any]]:
    """Every case of the case files below a folder."""
    for path in sorted(folder.glob("**/cases/*.yaml")):
        yield from read_yaml(path)


def decide(regions: Regions, case: Mapping[str, Any], **changes: Any) -> Decision:
    """The decision of a case."""
    return regions.decide(
        case["region"],
        case["question"],
        changes.get("facts", case["facts"]),
        as_of=changes.get("as_of", case.get("as_of")),
        treatment_region=case.get("treatment_region"),
        outputs=case.get("outputs") or list(case.get("expect", {})) or None,
    )


def differences(regions: Regions, case: Mapping[str, Any]) -> list[str]:
    """What the decision says otherwise than the case; nothing where they agree."""
    decision = decide(regions, case)
    vocabulary = regions.program(case["region"]).policy.vocabulary
    found = [] if str(decision.status) == case.get("status", "determined") else [f"status {decision.status}"]
    found += [item.message.en for item in decision.diagnostics]
    found += [f"needs {need.path}" for need in decision.needs]
    for name, wanted in case.get("expect", {}).items():
        result = decision.results[name]
        if not result.is_known or not _agree(wanted, result.value, result.type, vocabulary):
            found.append(f"{name}: expected {wanted}, got {result.value}")
    missing = set(case.get("cites", ())) - decision.cited()
    return found + [f"does not cite {name}" for name in sorted(missing)]


def _agree(wanted: Any, value: Any, kind: Type, vocabulary: Vocabulary) -> bool:
    if kind.kind == "null":
        return wanted is None and value is None
    return bool(typed(wanted, kind, vocabulary) == value)
