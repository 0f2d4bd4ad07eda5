"""`tiaoli replay`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from engine.cli.language import lang_option
from engine.cli.printing import RefusedError
from engine.cli.values import columns
from engine.documents import Document, read_document
from engine.receipts import FORMAT, TOOL, Replay, replay
from engine.regions import Regions
from policy.diagnostics import Diagnostic, Text
from policy.dsl.source import Span

_SHOWN = 12
"""How many differences are listed."""


@click.command()
@click.argument("receipt")
@lang_option
@click.option(
    "--rules", type=click.Path(path_type=Path, file_okay=False, exists=True), help="规则文件夹 Folder of the rules"
)
def command(receipt: str, lang: str, rules: Path | None) -> None:
    """按回执 RECEIPT 重新判定，与原判定逐字节核对；不一致时说明哪里不同，退出码为 1。

    Decide again from RECEIPT and compare byte for byte; where they differ, say so and exit with 1.

    \b
    示例 Example:
      tiaoli decide examples/hangzhou-cross-province.yaml --receipt out/receipt.json
      tiaoli replay out/receipt.json
    """
    problems: list[Diagnostic] = []
    document = read_document(receipt, problems)
    if document is None:
        is_missing = any(item.code == "E0110" for item in problems)
        raise RefusedError(problems, lang, 2 if is_missing else 1)
    if not _is_receipt(document):
        message = Text("这不是回执", "this is no receipt")
        hint = Text(
            "回执由 decide 或 explain 的 --receipt 写出", "receipts are written by --receipt of decide and explain"
        )
        place = Span(document.source, 0, 0)
        raise RefusedError([Diagnostic(code="E0404", message=message, span=place, hint=hint)], lang, 1)
    result = replay(document.data, document.source.text, Regions(rules))
    click.echo("\n".join(_same(result, lang) if result.is_same else _different(result, lang)))
    raise SystemExit(0 if result.is_same else 1)


def _is_receipt(document: Document) -> bool:
    data = document.data
    asked = data.get("request") if isinstance(data, Mapping) else None
    if not isinstance(asked, Mapping) or data.get("receipt") != FORMAT:
        return False
    texts = all(isinstance(asked.get(key), str) for key in ("region", "question"))
    others = all(isinstance(asked.get(key), str | None) for key in ("treatment_region", "as_of"))
    outputs = asked.get("outputs")
    return texts and others and (outputs is None or isinstance(outputs, list)) and "facts" in asked


def _same(result: Replay, lang: str) -> list[str]:
    if lang == "zh":
        lines = [f"一致：规则版本 {result.revision_now}，逐字节相同"]
        by_other = f"回执由 {result.tool_then} 写出，现为 {TOOL}"
    else:
        lines = [f"the same: revision {result.revision_now}, byte for byte"]
        by_other = f"the receipt was written by {result.tool_then}; this is {TOOL}"
    return lines if result.tool_then == TOOL else [*lines, by_other]


def _different(result: Replay, lang: str) -> list[str]:
    is_zh = lang == "zh"
    if result.revision_then != result.revision_now:
        head = (
            f"不一致：规则已变，回执为 {result.revision_then}，现为 {result.revision_now}"
            if is_zh
            else f"different: the rules have changed from {result.revision_then} to {result.revision_now}"
        )
    else:
        head = "不一致：规则相同而结果不同" if is_zh else "different: the same rules, another result"
    told = [item for item in result.differences if item[0] != "revision" and ".reasons" not in item[0]]
    shown = told or [item for item in result.differences if item[0] != "revision"]
    if not shown:
        return [head, "  结果没有变化" if is_zh else "  the outcome is unchanged"]
    rows = [(f"  {path}", then, "→", now) for path, then, now in shown[:_SHOWN]]
    rest = len(shown) - _SHOWN
    more = [f"  另有 {rest} 处" if is_zh else f"  and {rest} more"] if rest > 0 else []
    return [head, *columns(rows), *more]
