"""A column of many rows → typed values at once. What is not written as most values are is typed by itself, once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

import attrs
import pyarrow as pa
import pyarrow.compute as pc

from engine.batch.flat import Given, arrow_of, arrow_type, column_type
from engine.difference.claim_files import NOTHING, cell_value
from policy.types import Type
from policy.values import ValueProblemError, typed
from policy.vocabulary import Vocabulary

MISSING: Final = object()
"""In a column of plain values: nothing is given."""

LIMIT_WRITTEN: Final = 20_000
LIMIT_ROWS: Final = 400
"""How long text and lists may be and still be typed here: far below the limits of a case, which are told one by one."""

_TEXT: Final = (str, Decimal)
_TEXTS: Final = frozenset({str, Decimal, type(None), type(MISSING)})
_UNSPACED: Final = r"\A[!-Z^-z|~一-鿿](.*[!-~一-鿿])?\z"
_INSTANT: Final = r"\A[12][0-9]{3}-[0-9]{2}-[0-9]{2}[ T]([01][0-9]|2[0-3])(:[0-5][0-9]){2}\z"

Fits = Callable[[Any, Type], bool]


@attrs.frozen(eq=False)
class Bulk:
    """Typed values of a column, and the rows that have to be read one by one."""

    given: Given
    bad: pa.Array | None = None


@attrs.frozen(eq=False)
class Typist:
    """Types columns. `fits` tells whether a column holds a value; `accepts` whether a fact belongs to the question."""

    vocabulary: Vocabulary
    fits: Fits
    accepts: Callable[[str], bool]

    # ── text ────────────────────────────────────────────────────────────────────────────────────
    def of_cells(self, cells: pa.Array, kind: Type) -> Bulk:
        """A column of CSV: an empty cell says nothing, `null` and 空 say that there is none."""
        return self._of_texts(pc.if_else(pc.equal(cells, ""), None, cells), kind, _cell)

    def of_values(self, values: Sequence[Any], kind: Type) -> Bulk:
        """A column of plain values; text and exact numbers are typed by how they are written."""
        kinds = set(map(type, values))
        if kind.element is not None or not kinds <= _TEXTS:
            return self._one_by_one(values, kind)
        try:
            texts = pa.array([str(value) if type(value) in _TEXT else None for value in values], pa.string())
        except UnicodeEncodeError:
            return self._one_by_one(values, kind)
        found = self._of_texts(texts, kind, lambda text: text)
        if type(None) not in kinds:
            return found
        empty = pa.array([value is None for value in values], pa.bool_())
        return Bulk(Given(found.given.values, empty), found.bad)

    def _of_texts(self, texts: pa.Array, kind: Type, read: Callable[[str], Any]) -> Bulk:
        if kind.element is not None:
            return self._one_by_one([MISSING if text is None else read(text) for text in texts.to_pylist()], kind)
        plain = _plainly(texts, kind)
        if plain is None:
            return self._by_distinct(texts, kind, read)
        is_plain, values = plain
        if pc.all(is_plain).as_py() is not False:
            return Bulk(Given(values))
        rest = self._by_distinct(pc.if_else(is_plain, None, texts), kind, read)
        both = pc.coalesce(values, arrow_of(rest.given.values, str(column_type(kind)), len(texts)))
        return Bulk(Given(both, rest.given.is_empty), rest.bad)

    def _by_distinct(self, texts: pa.Array, kind: Type, read: Callable[[str], Any]) -> Bulk:
        """Every way of writing is typed once."""
        encoded = texts.dictionary_encode()
        found = self._one_by_one([read(text) for text in encoded.dictionary.to_pylist()], kind)
        places = encoded.indices
        written = column_type(kind) or "VARCHAR"
        values = arrow_of(found.given.values, written, len(encoded.dictionary)).take(places)
        return Bulk(Given(values, _taken(found.given.is_empty, places)), _taken(found.bad, places))

    # ── values ──────────────────────────────────────────────────────────────────────────────────
    def _one_by_one(self, values: Sequence[Any], kind: Type) -> Bulk:
        known: dict[Any, Any] = {}
        found = [self._typed(value, kind, known) for value in values]
        bad = [value is _BAD for value in found]
        empty = [value is None for value in values]
        kept = [None if value is _BAD or value is MISSING else value for value in found]
        return Bulk(
            Given(kept, pa.array(empty, pa.bool_()) if any(empty) else None),
            pa.array(bad, pa.bool_()) if any(bad) else None,
        )

    def _typed(self, value: Any, kind: Type, known: dict[Any, Any]) -> Any:
        """The value as its type; _BAD where it is none that a column holds."""
        if value is MISSING:
            return value
        if value is None:
            return None if self.fits(None, kind) else _BAD
        key: Any = None
        if kind.element is None and not isinstance(value, list | dict):
            key = type(value), str(value) if isinstance(value, Decimal) else value
        if key is not None and key in known:
            return known[key]
        result = self._converted(value, kind)
        if key is not None:
            known[key] = result
        return result

    def _converted(self, value: Any, kind: Type) -> Any:
        if isinstance(value, list | str) and len(value) > (LIMIT_ROWS if isinstance(value, list) else LIMIT_WRITTEN):
            return _BAD
        try:
            found = typed(value, kind, self.vocabulary)
        except ValueProblemError:
            return _BAD
        return found if self._is_column(found, kind) else _BAD

    def _is_column(self, value: Any, kind: Type) -> bool:
        if not self.fits(value, kind):
            return False
        element = kind.element
        if element is None or element.kind != "record":
            return True
        names = {name for row in value for name in row}
        return all(self.accepts(f"{element.name}.{name}") for name in names)


class _Bad:
    """What no column holds."""


_BAD: Final = _Bad()


def _cell(text: str) -> Any:
    """The value of a cell; MISSING where it is blank."""
    if not text.strip():
        return MISSING
    return text if len(text) > LIMIT_WRITTEN else cell_value(text)


def _taken(flags: pa.Array | None, places: pa.Array) -> pa.Array | None:
    """Flags of the distinct values for every row."""
    return None if flags is None else pc.coalesce(flags.take(places), pa.scalar(False))


def _plainly(texts: pa.Array, kind: Type) -> tuple[pa.Array, pa.Array] | None:
    """Which texts are written so that a cast cannot take them for anything else, and their values."""
    if kind.kind == "text":
        is_plain = pc.and_(pc.match_substring_regex(texts, _UNSPACED), pc.invert(pc.is_in(texts, pa.array(NOTHING))))
        return is_plain, pc.if_else(is_plain, texts, None)
    written = column_type(kind)
    pattern = _INSTANT if kind.kind == "instant" else _number_pattern(written)
    if pattern is None or written is None:
        return None
    is_plain = pc.match_substring_regex(texts, pattern)
    try:
        return is_plain, pc.if_else(is_plain, texts, None).cast(arrow_type(written))
    except pa.ArrowInvalid:  # a day that no calendar has
        return None


def _number_pattern(written: str | None) -> str | None:
    if written is None or not written.startswith("DECIMAL") or written.endswith("[]"):
        return None
    width, scale = map(int, written[8:-1].split(","))
    return rf"\A[0-9]{{1,{width - scale}}}(\.[0-9]{{1,{scale}}})?\z"


def any_of(flags: Iterable[pa.Array | None], size: int) -> pa.Array:
    """Where one of the flags is set."""
    found = pa.repeat(pa.scalar(False), size)
    for one in flags:
        if one is not None:
            found = pc.or_(found, pc.coalesce(one, pa.scalar(False)))
    return found
