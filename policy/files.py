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


def read_file(path: Path, problems: list[Diagnostic], limit: int = LIMIT_BYTES, title: str = "") -> Source | None:
    """The file's text, or None with the reason among the problems; no more than `limit` bytes are read.

    `title` names the file in reasons; without one it is the path.
    """
    try:
        size = path.stat().st_size
        if size > limit:
            problems.append(_too_large(str(path), str(size), limit))
            return None
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        zh, en = _REASONS.get(type(error), (f"文件无法读取：{error.strerror}", f"cannot be read: {error.strerror}"))
        problems.append(Diagnostic(code="E0110", message=Text(zh, en), place=str(path), hint=_near(path)))
        return None
    return decoded(str(path), data, problems, limit, title)


def decoded(
    name: str, data: bytes, problems: list[Diagnostic], limit: int = LIMIT_BYTES, title: str = ""
) -> Source | None:
    """UTF-8 bytes as text, or None with the reason among the problems."""
    if len(data) > limit:
        problems.append(_too_large(name, f"> {limit}", limit))
        return None
    try:
        return Source(name, data.decode("utf-8-sig"), title or name)
    except UnicodeDecodeError as error:
        place = error.start + 1
        message = Text(f"第 {place} 个字节起不是 UTF-8 编码", f"not UTF-8 from byte {place} on")
        hint = Text("请另存为 UTF-8 编码", "save the file as UTF-8")
        problems.append(Diagnostic(code="E0105", message=message, place=name, hint=hint))
        return None


def _near(path: Path) -> Text | None:
    """A hint at a file of nearly the same name."""
    if path.exists() or not path.parent.is_dir():
        return None
    return did_you_mean(path.name, sorted(item.name for item in path.parent.iterdir()))


def _too_large(name: str, size: str, limit: int) -> Diagnostic:
    zh, en = f"文件有 {size} 字节，超过上限 {limit} 字节", f"the file has {size} bytes, more than {limit}"
    hint = Text("拆成几个文件", "split it into several files")
    return Diagnostic(code="E0107", message=Text(zh, en), place=name, hint=hint)
