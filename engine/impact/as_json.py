"""An impact and a radar as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from engine.dependencies.items import Item
from engine.dependencies.naming import Called
from engine.impact.radar import Ending
from engine.impact.study import Study


def study_data(study: Study) -> dict[str, Any]:
    """What changes, and everything affected with what it rests on."""
    above = {user: used for used, users in study.below.items() for user in users}
    return {
        **_thing(study.meant.item, study.called),
        "part": study.meant.part,
        "regions": list(study.regions),
        "values": [attrs.asdict(figure) for figure in study.figures],
        "affected": [
            {
                **_thing(one.item, one.called),
                "regions": list(one.regions),
                "parts": [part.en for part in one.parts],
                "through": _named(above[one.item]),
            }
            for one in study.found.values()
        ],
        "cases": None if study.cases is None else [attrs.asdict(case) for case in study.cases],
    }


def radar_data(found: Sequence[Ending], first: str, last: str) -> dict[str, Any]:
    """What ends, the earliest first."""
    return {"from": first, "to": last, "ending": [_ending(item) for item in found]}


def _ending(ending: Ending) -> dict[str, Any]:
    return {
        "last_day": ending.last.isoformat(),
        "kind": ending.items[0].kind,
        "items": [item.id for item in ending.items],
        "name": attrs.asdict(ending.name),
        "regions": list(ending.regions),
        "place": ending.place,
        "follows": attrs.asdict(ending.follows) if ending.follows else None,
        "rules": [_named(item) for item in ending.rules],
        "questions": [_named(item) for item in ending.questions],
        "without_law": [_named(item) for item in ending.silent],
    }


def _thing(item: Item, called: Called) -> dict[str, Any]:
    return {**_named(item), "name": attrs.asdict(called.name), "place": called.place}


def _named(item: Item) -> dict[str, str]:
    return {"kind": item.kind, "id": item.id, "region": item.region}
