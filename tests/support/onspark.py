"""A cluster as the engine of a comparison."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet
from sqlglot import exp

from engine.backends.sql.questions import Query
from engine.batch.spark import Cluster, connect

MEMORY = "1GiB"


class OnSpark:
    """Tables as Parquet files in a folder, and queries over them on a cluster."""

    dialect = "spark"

    def __init__(self, master: str, folder: Path) -> None:
        self.folder = folder
        session = connect(master, MEMORY)
        session.conf.set("spark.sql.shuffle.partitions", "4")
        self.cluster = Cluster(session, folder / "steps")

    def register(self, name: str, table: Any) -> None:
        file = self.folder / f"{name}.parquet"
        parquet.write_table(table, file)
        self.cluster.read(name, file)

    def rows(self, query: Query) -> dict[int, dict[str, Any]]:
        """The rows of the result: they come in the order of their claims, which are numbered from nothing."""
        assert isinstance(query.tree, exp.Select)
        into = self.folder / "decided"
        try:
            self.cluster.run(query.tree, "id", into)
        finally:
            self.cluster.close()
        files = sorted(into.glob("part-*.parquet"))
        return dict(enumerate(pa.concat_tables([parquet.read_table(file) for file in files]).to_pylist()))
