"""`tiaoli impact`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

import click

from engine.cli.language import lang_option
from engine.cli.printing import RefusedError, write_out
from engine.dependencies.items import KINDS
from engine.impact.as_json import radar_data, study_data
from engine.impact.cases import with_cases
from engine.impact.finding import Meant
from engine.impact.page import radar_page, study_page
from engine.impact.radar import endings
from engine.impact.study import Law, Study, study_of
from engine.impact.text import radar_lines, study_lines
from engine.regions import Regions
from policy.diagnostics import Diagnostic, Text, did_you_mean

LIMIT_DAYS = 36_600
"""Nobody looks further ahead than a century."""


@click.command()
@click.argument("name", required=False)
@click.option(
    "--expiring", type=click.IntRange(0, LIMIT_DAYS), metavar="DAYS", help="多少天内到期的 What ends within DAYS"
)
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="自哪一天算起，缺省今天 Counted from; default today")
@click.option("--region", help="只看一地 One region only, by id, name or division code")
@click.option("--depth", type=click.IntRange(1), help="树只列几层 How many levels of the tree")
@click.option("--no-cases", is_flag=True, help="不找用例，快一些 Without cases, which is faster")
@click.option("--all-cases", is_flag=True, help="列出每个用例 Name every case")
@lang_option
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "html"]), default="text", show_default=True, help="样式 Form"
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="写入文件 Write to a file")
@click.option(
    "--rules", type=click.Path(path_type=Path, file_okay=False, exists=True), help="规则文件夹 Folder of the rules"
)
def command(
    name: str | None,
    expiring: int | None,
    as_of: datetime | None,
    region: str | None,
    depth: int | None,
    no_cases: bool,
    all_cases: bool,
    lang: str,
    form: str,
    out: Path | None,
    rules: Path | None,
) -> None:
    """NAME 改了会影响什么；或者，多少天内有什么到期，之后有没有接续。

    What rests on NAME: a provision as it is cited or by its id, a document, a parameter (参数.X), a rule, a
    clause (rule.clause), a fact or a question. Or, with --expiring, what ends soon and what follows it.

    \b
    示例 Example:
      tiaoli impact '浙异地2022“一（四）c”'
      tiaoli impact 参数.转诊降幅 --format html --out impact.html
      tiaoli impact --expiring 60 --as-of 2026-11-15
    """
    if (name is None) == (expiring is None):
        zh, en = "写一个名称，或者写 --expiring，两者取一", "give a name or --expiring, one of the two"
        raise click.UsageError(zh if lang == "zh" else en)
    regions = Regions(rules)
    law = Law(regions, region_named(region, regions, lang))
    if name is None:
        write_out(_radar(law, as_of.date() if as_of else date.today(), expiring or 0, lang, form), out)
        return
    study = _study(law, name, lang)
    study = study if no_cases else with_cases(study, law)
    if form == "json":
        write_out(json.dumps(study_data(study), ensure_ascii=False, indent=2), out)
    elif form == "html":
        write_out(study_page(study, law, lang), out)
    else:
        write_out("\n".join(study_lines(study, law, lang, all_cases=all_cases, depth=depth)), out)


def _radar(law: Law, day: date, days: int, lang: str, form: str) -> str:
    found = endings(law, day, days)
    first, last = day.isoformat(), (day + timedelta(days=days)).isoformat()
    if form == "json":
        return json.dumps(radar_data(found, first, last), ensure_ascii=False, indent=2)
    if form == "html":
        return radar_page(found, law, first, last, lang)
    return "\n".join(radar_lines(found, law, first, last, lang))


def region_named(written: str | None, regions: Regions, lang: str) -> str | None:
    """The id of the region an option names; None where it names none. Raises RefusedError."""
    if written is None:
        return None
    name = regions.rulebook.find(written)
    if name not in regions.names():
        raise RefusedError(regions.rulebook.load(name).diagnostics, lang, 2)
    return name


def _study(law: Law, name: str, lang: str) -> Study:
    every, known = law.find(name)
    if not every:
        message = Text(f"规则里没有“{name}”", f"the rules know no `{name}`")
        hint = did_you_mean(name, law.known())
        raise RefusedError([Diagnostic(code="E0201", message=message, place="NAME", hint=hint)], lang, 2)
    _tell_others(every[1:], law, lang)
    return study_of(law, known)


def _tell_others(others: Iterable[Meant], law: Law, lang: str) -> None:
    """What else has the name: by its id it can be asked for."""
    kinds = [f"{KINDS[meant.item.kind].in_language(lang)} {meant.item.id}" for meant in others]
    if kinds:
        listed = ("、" if lang == "zh" else ", ").join(dict.fromkeys(kinds))
        click.echo(f"同名的还有：{listed}" if lang == "zh" else f"also of that name: {listed}", err=True)
