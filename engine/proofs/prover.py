"""The prover: is there a case that meets a goal, and if so a small and realistic one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import attrs
import z3

from engine import program as p
from engine.decision import Decision, Status
from engine.evaluator import Laws
from engine.proofs import Answer, Proven, Undecided, Witness
from engine.proofs.assumptions import Assumptions
from engine.proofs.effort import TOO_HARD, Effort
from engine.proofs.encoder import ANY, Encoder, Scope
from engine.proofs.formulas import formula
from engine.proofs.goals import Differs, Displaced, Edge, Fails, Gap, Goal, Holds, Reversed, Wins
from engine.proofs.logic import lifted
from engine.proofs.models import NotDecimalError, lessons, pinned, trial_of
from engine.proofs.simple import Preferences, days_of, plain_number, smaller
from engine.proofs.skeletons import alone, completed, fillings, skeleton
from engine.proofs.symbols import LIMIT_LIST, Horizon, Symbols
from engine.proofs.trials import Trial, Trials, day_text, meets, nested
from engine.regions import Regions
from policy.diagnostics import Text

LIMIT_ROUNDS: Final = 12
"""How often a model that the evaluator does not confirm is looked for again."""

LIMIT_PINNED: Final = 2**16
"""How many of the solver's steps the values of a model are held on to while functions are learnt."""

LIMIT_WISH: Final = 2**17
"""For how many of the solver's steps it is tried to make a case plain in one respect: no matter how fast the machine is."""

LIMIT_STEPS: Final = 2**20
"""After how many of its steps the solver is thought to be lost, and asked in another way."""

LIMIT_SEEDS, LIMIT_SEEDED = 12, 2**18
"""From how many places it begins anew before that, and for how many steps: it is lost or has it soon."""

OTHER_WAYS: Final = (2, 6)
"""The solver's further ways to do arithmetic."""

LIMIT_REFUSED: Final = 3
"""How many models the evaluator may refuse."""

STAGES: Final = ((None, False), (None, True), (LIMIT_LIST, True))
"""How far a list is looked into, and whether all that is certain is taken in."""

ABOUT_RANK = (Holds, Wins, Displaced, Fails, Gap)
"""Goals that speak only of which clauses win."""

_CALENDAR = frozenset({"working days", "is_rest_day", "is_holiday", "back_to_working_day", "warn_rest_day"})


class Prover:
    """Looks for cases of one region's rules; `program` is what is proven about, if not the region's own."""

    def __init__(self, regions: Regions, region: str, *, seconds: float = 3, program: p.Program | None = None) -> None:
        self.regions = regions
        self.region = region
        self.seconds = seconds
        self.program = program or regions.program(region)
        self._symbols: Symbols | None = None
        self._encoders: dict[tuple[int, int | None], Encoder] = {}
        self._assumptions: dict[tuple[int, int | None], Assumptions] = {}

    def find(self, rule: str, goal: Goal) -> Answer:
        """A case that meets the goal, or the proof that there is none. What is not there is never met."""
        if rule not in self.program.rules:
            return Proven()
        if isinstance(goal, ABOUT_RANK):
            return self._about_rank(rule, goal)
        answer = self._search(rule, goal)
        if isinstance(goal, Reversed) and isinstance(answer, Witness):
            decision = self.trials(self.program, rule).run(Trial(answer.facts, answer.moment))
            return attrs.evolve(answer, decision=decision)
        return answer

    def can_win(self, rule: str, goal: Goal, *, tidy: bool = True) -> Answer:
        """Like `find`, for a goal about which clauses win, whatever these say then; `tidy` makes the case plain."""
        answer = self._search(rule, goal, is_skeleton=True, tidy=tidy)
        return (self._by_filling(rule, goal) or answer) if isinstance(answer, Undecided) else answer

    def _by_filling(self, rule: str, goal: Goal) -> Witness | None:
        """A case of plain values that happens to meet the goal, where the solver finds none."""
        trials = self.trials(self.program, rule, is_skeleton=True)
        for moment in days_of(self.program, rule, self.symbols):
            for trial, decision in fillings(Trial({}, moment), trials):
                if meets(goal, decision, trials.subject):
                    both_places = any(name in self.program.choices for _, name in decision.visited)
                    return self.witness(rule, trial, decision, both_places)
        return None

    def _about_rank(self, rule: str, goal: Goal) -> Answer:
        """First which clauses win; then a case in which what they say can be told too."""
        first = self.can_win(rule, goal)
        if not isinstance(first, Witness) or isinstance(goal, Gap):
            return first
        found = self._told_fully(rule, goal, first)
        if found is not None and found.decision.status is Status.DETERMINED:
            return found
        second = self._search(rule, goal)
        if isinstance(second, Witness):
            return self._told_fully(rule, goal, second) or second
        return found or second

    def _told_fully(self, rule: str, goal: Goal, first: Witness) -> Witness | None:
        """The case with whatever else the rule needs; None where it ends in an error."""
        trials = self.trials(self.program, rule)
        trial, decision = completed(Trial(first.facts, first.moment), trials)
        if meets(goal, decision, self.program.rules[rule]):
            return self.witness(rule, trial, decision, "treatment_region" in first.case)
        return None

    def _search(self, rule: str, goal: Goal, *, is_skeleton: bool = False, tidy: bool = True) -> Answer:
        """First with what is certain about the facts at hand, then with all, then with lists element by element."""
        answer: Answer = Undecided(_NOT_CONFIRMED)
        for bound, thorough in STAGES if not isinstance(goal, Reversed) else STAGES[-1:]:
            search = _Search(self, rule, goal, bound, Effort(self.seconds), is_skeleton, thorough)
            search.tidy = tidy
            if bound is not None and not search.has_lists and not isinstance(goal, Reversed):
                break
            found = search.run()
            if not isinstance(found, Undecided):
                return found
            answer = found
        return answer

    def witness(self, rule: str, trial: Trial, decision: Decision, both_places: bool) -> Witness:
        """A case as plain data."""
        case: dict[str, Any] = {"region": self.region, "question": rule, "as_of": day_text(trial.moment)}
        if both_places:
            case["treatment_region"] = self.region
        case["facts"] = nested(trial.facts)
        return Witness(case, decision, trial.facts, trial.moment)

    # ── shared by all searches ──────────────────────────────────────────────────────────────────
    @property
    def symbols(self) -> Symbols:
        """The variables of the region's cases."""
        if self._symbols is None:
            policy = self.program.policy
            self._symbols = Symbols(policy.vocabulary, Horizon.of([policy]))
        return self._symbols

    def encoder(self, program: p.Program, bound: int | None) -> Encoder:
        """The encoding of a program, made once."""
        key = (id(program), bound)
        if key not in self._encoders:
            self._encoders[key] = Encoder(program, self.symbols, bound)
        return self._encoders[key]

    def assumptions(self, program: p.Program, bound: int | None) -> Assumptions:
        """What can be taken for granted about every case."""
        key = (id(program), bound)
        if key not in self._assumptions:
            self._assumptions[key] = Assumptions(self.encoder(program, bound))
        return self._assumptions[key]

    def trials(self, program: p.Program, rule: str, *, is_skeleton: bool = False) -> Trials:
        """Cases of a rule for the reference evaluator; care is given where the person is insured."""
        if is_skeleton:
            program, rule = skeleton(program, rule)
        return Trials(Laws(program, program), rule, is_skeleton=is_skeleton)


class _Search:
    """One search, with lists whole or of few elements."""

    def __init__(
        self,
        prover: Prover,
        rule: str,
        goal: Goal,
        bound: int | None,
        effort: Effort,
        is_skeleton: bool,
        thorough: bool,
    ) -> None:
        self.prover = prover
        self.rule = rule
        self.goal = goal
        self.bound = bound
        self.effort = effort
        self.program = prover.program
        self.is_skeleton = is_skeleton
        self.thorough = thorough
        self.tidy = True
        self.plain: tuple[Any, ...] = ()
        self.model: Any = None
        self.trials = prover.trials(self.program, rule, is_skeleton=is_skeleton)
        if isinstance(goal, Reversed):
            program, name = alone(self.program, rule, goal.clause)
            self.trials = Trials(Laws(program, program), name)
        self.others = (
            prover.trials(goal.other, rule) if isinstance(goal, Differs) and rule in goal.other.rules else None
        )
        self.symbols = prover.symbols
        self.solver = z3.SimpleSolver()
        self.wanted, self.used = self._wanted()
        self.has_lists = self._uses_lists()

    def _wanted(self) -> tuple[Any, frozenset[Any]]:
        with self.symbols.recording() as used:
            scope = Scope(asked=ANY if self.is_skeleton else self.rule)
            encoder = self.prover.encoder(self.program, self.bound)
            other = self.prover.encoder(self.goal.other, self.bound) if isinstance(self.goal, Differs) else None
            wanted = formula(self.goal, self.rule, scope, encoder, other, self.is_skeleton)
            assumptions = self.prover.assumptions(self.program, self.bound)
            _ = self.symbols.moment
            if wanted is not False:
                self.solver.add(list(assumptions.about(self.rule, self.goal, used, thorough=self.thorough)))
        return wanted, frozenset(used)

    def _uses_lists(self) -> bool:
        found = (self.symbols.symbols.get(name) for name in self.used if isinstance(name, str))
        return any(symbol is not None and symbol.type.kind == "list" for symbol in found)

    # ── searching ───────────────────────────────────────────────────────────────────────────────
    def run(self) -> Answer:
        """The answer within the steps there are."""
        if self.wanted is False:
            return self._none()
        for item in self.symbols.constraints(self.used):
            self.solver.add(item)
        self.solver.add(lifted(self.wanted))
        self._prefer_plain_numbers()
        reason = _NOT_CONFIRMED
        refused = 0
        for _ in range(LIMIT_ROUNDS):
            found = self._check()
            if found == z3.unsat and self.plain:
                self.plain = ()  # perhaps with numbers of any number of places
                found = self._check()
            if found == z3.unsat:
                return self._none()
            if found == z3.unknown:
                return Undecided(TOO_HARD)
            model = self.model
            learnt = list(lessons(model, self._applications()))
            if learnt:
                reason = self._reason()
                self.solver.add(learnt)
                model = self._with_same_operands(model)
                if model is None:
                    continue
            witness = self._witness(model)
            if witness is not None:
                return witness
            reason = self._reason()
            refused += 1
            if (self.has_lists and self.bound is None) or refused > LIMIT_REFUSED:
                break
            self._exclude(model)
        return Undecided(reason)

    def _with_same_operands(self, model: z3.ModelRef) -> z3.ModelRef | None:
        """A model in which the functions are applied to the same values, now that these are known."""
        applications = self._applications()
        for only_last in (True, False):
            self.solver.push()
            self.solver.add(pinned(model, applications, only_last=only_last))
            found = self.model if self._check(LIMIT_PINNED) == z3.sat else None
            self.solver.pop()
            if found is not None:
                learnt = list(lessons(found, applications))
                if not learnt:
                    return found
                self.solver.add(learnt)
        return None

    def _prefer_plain_numbers(self) -> None:
        """Ratios and numbers with two places, as long as these do."""
        known = self.symbols.symbols
        numbers = [known[name] for name in self.symbols.in_order(self.used) if name in known]
        wishes = [wish for symbol in numbers for wish in plain_number(symbol)]
        if wishes:
            plain = z3.FreshBool("plain")
            self.solver.add(z3.Implies(plain, z3.And(wishes)))
            self.plain = (plain,)

    def _none(self) -> Answer:
        return Proven() if self.bound is None or isinstance(self.goal, Reversed) else Undecided(_LISTS)

    def _check(self, most: int | None = None) -> Any:
        """What the solver says, within a number of steps; without one, other ways are tried where it gets lost."""
        found = self._ask(self.solver, most or LIMIT_SEEDED)
        if found != z3.unknown or most is not None:
            return found
        for seed in range(1, LIMIT_SEEDS):
            found = self._ask(self._another({"random_seed": seed}), LIMIT_SEEDED)
            if found != z3.unknown:
                return found
        for arithmetic in OTHER_WAYS:
            found = self._ask(self._another({"arith.solver": arithmetic}), LIMIT_STEPS)
            if found != z3.unknown:
                return found
        return self._ask(self.solver)

    def _another(self, ways: Mapping[str, int]) -> z3.Solver:
        """A solver that is asked the same and looks elsewhere first."""
        other = z3.Solver()
        for name, value in ways.items():
            other.set(name, value)
        other.add(self.solver.assertions())
        return other

    def _ask(self, solver: z3.Solver, most: int | None = None) -> Any:
        found = self.effort.ask(solver, *self.plain, most=most)
        self.model = solver.model() if found == z3.sat else None
        return found

    def _applications(self) -> list[Any]:
        known = self.symbols.applications
        return [known[name] for name in self.symbols.in_order(self.used) if name in known]

    def _exclude(self, model: z3.ModelRef) -> None:
        """Not this case again."""
        known = self.symbols.symbols
        facts = [known[name] for name in self.symbols.in_order(self.used) if name in known]
        same = [item.variable == model.eval(item.variable, model_completion=True) for item in facts]
        if same:
            self.solver.add(z3.Not(z3.And(same)))

    def _reason(self) -> Text:
        names = {name[0] for name in self.used if isinstance(name, tuple) and name in self.symbols.applications}
        if self.has_lists or self.bound is not None:
            return _LISTS
        if names & _CALENDAR:
            return _WORKING_DAYS
        return _PRODUCTS if names else _NOT_CONFIRMED

    # ── witnesses ───────────────────────────────────────────────────────────────────────────────
    def _witness(self, model: z3.ModelRef) -> Witness | None:
        """The model as a case, in plain values as far as these will do; None where the evaluator disagrees."""
        preferred = None
        if self.tidy and not self._applications():
            preferred = Preferences(self.symbols, self.used, self.program, self.rule).apply(
                self.solver, partial(self._check, LIMIT_WISH)
            )
        for one in filter(None, (preferred, model)):
            try:
                trial = trial_of(one, self.symbols, self.used)
            except NotDecimalError:
                continue
            if self._confirms(trial):
                return self._told(self._plain(trial) if self.tidy else trial)
        return None

    def _plain(self, trial: Trial) -> Trial:
        days = days_of(self.program, self.rule, self.symbols)
        return smaller(trial, self._confirms, self.program, days)

    def _confirms(self, trial: Trial) -> bool:
        trial = self._accepted(trial)
        if isinstance(self.goal, Edge) and not self.trials.is_at_edge(self.goal, trial):
            return False
        decision = self.trials.run(trial)
        other = self.others.run(trial) if self.others is not None else None
        if isinstance(self.goal, Differs) and self.others is None:
            return True
        return meets(self.goal, decision, self.trials.subject, other)

    def _accepted(self, trial: Trial) -> Trial:
        accepted = self.trials.accepted & (self.others.accepted if self.others else self.trials.accepted)
        kept = {path: value for path, value in trial.facts.items() if path in accepted}
        return attrs.evolve(trial, facts=kept)

    def _told(self, trial: Trial) -> Witness:
        trial = self._accepted(trial)
        both_places = any(
            name[0] == "rule" and name[1] in self.program.choices for name in self.used if isinstance(name, tuple)
        )
        return self.prover.witness(self.rule, trial, self.trials.run(trial), both_places)


def difference(old: p.Program, new: p.Program, regions: Regions, rule: str, *, seconds: float = 3) -> Answer:
    """A case on which a rule decides otherwise under another program, or the proof that there is none."""
    return Prover(regions, old.region.id, seconds=seconds, program=old).find(rule, Differs(new))


_LISTS = Text("取决于列表里有什么", "depends on what is in a list")
_WORKING_DAYS = Text("取决于工作日历", "depends on the working calendar")
_PRODUCTS = Text("取决于两个未定数的乘除", "depends on a product or quotient of two open amounts")
_NOT_CONFIRMED = Text("找到的案件经逐条推算不成立", "the cases found do not hold when they are decided")
