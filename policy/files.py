"""Bytes → text with a name; a file that cannot be text is a diagnostic."""

from __future__ import annotations

from pathlib import Path

from policy.diagnostics import Diagnostic, Text, did_you_mean
from policy.dsl.source import Source

LIMIT_BYTES = 8_000_000
"""The largest file of a region that is read at all."""


_REASONS: dict[type[OSError], tuple[str, str]] = {
    FileNotFoundError: ("没有这个文件", "there is no such file"),
    IsADirectoryError: ("这是文件夹，不是文件", "this is a folder, not a file"),
    PermissionError: ("没有读取这个文件的权限", "no permission to read the file"),
}


def read_file(path: Path, problems: list[Diagnostic], limit: int = LIMIT_BYTES) -> Source | None:
    """The file's text, or None with the reason among the problems; no more than `limit` bytes are read."""
    try:
        size = path.stat().st_size
        if size > limit:
            return _too_large(problems, str(path), str(size), limit)
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        zh, en = _REASONS.get(type(error), (f"文件无法读取：{error.strerror}", f"cannot be read: {error.strerror}"))
        return _refuse(problems, str(path), "E0110", zh, en, _near(path))
    return decoded(str(path), data, problems, limit)


def decoded(name: str, data: bytes, problems: list[Diagnostic], limit: int = LIMIT_BYTES) -> Source | None:
    """UTF-8 bytes as text, or None with the reason among the problems."""
    if len(data) > limit:
        return _too_large(problems, name, f"> {limit}", limit)
    try:
        return Source(name, data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return _refuse(problems, name, "E0105", f"第 {error.start + 1} 个字节起不是 UTF-8 编码",
                       f"not UTF-8 from byte {error.start + 1} on",
                       Text("请另存为 UTF-8 编码", "save the file as UTF-8"))  # fmt: skip


def _near(path: Path) -> Text | None:
    """A hint at a file of nearly the same name."""
    if path.exists() or not path.parent.is_dir():
        return None
    return did_you_mean(path.name, sorted(item.name for item in path.parent.iterdir()))


def _too_large(problems: list[Diagnostic], name: str, size: str, limit: int) -> None:
    zh, en = f"文件有 {size} 字节，超过上限 {limit} 字节", f"the file has {size} bytes, more than {limit}"
    _refuse(problems, name, "E0107", zh, en)


def _refuse(problems: list[Diagnostic], name: str, code: str, zh: str, en: str, hint: Text | None = None) -> None:
    problems.append(Diagnostic(code=code, message=Text(zh, en), place=name, hint=hint))
