"""What a part of a program says, without where it stands: parts of one shape say the same."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any

import attrs

from engine import program as p
from policy.parameters import DatedValue, Parameter
from policy.tables import Row

Shape = Any
"""Nested tuples that can be compared and hashed."""


class Likeness(IntEnum):
    """How far two parts are alike: in nothing asked for, in what they decide, also in the grounds, also in the words."""

    UNLIKE = 0
    DECIDES = 1
    GROUNDED = 2
    WORDED = 3


_NOWHERE = frozenset({"origin", "span", "region"})
_WORDS = frozenset({"label", "remark", "ask", "message"})
_GROUNDS = frozenset({"citations", "provision"})
_LEFT_OUT = {
    Likeness.WORDED: _NOWHERE,
    Likeness.GROUNDED: _NOWHERE | _WORDS,
    Likeness.DECIDES: _NOWHERE | _WORDS | _GROUNDS,
}

_WRITTEN_BY_AUTHORS = (
    p.Expression, p.Scale, p.Clause, p.Rule, p.Bound, p.Delegation, p.ChoiceOfLaw, p.Check, p.Answer, p.Question,
    Parameter, DatedValue, Row,
)  # fmt: skip
"""Only of these is anything left out: a value, such as a length of time, counts with all it has."""

Names = Mapping[str, str]
"""Rules under the names they had before."""


def likeness(one: object, other: object, names: Names) -> Likeness:
    """How far the new one is like the old; `names` maps renamed rules of the new to their old names."""
    for level in (Likeness.WORDED, Likeness.GROUNDED, Likeness.DECIDES):
        if shape(one, level, {}) == shape(other, level, names):
            return level
    return Likeness.UNLIKE


def shape(item: object, level: Likeness, names: Names) -> Shape:
    """What the item says, at the level asked for."""
    return _Shaper(_LEFT_OUT[level], names, level is Likeness.WORDED).of(item)


@attrs.frozen
class _Shaper:
    left_out: frozenset[str]
    names: Names
    keeps_ids: bool

    def of(self, item: Any) -> Shape:
        if isinstance(item, p.Rule):
            return self._rule(item)
        if isinstance(item, p.RuleValue):
            return ("RuleValue", self.names.get(item.id, item.id), item.field, item.type)
        if isinstance(item, tuple | list):
            return tuple(map(self.of, item))
        if isinstance(item, Mapping):
            return tuple((key, self.of(item[key])) for key in sorted(item))
        if attrs.has(type(item)) and not isinstance(item, type):
            if not isinstance(item, _WRITTEN_BY_AUTHORS):
                return self._fields(item, frozenset())
            over = {"over"} if isinstance(item, p.Clause) else set()
            return self._fields(item, self.left_out | over | self._own_name(item))
        return (type(item).__name__, item) if isinstance(item, bool) else item

    def _fields(self, item: Any, left_out: frozenset[str] | set[str]) -> Shape:
        fields = (field.name for field in attrs.fields(type(item)))
        return (type(item).__name__, *(self.of(getattr(item, name)) for name in fields if name not in left_out))

    def _own_name(self, item: object) -> set[str]:
        """What a part is called decides nothing by itself; who uses it names it."""
        is_named = isinstance(item, p.Rule | p.Clause | p.ChoiceOfLaw | p.Check | p.Question)
        return {"id"} if is_named and not self.keeps_ids else set()

    def _rule(self, rule: p.Rule) -> Shape:
        """Clauses name each other by their place, so that a clause may be called otherwise."""
        places = {clause.id: place for place, clause in enumerate(rule.clauses)}
        over = tuple(tuple(sorted(places.get(name, -1) for name in clause.over)) for clause in rule.clauses)
        return (*self._fields(rule, self.left_out | self._own_name(rule)), over)
