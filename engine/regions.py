"""The façade: load a region, decide questions about cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from engine import program as p
from engine.cache import content_before
from engine.deciding import Case, decide
from engine.decision import Decision
from engine.evaluator import Laws
from engine.facts import Facts, read_facts
from engine.inputs import inputs_of
from engine.kept_programs import load_program, save_program
from engine.what_if import what_if
from policy.diagnostics import Diagnostic, PolicyError, Text, did_you_mean, has_errors
from policy.model import Policy
from policy.sources import Period
from policy.types import INSTANT
from policy.values import ValueProblemError, typed

if TYPE_CHECKING:
    from engine.backends.python.compiled import Compiled
    from policy.loader import Rulebook


def rules_folder(given: str | Path | None = None) -> Path:
    """Where the rules are: the given folder, else ./rules, else those that ship with the package."""
    if given is not None:
        return Path(given)
    here = Path("rules")
    if any(here.glob("*/region.yaml")):
        return here
    shipped = Path(__file__).parent / "rules"
    return shipped if shipped.is_dir() else Path(__file__).parent.parent / "rules"


class Regions:
    """All regions of a rules folder, each loaded and lowered once.

    Where programs that were kept are not taken, what regions have in common is the same object in all.
    """

    def __init__(self, folder: str | Path | None = None, *, tries: bool = True, takes_kept: bool = True) -> None:
        self.folder = rules_folder(folder)
        self._tries = tries
        self._takes_kept = takes_kept
        self._programs: dict[str, p.Program] = {}
        self._names: tuple[str, ...] | None = None
        self._inputs: dict[tuple[str, str, str], frozenset[str]] = {}

    @cached_property
    def rulebook(self) -> Rulebook:
        """The rule files, read where no compiled policy will do."""
        from policy.loader import Rulebook

        return Rulebook(self.folder, tries=self._tries)

    def names(self) -> list[str]:
        """The ids of all regions."""
        return list(self._names) if self._names is not None else self.rulebook.regions()

    def read_all(self) -> None:
        """Read every region now: what becomes of the files from here on is not seen. Raises PolicyError."""
        names = self.rulebook.regions()
        for name in names:
            self.program(name)
        self._names = tuple(names)

    def policy(self, region: str) -> Policy:
        """The region's checked policy. Raises PolicyError with every diagnostic of a policy that has errors."""
        return self.program(region).policy

    def program(self, region: str) -> p.Program:
        """The region's program. Raises PolicyError with every diagnostic of a policy that has errors."""
        if region not in self._programs:
            kept = load_program(str(self.folder), region) if self._takes_kept else None
            self._programs[region] = kept or self._made(region)
        return self._programs[region]

    def _made(self, region: str) -> p.Program:
        """The program made from the rule files, and kept if they were checked."""
        from engine.lowering import lower

        chain = self.rulebook.chain_of(region)
        content = content_before(str(self.folder), chain) if self._tries else None
        loaded = self.rulebook.load(region)
        if loaded.policy is None or has_errors(loaded.diagnostics):
            raise PolicyError(loaded.diagnostics)
        program = lower(loaded.policy)
        save_program(str(self.folder), chain, program, content)
        return program

    def laws(self, region: str, treatment_region: str | None) -> Laws:
        """The two laws of a case; where no place of treatment is named, what is common to all regions."""
        insured = self.program(region)
        common = insured.policy.packs[0].region.id
        return Laws(insured, self.program(treatment_region or common))

    def decide(
        self,
        region: str,
        question: str,
        facts: Mapping[str, Any],
        *,
        as_of: Any = None,
        treatment_region: str | None = None,
        outputs: Sequence[str] | None = None,
        with_what_if: bool = False,
    ) -> Decision:
        """Answer a question about a case; a rule may be asked for by its name, like a question.

        Raises PolicyError where the region, the question or an output does not exist, or the rules
        have errors; what is wrong with the facts is told by the decision.
        """
        laws, case = self.stated(region, question, facts, as_of, treatment_region, outputs)
        try:
            decision = decide(laws, case)
        except RecursionError:
            raise PolicyError([_too_deep(case.question)]) from None
        return what_if(laws, case, decision) if with_what_if else decision

    def compiled(
        self,
        region: str,
        question: str,
        treatment_region: str | None = None,
        level: str = "values",
        outputs: Sequence[str] | None = None,
    ) -> Compiled:
        """A question, or a rule, made ready to decide many cases fast; `level` is values, clauses or reasons.

        Call it with facts. Raises PolicyError where the region, the question or an output does not exist.
        """
        from engine.backends.python.compiled import Compiled

        laws, asked, wanted = self._asked(region, question, treatment_region, outputs)

        def decide(facts: Mapping[str, Any], as_of: Any) -> Decision:
            return self.decide(region, question, facts, as_of=as_of, treatment_region=treatment_region, outputs=wanted)

        return Compiled(laws, asked, wanted, self._accepted(asked, laws), decide, level)

    def stated(
        self,
        region: str,
        question: str,
        facts: Mapping[str, Any],
        as_of: Any = None,
        treatment_region: str | None = None,
        outputs: Sequence[str] | None = None,
    ) -> tuple[Laws, Case]:
        """The laws of a case and the case, its facts typed. Raises PolicyError."""
        laws, asked, wanted = self._asked(region, question, treatment_region, outputs)
        given, problems = read_facts(facts, laws.insured.policy.vocabulary, self._accepted(asked, laws))
        moment, problem = _as_of(as_of, laws.insured.policy)
        return laws, Case(asked, given, moment, wanted, treatment_region, (*problems, *problem))

    def _asked(
        self, region: str, question: str, treatment_region: str | None, outputs: Sequence[str] | None
    ) -> tuple[Laws, p.Question, list[str]]:
        """Under which laws what is asked, and which of its outputs. Raises PolicyError."""
        laws = self.laws(region, treatment_region)
        asked = self._question(laws.insured, question)
        return laws, asked, self._outputs(asked, outputs)

    def _question(self, program: p.Program, name: str) -> p.Question:
        found = _named(program.questions, name) or asked_rule(program, name)
        if found is None:
            region = program.region
            raise PolicyError(
                [
                    Diagnostic(
                        code="E0511",
                        message=Text(f"“{region.label}”没有问题“{name}”", f"{region.id} has no question `{name}`"),
                        place="question",
                        hint=did_you_mean(name, program.questions),
                    )
                ]
            )
        return found

    def _outputs(self, question: p.Question, outputs: Sequence[str] | None) -> list[str]:
        if outputs is None:
            return list(question.answers)
        by_label = {answer.label: name for name, answer in question.answers.items()}
        wanted = [by_label.get(name, name) for name in outputs]
        for name in wanted:
            if name not in question.answers:
                raise PolicyError(
                    [
                        Diagnostic(
                            code="E0511",
                            message=Text(f"问题没有答复“{name}”", f"{question.id} has no output `{name}`"),
                            place="outputs",
                            hint=did_you_mean(name, question.answers),
                        )
                    ]
                )
        return wanted

    def _accepted(self, question: p.Question, laws: Laws) -> frozenset[str]:
        key = (question.id, laws.insured.region.id, laws.treatment.region.id)
        if key not in self._inputs:
            self._inputs[key] = inputs_of(question, (laws.insured, laws.treatment))
        return self._inputs[key]

    def facts(self, decision: Decision) -> Facts:
        """The typed facts of a decision."""
        return Facts(decision.facts)


class Region:
    """One region, ready to decide."""

    def __init__(self, regions: Regions, name: str) -> None:
        self._regions = regions
        self.id = name
        regions.program(name)

    @cached_property
    def program(self) -> p.Program:
        """The region's program."""
        return self._regions.program(self.id)

    def decide(self, question: str, facts: Mapping[str, Any], **options: Any) -> Decision:
        """Answer a question; the options are those of `Regions.decide`."""
        return self._regions.decide(self.id, question, facts, **options)

    def compiled(self, question: str, **options: Any) -> Compiled:
        """A question made ready to decide many cases fast; the options are those of `Regions.compiled`."""
        return self._regions.compiled(self.id, question, **options)


Item = TypeVar("Item", p.Question, p.Rule)


def _named(items: Mapping[str, Item], name: str) -> Item | None:
    """The item of that id or label."""
    return items.get(name) or next((item for item in items.values() if item.label == name), None)


def asked_rule(program: p.Program, name: str) -> p.Question | None:
    """A rule asked for by itself, on the day stated with the case: what its own cases and proofs speak of."""
    rule = _named(program.rules, name)
    if rule is None:
        return None
    value = p.RuleValue(origin=rule.origin, type=rule.type, id=rule.id, field="")
    answer = p.Answer(id=rule.id, label=rule.label, value=value, field="", is_ordered=False)
    day = p.Local(origin=rule.origin, type=INSTANT, name="decision_instant")
    return p.Question(
        id=rule.id,
        label=rule.label,
        ask="",
        governing=(day,),
        accepts=(),
        answers={rule.id: answer},
        citations=(),
        period=Period(None, None),
        region=rule.region,
        origin=rule.origin,
    )


def load_region(name: str, rules: str | Path | None = None) -> Region:
    """A region by id, from `rules`, else ./rules, else the rules that ship with the package. Raises PolicyError."""
    return Region(Regions(rules), name)


def _too_deep(question: p.Question) -> Diagnostic:
    """The way to an answer is longer than the machine's stack: rules within rules within deep expressions."""
    return Diagnostic(
        code="E0109",
        message=Text(f"“{question.label}”所依的规则嵌套过深", f"the rules behind {question.id} are nested too deeply"),
        span=question.origin.span,
        hint=Text("把嵌套深的式子拆成规则，把长链合并", "make rules of deep expressions, and one rule of a long chain"),
    )


def _as_of(value: Any, policy: Policy) -> tuple[Any, tuple[Diagnostic, ...]]:
    if value is None:
        return None, ()
    try:
        return typed(value, INSTANT, policy.vocabulary), ()
    except ValueProblemError as problem:
        return None, (Diagnostic(code=problem.code, message=problem.message, place="as_of", hint=problem.hint),)
