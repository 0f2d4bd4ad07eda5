"""`tiaoli batch`."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.batch.sizes import LIMIT_AT_ONCE, LIMIT_READ, part_size
from engine.cli.batch_words import tell
from engine.cli.language import lang_option
from engine.cli.printing import RefusedError, print_diagnostics
from engine.cli.progress import Bar
from engine.regions import Regions
from policy.diagnostics import Diagnostic, PolicyError, Text

if TYPE_CHECKING:
    from engine.batch.files import Files
    from engine.batch.job import Job


@click.command()
@click.argument("source", metavar="IN", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.argument("out", metavar="[OUT]", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--region", required=True, help="参保地 Region asked")
@click.option("--question", required=True, help="问题 Question, by id or name")
@click.option("--as-of", help="查询日，缺省取各行的 as_of Governing date of rows that state none")
@click.option("--treatment-region", help="就医地 Region of treatment of rows that name none")
@click.option("--output", "outputs", multiple=True, help="只要这些结果，可重复 Only this output; may be repeated")
@click.option("--clauses", "with_clauses", is_flag=True, help="加上各规则的胜出子句列 Columns of winning clauses")
@click.option("--rows", "row_files", multiple=True, metavar="FACT=FILE",
              help="列表的明细文件，如 claim.items=items.parquet Rows of a list, by claim_id")  # fmt: skip
@click.option("--engine", type=click.Choice(["duckdb", "spark", "python"]), default="duckdb", show_default=True,
              help="用什么算 What computes")  # fmt: skip
@click.option("--batch-rows", type=click.IntRange(1, LIMIT_AT_ONCE), default=None, help="每部分的行数 Rows at a time")
@click.option(
    "--memory-limit", default="2GB", show_default=True, help="内存上限 Memory for DuckDB, or each process of Spark"
)
@click.option("--master", default="local[2]", show_default=True,
              help="Spark 集群，如 spark://主机:7077 The Spark cluster")  # fmt: skip
@click.option(
    "--threads", type=click.IntRange(1), default=None, help="用几个处理器，缺省全部 Processors; all unless told"
)
@click.option("--resume", is_flag=True, help="接着上次没算完的部分 Go on from the parts already done")
@click.option("--person", metavar="COLUMN", help="按人逐年累计：哪一列是人 Whose claim it is: carry a person's year")
@click.option("--order", metavar="COLUMN", help="一个人的各笔按哪一列排先后 What a person's claims are ordered by")
@click.option("--reverse", metavar="ID", default="", help="冲销这一笔，重算它那一年其后各笔 Reverse this claim")
@click.option("--explain", "explain_row", metavar="ID", help="只说明这一行 Explain this row instead")
@click.option("--summary", "form", type=click.Choice(["text", "json"]), default="text", show_default=True,
              help="小结的样式 Form of the summary")  # fmt: skip
@lang_option
@click.option(
    "--rules", type=click.Path(path_type=Path, file_okay=False, exists=True), help="规则文件夹 Folder of the rules"
)
def command(source: Path, out: Path | None, **options: Any) -> None:
    """判定 IN 中的每一行，结果写入 OUT；.parquet、.csv、.jsonl 按后缀。

    Decide every row of IN into OUT (.parquet, .csv or .jsonl by name): a column for each fact (`claim.total_fee`),
    lists in JSON; a JSON line may nest them under `facts`. `id` names a row. The result has the outputs, `status` and
    `reason` of every row; no row is dropped. Exit code 0 if all rows are determined, 1 if some are not, 2 if the call
    or a file is at fault.

    \b
    示例 Example:
      tiaoli batch claims.parquet decided.parquet --region hangzhou --question benefit.settlement --clauses
      tiaoli batch claims.csv --region hangzhou --question benefit.settlement --explain 17
      tiaoli batch year.csv out.csv --region hangzhou --question benefit.settlement --person person.id --order claim.settled_at
    """
    call = _Call(source, out, options)
    try:
        code = call.explain() if options["explain_row"] else call.run()
    except PolicyError as error:
        raise RefusedError(error.diagnostics, options["lang"], 2) from None
    raise SystemExit(code)


class _Call:
    """The arguments, and what they ask for."""

    def __init__(self, source: Path, out: Path | None, options: Mapping[str, Any]) -> None:
        self.source = source
        self.out = out
        self.options = options
        self.lang: str = options["lang"]

    def job(self) -> Job:
        from engine.batch.job import Asked, Job

        given = self.options
        is_parquet = self.source.suffix.lower() == ".parquet"
        size = given["batch_rows"] or (part_size(given["row_files"]) if is_parquet else LIMIT_READ)
        return Job(
            Asked(
                regions=Regions(given["rules"]), region=given["region"], question=given["question"],
                treatment_region=given["treatment_region"], as_of=given["as_of"], outputs=list(given["outputs"]) or None,
                with_clauses=given["with_clauses"], engine=given["engine"], batch_rows=size,
                memory_limit=given["memory_limit"],
                threads=given["threads"], master=given["master"],
            )
        )  # fmt: skip

    def files(self, out: Path) -> Files:
        from engine.batch.files import Files, Order

        rows = {}
        for written in self.options["row_files"]:
            fact, sign, file = written.partition("=")
            if not sign or not Path(file).is_file():
                message = Text(f"“{written}”应为 事实=文件", f"`{written}` is not FACT=FILE")
                raise PolicyError([Diagnostic(code="E0110", message=message, place="--rows")])
            rows[fact] = Path(file)
        person, order = self.options["person"], self.options["order"]
        if (person is None) != (order is None):
            raise click.UsageError("--person 和 --order 要一起给 --person and --order go together")
        return Files(
            claims=self.source, out=out, rows=rows, resume=self.options["resume"], reverse=self.options["reverse"],
            order=Order(person, order) if person and order else None,
        )  # fmt: skip

    # ── deciding all ────────────────────────────────────────────────────────────────────────────
    def run(self) -> int:
        from engine.backends.refusals import CompileRefusal
        from engine.batch.session import Session

        if self.out is None:
            raise click.UsageError("缺少 OUT：结果写到哪里 Missing OUT: where the result is written")
        job, files = self.job(), self.files(self.out)
        try:
            with self._progress(files) as step:
                summary = Session(job, files, step).run()
        except CompileRefusal as refusal:
            raise RefusedError([_refusal(refusal.name, refusal.construct)], self.lang, 2) from None
        tell(summary, self.options["form"], self.lang, lambda text, is_error: click.echo(text, err=is_error))
        return 0 if summary.is_all_determined else 1

    def _progress(self, files: Files) -> Any:
        from engine.batch.session import total_of

        total = total_of(files) if sys.stderr.isatty() else None
        return nullcontext(lambda count: None) if total is None else Bar(total)

    # ── explaining one ──────────────────────────────────────────────────────────────────────────
    def explain(self) -> int:
        """One row by the reference evaluator, with its reasons."""
        from engine.batch.session import explained

        job = self.job()
        files = self.files(self.out or Path(os.devnull))
        claim = explained(job, files, self.options["explain_row"])
        if claim is None or claim.problem is not None:
            name = self.options["explain_row"]
            message = (
                claim.problem if claim and claim.problem else Text(f"没有“{name}”这一行", f"there is no row `{name}`")
            )
            raise PolicyError([Diagnostic(code="E0110", message=message, place=str(self.source))])
        decision = job.decide(claim.facts, claim.about.get("as_of"), claim.about.get("treatment_region"))
        print_diagnostics(decision.diagnostics, self.lang)
        click.echo(decision.explain(lang=self.lang, reader="clerk", format="text").removesuffix("\n"))
        return 0 if str(decision.status) == "determined" else 1


def _refusal(name: str, why: Text) -> Diagnostic:
    return Diagnostic(
        code="E0514",
        message=Text(f"“{name}”不能写成 SQL：{why.zh}", f"`{name}` cannot be put into SQL: {why.en}"),
        place=name,
        hint=Text("用 --engine python，或只要别的结果", "use --engine python, or ask for other outputs"),
    )
