"""What mutation testing found, in figures and in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

import attrs
import yaml

from engine.mutation.mutants import Mutant
from engine.mutation.operators import ALL
from engine.mutation.running import Fate, Result
from engine.mutation.suggesting import Suggestion
from engine.mutation.wording import said
from engine.regions import Regions
from policy.diagnostics import Text

FATES = {
    Fate.KILLED: Text("用例发现", "killed"),
    Fate.REFUSED: Text("检查拒绝", "refused"),
    Fate.EQUIVALENT: Text("等价", "equivalent"),
    Fate.SURVIVED: Text("未发现", "survived"),
}
"""How what becomes of a mutant is called."""


@attrs.frozen(eq=False)
class Report:
    """All results, told in a language or as data."""

    results: Sequence[Result]
    regions: Regions

    @property
    def survivors(self) -> list[Result]:
        return [result for result in self.results if result.fate is Fate.SURVIVED]

    def by_operator(self, lang: str) -> list[tuple[Any, ...]]:
        """One row for each operator that made a mutant: its name, how many, and what became of them."""
        counts = self._counted(lambda mutant: mutant.operator.id)
        return [_row(op.label.in_language(lang), counts[op.id]) for op in ALL if op.id in counts]

    def by_region(self, lang: str) -> list[tuple[Any, ...]]:
        """One row for each region, and the sum."""
        counts = self._counted(lambda mutant: mutant.region)
        total = sum(counts.values(), Counter[Fate]())
        return [*(_row(name, counts[name]) for name in counts), _row("合计" if lang == "zh" else "total", total)]

    def _counted(self, name: Any) -> dict[str, Counter[Fate]]:
        found: dict[str, Counter[Fate]] = {}
        for result in self.results:
            found.setdefault(name(result.mutant), Counter())[result.fate] += 1
        return found

    def data(self) -> dict[str, Any]:
        """Everything as JSON data."""
        return {
            "mutants": len(self.results),
            "by_operator": self._figures(lambda mutant: mutant.operator.id),
            "by_region": self._figures(lambda mutant: mutant.region),
            "survivors": [self._survivor(result) for result in self.survivors],
        }

    def _figures(self, name: Any) -> dict[str, dict[str, int]]:
        counted = self._counted(name)
        return {key: {str(fate): found[fate] for fate in Fate} for key, found in counted.items()}

    def _survivor(self, result: Result) -> dict[str, Any]:
        mutant, text = result.mutant, said(result.mutant)
        case = result.suggestion
        return {
            "operator": mutant.operator.id,
            "region": mutant.region,
            "rule": mutant.subject[0],
            "place": mutant.span.reference,
            "provisions": list(mutant.provisions),
            "change": {"zh": text.zh, "en": text.en},
            "suggested_case": pasteable(case, mutant) if case else None,
            "mutant_answer": case.mutant_answer if case else None,
            "why_none": {"zh": result.why.zh, "en": result.why.en} if result.why else None,
        }

    def told(self, lang: str) -> Iterator[str]:
        """Each survivor in words, with its place, its citation and a case that would find it."""
        for number, result in enumerate(self.survivors, 1):
            mutant = result.mutant
            unnoticed = "，没有案例发现" if lang == "zh" else "; no case notices"
            yield f"{number}. {said(mutant).in_language(lang)}{unnoticed}"
            yield f"   {mutant.span.place}{self._cited(mutant, lang)}"
            yield from _case_lines(result, lang)
            yield ""

    def _cited(self, mutant: Mutant, lang: str) -> str:
        library = self.regions.policy(mutant.region).library
        provisions = [found for name in mutant.provisions if (found := library.provision(name))]
        if not provisions:
            return ""
        cited = "、".join(library.cited_as(item, "zh") for item in provisions)
        return f"  依据 {cited}" if lang == "zh" else f"  under {', '.join(item.id for item in provisions)}"


def _row(name: str, counted: Counter[Fate]) -> tuple[Any, ...]:
    return (name, sum(counted.values()), *(counted[fate] for fate in Fate))


def _case_lines(result: Result, lang: str) -> Iterator[str]:
    if result.suggestion is None:
        why = result.why.in_language(lang) if result.why else ""
        yield (
            f"   没有找到能区分的用例：{why}" if lang == "zh" else f"   no case was found that tells them apart: {why}"
        )
        return
    zh, en = "建议补一个用例，预期值先按条款核对：", "a case to add, once its values are confirmed from the provision:"
    yield f"   {zh if lang == 'zh' else en}"
    text = yaml.safe_dump([pasteable(result.suggestion, result.mutant)], allow_unicode=True, sort_keys=False, width=100)
    yield from (f"     {line}" for line in text.splitlines())
    answer = _on_one_line(result.suggestion.mutant_answer)
    yield f"   改动之后会答：{answer}" if lang == "zh" else f"   with the change it answers: {answer}"


def pasteable(found: Suggestion, mutant: Mutant) -> dict[str, Any]:
    """The suggestion as a case file has it: what is asked, and what is answered now."""
    name = f"{found.case['question']}/{mutant.operator.id}-{mutant.span.line}"
    case = {"id": name, **found.case}
    status = found.answer["status"]
    if status != "determined":
        case["status"] = status
    return case | {key: found.answer[key] for key in _STATED if key in found.answer}


_STATED: Final = ("expect", "needs", "diagnostics", "deadlines")


def _on_one_line(answer: dict[str, Any]) -> str:
    text = yaml.safe_dump(answer, allow_unicode=True, sort_keys=False, default_flow_style=True, width=10**6)
    return text.strip()
