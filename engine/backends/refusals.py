"""What a backend cannot express: said by name when compiling, never approximated."""

from __future__ import annotations

from policy.diagnostics import Text


class CompileRefusal(Exception):  # noqa: N818 - it is a refusal, no error: another execution decides instead
    """A question that a backend does not compile: the rule (or fact) it stands in, and what cannot be expressed."""

    def __init__(self, name: str, construct: Text) -> None:
        super().__init__(f"{name}: {construct.en}" if name else construct.en)
        self.name = name
        self.construct = construct


def refused(name: str, zh: str, en: str) -> CompileRefusal:
    """A refusal in words: what cannot be expressed, and in which rule."""
    return CompileRefusal(name, Text(zh, en))
