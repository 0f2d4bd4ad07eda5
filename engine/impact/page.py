"""An impact and a radar as self-contained pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from engine.dependencies.items import KINDS, RULES, Item
from engine.impact.radar import Ending
from engine.impact.study import Affected, Law, Study
from engine.impact.text import (
    after_of,
    answers_of,
    branches,
    figure_lines,
    kind_of,
    parts_of,
    rests_of,
    summary_of,
    title_of,
)
from engine.pages.page import page
from policy.diagnostics import Text

_STYLE = (
    "<style>.tree p{margin:0}.tree details>:not(summary){margin-left:1.4rem}.tree>*{margin-bottom:.25rem}"
    "summary{cursor:pointer}code,small{color:var(--quiet);font-size:.82em}td.what{min-width:17rem}</style>\n"
)

_OPEN_LEVELS = 3
"""How far down the tree is unfolded at first."""


def study_page(study: Study, law: Law, lang: str) -> str:
    """What changes, figures, the tree, the questions with their cases."""
    title = title_of(study, lang)
    figures = "".join(f"<li>{escape(line)}</li>" for line in figure_lines(study, law, lang))
    body = [
        _STYLE,
        f"<h1>{escape(title)}</h1>\n<p class='lead'>{escape(study.called.note.in_language(lang))} "
        f"<code>{escape(study.called.place)}</code></p>\n",
        f"<ul>{figures}</ul>\n" if figures else "",
        _cards(study, lang),
        f"<p>{escape(summary_of(study, law, lang))}</p>\n",
        f"<h2>{_say('经由', 'By way of', lang)}</h2>\n",
        f"<div class='tree'>{''.join(_branches(study, study.meant.item, lang, 1))}</div>\n",
        *_questions(study, law, lang),
        *_cases(study, lang),
    ]
    return page(title, body, lang)


def radar_page(found: Sequence[Ending], law: Law, first: str, last: str, lang: str) -> str:
    """What ends, as a table."""
    title = f"{first} 至 {last} 到期" if lang == "zh" else f"Ending from {first} to {last}"
    rows = "".join(_ending(ending, law, lang) for ending in found)
    heads = (
        ("最后一天", "到期的", "依赖与之后")
        if lang == "zh"
        else ("last day", "what ends", "what rests on it, and then")
    )
    head = "".join(f"<th>{word}</th>" for word in heads)
    table = f"<div class='scroll'><table><thead><tr>{head}</tr></thead>\n{rows}</table></div>\n"
    return page(
        title,
        [_STYLE, f"<h1>{escape(title)}</h1>\n<p class='lead'>{len(found)} {_say('项', 'in all', lang)}</p>\n", table],
        lang,
    )


def _say(zh: str, en: str, lang: str) -> str:
    return escape(zh if lang == "zh" else en)


def _cards(study: Study, lang: str) -> str:
    figures = [
        (len(study.of_kinds(*RULES)), Text("规则", "rules")),
        (len(study.of_kinds("parameter")), Text("参数", "parameters")),
        (len(study.of_kinds("question")), KINDS["question"]),
    ]
    figures += [(len(study.cases), Text("用例", "cases"))] if study.cases is not None else []
    shown = (f"<div><b>{count}</b><span>{escape(word.in_language(lang))}</span></div>" for count, word in figures)
    return f"<div class='cards'>{''.join(shown)}</div>\n"


def _branches(study: Study, item: Item, lang: str, level: int) -> Iterator[str]:
    for user in branches(study, item):
        one = study.found[user]
        inner = "".join(_branches(study, user, lang, level + 1))
        line = _line(study, one, lang)
        is_open = " open" if level < _OPEN_LEVELS else ""
        yield f"<details{is_open}><summary>{line}</summary>{inner}</details>\n" if inner else f"<p>{line}</p>\n"


def _line(study: Study, one: Affected, lang: str) -> str:
    answers = "、".join(escape(answer.called.name.in_language(lang)) for answer in answers_of(study, one.item))
    return (
        f"<small>{escape(kind_of(one.item, lang))}</small>"
        f"<b>{escape(one.called.name.in_language(lang))}</b>{escape(parts_of(one, lang))} "
        f"{f'⇒ {answers} ' if answers else ''}<code>{escape(one.called.place)}</code>"
    )


def _questions(study: Study, law: Law, lang: str) -> Iterator[str]:
    asked = study.of_kinds("question")
    if not asked:
        return
    heads = ("问题", "地区", "受影响的答复", "用例") if lang == "zh" else ("question", "regions", "answers", "cases")
    yield f"<h2>{_say('问题', 'Questions', lang)}</h2>\n<div class='scroll'><table><thead><tr>"
    yield "".join(f"<th>{word}</th>" for word in heads) + "</tr></thead>\n"
    for one in asked:
        regions = law.listed(one.regions, lang)
        answers = "、".join(part.in_language(lang) for part in one.parts)
        count = sum(case.question == one.item.id for case in study.cases or ())
        name = one.called.name.in_language(lang)
        yield (
            f"<tr><td>{escape(name)}<br><small>{escape(one.item.id)}</small></td><td>{escape(regions)}</td>"
            f"<td>{escape(answers)}</td><td class='num'>{count}</td></tr>\n"
        )
    yield "</table></div>\n"


def _cases(study: Study, lang: str) -> Iterator[str]:
    if study.cases:
        yield f"<h2>{_say('用例', 'Cases', lang)}</h2>\n<details><summary>{len(study.cases)}</summary><ul>"
        for case in study.cases:
            yield f"<li>{escape(case.id)} <code>{escape(case.place)}</code></li>\n"
        yield "</ul></details>\n"


def _ending(ending: Ending, law: Law, lang: str) -> str:
    tone = "" if ending.follows else " class='never'"
    regions = escape(law.listed(ending.regions, lang))
    return (
        f"<tr><td class='num'>{ending.last}</td><td class='what'><small>{escape(kind_of(ending.items[0], lang))}</small>"
        f"{escape(ending.name.in_language(lang))}<br><small>{regions} <code>{escape(ending.place)}</code></small></td>"
        f"<td>{escape(rests_of(ending, lang))}<br><b{tone}>{escape(after_of(ending, lang))}</b></td></tr>\n"
    )
