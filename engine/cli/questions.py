"""`tiaoli questions`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from engine import program as p
from engine.cli.language import lang_option
from engine.cli.printing import RefusedError
from engine.cli.values import columns
from engine.inputs import inputs_of
from engine.regions import Regions
from policy.diagnostics import Diagnostic, Text, did_you_mean


@click.command()
@click.argument("region", required=False)
@click.argument("question", required=False)
@lang_option
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="样式 Form"
)
@click.option(
    "--rules", type=click.Path(path_type=Path, file_okay=False, exists=True), help="规则文件夹 Folder of the rules"
)
def command(region: str | None, question: str | None, lang: str, form: str, rules: Path | None) -> None:
    """列出 REGION 能答的问题；指明 QUESTION 时列出它可用的事实和给出的结果。

    List the questions that REGION answers (without REGION, every question and where it is answered); with
    QUESTION, the facts it may read and the outputs it gives.

    \b
    示例 Example:
      tiaoli questions hangzhou benefit.settlement
    """
    regions = Regions(rules)
    if region is None:
        lines = _everywhere(regions, form, lang)
    else:
        name = regions.rulebook.find(region)
        if name not in regions.names():
            raise RefusedError(regions.rulebook.load(name).diagnostics, lang, 2)
        program = regions.program(name)
        found = _asked(program, question, lang) if question else list(program.questions.values())
        lines = _of_region(program, found, form, lang, is_detailed=question is not None)
    click.echo("\n".join(lines))


def _asked(program: p.Program, written: str, lang: str) -> list[p.Question]:
    found = [item for item in program.questions.values() if written in (item.id, item.label)]
    if not found:
        zh, en = f"“{program.region.label}”没有问题“{written}”", f"{program.region.id} has no question `{written}`"
        hint = did_you_mean(written, program.questions)
        raise RefusedError([Diagnostic(code="E0511", message=Text(zh, en), hint=hint)], lang, 2)
    return found


def _everywhere(regions: Regions, form: str, lang: str) -> list[str]:
    questions: dict[str, tuple[p.Question, list[str]]] = {}
    for name in regions.names():
        for item in regions.program(name).questions.values():
            questions.setdefault(item.id, (item, []))[1].append(name)
    if form == "json":
        data = [{"id": q.id, "label": q.label, "ask": q.ask, "regions": where} for q, where in questions.values()]
        return [json.dumps(data, ensure_ascii=False, indent=2)]
    rows = ((q.id, q.label, ", ".join(where)) if lang == "zh" else (q.id, ", ".join(where)) for q, where in
            sorted(questions.values(), key=lambda pair: pair[0].id))  # fmt: skip
    return columns(rows)


def _of_region(
    program: p.Program, questions: list[p.Question], form: str, lang: str, *, is_detailed: bool
) -> list[str]:
    if form == "json":
        return [json.dumps([_data(program, item) for item in questions], ensure_ascii=False, indent=2)]
    if not is_detailed:
        return columns((item.id, item.label, item.ask) for item in questions)
    return [line for item in questions for line in _details(program, item, lang)]


def _details(program: p.Program, question: p.Question, lang: str) -> Iterator[str]:
    data = _data(program, question)
    words = ("可用的事实", "给出的结果") if lang == "zh" else ("facts it may read", "outputs")
    yield f"{question.label}（{question.id}）" if lang == "zh" else f"{question.id} ({question.label})"
    if question.ask:
        yield question.ask
    for title, rows in zip(words, (data["inputs"], data["outputs"]), strict=True):
        yield ""
        yield title
        yield from columns((f"  {row.get('path') or row.get('id')}", row["label"], row["type"]) for row in rows)


def _data(program: p.Program, question: p.Question) -> dict[str, Any]:
    vocabulary = program.policy.vocabulary
    inputs = [(path, vocabulary.field(path)) for path in sorted(inputs_of(question, (program,)))]
    return {
        "id": question.id,
        "label": question.label,
        "ask": question.ask,
        "governing": list(question.governing),
        "cites": list(question.citations),
        "inputs": [
            {"path": path, "label": vocabulary.label(path), "type": str(field.type)} for path, field in inputs if field
        ],
        "outputs": [
            {"id": item.id, "label": item.label, "type": str(item.value.type)} for item in question.answers.values()
        ],
    }
