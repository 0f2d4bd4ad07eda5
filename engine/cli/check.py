"""`tiaoli check`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path

import attrs
import click

from engine.cli.language import lang_option
from engine.cli.printing import RefusedError, print_diagnostics
from engine.cli.proving import Proofs, proofs_of
from engine.regions import rules_folder
from policy.diagnostics import Diagnostic, has_errors
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
@click.option("--proofs/--no-proofs", default=True, help="是否证明（缺省证明） Prove the rules (by default)")
@click.option("--seconds", type=click.FloatRange(min=0, min_open=True), default=3, show_default=True,
              help="每个问题的证明限度，以通常一秒的步数计 Limit of each proof, in the steps of a usual second")  # fmt: skip
def command(regions: tuple[str, ...], lang: str, form: str, rules: Path | None, proofs: bool, seconds: float) -> None:
    """检查 REGIONS（缺省为全部地区）的规则，指出每一处错误，并证明规则完整、无歧义。

    Check the rules of REGIONS (all by default), point at every mistake, and prove that every case has one answer;
    exit code 1 if there is an error.

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
    checked = _check(rulebook, names)
    proven = proofs_of(rulebook.root, checked.sound, seconds, lang) if proofs else Proofs()
    proven = attrs.evolve(proven, unsound=tuple(name for name in names if proofs and name not in checked.sound))
    diagnostics = proven.replacing(checked.diagnostics)
    errors = sum(item.is_error for item in diagnostics)
    if form == "json":
        click.echo(json.dumps(_data(names, diagnostics, proven), ensure_ascii=False, indent=2))
    else:
        print_diagnostics(diagnostics, lang)
        click.echo(_summary(names, checked.policies, errors, len(diagnostics) - errors, lang))
        for line in proven.told(lang):
            click.echo(line)
    sys.stdout.flush()
    raise SystemExit(1 if errors else 0)


@attrs.frozen
class _Checked:
    """Every diagnostic, the policies that could be read, and the regions without any error but of clauses that clash."""

    diagnostics: list[Diagnostic]
    policies: list[Policy]
    sound: list[str]


def _check(rulebook: Rulebook, names: Iterable[str]) -> _Checked:
    """Every diagnostic once, though regions share their superiors."""
    found: dict[object, Diagnostic] = {}
    policies: list[Policy] = []
    untried = Rulebook(rulebook.root, tries=False)
    sound: list[str] = []
    for name in names:
        loaded = rulebook.load(name)
        for item in loaded.diagnostics:
            found.setdefault((item.code, item.message, item.where), item)
        plain = loaded if not has_errors(loaded.diagnostics) else untried.load(name)
        if plain.policy is not None:
            policies.append(plain.policy)
        if plain.policy is not None and not has_errors(plain.diagnostics):
            sound.append(name)
    return _Checked(list(found.values()), policies, sound)


def _data(names: list[str], diagnostics: list[Diagnostic], proofs: Proofs) -> dict[str, object]:
    errors = sum(item.is_error for item in diagnostics)
    return {
        "regions": names,
        "errors": errors,
        "warnings": len(diagnostics) - errors,
        "diagnostics": [item.to_json() for item in diagnostics],
        "proofs": proofs.to_json(),
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
