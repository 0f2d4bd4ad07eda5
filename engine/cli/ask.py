"""`tiaoli ask`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from engine.cli.language import lang_option
from engine.cli.printing import RefusedError, print_diagnostics
from engine.interview import Interview, Prompt
from engine.regions import Regions
from policy.diagnostics import Diagnostic, Text
from policy.sources import Library

LIMIT_TRIES = 5
"""How often one thing is asked again after an answer that cannot be taken."""


@click.command()
@click.argument("question")
@click.option("--region", required=True, help="地区 Region, by id or name")
@click.option("--treatment-region", help="就医地 Region of treatment")
@click.option(
    "--output", "outputs", multiple=True, help="只问这些结果所需 Only what this output needs; may be repeated"
)
@click.option(
    "--answers",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="从文件逐行读取回答 Read the answers from a file, one a line",
)
@click.option("--reader", type=click.Choice(["patient", "clerk", "auditor"]), default="patient", show_default=True)
@lang_option
@click.option(
    "--rules", type=click.Path(path_type=Path, file_okay=False, exists=True), help="规则文件夹 Folder of the rules"
)
def command(
    question: str,
    region: str,
    treatment_region: str | None,
    outputs: tuple[str, ...],
    answers: Path | None,
    reader: str,
    lang: str,
    rules: Path | None,
) -> None:
    """逐项询问 QUESTION 还需要的事实，每项都说明是哪条规定要用，问清后给出结论和理由。

    Ask for the facts that QUESTION still needs, one at a time, each with the clause that needs it, and end in
    the explained decision.

    \b
    示例 Example:
      tiaoli ask filing.validity --region zhejiang
    """
    regions = Regions(rules)
    interview = Interview(
        regions, regions.rulebook.find(region), question, treatment_region=treatment_region, outputs=outputs or None
    )
    library = interview.regions.program(interview.region).policy.library
    replies = iter(answers.read_text("utf-8").splitlines()) if answers else None
    number = 0
    while (prompt := interview.prompt) is not None:
        number += 1
        _ask(interview, prompt, number, library, replies, lang)
    click.echo("")
    click.echo(interview.decision.explain(lang=lang, reader=reader, format="text"))
    raise SystemExit(1 if interview.decision.diagnostics else 0)


def _ask(
    interview: Interview, prompt: Prompt, number: int, library: Library, replies: Iterator[str] | None, lang: str
) -> None:
    for line in _wording(prompt, number, library, lang):
        click.echo(line)
    for _ in range(LIMIT_TRIES):
        answer = _reply(replies, lang)
        problem = interview.answer(answer)
        if problem is None:
            return
        print_diagnostics([problem], lang)
    message = Text(f"“{prompt.label}”没有得到可用的回答", f"no usable answer for `{prompt.path}`")
    raise RefusedError([Diagnostic(code="E0607", message=message, place=prompt.path)], lang, 1)


def _reply(replies: Iterator[str] | None, lang: str) -> str:
    if replies is None:
        return str(click.prompt("答" if lang == "zh" else "answer", prompt_suffix="：" if lang == "zh" else ": "))
    answer = next(replies, None)
    if answer is None:
        message = Text("回答文件已读完，还有事实没有回答", "the file of answers has ended, but facts are still needed")
        raise RefusedError([Diagnostic(code="E0607", message=message, place="--answers")], lang, 1)
    click.echo(f"答：{answer}" if lang == "zh" else f"answer: {answer}")
    return answer


def _wording(prompt: Prompt, number: int, library: Library, lang: str) -> Iterator[str]:
    """The question in words, what may be answered, and why it is asked."""
    is_zh = lang == "zh"
    line = (f"第{prompt.place + 1}行 " if is_zh else f"line {prompt.place + 1}, ") if prompt.place is not None else ""
    unit = f"（{prompt.unit}）" if prompt.unit and is_zh else ""
    yield ""
    yield f"{number}. {line}{prompt.label}{unit}？" if is_zh else f"{number}. {line}{prompt.path}?"
    if prompt.note and is_zh:
        yield f"   {prompt.note}"
    for place, (name, label) in enumerate(prompt.choices, 1):
        yield f"   {place}) {label if is_zh else name}"
    if not prompt.choices:
        yield f"   {_expected(prompt, lang)}"
    grounds = [library.provision(name) for name in prompt.need.citations[:2]]
    told = "、".join(library.cited_as(item, lang) for item in grounds if item)
    asked_by = prompt.need.rule_label if is_zh else prompt.need.rule
    if told or asked_by:
        yield f"   用于“{asked_by}”，依据 {told}" if is_zh else f"   for `{asked_by}`, under {told}"


_EXPECTED = {
    "boolean": ("是 或 否", "true or false"),
    "date": ("日期，如 2023-06-01；没有则写 空", "a date such as 2023-06-01; `none` if there is none"),
    "instant": ("时刻，如 2023-06-01T09:30", "an instant such as 2023-06-01T09:30"),
    "month": ("月份，如 2023-06", "a month such as 2023-06"),
    "money": ("金额，元，如 1234.50", "an amount in yuan such as 1234.50"),
    "ratio": ("比例，如 82%", "a ratio such as 82%"),
    "points": ("百分点数，如 10", "percentage points such as 10"),
}


def _expected(prompt: Prompt, lang: str) -> str:
    place = 0 if lang == "zh" else 1
    if "." not in prompt.path:  # the day that is asked about, not a fact
        return _EXPECTED["date"][place].partition("；" if place == 0 else ";")[0]
    element = prompt.type.element
    if element is not None and element.kind == "record":
        return ("共有几行？没有则写 0", "how many lines? 0 for none")[place]
    return _EXPECTED.get(prompt.type.kind, (prompt.type.in_language("zh"), str(prompt.type)))[place]
