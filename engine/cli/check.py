"""`tiaoli check`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from engine.cli.language import lang_option
from engine.cli.printing import RefusedError, print_diagnostics
from engine.regions import rules_folder
from policy.diagnostics import Diagnostic
from policy.loader import Rulebook
from policy.model import Policy


@click.command()
@click.argument("regions", nargs=-1)
@lang_option
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="样式 Form"
)
@click.option(
    "--rules", type=click.Path(path_type=Path, file_okay=False, exists=True), help="规则文件夹 Folder of the rules"
)
def command(regions: tuple[str, ...], lang: str, form: str, rules: Path | None) -> None:
    """检查 REGIONS（缺省为全部地区）的规则，指出每一处错误。

    Check the rules of REGIONS (all by default) and point at every mistake; exit code 1 if there is an error.

    \b
    示例 Example:
      tiaoli check hangzhou
    """
    rulebook = Rulebook(rules_folder(rules))
    names = [rulebook.find(name) for name in regions] or rulebook.regions()
    missing = [name for name in names if name not in rulebook.regions()]
    if missing:
        found = [item for name in missing for item in rulebook.load(name).diagnostics]
        raise RefusedError(found, lang, 2)
    diagnostics, policies = _check(rulebook, names)
    errors = sum(item.is_error for item in diagnostics)
    if form == "json":
        click.echo(json.dumps(_data(names, diagnostics), ensure_ascii=False, indent=2))
    else:
        print_diagnostics(diagnostics, lang)
        click.echo(_summary(names, policies, errors, len(diagnostics) - errors, lang))
    raise SystemExit(1 if errors else 0)


def _check(rulebook: Rulebook, names: list[str]) -> tuple[list[Diagnostic], list[Policy]]:
    """Every diagnostic once, though regions share their superiors."""
    found: dict[object, Diagnostic] = {}
    policies: list[Policy] = []
    for name in names:
        loaded = rulebook.load(name)
        for item in loaded.diagnostics:
            found.setdefault((item.code, item.message, item.where), item)
        if loaded.policy:
            policies.append(loaded.policy)
    return list(found.values()), policies


def _data(names: list[str], diagnostics: list[Diagnostic]) -> dict[str, object]:
    errors = sum(item.is_error for item in diagnostics)
    return {
        "regions": names,
        "errors": errors,
        "warnings": len(diagnostics) - errors,
        "diagnostics": [item.to_json() for item in diagnostics],
    }


def _summary(names: list[str], policies: list[Policy], errors: int, warnings: int, lang: str) -> str:
    packs = {pack.region.id: pack for policy in policies for pack in policy.packs}
    files = sum(len(pack.programs) for pack in packs.values())
    declarations = sum(len(program.declarations) for pack in packs.values() for program in pack.programs)
    if lang == "zh":
        return (
            f"检查了 {len(names)} 个地区、{files} 个规则文件、{declarations} 条声明：{errors} 个错误，{warnings} 个提醒"
        )
    return (
        f"checked {len(names)} regions, {files} rule files, {declarations} declarations: "
        f"{errors} errors, {warnings} warnings"
    )
