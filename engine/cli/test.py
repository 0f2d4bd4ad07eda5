"""`tiaoli test`."""

from __future__ import annotations

from pathlib import Path

import click

from engine.cases import CaseResult, run_cases
from engine.cli.language import lang_option
from engine.cli.printing import RefusedError, print_diagnostics
from engine.cli.values import columns
from engine.regions import Regions, rules_folder
from policy.diagnostics import Diagnostic, Text


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("-q", "--quiet", is_flag=True, help="只列出未通过的用例 Only name what failed")
@click.option(
    "--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="并行进程数 Processes at the same time"
)
@lang_option
@click.option(
    "--rules", type=click.Path(path_type=Path, file_okay=False, exists=True), help="规则文件夹 Folder of the rules"
)
def command(paths: tuple[Path, ...], quiet: bool, jobs: int, lang: str, rules: Path | None) -> None:
    """运行用例文件 PATHS（文件或文件夹；缺省为全部地区的 cases/），说明哪一条款使结果不符。

    Run the case files PATHS (files or folders; by default the cases/ of all regions) and show which clause
    made a wrong value. The last line is `N passed, N failed`; exit code 1 if a case failed.

    \b
    示例 Example:
      tiaoli test rules/hangzhou/cases
    """
    folder = rules_folder(rules)
    missing = [path for path in paths if not path.exists()]
    if missing:
        raise RefusedError(map(_no_such_path, missing), lang, 2)
    report = run_cases(paths or [folder], Regions(folder), jobs)
    print_diagnostics(report.diagnostics, lang)
    for result in report.failed:
        for line in [f"{result.id}  {result.place}"] if quiet else _lines(result, lang):
            click.echo(line)
    failed = len(report.failed) + sum(item.is_error for item in report.diagnostics)
    click.echo(f"{len(report.results) - len(report.failed)} passed, {failed} failed")
    raise SystemExit(1 if failed else 0)


def _lines(result: CaseResult, lang: str) -> list[str]:
    """What is not as it should be, and the clauses that made it so."""
    head = f"{'未通过' if lang == 'zh' else 'FAILED'} {result.id}  {result.place}"
    rows: list[tuple[str, str]] = []
    for failure in result.failures:
        rows.append((f"  {failure.about}", failure.message.in_language(lang)))
        made = "由 " if lang == "zh" else "by "
        rows.extend(("", made + text.in_language(lang)) for text in failure.made_by)
    return [head, *columns(rows), ""]


def _no_such_path(path: Path) -> Diagnostic:
    return Diagnostic(code="E0110", message=Text("没有这个文件或文件夹", "no such file or folder"), place=str(path))
