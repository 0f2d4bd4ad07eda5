"""A batch made ready: the query, what the columns of its files become, and what its summary counts.

It depends on the rules, on the call and on the columns of the files; it is kept in the cache of
compiled policies, so that a later batch loads neither the rules nor what compiles them.
"""

from __future__ import annotations

import marshal
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from engine import cache
from engine.batch.described import Described
from engine.batch.summary import Columns

if TYPE_CHECKING:
    from policy.diagnostics import Text

KIND = "batch"

GIVEN = "given"
"""The view of a file as it is; that of a list's rows is called after the list as well."""

FIRST, END = "first_row", "end_row"
"""The variables that say which rows of the claims are decided: from the one to the other (not included)."""


class Prepared(NamedTuple):
    """All of plain data. A view stands here twice: over all claims of the file, and over some of them."""

    query: str
    claims: tuple[str, str]
    children: Mapping[str, tuple[str, str]]
    counted: tuple[str, str, Mapping[str, str]]
    unread: str
    about: Mapping[str, Any]
    left_out: Mapping[str, tuple[str, str]]

    def plain(self) -> Any:
        """The same as data that `marshal` takes."""
        return tuple(self)

    @property
    def columns(self) -> Columns:
        """The columns that are counted."""
        return Columns(*self.counted)

    def left_out_texts(self) -> dict[str, Text]:
        """The outputs that no query can give, and why."""
        if not self.left_out:
            return {}
        from policy.diagnostics import Text

        return {name: Text(*why) for name, why in self.left_out.items()}


class Asked(NamedTuple):
    """The call, as far as a prepared batch depends on it."""

    region: str
    treatment_region: str | None
    question: str
    as_of: str | None
    outputs: tuple[str, ...] | None
    with_clauses: bool


def given(path: str = "") -> str:
    """The view of the claims' file, or of the file of a list's rows."""
    return f"{GIVEN} {path}" if path else GIVEN


def found(rules: str, asked: Asked, claims: Described, children: Mapping[str, Described]) -> Prepared | None:
    """What was kept for such a batch, if the rules still say the same."""
    data = cache.load(_name(rules, asked, claims, children), rules)
    if data is None:
        return None
    try:
        return Prepared(*marshal.loads(data))
    except (ValueError, EOFError, TypeError):
        return None  # whatever is wrong with it, it is made again


def keep(
    rules: str, asked: Asked, claims: Described, children: Mapping[str, Described], prepared: Prepared,
    regions: tuple[list[str], bytes],
) -> None:  # fmt: skip
    """Keep what was made from the rules of some regions, whose content is told."""
    names, content = regions
    cache.save(_name(rules, asked, claims, children), rules, names, marshal.dumps(prepared.plain()), content)


def _name(rules: str, asked: Asked, claims: Described, children: Mapping[str, Described]) -> str:
    shapes = [(path, child.shape) for path, child in sorted(children.items())]
    return cache.name_of(KIND, os.path.abspath(rules), tuple(asked), claims.shape, shapes)
