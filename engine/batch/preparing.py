"""Typed Parquet and a question made into a prepared batch."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from engine import cache
from engine.backends.sql import builders as b
from engine.backends.sql.questions import CLAUSE, FITS, REASON, STATUS
from engine.batch import prepared
from engine.batch.described import Described
from engine.batch.direct import Source, source_of
from engine.batch.job import Job
from engine.batch.names import NUMBER
from engine.batch.prepared import Prepared
from engine.kept_programs import load_program

DIRECT = "direct"
"""The key of the query that reads a file itself."""

UNREAD = "E0603:row"
"""The reason of rows that such a query could not read."""


def prepare(job: Job, claims: Described, rows: Mapping[str, Described]) -> Prepared | None:
    """A batch made ready and kept; None where files have to be read row by row. Raises CompileRefusal."""
    source = source_of(job, claims, rows)
    if source is None:
        return None
    query = job.settled(source.tables, DIRECT)
    made = Prepared(
        query=_in_order(query.tree).sql(dialect="duckdb"),
        claims=_views(source.tables.claims.name, source.view(is_whole=True), source.view(is_whole=False)),
        children={
            path: _views(path, source.rows_view(path, is_whole=True), source.rows_view(path, is_whole=False))
            for path in source.children
        },
        counted=(STATUS, REASON, {rule: rule + CLAUSE for rule in job.schema.clauses}),
        unread=_unread(source),
        about=job.about(),
        left_out={name: (why.zh, why.en) for name, why in job.left_out.items()},
    )
    _keep(job, claims, rows, made)
    return made


_MAY_CHANGE_ORDER = (
    exp.Join,
    exp.Group,
    exp.AggFunc,
    exp.Window,
    exp.Subquery,
    exp.Unnest,
    exp.Distinct,
    exp.SetOperation,
)


def _in_order(tree: exp.Expression) -> exp.Select:
    """The rows as they are in the file, without their numbers; what only computes columns keeps the order by itself."""
    rows = exp.Subquery(this=tree.copy(), alias=exp.TableAlias(this=exp.to_identifier("decided")))
    star = exp.Star(except_=[exp.to_identifier(NUMBER, quoted=True)])
    select = exp.Select(expressions=[star]).from_(rows)
    return select.order_by(b.column(NUMBER)) if tree.find(*_MAY_CHANGE_ORDER) else select


def _unread(source: Source) -> str:
    return UNREAD if FITS in source.tables.claims.columns else ""


def _views(name: str, *selects: exp.Select) -> tuple[str, str]:
    table = exp.Table(this=exp.to_identifier(name, quoted=True))
    views = (exp.Create(this=table, kind="VIEW", expression=select, replace=True) for select in selects)
    whole, some = (view.sql(dialect="duckdb") for view in views)
    return whole, some


def _keep(job: Job, claims: Described, rows: Mapping[str, Described], made: Prepared) -> None:
    """Keep it, if the rule files still say what it was made from."""
    if cache.folder() is None:
        return
    rules = str(job.asked.regions.folder)
    policies = (job.laws.insured.policy, job.laws.treatment.policy)
    chain = list(dict.fromkeys(pack.region.id for policy in policies for pack in policy.packs))
    content = cache.content_before(rules, chain)
    for policy in policies:
        now = load_program(rules, policy.region.id)
        if now is None or now.policy.revision != policy.revision:
            return
    if content is not None:
        prepared.keep(rules, asked_of(job), claims, rows, made, (chain, content))


def asked_of(job: Job) -> prepared.Asked:
    """The call, as a prepared batch is found by it."""
    asked = job.asked
    outputs = None if asked.outputs is None else tuple(asked.outputs)
    return prepared.Asked(
        asked.region, asked.treatment_region, asked.question, asked.as_of, outputs, asked.with_clauses
    )
