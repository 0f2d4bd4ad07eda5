"""A decision written down so that anyone can make it again and compare it byte for byte."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import attrs

from engine.decision import Decision, Reason
from engine.regions import Regions
from engine.requests import Request
from engine.version import VERSION
from policy.diagnostics import Diagnostic, Text
from policy.values import plain, plain_typed
from policy.vocabulary import Vocabulary

FORMAT = 1
"""The form of receipts; another number is another form."""

TOOL = f"tiaoli {VERSION}"


def receipt(request: Request, decision: Decision) -> str:
    """The receipt of a decision, in canonical JSON: nothing in it depends on the machine or the hour."""
    data = {
        "receipt": FORMAT,
        "tool": TOOL,
        "request": {
            "region": request.region,
            "treatment_region": request.treatment_region,
            "question": request.question,
            "as_of": plain(request.as_of),
            "outputs": list(request.outputs) if request.outputs else None,
            "facts": plain(request.facts),
        },
        "revision": decision.revision,
        "facts_hash": decision.facts_hash,
        "decision": _Plain(decision).decision(),
    }
    return canonical(data)


def canonical(data: Mapping[str, Any]) -> str:
    """JSON with sorted keys, the same for the same data."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


class _Plain:
    """A decision as plain data; reasons are numbered, so that one behind several values is written once."""

    def __init__(self, decision: Decision) -> None:
        self.source = decision
        policies = decision.policies
        self.vocabulary = policies[decision.region].vocabulary if decision.region in policies else Vocabulary()
        self.numbers: dict[int, int] = {}
        self.reasons: list[dict[str, Any]] = []

    def decision(self) -> dict[str, Any]:
        source = self.source
        outputs = {
            name: {
                "known": item.is_known,
                "value": plain_typed(item.value, item.type, self.vocabulary),
                "reason": self._number(item.reason) if item.reason else None,
            }
            for name, item in source.results.items()
        }
        return {
            "status": str(source.status),
            "as_of": source.as_of,
            "outputs": outputs,
            "needs": [
                {"path": need.path, "rule": need.rule, "citations": list(need.citations)} for need in source.needs
            ],
            "human": [{"id": item.id, "citations": list(item.citations)} for item in source.human],
            "notices": [_text(item.text) | {"citations": list(item.citations)} for item in source.notices],
            "diagnostics": [_problem(item) for item in source.diagnostics],
            "reasons": self.reasons,
        }

    def _number(self, reason: Reason) -> int:
        """The place of a reason in the list; everything behind it stands before it."""
        for part in _inputs_first(reason):
            if id(part) not in self.numbers:
                self.numbers[id(part)] = len(self.reasons)
                self.reasons.append(self._reason(part))
        return self.numbers[id(reason)]

    def _reason(self, reason: Reason) -> dict[str, Any]:
        data: dict[str, Any] = {
            "kind": reason.kind,
            "id": reason.id,
            "region": reason.region,
            "value": plain_typed(reason.value, reason.type, self.vocabulary),
            "citations": list(reason.citations),
            "clauses": {clause.id: clause.outcome for clause in reason.clauses},
            "inputs": [self.numbers[id(item)] for item in reason.inputs],
        }
        if reason.element:
            data["element"] = reason.element
        if reason.parameter:
            origin = reason.parameter
            data["figure"] = {"given": origin.given, "since": origin.since, "provision": origin.provision}
        if reason.law:
            data["law"] = {"choice": reason.law.id, "region": reason.law.region}
        return data


def _inputs_first(root: Reason) -> list[Reason]:
    """The reason and all behind it, each once, none before its inputs."""
    ordered: list[Reason] = []
    seen: set[int] = set()
    todo: list[tuple[Reason, bool]] = [(root, False)]
    while todo:
        reason, is_done = todo.pop()
        if is_done:
            ordered.append(reason)
        elif id(reason) not in seen:
            seen.add(id(reason))
            todo.append((reason, True))
            todo.extend((item, False) for item in reversed(reason.inputs))
    return ordered


def _text(text: Text) -> dict[str, Any]:
    return {"zh": text.zh, "en": text.en}


def _problem(item: Diagnostic) -> dict[str, Any]:
    """Without its place: the same rules may lie elsewhere."""
    return {"code": item.code, "message": _text(item.message), "provisions": list(item.provisions)}


@attrs.frozen
class Replay:
    """How a decision made again compares with its receipt; each difference as path, then, now."""

    revision_then: str
    revision_now: str
    tool_then: str
    differences: tuple[tuple[str, str, str], ...]

    @property
    def is_same(self) -> bool:
        return not self.differences


def replay(data: Mapping[str, Any], text: str, regions: Regions) -> Replay:
    """Decide a receipt's request again. Raises PolicyError where it can no longer be asked."""
    asked = data["request"]
    outputs = asked["outputs"]
    request = Request(
        region=asked["region"],
        treatment_region=asked["treatment_region"],
        question=asked["question"],
        as_of=asked["as_of"],
        outputs=tuple(outputs) if outputs else None,
        facts=asked["facts"],
    )
    now = receipt(request, request.decide(regions))
    tool = str(data.get("tool"))
    if now.replace(json.dumps(TOOL), json.dumps(tool), 1) == text:
        differences: list[tuple[str, str, str]] = []
    else:
        differences = _differences("", data, json.loads(now)) or [("", "bytes", "bytes")]
        differences = [item for item in differences if item[0] != "tool"] or differences
    return Replay(str(data.get("revision")), json.loads(now)["revision"], tool, tuple(differences))


def _differences(path: str, then: Any, now: Any) -> list[tuple[str, str, str]]:
    """Where two receipts differ; of the reasons only that they do, if the outputs tell it too."""
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        return [
            item
            for key in sorted({*then, *now}, key=str)
            for item in _differences(f"{path}.{key}".strip("."), then.get(key), now.get(key))
        ]
    if isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        pairs = enumerate(zip(then, now, strict=True))
        return [item for place, (one, other) in pairs for item in _differences(f"{path}[{place}]", one, other)]
    return [] if then == now else [(path, _short(then), _short(now))]


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:79]}…"
