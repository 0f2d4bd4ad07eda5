"""`tiaoli calendar`."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import attrs
import click
from tabulate import tabulate

from engine.agenda import Task, agenda
from engine.cli.language import lang_option
from engine.cli.printing import write_out
from engine.regions import Regions
from policy.values import plain

_DAY = click.DateTime(["%Y-%m-%d"])

_HEADS = {
    "zh": ("截止日", "开始日", "责任主体", "环节", "规范强度", "依据", ""),
    "en": ("due", "start", "actor", "step", "modality", "under", ""),
}


@click.command()
@click.argument("region")
@click.option("--from", "first", type=_DAY, required=True, help="起日 First day, e.g. 2023-06-01")
@click.option("--to", "last", type=_DAY, required=True, help="止日 Last day, included")
@click.option("--actor", help="只列某一责任主体 Only this actor, by id or name")
@lang_option
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "ics"]), default="text", show_default=True, help="样式 Form"
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="写入文件 Write to a file")
@click.option(
    "--rules", type=click.Path(path_type=Path, file_okay=False, exists=True), help="规则文件夹 Folder of the rules"
)
def command(
    region: str,
    first: datetime,
    last: datetime,
    actor: str | None,
    lang: str,
    form: str,
    out: Path | None,
    rules: Path | None,
) -> None:
    """列出 REGION 在一段日子里谁该在哪天前做什么，截止日是休息日的注明。

    List who must do what by when in REGION; a last day that is a rest day is marked. Schedules that run
    from events of a case are answered by `tiaoli due`.

    \b
    示例 Example:
      tiaoli calendar jiaxing --from 2021-01-01 --to 2021-01-31
      tiaoli calendar zhejiang --from 2023-06-01 --to 2023-06-30 --format ics --out june.ics
    """
    regions = Regions(rules)
    name = regions.rulebook.find(region)
    label = regions.program(name).region.label
    tasks = agenda(regions, name, first.date(), last.date(), actor)
    if form == "json":
        write_out(json.dumps([_data(task) for task in tasks], ensure_ascii=False, indent=2), out)
    elif form == "ics":
        write_out(_icalendar(tasks, label if lang == "zh" else name, lang), out)
    else:
        write_out(table(tasks, lang), out)


def _icalendar(tasks: list[Task], title: str, lang: str) -> str:
    """The tasks as an iCalendar file; the library for it is an extra of the distribution."""
    try:
        from engine.icalendar_file import to_icalendar
    except ModuleNotFoundError as error:
        install = "pip install 'tiaoli[calendar]'"
        zh, en = f"写 ics 文件需要另装一个库：{install}", f"an ics file needs one more library: {install}"
        raise click.UsageError(zh if lang == "zh" else en) from error
    return to_icalendar(tasks, title, lang)


def table(tasks: list[Task], lang: str) -> str:
    """Tasks as a table, in the order of their last days."""
    if not tasks:
        return "没有任务" if lang == "zh" else "no tasks"
    return tabulate(
        [_row(task, lang) for task in tasks], headers=_HEADS[lang], tablefmt="simple", disable_numparse=True
    )


def _row(task: Task, lang: str) -> tuple[str, ...]:
    is_zh = lang == "zh"
    rest = {True: "休息日" if is_zh else "rest day", None: "日历未公布" if is_zh else "no calendar"}
    return (
        _day(task.due),
        _day(task.start),
        task.actor_label if is_zh else task.actor,
        task.step_label if is_zh else task.step,
        task.modality_label if is_zh else task.modality,
        "、".join(task.citations),
        rest.get(task.rest_day, "") if task.due else "",
    )


def _day(day: date | None) -> str:
    return day.isoformat() if day else "—"


def _data(task: Task) -> dict[str, Any]:
    return {name: plain(value) for name, value in attrs.asdict(task).items()}
