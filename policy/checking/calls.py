"""Calls of functions, values element by element, and records made of their fields."""

from __future__ import annotations

from collections.abc import Sequence

from policy.checking.expressions import ExpressionChecker
from policy.checking.registers import result_of, wanted_by
from policy.diagnostics import did_you_mean
from policy.dsl import tree as t
from policy.functions import FUNCTIONS, PER_ELEMENT
from policy.model import Target
from policy.types import BOOLEAN, UNKNOWN, Type, list_of
from policy.vocabulary import Entity


class CallChecker(ExpressionChecker):
    """Checks expressions, calls among them."""

    def call(self, expression: t.Call, wanted: Type) -> Type:
        """A record made of its fields, or what a function gives."""
        name = expression.function.text
        entity = self.scope.entity(name)
        if entity and all(isinstance(argument, t.Field) for argument in expression.arguments):
            return self._make_record(expression, entity)
        function = FUNCTIONS.get(name)
        if function is None:
            known = [*FUNCTIONS, *(e.label for e in self.scope.vocabulary.entities.values())]
            self.report(
                "E0201",
                expression.function.span,
                f"未知函数“{name}”",
                f"unknown function `{name}`",
                did_you_mean(name, known),
            )
            return UNKNOWN
        self.targets[expression.function] = Target("function", function.id, function.label)
        arguments = [self._argument(item, function.id, wanted) for item in expression.arguments]
        if any(argument.kind == "unknown" or argument == list_of(UNKNOWN) for argument in arguments):
            return (
                UNKNOWN
                if function.id not in ("count", "any", "all")
                else function.signature([list_of(BOOLEAN)]) or UNKNOWN
            )
        result = function.signature(arguments) or result_of(function.id, arguments, self.scope.vocabulary)
        if not self._names_what_it_needs(function.id, expression.arguments):
            result = None
        if result is None:
            zh, en = function.takes
            self.report("E0306", expression.span, f"“{function.label}”需要{zh}", f"`{function.id}` takes {en}")
            return UNKNOWN
        return result

    def _names_what_it_needs(self, function: str, arguments: Sequence[t.Expr | t.Each | t.Field]) -> bool:
        """Some functions are told of a rule or a parameter by its name, whatever its value."""
        if function == "refer":
            return self._is_open_norm(arguments)
        kinds = {"limit_of": ("parameter", "rule"), "is_asked": ("rule",)}.get(function, ())
        targets = [self.targets.get(argument) for argument in arguments]
        return not kinds or all(target is not None and target.kind in kinds for target in targets)

    def _is_open_norm(self, arguments: Sequence[t.Expr | t.Each | t.Field]) -> bool:
        targets = [self.targets.get(argument) for argument in arguments]
        found = [self.scope.rule(target.id) for target in targets if target and target.kind == "rule"]
        return any(item is not None and isinstance(item.declaration, t.OpenNorm) for item in found)

    def _argument(self, argument: t.Expr | t.Each | t.Field, function: str, wanted: Type) -> Type:
        if isinstance(argument, t.Each):
            if function not in PER_ELEMENT:
                self.report("E0306", argument.span, "此函数不能逐项计算", "this function takes no `each`")
                self.check_each(argument)
                return UNKNOWN
            return self.check_each(argument, wanted.element if wanted.kind == "list" and function == "map" else None)
        if isinstance(argument, t.Field):
            self.report("E0306", argument.span, "函数的参数不写名称", "arguments of a function have no names")
            return self.check(argument.value)
        if kind := wanted_by(function, self.scope.vocabulary):
            return self.check(argument, kind)
        return self.check(argument, wanted if function in ("join", "filter", "smaller", "larger", "first") else UNKNOWN)

    def check_each(self, each: t.Each, wanted: Type | None = None) -> Type:
        """The list of what an `each` gives."""
        collection = self.check(each.collection)
        element = collection.element if collection.kind == "list" and collection.element else UNKNOWN
        if collection.kind not in ("list", "unknown"):
            self.report("E0301", each.collection.span, "“逐”后应为列表", "expected a list after `each`")
        with self.bound(element, each.binder):
            if each.where is not None:
                self.expect(each.where, BOOLEAN)
            found = self.check(each.body, wanted or UNKNOWN) if each.body is not None else element
        self.types[each] = list_of(found)
        return list_of(found)

    def _make_record(self, expression: t.Call, entity: Entity) -> Type:
        self.targets[expression.function] = Target("record", entity.id, entity.label)
        seen: set[str] = set()
        for argument in expression.arguments:
            assert isinstance(argument, t.Field)
            field = entity.find(argument.name.text)
            if field is None or field.id in seen:
                known = [f.label for f in entity.fields.values()]
                zh = "重复" if field else "不存在"
                self.report(
                    "E0305",
                    argument.name.span,
                    f"“{entity.label}”的字段“{argument.name.text}”{zh}",
                    f"{entity.id} has no field `{argument.name.text}`, or it is repeated",
                    None if field else did_you_mean(argument.name.text, known),
                )
                self.check(argument.value)
                continue
            seen.add(field.id)
            self.targets[argument.name] = Target("field", field.id, field.label)
            self.expect(argument.value, field.type)
        return Type("record", entity.id)
