"""Compiled policies on disk: found again by what the rule files say, never by their dates.

A file of the cache is named after what it is about and holds the names of the regions that it was
made from and a hash of their files; it counts only while the files still say the same. What is
damaged, stale or not ours counts as absent. Nothing here fails: without a cache all is computed.

What is cached is code and pickled data: it is only read from a folder that nobody else can write to.
"""

from __future__ import annotations

import os
import sys

from engine.version import VERSION

TYPE_CHECKING = False  # `typing` itself is not loaded for a decision from the cache
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from hashlib import blake2b

VARIABLE = "TIAOLI_CACHE"
"""Names the folder of the cache; `off` means that there is none."""

LIMIT_BYTES = 100_000_000
"""The largest file of the cache that is read."""

_OFF = ("", "off")
_MAGIC = b"tiaoli cache 1\n"
_DIGEST = 32
_OTHERS_MAY_WRITE = 0o022


def folder() -> str | None:
    """Where compiled policies are kept: `TIAOLI_CACHE`, else the platform's place for caches."""
    given = os.environ.get(VARIABLE)
    if given is not None:
        return None if given in _OFF else given
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser(r"~\AppData\Local")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(base, "tiaoli")


def name_of(kind: str, rules: str, *what: object) -> str:
    """The name of the file for something made from a rules folder, by this engine on this Python."""
    about = (kind, rules, os.path.abspath(rules), what, VERSION, sys.version, _code())
    return f"{kind}-{_hash(repr(about).encode('utf-8', 'backslashreplace')).hexdigest()[:32]}"


def content_of(rules: str, regions: Iterable[str]) -> bytes:
    """A hash of all rule files of some regions. Raises OSError where one cannot be read."""
    digest = _hash(b"")
    for region in regions:
        for name in sorted(_rule_files(os.path.join(rules, region))):
            with open(os.path.join(rules, region, name), "rb") as file:
                data = file.read()
            digest.update(f"{region}/{name}\0{len(data)}\0".encode("utf-8", "surrogateescape"))
            digest.update(data)
    return digest.digest()


def load(name: str, rules: str) -> bytes | None:
    """What was saved under a name, if the rules still say what they said."""
    where = folder()
    if where is None or not _is_ours(where):
        return None
    try:
        with open(os.path.join(where, name), "rb") as file:
            data = file.read(LIMIT_BYTES)
        regions, content, payload = _opened(data)
        return payload if content_of(rules, regions) == content else None
    except (OSError, ValueError):
        return None


def _opened(data: bytes) -> tuple[list[str], bytes, bytes]:
    """The regions that a file was made from, the hash of their rules, and what was made. Raises ValueError."""
    magic, digest, body = data[: len(_MAGIC)], data[len(_MAGIC) :][:_DIGEST], data[len(_MAGIC) + _DIGEST :]
    if magic != _MAGIC or _hash(body).digest() != digest:
        raise ValueError
    regions, rest = body.split(b"\n", 1)
    return regions.decode().split("\0"), rest[:_DIGEST], rest[_DIGEST:]


def save(name: str, rules: str, regions: Iterable[str], payload: bytes, content: bytes | None) -> None:
    """Keep something made from the rules of some regions, whose `content` was hashed before they were read."""
    where = folder()
    if where is None or content is None:
        return
    target = os.path.join(where, name)
    partial = f"{target}.{os.getpid()}.{os.urandom(4).hex()}"
    try:
        os.makedirs(where, mode=0o700, exist_ok=True)
        regions = list(regions)
        if not _is_ours(where) or content_of(rules, regions) != content:
            return
        body = "\0".join(regions).encode() + b"\n" + content + payload
        with open(partial, "wb") as file:
            file.write(_MAGIC + _hash(body).digest() + body)
        os.replace(partial, target)
    except OSError:
        _discard(partial)


def content_before(rules: str, regions: Iterable[str]) -> bytes | None:
    """The hash of rules about to be read; None where nothing will be kept."""
    if folder() is None:
        return None
    try:
        return content_of(rules, regions)
    except OSError:
        return None


def _discard(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return


def _rule_files(region: str) -> Iterator[str]:
    with os.scandir(region) as entries:
        for entry in entries:
            if entry.name.endswith((".yaml", ".policy")) and entry.is_file():
                yield entry.name


def _is_ours(where: str) -> bool:
    """Whether the folder is the user's own, and nobody else may write to it."""
    if not hasattr(os, "getuid"):
        return True
    try:
        found = os.stat(where)
    except OSError:
        return False
    return found.st_uid == os.getuid() and not found.st_mode & _OTHERS_MAY_WRITE


def _code() -> tuple[int, int]:
    """How long the engine's own code is and when it last changed: while it is being worked on nothing stale is used."""
    size = newest = 0
    own = os.path.dirname(os.path.abspath(__file__))
    todo = [path for path in (own, os.path.join(os.path.dirname(own), "policy")) if os.path.isdir(path)]
    while todo:
        with os.scandir(todo.pop()) as entries:
            for entry in entries:
                if entry.name.endswith((".py", ".lark")):
                    found = entry.stat()
                    size += found.st_size
                    newest = max(newest, found.st_mtime_ns)
                elif "." not in entry.name and entry.name not in ("__pycache__", "rules") and entry.is_dir():
                    todo.append(entry.path)
    return size, newest


def _hash(data: bytes) -> blake2b:
    try:
        from _blake2 import blake2b  # what `hashlib` hands on, without loading OpenSSL for it
    except ImportError:
        from hashlib import blake2b
    return blake2b(data, digest_size=_DIGEST)
