"""One thing changes: what rests on it, in every region whose law knows it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import attrs

from engine.dependencies.items import Item
from engine.dependencies.links import Links, links_of
from engine.dependencies.naming import Called, Names
from engine.dependencies.reach import Reach, reach_of, touched
from engine.impact.figures import Figure, figures_of
from engine.impact.finding import Finder, Meant
from engine.regions import Regions
from policy.diagnostics import Text


class Law:
    """Every region's links, each made once."""

    def __init__(self, regions: Regions, only: str | None = None) -> None:
        self.regions = regions
        names = [only] if only else regions.names()
        self.links: dict[str, Links] = {name: links_of(regions.program(name)) for name in names}
        self._names = {name: Names(links) for name, links in self.links.items()}

    def names(self, region: str) -> Names:
        """How things are called in a region's law."""
        return self._names[region]

    def label(self, region: str) -> Text:
        """How a region is called."""
        known = {
            pack.region.id: pack.region.label for links in self.links.values() for pack in links.program.policy.packs
        }
        return Text(known.get(region, region), region)

    def listed(self, regions: Collection[str], lang: str) -> str:
        """Several regions, or all of them."""
        if len(regions) == len(self.links) > 1:
            return "各地" if lang == "zh" else "every region"
        return ("、" if lang == "zh" else ", ").join(self.label(region).in_language(lang) for region in regions)

    def find(self, written: str) -> tuple[list[Meant], dict[str, Meant]]:
        """Everything of that name, and for the first meaning the regions whose law knows it."""
        found = self.meanings(written)
        every = list(dict.fromkeys(meant for meanings in found.values() for meant in meanings))
        if not every:
            return [], {}
        return every, {name: every[0] for name, meanings in found.items() if every[0] in meanings}

    def meanings(self, written: str) -> dict[str, list[Meant]]:
        """What the name means in each region's law."""
        return {name: Finder(links).find(written) for name, links in self.links.items()}

    def known(self) -> list[str]:
        """Every name that could have been meant."""
        return list(dict.fromkeys(name for links in self.links.values() for name in Finder(links).known()))


@attrs.frozen
class CaseRef:
    """A case that the change may decide otherwise."""

    id: str
    region: str
    question: str
    place: str


@attrs.frozen(eq=False)
class Affected:
    """A thing that rests on what changes: by which of its parts, and in which regions."""

    item: Item
    called: Called
    parts: tuple[Text, ...]
    regions: tuple[str, ...]


@attrs.frozen(eq=False)
class Study:
    """What rests on one thing. `below` is a tree: each thing stands once, under what it rests on most directly.

    `cases` is None where they were not looked for.
    """

    meant: Meant
    called: Called
    part: Text
    regions: tuple[str, ...]
    below: Mapping[Item, tuple[Item, ...]]
    found: Mapping[Item, Affected]
    touched: Mapping[str, frozenset[Item]]
    figures: tuple[Figure, ...] = ()
    cases: tuple[CaseRef, ...] | None = None

    def of_kinds(self, *kinds: str) -> list[Affected]:
        """What is affected of some kinds, in the order of the tree."""
        return [item for item in self.found.values() if item.item.kind in kinds]


def study_of(law: Law, known: Mapping[str, Meant]) -> Study:
    """What rests on a thing, in the regions whose law knows it."""
    reaches = {region: reach_of([meant.item], law.links[region]) for region, meant in known.items()}
    first, meant = next(iter(known.items()))
    names = law.names(first)
    below = _merged(reaches.values())
    return Study(
        meant=meant,
        called=names.called(meant.item),
        part=names.part(meant.item, meant.part) if meant.part else Text("", ""),
        regions=tuple(known),
        below=below,
        found={item: _affected(item, reaches, law) for item in _in_order(meant.item, below)},
        figures=tuple(one for region in known for one in figures_of(meant.item, law.links[region].program)),
        touched={region: touched([one.item], law.links[region]) for region, one in known.items()},
    )


def _merged(reaches: Iterable[Reach]) -> dict[Item, tuple[Item, ...]]:
    """One tree of several regions' trees: each thing where it stands in the first."""
    placed: set[Item] = set()
    below: dict[Item, tuple[Item, ...]] = {}
    for reach in reaches:
        for used, users in reach.below.items():
            fresh = tuple(user for user in users if user not in placed)
            placed.update(fresh)
            if fresh:
                below[used] = (*below.get(used, ()), *fresh)
    return below


def _in_order(item: Item, below: Mapping[Item, tuple[Item, ...]]) -> Iterable[Item]:
    for user in below.get(item, ()):
        yield user
        yield from _in_order(user, below)


def _affected(item: Item, reaches: Mapping[str, Reach], law: Law) -> Affected:
    regions = [region for region, reach in reaches.items() if item in reach.parts]
    names = law.names(regions[0])
    parts = {part for region in regions for part in reaches[region].parts[item]}
    return Affected(item, names.called(item), tuple(names.parts(item, parts)), tuple(regions))
