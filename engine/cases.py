"""Case files: read them, run them, and tell what is not as it should be."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Final

import attrs

from engine.case_coverage.seen import Seen, seen_in
from engine.comparison import Comparison, Difference
from engine.decision import Decision, Reason, Status
from engine.documents import Document, read_document
from engine.regions import Regions
from engine.requests import EXPECTED, Request, read_request
from policy import yaml_reader as y
from policy.diagnostics import Diagnostic, PolicyError, Text, did_you_mean
from policy.dsl.source import Span
from policy.vocabulary import Vocabulary

_OUTSIDE = "E0511"
"""A question that a region does not answer."""


@attrs.frozen(kw_only=True, eq=False)
class Case:
    """A request, and what its decision should be."""

    id: str
    request: Request
    expect: Mapping[str, Any]
    status: Status
    needs: tuple[str, ...]
    cites: tuple[str, ...]
    span: Span
    diagnostics: tuple[str, ...] = ()
    """The codes of what is wrong, for a case that ends in an error."""
    deadlines: Mapping[str, Any] = attrs.field(factory=dict)
    """Who must act under each deadline that the decision tells of, by the id of the rule that sets it."""

    @property
    def asked(self) -> Request:
        """The request; the outputs asked for are those listed, else those expected, else all."""
        outputs = self.request.outputs or (tuple(self.expect) if self.expect else None)
        return attrs.evolve(self.request, outputs=outputs)


@attrs.frozen
class Failure:
    """One thing about a case that is not as it should be, and the clauses that made it so."""

    about: str
    message: Text
    made_by: tuple[Text, ...] = ()


@attrs.frozen
class CaseResult:
    """How a case came out, in which region's name, and what of the rules it looked at."""

    id: str
    place: str
    failures: tuple[Failure, ...] = ()
    region: str = ""
    seen: frozenset[Seen] = frozenset()

    @property
    def is_passed(self) -> bool:
        return not self.failures


@attrs.frozen
class Report:
    """The results of all cases, and what is wrong with the case files themselves."""

    results: tuple[CaseResult, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def failed(self) -> tuple[CaseResult, ...]:
        return tuple(result for result in self.results if not result.is_passed)


def case_files(paths: Iterable[Path]) -> list[Path]:
    """The files named, and the case files below the folders named: `cases/*.yaml`, or all of a folder `cases`."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            pattern = "*.yaml" if path.name == "cases" else "**/cases/*.yaml"
            below = sorted(path / name for name in glob.glob(pattern, root_dir=path, recursive=True))
            found.extend(below or sorted(path.glob("*.yaml")))
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def run_cases(paths: Iterable[Path], regions: Regions, jobs: int = 1) -> Report:
    """Run every case of the files and folders, in several processes if asked to."""
    files = case_files(paths)
    if jobs > 1 and len(files) > 1:
        return _run_apart(files, regions, jobs)
    problems: list[Diagnostic] = []
    results = [run_case(case, regions) for path in files for case in read_cases(path, problems)]
    return Report(tuple(results), tuple(problems))


def _run_apart(files: list[Path], regions: Regions, jobs: int) -> Report:
    with ProcessPoolExecutor(jobs) as pool:
        # Large files are spread, so that no process is left with all of them.
        by_size = sorted(files, key=lambda path: -path.stat().st_size if path.is_file() else 0)
        shares = [by_size[start::jobs] for start in range(jobs)]
        reports = list(pool.map(partial(_run_share, regions.rulebook.root), filter(None, shares)))
    order = {str(path): number for number, path in enumerate(files)}
    results = [result for report in reports for result in report.results]
    results.sort(key=lambda result: order[result.place.rsplit(":", 2)[0]])
    return Report(tuple(results), tuple(item for report in reports for item in report.diagnostics))


def _run_share(root: Path, files: list[Path]) -> Report:
    return run_cases(files, Regions(root))


# ── reading ─────────────────────────────────────────────────────────────────────────────────────


def read_cases(path: Path, problems: list[Diagnostic]) -> list[Case]:
    """The cases of a file; one that cannot be read is among the problems."""
    document = read_document(str(path), problems)
    return cases_of(document, problems) if document else []


def cases_of(document: Document, problems: list[Diagnostic]) -> list[Case]:
    """The cases of a file that has been read."""
    if not isinstance(document.data, list):
        place = Span(document.source, 0, 0)
        hint = Text("每个用例以“- id: …”开头", "each case begins with `- id: …`")
        problems.append(_problem("E0404", place, "用例文件应为列表", "a case file is a list", hint))
        return []
    entries: list[y.Entry | None] = [*y.items(document.root, [])] or [None] * len(document.data)
    seen: dict[str, Span] = {}
    cases = [_case(data, entry, document, seen, problems) for data, entry in zip(document.data, entries, strict=True)]
    return [case for case in cases if case is not None]


def _case(
    data: Any, entry: y.Entry | None, document: Document, seen: dict[str, Span], problems: list[Diagnostic]
) -> Case | None:
    span = entry.span if entry else Span(document.source, 0, 0)
    found = len(problems)
    request = read_request(data, entry, document, problems, EXPECTED)
    if request is None:
        return None
    for key in ("id", "region", "question"):
        if data.get(key) is None:
            problems.append(_problem("E0403", span, f"缺少键“{key}”", f"the key `{key}` is missing"))
    name = str(data.get("id"))
    if name in seen:
        problems.append(_problem("E0405", span, f"用例“{name}”重复", f"the case `{name}` is repeated"))
    seen[name] = span
    status = data.get("status", Status.DETERMINED)
    if status not in list(Status):
        hint = did_you_mean(str(status), list(Status))
        problems.append(_problem("E0404", span, f"“{status}”不是状态", f"`{status}` is no status", hint))
    for key, kind in _SHAPES.items():
        if not isinstance(data.get(key, kind()), kind):
            problems.append(_problem("E0404", span, f"“{key}”的写法不对", f"`{key}` is malformed"))
    if len(problems) > found:
        return None
    return Case(
        id=name,
        request=request,
        expect=data.get("expect", {}),
        status=Status(status),
        needs=tuple(map(str, data.get("needs", ()))),
        cites=tuple(map(str, data.get("cites", ()))),
        span=span,
        diagnostics=tuple(map(str, data.get("diagnostics", ()))),
        deadlines=data.get("deadlines", {}),
    )


_SHAPES: Final = {"expect": dict, "needs": list, "cites": list, "diagnostics": list, "deadlines": dict}


def _problem(code: str, span: Span, zh: str, en: str, hint: Text | None = None) -> Diagnostic:
    return Diagnostic(code=code, message=Text(zh, en), span=span, hint=hint)


# ── running ─────────────────────────────────────────────────────────────────────────────────────


def run_case(case: Case, regions: Regions) -> CaseResult:
    """Decide one case and compare."""
    try:
        decision = case.asked.decide(regions)
    except PolicyError as error:
        failures = () if _is_outside(case, error, regions) else tuple(_refused(case, error))
        return CaseResult(case.id, case.span.place, failures, str(case.request.region))
    return judged(case, decision, regions)


def judged(case: Case, decision: Decision, regions: Regions) -> CaseResult:
    """Compare a decision with what the case says it should be."""
    differences = differences_of(case, decision, regions.policy(decision.region).vocabulary)
    failed = tuple(map(_failure, differences))
    return CaseResult(case.id, case.span.place, failed, decision.region, seen_in(decision))


def differences_of(case: Case, decision: Decision, vocabulary: Vocabulary) -> list[Difference]:
    """All in which a decision is not what the case says it should be."""
    differences = [*_standing(case, decision), *_told(case, decision, vocabulary)]
    if decision.status is case.status and decision.status is not Status.ERROR:
        differences += Comparison(decision, vocabulary).outputs(case.expect)
    elif decision.status is not Status.ERROR:
        known = {name: value for name, value in case.expect.items() if name in decision.outputs}
        differences += Comparison(decision, vocabulary).outputs(known)
    return differences


def _is_outside(case: Case, error: PolicyError, regions: Regions) -> bool:
    """Whether an error was expected and is this: the question is answered elsewhere, but not in this region."""
    if case.status is not Status.ERROR or not all(item.code == _OUTSIDE for item in error.diagnostics):
        return False
    return any(case.request.question in regions.program(name).questions for name in regions.names())


def _standing(case: Case, decision: Decision) -> Iterator[Difference]:
    """Status, needs (facts, and who decides what the law leaves to a person) and citations."""
    if decision.status is not case.status:
        why = [item.message for item in decision.diagnostics]
        why += [Text(f"还需要 {need.path}", f"{need.path} is needed") for need in decision.needs]
        zh = "；".join([f"应为 {case.status}，实为 {decision.status}", *(text.zh for text in why)])
        en = "; ".join([f"expected {case.status}, got {decision.status}", *(text.en for text in why)])
        yield Difference("status", Text(zh, en))
        return
    named = {need.path for need in decision.needs} | {need.actor for need in decision.human if need.actor}
    for path in case.needs:
        if path not in named:
            listed = "、".join(sorted(named)) or "—"
            yield Difference(
                "needs", Text(f"没有要求 {path}；要求了 {listed}", f"{path} is not asked for; {listed} is")
            )
    cited = decision.cited() if case.cites else set()
    for name in case.cites:
        if name not in cited:
            listed = "、".join(sorted(cited)) or "—"
            yield Difference("cites", Text(f"没有依据 {name}；依据了 {listed}", f"{name} is not cited; {listed} is"))


def _told(case: Case, decision: Decision, vocabulary: Vocabulary) -> Iterator[Difference]:
    """What the decision tells beside its outputs: diagnostics, and deadlines with who must act."""
    codes = [item.code for item in decision.diagnostics]
    for code in case.diagnostics:
        if code not in codes:
            listed = "、".join(codes) or "—"
            yield Difference("diagnostics", Text(f"没有报 {code}；报了 {listed}", f"{code} is not told; {listed} is"))
    actors = {notice.rule: notice.actor for notice in decision.notices if notice.kind == "deadline"}
    for rule, wanted in case.deadlines.items():
        names = {value.label for enum in vocabulary.enums.values() if (value := enum.find(str(wanted)))}
        if rule not in actors:
            listed = "、".join(actors) or "—"
            yield Difference(
                "deadlines", Text(f"没有期限 {rule}；有 {listed}", f"no deadline {rule}; there is {listed}")
            )
            continue
        actor = actors[rule] or Text("—", "—")
        if not {actor.zh, actor.en} & (names | {str(wanted)}):
            zh, en = (
                f"{rule} 的责任应为 {wanted}，实为 {actor.zh}",
                f"{rule}: expected {wanted}, got {actor.en}",
            )
            yield Difference("deadlines", Text(zh, en))


def _refused(case: Case, error: PolicyError) -> Iterator[Failure]:
    """What was asked for does not exist; errors of the rules themselves are told by `tiaoli check`."""
    for item in error.diagnostics:
        if item.place:
            yield Failure(item.place, item.message)
    if not any(item.place for item in error.diagnostics):
        count = sum(item.is_error for item in error.diagnostics)
        zh = f"规则有 {count} 个错误，先运行 tiaoli check {case.request.region}"
        yield Failure("rules", Text(zh, f"the rules have {count} errors: run tiaoli check {case.request.region}"))


def _failure(difference: Difference) -> Failure:
    made_by = tuple(_clauses(difference.reason)) if difference.reason else ()
    return Failure(difference.about, difference.message, made_by)


def _clauses(reason: Reason) -> Iterator[Text]:
    """The clauses that won, each with its rule, its provisions and its place in the rules."""
    if reason.kind == "answer":
        for part in reason.inputs:
            yield from _clauses(part)
    for clause in reason.winners:
        cited = ", ".join(clause.citations or reason.citations)
        zh = f"“{reason.label}”的“{clause.label}”" + (f"，依据 {cited}" if cited else "")
        en = f"`{clause.id}` of `{reason.id}`" + (f", under {cited}" if cited else "")
        yield Text(f"{zh}  {clause.place}", f"{en}  {clause.place}")
    if not reason.winners and reason.parameter:
        origin = reason.parameter.place or reason.parameter.provision or "—"
        yield Text(f"参数“{reason.label}”  {origin}", f"the parameter `{reason.id}`  {origin}")
