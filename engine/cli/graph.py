"""`tiaoli graph`."""

from __future__ import annotations

from pathlib import Path

import click

from engine.cli.impact import region_named
from engine.cli.language import lang_option
from engine.cli.printing import RefusedError, write_out
from engine.dependencies.items import RULES, Item
from engine.impact.study import Law
from engine.regions import Regions
from policy.diagnostics import Diagnostic, Text, did_you_mean


@click.command()
@click.argument("name")
@click.option(
    "--kind", type=click.Choice(["exceptions", "dependencies"]), help="画例外还是依赖；规则缺省画例外 What to draw"
)
@click.option("--region", help="依哪一地的法，缺省最上一级 By whose law, by id, name or division code")
@click.option("--depth", type=click.IntRange(1), help="依赖画几层 How many levels of dependencies")
@lang_option
@click.option(
    "--format", "form", type=click.Choice(["dot", "svg", "html"]), default="dot", show_default=True, help="样式 Form"
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="写入文件 Write to a file")
@click.option(
    "--rules", type=click.Path(path_type=Path, file_okay=False, exists=True), help="规则文件夹 Folder of the rules"
)
def command(
    name: str, kind: str | None, region: str | None, depth: int | None, lang: str, form: str, out: Path | None,
    rules: Path | None,
) -> None:  # fmt: skip
    """画一条规则的例外图，或一个问题的依赖图。

    Draw which clauses of the rule NAME displace which, or what the answers of the question NAME rest on.

    \b
    示例 Example:
      tiaoli graph 适用降幅 --format svg --out 适用降幅.svg
      tiaoli graph benefit.settlement --region hangzhou --format html --out settlement.html
    """
    regions = Regions(rules)
    law = Law(regions, region_named(region, regions, lang))
    place, item = _found(law, name, kind, lang)
    kind = kind or ("dependencies" if item.kind == "question" else "exceptions")
    write_out(_drawn(law, place, item, kind, depth, lang, form), out)


def _found(law: Law, name: str, kind: str | None, lang: str) -> tuple[str, Item]:
    """The rule or the question of that name, and the region by whose law it is drawn."""
    meanings = law.meanings(name)
    for wanted in RULES if kind == "exceptions" else (*RULES, "question"):
        for place, found in meanings.items():
            for meant in found:
                if meant.item.kind == wanted:
                    return place, meant.item
    raise RefusedError([_unknown(law, name, kind)], lang, 2)


def _unknown(law: Law, name: str, kind: str | None) -> Diagnostic:
    programs = [links.program for links in law.links.values()]
    questions = [word for one in programs for item in one.questions.values() for word in (item.label, item.id)]
    if name in questions:
        zh, en = f"“{name}”是问题；例外图画的是规则", f"`{name}` is a question; rules have exceptions"
        return Diagnostic(code="E0201", message=Text(zh, en), place="NAME")
    rules = [word for one in programs for item in one.rules.values() for word in (item.label, item.id)]
    what = Text("规则", "rule") if kind == "exceptions" else Text("规则或问题", "rule or question")
    hint = did_you_mean(name, dict.fromkeys(rules if kind == "exceptions" else [*rules, *questions]))
    message = Text(f"没有{what.zh}“{name}”", f"there is no {what.en} `{name}`")
    return Diagnostic(code="E0201", message=message, place="NAME", hint=hint)


def _drawn(law: Law, place: str, item: Item, kind: str, depth: int | None, lang: str, form: str) -> str:
    """The picture in the form that is asked for; what draws it is an extra of the distribution."""
    try:
        from engine.graphs.dependencies import dependency_graph
        from engine.graphs.exceptions import exception_graph
        from engine.graphs.page import graph_page
        from engine.graphs.svg import svg_of
    except ModuleNotFoundError as error:
        install = "pip install 'tiaoli[graphs]'"
        zh, en = f"画图需要另装两个库：{install}", f"pictures need two more libraries: {install}"
        raise click.UsageError(zh if lang == "zh" else en) from error
    links = law.links[place]
    if kind == "dependencies":
        drawing = dependency_graph(item, links, lang, depth)
    else:
        drawing = exception_graph(links.program.rules[item.id], links.program, lang)
    if form == "html":
        return graph_page(drawing, kind, law.label(place).in_language(lang), lang)
    return svg_of(drawing.dot) if form == "svg" else drawing.dot
