"""Why a row is not determined: small numbers while the query runs, words at its end.

Greater is graver: what a person must decide, a missing fact, a date without law, any other error. Of
reasons of one gravity the one that was met first is the greatest, so GREATEST finds what the reference tells first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import attrs
from sqlglot import exp

from engine.backends.sql import builders as b

LIMIT_REASONS: Final = 10_000
"""More reasons of one gravity than any query has."""
HUMAN, MISSING, UNDATED, FAILED = 0, 1, 2, 3
UNDATED_CODES: Final = ("E0503", "E0504")
"""Errors that 已知 and 缺省 take for unknown: the law has nothing for that day."""


@attrs.define
class Reasons:
    """The reasons of one query, each with its number."""

    numbers: dict[str, int] = attrs.field(factory=dict)
    _counts: dict[int, int] = attrs.field(factory=dict)

    def missing(self, path: str) -> exp.Expression:
        return self._number(f"missing:{path}", MISSING)

    def human(self, name: str) -> exp.Expression:
        return self._number(f"human:{name}", HUMAN)

    def error(self, code: str, name: str) -> exp.Expression:
        return self._number(f"{code}:{name}", UNDATED if code in UNDATED_CODES else FAILED)

    def _number(self, words: str, gravity: int) -> exp.Expression:
        if words not in self.numbers:
            count = self._counts.get(gravity, 0) + 1
            self._counts[gravity] = count
            self.numbers[words] = (gravity + 1) * LIMIT_REASONS - count
        return b.number(self.numbers[words])

    def in_words(self, number: exp.Expression, used: set[int]) -> exp.Expression:
        """The words for a number; only those that the query may give."""
        branches = [
            (exp.EQ(this=number, expression=b.number(value)), b.text(words))
            for words, value in self.numbers.items()
            if value in used
        ]
        return b.case(branches)


def is_error(reason: exp.Expression) -> exp.Expression:
    """Whether a reason is an error."""
    return at_least(reason, UNDATED)


def at_least(reason: exp.Expression, gravity: int) -> exp.Expression:
    """Whether a reason is that grave; null counts as no reason."""
    if isinstance(reason, exp.Null):
        return b.FALSE
    if isinstance(reason, exp.Literal):
        return b.TRUE if int(reason.name) >= gravity * LIMIT_REASONS else b.FALSE
    return exp.GTE(this=b.wrapped(reason), expression=b.number(gravity * LIMIT_REASONS))


def status(reason: exp.Expression, member: Callable[[str, Iterable[str]], exp.Expression]) -> exp.Expression:
    """The status that a reason makes, as a `member` of the closed set of statuses."""
    levels = ((UNDATED, "error"), (MISSING, "undetermined"), (HUMAN, "needs_human"))
    words = ("determined", *(word for _, word in reversed(levels)))
    cases = [(at_least(reason, gravity), member(word, words)) for gravity, word in levels]
    return b.case(cases, member("determined", words))
