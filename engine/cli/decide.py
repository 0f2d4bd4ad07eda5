"""`tiaoli decide`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from engine.cli.asking import Call, asking_options
from engine.cli.kept_answers import keep
from engine.cli.printing import print_diagnostics, write_out
from engine.cli.values import columns, in_words
from engine.decision import Decision, Status
from engine.regions import Regions
from policy.diagnostics import Text
from policy.values import plain_typed

_STATUS = {
    Status.DETERMINED: Text("已得出", "determined"),
    Status.UNDETERMINED: Text("尚不能得出，还需要下列事实", "undetermined; these facts are still needed"),
    Status.NEEDS_HUMAN: Text("须由人认定", "a person must decide"),
    Status.ERROR: Text("不能判定", "error"),
}


@click.command()
@asking_options
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="样式 Form"
)
def command(form: str, out: Path | None, **arguments: Any) -> None:
    """判定 FACTS（YAML 或 JSON 文件，“-”为标准输入），只给结果。

    Decide FACTS (a YAML or JSON file, `-` for standard input) and print its outputs.

    \b
    示例 Example:
      tiaoli decide examples/hangzhou-cross-province.yaml --output basic_fund_pay --format json
    """
    call = Call(**arguments)
    regions = Regions(call.rules)
    decision = call.decide(with_what_if=False, among=regions)
    print_diagnostics(decision.diagnostics, call.lang)
    if form == "json":
        write_out(json.dumps(_data(decision), ensure_ascii=False, indent=2), out)
    else:
        write_out("\n".join(_lines(decision, call.lang)), out)
    if decision.status is Status.DETERMINED and call.facts.endswith(".json"):
        sys.stdout.flush()
        keep(regions, decision)
    raise SystemExit(1 if decision.status is Status.ERROR else 0)


def _data(decision: Decision) -> dict[str, Any]:
    vocabulary = decision.policies[decision.region].vocabulary
    return {
        "status": str(decision.status),
        "outputs": {
            name: plain_typed(item.value, item.type, vocabulary)
            for name, item in decision.results.items()
            if item.is_known
        },
        "needs": [{"path": need.path, "rule": need.rule, "cites": list(need.citations)} for need in decision.needs],
        "needs_human": [{"id": item.id, "cites": list(item.citations)} for item in decision.human],
        "diagnostics": [item.to_json() for item in decision.diagnostics],
        "receipt": {
            "question": decision.question,
            "region": decision.region,
            "treatment_region": decision.treatment_region,
            "as_of": decision.as_of,
            "revision": decision.revision,
            "facts_hash": decision.facts_hash,
        },
    }


def _lines(decision: Decision, lang: str) -> list[str]:
    vocabulary = decision.policies[decision.region].vocabulary
    is_zh = lang == "zh"
    title = f"{decision.question_label}（{decision.question}）" if is_zh else decision.question
    place = decision.region_label if is_zh else decision.region
    lines = ["  ".join(filter(None, (title, place, decision.as_of))), _STATUS[decision.status].in_language(lang)]
    rows: list[tuple[str, ...]] = []
    for name, item in decision.results.items():
        if item.is_known:
            written = in_words(item.value, item.type, vocabulary, lang)
            rows.append((item.label, name, written) if is_zh else (name, written))
    rows += [(need.label if is_zh else need.path, need.path, _because(need.citations, lang)) for need in decision.needs]
    rows += [(item.label if is_zh else item.id, item.id, _because(item.citations, lang)) for item in decision.human]
    return [*lines, *columns(rows)]


def _because(citations: tuple[str, ...], lang: str) -> str:
    if not citations:
        return ""
    return f"依据 {'、'.join(citations)}" if lang == "zh" else f"under {', '.join(citations)}"
