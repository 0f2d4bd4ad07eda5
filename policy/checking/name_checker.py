"""The meaning of every name in an expression: facts, figures, rules, values, elements at hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import attrs

from policy.diagnostics import Diagnostic, Note, Text, did_you_mean
from policy.dsl import tree as t
from policy.dsl.source import Span
from policy.model import Target
from policy.names import LOCALS, PARAMETER_WORDS, Binder, Scope
from policy.types import CHECKLIST, DATE, INSTANT, UNKNOWN, Type, list_of
from policy.vocabulary import Entity, Enumeration


class NameChecker:
    """Resolves names in one scope; findings go into `types`, `targets` and `problems`."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.types: dict[t.Node, Type] = {}
        self.targets: dict[t.Node, Target] = {}
        self.problems: list[Diagnostic] = []
        self.binders: list[Binder] = []
        self.unsettled: dict[t.Expr, None] = {}
        """Durations of months that do not say what happens in a month that is too short."""
        self.locals: dict[str, Type] = {"decision_day": DATE, "decision_instant": INSTANT}

    def report(
        self, code: str, span: Span, zh: str, en: str, hint: Text | None = None, notes: Iterable[Note] = ()
    ) -> None:
        self.problems.append(Diagnostic(code=code, message=Text(zh, en), span=span, hint=hint, notes=tuple(notes)))

    def called(self, kind: Type) -> str:
        """How a type is called in Chinese."""
        if kind.kind == "list" and kind.element:
            return f"列表 {self.called(kind.element)}"
        vocabulary = self.scope.vocabulary
        if kind.kind == "enum" and kind.name in vocabulary.enums:
            return vocabulary.enums[kind.name].label
        if kind.kind == "record" and kind.name in vocabulary.entities:
            return vocabulary.entities[kind.name].label
        return kind.in_language("zh")

    # ── elements at hand ────────────────────────────────────────────────────────────────────────
    @contextmanager
    def bound(self, element: Type, name: t.Name | None = None) -> Iterator[None]:
        """While inside, an element of the type is at hand, under its own name or the record's."""
        self.binders.append(Binder(self._binder_names(element, name), element))
        before = self.locals.get("it")
        self.locals["it"] = element
        yield
        self.binders.pop()
        if before is None:
            del self.locals["it"]
        else:
            self.locals["it"] = before

    def _binder_names(self, element: Type, name: t.Name | None) -> tuple[str, ...]:
        if name is not None:
            return (name.text,)
        if element.kind == "record":
            entity = self.scope.vocabulary.entities[element.name]
            return (entity.id, entity.label)
        return ()

    # ── paths ───────────────────────────────────────────────────────────────────────────────────
    def is_bare(self, expression: t.Expr) -> bool:
        """Whether the name can only be an enumeration's value."""
        if not isinstance(expression, t.Path) or len(expression.parts) != 1:
            return False
        name = expression.parts[0].text
        return self.scope.rule(name) is None and self._binder(name) is None and self.scope.local(name) is None

    def _binder(self, name: str) -> Binder | None:
        return next((binder for binder in reversed(self.binders) if name in binder.names), None)

    def path_type(self, path: t.Path, wanted: Type) -> Type:
        """The type of what a path means; `wanted` tells which enumeration a bare value belongs to."""
        first, *rest = path.parts
        if not rest:
            return self._single(path, first, wanted)
        if len(rest) > 1:
            self.report("E0201", path.span, f"未知名称“{path.text}”", f"unknown name `{path.text}`")
            return UNKNOWN
        return self._dotted(path, first, rest[0])

    def _single(self, path: t.Path, name: t.Name, wanted: Type) -> Type:
        written = name.text
        if binder := self._binder(written):
            self._mean(path, name, Target("element", binder.type.name or written, written))
            return binder.type
        enum = self._wanted_enum(wanted)
        value = enum.find(written) if enum else None
        rule = self.scope.rule(written)
        if value and rule and enum and not isinstance(rule.declaration, t.Checklist):
            hint = Text(f"写“{enum.label}.{value.label}”或改规则名", f"write `{enum.id}.{value.id}` or rename the rule")
            self.report(
                "E0203", name.span, f"“{written}”既是规则又是枚举值", f"`{written}` is a rule and a value", hint
            )
        if value and enum:
            self._mean(path, name, Target("enum", enum.id, value.label, value.id))
            return Type("enum", enum.id)
        if rule:
            return self._rule_reference(path, name)
        local = self.scope.local(written)
        if local and local.id in self.locals:
            self._mean(path, name, local)
            return self.locals[local.id]
        self._unknown_name(name, enum)
        return UNKNOWN

    def _rule_reference(self, path: t.Path, name: t.Name) -> Type:
        found = self.scope.rule(name.text)
        assert found is not None
        names = found.declaration.names
        self._mean(path, name, Target("rule", names.id, names.label))
        element = getattr(found.declaration, "element", None)
        if element is not None:
            entity = self.scope.entity(element.text)
            at_hand = any(binder.type == Type("record", entity.id) for binder in self.binders) if entity else True
            if entity and entity.is_record and not at_hand:
                self.report(
                    "E0209",
                    name.span,
                    f"“{names.label}”逐项计算，这里没有当前的{entity.label}",
                    f"`{names.id}` needs a current {entity.id}",
                )
        return self.declared_type(found.declaration)

    def declared_type(self, declaration: t.Declaration) -> Type:
        """The type of a named value."""
        match declaration:
            case t.Deadline():
                return DATE
            case t.Checklist():
                return CHECKLIST
            case t.Register(type=written):
                found = self.type_of(written)
                return found if found.kind == "list" else list_of(found)
            case t.Rule(type=written) | t.Collect(type=written) | t.Brackets(type=written) | t.OpenNorm(type=written):
                return self.type_of(written)
            case _:
                return UNKNOWN

    def type_of(self, written: t.TypeRef) -> Type:
        """The type a declaration states."""
        found = self.scope.vocabulary.type_named(written.name.text)
        return (list_of(found) if written.is_list else found) if found else UNKNOWN

    def _dotted(self, path: t.Path, first: t.Name, second: t.Name) -> Type:
        if binder := self._binder(first.text):
            return self._field_of(path, first, second, binder.type, "element")
        if first.text in PARAMETER_WORDS:
            return self._parameter(path, first, second)
        if entity := self.scope.entity(first.text):
            return self._fact(path, first, second, entity)
        if enum := self.scope.vocabulary.find_enum(first.text):
            return self._qualified(path, first, second, enum)
        if self.scope.rule(first.text):
            return self._field_of(path, first, second, self._rule_reference(path, first), "rule")
        known = [*(e.label for e in self.scope.vocabulary.entities.values()), *self.scope.vocabulary.entities, "参数"]
        self.report(
            "E0201",
            first.span,
            f"未知名称“{first.text}”",
            f"unknown name `{first.text}`",
            did_you_mean(first.text, known),
        )
        return UNKNOWN

    def _field_of(self, path: t.Path, first: t.Name, second: t.Name, base: Type, kind: str) -> Type:
        if base.kind != "record":
            if base.kind != "unknown":
                self.report("E0201", second.span, f"“{first.text}”没有字段", f"`{first.text}` has no fields")
            return UNKNOWN
        entity = self.scope.vocabulary.entities[base.name]
        field = entity.find(second.text)
        if field is None:
            self._unknown_field(entity, second)
            return UNKNOWN
        if kind == "element":
            self._mean(path, first, Target("element", base.name, first.text, field.id))
        else:
            before = self.targets[path]
            self.targets[path] = attrs.evolve(before, field=field.id)
        self.targets[second] = Target("field", field.id, field.label)
        return field.type

    def _parameter(self, path: t.Path, first: t.Name, second: t.Name) -> Type:
        found = self.scope.parameter(second.text)
        self.targets[first] = Target("entity", "parameters", "参数")
        if found is None:
            hint = did_you_mean(second.text, self.scope.parameter_names())
            self.report("E0201", second.span, f"未知参数“{second.text}”", f"unknown parameter `{second.text}`", hint)
            return UNKNOWN
        name, label, kind = found
        self._mean(path, second, Target("parameter", name, label))
        return kind

    def _fact(self, path: t.Path, first: t.Name, second: t.Name, entity: Entity) -> Type:
        field = entity.find(second.text)
        if field is None:
            self._unknown_field(entity, second)
            return UNKNOWN
        if entity.is_record:
            hint = Text(
                f"写在“对 {entity.label}”的规则里，或放进“… 逐 列表”",
                f"say it in a rule over {entity.id}, or inside `each`",
            )
            zh, en = f"这里没有当前的{entity.label}", f"there is no current {entity.id} here"
            self.report("E0209", path.span, zh, en, hint)
            return field.type
        self.targets[path] = Target("fact", field.path, field.label)
        self.targets[first] = Target("entity", entity.id, entity.label)
        self.targets[second] = Target("field", field.id, field.label)
        return field.type

    def _qualified(self, path: t.Path, first: t.Name, second: t.Name, enum: Enumeration) -> Type:
        value = enum.find(second.text)
        if value is None:
            hint = did_you_mean(second.text, [v.label for v in enum.values.values()])
            self.report(
                "E0201",
                second.span,
                f"“{enum.label}”没有值“{second.text}”",
                f"{enum.id} has no value `{second.text}`",
                hint,
            )
            return UNKNOWN
        self._mean(path, second, Target("enum", enum.id, value.label, value.id))
        self.targets[first] = Target("type", enum.id, enum.label)
        return Type("enum", enum.id)

    def _mean(self, path: t.Path, name: t.Name, target: Target) -> None:
        self.targets[path] = target
        self.targets[name] = target

    def _wanted_enum(self, wanted: Type) -> Enumeration | None:
        kind = wanted.element if wanted.kind == "list" and wanted.element else wanted
        return self.scope.vocabulary.enums.get(kind.name) if kind.kind == "enum" else None

    def _unknown_field(self, entity: Entity, name: t.Name) -> None:
        known = [*(f.label for f in entity.fields.values()), *entity.fields]
        hint = did_you_mean(name.text, known)
        self.report(
            "E0201",
            name.span,
            f"“{entity.label}”没有字段“{name.text}”",
            f"{entity.id} has no field `{name.text}`",
            hint,
        )

    def _unknown_name(self, name: t.Name, enum: Enumeration | None) -> None:
        known = list(self.scope.rule_names())
        known += [label for value in enum.values.values() for label in (value.label, value.id)] if enum else []
        known += [*LOCALS.values()]
        self.report(
            "E0201", name.span, f"未知名称“{name.text}”", f"unknown name `{name.text}`", did_you_mean(name.text, known)
        )
