"""The kind of machine and the versions that a result belongs to."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("tiaoli", "duckdb", "sqlglot", "pyarrow", "polars", "zen-engine", "datalogic-py", "openfisca-core", "numpy")


def described() -> str:
    """Processor, cores, memory, system, versions; no names."""
    found = {name: _version(name) for name in PACKAGES}
    versions = ", ".join(f"{name} {number}" for name, number in found.items() if number)
    system = f"{platform.system()} {platform.release().split('-')[0]} {platform.machine()}"
    return (
        f"{_processor()}, {os.cpu_count()} cores, {_memory()} GiB · {system} · "
        f"{platform.python_implementation()} {platform.python_version()} · {versions}"
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _memory() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)
