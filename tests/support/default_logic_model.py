"""Default logic as a definition, not as an algorithm: slow, small, and written from the manual alone.

A theory is a list of rules made of clauses. For one *world* (every fact known) the winners are defined
by sets; for a case with facts missing, by all its worlds. Nothing here is shared with the evaluator.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import date
from itertools import product
from typing import Any

import attrs

DOMAINS: dict[str, tuple[Any, ...]] = {
    "visit.emergency": (False, True),
    "visit.filed": (False, True),
    "person.retired": (False, True),
    "visit.kind": ("local", "referral", "emergency", "other"),
    "person.age": (40, 60, 80),
}
"""Every fact with the values it is tried with; conditions tell these values apart and no others."""

World = Mapping[str, Any]


# ── theories ────────────────────────────────────────────────────────────────────────────────────────


@attrs.frozen
class Fact:
    """The fact is the value, or at least the value where it is a number."""

    path: str
    value: Any


@attrs.frozen
class Holds:
    """A rule of truth values says yes."""

    rule: str


@attrs.frozen
class Not:
    part: Condition


@attrs.frozen
class Both:
    parts: tuple[Condition, ...]


@attrs.frozen
class Either:
    parts: tuple[Condition, ...]


Condition = Fact | Holds | Not | Both | Either
SILENT = "无规定"
"""The value of a clause that says the law says nothing."""


@attrs.frozen
class Clause:
    """`over` are the clauses that a proviso stands over, or the cases that a case comes before."""

    id: str
    kind: str
    value: Any
    condition: Condition | None = None
    over: frozenset[str] = frozenset()
    since: date = date.min
    until: date = date.max

    def is_in_force(self, day: date) -> bool:
        return self.since <= day <= self.until


@attrs.frozen
class Rule:
    id: str
    is_truth: bool
    clauses: tuple[Clause, ...]


Theory = Mapping[str, Rule]


@attrs.frozen
class Outcome:
    """What a rule comes to: `value`, with one value of the winners, else `clash` or `nothing`.

    In a `silent clash` one winner says that the law is silent, which is what the evaluator then tells.
    """

    kind: str
    value: Any = None
    winners: frozenset[str] = frozenset()

    @property
    def answer(self) -> tuple[str, Any]:
        """What a person is told; who won is the reason, not the answer."""
        return "nothing" if self.kind == "silent clash" else self.kind, self.value

    @property
    def is_clash(self) -> bool:
        return self.kind.endswith("clash")


# ── one world ───────────────────────────────────────────────────────────────────────────────────────


def is_true(condition: Condition | None, world: World, theory: Theory, day: date) -> bool:
    """Whether a condition is true in a world."""
    match condition:
        case None:
            return True
        case Fact(path, value):
            return bool(world[path] >= value) if path == "person.age" else bool(world[path] == value)
        case Holds(rule):
            return outcome(theory[rule], world, theory, day).value is True
        case Not(part):
            return not is_true(part, world, theory, day)
        case Both(parts):
            return all(is_true(part, world, theory, day) for part in parts)
        case Either(parts):
            return any(is_true(part, world, theory, day) for part in parts)


def outcome(rule: Rule, world: World, theory: Theory, day: date) -> Outcome:
    """What the rule comes to in a world."""
    in_force = [clause for clause in rule.clauses if clause.is_in_force(day)]
    return concluded(in_force, {clause.id for clause in in_force if is_true(clause.condition, world, theory, day)})


def concluded(in_force: Sequence[Clause], applicable: Set[str]) -> Outcome:
    """What the winners say; nothing where there are none, or they say that the law is silent."""
    won = winners(in_force, applicable)
    values = {clause.value for clause in in_force if clause.id in won}
    if len(values) > 1:
        return Outcome("silent clash" if SILENT in values else "clash", winners=frozenset(won))
    if not won or SILENT in values:
        return Outcome("nothing", winners=frozenset(won))
    return Outcome("value", values.pop(), frozenset(won))


def winners(in_force: Sequence[Clause], applicable: Set[str]) -> Set[str]:
    """The clauses that speak and are not silenced, where these are the ones whose conditions hold."""
    spoken = speaking(in_force, applicable)
    return spoken - silenced(in_force, spoken)


def speaking(in_force: Sequence[Clause], applicable: Set[str]) -> Set[str]:
    """1. A case speaks if no applicable case comes before it, directly or by way of others.
    2. The general clause speaks if no case is applicable.
    3. An applicable proviso over a clause that speaks, speaks too.
    """
    kinds = {clause.id: clause.kind for clause in in_force}
    cases = {name for name in applicable if kinds[name] == "case"}
    first = {name for name in cases if not any(name in after(in_force, other) for other in cases)}
    spoken = first or {name for name in applicable if kinds[name] == "general"}
    provisos = [clause for clause in in_force if clause.kind == "proviso" and clause.id in applicable]
    for _ in provisos:
        spoken = spoken | {clause.id for clause in provisos if clause.over & spoken}
    return spoken


def silenced(in_force: Sequence[Clause], spoken: Set[str]) -> Set[str]:
    """4. A proviso that speaks silences what it stands over."""
    return {name for c in in_force if c.kind == "proviso" and c.id in spoken for name in c.over} & spoken


def after(in_force: Sequence[Clause], case: str) -> Set[str]:
    """The cases that one comes before; the word of a clause that is not in force does not count."""
    over = {clause.id: clause.over for clause in in_force if clause.kind == "case"}
    found: Set[str] = over[case]
    for _ in over:
        found = found | {below for name in found for below in over.get(name, ())}
    return found


# ── facts missing ───────────────────────────────────────────────────────────────────────────────────


def worlds(known: World, used: Set[str]) -> Iterator[World]:
    """Every way in which the facts that are used and missing may turn out."""
    missing = [path for path in DOMAINS if path in used and path not in known]
    for values in product(*(DOMAINS[path] for path in missing)):
        yield {**known, **dict(zip(missing, values, strict=True))}


def possible(rule: Rule, known: World, theory: Theory, day: date) -> set[Outcome]:
    """All that the rule may come to: the case is settled where they agree."""
    used = {path for clause in rule.clauses for path in facts_of(clause.condition, theory)}
    return {outcome(rule, world, theory, day) for world in worlds(known, used)}


def lazily(rule: Rule, known: World, theory: Theory, day: date) -> Outcome | None:
    """What the manual promises without asking on; None where it does not: there laziness stops.

    Each condition is taken by itself (one is open where missing facts leave it so), and then:

    * an open case matters where no case holds, or where it comes before one that does. Beside one that
      holds it is not asked for: clauses of equal rank are taken to agree;
    * an open proviso matters where it stands over a clause that speaks, whatever other provisos do.
    """
    in_force = [clause for clause in rule.clauses if clause.is_in_force(day)]
    told = {clause.id: three_valued(clause.condition, known, theory, day) for clause in in_force}
    holding = {name for name, truth in told.items() if truth}
    cases = {clause.id for clause in in_force if clause.kind == "case"}
    beaten = {name for case in cases & holding for name in after(in_force, case)}
    matter = {name for name in cases - beaten if told[name] is None}
    leading = cases & holding - beaten
    if matter and (not leading or any(after(in_force, case) & leading for case in matter)):
        return None
    spoken = speaking(in_force, holding)
    if any(c.kind == "proviso" and told[c.id] is None and c.over & spoken for c in in_force):
        return None
    return concluded(in_force, holding)


def three_valued(condition: Condition | None, known: World, theory: Theory, day: date) -> bool | None:
    """Whether a condition is true with what is known; None where it is open (Kleene's strong logic)."""
    match condition:
        case None:
            return True
        case Fact(path, _):
            return is_true(condition, known, theory, day) if path in known else None
        case Holds(rule):
            settled = lazily(theory[rule], known, theory, day)
            return None if settled is None else settled.value is True
        case Not(part):
            found = three_valued(part, known, theory, day)
            return None if found is None else not found
        case Both(parts):
            truths = [three_valued(part, known, theory, day) for part in parts]
            return False if False in truths else None if None in truths else True
        case Either(parts):
            truths = [three_valued(part, known, theory, day) for part in parts]
            return True if True in truths else None if None in truths else False


def facts_of(condition: Condition | None, theory: Theory) -> set[str]:
    """The facts that a condition speaks of, also by way of rules."""
    match condition:
        case None:
            return set()
        case Fact(path, _):
            return {path}
        case Holds(rule):
            return {path for clause in theory[rule].clauses for path in facts_of(clause.condition, theory)}
        case Not(part):
            return facts_of(part, theory)
        case Both(parts) | Either(parts):
            return {path for part in parts for path in facts_of(part, theory)}
