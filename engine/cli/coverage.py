"""`tiaoli coverage`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
from tabulate import tabulate

from engine.cli.language import lang_option
from engine.cli.printing import write_out
from engine.coverage import Account, Coverage, count_cases, coverage_of
from engine.coverage_page import page
from engine.coverage_tables import STANDINGS, Sum, as_data, problems, sums_of_documents, sums_of_regions, total
from engine.readmes import write_readmes
from engine.regions import Regions
from policy.diagnostics import Text


@click.command()
@lang_option
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "html"]), default="text", show_default=True, help="样式 Form"
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="写入文件 Write to a file")
@click.option("--details", is_flag=True, help="逐条列出 Every provision, not only the sums")
@click.option("--strict", is_flag=True, help="条款须有成立、落选两面的用例 Both sides of every provision need a case")
@click.option("--write-readmes", "readmes", is_flag=True, help="更新各地 README 里的数字 Update the figures in READMEs")
@click.option(
    "--rules", type=click.Path(path_type=Path, file_okay=False, exists=True), help="规则文件夹 Folder of the rules"
)
def command(
    lang: str, form: str, out: Path | None, details: bool, strict: bool, readmes: bool, rules: Path | None
) -> None:
    """清点每一条规定：由哪些规则承载，有多少用例检验。有可执行而无规则的条款，或无用例的规则，退出码为 1。

    The account of the law: every provision with the rules that carry it and the cases that exercise it. Exit
    code 1 where an executable provision has no rule, or a rule has no case; with --strict also where a
    provision has fewer than two cases, or none on one side of its boundary.

    \b
    示例 Example:
      tiaoli coverage --format html --out coverage.html
    """
    regions = Regions(rules)
    coverage = coverage_of(regions)
    count_cases(coverage, regions)
    if readmes:
        for path in write_readmes(coverage, regions):
            click.echo(str(path))
        return
    if form == "json":
        write_out(json.dumps(as_data(coverage), ensure_ascii=False, indent=2), out)
    elif form == "html":
        write_out(page(coverage, lang), out)
    else:
        write_out("\n".join(_lines(coverage, lang, details)), out)
    is_fine = coverage.is_complete and (coverage.is_tested_on_both_sides or not strict)
    raise SystemExit(0 if is_fine else 1)


def _lines(coverage: Coverage, lang: str, details: bool) -> list[str]:
    figures = [_say(text, lang) for text in (
        Text("条款", "provisions"), *STANDINGS.values(), Text("承载", "carriers"), Text("用例", "cases"),
        Text("两面检验", "both sides"),
    )]  # fmt: skip
    region, document = _say(Text("地区", "region"), lang), _say(Text("文件", "document"), lang)
    by_region = [_row(item, lang) for item in (*sums_of_regions(coverage), total(coverage))]
    lines = [
        _table([(item.region, item.name, *_row(item, lang)[1:]) for item in sums_of_documents(coverage)],
               (region, document, *figures)),
        "",
        _table(by_region, (region, *figures)),
    ]  # fmt: skip
    if details:
        heads = ("条款", "出处", "情况", "承载", "成立", "落选") if lang == "zh" else (
            "provision", "clause", "standing", "carriers", "won", "lost")  # fmt: skip
        lines += ["", _table(_details(coverage.accounts.values(), lang), heads)]
    for problem in problems(coverage):
        lines += ["", f"{_say(problem.label, lang)}{'：' if lang == 'zh' else ': '}{len(problem.found)}"]
        lines += [f"  {'、'.join(problem.found)}"] if problem.found else []
    return lines


def _table(rows: Iterable[tuple[Any, ...]], heads: tuple[str, ...]) -> str:
    return tabulate(rows, headers=heads, tablefmt="simple")


def _say(text: Text, lang: str) -> str:
    return text.zh if lang == "zh" else text.en


def _row(item: Sum, lang: str) -> tuple[Any, ...]:
    both = f"{item.two_sided}/{item.executed}"
    name = item.region or _say(Text("合计", "total"), lang)
    return (name, item.provisions, *item.standings.values(), item.carriers, item.cases, both)


def _details(accounts: Iterable[Account], lang: str) -> list[tuple[Any, ...]]:
    return [
        (
            account.provision.id,
            f"{account.document_label}“{account.provision.clause}”",
            _say(STANDINGS[account.standing], lang),
            "、".join(dict.fromkeys(carrier.label for carrier in account.carriers))[:60],
            len(account.won),
            len(account.lost),
        )
        for account in accounts
    ]
