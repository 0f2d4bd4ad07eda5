"""The type of every expression, and the meaning of every name in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import assert_never

import attrs

from policy.checking.arithmetic import combine, comparable, fits
from policy.diagnostics import Diagnostic, Note, Text, did_you_mean
from policy.dsl import tree as t
from policy.dsl.lexicon import COMPARISONS, SPELLING
from policy.dsl.source import Span
from policy.functions import FUNCTIONS, PER_ELEMENT
from policy.model import Target
from policy.names import LOCALS, PARAMETER_WORDS, Binder, Scope
from policy.types import (
    BOOLEAN,
    CHECKLIST,
    DATE,
    DURATION,
    INSTANT,
    INTEGER,
    MONEY,
    NULL,
    NUMBER,
    POINTS,
    RATIO,
    TEXT,
    UNKNOWN,
    Type,
    list_of,
)
from policy.vocabulary import Entity, Enumeration

NEVER = Type("never")
"""The type of 无规定: it stands where any value may."""

_QUANTITIES = {"yuan": MONEY, "points": POINTS}


class ExpressionChecker:
    """Checks expressions in one scope; findings go into `types`, `targets` and `problems`."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.types: dict[t.Node, Type] = {}
        self.targets: dict[t.Node, Target] = {}
        self.problems: list[Diagnostic] = []
        self.binders: list[Binder] = []
        self.locals: dict[str, Type] = {"decision_day": DATE, "decision_instant": INSTANT}

    # ── saying what is wrong ────────────────────────────────────────────────────────────────────
    def report(
        self, code: str, span: Span, zh: str, en: str, hint: Text | None = None, notes: Iterable[Note] = ()
    ) -> None:
        self.problems.append(Diagnostic(code=code, message=Text(zh, en), span=span, hint=hint, notes=tuple(notes)))

    def expect(self, expression: t.Expr, wanted: Type) -> Type:
        """Check an expression where a type is wanted."""
        given = self.check(expression, wanted)
        if not fits(given, wanted):
            self.report(
                "E0301",
                expression.span,
                f"此处应为{wanted.in_language('zh')}，写的是{given.in_language('zh')}",
                f"expected {wanted}, got {given}",
                self._unit_hint(wanted, given),
            )
            return UNKNOWN
        if wanted.is_exact and not given.is_exact and wanted.is_numeric:
            self.report(
                "E0303",
                expression.span,
                "小数位数没有限定，须写明如何舍入",
                "the decimal places have no limit: say how to round",
                Text("例如加上“四舍五入到 分”", "for example `round_half_up_to fen`"),
            )
        return given

    def _unit_hint(self, wanted: Type, given: Type) -> Text | None:
        if given.kind not in ("integer", "number"):
            return None
        words = {"money": ("元", "yuan"), "points": ("个百分点", "points"), "duration": ("天", "days")}
        unit = words.get(wanted.kind)
        return Text(f"数字后要写单位，如“{unit[0]}”", f"write the unit, for example `{unit[1]}`") if unit else None

    # ── the type of each kind of expression ─────────────────────────────────────────────────────
    def check(self, expression: t.Expr, wanted: Type = UNKNOWN) -> Type:
        """The expression's type; `wanted` helps to tell which enumeration a bare value belongs to."""
        found = self._type(expression, wanted)
        self.types[expression] = found
        return found

    def _type(self, expression: t.Expr, wanted: Type) -> Type:
        match expression:
            case t.Number(value=value):
                return INTEGER if value == int(value) and wanted.kind != "number" else NUMBER
            case t.Percent():
                return RATIO
            case t.String():
                return TEXT
            case t.Moment(has_time=has_time):
                return INSTANT if has_time or wanted.kind == "instant" else DATE
            case t.Truth():
                return BOOLEAN
            case t.Null():
                return NULL
            case t.NoRule():
                return NEVER
            case t.Quantity():
                return self._quantity(expression)
            case t.DayOf(month=month, day=day):
                self.expect(month, Type("month"))
                self.expect(day, INTEGER)
                return DATE
            case t.Negative(operand=operand):
                return self._numeric(operand)
            case t.Binary():
                return self._binary(expression)
            case t.Rounded():
                return self._rounded(expression)
            case t.Compare():
                return self._compare(expression)
            case t.Member():
                return self._member(expression)
            case t.Interval(low=low, high=high):
                kind = self.check(low, wanted)
                self.expect(high, kind)
                return Type("interval", element=kind)
            case t.ListOf():
                return self._list(expression, wanted)
            case t.Known(operand=operand):
                self.check(operand)
                return BOOLEAN
            case t.Default(operand=operand, otherwise=otherwise):
                kind = self.check(operand, wanted)
                self.expect(otherwise, kind)
                return kind
            case t.Not(operand=operand):
                self.expect(operand, BOOLEAN)
                return BOOLEAN
            case t.Logic(operands=operands):
                for operand in operands:
                    self.expect(operand, BOOLEAN)
                return BOOLEAN
            case t.Call():
                return self._call(expression, wanted)
            case t.Path():
                return self._path(expression, wanted)
            case _:
                assert_never(expression)

    def _numeric(self, expression: t.Expr) -> Type:
        kind = self.check(expression)
        if not kind.is_numeric and kind.kind != "unknown":
            zh, en = kind.in_language("zh"), str(kind)
            self.report("E0302", expression.span, f"{zh}不能这样运算", f"no arithmetic with {en}")
            return UNKNOWN
        return kind

    def _quantity(self, expression: t.Quantity) -> Type:
        operand = self.check(expression.operand)
        if expression.unit in _QUANTITIES:
            if operand.kind not in ("integer", "number", "unknown"):
                self.report("E0301", expression.operand.span, "单位前应为数字", "expected a number before the unit")
            return _QUANTITIES[expression.unit]
        self.expect(expression.operand, INTEGER)
        return DURATION

    def _binary(self, expression: t.Binary) -> Type:
        left = self.check(expression.left)
        right = self.check(expression.right)
        if "unknown" in (left.kind, right.kind):
            return UNKNOWN
        result = combine(expression.operator, left, right)
        if result is None:
            self._cannot_combine(expression, left, right)
            return UNKNOWN
        if right.kind == "duration" and left.kind in ("date", "instant"):
            self._needs_month_end(expression.right)
        return result

    def _cannot_combine(self, expression: t.Binary, left: Type, right: Type) -> None:
        signs = {
            "+": ("相加", "added to"),
            "-": ("相减", "subtracted from"),
            "*": ("相乘", "multiplied by"),
            "/": ("相除", "divided by"),
        }
        zh, en = signs[expression.operator]
        hint = None
        if {left.kind, right.kind} == {"money", "points"}:
            hint = Text("百分点先用“折算比例（…）”化为比例", "turn points into a ratio with `as_ratio(…)`")
        elif {left.kind, right.kind} & {"integer", "number"}:
            hint = Text("数字后要写单位，如 元、个百分点、天", "write the unit: yuan, points, days")
        order = (right, left) if expression.operator == "-" else (left, right)
        self.report(
            "E0302",
            expression.span,
            f"{left.in_language('zh')}与{right.in_language('zh')}不能{zh}",
            f"{order[0]} cannot be {en} {order[1]}",
            hint,
        )

    def _needs_month_end(self, duration: t.Expr) -> None:
        if isinstance(duration, t.Quantity) and duration.unit in ("months", "years") and not duration.month_end:
            self.report(
                "E0304",
                duration.span,
                "加减月数要写明遇短月如何处理",
                "say what happens where the month is too short",
                Text("写“（遇短月取末日）”或“（遇短月顺延）”", "write `(clamped)` or `(rolled)`"),
            )

    def _rounded(self, expression: t.Rounded) -> Type:
        kind = self._numeric(expression.operand)
        if kind.kind == "money" and expression.places > 2:
            self.report("E0308", expression.span, "金额最多保留到分", "money is rounded to the fen at most")
        return attrs.evolve(kind, is_exact=True)

    def _compare(self, expression: t.Compare) -> Type:
        left, right = expression.left, expression.right
        if self._is_bare(left) and not self._is_bare(right):
            right_type = self.check(right)
            left_type = self.check(left, right_type)
        else:
            left_type = self.check(left)
            right_type = self.check(right, left_type)
        if not comparable(left_type, right_type):
            self.report(
                "E0301",
                expression.span,
                f"{left_type.in_language('zh')}与{right_type.in_language('zh')}不能比较",
                f"{left_type} and {right_type} cannot be compared",
                self._unit_hint(left_type, right_type) or self._unit_hint(right_type, left_type),
            )
        elif expression.operator not in ("is", "is_not"):
            self._must_be_ordered(expression, left_type)
        return BOOLEAN

    def _must_be_ordered(self, expression: t.Compare, kind: Type) -> None:
        if not kind.is_ordered and kind.kind not in ("unknown", "null"):
            word = SPELLING["zh"][COMPARISONS[expression.operator]]
            zh = kind.in_language("zh")
            self.report("E0302", expression.span, f"{zh}没有先后大小，不能用“{word}”", f"{kind} has no order")

    def _member(self, expression: t.Member) -> Type:
        kind = self.check(expression.operand)
        collection = self.check(
            expression.collection, Type("list", element=kind) if kind.kind != "unknown" else UNKNOWN
        )
        if isinstance(expression.collection, t.Interval):
            self._recheck_interval(expression.collection, kind)
        elif collection.kind not in ("list", "unknown"):
            self.report("E0301", expression.collection.span, "此处应为列表或区间", "expected a list or an interval")
        elif collection.element and not comparable(kind, collection.element):
            zh, en = collection.element.in_language("zh"), str(collection.element)
            self.report("E0301", expression.operand.span, f"应为{zh}", f"expected {en}")
        return BOOLEAN

    def _recheck_interval(self, interval: t.Interval, kind: Type) -> None:
        for end in (interval.low, interval.high):
            self.expect(end, kind)

    def _list(self, expression: t.ListOf, wanted: Type) -> Type:
        element = wanted.element or UNKNOWN
        for item in expression.items:
            found = self.check(item, element)
            if element.kind == "unknown":
                element = found
            elif not fits(found, element):
                zh, en = element.in_language("zh"), str(element)
                self.report("E0301", item.span, f"列表各项应为{zh}", f"the list's items are {en}")
        return list_of(element)

    # ── calls ───────────────────────────────────────────────────────────────────────────────────
    def _call(self, expression: t.Call, wanted: Type) -> Type:
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
        result = function.signature(arguments)
        if result is None:
            zh, en = function.takes
            self.report("E0306", expression.span, f"“{function.label}”需要{zh}", f"`{function.id}` takes {en}")
            return UNKNOWN
        return result

    def _argument(self, argument: t.Expr | t.Each | t.Field, function: str, wanted: Type) -> Type:
        if isinstance(argument, t.Each):
            if function not in PER_ELEMENT:
                self.report("E0306", argument.span, "此函数不能逐项计算", "this function takes no `each`")
            return self._each(argument, wanted.element if wanted.kind == "list" and function == "map" else None)
        if isinstance(argument, t.Field):
            self.report("E0306", argument.span, "函数的参数不写名称", "arguments of a function have no names")
            return self.check(argument.value)
        return self.check(argument, wanted if function in ("join", "filter", "smaller", "larger", "first") else UNKNOWN)

    def _each(self, each: t.Each, wanted: Type | None = None) -> Type:
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
                    did_you_mean(argument.name.text, known),
                )
                self.check(argument.value)
                continue
            seen.add(field.id)
            self.targets[argument.name] = Target("field", field.id, field.label)
            self.expect(argument.value, field.type)
        return Type("record", entity.id)

    # ── paths ───────────────────────────────────────────────────────────────────────────────────
    def _is_bare(self, expression: t.Expr) -> bool:
        """Whether the name can only be an enumeration's value."""
        if not isinstance(expression, t.Path) or len(expression.parts) != 1:
            return False
        name = expression.parts[0].text
        return self.scope.rule(name) is None and self._binder(name) is None and self.scope.local(name) is None

    def _binder(self, name: str) -> Binder | None:
        return next((binder for binder in reversed(self.binders) if name in binder.names), None)

    def _path(self, path: t.Path, wanted: Type) -> Type:
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
        if value and rule and enum:
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
            self.report("E0209", path.span, f"这里没有当前的{entity.label}", f"there is no current {entity.id} here")
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
