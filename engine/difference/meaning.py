"""The difference of two versions of the rules in meaning: root causes first, with what follows from each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import attrs

from engine import program as p
from engine.difference.case_runs import CaseRuns, asked_cases, run_cases
from engine.difference.clause_changes import ClauseChange, FigureChange, clause_changes, figure_changes
from engine.difference.judging import MATTERS, Bench, Judged, Verdict, at_first_sight
from engine.difference.pairing import Pair, pairs_of
from engine.difference.parts import Key, Part, names_in, parts_of_program, users_of, uses_of
from engine.difference.shapes import Likeness, shape
from engine.difference.versions import Asked, Versions, program_of
from policy.diagnostics import Diagnostic, PolicyError

Progress = Callable[[str, int], Callable[[], None]]
"""Told what is begun and of how many steps; gives what is called at each step."""


def _silent(what: str, steps: int) -> Callable[[], None]:
    return lambda: None


@attrs.frozen(eq=False)
class Affected:
    """A part that says the same and still may decide otherwise; `is_seen` where a case shows that it does."""

    part: Part
    is_seen: bool


@attrs.frozen(eq=False)
class AffectedQuestion:
    """A question, and which of its outputs can come out otherwise."""

    part: Part
    outputs: tuple[str, ...]


@attrs.frozen(eq=False)
class Change:
    """One part that is not the same, and what follows from it."""

    pair: Pair
    judged: Judged
    clauses: tuple[ClauseChange, ...] = ()
    figures: tuple[FigureChange, ...] = ()
    affected: tuple[Affected, ...] = ()
    questions: tuple[AffectedQuestion, ...] = ()

    @property
    def verdict(self) -> Verdict:
        return self.judged.verdict


@attrs.frozen(eq=False)
class RegionDifference:
    """A region's parts that differ; `inherited` are changes above it that its own rules follow."""

    region: str
    label: str
    changes: tuple[Change, ...]
    inherited: tuple[Change, ...]
    same: int

    @property
    def matters(self) -> bool:
        """Whether anything may be decided otherwise."""
        return any(change.verdict in MATTERS for change in (*self.changes, *self.inherited))


@attrs.frozen(eq=False)
class MeaningDifference:
    """All regions; those only one version has; and what keeps a region from being compared."""

    regions: tuple[RegionDifference, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    runs: CaseRuns
    diagnostics: tuple[Diagnostic, ...]

    @property
    def is_different(self) -> bool:
        """Whether anything may be decided otherwise, or is decided on other grounds."""
        shown = (change.verdict for region in self.regions for change in region.changes)
        return bool(self.added or self.removed or self.runs.changed) or any(map(_counts, shown))


def _counts(verdict: Verdict) -> bool:
    return verdict in MATTERS or verdict in (Verdict.REGROUNDED, Verdict.RENAMED)


@attrs.frozen(eq=False)
class _Draft:
    """A region in both versions, paired but not judged."""

    old: p.Program
    new: p.Program
    old_parts: Mapping[Key, Part]
    new_parts: Mapping[Key, Part]
    uses: Mapping[Key, frozenset[Key]]
    pairs: tuple[Pair, ...]

    @property
    def written_otherwise(self) -> list[Pair]:
        return [pair for pair in self.pairs if pair.likeness < Likeness.WORDED]

    @property
    def superior(self) -> str:
        packs = self.new.policy.packs
        return packs[-2].region.id if len(packs) > 1 else ""


def difference_of(
    old: Path, new: Path, *, seconds: float = 3, only: str | None = None, progress: Progress = _silent
) -> MeaningDifference:
    """Compare two rules folders; `only` names a region to tell of, with those above it."""
    versions = Versions(old, new)
    problems: list[Diagnostic] = []
    before, after = versions.old.names(), versions.new.names()
    chain = [pack.region.id for pack in versions.new.policy(only).packs] if only else after
    wanted = [name for name in chain if name in before]
    drafts = dict(_drafts(versions, wanted, problems, progress))
    runs = _run(versions, drafts, progress)
    told: dict[str, RegionDifference] = {}
    steps = progress("judge", sum(len(draft.written_otherwise) for draft in drafts.values()))
    for region, draft in drafts.items():
        told[region] = _Telling(versions, region, draft, drafts, told, runs, seconds, steps).told()
    return MeaningDifference(
        regions=tuple(told.values()),
        added=tuple(name for name in after if name not in before and only is None),
        removed=tuple(name for name in before if name not in after and only is None),
        runs=runs,
        diagnostics=tuple(problems),
    )


def _drafts(
    versions: Versions, names: list[str], problems: list[Diagnostic], progress: Progress
) -> Iterator[tuple[str, _Draft]]:
    step = progress("load", len(names))
    for region in names:
        try:
            programs = [program_of(regions, region) for regions in (versions.old, versions.new)]
        except PolicyError as error:
            problems.extend(item for item in error.diagnostics if item not in problems)
            continue
        finally:
            step()
        old, new = programs
        assert old is not None and new is not None
        before, after = parts_of_program(old), parts_of_program(new)
        uses = uses_of(old, before)
        for key, used in uses_of(new, after).items():
            uses[key] = uses.get(key, frozenset()) | used
        pairs = () if old.policy.revision == new.policy.revision else tuple(pairs_of(before, after))
        yield region, _Draft(old, new, before, after, uses, pairs)


def _run(versions: Versions, drafts: Mapping[str, _Draft], progress: Progress) -> CaseRuns:
    """Decide the cases that a part written otherwise may have a share in."""
    reached: dict[str, set[str]] = {}
    for region, draft in drafts.items():
        keys = {pair.key for pair in draft.written_otherwise} | {
            pair.old.key for pair in draft.written_otherwise if pair.old
        }
        users = {user for key in keys for user in users_of(key, draft.uses)} | keys
        reached[region] = {name for kind, name in users if kind in ("rule", "question")}
    cases = [item for item in asked_cases(versions) if _concerns(item[1], reached)]
    return run_cases(versions, cases, progress("cases", len(cases)))


def _concerns(asked: Asked, reached: Mapping[str, set[str]]) -> bool:
    """Whether a case may be decided by something that changed, at either place."""
    places = (asked.region, asked.treatment_region or "")
    return any(asked.question in reached.get(place, ()) for place in places)


@attrs.frozen(eq=False)
class _Telling:
    """Judges the pairs of one region and follows what comes of them."""

    versions: Versions
    region: str
    draft: _Draft
    drafts: Mapping[str, _Draft]
    before: Mapping[str, RegionDifference]
    runs: CaseRuns
    seconds: float
    step: Callable[[], None]

    def told(self) -> RegionDifference:
        draft = self.draft
        bench = Bench(
            self.versions,
            self.region,
            draft.old,
            draft.new,
            draft.old_parts,
            draft.new_parts,
            draft.uses,
            self.runs,
            self.seconds,
        )
        above = self._changes_above()
        roots = frozenset(pair.key for pair in draft.written_otherwise if at_first_sight(pair) is None)
        own, inherited = [], []
        for pair in draft.written_otherwise:
            self.step()
            known = above.get(pair.key)
            if known is not None and _same_pair(known.pair, pair):
                follows = self._with_effects(attrs.evolve(known, pair=pair), is_inherited=True)
                if follows.affected or follows.questions:
                    inherited.append(follows)
                continue
            own.append(self._with_effects(self._change(pair, bench.judge(pair, roots))))
        same = (
            sum(1 for pair in draft.pairs if pair.likeness is Likeness.WORDED) if draft.pairs else len(draft.new_parts)
        )
        label = draft.new.region.label
        return RegionDifference(self.region, label, tuple(sorted(own, key=_order)), tuple(inherited), same)

    def _changes_above(self) -> dict[Key, Change]:
        superior = self.draft.superior
        if superior not in self.before:
            return {}
        above = self.before[superior]
        found = {change.pair.key: change for change in (*above.inherited, *above.changes)}
        higher = attrs.evolve(self, region=superior, draft=self.drafts[superior])._changes_above()
        return {**higher, **found}

    def _change(self, pair: Pair, judged: Judged) -> Change:
        if pair.old is None or pair.new is None:
            return Change(pair, judged)
        clauses = clause_changes(pair.old, pair.new)
        figures = figure_changes(pair.old.item, pair.new.item) if pair.key[0] == "parameter" else ()
        return Change(pair, judged, clauses, figures)

    def _with_effects(self, change: Change, is_inherited: bool = False) -> Change:
        """What may be decided otherwise because of it; below the region it is told in, only what is new there."""
        if change.verdict not in MATTERS or not change.judged.has_effects:
            return attrs.evolve(change, affected=(), questions=())
        draft = self.draft
        written = {pair.key for pair in draft.written_otherwise}
        seen = self.runs.rules_seen_to_differ(self.region)
        home = {item.region.id for item in draft.new.policy.packs[-1:]}
        affected, questions = [], []
        for key in users_of(change.pair.key, draft.uses):
            part = draft.new_parts.get(key)
            if part is None or (is_inherited and part.region not in home):
                continue
            if key[0] == "question":
                outputs = tuple(self._outputs(part.item, change.pair.key))
                questions += [AffectedQuestion(part, outputs)] if outputs else []
            elif key not in written and (key[0] == "rule" or not is_inherited):
                affected.append(Affected(part, key[0] == "rule" and key[1] in seen))
        return attrs.evolve(change, affected=tuple(affected), questions=tuple(questions))

    def _outputs(self, question: p.Question, root: Key) -> Iterator[str]:
        """The outputs that rest on the part; all of them where the day depends on it."""
        users = {root, *users_of(root, self.draft.uses)}
        used_by_day = any(self._rests_on(source, users) for source in question.governing)
        for answer in question.answers.values():
            if used_by_day or self._rests_on(answer.value, users):
                yield answer.id

    def _rests_on(self, expression: p.Expression, users: set[Key]) -> bool:
        parts = (expression, *p.walk(expression))
        return any(key in users for part in parts for key in names_in(part, self.draft.new))


def _same_pair(one: Pair, other: Pair) -> bool:
    """Whether the change is the one already told of above: the same words in both regions."""

    def said(part: Part | None) -> object:
        return shape(part.items, Likeness.WORDED, {}) if part else None

    return said(one.old) == said(other.old) and said(one.new) == said(other.new)


_FIRST = list(Verdict)


def _order(change: Change) -> tuple[int, str, int]:
    """What decides otherwise before what does not; as it stands in the files."""
    ranks = {Verdict.CHANGED: 0, Verdict.UNDECIDED: 1, Verdict.REMOVED: 2, Verdict.ADDED: 3, Verdict.REGROUNDED: 4}
    part = change.pair.part
    start = part.span.start if part.span else 0
    return ranks.get(change.verdict, 5 + _FIRST.index(change.verdict)), part.place.rpartition(":")[0], start
