"""A mutant in the words of the rule it changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from engine.mutation.mutants import Mutant
from engine.mutation.shipped_figures import FigureChange
from engine.mutation.sites import Change, with_child
from policy.diagnostics import Text
from policy.dsl import tree as t
from policy.dsl.expression_writer import AS_WRITTEN, ExpressionWriter
from policy.dsl.lexicon import SPELLING
from policy.dsl.source import display_width
from policy.model import Target

_WIDE: Final = 60
"""Up to which width what stands around a change is shown with it."""

_DECLARATIONS: Final[dict[type[t.Node], str]] = {
    t.Rule: "RULE",
    t.Collect: "COLLECT",
    t.Brackets: "BRACKETS",
    t.Bound: "BOUND",
    t.Delegate: "DELEGATE",
    t.Amend: "AMEND",
    t.Deadline: "DEADLINE",
    t.Checklist: "CHECKLIST",
    t.Question: "QUESTION",
    t.ChoiceOfLaw: "CHOICE",
    t.Check: "CHECK",
}


def said(mutant: Mutant) -> Text:
    """What was changed, in both languages: where, and what."""
    return Text(_Teller(mutant, "zh").sentence(), _Teller(mutant, "en").sentence())


@attrs.frozen(eq=False)
class _Spelling:
    """Names as the author wrote them; in English the ids of what they mean."""

    targets: Mapping[t.Node, Target]
    more: Mapping[t.Node, Target]

    def name(self, node: t.Name, lang: str) -> str:
        target = self.more.get(node) or self.targets.get(node)
        if lang == "zh" or target is None:
            return node.text
        return target.field if target.kind == "enum" and target.field else target.id.rpartition(".")[2]

    def citation(self, node: t.Citation, lang: str) -> str:
        return AS_WRITTEN.citation(node, lang)


class _Teller:
    def __init__(self, mutant: Mutant, lang: str) -> None:
        self.mutant = mutant
        self.lang = lang
        change = mutant.change
        if isinstance(change, Change):
            checked = change.site.pack.checked
            self.spelling = _Spelling(checked.targets, change.meanings.targets)
            self.writer = ExpressionWriter(lang, self.spelling)

    def sentence(self) -> str:
        colon = "：" if self.lang == "zh" else ": "
        change = self.mutant.change
        if isinstance(change, FigureChange):
            zh, en = change.what.zh, change.what.en
        else:
            zh, en = self._what(change)
        return self._where() + colon + (zh if self.lang == "zh" else en)

    def _word(self, token: str) -> str:
        return SPELLING[self.lang][token]

    def _quoted(self, text: str) -> str:
        return f"“{text}”" if self.lang == "zh" else f"`{text}`"

    def _named(self, token: str, names: tuple[str, str]) -> str:
        shown = self._quoted(names[1] if self.lang == "zh" else names[0])
        return f"{self._word(token)}{'' if self.lang == 'zh' else ' '}{shown}"

    # ── where ───────────────────────────────────────────────────────────────────────────────────
    def _where(self) -> str:
        change = self.mutant.change
        names = self.mutant.subject
        if isinstance(change, FigureChange):
            zh, en = f"参数“{names[1]}”", f"parameter `{names[0]}`"
            return zh if self.lang == "zh" else en
        outer = self._named(self._token_of(change.site.declaration), names)
        inner = self._part(change)
        if not inner:
            return outer
        return f"{outer}的{inner}" if self.lang == "zh" else f"{inner} of {outer}"

    def _token_of(self, declaration: t.Node) -> str:
        if isinstance(declaration, t.Register):
            return "SCHEDULE" if declaration.kind == "schedule" else "DUTIES"
        return _DECLARATIONS.get(type(declaration), "RULE")

    def _part(self, change: Change) -> str:
        """The clause, step or duty around the change; none where it is itself left out."""
        around = (*change.site.above, *(() if change.new is None else (change.site.node,)))
        for node in reversed(around):
            if isinstance(node, t.Clause | t.Entry):
                return self._part_name(node)
        return ""

    def _part_name(self, node: t.Clause | t.Entry) -> str:
        if isinstance(node, t.Entry):
            return self._named(node.kind.upper(), (self.spelling.name(node.name, "en"), node.name.text))
        if node.names is None:
            return self._word(node.kind.upper())
        return self._named(node.kind.upper(), (node.names.id, node.names.label))

    # ── what ────────────────────────────────────────────────────────────────────────────────────
    def _what(self, change: Change) -> tuple[str, str]:
        node, new = change.site.node, change.new
        if change.left_out is not None:
            shown = self.writer.text(change.left_out)
            return f"去掉条件“{shown}”", f"the condition `{shown}` left out"
        match node, new:
            case t.Clause() | t.Entry(), None:
                shown = self._part_name(node)
                return f"去掉{shown}", f"{shown} left out"
            case t.Declaration(), None:
                return "整条去掉", "left out as a whole"
            case _, None:
                shown = self.writer.text(node)
                return f"去掉“{shown}”", f"`{shown}` left out"
            case t.Clause(), t.Clause():
                return self._clause(node, new)
            case t.Entry(), t.Entry():
                return self._dropped(node.after, new.after, "AFTER_STEP")
            case t.Checklist(), t.Checklist():
                zh, en = (
                    ("当作完整的清单", "read as complete") if node.is_open else ("当作开放的清单", "read as a minimum")
                )
                return zh, en
            case t.Question(), t.Question():
                shown = self.writer.sign("list").join(map(self.writer.text, new.governing))
                return f"依时改为“{shown}”", f"governed by `{shown}`"
        return self._replaced(*self._around(change))

    def _clause(self, old: t.Clause, new: t.Clause) -> tuple[str, str]:
        if old.over != new.over:
            return self._dropped(old.over, new.over, "BEFORE_CASE" if old.kind == "case" else "OVER")
        return self._replaced(self.writer.text(old.value), self.writer.text(new.value))

    def _dropped(self, old: tuple[t.Name, ...], new: tuple[t.Name, ...], token: str) -> tuple[str, str]:
        gone = self.writer.names(tuple(name for name in old if name not in new))
        shown = f"{self._word(token)} {gone}"
        return f"去掉“{shown}”", f"`{shown}` left out"

    def _replaced(self, old: str, new: str) -> tuple[str, str]:
        return f"把“{old}”改成“{new}”", f"`{old}` replaced by `{new}`"

    def _around(self, change: Change) -> tuple[str, str]:
        """The changed expression before and after, with as much around it as is short enough to read."""
        old, new = change.site.node, change.new
        assert new is not None
        shown = (self.writer.text(old), self.writer.text(new))
        for parent in reversed(change.site.above):
            if not isinstance(parent, _SHOWN_AROUND):
                break
            old, new = parent, with_child(parent, old, new)
            wider = (self.writer.text(old), self.writer.text(new))
            if max(map(display_width, wider)) > _WIDE:
                break
            shown = wider
        return shown


_SHOWN_AROUND = (t.Compare, t.Member, t.Interval, t.ListOf, t.Quantity, t.Binary, t.Call, t.DayOf, t.Rounded, t.Default)
