"""A person's year: claims in their order, each with what those before it have used up; and a year without one of them.

What follows from what stands in the vocabulary (`carried`). All first claims of a year are decided
together, then all second ones, and so on. Between rounds what is used up stands on disk, as the claims do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import pyarrow as pa
import pyarrow.compute as pc

from engine.backends.sql.questions import STATUS, column_of
from engine.batch.files import Order
from engine.batch.flat import column_type
from engine.batch.job import Job
from engine.batch.ordering import Ordering
from engine.batch.placing import Placer
from engine.batch.portions import Portion
from engine.batch.results import ID, NUMBER
from engine.batch.running import LIMIT_SINGLY, Read, Runner
from engine.batch.sheets import whole
from engine.batch.sizes import LIMIT_READ
from engine.batch.used import Used
from engine.batch.years import Turn, Years, heaps_of
from engine.difference.claim_files import Claim
from policy.diagnostics import Diagnostic, PolicyError, Text
from policy.vocabulary import Carried

FILES_AT_ONCE = 200
"""How many files decided rows are spread over, as a rule: more of them become longer, not more."""

Step = Callable[[int], None]


class Carrier:
    """Decides claims year by year, in a folder for what does not stay in memory."""

    def __init__(self, job: Job, runner: Runner, order: Order, folder: Path) -> None:
        self.job = job
        self.runner = runner
        self.order = order
        self.folder = folder
        vocabulary = job.laws.insured.policy.vocabulary
        every = (field for entity in vocabulary.entities.values() for field in entity.fields.values())
        own = [f for f in every if f.carried and f.carried.question == job.question.id and f.path in job.inputs]
        self.carried: dict[str, Carried] = {field.path: field.carried for field in own if field.carried}
        self.widths = {field.path: str(column_type(field.type)) for field in own}
        self.placer = Placer(order, vocabulary)
        if not self.carried:
            raise PolicyError([_nothing_carried(job)])
        missing = [rule.output for rule in self.carried.values() if rule.output not in job.wanted]
        job.want(dict.fromkeys(missing))

    def decide(self, path: Path, out: Path, step: Step = lambda _: None) -> int:
        """Write a row for every claim of a file, in its order; tells how many."""
        years = self._years()
        try:
            size = LIMIT_READ * (1 + heaps_of(path) // FILES_AT_ONCE)
            ordering = Ordering(self.folder, self.job.schema.arrow, size)

            def tell(table: pa.Table) -> None:
                ordering.add(table)
                step(len(table))

            def set_aside(portion: Portion) -> None:
                for table in self._astray(portion):
                    tell(table)

            count = years.fill(path, set_aside)
            self._rounds(years, tell)
            spare = out.with_suffix(".tmp")
            ordering.write(spare)
            spare.replace(out)
            return count
        finally:
            years.close()

    def without(self, path: Path, name: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """The year of a claim as it was, and as it is without the claim: the rows of the claims after it."""
        years = self._years()
        try:
            whose = years.find(path, name)
            if whose is None:
                raise PolicyError([_no_such_claim(name)])
            years.fill(path, lambda portion: None, only=whose)
            ids = years.ids()
            own = [number for number, found in ids if found == name]
            later = {number for number, found in ids[ids.index((own[0], name)) + 1 :] if found != name}
            before = self._all_rounds(years)
            told = self.runner.problems
            years.rank(without=own)
            after = self._all_rounds(years)
            self.runner.problems = told
            return [row for row in before if row[NUMBER] in later], [row for row in after if row[NUMBER] in later]
        finally:
            years.close()

    def _years(self) -> Years:
        return Years(self.folder, self.placer)

    def _astray(self, portion: Portion) -> Iterator[pa.Table]:
        """Decisions on claims that cannot be put into a year."""
        for first in range(0, len(portion), LIMIT_SINGLY):
            some = portion.take(pa.array(range(first, min(len(portion), first + LIMIT_SINGLY)), pa.int64()))
            yield self.runner.decide_read([self._unplaced(claim) for claim in some.claims()])

    def _unplaced(self, claim: Claim) -> Read:
        read = self.runner.read(claim)
        if read.problem is not None:
            return read
        person, _ = self.placer.of_claim(claim)
        return attrs.evolve(read, problem=("E0607", self.order.person if person is None else self.order.day))

    # ── rounds ──────────────────────────────────────────────────────────────────────────────────
    def _all_rounds(self, years: Years) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        self._rounds(years, lambda table: rows.extend(table.to_pylist()))
        return rows

    def _rounds(self, years: Years, tell: Callable[[pa.Table], None]) -> None:
        for place in range(1, years.rounds + 1):
            for turn in years.round(place):
                self._turn(years, turn, tell, is_first=place == 1)

    def _turn(self, years: Years, turn: Turn, tell: Callable[[pa.Table], None], *, is_first: bool) -> None:
        """Decide some claims after those before them in their years, and keep what is used up then."""
        used = Used(self.carried, self.widths, None if is_first else years.state(turn), len(turn.portion))
        decided = self.runner.decide_portion(turn.portion, used)
        tell(decided)
        aligned = decided.take(pc.index_in(turn.portion.numbers, whole(decided[NUMBER])))
        answers = {rule.output: whole(aligned[column_of(rule.output)]) for rule in self.carried.values()}
        years.keep(turn, pa.table(used.after(answers)))


def deltas(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]], job: Job) -> list[dict[str, Any]]:
    """Claim by claim what changes: every amount before and after, and the difference."""
    amounts = [name for name, kind in job.schema.outputs.items() if kind.kind == "money"]
    now = {row[ID]: row for row in after}
    found = []
    for row in before:
        later = now[row[ID]]
        line: dict[str, Any] = {ID: row[ID], "status_before": row[STATUS], "status_after": later[STATUS]}
        for name in amounts:
            one, two = row.get(name), later.get(name)
            line |= {f"{name}__before": one, f"{name}__after": two}
            line[f"{name}__delta"] = None if one is None or two is None else two - one
        found.append(line)
    return found


def _nothing_carried(job: Job) -> Diagnostic:
    name = job.question.id
    return Diagnostic(
        code="E0404",
        message=Text(
            f"词汇里没有哪项事实由“{name}”逐笔累计", f"the vocabulary has no fact that is carried from {name}"
        ),
        place="--carry",
        hint=Text("在字段上写 carried", "write `carried` at a field"),
    )


def _no_such_claim(name: str) -> Diagnostic:
    return Diagnostic(code="E0110", message=Text(f"没有“{name}”这一行", f"there is no row `{name}`"), place="--reverse")
