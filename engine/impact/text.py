"""An impact and a radar as plain text for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from engine.dependencies.items import KINDS, Item
from engine.impact.radar import Ending
from engine.impact.study import Affected, CaseRef, Law, Study
from policy.diagnostics import Text

SHOWN_CASES = 12
"""How many cases are named unless all are asked for."""


def study_lines(study: Study, law: Law, lang: str, *, all_cases: bool = False, depth: int | None = None) -> list[str]:
    """What changes, what rests on it as a tree, the questions, the cases."""
    lines = [title_of(study, lang), study.called.place]
    note = study.called.note.in_language(lang)
    lines += [note] if note else []
    lines += [f"  {line}" for line in figure_lines(study, law, lang)]
    lines += ["", summary_of(study, law, lang)]
    if study.found:
        lines += ["", *_Tree(study, law, lang, depth).lines()]
    lines += _cases(study.cases or (), lang, all_cases)
    return lines


def title_of(study: Study, lang: str) -> str:
    """What changes, with the clause of it that is meant."""
    item = study.meant.item
    called = study.called.name.in_language(lang)
    part = study.part.in_language(lang)
    name = called if not part else f"{called}的“{part}”" if lang == "zh" else f"{part} of {called}"
    known = f"（{item.id}）" if lang == "zh" and study.called.name.zh != item.id and item.kind != "parameter" else ""
    return f"{kind_of(item, lang)}{name}{known}"


def kind_of(item: Item, lang: str) -> str:
    """What kind of thing it is, where its name does not say so."""
    return "" if item.kind in ("parameter", "calendar") else f"{KINDS[item.kind].in_language(lang)} "


def figure_lines(study: Study, law: Law, lang: str) -> Iterator[str]:
    """The published values of a parameter."""
    for one in study.figures:
        region, value = law.label(one.region).in_language(lang), one.value.in_language(lang)
        since = f"自 {one.since}" if lang == "zh" else f"from {one.since}"
        until = (f" 至 {one.until}" if lang == "zh" else f" to {one.until}") if one.until else ""
        yield f"{region} {value}  {since}{until}  {one.provision}  {one.place}"


def summary_of(study: Study, law: Law, lang: str) -> str:
    """How much rests on it, kind by kind, and where."""
    counts = Counter(one.item.kind for one in study.found.values())
    told = [(KINDS[kind], counts[kind]) for kind in KINDS if counts[kind] and kind != "answer"]
    told += [(Text("用例", "cases"), len(study.cases))] if study.cases is not None else []
    regions = law.listed(study.regions, lang)
    if not told:
        return f"没有什么依赖它。地区：{regions}" if lang == "zh" else f"nothing rests on it; regions: {regions}"
    if lang == "zh":
        return f"受影响：{'，'.join(f'{word.zh} {count}' for word, count in told)}。地区：{regions}"
    return f"affected: {', '.join(f'{word.en} {count}' for word, count in told)}; regions: {regions}"


class _Tree:
    """The tree below what changes; answers stand behind what they are the value of."""

    def __init__(self, study: Study, law: Law, lang: str, depth: int | None) -> None:
        self.study = study
        self.law = law
        self.lang = lang
        self.depth = depth

    def lines(self) -> Iterator[str]:
        yield from self._below(self.study.meant.item, "", 1)

    def _below(self, item: Item, margin: str, level: int) -> Iterator[str]:
        shown = [self.study.found[user] for user in branches(self.study, item)]
        if shown and self.depth is not None and level > self.depth:
            more = sum(1 for _ in _all_below(self.study, item))
            yield f"{margin}└─ " + (f"……还有 {more} 项" if self.lang == "zh" else f"… {more} more")
            return
        for place, one in enumerate(shown, 1):
            is_last = place == len(shown)
            yield f"{margin}{'└─' if is_last else '├─'} {self._line(one)}"
            yield from self._below(one.item, margin + ("   " if is_last else "│  "), level + 1)

    def _line(self, one: Affected) -> str:
        words = f"{kind_of(one.item, self.lang)}{one.called.name.in_language(self.lang)}{parts_of(one, self.lang)}"
        answers = answers_of(self.study, one.item)
        if answers:
            listed = [answer.called.name.in_language(self.lang) for answer in answers]
            words += (" ⇒ 答复 " if self.lang == "zh" else " => answers ") + _listed(listed, self.lang)
        if len(one.regions) < len(self.study.regions):
            words += f"  [{self.law.listed(one.regions, self.lang)}]"
        return f"{words}  {one.called.place}"


def branches(study: Study, item: Item) -> list[Item]:
    """What stands below a thing, with the questions behind its answers in place of the answers."""
    found: list[Item] = []
    for user in study.below.get(item, ()):
        found.extend(study.below.get(user, ()) if user.kind == "answer" else [user])
    return found


def answers_of(study: Study, item: Item) -> list[Affected]:
    """The answers that a thing is the value of."""
    return [study.found[user] for user in study.below.get(item, ()) if user.kind == "answer"]


def _all_below(study: Study, item: Item) -> Iterator[Item]:
    for user in branches(study, item):
        yield user
        yield from _all_below(study, user)


def parts_of(one: Affected, lang: str) -> str:
    """The clauses or answers by which a thing is affected, where they say more than its name."""
    parts = [part.in_language(lang) for part in one.parts if part.zh not in ("一般", one.called.name.zh)]
    if not parts or one.item.kind == "question":
        return ""
    return f"（{_listed(parts, lang)}）" if lang == "zh" else f" ({_listed(parts, lang)})"


def _listed(words: Iterable[str], lang: str) -> str:
    return ("、" if lang == "zh" else ", ").join(words)


def _cases(cases: Sequence[CaseRef], lang: str, everything: bool) -> list[str]:
    if not cases:
        return []
    heading = "用例" if lang == "zh" else "cases"
    shown = cases if everything else cases[:SHOWN_CASES]
    lines = ["", f"{heading} {len(cases)}", *(f"  {case.id}  {case.place}" for case in shown)]
    if len(shown) < len(cases):
        more = len(cases) - len(shown)
        lines.append(f"  ……还有 {more} 个，用 --all-cases 列出" if lang == "zh" else f"  … {more} more: --all-cases")
    return lines


# ── what ends ───────────────────────────────────────────────────────────────────────────────────────

SHOWN_NAMES = 8
"""How many rules without law are named."""


def radar_lines(found: Sequence[Ending], law: Law, first: str, last: str, lang: str) -> list[str]:
    """What ends, the earliest first."""
    if lang == "zh":
        lines = [f"{first} 至 {last} 到期：{len(found)} 项"]
    else:
        lines = [f"ending from {first} to {last}: {len(found)}"]
    for ending in found:
        lines += ["", *ending_lines(ending, law, lang)]
    return lines


def ending_lines(ending: Ending, law: Law, lang: str) -> list[str]:
    """The last day and what ends; what rests on it; what comes after."""
    head = f"{kind_of(ending.items[0], lang)}{ending.name.in_language(lang)}"
    lines = [f"{ending.last}  {head}  [{law.listed(ending.regions, lang)}]  {ending.place}"]
    rests = rests_of(ending, lang)
    lines += [f"  {rests}"] if rests else []
    return [*lines, f"  {after_of(ending, lang)}"]


def rests_of(ending: Ending, lang: str) -> str:
    """How many rules and which questions rest on what ends."""
    if not ending.rules and len(ending.questions) < 2:
        return ""
    asked = _some([name.in_language(lang) for name in ending.questions.values()], lang)
    if lang == "zh":
        return f"依赖它的：规则 {len(ending.rules)}，问题 {len(ending.questions)}" + (f"（{asked}）" if asked else "")
    return f"rest on it: rules {len(ending.rules)}, questions {len(ending.questions)}" + (
        f" ({asked})" if asked else ""
    )


def after_of(ending: Ending, lang: str) -> str:
    """What takes its place, or that nothing does."""
    is_zh = lang == "zh"
    if ending.follows is not None:
        return f"之后：{ending.follows.zh}" if is_zh else f"then: {ending.follows.en}"
    if ending.items[0].kind == "calendar":
        return (
            "之后：尚未公布，算到工作日的都不能决定"
            if is_zh
            else "then: not published; nothing that counts working days is decided"
        )
    names = _some([name.in_language(lang) for name in ending.silent.values()], lang)
    count = len(ending.silent)
    if not {*ending.silent} - {*ending.items}:
        return _nothing(ending).in_language(lang)
    return f"之后：没有接续；没有规定的 {count} 项：{names}" if is_zh else f"then: a gap; {count} without law: {names}"


def _nothing(ending: Ending) -> Text:
    """Nothing takes its place, and nothing else falls silent with it."""
    if ending.items[0].kind == "parameter":
        return Text("之后：没有值", "then: it has no value")
    if ending.silent:
        return Text("之后：没有规定", "then: no law")
    return Text("之后：没有接续", "then: nothing takes its place")


def _some(names: Sequence[str], lang: str) -> str:
    distinct = list(dict.fromkeys(names))
    more = len(distinct) - SHOWN_NAMES
    return _listed(distinct[:SHOWN_NAMES], lang) + ("" if more <= 0 else " 等" if lang == "zh" else " …")
