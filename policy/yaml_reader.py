"""YAML text → nodes with places; every mistake becomes a diagnostic that points into the file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from policy.diagnostics import Diagnostic, Text, closest, did_you_mean, hidden_sign
from policy.dsl.source import Source, Span, hidden_signs
from policy.later import Later

if TYPE_CHECKING:
    import yaml
else:
    yaml = Later("yaml")

LIMIT_CHARACTERS = 5_000_000
"""A data file of a region is edited by people; a longer one is a mistake or an attack."""

LIMIT_DEPTH = 100
"""How deeply values may be nested."""

LIMIT_VALUES = 1_000_000
"""How many values one file may hold once its aliases are followed."""

_ALIAS = "*"
"""Without one, a file has no more values than characters, and is no deeper than it is written."""

LIMIT_DIGITS = 9
"""The most digits of a year or a count."""


class _TooDeepError(Exception):
    """Nested beyond the limit."""


@cache
def _loader() -> type[Any]:
    parser: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # PyYAML may be built without libyaml

    class Loader(parser):  # type: ignore[misc]  # one of two classes, known only at run time
        """Composes nodes only so deep: libyaml's composer is recursive and would exhaust the machine's stack."""

        def __init__(self, text: str) -> None:
            super().__init__(text)
            self.depth = 0

        def descend_resolver(self, node: yaml.Node | None, index: Any) -> None:
            self.depth += 1
            if self.depth > LIMIT_DEPTH:
                raise _TooDeepError

        def ascend_resolver(self) -> None:
            self.depth -= 1

    return Loader


Problems = list[Diagnostic]
Value = TypeVar("Value")


@attrs.frozen
class Entry:
    """A YAML value in its file."""

    source: Source
    node: yaml.Node

    @property
    def span(self) -> Span:
        return Span(self.source, self.node.start_mark.index, max(self.node.end_mark.index, self.node.start_mark.index))

    @property
    def is_null(self) -> bool:
        return isinstance(self.node, yaml.ScalarNode) and self.node.tag == "tag:yaml.org,2002:null"


def read(source: Source, problems: Problems, limit: int = LIMIT_CHARACTERS) -> Entry | None:
    """The document's root, or None with the reason among the problems."""
    if len(source.text) > limit:
        size = len(source.text)
        _report(problems, "E0107", Span(source, 0, 0), f"文件有 {size} 字，超过上限 {limit} 字",
                f"the file has {size} characters, more than {limit}", _SPLIT)  # fmt: skip
        return None
    if not source.text.strip():
        _report(problems, "E0106", Span(source, 0, 0), "文件是空的", "the file is empty", _FILL)
        return None
    try:
        node = yaml.compose(source.text, Loader=_loader())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = min(mark.index, len(source.text)) if mark else 0
        words = error.problem or error.context or "unreadable"
        span = Span(source, place, place)
        _report(problems, "E0401", span, f"YAML 写法有误：{words}", f"malformed YAML: {words}", _BALANCE)
        return None
    except _TooDeepError:
        _report(
            problems, "E0109", Span(source, 0, 0), f"嵌套超过 {LIMIT_DEPTH} 层", f"nested deeper than {LIMIT_DEPTH}"
        )
        return None
    except yaml.YAMLError as error:
        _report(problems, "E0401", Span(source, 0, 0), f"YAML 写法有误：{error}", f"malformed YAML: {error}", _BALANCE)
        return None
    if node is None:
        _report(problems, "E0106", Span(source, 0, 0), "文件没有内容", "the file has no content", _FILL)
        return None
    problems.extend(hidden_sign(span) for span in hidden_signs(source))
    is_long = len(source.text) >= LIMIT_VALUES
    if (is_long or _ALIAS in source.text) and (refused := _unwieldy(node)):
        zh, en = refused
        _report(problems, "E0608", Span(source, 0, 0), zh, en, _SPELL_OUT)
        return None
    return Entry(source, node)


def _unwieldy(root: yaml.Node) -> tuple[str, str] | None:
    """Why the values are too many or too deep once every alias is followed; None where they are not."""
    extents: dict[int, tuple[int, int]] = {}
    above: set[int] = set()
    todo = [(root, False)]
    while todo:
        node, is_done = todo.pop()
        children = _children(node)
        if is_done:
            below = [extents[id(child)] for child in children]
            extents[id(node)] = (1 + sum(n for n, _ in below), 1 + max((depth for _, depth in below), default=0))
            above.discard(id(node))
        elif id(node) in above:
            return "别名指向了它自身", "an alias stands inside what it names"
        elif id(node) not in extents:
            above.add(id(node))
            todo.append((node, True))
            todo.extend((child, False) for child in children)
    count, depth = extents[id(root)]
    if count > LIMIT_VALUES:
        return (
            f"展开别名后有 {count} 个值，超过上限 {LIMIT_VALUES}",
            f"{count} values once aliases are followed, more than {LIMIT_VALUES}",
        )
    if depth > LIMIT_DEPTH:
        return f"嵌套超过 {LIMIT_DEPTH} 层", f"nested deeper than {LIMIT_DEPTH}"
    return None


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def mapping(
    entry: Entry, problems: Problems, *, required: Iterable[str] = (), optional: Iterable[str] = ()
) -> dict[str, Entry]:
    """The entries of a mapping with known keys; unknown, repeated and missing keys are reported."""
    required, known = tuple(required), (*required, *optional)
    found: dict[str, Entry] = {}
    misspelt: set[str | None] = set()
    for key, value in pairs(entry, problems):
        if key not in known:
            misspelt.add(closest(key, known))
            _report(
                problems,
                "E0402",
                key_span(entry, key),
                f"未知的键“{key}”",
                f"unknown key `{key}`",
                did_you_mean(key, known),
            )
        else:
            found[key] = value
    for key in required:
        if key not in found and key not in misspelt and isinstance(entry.node, yaml.MappingNode):
            hint = Text(f"补上“{key}: …”", f"add `{key}: …`")
            _report(problems, "E0403", entry.span, f"缺少键“{key}”", f"the key `{key}` is missing", hint)
    return found


def pairs(entry: Entry, problems: Problems) -> Iterator[tuple[str, Entry]]:
    """Keys and values of a mapping in order; a repeated key is reported and its first value kept."""
    if not isinstance(entry.node, yaml.MappingNode):
        _report(problems, "E0404", entry.span, "此处应为键值映射", "expected a mapping here")
        return
    seen: set[str] = set()
    for key, value in entry.node.value:
        name = str(key.value)
        if name in seen:
            span = Entry(entry.source, key).span
            _report(problems, "E0405", span, f"键“{name}”重复", f"the key `{name}` is repeated", _KEEP_ONE)
            continue
        seen.add(name)
        yield name, Entry(entry.source, value)


def key_span(entry: Entry, name: str) -> Span:
    """Where a key of the mapping stands."""
    for key, _ in entry.node.value:
        if str(key.value) == name:
            return Entry(entry.source, key).span
    return entry.span


def items(entry: Entry | None, problems: Problems) -> list[Entry]:
    """The elements of a sequence; nothing for an absent or empty one."""
    if entry is None or entry.is_null:
        return []
    if not isinstance(entry.node, yaml.SequenceNode):
        _report(problems, "E0404", entry.span, "此处应为列表", "expected a list here")
        return []
    return [Entry(entry.source, node) for node in entry.node.value]


def text(entry: Entry | None, default: str = "") -> str:
    """The scalar as written; `default` where there is none."""
    if entry is None or entry.is_null or not isinstance(entry.node, yaml.ScalarNode):
        return default
    return str(entry.node.value)


def flag(entry: Entry | None, problems: Problems) -> bool:
    """A boolean; False where there is none."""
    if entry is None or entry.is_null:
        return False
    value = text(entry).lower()
    if value not in ("true", "false"):
        _report(problems, "E0404", entry.span, "此处应为 true 或 false", "expected true or false")
    return value == "true"


def moment(entry: Entry | None, problems: Problems) -> datetime | None:
    """A date or an instant as an instant, a date being its 0:00."""
    if entry is None or entry.is_null:
        return None
    return _converted(entry, problems, parse_moment, "日期", "a date")


def whole_day(entry: Entry | None) -> bool:
    """Whether a moment was written as a day, without a time."""
    return entry is not None and "T" not in text(entry)


def whole_number(entry: Entry, problems: Problems) -> int | None:
    """A year, a count: a whole number of a few digits."""
    return _converted(entry, problems, _parse_whole_number, "整数", "a whole number")


def decimal(entry: Entry, problems: Problems) -> Decimal | None:
    """An exact decimal number, from its text."""
    return _converted(entry, problems, parse_decimal, "数字", "a number")


def parse_moment(written: str) -> datetime:
    """ISO 8601 text → instant in Asia/Shanghai without an offset; ValueError if it is no date."""
    value = datetime.fromisoformat(written)
    if value.tzinfo is not None:
        raise ValueError(written)
    return value


def _parse_whole_number(written: str) -> int:
    if len(written) > LIMIT_DIGITS or not (written.isascii() and written.isdigit()):
        raise ValueError(written)
    return int(written)


def parse_decimal(written: str) -> Decimal:
    """Decimal text, with an optional percent sign; ValueError if it is none or not finite."""
    try:
        if written.endswith("%"):
            return Decimal(written[:-1]).scaleb(-2)
        value = Decimal(written)
    except InvalidOperation:
        raise ValueError(written) from None
    if not value.is_finite():
        raise ValueError(written)
    return value


def plain(entry: Entry) -> Any:
    """The value as plain data: scalars as text, null as None."""
    node = entry.node
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): plain(Entry(entry.source, value)) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [plain(Entry(entry.source, value)) for value in node.value]
    return None if entry.is_null else str(node.value)


def _converted(entry: Entry, problems: Problems, convert: Callable[[str], Value], zh: str, en: str) -> Value | None:
    try:
        return convert(text(entry))
    except ValueError:
        shown = text(entry) or entry.span.text[:20]
        _report(problems, "E0404", entry.span, f"“{shown}”不是{zh}", f"`{shown}` is not {en}")
        return None


_SPLIT = Text("按主题拆成几个文件", "split it by subject")
_FILL = Text("写入内容，或删除此文件", "write something, or delete the file")
_BALANCE = Text(
    "看看上一行起的缩进、冒号、括号和引号", "look at indents, colons, brackets and quotes from the line before on"
)
_SPELL_OUT = Text("少用别名，写明各值", "write the values out instead of naming others")
_KEEP_ONE = Text("只留一个", "keep one of them")


def _report(problems: Problems, code: str, span: Span, zh: str, en: str, hint: Text | None = None) -> None:
    problems.append(Diagnostic(code=code, message=Text(zh, en), span=span, hint=hint))
