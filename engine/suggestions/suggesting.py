"""Boundary cases for a rule: the fewest that show everything, each with the engine's answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import attrs

from engine import program as p
from engine.cases import Case, case_files, differences_of, read_cases
from engine.decision import Decision, Status
from engine.proofs import available
from engine.regions import Regions
from engine.suggestions.proving import Unreached, prove
from engine.suggestions.search import Found, Search
from engine.suggestions.shown import Recogniser, Tried
from engine.suggestions.wanted import Wanted, wanted_of
from policy.diagnostics import PolicyError, Text
from policy.types import Type
from policy.values import ValueProblemError, plain_typed, typed
from policy.vocabulary import Vocabulary

_HARDEST_FIRST: Final = (
    "displaced", "check", "bound", "edge", "value", "null", "figure", "fails", "version", "wins",
)  # fmt: skip

_FIRST_LOOK: Final = 300
"""How many cases are tried before the solver is asked for what they do not show."""

NO_SOLVER = Text("没有装求解器，只试了一些取值", "no solver is installed: only some values were tried")
NOT_FOUND = Text("试过的取值里没有，也未能证明没有", "none among the values tried, and no proof that there is none")


@attrs.frozen(eq=False)
class Suggested:
    """One case to look at: what it was looked for, all that it shows, its data, and the answer now."""

    purpose: Wanted
    shows: tuple[Wanted, ...]
    data: dict[str, Any]
    decision: Decision

    @property
    def note(self) -> Text:
        """What the case shows."""
        texts = list(dict.fromkeys(item.text for item in self.shows))
        return Text("；".join(text.zh for text in texts), "; ".join(text.en for text in texts))


@attrs.frozen(eq=False)
class Suggestions:
    """The cases suggested for a rule; what no case can show; and what cases that exist show already."""

    rule: p.Rule
    region: str
    cases: tuple[Suggested, ...]
    unreached: tuple[Unreached, ...]
    covered: dict[Wanted, list[str]]


def suggestions(
    regions: Regions, region: str, rule: p.Rule, *, only_missing: bool = False, with_existing: bool = True
) -> Suggestions:
    """What the cases of a rule should show, and a case for each of it that can be found.

    With `only_missing` nothing is suggested that a case shows already; without `with_existing` these
    are not looked at.
    """
    wanted = wanted_of(rule, regions.program(region))
    covered = _covered(regions, region, Recogniser(rule, wanted)) if with_existing else {}
    sought = [item for item in wanted if not (only_missing and item in covered)]
    search = Search(regions, region, rule, sought)
    search.run(_FIRST_LOOK)
    told = {item.wanted: item for item in prove(regions, search, sought)} if available() else {}
    search.recogniser.wanted = [item for item in sought if item not in told or not told[item].is_proven]
    search.run()
    search.recogniser.wanted = sought
    search.simplify_days()
    missed = [item for item in sought if item not in search.best]
    reason = NOT_FOUND if available() else NO_SOLVER
    unreached = tuple(told.get(item) or Unreached(item, is_proven=False, reason=reason) for item in missed)
    return Suggestions(rule, region, tuple(_chosen(regions, search, sought)), unreached, covered)


# ── cases that exist ────────────────────────────────────────────────────────────────────────────────


def _covered(regions: Regions, region: str, recogniser: Recogniser) -> dict[Wanted, list[str]]:
    """What the passing cases of the region, and of those below it, show about the rule."""
    found: dict[Wanted, list[str]] = {}
    for path in case_files([regions.rulebook.root]):
        for case in read_cases(path, []):
            for item in _shown_by(case, regions, region, recogniser):
                found.setdefault(item, []).append(case.id)
    return {item: found[item] for item in recogniser.wanted if item in found}


def _shown_by(case: Case, regions: Regions, region: str, recogniser: Recogniser) -> Iterable[Wanted]:
    try:
        asked = case.asked
        assert asked.region is not None and asked.question is not None
        if region not in {pack.region.id for pack in regions.policy(asked.region).packs}:
            return ()
        laws, stated = regions.stated(
            asked.region, asked.question, asked.facts, asked.as_of, asked.treatment_region, asked.outputs
        )
        decision = case.asked.decide(regions)
    except PolicyError:
        return ()
    if (recogniser.rule.region, recogniser.rule.id) not in decision.visited:
        return ()
    if differences_of(case, decision, laws.insured.policy.vocabulary):
        return ()
    return recogniser.shown(Tried(laws, stated, decision))


# ── the fewest cases ────────────────────────────────────────────────────────────────────────────────


def _chosen(regions: Regions, search: Search, wanted: list[Wanted]) -> Iterator[Suggested]:
    """A case for the hardest first; what an earlier case shows too needs none of its own."""
    done: set[Wanted] = set()
    chosen: list[Suggested] = []
    for item in sorted(wanted, key=lambda item: _HARDEST_FIRST.index(item.kind)):
        if item in done or item not in search.best:
            continue
        found = search.smallest(search.best[item], [item])
        shows = [known for known in wanted if known in found.shown - done]
        one = _suggested(regions, search, found, item, shows)
        if one is not None:
            done |= found.shown
            chosen.append(one)
    yield from sorted(chosen, key=lambda one: min(wanted.index(item) for item in one.shows))


def _suggested(
    regions: Regions, search: Search, found: Found, purpose: Wanted, shows: list[Wanted]
) -> Suggested | None:
    """The case as plain data, decided once more as it will be read."""
    vocabulary = search.laws.insured.policy.vocabulary
    facts: dict[str, dict[str, Any]] = {}
    for path, value in found.facts.items():
        field = vocabulary.field(path)
        entity, _, name = path.partition(".")
        facts.setdefault(entity, {})[name] = plain_typed(value, field.type, vocabulary) if field else value
    moment = found.moment
    day = moment.isoformat(timespec="minutes").removesuffix("T00:00")
    data: dict[str, Any] = {"region": search.laws.insured.region.id}
    if search.treatment_region:
        data["treatment_region"] = search.treatment_region
    data |= {"question": search.rule.id, "as_of": day, "facts": facts}
    decision = regions.decide(
        data["region"], search.rule.id, facts, as_of=day, treatment_region=search.treatment_region
    )
    if decision.status is not found.tried.decision.status or decision.outputs != found.tried.decision.outputs:
        return None
    return Suggested(purpose, tuple(shows), data | _answer(decision, search.rule, vocabulary), decision)


def _answer(decision: Decision, rule: p.Rule, vocabulary: Vocabulary) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    output = decision.results.get(rule.id)
    if output is not None and output.is_known and decision.status is not Status.ERROR:
        value = plain_typed(output.value, output.type, vocabulary)
        if _can_be_stated(value, output.type, vocabulary):
            answer["expect"] = {rule.id: value}
    if decision.status is not Status.DETERMINED:
        answer["status"] = str(decision.status)
    cited = _cited(decision, rule)
    return answer | ({"cites": cited} if cited else {})


def _can_be_stated(value: Any, kind: Type, vocabulary: Vocabulary) -> bool:
    """Whether a case may expect the value: an amount below zero can be reckoned, but not written."""
    try:
        typed(value, kind, vocabulary)
    except ValueProblemError:
        return kind.kind in ("null", "checklist") or (kind.element is not None and kind.element.kind == "list")
    return True


def _cited(decision: Decision, rule: p.Rule) -> list[str]:
    """What the rule itself stands on in the case; of an error, what it names."""
    if decision.status is Status.ERROR:
        found = [name for item in decision.diagnostics for name in item.provisions]
    else:
        own = (reason for reason in decision.examined if reason.id == rule.id and reason.region == rule.region)
        found = [name for reason in own for name in reason.citations]
    return [name for name in dict.fromkeys(found) if name in decision.cited()]
