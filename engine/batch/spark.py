"""A Spark session that decides exactly: started, told what it reads, and given a query stage by stage."""

from __future__ import annotations

import os
import re
import shutil
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from engine.backends.sql.dialects import SPARK
from engine.backends.sql.stages import stages
from engine.batch.names import ID
from policy.diagnostics import Diagnostic, PolicyError, Text

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_EXACT: Final = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "true",
    "spark.sql.variable.substitute": "false",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
}
"""What does not fit is an error, no place is lost, a time of day has no zone, and text stays as it is written."""

_PLANNING: Final = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.driver.extraJavaOptions": "-Xss64m",
    "spark.executor.extraJavaOptions": "-Xss64m",
    "spark.sql.constraintPropagation.enabled": "false",
    "spark.sql.maxPlanStringLength": str(1 << 10),
}
"""Long expressions are read and compiled by recursion, and are not written out again to be shown."""

_SHORT: Final = ("byte", "short", "integer")
_UNITS: Final = {"": 0, "K": 10, "M": 20, "G": 30, "T": 40}
_SPECIAL: Final = re.compile(r"([\\*?\[\]{}])")


def connect(master: str, memory_limit: str) -> SparkSession:
    """A session on a cluster, or the one that runs. Raises PolicyError where there can be none."""
    try:
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ModuleNotFoundError:
        raise PolicyError([_no_library()]) from None
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        raise PolicyError([_no_java()])
    memory = f"{_mebibytes(memory_limit)}m"
    builder: Any = SparkSession.builder.master(master).appName("tiaoli")
    for name, value in {**_EXACT, **_PLANNING}.items():
        builder = builder.config(name, value)
    builder = builder.config("spark.driver.memory", memory).config("spark.executor.memory", memory)
    try:
        session: SparkSession = builder.getOrCreate()
    except (PySparkException, Py4JError, OSError, ValueError) as error:
        raise PolicyError([failed(master, error)]) from None
    return session


def _mebibytes(written: str) -> int:
    """A limit as DuckDB takes it, in MiB."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)(i?)B?\s*", written, re.IGNORECASE)
    if match is None:
        message = Text(f"“{written}”不是内存大小", f"`{written}` is no size of memory")
        raise PolicyError([Diagnostic(code="E0110", message=message, place="--memory-limit")])
    power = _UNITS[match[2].upper()]
    unit = 2**power if match[3] else 10 ** (power // 10 * 3)
    return max(1, int(Decimal(match[1]) * unit) >> 20)


class Cluster:
    """A session with the tables of one batch; what is kept between stages lies in a folder that all its workers see."""

    def __init__(self, session: SparkSession, folder: Path) -> None:
        self.session = session
        self.folder = folder
        self._views: list[str] = []

    def read(self, name: str, file: Path) -> None:
        """A Parquet file as a table: its rows numbered from nothing as DuckDB numbers them, its whole numbers long."""
        found = self.session.read.parquet(_address(file))
        columns = [_column(field.name, "long" if _is_short(field) else "") for field in found.schema.fields]
        self._name(name, found.select(*columns, _row_number()))

    def view(self, name: str, select: exp.Select) -> None:
        """A table by a query over those there are."""
        self._name(name, self.session.sql(SPARK.text(SPARK.put(select))))

    def run(self, tree: exp.Select, order: str, into: Path) -> None:
        """The rows of a query in files of a folder: by their names in the order of a column, which is left out."""
        cut = stages(tree)
        for stage in cut.kept:
            found = _storable(self.session.sql(SPARK.text(stage.select)))
            found.write.parquet(_written(self.folder / stage.name))
            self._name(stage.name, self.session.read.parquet(_address(self.folder / stage.name)))
            for name in stage.done_with:
                self._forget(name)
        last = _storable(self.session.sql(SPARK.text(cut.last)))
        last.orderBy(f"`{order}`").drop(order).write.parquet(_written(into))

    def close(self) -> None:
        """Leave the session as it was."""
        for name in self._views:
            self.session.catalog.dropTempView(f"`{name}`")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _name(self, name: str, frame: DataFrame) -> None:
        frame.createOrReplaceTempView(f"`{name}`")
        self._views.append(name)

    def _forget(self, name: str) -> None:
        shutil.rmtree(self.folder / name, ignore_errors=True)


def _row_number() -> Any:
    from pyspark.sql import functions

    return functions.col("_metadata.row_index").alias("file_row_number")


def _column(name: str, kind: str = "") -> Any:
    from pyspark.sql import functions

    column = functions.col(f"`{name}`")
    return column.cast(kind).alias(name) if kind else column


def _is_short(field: Any) -> bool:
    """Whether a sum could be too great for it; what tells rows apart stays as it is."""
    return field.dataType.typeName() in _SHORT and field.name not in (ID, "claim_id")


def _storable(frame: DataFrame) -> DataFrame:
    """A column of nothing but nulls gets a type: Parquet has none for it."""
    fields = frame.schema.fields
    return frame.select(
        [_column(field.name, "string" if field.dataType.typeName() == "void" else "") for field in fields]
    )


def _written(path: Path) -> str:
    return f"file://{path.absolute()}"


def _address(path: Path) -> str:
    """Where a file is read: signs of patterns in its name stand for themselves."""
    return _SPECIAL.sub(r"\\\1", _written(path))


def failed(master: str, error: Exception) -> Diagnostic:
    """That the cluster could not do it, in the first line of its own words."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    first = next((line.lstrip(": ") for line in lines if line.startswith(":")), lines[0])
    message = Text(f"集群“{master}”上没有算成：{first}", f"the cluster `{master}` failed: {first}")
    return Diagnostic(code="E0515", message=message, place="--master")


def _no_library() -> Diagnostic:
    install = "pip install 'tiaoli[spark]'"
    return Diagnostic(
        code="E0515",
        message=Text("没有安装 pyspark", "pyspark is not installed"),
        place="--engine",
        hint=Text(f"{install}，或用 --engine duckdb", f"{install}, or use --engine duckdb"),
    )


def _no_java() -> Diagnostic:
    return Diagnostic(
        code="E0515",
        message=Text("没有找到 Java", "no Java was found"),
        place="--engine",
        hint=Text(
            "安装 openjdk-17-jre-headless 或设 JAVA_HOME，或用 --engine duckdb",
            "install openjdk-17-jre-headless or set JAVA_HOME, or use --engine duckdb",
        ),
    )
