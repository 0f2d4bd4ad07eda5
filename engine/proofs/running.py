"""All rules of several regions, proven side by side in processes of their own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from engine.proofs.figure_bounds import figures_beyond
from engine.proofs.findings import Inspection, Report, own_rules
from engine.regions import Regions

LIMIT_SHARE: Final = 12
"""How many rules one share of the work has."""

LIMIT_ALONE: Final = 40
"""How many rules are proven without further processes."""

Told = Callable[[int, int], None]


def prove(root: Path, regions: Sequence[str], seconds: float, told: Told | None = None) -> Report:
    """What is found about all rules that the regions declare or amend; `told` hears how far it is."""
    loaded = Regions(root, tries=False)
    shares = [share for region in regions for share in _shares(loaded, region)]
    jobs = min(os.cpu_count() or 1, len(shares))
    found = Report()
    if jobs <= 1 or sum(len(names) for _, names in shares) <= LIMIT_ALONE:
        reports: Iterator[Report] = _here(loaded, seconds, shares)
    else:
        reports = _apart(root, seconds, shares, jobs)
    for place, report in enumerate(reports, 1):
        found = found.with_more(report)
        if told is not None:
            told(place, len(shares))
    return found


def _shares(regions: Regions, region: str) -> list[tuple[str, tuple[str, ...]]]:
    names = own_rules(regions.program(region))
    count = max(-(-len(names) // LIMIT_SHARE), 1)
    return [(region, tuple(names[place::count])) for place in range(count)]


def _apart(root: Path, seconds: float, shares: Sequence[tuple[str, tuple[str, ...]]], jobs: int) -> Iterator[Report]:
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(partial(_in_process, root, seconds), shares)


_LOADED: dict[Path, Regions] = {}
_INSPECTIONS: dict[tuple[Path, str, float], Inspection] = {}


def _in_process(root: Path, seconds: float, share: tuple[str, tuple[str, ...]]) -> Report:
    if root not in _LOADED:
        _LOADED[root] = Regions(root, tries=False)
    key = (root, share[0], seconds)
    if key not in _INSPECTIONS:
        _INSPECTIONS[key] = Inspection(_LOADED[root], share[0], seconds)
    return _report(_INSPECTIONS[key], share)


def _here(regions: Regions, seconds: float, shares: Sequence[tuple[str, tuple[str, ...]]]) -> Iterator[Report]:
    inspections = {region: Inspection(regions, region, seconds) for region in dict(shares)}
    for share in shares:
        yield _report(inspections[share[0]], share)


def _report(inspection: Inspection, share: tuple[str, tuple[str, ...]]) -> Report:
    report = inspection.report(share[1])
    first = own_rules(inspection.program)[:1]
    if list(share[1][:1]) == first:
        report = report.with_more(figures_beyond(inspection))
    return report
