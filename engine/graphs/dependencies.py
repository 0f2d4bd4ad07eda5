"""The dependency graph of a question: rules, figures and facts that its answers rest on, small enough to read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import attrs

from engine.dependencies.items import KINDS, RULES, Item
from engine.dependencies.links import Links
from engine.dependencies.naming import Names
from engine.explanation.names import spoken_path
from engine.graphs.drawing import Arrow, Box, Drawing, Line

LIMIT_RULES = 24
"""How many rules are drawn as boxes of their own; beyond, those that serve a single other are named in its box."""

LIMIT_PLAIN = 12
"""In a picture of more rules, facts and figures stand in the boxes that read them, and detours are left out."""

LIMIT_NAMED = 5
"""How many names a box lists."""

_PASSED = ("bound", "delegation", "check", "choice", "provision", "document", "calendar", "exclusion")
"""What the picture leaves out."""


def dependency_graph(start: Item, links: Links, lang: str, depth: int | None = None) -> Drawing:
    """What a question or a rule rests on: arrows lead from what is used to what uses it."""
    told = _Teller(links, lang)
    graph = _Graph.of(start, links, depth)
    graph.fold(LIMIT_RULES)
    is_large = len(graph.uses) > LIMIT_PLAIN
    boxes = [told.start(start), *(told.rule(item, graph, is_large) for item in graph.uses if item != start)]
    arrows = [Arrow(_id(used), _id(user)) for user, used in (graph.direct() if is_large else graph.pairs())]
    more_boxes, more_arrows = told.ground(graph) if not is_large else ([], [])
    names = told.names.called(start).name.in_language(lang)
    return Drawing(names, (*boxes, *more_boxes), (*arrows, *more_arrows), "BT" if is_large else "LR")


@attrs.define(eq=False)
class _Graph:
    """Rules and what they use. `inside` are the rules told in the box of another; `cut` are those left out below."""

    start: Item
    uses: dict[Item, dict[Item, None]]
    ground: dict[Item, dict[Item, None]]
    answers: dict[Item, dict[str, None]]
    inside: dict[Item, list[Item]] = attrs.field(factory=dict)
    cut: dict[Item, int] = attrs.field(factory=dict)

    @classmethod
    def of(cls, start: Item, links: Links, depth: int | None) -> _Graph:
        graph = cls(start, {}, {}, {})
        level = {start: None}
        steps = 0
        while level:
            later: dict[Item, None] = {}
            for user in level:
                used = dict.fromkeys(graph._used(user, links))
                rules = {item: None for item in used if item.kind in RULES}
                if depth is not None and steps >= depth:
                    graph.cut[user] = len(rules)
                    rules = {}
                graph.uses[user] = rules
                graph.ground[user] = {item: None for item in used if item.kind in ("fact", "parameter")}
                later.update((item, None) for item in rules if item not in graph.uses and item not in level)
            level = later
            steps += 1
        return graph

    def _used(self, user: Item, links: Links) -> Iterator[Item]:
        """What a thing uses; a question uses what its answers are, each a value under the answer's name."""
        for used in links.uses.get(user, {}):
            if used.kind == "answer":
                for value in links.uses.get(used, {}):
                    if value.kind in RULES:
                        self.answers.setdefault(value, {})[used.id.partition("/")[2]] = None
                    yield value
            elif used.kind not in _PASSED:
                yield used

    def fold(self, limit: int) -> None:
        """Name rules that serve only one other in that one's box, the lowest first, until few enough are drawn."""
        while len(self.uses) - 1 > limit:
            users = self._users()
            single = [item for item in self.uses if len(users.get(item, ())) == 1 and item not in self.answers]
            lowest = min(single, key=lambda item: len(self.uses[item]), default=None)
            if lowest is None:
                return
            self._into(lowest, users[lowest][0])

    def _into(self, item: Item, user: Item) -> None:
        self.inside.setdefault(user, []).extend((item, *self.inside.pop(item, ())))
        self.ground[user] |= self.ground.pop(item)
        self.uses[user].pop(item)
        self.uses[user] |= self.uses.pop(item)

    def pairs(self) -> list[tuple[Item, Item]]:
        """Who uses what."""
        return [(user, used) for user, found in self.uses.items() for used in found]

    def direct(self) -> list[tuple[Item, Item]]:
        """Who uses what, without what it also uses through another."""
        reached: dict[Item, frozenset[Item]] = {}

        def below(item: Item) -> frozenset[Item]:
            if item not in reached:
                reached[item] = frozenset()  # law chosen by facts may lead back to a rule
                own = self.uses[item]
                reached[item] = frozenset(own).union(*map(below, own))
            return reached[item]

        return [
            (user, used)
            for user, found in self.uses.items()
            for used in found
            if not any(used in below(other) for other in found if other != used)
        ]

    def _users(self) -> dict[Item, list[Item]]:
        users: dict[Item, list[Item]] = {}
        for user, found in self.uses.items():
            for used in found:
                users.setdefault(used, []).append(user)
        return users


def _id(item: Item) -> str:
    return f"{item.kind}_{item.id}".replace(":", "_")


class _Teller:
    def __init__(self, links: Links, lang: str) -> None:
        self.links = links
        self.program = links.program
        self.names = Names(links)
        self.lang = lang
        self.labels = {pack.region.id: pack.region.label for pack in self.program.policy.packs}

    def _say(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en

    def _name(self, item: Item) -> str:
        return self.names.called(item).name.in_language(self.lang)

    def _listed(self, names: Iterable[str]) -> str:
        names = list(dict.fromkeys(names))
        more = len(names) - LIMIT_NAMED
        listed = ("、" if self.lang == "zh" else ", ").join(names[:LIMIT_NAMED])
        return listed + (self._say(f" 等 {len(names)} 项", f" and {more} more") if more > 0 else "")

    def start(self, item: Item) -> Box:
        called = self.names.called(item)
        lines = [Line(f"{KINDS[item.kind].in_language(self.lang)} {called.name.in_language(self.lang)}", "title")]
        lines += [Line(called.note.zh)] if self.lang == "zh" and item.kind == "question" else []
        return Box(_id(item), "head", tuple(lines), tip=called.place)

    def rule(self, item: Item, graph: _Graph, with_ground: bool) -> Box:
        called = self.names.called(item)
        kind = KINDS[item.kind].in_language(self.lang)
        name = called.name.in_language(self.lang)
        lines = [Line(name if item.kind == "rule" else f"{kind} {name}", "title")]
        law = self._law(item)
        lines += [Line(law, "cited")] if law else []
        if item in graph.inside:
            lines.append(Line(f"{self._say('含', 'with')} {self._listed(map(self._name, graph.inside[item]))}"))
        lines += self._read_by(graph.ground[item]) if with_ground else []
        if graph.cut.get(item):
            lines.append(Line(self._say(f"……其下还有 {graph.cut[item]} 条", f"… {graph.cut[item]} more below")))
        kind = "answer" if item in graph.answers else "rule"
        return Box(_id(item), kind, tuple(lines), self._group(item), called.place)

    def _group(self, item: Item) -> str:
        return self._say(self.labels.get(item.region, item.region), item.region)

    def _law(self, item: Item) -> str:
        """Whose law decides it, where that is chosen."""
        choices = self.program.choices.get(item.id, ())
        laws = dict.fromkeys(choice.law for choice in choices)
        places = self.program.policy.vocabulary.enum_with_role("place")
        values = {value.role: value for value in places.values.values()} if places else {}
        named = [values[law].label if self.lang == "zh" else values[law].id for law in laws if law in values]
        return self._say(f"从{'、'.join(named)}", f"by the law of the {', '.join(named)}") if named else ""

    def _read_by(self, found: Iterable[Item]) -> Iterator[Line]:
        """The figures and facts that a box reads, the facts by what they are facts of."""
        figures = [self._name(item).partition(".")[2] for item in found if item.kind == "parameter"]
        if figures:
            yield Line(f"{self._say('参数', 'parameters')} {self._listed(figures)}", "read")
        by_entity: dict[str, list[str]] = {}
        for item in found:
            if item.kind == "fact":
                entity, _, name = self._name(item).partition(".")
                by_entity.setdefault(entity, []).append(name)
        for entity, names in by_entity.items():
            yield Line(f"{entity} {self._listed(names)}", "read")

    # ── facts and figures ───────────────────────────────────────────────────────────────────────
    def ground(self, graph: _Graph) -> tuple[list[Box], list[Arrow]]:
        """One box for the facts of each entity and one for each figure; an arrow to each rule that reads them."""
        read: dict[str, dict[Item, None]] = {}
        arrows: dict[tuple[str, str], None] = {}
        figures: dict[Item, None] = {}
        for user, found in graph.ground.items():
            for item in found:
                entity = item.id.partition(".")[0]
                if item.kind == "fact":
                    read.setdefault(entity, {})[item] = None
                else:
                    figures[item] = None
                arrows[f"facts_{entity}" if item.kind == "fact" else _id(item), _id(user)] = None
        boxes = [*(self._facts(entity, found) for entity, found in read.items()), *map(self._figure, figures)]
        return boxes, [Arrow(tail, head, tone="facts") for tail, head in arrows]

    def _facts(self, entity: str, found: Mapping[Item, None]) -> Box:
        vocabulary = self.program.policy.vocabulary
        label = vocabulary.entities[entity].label if entity in vocabulary.entities else entity
        fields = [vocabulary.field(item.id) for item in found]
        names = [field.label if self.lang == "zh" else spoken_path(field.id) for field in fields if field]
        title = Line(f"{self._say('事实', 'facts')} {self._say(label, entity)}", "title")
        return Box(f"facts_{entity}", "facts", (title, Line(self._listed(names))))

    def _figure(self, item: Item) -> Box:
        called = self.names.called(item)
        title = Line(called.name.in_language(self.lang), "title")
        values = [value for one in self.program.parameters.get(item.id, ())[:1] for value in one.values]
        told = [Line(self._say(f"{len(values)} 个已发布的值", f"{len(values)} published values"))] if values else []
        return Box(_id(item), "parameter", (title, *told), tip=called.place)
