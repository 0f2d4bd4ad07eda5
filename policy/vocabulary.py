"""vocabulary.yaml → the enumerations, entities and fields that facts and outputs are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import attrs

from policy import yaml_reader as y
from policy.diagnostics import Diagnostic, Text, did_you_mean
from policy.dsl.source import Span
from policy.types import Type, list_of, primitive


@attrs.frozen
class EnumValue:
    """One value of an enumeration; `code` is its code in the national interface.

    `role` marks a value that constructs of the language know: the place whose law is chosen.
    """

    id: str
    label: str
    code: str = ""
    role: str = ""


@attrs.frozen(eq=False)
class Enumeration:
    """A closed set of values. A code not listed counts by its first `code_prefix` digits, if that is set.

    `role` marks an enumeration that constructs of the language read: `place`, `checklist_item`.
    """

    id: str
    label: str
    values: Mapping[str, EnumValue]
    code_prefix: int
    role: str
    span: Span

    def find(self, written: str) -> EnumValue | None:
        """The value of that id, label or national code."""
        if written in self.values:
            return self.values[written]
        by_label = next((value for value in self.values.values() if value.label == written), None)
        return by_label or self._by_code(written)

    def _by_code(self, written: str) -> EnumValue | None:
        if not written.isdigit():
            return None
        codes = {value.code: value for value in self.values.values() if value.code}
        prefix = written[: self.code_prefix] if self.code_prefix and len(written) > self.code_prefix else written
        return codes.get(written) or codes.get(prefix)


@attrs.frozen(eq=False)
class Carried:
    """From which output of a person's claims a field of the next one follows, within the same period.

    `by` is last, sum or most; `where` names facts of the claim and the values for which it follows.
    """

    question: str
    output: str
    by: str
    within: str
    where: Mapping[str, tuple[str, ...]]


CARRIED_BY = ("last", "sum", "most")
CARRIED_WITHIN = ("year",)


@attrs.frozen(eq=False)
class Field:
    """A field of an entity. `derived_by` is the question and output that answer it when it is absent.

    `carried` says how it follows from the claims before. `actions` say in words what a person does to bring a value about, for facts that can still change.
    """

    id: str
    label: str
    type: Type
    entity: str
    unit: str
    national: str
    derived_by: tuple[str, str] | None
    is_actionable: bool
    actions: Mapping[str, Text]
    note: str
    span: Span
    carried: Carried | None = None

    @property
    def path(self) -> str:
        return f"{self.entity}.{self.id}"


@attrs.frozen(eq=False)
class Entity:
    """A group of fields.

    `roles` tell which fields constructs of the language fill or read; by the fields of `key` the
    rows of a list are told apart: the first always, the others where the first is repeated.
    """

    id: str
    label: str
    fields: Mapping[str, Field]
    is_record: bool
    roles: Mapping[str, str]
    key: tuple[str, ...]
    span: Span

    def find(self, written: str) -> Field | None:
        """The field of that id or label."""
        return self.fields.get(written) or next((f for f in self.fields.values() if f.label == written), None)


@attrs.frozen(eq=False)
class Vocabulary:
    """Every enumeration and entity that a region knows, its superiors' included."""

    enums: Mapping[str, Enumeration] = attrs.field(factory=dict)
    entities: Mapping[str, Entity] = attrs.field(factory=dict)

    def find_enum(self, written: str) -> Enumeration | None:
        """The enumeration of that id or label."""
        return self.enums.get(written) or next((e for e in self.enums.values() if e.label == written), None)

    def enum_with_role(self, role: str) -> Enumeration | None:
        """The enumeration that a construct of the language reads."""
        return next((e for e in self.enums.values() if e.role == role), None)

    def find_entity(self, written: str) -> Entity | None:
        """The entity of that id or label."""
        return self.entities.get(written) or next((e for e in self.entities.values() if e.label == written), None)

    def field(self, path: str) -> Field | None:
        """The field at `entity.field`, both ids."""
        entity, _, name = path.partition(".")
        return self.entities[entity].fields.get(name) if entity in self.entities else None

    def label(self, path: str, lang: str = "zh") -> str:
        """How a fact path is called."""
        field = self.field(path)
        if field is None or lang != "zh":
            return path
        return f"{self.entities[field.entity].label}.{field.label}"

    def with_more(self, other: Vocabulary) -> Vocabulary:
        """This vocabulary extended by a region's own."""
        return Vocabulary({**self.enums, **other.enums}, {**self.entities, **other.entities})

    def type_named(self, written: str) -> Type | None:
        """The type an author writes: a primitive, an enumeration or an entity."""
        if known := primitive(written):
            return known
        if enum := self.find_enum(written):
            return Type("enum", enum.id)
        if entity := self.find_entity(written):
            return Type("record", entity.id)
        return None


def read_vocabulary(root: y.Entry, inherited: Vocabulary, problems: y.Problems) -> Vocabulary:
    """What a vocabulary file declares, without what is inherited."""
    top = y.mapping(root, problems, optional=("enums", "entities", "exclusions"))
    enums = dict(_enums(top["enums"], problems)) if "enums" in top else {}
    known = inherited.with_more(Vocabulary(enums, {}))
    entities: dict[str, Entity] = {}
    if "entities" in top:
        names = [*inherited.entities, *(name for name, _ in y.pairs(top["entities"], []))]
        for name, entry in y.pairs(top["entities"], problems):
            entities[name] = _entity(name, entry, known, names, problems)
    _reject_repeats(inherited, enums, entities, problems)
    return Vocabulary(enums, entities)


def _reject_repeats(
    inherited: Vocabulary, enums: Mapping[str, Enumeration], entities: Mapping[str, Entity], problems: y.Problems
) -> None:
    declared: list[tuple[str, Enumeration | Entity]] = [*enums.items(), *entities.items()]
    for name, new in declared:
        if name in inherited.enums or name in inherited.entities:
            problems.append(
                Diagnostic(
                    code="E0202",
                    message=Text(f"“{name}”在上级词汇中已有", f"`{name}` stands in a superior's vocabulary"),
                    span=new.span,
                )
            )


def _enums(entry: y.Entry, problems: y.Problems) -> Iterator[tuple[str, Enumeration]]:
    for name, body in y.pairs(entry, problems):
        parts = y.mapping(body, problems, required=("label", "values"), optional=("code_prefix", "role"))
        values: dict[str, EnumValue] = {}
        if "values" in parts:
            for value, detail in y.pairs(parts["values"], problems):
                own = y.mapping(detail, problems, required=("label",), optional=("code", "role"))
                values[value] = EnumValue(
                    value, y.text(own.get("label")), y.text(own.get("code")), y.text(own.get("role"))
                )
        prefix = y.whole_number(parts["code_prefix"], problems) if "code_prefix" in parts else 0
        yield (
            name,
            Enumeration(name, y.text(parts.get("label")), values, prefix or 0, y.text(parts.get("role")), body.span),
        )


_FIELD_KEYS = ("unit", "national", "derived_by", "actionable", "actions", "note", "carried")


def _entity(name: str, entry: y.Entry, known: Vocabulary, names: list[str], problems: y.Problems) -> Entity:
    parts = y.mapping(entry, problems, required=("label", "fields"), optional=("record", "roles", "key"))
    fields: dict[str, Field] = {}
    if "fields" in parts:
        for field, body in y.pairs(parts["fields"], problems):
            own = y.mapping(body, problems, required=("label", "type"), optional=_FIELD_KEYS)
            derived = y.text(own.get("derived_by")).partition("/")
            fields[field] = Field(
                id=field,
                label=y.text(own.get("label")),
                type=_field_type(own.get("type"), known, names, problems),
                entity=name,
                unit=y.text(own.get("unit")),
                national=y.text(own.get("national")),
                derived_by=(derived[0], derived[2]) if derived[0] else None,
                is_actionable=y.flag(own.get("actionable"), problems),
                actions=_actions(own.get("actions"), problems),
                note=y.text(own.get("note")),
                span=body.span,
                carried=_carried(own.get("carried"), problems),
            )
    roles = {role: y.text(value) for role, value in y.pairs(parts["roles"], problems)} if "roles" in parts else {}
    return Entity(
        id=name,
        label=y.text(parts.get("label")),
        fields=fields,
        is_record=y.flag(parts.get("record"), problems),
        roles=roles,
        key=_key(parts.get("key"), fields, problems),
        span=entry.span,
    )


def _carried(entry: y.Entry | None, problems: y.Problems) -> Carried | None:
    """`carried: {from: question/output, by: last, within: year}`."""
    if entry is None:
        return None
    parts = y.mapping(entry, problems, required=("from", "by", "within"), optional=("where",))
    question, _, output = y.text(parts.get("from")).partition("/")
    by, within = y.text(parts.get("by")), y.text(parts.get("within"))
    for written, known, place in ((by, CARRIED_BY, "by"), (within, CARRIED_WITHIN, "within")):
        if place in parts and written not in known:
            listed = "、".join(known)
            message = Text(f"“{written}”不是 {listed} 之一", f"`{written}` is not one of {', '.join(known)}")
            problems.append(Diagnostic(code="E0404", message=message, span=parts[place].span))
    pairs = y.pairs(parts["where"], problems) if "where" in parts else ()
    where = {path: tuple(map(y.text, y.items(values, problems))) for path, values in pairs}
    return Carried(question, output, by, within, where)


def _key(entry: y.Entry | None, fields: Mapping[str, Field], problems: y.Problems) -> tuple[str, ...]:
    names = {y.text(item): item.span for item in y.items(entry, problems)}
    for name, span in names.items():
        if name not in fields:
            message = Text(f"没有字段“{name}”", f"there is no field `{name}`")
            problems.append(Diagnostic(code="E0404", message=message, span=span, hint=did_you_mean(name, fields)))
    return tuple(name for name in names if name in fields)


def _actions(entry: y.Entry | None, problems: y.Problems) -> dict[str, Text]:
    """What a person does to change the fact, value by value, in words."""
    found: dict[str, Text] = {}
    for value, words in y.pairs(entry, problems) if entry else ():
        parts = y.mapping(words, problems, required=("zh", "en"))
        found[value] = Text(y.text(parts.get("zh")), y.text(parts.get("en")))
    return found


def _field_type(entry: y.Entry | None, known: Vocabulary, names: list[str], problems: y.Problems) -> Type:
    written = y.text(entry)
    found = parse_type(written, known, names)
    if found is None and entry is not None:
        problems.append(
            Diagnostic(
                code="E0201",
                message=Text(f"未知类型“{written}”", f"unknown type `{written}`"),
                span=entry.span,
                hint=did_you_mean(written.rpartition(":")[2], [*known.enums, *names]),
            )
        )
    return found or Type("unknown")


def parse_type(written: str, known: Vocabulary, names: Iterable[str]) -> Type | None:
    """The type of a data file: `money`, `enum:Place`, `entity:task`, `list[…]` of one of them."""
    if written.startswith("list[") and written.endswith("]"):
        inner = parse_type(written[5:-1], known, names)
        return list_of(inner) if inner else None
    kind, _, name = written.partition(":")
    if kind == "enum":
        return Type("enum", name) if name in known.enums else None
    if kind == "entity":
        return Type("record", name) if name in names else None
    return primitive(written)
