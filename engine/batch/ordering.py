"""Decided rows that come in any order, written in the order of their numbers; memory holds few of them."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import ipc, parquet

from engine.batch.names import NUMBER


class Ordering:
    """Rows in files of so many each, which are put in order in memory one by one."""

    def __init__(self, folder: Path, schema: pa.Schema, size: int) -> None:
        self.folder = folder
        self.schema = schema
        self.size = size
        self._files: dict[int, ipc.RecordBatchStreamWriter] = {}

    def add(self, table: pa.Table) -> None:
        """Take some rows."""
        table = table.sort_by(NUMBER)
        slots = pc.divide(pc.subtract(table[NUMBER], 1), self.size)
        for slot in slots.unique().to_pylist():
            if slot not in self._files:
                self._files[slot] = ipc.new_stream(self._path(slot), self.schema)
            self._files[slot].write_table(table.filter(pc.equal(slots, slot)).cast(self.schema))

    def write(self, out: Path) -> None:
        """All rows in their order, without their numbers."""
        kept = pa.schema([field for field in self.schema if field.name != NUMBER])
        with parquet.ParquetWriter(out, kept) as writer:
            for slot in sorted(self._files):
                self._files[slot].close()
                with ipc.open_stream(self._path(slot)) as stream:
                    writer.write_table(stream.read_all().sort_by(NUMBER).drop_columns([NUMBER]).cast(kept))
                self._path(slot).unlink()

    def _path(self, slot: int) -> Path:
        return self.folder / f"decided-{slot}.arrow"
