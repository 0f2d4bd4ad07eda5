"""One question → one query: its answers, the status and reason of every row, and which clauses won."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import attrs
from sqlglot import exp

from engine import program as p
from engine.backends.refusals import refused
from engine.backends.sql import builders as b
from engine.backends.sql.compiler import ROOT, Compiler, every_reason, instant_of
from engine.backends.sql.dialects import DIALECTS
from engine.backends.sql.lists import KINDS
from engine.backends.sql.places import Place
from engine.backends.sql.reasons import status
from engine.backends.sql.tables import Tables
from engine.backends.sql.terms import Term
from engine.backends.sql.values import typed
from engine.evaluator import Laws
from policy.types import INSTANT, Type


@attrs.frozen(kw_only=True, eq=False)
class Query:
    """A question in SQL: its answers' types, their `columns`, and the columns of winning clauses by rule."""

    question: str
    sql: str
    tree: exp.Expression
    dialect: str
    outputs: Mapping[str, Type]
    columns: Mapping[str, str]
    clauses: Mapping[str, str]


STATUS, REASON, CLAUSE = "status", "reason", "__clause"
FITS = "row__fits"
"""A column of the claims that tells rows whose values could not be read; they are errors."""


def column_of(output: str) -> str:
    """The column of an output; one that is called like a column of every result gets a name of its own."""
    return f"{output}__answer" if output in ("id", STATUS, REASON) else output


def plain_type(kind: Type) -> Type:
    """The type of an answer as its column has it: a checklist is the list of its requirements."""
    return Type("list", element=Type("list", element=Type("text"))) if kind.kind == "checklist" else kind


@attrs.frozen
class _Form:
    """How the result is written: which clauses, what of the claims is kept, which column types."""

    clauses: bool | Sequence[str]
    keep: Sequence[str]
    types: Mapping[str, str]


def compile_question(
    laws: Laws,
    question: p.Question,
    tables: Tables,
    *,
    as_of: datetime | None = None,
    outputs: Sequence[str] | None = None,
    with_clauses: bool | Sequence[str] = True,
    keep: Sequence[str] = (),
    types: Mapping[str, str] | None = None,
    dialect: str = "duckdb",
) -> Query:
    """The query that answers a question about every claim of a table. Raises CompileRefusal by the name of what it cannot express."""
    compiler = Compiler(laws, tables, DIALECTS[dialect])
    place = compiler.place(laws.insured, owner=ROOT)
    why_not = _set_moment(compiler, question, as_of)
    names = list(question.answers) if outputs is None else list(outputs)
    wanted = types or {}
    values = (question.answers[name].value for name in names)
    compiler.asked = tuple(value.id for value in values if isinstance(value, p.RuleValue))
    answers = {name: _answer(compiler, question.answers[name], place, wanted.get(name)) for name in names}
    reasons = [term.why for term in answers.values() if term.reason is not None]
    reasons += _referrals(compiler)
    reasons += _failed_checks(compiler)
    reasons += _impossible_facts(compiler)
    if FITS in tables.claims.columns:
        unread = compiler.reasons.error("E0603", "row")
        reasons.append(b.case([(b.negation(b.coalesce((b.column(FITS), b.TRUE))), unread)]))
    return _query(compiler, question, answers, why_not, b.greatest(reasons), _Form(with_clauses, keep, wanted))


def _answer(compiler: Compiler, answer: p.Answer, place: Place, kind: str | None) -> Term:
    """What is answered; a list or record as a value of one column, of the kind that is wanted."""
    term = compiler.value(answer.value, place)
    if term.divisor is not None or term.shift is not None:
        raise refused(answer.id, "未舍入的商或时长作为答复", "an answer that is a quotient or a duration")
    if answer.value.type.kind in KINDS:
        whole = attrs.evolve(term, type=plain_type(answer.value.type))
        column = None if kind is None else exp.DataType.build(kind, dialect="duckdb")
        term = attrs.evolve(whole, sql=compiler.arrays.of(whole, place, column), rows=None, fields=None)
    return compiler.named(f"answer {answer.id}", term)


# ── time ────────────────────────────────────────────────────────────────────────────────────────────


def _set_moment(compiler: Compiler, question: p.Question, as_of: datetime | None) -> exp.Expression:
    """Settle the instant whose law holds; gives why there may be none, or that the question has no rules then."""
    term = _governing(compiler, question, as_of)
    period = question.period
    closed = compiler.reasons.error("E0503", question.id)
    if term.is_constant:
        compiler.set_moment(term, period)
        return b.NULL if period.contains(term.constant) else closed
    term = compiler.named("governed_by", term)
    compiler.moment = term
    outside = compiler.outside(period) if not isinstance(term.sql, exp.Null) else b.FALSE
    why = term.why if b.is_false(outside) else b.case([(outside, closed)], term.why)
    if not b.is_false(outside):
        term = attrs.evolve(term, sql=b.case([(b.negation(outside), term.sql)]))
    compiler.set_moment(attrs.evolve(term, reason=None), period)
    return why if term.reason is not None or not b.is_false(outside) else b.NULL


def _governing(compiler: Compiler, question: p.Question, as_of: datetime | None) -> Term:
    """The first of what governs that is known and not 空."""
    sources = [_source(compiler, source, as_of) for source in question.governing]
    result: Term | None = None
    missing = [source.why for source in sources if source.reason is not None]
    for term in reversed(sources):
        one = instant_of(term)
        if result is None or one.is_sure:
            result = one
            continue
        result = Term(sql=b.coalesce((one.sql, result.sql)), type=INSTANT, reason=None if result.is_sure else b.NULL)
    assert result is not None
    if result.is_sure:
        return attrs.evolve(result, reason=None)
    named = [compiler.reasons.missing(source.path) for source in question.governing if isinstance(source, p.Fact)]
    cause = b.coalesce([b.greatest(missing), *(named or [compiler.reasons.missing("as_of")])])
    return attrs.evolve(result, reason=b.case([(b.is_null(result.sql), cause)]), may_be_empty=False)


def _source(compiler: Compiler, source: p.Expression, as_of: datetime | None) -> Term:
    """A fact as it is given, the day stated, or a day reckoned by rules that hold at any time."""
    match source:
        case p.Local():
            return _stated(compiler, as_of)
        case p.Fact(path=path, type=kind):
            return compiler.facts.given(path, kind) or compiler.facts.missing(path, kind)
    timeless = _beside(compiler)
    timeless.moment = Term(sql=b.NULL, type=INSTANT, constant=datetime.max)
    return timeless.value(source, timeless.place(compiler.laws.insured, owner=ROOT))


def _beside(compiler: Compiler) -> Compiler:
    """Another compilation into the same tables, which finds facts and rules anew."""
    other = Compiler(compiler.laws, compiler.tables, compiler.dialect)
    other.main, other.children, other.reasons = compiler.main, compiler.children, compiler.reasons
    other.preludes = compiler.preludes
    other.moment = compiler.moment
    return other


def _stated(compiler: Compiler, as_of: datetime | None) -> Term:
    columns = compiler.tables.claims.columns
    if as_of is not None:
        return compiler.values.constant(as_of, INSTANT)
    if "as_of" not in columns:
        return compiler.facts.missing("as_of", INSTANT)
    sql = b.column("as_of")
    why = None if columns["as_of"].is_complete else b.case([(b.is_null(sql), compiler.reasons.missing("as_of"))])
    kind = INSTANT if columns["as_of"].type == "TIMESTAMP" else Type("date")
    return Term(sql=sql, type=kind, reason=why)


# ── what else makes a status ────────────────────────────────────────────────────────────────────────


def _referrals(compiler: Compiler) -> list[exp.Expression]:
    """Open norms that a person decides, where the rules come to them."""
    found = []
    for name, place in compiler.referrals:
        seen = b.both((compiler.visited(place.owner), place.guard()))
        if b.is_false(seen):
            continue
        why = b.case([(seen, compiler.reasons.human(name))])
        if place.relation is not compiler.main:
            row = place.relation.add(f"{name}__referred", why)
            why = compiler.main.add(f"{name}__referred", exp.Max(this=row), place.relation, "aggregate")
        found.append(why)
    return found


def _impossible_facts(compiler: Compiler) -> list[exp.Expression]:
    """Facts that cannot occur together, as far as they are given."""
    given = _beside(compiler)
    given.facts.derives = False
    found = []
    declared = [(item, law) for law in (compiler.laws.insured, compiler.laws.treatment) for item in law.exclusions]
    for item, law in {(item.region, item.id): (item, law) for item, law in declared}.values():
        if not any(compiler.tables.claims.called(path) for path in item.facts):
            continue
        condition = given.value(item.condition, given.place(law, owner=ROOT))
        found.append(b.case([(condition.sql, compiler.reasons.error("E0609", item.id))]))
    return found


def _failed_checks(compiler: Compiler) -> list[exp.Expression]:
    """The errors of checks that were made and do not hold; a check that lacks facts is not made."""
    done: set[tuple[str, str, str]] = set()
    found: list[exp.Expression] = []
    again = True
    while again:  # what a check looks at has checks of its own only if it was decided anyway
        again = False
        for key, place in [*compiler.rules.instances.items()]:
            for check in place.program.checks.get(key[1], ()):
                mark = (place.program.region.id, check.id, key[3])
                if mark in done:
                    continue
                done.add(mark)
                found += _failed(compiler, check, place, key)
    return found


def _failed(compiler: Compiler, check: p.Check, place: Place, key: tuple[str, ...]) -> Iterator[exp.Expression]:
    force = compiler.in_force(check.period, place.relation)
    keys = [
        k
        for k in compiler.rules.instances
        if k[0] == key[0] and k[3] == key[3] and check in compiler.rules.instances[k].program.checks.get(k[1], ())
    ]
    seen = b.either(compiler.visited(k) for k in keys)
    if b.is_false(force) or b.is_false(seen):
        return
    asking = attrs.evolve(place, owner=("check", check.id), rule=None)
    condition = compiler.value(check.condition, asking) if check.condition is not None else None
    holds = b.TRUE if condition is None else condition.sql
    requirement = compiler.value(check.requirement, asking)
    if requirement.is_constant and requirement.constant:
        return
    broken = b.both((force, seen, holds, b.negation(requirement.sql)))
    why = b.case([(broken, compiler.reasons.error("E0506", check.id))])
    if place.relation is compiler.main:
        yield why
        return
    row = place.relation.add(f"{check.id}__failed", why)
    yield compiler.main.add(f"{check.id}__failed", exp.Max(this=row), place.relation, "aggregate")


# ── the query ───────────────────────────────────────────────────────────────────────────────────────


def _clauses(compiler: Compiler, form: _Form) -> dict[str, str]:
    """The columns of winning clauses: of every rule decided, or of the rules named."""
    rules = compiler.rules.clauses if form.clauses is True else form.clauses or ()
    return {rule: f"{rule}{CLAUSE}" for rule in rules}


def _query(
    compiler: Compiler, question: p.Question, answers: Mapping[str, Term], why_not: exp.Expression, why: exp.Expression,
    form: _Form,
) -> Query:  # fmt: skip
    reason = compiler.column("reason__number", b.coalesce((why_not, why)), compiler.main)
    is_open = b.is_null(why_not)
    asked: list[tuple[str, exp.Expression]] = []
    for name, term in answers.items():
        value = term.sql if term.type.kind in KINDS else typed(name, term, form.types.get(name))
        asked.append((column_of(name), value if b.is_true(is_open) else b.case([(is_open, value)])))
    used = every_reason(c.expression for r in (compiler.main, *compiler.children.values()) for c in r.computed.values())
    used |= every_reason(iter((reason,)))
    words = compiler.reasons.in_words(reason, used)
    in_words = words if isinstance(words, exp.Null) else b.case([(b.is_known(reason), words)])
    asked.append((STATUS, status(reason, compiler.values.member)))
    asked.append((REASON, b.cast(b.NULL, "VARCHAR") if isinstance(in_words, exp.Null) else in_words))
    clauses = _clauses(compiler, form)
    for rule, title in clauses.items():
        word = compiler.rules.clauses.get(rule, b.NULL)
        asked.append((title, word if b.is_true(is_open) else b.case([(is_open, word)])))
    kept = [compiler.tables.id] if compiler.tables.id in compiler.tables.claims.columns else []
    kept += [name for name in form.keep if name not in kept]
    tree = compiler.dialect.put(compiler.plan.query(asked, kept))
    kinds = {name: question.answers[name].value.type for name in answers}
    return Query(
        question=question.id,
        sql=compiler.dialect.text(tree),
        tree=tree,
        dialect=compiler.dialect.name,
        outputs=kinds,
        columns={name: column_of(name) for name in kinds},
        clauses=clauses,
    )
