"""Whose a claim is and when it was."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs
import pyarrow as pa
import pyarrow.compute as pc

from engine.backends.sql.tables import DEFAULTS
from engine.batch.bulk import Typist, any_of
from engine.batch.files import Order
from engine.batch.flat import arrow_of
from engine.batch.portions import Portion
from engine.batch.sheets import Sheet, sheet_of
from engine.difference.claim_files import ABOUT, Claim
from policy.types import INSTANT, TEXT, Type
from policy.values import ValueProblemError, typed
from policy.vocabulary import Vocabulary


@attrs.frozen(eq=False)
class Placer:
    """Tells whose a claim is and when it was."""

    order: Order
    vocabulary: Vocabulary

    @property
    def typist(self) -> Typist:
        """What types the columns."""
        return Typist(self.vocabulary, lambda value, kind: True, lambda path: True)

    def of(self, portion: Portion) -> tuple[pa.Array, pa.Array]:
        """The person and the day of each row, null where the row does not say."""
        sheet = sheet_of(portion)
        persons, no_person = self._column(sheet, self.order.person, TEXT)
        days, no_day = self._column(sheet, self.order.day, INSTANT)
        odd = any_of([sheet.bad, no_person, no_day], sheet.size)
        places = pc.indices_nonzero(odd)
        if not len(places):
            return persons, days
        single = [self.of_claim(claim) for claim in portion.take(places).claims()]
        words = pa.array([person for person, _ in single], pa.string())
        moments = pa.array([day for _, day in single], days.type)
        return pc.replace_with_mask(persons, odd, words), pc.replace_with_mask(days, odd, moments)

    def of_claim(self, claim: Claim) -> tuple[str | None, Any]:
        """The person and the day of a claim."""
        person, day = (value_at(claim, path) for path in (self.order.person, self.order.day))
        try:
            moment = typed(day, INSTANT, self.vocabulary)
        except ValueProblemError:
            moment = None
        return None if person is None else str(person).encode("utf-8", "backslashreplace").decode(), moment

    def _column(self, sheet: Sheet, path: str, kind: Type) -> tuple[pa.Array, pa.Array | None]:
        if path in ABOUT or kind is TEXT or path not in sheet.columns:
            return sheet.about(path, kind, self.typist)
        found = sheet.typed(path, kind, self.typist)
        return arrow_of(found.given.values, DEFAULTS[kind.kind], sheet.size), found.bad


def value_at(claim: Claim, path: str) -> Any:
    """What a claim says under a title, as it is written."""
    entity, _, field = path.partition(".")
    fields = claim.facts.get(entity)
    return fields.get(field) if isinstance(fields, dict) else claim.about.get(path)


def unplaced(claim: Claim, paths: Iterable[str]) -> Claim:
    """The claim without columns that only tell whose it is, and when it was."""
    facts = {entity: dict(fields) if isinstance(fields, dict) else fields for entity, fields in claim.facts.items()}
    for path in paths:
        entity, _, field = path.partition(".")
        if isinstance(facts.get(entity), dict):
            facts[entity].pop(field, None)
    kept = {entity: fields for entity, fields in facts.items() if fields or not isinstance(fields, dict)}
    return attrs.evolve(claim, facts=kept)
