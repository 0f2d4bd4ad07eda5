"""`tiaoli diff`."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import click

from engine.cli.language import lang_option
from engine.cli.printing import RefusedError, print_diagnostics, write_out
from engine.difference import claims_report, json_report, text_report
from engine.difference.claim_decisions import Defaults, decide_many
from engine.difference.claim_files import count_claims, read_claims
from engine.difference.meaning import MeaningDifference, difference_of
from engine.difference.page import page
from engine.difference.rule_folders import folder_of
from engine.difference.tallies import Tally
from engine.difference.wording import Wording
from engine.regions import Regions
from policy.diagnostics import PolicyError, Text

_STEPS = {
    "load": Text("读入规则", "loading"),
    "cases": Text("用例", "cases"),
    "judge": Text("判定变化", "judging"),
    "claims": Text("费用", "claims"),
}


@click.command()
@click.argument("old")
@click.argument("new")
@click.option("--region", help="只看这个地区；也是费用文件的缺省地区 Only this region; also of claims that name none")
@click.option("--claims", type=click.Path(path_type=Path, dir_okay=False, exists=True),
              help="费用文件：.parquet、.csv、.jsonl，两版各判一次 Claims to decide under both")  # fmt: skip
@click.option("--question", help="费用文件的缺省问题 The question of claims that name none")
@click.option("--output", "outputs", multiple=True, help="费用只看这些结果，可重复 Only these outputs; may be repeated")
@click.option("--jobs", type=click.IntRange(1, 64), default=lambda: min(2, os.cpu_count() or 1),
              help="判费用的并行进程数，缺省 2 Processes for claims")  # fmt: skip
@click.option("--seconds", type=click.IntRange(0, 600), default=3, show_default=True,
              help="每项证明的限度，以通常一秒的步数计 Limit of each proof, in the steps of a usual second")  # fmt: skip
@lang_option
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "html"]), default="text", show_default=True, help="样式 Form"
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="写入文件 Write to a file")
def command(
    old: str,
    new: str,
    region: str | None,
    claims: Path | None,
    question: str | None,
    outputs: tuple[str, ...],
    jobs: int,
    seconds: int,
    lang: str,
    form: str,
    out: Path | None,
) -> None:
    """比较两版规则 OLD 和 NEW 的含义：哪些规则变了，用一个案例说明，改写而等价的予以证明。

    Compare two versions of the rules in meaning: what changed, with a case decided under both and the clause
    responsible; equivalent rewrites are proven. OLD and NEW are folders of rules, or git:REV for the rules of the
    repository at hand at a revision. Exit code 0 without a difference, 1 with one, 2 if the call is at fault.

    CSV and Parquet hold a fact a column (`visit.total`), lists in JSON; a JSON line holds `facts` nested, or such
    columns. Columns `id`, `region`, `treatment_region`, `question`, `as_of` are about the claim.

    \b
    示例 Example:
      tiaoli diff git:HEAD rules
      tiaoli diff rules new --claims claims.csv --region hangzhou --question benefit.settlement --format html --out diff.html
    """
    with tempfile.TemporaryDirectory(prefix="tiaoli-") as spare:
        try:
            folders = folder_of(old, Path(spare, "old")), folder_of(new, Path(spare, "new"))
            only = _region(region, folders[1], lang)
            progress = Progress(lang)
            difference = difference_of(*folders, seconds=seconds, only=only, progress=progress.begin)
            progress.end()
            wording = _wording(old, new, lang, folders)
            defaults = Defaults(region=region, question=question, outputs=outputs or None)
            tally = _decided(claims, folders, defaults, jobs, lang) if claims else None
        except PolicyError as error:
            raise RefusedError(error.diagnostics, lang, 2) from None
        print_diagnostics((item for item in difference.diagnostics if item.is_error), lang)
        write_out(_written(difference, tally, wording, form), out)
    raise SystemExit(_status(difference, tally))


def _region(written: str | None, folder: Path, lang: str) -> str | None:
    """The region to tell of. Raises PolicyError where there is none of that name."""
    if written is None:
        return None
    regions = Regions(folder)
    name = regions.rulebook.find(written)
    if name not in regions.names():
        raise RefusedError(regions.rulebook.load(name).diagnostics, lang, 2)
    return name


def _wording(old: str, new: str, lang: str, folders: tuple[Path, Path]) -> Wording:
    policies = {}
    for folder in folders:
        rulebook = Regions(folder).rulebook
        loaded = {name: rulebook.load(name).policy for name in rulebook.regions()}
        policies.update({name: policy for name, policy in loaded.items() if policy is not None})
    return Wording(old, new, lang, policies)


def _decided(claims: Path, folders: tuple[Path, Path], defaults: Defaults, jobs: int, lang: str) -> Tally:
    tally = Tally()
    progress = Progress(lang)
    step = progress.begin("claims", count_claims(claims))
    for verdict in decide_many(read_claims(claims), folders, defaults, jobs):
        tally.add(verdict)
        step()
    progress.end()
    return tally


def _written(difference: MeaningDifference, tally: Tally | None, wording: Wording, form: str) -> str:
    if form == "html":
        return page(difference, tally, wording)
    if form == "json":
        told = json_report.as_data(difference, wording)
        if tally is not None:
            told["claims"] = claims_report.as_data(tally, wording)
        return json.dumps(told, ensure_ascii=False, indent=2)
    lines = list(text_report.lines_of(difference, wording))
    if tally is not None:
        lines += ["", *claims_report.lines(tally, wording)]
    return "\n".join(lines)


def _status(difference: MeaningDifference, tally: Tally | None) -> int:
    if any(item.is_error for item in difference.diagnostics) or (tally and tally.unusable):
        return 2
    return 1 if difference.is_different or (tally and tally.changed) else 0


class Progress:
    """How far the work is, on a terminal; elsewhere nothing is printed."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self._bars = ExitStack()

    def begin(self, what: str, steps: int | None) -> Callable[[], None]:
        """Begin a stretch of work, the one before being done; what is returned is called at each step."""
        self.end()
        if not sys.stderr.isatty():
            return lambda: None
        label = _STEPS[what].in_language(self.lang)
        endless = count() if steps is None else None
        shown = self._bars.enter_context(
            click.progressbar(endless, length=steps, label=label, file=sys.stderr, show_pos=True)
        )
        return lambda: shown.update(1)

    def end(self) -> None:
        """The last stretch is done."""
        self._bars.close()
