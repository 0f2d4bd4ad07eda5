"""Names, places, values and cases of two versions in words of one language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs
import yaml

from engine.decision import Decision
from engine.difference.clause_changes import KINDS as CLAUSES
from engine.difference.clause_changes import TERMS, ClauseChange, FigureChange, TermChange, period_text
from engine.difference.judging import Verdict, Witness
from engine.difference.outcomes import Cause, OutputChange, Side
from engine.difference.parts import KINDS, Part
from engine.value_words import scalar_in_words
from policy.diagnostics import Text
from policy.model import Policy
from policy.tables import Band
from policy.types import Type
from policy.vocabulary import Vocabulary

VERDICTS = {
    Verdict.CHANGED: Text("改变", "changed"),
    Verdict.UNDECIDED: Text("未能判定", "undecided"),
    Verdict.REMOVED: Text("删去", "removed"),
    Verdict.ADDED: Text("新增", "added"),
    Verdict.REGROUNDED: Text("只改依据", "other grounds only"),
    Verdict.RENAMED: Text("改名", "renamed"),
    Verdict.EQUIVALENT: Text("等价", "equivalent"),
    Verdict.REWORDED: Text("只改文字", "other words only"),
    Verdict.SAME: Text("相同", "the same"),
}
"""How each verdict is told, in the order in which they are."""

STATUSES = {
    "determined": Text("已得出", "determined"),
    "undetermined": Text("还缺事实", "facts needed"),
    "needs_human": Text("须由人认定", "a person must decide"),
    "error": Text("不能判定", "error"),
    "refused": Text("问不了", "cannot be asked"),
}
"""How each status of a decision is told."""

_ENTRIES = {"schedule": Text("环节", "step"), "duties": Text("职责", "duty"), "answer": Text("答复", "answer")}


@attrs.frozen(eq=False)
class Wording:
    """Tells of two versions, `old` and `new` as the caller named them."""

    old: str
    new: str
    lang: str
    policies: Mapping[str, Policy]

    def say(self, text: Text) -> str:
        """The words in the language."""
        return text.in_language(self.lang)

    def both(self, zh: str, en: str) -> str:
        """One or the other."""
        return zh if self.lang == "zh" else en

    def listed(self, items: Iterable[str]) -> str:
        """Several, one after the other."""
        return self.both("、", ", ").join(items)

    # ── parts ───────────────────────────────────────────────────────────────────────────────────
    def part(self, part: Part) -> str:
        """What it is and what it is called."""
        kind = self.say(KINDS[part.kind])
        if not part.label:
            return kind
        return f"{kind}“{part.label}”（{part.id}）" if self.lang == "zh" else f"{kind} `{part.id}`"

    def name(self, part: Part) -> str:
        """What it is called."""
        return (part.label or self.say(KINDS[part.kind])) if self.lang == "zh" else part.id or part.kind

    def places(self, old: str, new: str) -> str:
        """Where it stands in both versions; the file and the line."""
        found = [self.place(place, is_new) for place, is_new in ((old, False), (new, True)) if place]
        return " → ".join(dict.fromkeys(found))

    def short_places(self, old: str, new: str) -> str:
        """Where it stands in both versions, without the folders."""
        found = ["/".join(place.replace("\\", "/").split("/")[-2:]) for place in (old, new)]
        return " → ".join(dict.fromkeys(filter(None, found)))

    def place(self, place: str, is_new: bool) -> str:
        """A place below the folder as the caller named it."""
        steps = place.replace("\\", "/").split("/")
        return "/".join(((self.new if is_new else self.old).rstrip("/"), *steps[-2:])) if place else ""

    def clause(self, change: ClauseChange, part: Part) -> str:
        """What the clause is and what it is called; nothing for the part itself."""
        if not change.id:
            return ""
        kind = _ENTRIES.get(part.kind if change.kind == "item" else change.kind) or CLAUSES.get(change.kind)
        shown = self.say(kind) if kind else change.kind
        if change.kind == "general" and change.id == "general":
            return shown
        return f"{shown}“{change.label}”" if self.lang == "zh" else f"{shown} `{change.id}`"

    def term(self, change: TermChange) -> str:
        """A term with what it was and is."""
        nothing = self.both("（无）", "none")
        colon = self.both("：", ": ")
        old, new = (self.term_value(change, is_new) or nothing for is_new in (False, True))
        return f"{self.term_name(change)}{colon}{old} → {new}"

    def term_value(self, change: TermChange, is_new: bool) -> str:
        """What the term was or is; kinds of clauses by name, not by id."""
        written = change.new if is_new else change.old
        if change.term not in ("kind", "over") or not written:
            return written
        return self.listed(self.say(CLAUSES[name]) if name in CLAUSES else name for name in written.split("、"))

    def term_name(self, change: TermChange) -> str:
        """What the term is called."""
        return self.say(TERMS[change.term])

    def figure(self, change: FigureChange, part: Part) -> str:
        """A figure, or a row of a table, with the time in which it is another."""
        kind = part.item.type
        words = self._words(part.region)
        values = [
            self.value(value, kind, words) if is_known else self.both("（没有）", "none")
            for value, is_known in zip((change.old, change.new), change.is_known, strict=True)
        ]
        row = f"{self._row(change.row, part, words)}  " if change.row is not None else ""
        return f"{row}{values[0]} → {values[1]}  {self._time(change)}"

    def _time(self, change: FigureChange) -> str:
        start, end = period_text(change.period).split("..")
        since = self.both(f"自{start}起", f"from {start}") if start else self.both("起始不限", "at any time")
        until = self.both(f"，至{end}前", f" until before {end}") if end else ""
        return since + until

    def _row(self, row: tuple[Any, ...], part: Part, words: Vocabulary) -> str:
        cells = []
        for cell, path in zip(row, part.item.keys, strict=False):
            field = words.field(path)
            kind = field.type if field else Type("unknown")
            cells.append("-" if cell is None else "/".join(self._cell(item, kind, words) for item in cell))
        return "[" + ", ".join(cells) + "]"

    def _cell(self, item: Any, kind: Type, words: Vocabulary) -> str:
        if isinstance(item, Band):
            ends = ("" if end is None else self.value(end, kind, words) for end in (item.low, item.high))
            return "..".join(ends)
        return self.value(item, kind, words)

    # ── values ──────────────────────────────────────────────────────────────────────────────────
    def value(self, value: Any, kind: Type, words: Vocabulary) -> str:
        """A typed value on one line."""
        if kind.kind == "list" and kind.element is not None and value is not None:
            return "[" + ", ".join(self.value(item, kind.element, words) for item in value) + "]"
        if isinstance(value, Mapping):
            fields = words.entities[kind.name].fields
            shown = (
                f"{fields[name].label if self.lang == 'zh' else name} {self.value(item, fields[name].type, words)}"
                for name, item in value.items()
                if item is not None
            )
            return "{" + ", ".join(shown) + "}"
        return scalar_in_words(value, kind, words, self.lang)

    def _words(self, region: str) -> Vocabulary:
        return self.policies[region].vocabulary if region in self.policies else Vocabulary()

    def output(self, change: OutputChange, decision: Decision | None, is_new: bool) -> str:
        """An output in one version."""
        value, other = (change.new, change.old) if is_new else (change.old, change.new)
        if decision is None or not change.is_known[is_new]:
            return "—"
        words = decision.policies[decision.region].vocabulary
        element = change.type.element
        if element is not None and isinstance(value, tuple) and isinstance(other, tuple):
            own = tuple(row for row in value if row not in other)
            if len(own) < len(value):
                same = len(value) - len(own)
                shown = [
                    *(self.value(row, element, words) for row in own),
                    self.both(f"另 {same} 项相同", f"{same} the same"),
                ]
                return "[" + ", ".join(shown) + "]"
        return self.value(value, change.type, words)

    def cited(self, side: Side, decision: Decision | None) -> str:
        """The provisions of a side as they are cited."""
        library = decision.policies[decision.region].library if decision else None
        shown = []
        for name in side.citations:
            provision = library.provision(name) if library else None
            shown.append(library.cited_as(provision, self.lang) if library and provision else name)
        return self.listed(shown)

    # ── witnesses ───────────────────────────────────────────────────────────────────────────────
    def case(self, witness: Witness) -> str:
        """The case as it is pasted into a case file."""
        text = yaml.safe_dump(
            _unquoted(witness.both.asked.as_case()),
            default_flow_style=True,
            allow_unicode=True,
            sort_keys=False,
            width=2**20,
        )
        return text.strip()

    def source(self, witness: Witness) -> str:
        """Where the case comes from."""
        known = {
            "trial": Text("试出的案例", "a case found by trial"),
            "solver": Text("求解器给出的案例", "a case found by the solver"),
        }
        found = known.get(witness.source)
        return self.say(found) if found else self.both(f"用例 {witness.source}", f"case {witness.source}")

    def side(self, witness: Witness, is_new: bool) -> str:
        """What one version decides, by which clause, under which provision."""
        decision = witness.both.new if is_new else witness.both.old
        outcome = witness.outcome
        status = outcome.new_status if is_new else outcome.old_status
        is_told = outcome.old_status != outcome.new_status or status != "determined"
        known = [item for item in outcome.outputs if item.is_known[is_new]]
        is_alone = len(outcome.outputs) == 1 and decision is not None and outcome.outputs[0].id == decision.question
        shown = []
        for item in known:
            text = self.output(item, decision, is_new)
            shown.append(text if is_alone else f"{item.label if self.lang == 'zh' else item.id} {text}")
        told = self.both("，", ", ").join(([self.say(STATUSES[status])] if is_told else []) + shown)
        by = self.listed(filter(None, (self.cause(cause, decision, is_new) for cause in outcome.causes)))
        return self.both("；", "; ").join(filter(None, (told, by)))

    def cause(self, cause: Cause, decision: Decision | None, is_new: bool) -> str:
        """What decided in one version: the clause, the figure, or what stopped it."""
        side = cause.new if is_new else cause.old
        where = self.both("，", ", ").join(filter(None, (self.cited(side, decision), self.place(side.place, is_new))))
        name = self.responsible(cause, side)
        if not name:
            return ""
        by = self.both("由", "by ") if cause.kind in ("rule", "parameter") else ""
        return f"{by}{name}" + (self.both(f"（{where}）", f" ({where})") if where else "")

    def responsible(self, cause: Cause, side: Side) -> str:
        """The clause, the figure or the problem, without its place."""
        label = cause.label if self.lang == "zh" else cause.id
        if cause.kind == "rule":
            won = self.say(side.label)
            return (
                self.both(f"“{label}”的“{won}”", f"`{won}` of `{label}`")
                if won
                else self.both(f"“{label}”", f"`{label}`")
            )
        if cause.kind == "parameter":
            since = self.both(f"自{side.name}起的", f" from {side.name}") if side.name else ""
            return self.both(f"{since}参数“{label}”", f"parameter `{label}`{since}")
        if not side.name:
            return ""
        if cause.kind == "need":
            return self.both(f"还需要“{side.label.zh}”", f"`{side.name}` is needed")
        return f"{side.name} {self.say(side.label)}"


def _unquoted(value: Any) -> Any:
    """Lists and mappings as YAML writes them; every scalar as it was given."""
    if isinstance(value, Mapping):
        return {name: _unquoted(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_unquoted(item) for item in value]
    return value if isinstance(value, bool | int | None) else str(value)
