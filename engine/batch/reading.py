"""A portion of a file → columns of typed facts that a query decides together, and the rows that are read one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import attrs
import pyarrow as pa
import pyarrow.compute as pc

from engine.batch.bulk import Typist, any_of
from engine.batch.flat import Flattener, Given
from engine.batch.job import Job
from engine.batch.portions import Portion
from engine.batch.sheets import Sheet, named, sheet_of, strangers
from engine.difference.claim_files import ABOUT
from engine.evaluator import Laws
from policy.types import INSTANT, TEXT
from policy.values import quotable
from policy.vocabulary import Field


@attrs.frozen(eq=False)
class Ready:
    """Claims under one law, column by column: their numbers, names, the days stated with them and their facts."""

    laws: Laws
    numbers: pa.Array
    ids: pa.Array
    days: pa.Array | None
    given: Mapping[str, Given]


class AmendsColumns(Protocol):
    """What is known of claims from elsewhere than their row; `unfit` tells those that no column can say it of."""

    unfit: pa.Array

    def columns(self, given: Mapping[str, Given], places: pa.Array) -> Mapping[str, Given]:
        """The facts with what is known beside them; `places` are those of the rows in the portion."""


class ColumnReader:
    """Reads portions. `placing` are columns that are no facts: they only say whose a claim is, and when it was."""

    def __init__(
        self,
        job: Job,
        flattener: Callable[[Laws], Flattener],
        accepted: Callable[[Laws], frozenset[str]],
        placing: Sequence[str] = (),
    ) -> None:
        self.job = job
        self.flattener = flattener
        self.accepted = accepted
        self.placing = frozenset(placing) - job.inputs
        self.vocabulary = job.laws.insured.policy.vocabulary

    def read(self, portion: Portion, amends: AmendsColumns | None = None) -> tuple[list[Ready], pa.Array]:
        """What can be decided together, and the places of the other rows."""
        sheet = sheet_of(portion)
        bad, treatments = self._about(sheet)
        if amends is not None:
            bad = pc.or_(bad, amends.unfit)
        found: list[Ready] = []
        rest = [pc.indices_nonzero(bad)]
        for laws, is_under in self._laws(treatments):
            places = pc.indices_nonzero(pc.and_(is_under, pc.invert(bad)))
            if not len(places):
                continue
            part = sheet if len(places) == sheet.size else sheet.take(places)
            ready, is_bad = self._under(laws, part, portion.numbers.take(places))
            kept = pc.indices_nonzero(pc.invert(is_bad))
            rest.append(places.filter(is_bad))
            if len(kept):
                found.append(_kept(ready, kept, places, amends))
        return found, pa.concat_arrays(rest)

    # ── what rows say about themselves ──────────────────────────────────────────────────────────
    def _about(self, sheet: Sheet) -> tuple[pa.Array, pa.Array]:
        """Rows that cannot be decided with others, and the places of treatment."""
        typist = self._typist(self.job.laws, self.job.inputs)
        bad = [sheet.bad]
        for name, asked in (("region", self.job.asked.region), ("question", self.job.question.id)):
            words, is_bad = sheet.about(name, TEXT, typist)
            bad += [is_bad, pc.not_equal(words, asked)]
        treatments, is_bad = sheet.about("treatment_region", TEXT, typist)
        bad += [is_bad, sheet.about("id", TEXT, typist)[1], sheet.about("as_of", INSTANT, typist)[1]]
        is_bad = any_of(bad, sheet.size)
        return is_bad, pc.if_else(is_bad, None, treatments)

    def _laws(self, treatments: pa.Array) -> Iterator[tuple[Laws, pa.Array]]:
        for word in treatments.unique().to_pylist():
            if word is None:
                yield self.job.laws, treatments.is_null()
            else:
                laws = self.job.asked.regions.laws(self.job.asked.region, word)
                yield laws, pc.fill_null(pc.equal(treatments, word), False)

    # ── facts ───────────────────────────────────────────────────────────────────────────────────
    def _typist(self, laws: Laws, accepted: frozenset[str]) -> Typist:
        return Typist(self.vocabulary, self.flattener(laws).fits, accepted.__contains__)

    def _under(self, laws: Laws, sheet: Sheet, numbers: pa.Array) -> tuple[Ready, pa.Array]:
        accepted = self.accepted(laws)
        typist = self._typist(laws, accepted)
        given: dict[str, Given] = {}
        astray: list[str] = []
        bad: list[pa.Array | None] = []
        for title in sheet.columns:
            field = self._field(title)
            if title in self.placing or title in ABOUT:
                continue
            if field is None or field.path not in accepted or field.path in given:
                astray.append(title)
                continue
            typed = sheet.typed(title, field.type, typist)
            given[field.path] = typed.given
            bad.append(typed.bad)
        ids, _ = sheet.about("id", TEXT, typist)
        days = None if self.job.as_of else sheet.about("as_of", INSTANT, typist)[0]
        days = None if days is None or days.null_count == sheet.size else days
        return Ready(laws, numbers, named(ids, numbers), days, given), any_of(
            [*bad, strangers(sheet, astray)], sheet.size
        )

    def _field(self, title: str) -> Field | None:
        entity, dot, name = title.partition(".")
        found = self.vocabulary.find_entity(quotable(entity)) if dot else None
        return found.find(quotable(name)) if found else None


def _kept(ready: Ready, kept: pa.Array, places: pa.Array, amends: AmendsColumns | None) -> Ready:
    """The rows at some places, with what is known of them from elsewhere."""
    given: Mapping[str, Any] = ready.given
    if len(kept) < len(ready.numbers):
        given = {path: one.take(kept) for path, one in given.items()}
        days = None if ready.days is None else ready.days.take(kept)
        ready = attrs.evolve(ready, numbers=ready.numbers.take(kept), ids=ready.ids.take(kept), days=days)
    if amends is not None:
        given = amends.columns(given, places.take(kept))
    return attrs.evolve(ready, given=given)
