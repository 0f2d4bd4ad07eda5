"""`tiaoli new`."""

from __future__ import annotations

import re
from pathlib import Path

import click

from engine.cli.language import lang_option
from engine.cli.printing import RefusedError
from engine.cli.scaffold import scaffold
from engine.regions import rules_folder
from policy.diagnostics import Diagnostic, Text
from policy.dsl.formatter import format_source
from policy.dsl.source import Source
from policy.loader import Rulebook


@click.command()
@click.argument("region")
@click.option("--extends", "superior", required=True, help="上级地区 The region whose rules it builds on")
@click.option("--label", required=True, help="名称 What it is called")
@lang_option
@click.option(
    "--rules", type=click.Path(path_type=Path, file_okay=False, exists=True), help="规则文件夹 Folder of the rules"
)
def command(region: str, superior: str, label: str, lang: str, rules: Path | None) -> None:
    """新建地区 REGION 的规则文件夹：能通过检查的样例，供改写。

    Start the folder of REGION with a small example that checks clean and passes its case.

    \b
    示例 Example:
      tiaoli new ningbo --extends zhejiang --label 宁波市
    """
    folder = rules or Path("rules")
    if not rules and rules_folder() != folder:
        raise RefusedError([_no_folder(rules_folder())], lang, 2)
    rulebook = Rulebook(folder)
    parent = rulebook.find(superior)
    if parent not in rulebook.regions():
        raise RefusedError(rulebook.load(parent).diagnostics, lang, 2)
    problem = _problem(region, label, folder)
    if problem:
        raise RefusedError([problem], lang, 2)
    for name, text in scaffold(region, parent, label).items():
        path = folder / region / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_canonical(name, text), "utf-8")
        click.echo(path)
    then = f"tiaoli check {region} && tiaoli test {folder / region}"
    click.echo(f"接着：{then}" if lang == "zh" else f"next: {then}")


def _no_folder(shipped: Path) -> Diagnostic:
    """The rules that ship with the program are not the place to write in."""
    message = Text("这里没有 rules 文件夹", "there is no folder `rules` here")
    hint = Text(f"先复制一份：cp -r {shipped} rules", f"copy the shipped one first: cp -r {shipped} rules")
    return Diagnostic(code="E0110", message=message, place="rules", hint=hint)


def _canonical(name: str, text: str) -> str:
    """A rule file as `tiaoli fmt` would write it, whatever the label is."""
    return (format_source(Source(name, text))[0] if name.endswith(".policy") else None) or text


def _problem(region: str, label: str, folder: Path) -> Diagnostic | None:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,40}", region):
        message = Text(f"“{region}”不能作为地区的 id", f"`{region}` cannot be a region's id")
        hint = Text(
            "小写字母开头，只用小写字母、数字和下划线", "a lower-case letter, then letters, digits and underscores"
        )
        return Diagnostic(code="E0404", message=message, place="REGION", hint=hint)
    if not label.strip() or len(label) > 40 or "\n" in label:
        return Diagnostic(code="E0404", message=Text("名称不合要求", "the label cannot be used"), place="--label")
    if (folder / region).exists():
        message = Text(f"文件夹“{folder / region}”已经存在", f"the folder `{folder / region}` exists already")
        return Diagnostic(code="E0404", message=message, place="REGION")
    return None
