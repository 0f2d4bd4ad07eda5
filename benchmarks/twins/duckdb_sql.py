"""The reference task by hand in DuckDB's SQL; as a script, from one Parquet file to another."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

QUERY = (Path(__file__).parent.parent / "reference" / "twin.sql").read_text("utf-8")
TYPES = """
create type insurance as enum ('employee', 'resident');
create type level as enum ('level_1', 'level_2', 'level_3');
create type category as enum ('local', 'long_term', 'referral', 'emergency', 'other');
"""
COLUMNS = """
    * replace (
        "person.insurance"::insurance as "person.insurance",
        "institution.level"::level as "institution.level",
        "visit.category"::category as "visit.category"
    )
"""


def load(connection: duckdb.DuckDBPyConnection, source: Path) -> None:
    """The table `claims`, from a Parquet file."""
    connection.execute(TYPES)
    connection.execute(f"create table claims as select {COLUMNS} from read_parquet($1)", [str(source)])


def from_file_to_file(source: str, target: str) -> None:
    """Decide every claim of a file."""
    connection = duckdb.connect()
    connection.execute(TYPES)
    connection.read_parquet(source).create_view("given")
    connection.execute(f"create view claims as select {COLUMNS} from given")
    connection.execute(f"copy ({QUERY}) to '{target}' (format parquet)")


if __name__ == "__main__":
    from_file_to_file(sys.argv[1], sys.argv[2])
