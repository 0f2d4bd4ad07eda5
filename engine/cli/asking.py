"""What `explain` and `decide` share: their arguments, and the way from a facts file to a decision."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import attrs
import click

from engine.cli.language import lang_option
from engine.cli.printing import RefusedError
from engine.decision import Decision
from engine.documents import Document, read_document
from engine.receipts import receipt
from engine.regions import Regions
from engine.requests import EXPECTED, Request, read_request
from policy.diagnostics import Diagnostic, PolicyError, Text, did_you_mean
from policy.dsl.source import Span

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.argument("facts"),
    click.option("--region", help="参保地 Region asked, by id, name or division code"),
    click.option("--treatment-region", help="就医地 Region of treatment"),
    click.option("--question", help="问题 Question, by id or name"),
    click.option("--as-of", help="查询日 Governing date, e.g. 2023-05-01"),
    click.option("--output", "outputs", multiple=True, help="只要这些结果，可重复 Only this output; may be repeated"),
    click.option("--case", "case_id", help="用例文件中的一例 One case of a case file, by its id"),
    lang_option,
    click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="写入文件 Write to a file"),
    click.option(
        "--receipt",
        "receipt_file",
        type=click.Path(path_type=Path, dir_okay=False),
        help="另存回执 Write a receipt for `replay`",
    ),
    click.option(
        "--rules",
        type=click.Path(path_type=Path, file_okay=False, exists=True),
        help="规则文件夹 Folder of the rules; default ./rules, else those that ship",
    ),
)


def asking_options(command: Command) -> Command:
    """FACTS and everything that says what is asked."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@attrs.frozen(kw_only=True)
class Call:
    """The arguments of `explain` and `decide`, as given."""

    facts: str
    region: str | None
    treatment_region: str | None
    question: str | None
    as_of: str | None
    outputs: tuple[str, ...]
    case_id: str | None
    lang: str
    rules: Path | None
    receipt_file: Path | None

    def decide(self, *, with_what_if: bool, among: Regions | None = None) -> Decision:
        """The decision; its receipt is written if asked for. Raises RefusedError."""
        regions = among or Regions(self.rules)
        request = self._request(regions)
        try:
            decision = request.decide(regions, with_what_if=with_what_if)
        except PolicyError as error:
            is_call = self._is_at_fault(error)
            placed = error.diagnostics if is_call else tuple(map(request.placed, error.diagnostics))
            raise RefusedError(placed, self.lang, 2 if is_call else 1) from None
        if self.receipt_file:
            self.receipt_file.parent.mkdir(parents=True, exist_ok=True)
            self.receipt_file.write_text(receipt(request, decision), "utf-8")
        return decision

    def _request(self, regions: Regions) -> Request:
        problems: list[Diagnostic] = []
        document = read_document(self.facts, problems)
        written = self._written(document, problems) if document else None
        if written is None:
            is_missing = any(item.code == "E0110" for item in problems)
            raise RefusedError(problems, self.lang, 2 if is_missing else 1)
        region, treatment = self.region or written.region, self.treatment_region or written.treatment_region
        request = attrs.evolve(
            written,
            region=regions.rulebook.find(region) if region else None,
            treatment_region=regions.rulebook.find(treatment) if treatment else None,
            question=self.question or written.question,
            as_of=self.as_of or written.as_of,
            outputs=self.outputs or written.outputs,
        )
        self._must_say(request.region, "region", "地区", regions.names())
        self._must_exist(request, "region", self.region, regions)
        self._must_exist(request, "treatment_region", self.treatment_region, regions)
        if request.question is None:
            self._must_say(None, "question", "问题", list(regions.program(str(request.region)).questions))
        return request

    def _written(self, document: Document, problems: list[Diagnostic]) -> Request | None:
        """The one request of the file, or the one named of several."""
        data, entry = document.data, document.root
        if not isinstance(data, list):
            return read_request(data, entry, document, problems, EXPECTED)
        from engine.cases import cases_of

        cases = {case.id: case for case in cases_of(document, problems)}
        if problems:
            return None
        if self.case_id is None and len(cases) == 1:
            return next(iter(cases.values())).asked
        if self.case_id in cases:
            return cases[self.case_id].asked
        problems.append(_which_case(document, self.case_id, list(cases)))
        return None

    def _must_say(self, value: str | None, name: str, zh: str, known: list[str]) -> None:
        if value is not None:
            return
        listed = "、".join(known), ", ".join(known)
        message = Text(f"没有说明{zh}", f"no {name} is given")
        hint = Text(
            f"加上 --{name}，或在文件中写“{name}:”" + (f"；可用：{listed[0]}" if known else ""),
            f"add --{name}, or write `{name}:` in the file" + (f"; one of: {listed[1]}" if known else ""),
        )
        raise RefusedError([Diagnostic(code="E0403", message=message, place=self.facts, hint=hint)], self.lang, 2)

    def _must_exist(self, request: Request, key: str, given: str | None, regions: Regions) -> None:
        """The region that an option or the file names is among the rules."""
        name = getattr(request, key)
        if name is None or name in regions.names():
            return
        missing = (attrs.evolve(item, place=key) for item in regions.rulebook.load(name).diagnostics)
        if given:
            placed = [attrs.evolve(item, place=f"--{key.replace('_', '-')}") for item in missing]
        else:
            placed = [request.placed(item) for item in missing]
        raise RefusedError(placed, self.lang, 2 if given else 1)

    def _is_at_fault(self, error: PolicyError) -> bool:
        """Whether an option, not the file, named what does not exist."""
        given = {"question": self.question, "outputs": self.outputs}
        return any(given.get(item.place) for item in error.diagnostics)


def _which_case(document: Document, wanted: str | None, known: list[str]) -> Diagnostic:
    place = Span(document.source, 0, 0)
    few = "、".join(known[:3])
    if wanted is None:
        message = Text(f"文件中有 {len(known)} 个用例", f"the file holds {len(known)} cases")
    else:
        message = Text(f"没有用例“{wanted}”", f"there is no case `{wanted}`")
    closest = did_you_mean(wanted, known) if wanted else None
    hint = closest or Text(f"用 --case 指明一例，如 {few}；或用 tiaoli test 全部运行",
                           f"name one with --case, such as {few}; or run them all with tiaoli test")  # fmt: skip
    return Diagnostic(code="E0404", message=message, span=place, hint=hint)
