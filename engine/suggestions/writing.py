"""Suggested cases as a case file for a person to confirm."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from engine.suggestions.suggesting import Suggested, Suggestions
from engine.suggestions.wanted import Wanted


class _Dumper(yaml.SafeDumper):
    """Writes dates without quotes, as case files do."""


_Dumper.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if not tag.endswith(":timestamp")]
    for first, found in yaml.SafeDumper.yaml_implicit_resolvers.items()
}


def case_file(found: Suggestions) -> str:
    """The file: what it is, the cases, what cannot be shown, what is shown already."""
    rule = found.rule
    head = [
        f"# 规则“{rule.label}”（{rule.id}）的边界用例，由 tiaoli cases --suggest 提出。",
        "# 答案是引擎按现行规则算的，没有人核对过：逐条对照条款，改对或删去“请核对”，再放进 cases/。",
    ]
    names = _Names(rule.id)
    cases = [line for one in found.cases for line in ("", *_case(one, names))]
    body = cases or ["", "[]"]
    return "\n".join([*head, *body, *_rest(found)]) + "\n"


def _case(one: Suggested, names: _Names) -> Iterator[str]:
    data = {"id": names.of(one.shows[0]), **one.data, "note": one.note.zh}
    yield "# 请核对"
    for place, (key, value) in enumerate(data.items()):
        yield from _entry("- " if place == 0 else "  ", key, value)


def _entry(indent: str, key: str, value: Any) -> Iterator[str]:
    """A key on one line; facts of several entities one to a line."""
    if key == "facts" and isinstance(value, Mapping) and value:
        yield f"{indent}facts:"
        yield from (f"    {_flow({entity: fields})}" for entity, fields in value.items())
    else:
        yield f"{indent}{_flow({key: value})}"


def _flow(item: Mapping[str, Any]) -> str:
    text = yaml.dump(
        dict(item), Dumper=_Dumper, allow_unicode=True, default_flow_style=True, sort_keys=False, width=10**9
    )
    return text.strip().removeprefix("{").removesuffix("}")


def _rest(found: Suggestions) -> Iterator[str]:
    """What no suggested case shows, as comments."""
    proven = [item for item in found.unreached if item.is_proven]
    others = [item for item in found.unreached if not item.is_proven]
    if proven:
        yield "\n# 达不到（已证明没有这样的案件）："
        yield from (f"#   {item.wanted.text.zh}" for item in proven)
    if others:
        yield "\n# 没有找到："
        yield from (f"#   {item.wanted.text.zh}（{item.reason.zh}）" for item in others)
    if found.covered:
        yield "\n# 已有用例："
        yield from (f"#   {item.text.zh}：{_some(names)}" for item, names in found.covered.items())


def _some(names: list[str]) -> str:
    return "、".join(names[:2]) + (f" 等 {len(names)} 个" if len(names) > 2 else "")


class _Names:
    """Ids of the cases of a rule, each once."""

    def __init__(self, rule: str) -> None:
        self.rule = rule
        self._used: dict[str, int] = {}

    def of(self, item: Wanted) -> str:
        """The id of a case that shows something."""
        day = item.day.date().isoformat() if item.day else ""
        parts = [item.by or item.clause, item.kind if item.kind != "version" else day, item.side]
        if item.kind == "displaced":
            parts.append(item.clause)
        name = re.sub(r"[^\w.-]+", "-", "-".join(filter(None, parts))).replace("_", "-")
        self._used[name] = self._used.get(name, 0) + 1
        number = f"-{self._used[name]}" if self._used[name] > 1 else ""
        return f"{self.rule}/suggested-{name}{number}"
