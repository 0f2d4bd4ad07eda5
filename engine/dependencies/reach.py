"""What follows from a change: everything that rests on some things, directly and through others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

import attrs

from engine.dependencies.items import RULES, Item
from engine.dependencies.links import OVER, Links, Parts

THROUGH = ("document", "provision", "calendar", "parameter", "delegation", "bound", "check", "choice")
"""What stands between a provision and the first rule that it bears on."""


@attrs.frozen(eq=False)
class Reach:
    """All that rests on the seeds: for each, what it rests on in the shortest way, and by which of its parts.

    `parts` tells by which of its parts it rests on any of them.
    """

    seeds: tuple[Item, ...]
    below: Mapping[Item, tuple[Item, ...]]
    parts: Mapping[Item, frozenset[str]]

    @property
    def items(self) -> Collection[Item]:
        """Everything reached, the seeds left out."""
        return self.parts.keys()


def reach_of(seeds: Iterable[Item], links: Links, depth: int | None = None) -> Reach:
    """Everything that rests on the seeds, breadth first."""
    seeds = tuple(seeds)
    below: dict[Item, list[Item]] = {}
    parts: dict[Item, frozenset[str]] = {}
    passed = set(seeds)
    level = list(seeds)
    steps = 0
    while level and (depth is None or steps < depth):
        later: list[Item] = []
        for used in level:
            for user, by in _users(used, links, seeds):
                if user not in parts:
                    below.setdefault(used, []).append(user)
                parts[user] = parts.get(user, frozenset()) | by
                if user not in passed and by != {OVER}:
                    passed.add(user)
                    later.append(user)
        level = later
        steps += 1
    return Reach(seeds, {item: tuple(found) for item, found in below.items()}, parts)


def _users(used: Item, links: Links, seeds: tuple[Item, ...]) -> Iterator[tuple[Item, Parts]]:
    return ((user, by) for user, by in links.used_by.get(used, {}).items() if user not in seeds)


def touched(seeds: Iterable[Item], links: Links) -> frozenset[Item]:
    """The rules and questions that the seeds bear on with no rule between: the seeds themselves if they are such."""
    found: set[Item] = set()
    todo, seen = list(seeds), set(seeds)
    while todo:
        item = todo.pop()
        if item.kind in (*RULES, "question"):
            found.add(item)
            continue
        for user, by in links.used_by.get(item, {}).items():
            is_passing = user.kind in (*RULES, *THROUGH, "question", "answer") and by != {OVER}
            if user not in seen and is_passing:
                seen.add(user)
                todo.append(user)
    return frozenset(found)
