"""`tiaoli explain`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from engine.cli.asking import Call, asking_options
from engine.cli.printing import print_diagnostics, write_out
from engine.decision import Status


@click.command()
@asking_options
@click.option(
    "--reader", type=click.Choice(["patient", "clerk", "auditor"]), default="clerk", show_default=True,
    help="写给谁看 Whom it is for: 患者、经办人员、审计人员",
)  # fmt: skip
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "markdown", "html"]), default="text", show_default=True,
    help="样式 Form",
)  # fmt: skip
def command(reader: str, form: str, out: Path | None, **arguments: Any) -> None:
    """判定 FACTS（YAML 或 JSON 文件，“-”为标准输入）并逐条说明理由。

    Decide FACTS (a YAML or JSON file, `-` for standard input) and explain it clause by clause.

    \b
    示例 Example:
      tiaoli explain examples/hangzhou-cross-province.yaml --reader patient --format html --out out/claim.html
    """
    call = Call(**arguments)
    decision = call.decide(with_what_if=True)
    if decision.status is Status.ERROR:
        print_diagnostics(decision.diagnostics, call.lang)
    if decision.status is not Status.ERROR or form != "text":
        write_out(decision.explain(lang=call.lang, reader=reader, format=form), out)
    raise SystemExit(1 if decision.status is Status.ERROR else 0)
