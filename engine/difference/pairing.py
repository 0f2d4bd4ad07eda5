"""Which part of the old version is which part of the new one."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from engine.difference.parts import Key, Part
from engine.difference.shapes import Likeness, Shape, likeness, shape


@attrs.frozen(eq=False)
class Pair:
    """A part in both versions, or in one of them only."""

    key: Key
    old: Part | None
    new: Part | None
    likeness: Likeness

    @property
    def part(self) -> Part:
        """The part as it is now, or was last."""
        part = self.new or self.old
        assert part is not None
        return part

    @property
    def is_renamed(self) -> bool:
        return self.old is not None and self.new is not None and self.old.key != self.new.key


def pairs_of(old: Mapping[Key, Part], new: Mapping[Key, Part]) -> list[Pair]:
    """Every part of either version; a rule that says the same under another name is the same rule."""
    names = _renamed(old, new)
    before = {("rule", name): ("rule", other) for name, other in names.items()}
    found = [Pair(key, old.get(before.get(key, key)), part, Likeness.UNLIKE) for key, part in new.items()]
    paired = {pair.old.key for pair in found if pair.old}
    found += [Pair(key, part, None, Likeness.UNLIKE) for key, part in old.items() if key not in paired]
    return [attrs.evolve(pair, likeness=_likeness(pair, names)) for pair in found]


def _likeness(pair: Pair, names: Mapping[str, str]) -> Likeness:
    if pair.old is None or pair.new is None:
        return Likeness.UNLIKE
    return likeness(
        (pair.old.label, pair.old.kind, pair.old.items), (pair.new.label, pair.new.kind, pair.new.items), names
    )


def _renamed(old: Mapping[Key, Part], new: Mapping[Key, Part]) -> dict[str, str]:
    """New name → old name of rules that say the same; rules that only name renamed rules follow them."""
    names: dict[str, str] = {}
    while True:
        gone = {key: part for key, part in old.items() if key[0] == "rule" and key not in new}
        come = {key: part for key, part in new.items() if key[0] == "rule" and key not in old}
        by_shape: dict[Shape, list[str]] = {}
        for key, part in gone.items():
            if key[1] not in names.values():
                by_shape.setdefault(_said(part, {}), []).append(key[1])
        more = {
            key[1]: same[0]
            for key, part in come.items()
            if key[1] not in names and len(same := by_shape.get(_said(part, names), [])) == 1
        }
        if not more or len(set(more.values())) < len(more):
            return names
        names |= more


def _said(part: Part, names: Mapping[str, str]) -> Shape:
    return part.region, part.kind, shape(part.item, Likeness.DECIDES, names)
