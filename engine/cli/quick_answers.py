"""A question's compiled code in the cache, with the words that its answers are told in.

Reading one loads nothing but itself; making one is the business of `engine.cli.kept_answers`.
"""

from __future__ import annotations

import marshal
from datetime import datetime

from engine import cache
from engine.backends.python import reading, runtime
from engine.backends.python.runtime import MISSING, STOPS, Unusual

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

KIND = "answer"


class QuickAnswer:
    """What is kept of a question, and what it answers."""

    def __init__(self, kept: Mapping[str, Any]) -> None:
        self.kept = kept

    @classmethod
    def found(cls, rules: str, *asked: object) -> QuickAnswer | None:
        """What is kept for a question as it was asked, if the rules still say the same."""
        data = cache.load(name_of(rules, *asked), rules)
        return None if data is None else cls(marshal.loads(data))

    # ── deciding ────────────────────────────────────────────────────────────────────────────────
    def decided(self, facts: Any, as_of: str | None) -> tuple[Any, tuple[Any, ...], datetime] | None:
        """The row of the facts, the answers in their shapes, and the day; None where it is not that simple."""
        try:
            given = None if as_of is None else reading.instant_in(as_of)
            row = _function(self.kept["read"], "read", vars(reading))(facts)
            moment = self._moment(row, given)
            for since, until, code in self.kept["kernels"]:
                if datetime(*since) <= moment and (until is None or moment < datetime(*until)):
                    return row, _function(code, "kernel", {})(row, moment), moment
        except STOPS:
            return None
        return None

    def _moment(self, row: tuple[Any, ...], as_of: datetime | None) -> datetime:
        """The instant whose law holds: the first of what governs that is known."""
        for place, kind in self.kept["governing"]:
            value: Any = as_of if place is None else row[place]
            if value is None or value is MISSING:
                continue
            if kind == "month":
                return runtime.month_start(value)
            return datetime(value, 1, 1) if kind == "year" else runtime.instant_of(value)
        raise Unusual

    # ── telling ─────────────────────────────────────────────────────────────────────────────────
    def as_text(self, row: Any, answers: tuple[Any, ...], moment: datetime, lang: str) -> str:
        """The answers as `decide` prints them."""
        from engine.cli.quick_words import in_words

        zh = lang == "zh"
        kept = self.kept
        head = (
            (f"{kept['label']}（{kept['question']}）", kept["region_label"])
            if zh
            else (kept["question"], kept["region"])
        )
        rows: list[tuple[str, ...]] = []
        for (name, label, spec), value in zip(kept["outputs"], answers, strict=True):
            words = in_words(value, spec, zh)
            rows.append((label, name, words) if zh else (name, words))
        return "\n".join(["  ".join((*head, _day(moment))), "已得出" if zh else "determined", *_columns(rows)])

    def as_json(self, row: Any, answers: tuple[Any, ...], moment: datetime) -> str | None:
        """The answers as `decide --format json` prints them."""
        import json
        from hashlib import sha256

        from engine.cli.quick_words import NotPlainError, plain, plain_fact

        kept = self.kept
        try:
            outputs = {
                name: plain(value, spec) for (name, _, spec), value in zip(kept["outputs"], answers, strict=True)
            }
            given = {
                path: plain_fact(value, spec)
                for (path, spec), value in zip(kept["slots"], row, strict=True)
                if value is not MISSING
            }
        except NotPlainError:
            return None
        text = json.dumps(given, ensure_ascii=False, sort_keys=True)
        data = {
            "status": "determined",
            "outputs": outputs,
            "needs": [],
            "needs_human": [],
            "diagnostics": [],
            "receipt": {
                "question": kept["question"],
                "region": kept["region"],
                "treatment_region": kept["treatment_region"],
                "as_of": _day(moment),
                "revision": kept["revision"],
                "facts_hash": sha256(text.encode()).hexdigest()[:16],
            },
        }
        return json.dumps(data, ensure_ascii=False, indent=2)


def name_of(rules: str, *asked: object) -> str:
    """Under which name the answer to a question is kept, as it was asked."""
    import os

    return cache.name_of(KIND, os.path.abspath(rules), *asked)


def _function(code: Any, name: str, names: Mapping[str, Any]) -> Any:
    space: dict[str, Any] = {**vars(runtime), **names}
    exec(code, space)
    return space[name]


def _day(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes").removesuffix("T00:00")


def _columns(rows: list[tuple[str, ...]]) -> list[str]:
    from engine.cli.columns import columns

    return columns(rows)
