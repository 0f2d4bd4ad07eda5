"""`tiaoli cases`."""

from __future__ import annotations

from pathlib import Path

import click

from engine import program as p
from engine.cli.language import lang_option
from engine.cli.printing import RefusedError, write_out
from engine.proofs import available
from engine.regions import Regions
from engine.suggestions.suggesting import NO_SOLVER, suggestions
from engine.suggestions.writing import case_file
from policy.diagnostics import Diagnostic, Text, did_you_mean


@click.command()
@click.option("--suggest", "rule", required=True, metavar="RULE", help="规则的 id 或名称 Id or label of the rule")
@click.option("--region", help="地区；缺省为写这条规则的地区 Region; by default the one that has the rule")
@click.option("--missing", is_flag=True, help="只提出还没有用例的 Only what no case shows yet")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="写入文件 Write to a file")
@lang_option
@click.option(
    "--rules", type=click.Path(path_type=Path, file_okay=False, exists=True), help="规则文件夹 Folder of the rules"
)
def command(rule: str, region: str | None, missing: bool, out: Path | None, lang: str, rules: Path | None) -> None:
    """为一条规则提出边界用例：每个子句成立、每个但书取代与不取代、每个门槛的两侧、每个版本的首日和末日。

    Boundary cases for a rule: each clause winning, each proviso displacing and not, each side of each
    threshold, the days on which the law changes. The answers are the engine's own, for a person to confirm;
    what no case can show is told at the end of the file, with the proof or the reason.

    \b
    示例 Example:
      tiaoli cases --suggest 降幅情形 --region zhejiang --missing --out new.yaml
    """
    regions = Regions(rules)
    name, found = _rule_of(regions, rule, region, lang)
    if not available():
        click.echo(NO_SOLVER.in_language(lang) + "（pip install 'tiaoli[proofs]'）", err=True)
    result = suggestions(regions, name, found, only_missing=missing)
    write_out(case_file(result), out)
    if out is not None:
        click.echo(_summary(len(result.cases), len(result.covered), len(result.unreached), lang))


def _rule_of(regions: Regions, name: str, region: str | None, lang: str) -> tuple[str, p.Rule]:
    """The rule of that name, and the region in whose name it is asked: the one given, or its own."""
    if region is not None and region not in regions.names():
        hint = did_you_mean(region, regions.names())
        message = Text(f"没有地区“{region}”", f"there is no region `{region}`")
        raise RefusedError([Diagnostic(code="E0511", message=message, hint=hint)], lang, 2)
    known: dict[str, None] = {}
    for where in [region] if region is not None else regions.names():
        for rule in regions.program(where).rules.values():
            if name in (rule.id, rule.label) and (region is not None or rule.region == where):
                return where, rule
            known.update({rule.id: None, rule.label: None})
    message = Text(f"没有规则“{name}”", f"there is no rule `{name}`")
    raise RefusedError([Diagnostic(code="E0511", message=message, hint=did_you_mean(name, known))], lang, 2)


def _summary(cases: int, covered: int, unreached: int, lang: str) -> str:
    if lang == "zh":
        return f"提出 {cases} 个用例，请逐个核对；已有用例的 {covered} 项，没有案件可示的 {unreached} 项"
    return (
        f"{cases} cases suggested, to be confirmed one by one; {covered} things are shown already, {unreached} by none"
    )
