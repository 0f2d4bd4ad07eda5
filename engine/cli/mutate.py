"""`tiaoli mutate`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from tabulate import tabulate

from engine.cli.language import lang_option
from engine.cli.printing import RefusedError
from engine.mutation.equivalence import SECONDS
from engine.mutation.report import FATES, Report
from engine.mutation.running import Result, Selection, run
from engine.mutation.trials import Bench
from engine.regions import Regions, rules_folder
from policy.diagnostics import Diagnostic, Text, did_you_mean


@click.command()
@click.option("--region", "names", multiple=True, help="只试这些地区的规则 Only the rules of these regions")
@click.option("--rule", default="", help="只试这条规则、问题或参数 Only this rule, question or figure")
@click.option("--file", default="", help="只试这个文件 Only this file")
@click.option("--sample", type=click.IntRange(min=1), help="随机试这么多处 Only so many, at random")
@click.option("--seed", type=int, default=0, show_default=True, help="随机数种子 Seed of --sample")
@click.option("--survivors-only", is_flag=True, help="不列汇总表 Without the tables")
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=min(2, os.cpu_count() or 1),
    help="并行进程数 Processes at the same time",
)
@click.option(
    "--seconds",
    type=click.IntRange(min=1),
    default=SECONDS,
    show_default=True,
    help="求解器每条规则的限度，以通常一秒的步数计 Limit of the solver per rule, in the steps of a usual second",
)
@lang_option
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="样式 Form"
)
@click.option(
    "--rules", type=click.Path(path_type=Path, file_okay=False, exists=True), help="规则文件夹 Folder of the rules"
)
def command(
    names: tuple[str, ...],
    rule: str,
    file: str,
    sample: int | None,
    seed: int,
    survivors_only: bool,
    jobs: int,
    seconds: int,
    lang: str,
    form: str,
    rules: Path | None,
) -> None:
    """逐处改动规则，看有没有用例发现：没有发现的，说明改了哪里，并建议一个能发现的用例。

    Change the rules in one place after another and see whether a case notices. What no case notices is told
    in words with a case that would; a change proven to mean the same counts as equivalent. Exit code 1 if
    a change goes unnoticed.

    \b
    示例 Example:
      tiaoli mutate --region zhejiang --rule 支付比例降幅
    """
    regions = Regions(rules_folder(rules), takes_kept=False)
    known = tuple(_known(regions, name, lang) for name in names)
    mutants = Selection(known, rule, file, sample, seed).of(regions)
    if not mutants:
        raise RefusedError([_nothing(regions, known, rule, file)], lang, 2)
    bench = Bench(regions, [regions.rulebook.root])
    if bench.failing:
        _warn_of_failing(bench.failing, lang)
    report = Report(list(_watched(run(bench, mutants, jobs, seconds), len(mutants))), regions)
    if form == "json":
        click.echo(json.dumps(report.data(), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_lines(report, lang, survivors_only)))
    raise SystemExit(1 if report.survivors else 0)


def _watched(results: Iterator[Result], count: int) -> Iterator[Result]:
    """The results as they come; how far it is shows on a terminal."""
    if not sys.stderr.isatty():
        yield from results
        return
    with click.progressbar(results, length=count, file=sys.stderr, show_pos=True) as bar:
        yield from bar


def _known(regions: Regions, written: str, lang: str) -> str:
    name = regions.rulebook.find(written)
    if name not in regions.names():
        raise RefusedError(regions.rulebook.load(name).diagnostics, lang, 2)
    return name


def _nothing(regions: Regions, names: tuple[str, ...], rule: str, file: str) -> Diagnostic:
    """Nothing is changed where nothing is called so: that is no success."""
    if file:
        return Diagnostic(code="E0110", message=Text("没有这个文件", "no such file"), place=file)
    subjects = {name for mutant in Selection(names).of(regions) for name in mutant.subject}
    zh, en = f"没有叫“{rule}”的规则、问题或参数可改", f"nothing called `{rule}` can be changed"
    return Diagnostic(code="E0201", message=Text(zh, en), place="--rule", hint=did_you_mean(rule, subjects))


def _warn_of_failing(failing: list[str], lang: str) -> None:
    count, first = len(failing), failing[0]
    zh = f"有 {count} 个用例本来就不通过（如 {first}），不计；先运行 tiaoli test"
    en = f"{count} cases fail as it is ({first}) and do not count: run tiaoli test first"
    click.echo(zh if lang == "zh" else en, err=True)


def _lines(report: Report, lang: str, survivors_only: bool) -> list[str]:
    lines: list[str] = []
    if not survivors_only:
        fates = [text.in_language(lang) for text in FATES.values()]
        operator, region, count = ("改动", "地区", "处数") if lang == "zh" else ("change", "region", "mutants")
        lines += [_table(report.by_operator(lang), (operator, count, *fates)), ""]
        lines += [_table(report.by_region(lang), (region, count, *fates)), ""]
    lines += report.told(lang)
    survived = len(report.survivors)
    zh, en = (
        f"{len(report.results)} 处改动，{survived} 处没有案例发现",
        f"{len(report.results)} changes, {survived} go unnoticed",
    )
    return [*lines, zh if lang == "zh" else en]


def _table(rows: list[tuple[Any, ...]], heads: tuple[str, ...]) -> str:
    return tabulate(rows, headers=heads, tablefmt="simple")
