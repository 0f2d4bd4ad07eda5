"""Choose the form in which a decision is told."""

from __future__ import annotations

from engine.decision import Decision


def render(decision: Decision, *, lang: str, reader: str, format: str) -> str:
    """The decision in words."""
    raise NotImplementedError((decision.question, lang, reader, format))
