"""What is proven about a region's rules, and what is found: told with both clauses and a case to paste."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import attrs

from engine import program as p
from engine.inputs import facts_behind
from engine.proofs.answers import Answer, Proven, Undecided, Witness
from engine.proofs.casefile import pasteable
from engine.proofs.goals import Applies, Beyond, Clash, EndsBeforeStart, Gap, Goal, Holds, Reversed, Wins
from engine.proofs.prover import Prover
from engine.proofs.trials import outcomes
from engine.regions import Regions
from policy.diagnostics import Diagnostic, Note, Severity, Text
from policy.dsl.source import Span
from policy.model import Policy

WITHOUT_CLAUSES = ("brackets", "open_norm")


@attrs.frozen
class Open:
    """A question about a rule that stays undecided, and why."""

    region: str
    rule: str
    label: str
    about: Text
    reason: Text


@attrs.frozen
class Report:
    """What became of the rules that were looked at."""

    rules: tuple[tuple[str, str], ...] = ()
    """Region and id of every rule that was looked at."""
    proven: int = 0
    findings: tuple[Diagnostic, ...] = ()
    undecided: tuple[Open, ...] = ()
    settled: tuple[Span, ...] = ()
    """Where the rules stand of which it is decided whether they have gaps or clashes."""

    def with_more(self, other: Report) -> Report:
        """Both together."""
        return Report(
            (*self.rules, *other.rules),
            self.proven + other.proven,
            (*self.findings, *other.findings),
            (*self.undecided, *other.undecided),
            (*self.settled, *other.settled),
        )


def own_rules(program: p.Program) -> list[str]:
    """The rules that a region declares or amends."""
    own = program.region.id
    return [
        rule.id
        for rule in program.rules.values()
        if rule.region == own or any(clause.region == own for clause in rule.clauses)
    ]


class Inspection:
    """Proves the rules of one region."""

    def __init__(self, regions: Regions, region: str, seconds: float) -> None:
        self.regions = regions
        self.region = region
        self.seconds = seconds
        self.program = regions.program(region)
        self.prover = Prover(regions, region, seconds=seconds)
        self._below: dict[str, Prover] = {}

    def report(self, rules: Iterable[str]) -> Report:
        """What is found about some rules."""
        found = Report()
        for name in rules:
            inspected = _RuleInspection(self, self.program.rules[name])
            inspected.run()
            findings, undecided = tuple(inspected.findings), tuple(inspected.undecided)
            settled = () if undecided else inspected.places()
            is_proven = not findings and not undecided
            found = found.with_more(Report(((self.region, name),), int(is_proven), findings, undecided, settled))
        return found

    def below(self) -> Iterator[Prover]:
        """Provers of the regions that build on this one."""
        for name in self.regions.names():
            chain = [pack.region.id for pack in self.regions.policy(name).packs[:-1]]
            if self.region in chain:
                if name not in self._below:
                    self._below[name] = Prover(self.regions, name, seconds=self.seconds)
                yield self._below[name]


class _RuleInspection:
    def __init__(self, inspection: Inspection, rule: p.Rule) -> None:
        self.inspection = inspection
        self.prover = inspection.prover
        self.program = inspection.program
        self.policy: Policy = inspection.program.policy
        self.rule = rule
        self.findings: list[Diagnostic] = []
        self.undecided: list[Open] = []

    def run(self) -> None:
        """Everything that is asked of a rule."""
        if self.rule.kind not in WITHOUT_CLAUSES:
            self._ask(Gap(), Text("有没有遗漏", "is there a gap"), self._gap)
            self._ask(Clash(), Text("有没有冲突", "is there a clash"), self._clash)
            self._clauses()
        if self.rule.start is not None:
            self._ask(EndsBeforeStart(), Text("期限是否早于起算", "may it end before it starts"), self._ends_early)
        for bound in self.program.bounds.get(self.rule.id, ()):
            about = Text("是否总在限度之内", "is the bound always kept")
            self._ask(Beyond(bound), about, lambda witness, bound=bound: self._beyond(bound, witness))

    def places(self) -> tuple[Span, ...]:
        """Where the rule stands, and its clauses in amendments."""
        return (self.rule.origin.span, *(clause.origin.span for clause in self.rule.clauses))

    def _ask(self, goal: Goal, about: Text, tell: object) -> None:
        answer = self.prover.find(self.rule.id, goal)
        if isinstance(answer, Witness):
            assert callable(tell)
            self.findings.append(tell(answer))
        elif isinstance(answer, Undecided):
            self._leave_open(about, answer)

    def _leave_open(self, about: Text, answer: Undecided) -> None:
        region = self.inspection.region
        self.undecided.append(Open(region, self.rule.id, self.rule.label, about, answer.reason))

    # ── clauses that never win ──────────────────────────────────────────────────────────────────
    def _clauses(self) -> None:
        roles = self._window()
        for clause in self.rule.clauses:
            empty = clause.period.start and clause.period.end and clause.period.start >= clause.period.end
            if clause.region != self.inspection.region or empty:
                continue
            answer = self.prover.can_win(self.rule.id, Wins(clause.id), tidy=False)
            if isinstance(answer, Undecided):
                self._leave_open(Text(f"“{clause.label}”能否适用", f"can `{clause.id}` ever win"), answer)
            elif isinstance(answer, Proven) and not self._wins_below(clause):
                self.findings.append(self._dead(clause))
            if roles and isinstance(answer, Witness):
                about = Text(f"“{clause.label}”的止日是否早于起日", f"may `{clause.id}` end before it begins")
                self._ask(Reversed(clause.id, *roles), about, lambda w, clause=clause: self._reversed(clause, w))

    def _window(self) -> tuple[str, str] | None:
        """The fields of a row that say from when and until when."""
        element = self.rule.type.element
        entity = self.policy.vocabulary.entities.get(element.name) if element else None
        if self.rule.kind != "collect" or entity is None or not {"since", "until"} <= set(entity.roles):
            return None
        return entity.roles["since"], entity.roles["until"]

    def _wins_below(self, clause: p.Clause) -> bool:
        """Whether it wins in a region below, whose amendments may make it true."""
        for prover in self.inspection.below():
            if not isinstance(prover.can_win(self.rule.id, Wins(clause.id), tidy=False), Proven):
                return True
        return False

    def _dead(self, clause: p.Clause) -> Diagnostic:
        is_proviso = clause.kind == "proviso"
        reached = is_proviso and not isinstance(self._can(Holds(clause.id)), Proven)
        alone = clause.condition is not None and isinstance(self._can(Applies(clause.id)), Proven)
        shadows = [] if alone else self._shadows(clause)
        if alone:
            zh, en = "条件在任何案件中都不成立", "its condition holds in no case"
        elif shadows:
            zh = "总被" + "、".join(f"“{item.label}”" for item in shadows) + "挡住"
            en = "always shadowed by " + ", ".join(f"`{item.id}`" for item in shadows)
        elif is_proviso:
            zh, en = "它所对的子句成立时，它的条件都不成立", "its condition never holds where what it stands over does"
        else:
            zh, en = "它所对的子句从不成立", "nothing below it ever applies"
        code = "W0905" if is_proviso and not reached else "W0904"
        below = [item for item in self.rule.clauses if is_proviso and item.id in clause.over and item not in shadows]
        return Diagnostic(
            code=code,
            message=Text(
                f"“{self.rule.label}”的“{clause.label}”永不适用：{zh}",
                f"`{clause.id}` of `{self.rule.id}` never applies: {en}",
            ),
            span=clause.origin.span,
            severity=Severity.WARNING,
            notes=(
                *(Note(Text("它所对的子句", "the clause it stands over"), item.origin.span) for item in below),
                *(Note(Text("挡住它的子句", "the clause that shadows it"), item.origin.span) for item in shadows),
                *self._provisions((clause, *shadows)),
            ),
            hint=Text("删去它，或改正条件和优先关系", "remove it, or correct the conditions and priorities"),
            provisions=_cited((clause, *shadows)),
        )

    def _can(self, goal: Goal) -> Answer:
        return self.prover.can_win(self.rule.id, goal, tidy=False)

    def _shadows(self, clause: p.Clause) -> list[p.Clause]:
        """The clauses that win where this one's condition holds."""
        others = (item for item in self.rule.clauses if item.id != clause.id and item.kind != "general")
        return [item for item in others if not isinstance(self._can(Applies(clause.id, item.id)), Proven)]

    # ── telling ─────────────────────────────────────────────────────────────────────────────────
    def _gap(self, witness: Witness) -> Diagnostic:
        day = witness.case["as_of"]
        return self._finding(
            "E0502",
            Text(f"“{self.rule.label}”在{day}有案件没有子句适用", f"on {day} no clause of `{self.rule.id}` applies to some case"),
            self.rule.origin.span if not hasattr(self.rule.origin, "names") else self.rule.origin.names.span,
            (),
            witness,
            Text("补一个情形，或写“一般 …”；法没有规定的写“一般 无规定”",
                 "add a case or a general clause; `general no_rule` where the law is silent"),
        )  # fmt: skip

    def _clash(self, witness: Witness) -> Diagnostic:
        clauses = self._winners(witness)
        zh = "、".join(f"“{clause.label}”" for clause in clauses)
        en = " and ".join(f"`{clause.id}`" for clause in clauses)
        return self._finding(
            "E0501",
            Text(
                f"“{self.rule.label}”的{zh}同时适用而结果不同",
                f"{en} of `{self.rule.id}` apply together with different results",
            ),
            clauses[0].origin.span,
            clauses,
            witness,
            Text("写明哪个优先（“优先于”），或写成但书", "say which comes first: `overrides`, or a proviso"),
        )

    def _winners(self, witness: Witness) -> list[p.Clause]:
        """The clauses that clash, the region's own first."""
        error = next(item for item in witness.decision.diagnostics if item.code == "E0501")
        spans = {error.span, *(note.span for note in error.notes)}
        found = [clause for clause in self.rule.clauses if clause.origin.span in spans]
        return sorted(found, key=lambda clause: clause.region != self.inspection.region)

    def _beyond(self, bound: p.Bound, witness: Witness) -> Diagnostic:
        error = next(item for item in witness.decision.diagnostics if item.code == "E0505")
        return self._finding(
            "E0505",
            error.message,
            bound.origin.span,
            (),
            witness,
            Text("改正规则，使结果总在限度之内", "correct the rule so that its value keeps within the bound"),
            (*bound.citations, *self.rule.citations),
            (Note(Text("超出限度的规则", "the rule that goes beyond it"), self.rule.origin.span),),
        )

    def _ends_early(self, witness: Witness) -> Diagnostic:
        clauses = self._won(witness)
        return self._finding(
            "E0702",
            Text(f"“{self.rule.label}”的期限可能早于起算日", f"`{self.rule.id}` may end before it starts"),
            clauses[0].origin.span if clauses else self.rule.origin.span,
            clauses,
            witness,
            Text("时限不能为负", "a deadline has no negative length"),
        )

    def _reversed(self, clause: p.Clause, witness: Witness) -> Diagnostic:
        if self._runs_from_an_event(clause):
            return attrs.evolve(self._too_late(clause, witness), severity=Severity.WARNING)
        return self._finding(
            "E0703",
            Text(f"“{self.rule.label}”的“{clause.label}”可能止日早于起日",
                 f"`{clause.id}` of `{self.rule.id}` may end before it begins"),
            clause.origin.span,
            (clause,),
            witness,
            Text("改正“期间”的起止", "correct the window"),
        )  # fmt: skip

    def _too_late(self, clause: p.Clause, witness: Witness) -> Diagnostic:
        return self._finding(
            "W0907",
            Text(f"“{self.rule.label}”的“{clause.label}”，事件来得晚时一开始就过了止日",
                 f"`{clause.id}` of `{self.rule.id}` is already over when its event comes late"),
            clause.origin.span,
            (clause,),
            witness,
            Text("法若另有说法，写出那样的情形", "write a case if the law says more about late events"),
        )  # fmt: skip

    def _runs_from_an_event(self, clause: p.Clause) -> bool:
        """Whether the window begins with one of the events of the case: when they happen is not the law's to say."""
        window = self._window()
        rows = [item for item in (clause.value, *p.walk(clause.value)) if isinstance(item, p.Record)]
        starts = [value for row in rows for name, value in row.fields if window and name == window[0]]
        collections = [item.collection for item in (clause.value, *p.walk(clause.value)) if isinstance(item, p.Each)]
        paths = facts_behind([*starts, *collections], self.program)
        fields = map(self.policy.vocabulary.field, paths)
        return any(field.type.kind == "list" for field in fields if field)

    def _won(self, witness: Witness) -> list[p.Clause]:
        found = outcomes(witness.decision, self.rule.id)
        return [clause for clause in self.rule.clauses if clause.id in found and found[clause.id].outcome == "won"]

    def _finding(
        self,
        code: str,
        message: Text,
        span: object,
        clauses: Sequence[p.Clause],
        witness: Witness,
        hint: Text,
        cited: tuple[str, ...] = (),
        notes: tuple[Note, ...] = (),
    ) -> Diagnostic:
        case = pasteable(witness, f"{code.lower()}_{self.rule.id}", self.policy.vocabulary)
        others = tuple(Note(Text("同时适用的子句", "the other clause"), item.origin.span) for item in clauses[1:])
        provisions = tuple(dict.fromkeys((*cited, *(_cited(clauses) or self.rule.citations))))
        return Diagnostic(
            code=code,
            message=message,
            span=span,  # type: ignore[arg-type]
            notes=(
                *others,
                *notes,
                *self._noted(provisions),
                Note(Text(f"这样的案件，可作用例：\n{case}", f"such a case, to paste into a case file:\n{case}")),
            ),
            hint=hint,
            provisions=provisions,
        )

    def _provisions(self, clauses: Iterable[p.Clause]) -> tuple[Note, ...]:
        return self._noted(_cited(clauses))

    def _noted(self, names: Iterable[str]) -> tuple[Note, ...]:
        library = self.policy.library
        found = (library.provision(name) for name in names)
        return tuple(
            Note(Text(f"{library.cited_as(item, 'zh')}：{item.gist.zh}", f"{item.id}: {item.gist.en}"))
            for item in found
            if item
        )


def _cited(clauses: Iterable[p.Clause]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for clause in clauses for name in clause.citations))
