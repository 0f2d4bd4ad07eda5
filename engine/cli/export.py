"""`tiaoli export`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from engine.cli.printing import write_out
from engine.regions import Regions
from policy.export import to_data


@click.command()
@click.argument("region")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="写入文件 Write to a file")
@click.option(
    "--rules", type=click.Path(path_type=Path, file_okay=False, exists=True), help="规则文件夹 Folder of the rules"
)
def command(region: str, out: Path | None, rules: Path | None) -> None:
    """把 REGION 的全部规则写成 JSON：词汇、文件、标准和每条声明，名称都注明所指。

    Write the whole policy of REGION as JSON data: vocabulary, documents, figures and every declaration, each
    name with what it means.

    \b
    示例 Example:
      tiaoli export hangzhou --out hangzhou.json
    """
    regions = Regions(rules)
    data = to_data(regions.policy(regions.rulebook.find(region)))
    write_out(json.dumps(data, ensure_ascii=False, indent=1), out)
