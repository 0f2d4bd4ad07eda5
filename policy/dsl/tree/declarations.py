"""The nodes of declarations: rules, bounds, deadlines, questions and what they carry."""

from __future__ import annotations

from policy.dsl.tree.expressions import Compare, Each, Expr, Field, Moment
from policy.dsl.tree.nodes import Name, Names, Node, Path, TypeRef, node

# ── what declarations carry ─────────────────────────────────────────────────────────────────────


@node
class Citation(Node):
    """A provision: its id, or its document's name with the clause in quotes."""

    document: Name
    clause: str = ""


@node
class Terms(Node):
    """What stands beside a rule or clause: citations, its own period, a remark."""

    citations: tuple[Citation, ...] = ()
    since: Moment | None = None
    until: Moment | None = None
    remark: str = ""


@node
class Clause(Node):
    """One sentence of a rule.

    `kind` is general, case, proviso or item; `over` are the clauses that a proviso stands over or
    that a case comes before; `value` is what follows.
    """

    kind: str
    names: Names | None
    over: tuple[Name, ...] = ()
    condition: Expr | None = None
    value: Expr
    terms: Terms
    comments: tuple[str, ...] = ()


# ── declarations ────────────────────────────────────────────────────────────────────────────────


@node
class Declaration(Node):
    """Anything at the top of a file; an empty comment stands for a blank line between comments."""

    comments: tuple[str, ...] = ()


@node
class Rule(Declaration):
    """规则: one value, decided by one clause; `element` names the record it is about, item by item."""

    names: Names
    element: Name | None = None
    type: TypeRef
    terms: Terms
    clauses: tuple[Clause, ...]


@node
class Collect(Declaration):
    """汇集: every clause that applies adds an element to a list, or an amount to a sum."""

    names: Names
    element: Name | None = None
    type: TypeRef
    terms: Terms
    clauses: tuple[Clause, ...]


@node
class Band(Node):
    """One written band of a scale: up to `up_to` (None for the rest) at `rate`."""

    up_to: Expr | None
    rate: Expr
    comments: tuple[str, ...] = ()


@node
class Brackets(Declaration):
    """分段: a marginal scale over the amounts from `lower` to `upper`.

    The scale is a list (`scale`) or written out (`bands`); `portion` says what each band yields.
    """

    names: Names
    type: TypeRef
    terms: Terms
    scale: Expr | None
    lower: Expr | None
    upper: Expr
    bands: tuple[Band, ...]
    portion: Expr


@node
class Bound(Declaration):
    """限度: what a superior allows, always a comparison; `unless` lets a recorded reason pass it."""

    comparison: Compare
    condition: Expr | None
    unless: Expr | None
    terms: Terms


@node
class Delegate(Declaration):
    """下放: the region below sets this parameter; `default` holds where it does not."""

    parameter: Path
    default: Expr | None
    terms: Terms


@node
class Amend(Declaration):
    """修订: more clauses for a rule of a superior region."""

    target: Name
    terms: Terms
    clauses: tuple[Clause, ...]


@node
class Deadline(Declaration):
    """期限: who must act, counted from when, within how long, and what lapse means."""

    names: Names
    terms: Terms
    actor: Expr | None
    start: Expr
    clauses: tuple[Clause, ...]
    lapse: str = ""


@node
class Entry(Node):
    """环节 or 义务: one row of a schedule or of a register of duties.

    `attributes` holds actor, since, until, modality, fulfilled and breach, as far as written. With
    `each` there is a row for each element of a list that meets the condition.
    """

    kind: str
    name: Name
    each: Each | None = None
    condition: Expr | None = None
    after: tuple[Name, ...] = ()
    attributes: tuple[Field, ...] = ()
    terms: Terms
    comments: tuple[str, ...] = ()


@node
class Register(Declaration):
    """日程 (of steps) or 职责 (of duties): a list of records, one for each entry.

    `condition` and `attributes` hold for every entry; an entry's own attribute comes before them.
    """

    kind: str
    names: Names
    type: TypeRef
    terms: Terms
    condition: Expr | None = None
    attributes: tuple[Field, ...] = ()
    entries: tuple[Entry, ...]


@node
class Checklist(Declaration):
    """清单: requirements in order, each with its alternatives; an open list states a minimum."""

    names: Names
    is_open: bool
    terms: Terms
    items: tuple[Expr, ...]


@node
class OpenNorm(Declaration):
    """裁量: what a person must decide; using it marks the decision, nothing is guessed."""

    names: Names
    type: TypeRef
    actor: Expr | None
    terms: Terms


@node
class Answer(Node):
    """One output of a question; `field` is its name in the national interface."""

    names: Names
    value: Expr
    field: str = ""
    is_ordered: bool = False


@node
class Question(Declaration):
    """问题: a public entry. `governing` are the facts, or days reckoned from facts, that pick the version of the rules."""

    names: Names
    ask: str
    governing: tuple[Expr, ...]
    accepts: tuple[Path, ...]
    answers: tuple[Answer, ...]
    terms: Terms


@node
class ChoiceOfLaw(Declaration):
    """择法: which place's law decides some rules, and when."""

    names: Names
    governs: tuple[Name, ...]
    condition: Expr | None
    place: Expr
    terms: Terms


@node
class Check(Declaration):
    """核对: what must hold whenever the named rules are decided."""

    names: Names
    over: tuple[Name, ...]
    condition: Expr | None
    requirement: Expr
    message: str
    terms: Terms


@node
class Program(Node):
    """A whole rule file; `comments` stand after the last declaration, an empty one for a blank line."""

    declarations: tuple[Declaration, ...]
    comments: tuple[str, ...] = ()
