"""`tiaoli test`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from engine.case_coverage.account import account_of
from engine.case_coverage.page import coverage_page
from engine.case_coverage.tables import as_data
from engine.cases import CaseResult, Report, run_cases
from engine.cli.case_coverage import coverage_lines
from engine.cli.language import lang_option
from engine.cli.printing import RefusedError, print_diagnostics, write_out
from engine.cli.values import columns
from engine.regions import Regions, rules_folder
from policy.diagnostics import Diagnostic, Text


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("-q", "--quiet", is_flag=True, help="只列出未通过的用例 Only name what failed")
@click.option("--coverage", is_flag=True, help="列出没有用例成立过的子句 Name the clauses that win in no case")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="--coverage 的样式 Form of --coverage",
)
@click.option(
    "--html",
    type=click.Path(path_type=Path, dir_okay=False),
    help="把覆盖情况写成网页，用例列在规则原文旁 Coverage as a page, cases beside the rule text",
)
@click.option(
    "--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="并行进程数 Processes at the same time"
)
@lang_option
@click.option(
    "--rules", type=click.Path(path_type=Path, file_okay=False, exists=True), help="规则文件夹 Folder of the rules"
)
def command(
    paths: tuple[Path, ...],
    quiet: bool,
    coverage: bool,
    form: str,
    html: Path | None,
    jobs: int,
    lang: str,
    rules: Path | None,
) -> None:
    """运行用例文件 PATHS（文件或文件夹；缺省为全部地区的 cases/），说明哪一条款使结果不符。

    Run the case files PATHS (files or folders; by default the cases/ of all regions) and show which clause
    made a wrong value. The last line is `N passed, N failed`; exit code 1 if a case failed.

    --coverage 清点通过的用例：每个子句、每行标准、每项核对在多少用例里成立。只落选、没成立过的不算覆盖。
    给了 PATHS 时只清点用例所问的地区。

    With --coverage the cases that passed are counted for each clause, figure, bound and check that won in them;
    one that only lost is not covered. Where PATHS are given, the regions that their cases ask are accounted for.

    \b
    示例 Example:
      tiaoli test rules/hangzhou/cases
      tiaoli test --coverage --html coverage.html
    """
    folder = rules_folder(rules)
    missing = [path for path in paths if not path.exists()]
    if missing:
        raise RefusedError(map(_no_such_path, missing), lang, 2)
    regions = Regions(folder)
    report = run_cases(paths or [folder], regions, jobs)
    print_diagnostics(report.diagnostics, lang)
    for result in report.failed:
        for line in [f"{result.id}  {result.place}"] if quiet else _lines(result, lang):
            click.echo(line)
    if coverage or html is not None:
        _tell_coverage(report, regions, form, html, lang, is_whole=not paths)
    failed = len(report.failed) + sum(item.is_error for item in report.diagnostics)
    click.echo(f"{len(report.results) - len(report.failed)} passed, {failed} failed", err=form == "json")
    raise SystemExit(1 if failed else 0)


def _tell_coverage(
    report: Report, regions: Regions, form: str, html: Path | None, lang: str, *, is_whole: bool
) -> None:
    asked = {result.region for result in report.results}
    account = account_of(regions, [name for name in regions.names() if is_whole or name in asked])
    for result in report.results:
        if result.is_passed:
            account.add(result.id, result.seen)
    if html is not None:
        write_out(coverage_page(account, lang), html)
    if form == "json":
        click.echo(json.dumps(as_data(account), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(coverage_lines(account, lang)))


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
