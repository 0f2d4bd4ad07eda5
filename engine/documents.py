"""YAML or JSON text → plain data, exactly as written: no binary floats, no dates, no silent overwriting."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import yaml

from policy import yaml_reader as y
from policy.diagnostics import Diagnostic, Text
from policy.dsl.source import Source, Span
from policy.files import decoded, read_file

LIMIT_BYTES = 20_000_000
"""The largest facts or case file that is read at all."""

LIMIT_VALUES = 1_000_000
"""How many values one file may hold once its aliases are followed."""

STDIN = "-"

_TAG = "tag:yaml.org,2002:"
_WHOLE = re.compile(r"[+-]?(0|[1-9][0-9]{0,30})")
_DECIMAL = re.compile(r"[+-]?[0-9]+\.[0-9]+")
_TEXT_TAGS = {_TAG + name for name in ("str", "timestamp", "value", "int", "float", "bool", "null")}


@attrs.frozen(eq=False)
class Document:
    """One file's data, and its nodes where places in it can be shown."""

    source: Source
    data: Any
    root: y.Entry | None


def read_document(path: str, problems: list[Diagnostic]) -> Document | None:
    """Read a YAML or JSON file, or standard input for `-`; None with the reason among the problems."""
    source = _source(path, problems)
    if source is None:
        return None
    if not source.text.strip():
        problems.append(_at(Span(source, 0, 0), "E0106", "文件是空的", "the file is empty"))
        return None
    is_json = path.endswith(".json")
    if is_json or source.text.lstrip()[0] in "{[":
        found: list[Diagnostic] = []
        document = _from_json(source, found)
        if document is not None or is_json:
            problems.extend(found)
            return document
    return _from_yaml(source, problems)


def _source(path: str, problems: list[Diagnostic]) -> Source | None:
    if path == STDIN:
        return decoded("<stdin>", sys.stdin.buffer.read(LIMIT_BYTES + 1), problems, LIMIT_BYTES)
    return read_file(Path(path), problems, LIMIT_BYTES)


# ── YAML ────────────────────────────────────────────────────────────────────────────────────────


def _from_yaml(source: Source, problems: list[Diagnostic]) -> Document | None:
    root = y.read(source, problems, LIMIT_BYTES)
    if root is None:
        return None
    reader = _Reader(source)
    data = reader.value(root.node)
    problems.extend(reader.problems)
    return None if reader.problems else Document(source, data, root)


class _Reader:
    """YAML nodes → plain data; numbers from their text, timestamps as text."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Diagnostic] = []
        self._count = 0
        self._open: set[int] = set()

    def value(self, node: yaml.Node) -> Any:
        self._count += 1
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if self._count > LIMIT_VALUES:
            return self._once("E0608", node, f"超过 {LIMIT_VALUES} 个值", f"more than {LIMIT_VALUES} values")
        if id(node) in self._open:
            return self._once("E0404", node, "别名指向自身", "an alias contains itself")
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node)
            return [self.value(item) for item in node.value]
        finally:
            self._open.discard(id(node))

    def _mapping(self, node: yaml.MappingNode) -> dict[str, Any]:
        own: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key, value in node.value:
            if key.tag == _TAG + "merge":
                for inherited in self._merged(value):
                    merged = {**inherited, **merged}
            elif not isinstance(key, yaml.ScalarNode):
                self._report("E0404", key, "键应为文字", "a key is text")
            elif key.value in own:
                self._report("E0405", key, f"键“{key.value}”重复", f"the key `{key.value}` is repeated")
            else:
                own[key.value] = self.value(value)
        return {**merged, **own}

    def _merged(self, node: yaml.Node) -> Iterator[dict[str, Any]]:
        """The mappings that `<<` takes over, the first one first."""
        for item in node.value if isinstance(node, yaml.SequenceNode) else [node]:
            if isinstance(item, yaml.MappingNode):
                yield self.value(item) or {}
            else:
                self._report("E0404", item, "“<<”后应为键值映射", "expected a mapping after `<<`")

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        text = node.value
        if node.tag not in _TEXT_TAGS:
            return self._report("E0404", node, f"不接受标记“{node.tag}”", f"the tag `{node.tag}` is not accepted")
        if node.style in ("'", '"', "|", ">") or node.tag in (_TAG + "str", _TAG + "timestamp"):
            return text
        if node.tag == _TAG + "null":
            return None
        if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
            return text.lower() == "true"
        if _WHOLE.fullmatch(text):
            return int(text)
        return Decimal(text) if _DECIMAL.fullmatch(text) else text

    def _report(self, code: str, node: yaml.Node, zh: str, en: str) -> None:
        self.problems.append(_at(y.Entry(self.source, node).span, code, zh, en))

    def _once(self, code: str, node: yaml.Node, zh: str, en: str) -> None:
        if not any(item.code == code for item in self.problems):
            self._report(code, node, zh, en)


# ── JSON ────────────────────────────────────────────────────────────────────────────────────────


class _RepeatedKeyError(Exception):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _from_json(source: Source, problems: list[Diagnostic]) -> Document | None:
    try:
        data = json.loads(source.text, parse_float=_number, parse_int=_number, parse_constant=_constant,
                          object_pairs_hook=_pairs)  # fmt: skip
    except json.JSONDecodeError as error:
        place = Span(source, min(error.pos, len(source.text)), min(error.pos, len(source.text)))
        problems.append(_at(place, "E0401", f"JSON 写法有误：{error.msg}", f"malformed JSON: {error.msg}"))
        return None
    except _RepeatedKeyError as error:
        place = _last_mention(source, error.key)
        problems.append(_at(place, "E0405", f"键“{error.key}”重复", f"the key `{error.key}` is repeated"))
        return None
    except RecursionError:
        problems.append(_at(Span(source, 0, 0), "E0109", "嵌套过深", "nested too deeply"))
        return None
    # Most JSON is YAML too: then its nodes show places.
    return Document(source, data, y.read(source, [], LIMIT_BYTES))


def _number(text: str) -> Any:
    if _WHOLE.fullmatch(text):
        return int(text)
    return Decimal(text) if _DECIMAL.fullmatch(text) else text


def _constant(text: str) -> Any:
    return text


def _pairs(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _RepeatedKeyError(key)
        found[key] = value
    return found


def _last_mention(source: Source, key: str) -> Span:
    written = json.dumps(key, ensure_ascii=False)
    start = max(source.text.rfind(written), 0)
    return Span(source, start, start + len(written))


def _at(span: Span, code: str, zh: str, en: str) -> Diagnostic:
    return Diagnostic(code=code, message=Text(zh, en), span=span)
