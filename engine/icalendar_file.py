"""An agenda as an iCalendar file, with the library that knows the format."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from icalendar import Alarm, Calendar, Event

from engine.agenda import Task
from engine.version import VERSION


def to_icalendar(tasks: Iterable[Task], title: str, lang: str, stamp: datetime | None = None) -> str:
    """RFC 5545 text: one all-day event on each last day, with a reminder the day before."""
    calendar = Calendar()
    calendar.add("prodid", f"-//tiaoli//{VERSION}//{lang.upper()}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", title)
    for task in tasks:
        day = task.due or task.start
        if day is not None:
            calendar.add_component(_event(task, day, lang, stamp or datetime.now(UTC)))
    return str(calendar.to_ical().decode("utf-8"))


def _event(task: Task, day: date, lang: str, stamp: datetime) -> Event:
    step, actor = (task.step_label, task.actor_label) if lang == "zh" else (task.step, task.actor)
    event = Event()
    event.add("uid", f"{_fingerprint(task)}@tiaoli")
    event.add("dtstamp", stamp)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", f"{step}（{actor}）" if lang == "zh" else f"{step} ({actor})")
    event.add("description", "\n".join(_details(task, lang)))
    event.add("categories", [task.question])
    event.add("transp", "TRANSPARENT")
    reminder = Alarm()
    reminder.add("action", "DISPLAY")
    reminder.add("description", step)
    reminder.add("trigger", timedelta(days=-1))
    event.add_component(reminder)
    return event


def _details(task: Task, lang: str) -> list[str]:
    start = task.start.isoformat() if task.start else ""
    due = task.due.isoformat() if task.due else ""
    if lang == "zh":
        rest = "截止日是休息日，不顺延" if task.rest_day else ""
        lines = [f"期间 {start} 至 {due}", f"规范强度 {task.modality_label}", f"依据 {'、'.join(task.citations)}", rest]
    else:
        rest = "the last day is a rest day" if task.rest_day else ""
        lines = [f"from {start} to {due}", f"under {', '.join(task.citations)}", rest]
    return [line for line in lines if line]


def _fingerprint(task: Task) -> str:
    text = "|".join((task.question, task.period, task.step, str(task.start), str(task.due)))
    return hashlib.sha256(text.encode()).hexdigest()[:24]
