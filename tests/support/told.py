"""What every diagnostic owes its reader: a code, words in both languages, a place, and a rendering that stands."""

from __future__ import annotations

import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType

from policy.codes import CODES
from policy.diagnostics import Diagnostic, render

LIMIT_RENDERED = 200_000
"""A message is read by a person, whatever was in the file."""


def assert_well_told(diagnostics: Iterable[Diagnostic]) -> None:
    """Each has a known code, a place, words in both languages, and can be rendered."""
    for item in diagnostics:
        assert item.code in CODES
        assert item.where, item
        assert item.message.zh and item.message.en
        if item.span is not None:
            assert 0 <= item.span.start <= item.span.end <= len(item.span.source.text)
        for lang in ("zh", "en"):
            text = render(item, lang)
            assert item.code in text
            assert len(text) < LIMIT_RENDERED, item.code
            text.encode()


@contextmanager
def within(seconds: int) -> Iterator[None]:
    """Fail where something takes longer: a hostile file must be refused, not worked on."""

    def stop(signum: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"not done within {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
