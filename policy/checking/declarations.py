"""Every declaration of a pack: its names, citations, clauses, and the types of what it says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext

from policy.checking.clause_checker import ITEMS, RANKED, ClauseChecker
from policy.checking.exclusions import check_exclusions
from policy.checking.graphs import cycles_among
from policy.checking.registers import check_duties
from policy.diagnostics import Diagnostic, Note, Text, did_you_mean
from policy.dsl import tree as t
from policy.exclusions import Exclusion
from policy.model import Checked, NamedRule, Target
from policy.names import Scope
from policy.types import BOOLEAN, DATE, DURATION, MONEY, RATIO, TEMPORAL, UNKNOWN, Type, list_of
from policy.vocabulary import Entity

LAWS = ("insured", "treatment")
"""The roles of the places whose law may be chosen."""

_REGISTER_FIELDS = ("actor", "since", "until", "modality")


def check_pack(
    scope: Scope, programs: Iterable[t.Program], exclusions: Iterable[Exclusion] = ()
) -> tuple[Checked, tuple[Diagnostic, ...]]:
    """Check the declarations of one pack, and what it declares impossible, in its scope."""
    checker = _DeclarationChecker(scope)
    declarations = [item for program in programs for item in program.declarations]
    checker.check_names(declarations)
    for item in declarations:
        checker.declaration(item)
        checker.settle_month_ends()
    check_exclusions(exclusions, checker)
    if not checker.problems:
        checker.problems.extend(cycles_among(scope, checker.targets, declarations))
    return Checked(checker.types, checker.targets), tuple(checker.problems)


class _DeclarationChecker(ClauseChecker):
    def __init__(self, scope: Scope) -> None:
        super().__init__(scope)
        self.amended: dict[t.Declaration, list[t.Clause]] = {}
        """What this pack has already added to the rules of its superiors."""

    def check_names(self, declarations: Iterable[t.Declaration]) -> None:
        """No name is declared twice, and none that a superior has."""
        self._reject_repeated(item for item in declarations if isinstance(item, t.Question))
        self._reject_repeated(item for item in declarations if isinstance(item, t.Check))
        self._reject_repeated(item for item in declarations if isinstance(item, t.ChoiceOfLaw))
        seen: dict[str, NamedRule] = {}
        for item in self.scope.own:
            for name in dict.fromkeys((item.names.id, item.names.label)):
                superior = self.scope.rule(name)
                if superior and superior.region != self.scope.region:
                    self._already_superior(item, superior.declaration, superior.region)
                    break
                if name in seen:
                    note = Note(Text("已在此声明", "it is declared here"), seen[name].names.span)
                    self.report(
                        "E0202", item.names.span, f"“{name}”重复声明", f"`{name}` is declared twice", notes=(note,)
                    )
                    break
                seen[name] = item

    def _reject_repeated(self, declarations: Iterable[t.Question | t.Check | t.ChoiceOfLaw]) -> None:
        seen: dict[str, t.Names] = {}
        for item in declarations:
            before = seen.setdefault(item.names.id, item.names)
            if before is not item.names:
                note = Note(Text("已在此声明", "it is declared here"), before.span)
                name = item.names.id
                self.report("E0202", item.names.span, f"“{name}”重复声明", f"`{name}` is declared twice", notes=(note,))

    def _already_superior(self, item: NamedRule, superior: NamedRule, region: str) -> None:
        name = item.names.label
        self.report(
            "E0206",
            item.names.span,
            f"上级已有规则“{name}”，不得另立",
            f"a superior ({region}) already has `{item.names.id}`",
            Text(f"写“修订 {name}”并增加情形或但书", f"write `amend {item.names.id}` and add cases or provisos"),
            (Note(Text("上级的规则", "the superior's rule"), superior.names.span),),
        )

    def declaration(self, item: t.Declaration) -> None:
        match item:
            case t.Rule():
                self._rule(item)
            case t.Collect():
                self._collect(item)
            case t.Brackets():
                self._brackets(item)
            case t.Bound():
                self._bound(item)
            case t.Delegate():
                self._delegate(item)
            case t.Amend():
                self._amend(item)
            case t.Deadline():
                self._deadline(item)
            case t.Register():
                self._register(item)
            case t.Checklist():
                self._checklist(item)
            case t.OpenNorm():
                self._open_norm(item)
            case t.Question():
                self._question(item)
            case t.ChoiceOfLaw():
                self._choice(item)
            case t.Check():
                self._check(item)

    # ── each declaration ────────────────────────────────────────────────────────────────────────
    def _rule(self, item: t.Rule) -> None:
        self.terms(item.terms)
        wanted = self.declared(item.type)
        about = self.about(item.element)
        if not item.clauses:
            self.report("E0307", item.span, "规则没有任何子句", "the rule has no clause")
        with self.bound(about) if about else nullcontext():
            self.clauses(item.clauses, wanted, item.terms)

    def _collect(self, item: t.Collect) -> None:
        self.terms(item.terms)
        declared = self.declared(item.type)
        wanted = declared.element if declared.kind == "list" and declared.element else declared
        if declared.kind != "list" and not declared.is_numeric and declared.kind != "unknown":
            self.report("E0307", item.type.span, "汇集的结果是列表或数额", "a collect gives a list or an amount")
        about = self.about(item.element)
        if not item.clauses:
            self.report("E0307", item.span, "汇集没有任何“项”", "the collection has no item")
        with self.bound(about) if about else nullcontext():
            self.clauses(item.clauses, wanted, item.terms, ITEMS)

    def _brackets(self, item: t.Brackets) -> None:
        self.terms(item.terms)
        declared = self.declared(item.type)
        wanted = declared.element if declared.kind == "list" and declared.element else declared
        self.expect(item.upper, MONEY)
        if item.lower is not None:
            self.expect(item.lower, MONEY)
        if (item.scale is None) == (not item.bands):
            self.report("E0307", item.span, "写“段表”或写各“段”，两者取一", "write a scale or bands, one of the two")
        element = UNKNOWN
        if item.scale is not None:
            element = self._scale(item.scale)
        for band in item.bands:
            if band.up_to is not None:
                self.expect(band.up_to, MONEY)
            self.expect(band.rate, RATIO)
        self.locals["portion"] = MONEY
        if item.bands:
            self.locals["rate"] = RATIO
        with self.bound(element):
            self.expect(item.portion, wanted)
        self.locals.pop("portion", None)
        self.locals.pop("rate", None)

    def _scale(self, scale: t.Expr) -> Type:
        kind = self.check(scale)
        element = kind.element if kind.kind == "list" and kind.element else UNKNOWN
        entity = self.scope.vocabulary.entities.get(element.name)
        if entity is None or not {"lower", "upper"} <= set(entity.roles):
            self.report("E0301", scale.span, "段表应为带段下限、段上限的列表", "expected a list of bands with edges")
            return UNKNOWN
        return element

    def _bound(self, item: t.Bound) -> None:
        self.terms(item.terms)
        self.check(item.comparison.left)
        target = self.targets.get(item.comparison.left)
        if target is not None and target.kind not in ("parameter", "rule"):
            zh, en = "限度的对象是参数或规则", "a bound is on a parameter or a rule"
            self.report("E0307", item.comparison.left.span, zh, en)
        elif item.comparison.operator not in ("at_most", "at_least"):
            zh, en = "限度写“不超过”或“不低于”", "a bound says `at_most` or `at_least`"
            self.report("E0307", item.comparison.span, zh, en)
        else:
            self.check(item.comparison)
        for condition in (item.condition, item.unless):
            if condition is not None:
                self.expect(condition, BOOLEAN)

    def _delegate(self, item: t.Delegate) -> None:
        self.terms(item.terms)
        kind = self.check(item.parameter)
        target = self.targets.get(item.parameter)
        if target is not None and target.kind != "parameter":
            self.report("E0307", item.parameter.span, "下放的对象是参数", "only a parameter can be delegated")
        if item.default is not None:
            self.expect(item.default, kind)

    def _amend(self, item: t.Amend) -> None:
        self.terms(item.terms)
        found = self.scope.rule(item.target.text)
        if found is None or not isinstance(found.declaration, t.Rule | t.Collect | t.Deadline):
            hint = did_you_mean(item.target.text, self.scope.rule_names())
            name = item.target.text
            self.report(
                "E0205", item.target.span, f"没有规则“{name}”可修订", f"there is no rule `{name}` to amend", hint
            )
            return
        declaration = found.declaration
        self.targets[item.target] = Target("rule", declaration.names.id, declaration.names.label)
        if found.region == self.scope.region:
            self.report(
                "E0205",
                item.target.span,
                "本地区的规则直接改写，不用修订",
                "change your own rule instead of amending it",
            )
        for clause in item.clauses:
            if clause.kind == "general":
                hint = Text("改写为“情形”或“但书”", "write a case or a proviso")
                self.report(
                    "E0206",
                    clause.span,
                    "修订不得替换一般条款",
                    "an amendment may not replace the general clause",
                    hint,
                )
        declared = self.declared_type(declaration)
        wanted = declared.element if isinstance(declaration, t.Collect) and declared.element else declared
        if isinstance(declaration, t.Deadline):
            wanted = DURATION
        element = getattr(declaration, "element", None)
        about = self.about(element) if element is not None else None
        earlier = [*self.scope.clauses_of(item.target.text), *self.amended.get(declaration, ())]
        kinds = ITEMS if isinstance(declaration, t.Collect) else RANKED
        with self.bound(about) if about else nullcontext():
            self.clauses(item.clauses, wanted, item.terms, kinds, earlier)
        self.amended.setdefault(declaration, []).extend(item.clauses)

    def _deadline(self, item: t.Deadline) -> None:
        self.terms(item.terms)
        self.expect(item.start, DATE)
        if item.actor is not None:
            self.check(item.actor, self._role_type("actor"))
        if not item.clauses:
            hint = Text("例如“时限 10 个工作日”", "for example `term 10 working_days`")
            self.report("E0307", item.span, "期限没有写时限", "the deadline has no term", hint)
        self.clauses(item.clauses, DURATION, item.terms)

    def _role_type(self, role: str) -> Type:
        """The type of a field that plays the role in some record of the vocabulary."""
        for entity in self.scope.vocabulary.entities.values():
            if role in entity.roles:
                return entity.fields[entity.roles[role]].type
        return UNKNOWN

    def _register(self, item: t.Register) -> None:
        self.terms(item.terms)
        declared = self.declared(item.type)
        element = declared.element or declared
        entity = self.scope.vocabulary.entities.get(element.name)
        if entity is None or "name" not in entity.roles:
            self.report(
                "E0307",
                item.type.span,
                "此类型没有注明各栏的用途",
                "this type does not say which field plays which role",
            )
            return
        self._attributes(item, entity)
        if item.condition is not None:
            with self.bound(Type("record", entity.id)):
                self.expect(item.condition, BOOLEAN)
        if item.kind == "duties":
            self.problems.extend(check_duties(item, entity, self.scope))
        for entry in item.entries:
            self.terms(entry.terms)
            with self._at_hand(entry):
                self._entry(entry, entity)

    @contextmanager
    def _at_hand(self, entry: t.Entry) -> Iterator[None]:
        """The element that a row is for, if there is a row for each element of a list."""
        if entry.each is None:
            yield
            return
        element = self.check_each(entry.each).element or UNKNOWN
        with self.bound(element, entry.each.binder):
            yield

    def _entry(self, entry: t.Entry, entity: Entity) -> None:
        self._step_name(entry.name, entity.fields[entity.roles["name"]].type)
        for name in entry.after:
            if "after" in entity.roles:
                self._step_name(name, entity.fields[entity.roles["after"]].type.element or UNKNOWN)
        if entry.condition is not None:
            self.expect(entry.condition, BOOLEAN)
        self._attributes(entry, entity)

    def _attributes(self, item: t.Register | t.Entry, entity: Entity) -> None:
        for attribute in item.attributes:
            role = attribute.name.text
            if role in _REGISTER_FIELDS and role in entity.roles:
                wanted = entity.fields[entity.roles[role]].type
                several = role == "actor" and isinstance(attribute.value, t.ListOf)
                self.expect(attribute.value, list_of(wanted) if several else wanted)
            else:
                self.expect(attribute.value, BOOLEAN)

    def _step_name(self, name: t.Name, kind: Type) -> None:
        enum = self.scope.vocabulary.enums.get(kind.name)
        value = enum.find(name.text) if enum else None
        if enum is None or value is None:
            hint = did_you_mean(name.text, [v.label for v in enum.values.values()]) if enum else None
            self.report("E0201", name.span, f"未知名称“{name.text}”", f"unknown name `{name.text}`", hint)
            return
        self.targets[name] = Target("enum", enum.id, value.label, value.id)

    def _checklist(self, item: t.Checklist) -> None:
        self.terms(item.terms)
        enum = self.scope.vocabulary.enum_with_role("checklist_item")
        wanted = list_of(Type("enum", enum.id)) if enum else UNKNOWN
        for alternatives in item.items:
            self.expect(alternatives, wanted)
            for one in t.children(alternatives):
                target = self.targets.get(one)
                if target is not None and target.kind != "enum":
                    self.report("E0307", one.span, "清单只列名称", "a checklist only names things")

    def _open_norm(self, item: t.OpenNorm) -> None:
        self.terms(item.terms)
        self.declared(item.type)
        if item.actor is not None:
            self.check(item.actor, self._role_type("actor"))

    def _question(self, item: t.Question) -> None:
        self.terms(item.terms)
        for moment in item.governing:
            self._governing(moment)
        for path in item.accepts:
            self.check(path)
            target = self.targets.get(path)
            if target is not None and target.kind not in ("fact", "parameter", "local"):
                self.report("E0307", path.span, "此处应为事实", "expected a fact")
        if not item.answers:
            self.report("E0307", item.names.span, "问题没有任何答复", "the question has no answer")
        seen: set[str] = set()
        for answer in item.answers:
            kind = self.check(answer.value)
            self.expect_exact(answer.value, kind, self.exactly(kind))
            if answer.names.id in seen:
                self.report(
                    "E0202", answer.names.span, f"答复“{answer.names.label}”重复", f"`{answer.names.id}` is repeated"
                )
            seen.add(answer.names.id)

    def _governing(self, moment: t.Expr) -> None:
        """A day, an instant, or a month or a year, which counts from its first day."""
        found = self.check(moment)
        if found.kind not in ("unknown", "null", *TEMPORAL):
            self.report("E0301", moment.span, "依时须为日期、时刻、月份或年度", "expected a day, a month or a year")

    def _choice(self, item: t.ChoiceOfLaw) -> None:
        self.terms(item.terms)
        self._rule_names(item.governs)
        if item.condition is not None:
            self.expect(item.condition, BOOLEAN)
        places = self.scope.vocabulary.enum_with_role("place")
        self.expect(item.place, Type("enum", places.id) if places else UNKNOWN)
        target = self.targets.get(item.place)
        value = places.values.get(target.field) if places and target and target.kind == "enum" else None
        if target is not None and (value is None or value.role not in LAWS):
            hint = Text("写参保地或就医地", "write the place of insurance or of treatment")
            self.report("E0307", item.place.span, "这不是一地的法", "this is not the law of one place", hint)

    def _check(self, item: t.Check) -> None:
        self.terms(item.terms)
        self._rule_names(item.over)
        about = self._common_element(item.over)
        with self.bound(about) if about else nullcontext():
            if item.condition is not None:
                self.expect(item.condition, BOOLEAN)
            self.expect(item.requirement, BOOLEAN)

    def _common_element(self, names: Iterable[t.Name]) -> Type | None:
        """The record that the checked rules are about, if they are about one."""
        for name in names:
            found = self.scope.rule(name.text)
            element = getattr(found.declaration, "element", None) if found else None
            if element is not None and (entity := self.scope.entity(element.text)):
                return Type("record", entity.id)
        return None

    def _rule_names(self, names: Iterable[t.Name]) -> None:
        for name in names:
            found = self.scope.rule(name.text)
            if found is None:
                hint = did_you_mean(name.text, self.scope.rule_names())
                self.report("E0201", name.span, f"未知规则“{name.text}”", f"unknown rule `{name.text}`", hint)
                continue
            called = found.declaration.names
            self.targets[name] = Target("rule", called.id, called.label)
