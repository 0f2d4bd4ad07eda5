"""A name as a person writes it → the thing of a region's law that it means."""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from engine.dependencies.items import CALENDAR, KINDS, Item, provision_item
from engine.dependencies.links import WHOLE, Links
from engine.dependencies.naming import Names
from policy.dsl.lexicon import FULL_WIDTH
from policy.names import PARAMETER_WORDS

_CITED = re.compile(r"(?P<document>[^“”\"「」]+)[“\"「](?P<clause>[^“”\"「」]+)[”\"」]")


@attrs.frozen
class Meant:
    """What a name means: a thing, and the part of it that is meant."""

    item: Item
    part: str = WHOLE


class Finder:
    """Finds the things of one program by id, by label, or as they are cited."""

    def __init__(self, links: Links) -> None:
        self.program = links.program
        self.library = links.program.policy.library
        self.names = Names(links)
        every = sorted({*links.uses, *links.used_by}, key=lambda item: [*KINDS].index(item.kind))
        self.items = [item for item in every if item.kind not in ("answer", "delegation")]

    def find(self, written: str) -> list[Meant]:
        """Everything of that name; what is most often meant first."""
        found = [Meant(item) for item in (*self._cited(written), *self._named(written))]
        return list(dict.fromkeys(found)) or list(self._clauses(written))

    def known(self) -> Iterator[str]:
        """Every name that could have been meant."""
        for item in self.items:
            called = self.names.called(item).name
            yield from (called.zh, called.en)

    def _cited(self, written: str) -> Iterator[Item]:
        """A document's clause in quotes."""
        match = _CITED.fullmatch(written.strip())
        document = self.library.document(match["document"].strip()) if match else None
        if match and document:
            wanted = _plain(match["clause"])
            provisions = document.provisions.values()
            yield from (provision_item(item.id) for item in provisions if _plain(item.clause) == wanted)

    def _named(self, written: str) -> Iterator[Item]:
        wanted = _plain(_without_prefix(written))
        if wanted in ("工作日历", "calendar"):
            yield CALENDAR
        is_figure = wanted != _plain(written)
        for item in self.items:
            if item.kind == "parameter" or not is_figure:
                called = self.names.called(item).name
                known = {_plain(_without_prefix(name)) for name in (item.id, called.zh, called.en)}
                if wanted in known:
                    yield item

    def _clauses(self, written: str) -> Iterator[Meant]:
        """A rule and one of its clauses, with a point or a stroke between."""
        for sign in (".", "/", "·"):
            rule, _, part = written.rpartition(sign)
            for item in self._named(rule) if rule else ():
                found = self.program.rules.get(item.id)
                clauses = found.clauses if found else ()
                yield from (Meant(item, clause.id) for clause in clauses if part in (clause.id, clause.label))


def _without_prefix(written: str) -> str:
    first, _, rest = written.partition(".")
    return rest if rest and first.strip() in PARAMETER_WORDS else written


def _plain(written: str) -> str:
    """The name without the differences that nobody sees: widths of signs, spaces, quotes."""
    return re.sub(r"[\s「」]", "", written.translate(FULL_WIDTH))
