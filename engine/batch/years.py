"""Claims on disk, person by person and year by year: put in order once, read round by round; memory holds few of them.

The persons are spread over heaps, each small enough to be put in order in memory. In a file of a heap the
first claims of all its years come first, then the second ones, and so on.
"""

from __future__ import annotations

import shutil
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import attrs
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import ipc

from engine.batch.placing import Placer
from engine.batch.portions import Form, Portion, read_portions
from engine.batch.sheets import names_of, whole
from engine.batch.sizes import LIMIT_READ
from engine.difference.claim_files import count_claims

OWN: Final = "claim__"
ROW, PERSON, YEAR, DAY, WHOSE = (OWN + name for name in ("row", "person", "year", "day", "whose"))
"""Beside what is written in a row: its number, whose year it belongs to, when it was, and which year of its heap that is."""

_HEAP_BYTES: Final = 1 << 24
_LIMIT_HEAP: Final = 150_000
_MOST_HEAPS: Final = 400  # all of them are written at the same time


@attrs.frozen(eq=False)
class Turn:
    """Claims that are decided together, and from which heaps they are: how many of each."""

    portion: Portion
    whose: pa.Array
    heaps: Sequence[tuple[int, int]]


class Years:
    """The claims of a file in a folder of its own, which is emptied at the end."""

    def __init__(self, folder: Path, placer: Placer) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.folder = folder
        self.placer = placer
        self.form: Form | None = None
        self.rounds = 0
        self._heaps: dict[int, int] = {}

    # ── from the file to the heaps ──────────────────────────────────────────────────────────────
    def fill(self, path: Path, astray: Callable[[Portion], None], only: tuple[str, int] | None = None) -> int:
        """Take the claims of a file, or those of one year; tells how many rows it has.

        `astray` is told the rows that belong to no year.
        """
        count = 0
        heaps = min(heaps_of(path), _MOST_HEAPS) if only is None else 1
        writers: dict[int, ipc.RecordBatchStreamWriter] = {}
        for portion in read_portions(path, LIMIT_READ):
            self.form = portion.form
            count += len(portion)
            persons, days = self.placer.of(portion)
            is_placed = pc.and_(pc.is_valid(persons), pc.is_valid(days))
            astray(portion.take(pc.indices_nonzero(pc.invert(is_placed))))
            table = portion.raw
            for name, column in ((ROW, portion.numbers), (PERSON, persons), (YEAR, pc.year(days)), (DAY, days)):
                table = table.append_column(name, column)
            if only is not None:
                same = pc.and_(pc.equal(persons, only[0]), pc.equal(table[YEAR], only[1]))
                is_placed = pc.and_(is_placed, pc.fill_null(same, False))
            for heap, part in _heaped(table.filter(is_placed), heaps):
                if heap not in writers:
                    writers[heap] = ipc.new_stream(self.path("heap", heap), part.schema)
                writers[heap].write_table(part)
        for writer in writers.values():
            writer.close()
        self._heaps = dict.fromkeys(sorted(writers), 0)
        self.rank()
        return count

    def rank(self, without: Sequence[int] = ()) -> None:
        """Put the claims of each year in their order, leaving out some."""
        for heap in self._heaps:
            table = _read(self.path("heap", heap))
            if without:
                table = table.filter(pc.invert(pc.is_in(table[ROW], pa.array(without, pa.int64()))))
            self._heaps[heap] = _write_ranked(table, self.path("ranked", heap))
        self.rounds = max(self._heaps.values(), default=0)

    def find(self, path: Path, name: str) -> tuple[str, int] | None:
        """Whose year the first claim of that id belongs to."""
        for portion in read_portions(path, LIMIT_READ):
            places = pc.indices_nonzero(pc.equal(names_of(portion, self.placer.typist), name))
            persons, days = self.placer.of(portion.take(places))
            for person, day in zip(persons.to_pylist(), days.to_pylist(), strict=True):
                if person is not None and day is not None:
                    return person, day.year
        return None

    # ── round by round ──────────────────────────────────────────────────────────────────────────
    def round(self, place: int) -> Iterator[Turn]:
        """The claims that are so many-eth in their year, from as many heaps at a time as are not too many."""
        some: list[tuple[int, pa.Table]] = []
        for heap in (heap for heap, places in self._heaps.items() if places >= place):
            with ipc.open_file(self.path("ranked", heap)) as file:
                table = pa.Table.from_batches([file.get_batch(place - 1)])
            if some and sum(len(one) for _, one in some) + len(table) > LIMIT_READ:
                yield self._turn(some)
                some = []
            some.append((heap, table))
        if some:
            yield self._turn(some)

    def _turn(self, some: Sequence[tuple[int, pa.Table]]) -> Turn:
        assert self.form is not None
        table = pa.concat_tables([one for _, one in some])
        raw = [name for name in table.column_names if not name.startswith(OWN)]
        portion = Portion(self.form, whole(table[ROW]), table.select(raw))
        return Turn(portion, whole(table[WHOSE]), [(heap, len(one)) for heap, one in some])

    def state(self, turn: Turn) -> pa.Table:
        """What was kept beside the years of some claims."""
        found = []
        first = 0
        for heap, size in turn.heaps:
            kept = _read(self.path("state", heap))
            found.append(kept.take(pc.index_in(turn.whose.slice(first, size), whole(kept[WHOSE]))))
            first += size
        return pa.concat_tables(found)

    def keep(self, turn: Turn, state: pa.Table) -> None:
        """Keep something beside the years of some claims, row by row."""
        table = state.append_column(WHOSE, turn.whose)
        first = 0
        for heap, size in turn.heaps:
            with ipc.new_stream(self.path("state", heap), table.schema) as writer:
                writer.write_table(table.slice(first, size))
            first += size

    def ids(self) -> list[tuple[int, str]]:
        """The claims of a single year in their order, by number and id."""
        found: list[tuple[int, str]] = []
        for place in range(1, self.rounds + 1):
            for turn in self.round(place):
                names = names_of(turn.portion, self.placer.typist).to_pylist()
                found += zip(turn.portion.numbers.to_pylist(), names, strict=True)
        return found

    def path(self, name: str, number: int) -> Path:
        """Where one of the tables of this folder stands."""
        return self.folder / f"{name}-{number}.arrow"

    def close(self) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self.folder, ignore_errors=True)


def heaps_of(path: Path) -> int:
    """How many heaps the persons of a file need for each to be put in order in memory."""
    if path.suffix.lower() == ".parquet":
        return 1 + (count_claims(path) or 0) // _LIMIT_HEAP
    return 1 + path.stat().st_size // _HEAP_BYTES


def _heaped(table: pa.Table, heaps: int) -> Iterator[tuple[int, pa.Table]]:
    """The rows of each heap: all those of a person are in one."""
    if not len(table):
        return
    if heaps == 1:
        yield 0, table
        return
    persons = whole(table[PERSON]).dictionary_encode()
    heap_of = pa.array([zlib.crc32(name.encode()) % heaps for name in persons.dictionary.to_pylist()], pa.int64())
    heap = heap_of.take(persons.indices)
    order = pc.sort_indices(heap)
    table, heap = table.take(order), heap.take(order)
    for number, first, size in _runs(heap):
        yield number, table.slice(first, size)


def _runs(values: pa.Array) -> Iterator[tuple[int, int, int]]:
    """Equal values next to each other: the value, where they begin and how many they are."""
    encoded = pc.run_end_encode(values)
    first = 0
    for value, end in zip(encoded.values.to_pylist(), encoded.run_ends.to_pylist(), strict=True):
        yield value, first, end - first
        first = end


def _write_ranked(table: pa.Table, path: Path) -> int:
    """A heap in the order of its rounds, a batch for each; tells how many there are."""
    table = table.sort_by([(name, "ascending") for name in (PERSON, YEAR, DAY, ROW)]).combine_chunks()
    size = len(table)
    keys = [whole(table[name]) for name in (PERSON, YEAR)]
    is_other = [pc.not_equal(key.slice(1), key.slice(0, max(size - 1, 0))) for key in keys]
    begins = pa.concat_arrays([pa.array([True][:size], pa.bool_()), pc.or_(*is_other)])
    whose = pc.subtract(pc.cumulative_sum(begins.cast(pa.int64())), 1)
    starts = pc.indices_nonzero(begins).cast(pa.int64())
    place = pc.subtract(pa.array(range(size), pa.int64()), starts.take(whose))
    table = table.drop_columns([PERSON, YEAR, DAY]).append_column(WHOSE, whose)
    order = pc.sort_indices(
        pa.table({"place": place, "whose": whose}), [("place", "ascending"), ("whose", "ascending")]
    )
    table = table.take(order).combine_chunks()
    with ipc.new_file(path, table.schema) as writer:
        for _, first, count in (runs := list(_runs(place.take(order)))):
            writer.write_table(table.slice(first, count))
    return len(runs)


def _read(path: Path) -> pa.Table:
    with ipc.open_stream(path) as stream:
        return stream.read_all()
