"""`tiaoli due`."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from tabulate import tabulate

from engine.agenda import Task, tasks_of
from engine.cli.asking import Call, asking_options
from engine.cli.calendar import table
from engine.cli.printing import print_diagnostics, write_out
from engine.decision import Decision, Status


@click.command()
@asking_options
@click.option(
    "--at", "at", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]), help="看哪一刻 As of this instant; default now"
)
def command(at: datetime | None, out: Path | None, **arguments: Any) -> None:
    """看 FACTS 中的一件事还差什么、哪些期限、到某一刻是否逾期。

    Say what a concrete request or bill still requires: the deadlines that run, the tasks that follow from its
    events, whether they are late as of an instant, and the facts still missing.

    \b
    示例 Example:
      tiaoli due request.yaml --at 2023-10-09
    """
    call = Call(**arguments)
    decision = call.decide(with_what_if=False)
    print_diagnostics(decision.diagnostics, call.lang)
    write_out("\n".join(_lines(decision, (at or datetime.now()).date(), call.lang)), out)
    raise SystemExit(1 if decision.status is Status.ERROR else 0)


def _lines(decision: Decision, today: date, lang: str) -> list[str]:
    is_zh = lang == "zh"
    lines = [
        f"{decision.question_label} · {decision.region_label}" if is_zh else f"{decision.question} · {decision.region}"
    ]
    rows = _deadlines(decision, today, lang)
    if rows:
        heads = ("期限", "最后一天", "责任主体", "情况") if is_zh else ("deadline", "last day", "actor", "state")
        lines += ["", tabulate(rows, headers=heads, tablefmt="simple", disable_numparse=True)]
    tasks = sorted(_tasks(decision), key=lambda task: task.due or date.max)
    if tasks:
        lines += ["", table(tasks, lang)]
        late = [task for task in tasks if task.due and task.due < today]
        lines += [f"已过截止日：{len(late)} 项" if is_zh else f"past their last day: {len(late)}"]
    if decision.needs:
        lines += ["", "还需要的事实：" if is_zh else "facts still needed:"]
        lines += [f"  {need.label}（{need.path}）" if is_zh else f"  {need.path}" for need in decision.needs]
    if not (rows or tasks or decision.needs):
        lines += ["", "没有在走的期限" if is_zh else "no deadline is running"]
    return lines


def _deadlines(decision: Decision, today: date, lang: str) -> list[tuple[str, str, str, str]]:
    rows = []
    for notice in decision.notices:
        if notice.kind == "deadline" and notice.due is not None:
            name = notice.text.zh.partition("：")[0] if lang == "zh" else notice.rule
            actor = notice.actor.in_language(lang) if notice.actor else ""
            rows.append((name, notice.due.isoformat(), actor, _state(notice.due, today, lang)))
    return rows


def _state(due: date, today: date, lang: str) -> str:
    left = (due - today).days
    if left < 0:
        return f"已过 {-left} 天" if lang == "zh" else f"{_days(-left)} past"
    return f"还有 {left} 天" if lang == "zh" else f"{_days(left)} left"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _tasks(decision: Decision) -> list[Task]:
    vocabulary = decision.policies[decision.region].vocabulary
    found: list[Task] = []
    for output in decision.results.values():
        element = output.type.element
        entity = vocabulary.entities.get(element.name) if element else None
        if output.is_known and entity is not None and {"name", "until"} <= set(entity.roles):
            found.extend(tasks_of(decision, output, entity, vocabulary))
    return found
