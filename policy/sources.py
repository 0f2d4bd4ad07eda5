"""sources.yaml → documents and their provisions, each with its gist and the time it is in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import attrs

from policy import yaml_reader as y
from policy.diagnostics import Diagnostic, Text
from policy.dsl.source import Span

STANDINGS = ("executable", "partly", "open_norm", "not_executable")


@attrs.frozen
class Period:
    """From an instant (included) to another (excluded); None is without beginning or end."""

    start: datetime | None = None
    end: datetime | None = None

    def contains(self, moment: datetime) -> bool:
        """Whether the moment lies inside."""
        return (self.start is None or self.start <= moment) and (self.end is None or moment < self.end)

    def meet(self, other: Period) -> Period:
        """The time common to both."""
        starts = [p.start for p in (self, other) if p.start is not None]
        ends = [p.end for p in (self, other) if p.end is not None]
        return Period(max(starts, default=None), min(ends, default=None))


ALWAYS = Period()


@attrs.frozen(eq=False)
class Provision:
    """One provision of a document: where it stands, what it says in our own words."""

    id: str
    clause: str
    gist: Text
    standing: str
    why: Text | None
    period: Period
    document: str
    span: Span


@attrs.frozen(eq=False)
class Document:
    """A notice, an annex, a standard. `standing` is published, or unverified where only secondary sources are known."""

    id: str
    label: str
    title: str
    issuer: str
    number: str
    issued: str
    period: Period
    supersedes: tuple[str, ...]
    standing: str
    provisions: Mapping[str, Provision]
    span: Span

    @property
    def is_unverified(self) -> bool:
        return self.standing == "unverified"


@attrs.frozen(eq=False)
class Library:
    """Every document a region knows, its superiors' included."""

    documents: Mapping[str, Document] = attrs.field(factory=dict)

    def with_more(self, other: Library) -> Library:
        """This library extended by a region's own documents."""
        return Library({**self.documents, **other.documents})

    def document(self, written: str) -> Document | None:
        """The document of that id or label."""
        return self.documents.get(written) or next((d for d in self.documents.values() if d.label == written), None)

    def provision(self, provision_id: str) -> Provision | None:
        """The provision of that id."""
        return next(
            (d.provisions[provision_id] for d in self.documents.values() if provision_id in d.provisions),
            None,
        )

    def provision_ids(self) -> Iterable[str]:
        """The ids of all provisions."""
        return (name for document in self.documents.values() for name in document.provisions)

    def cited_as(self, provision: Provision, lang: str) -> str:
        """How a provision is cited to a reader."""
        document = self.documents[provision.document]
        return f"{document.label}“{provision.clause}”" if lang == "zh" else provision.id


_DOCUMENT_KEYS = ("title_note", "number", "issued", "from", "until", "supersedes", "standing", "note", "jurisdiction")


def read_sources(root: y.Entry, problems: y.Problems) -> Library:
    """The documents of a sources file."""
    top = y.mapping(root, problems, required=("sources",))
    documents = [_document(entry, problems) for entry in y.items(top.get("sources"), problems)]
    return Library({document.id: document for document in documents})


def read_period(parts: Mapping[str, y.Entry], problems: y.Problems) -> Period:
    """`from` and `until` of an entry; a last day is included to its end."""
    start = y.moment(parts.get("from"), problems)
    end = y.moment(parts.get("until"), problems)
    if end is not None and y.whole_day(parts.get("until")):
        end += timedelta(days=1)
    if start and end and start >= end:
        problems.append(
            Diagnostic(
                code="E0404",
                message=Text("止期早于起期", "the end lies before the beginning"),
                span=parts["until"].span,
            )
        )
    return Period(start, end)


def _document(entry: y.Entry, problems: y.Problems) -> Document:
    parts = y.mapping(
        entry, problems, required=("id", "label", "title", "issuer", "provisions"), optional=_DOCUMENT_KEYS
    )
    identifier = y.text(parts.get("id"))
    period = read_period(parts, problems)
    provisions: dict[str, Provision] = {}
    clauses: dict[str, Span] = {}
    for item in y.items(parts.get("provisions"), problems):
        provision = _provision(item, identifier, period, problems)
        if provision.id in provisions or provision.clause in clauses:
            problems.append(
                Diagnostic(
                    code="E0202",
                    message=Text(f"条款“{provision.clause}”（{provision.id}）重复", f"{provision.id} is repeated"),
                    span=item.span,
                )
            )
            continue
        clauses[provision.clause] = item.span
        provisions[provision.id] = provision
    return Document(
        id=identifier,
        label=y.text(parts.get("label")),
        title=y.text(parts.get("title")),
        issuer=y.text(parts.get("issuer")),
        number=y.text(parts.get("number")),
        issued=y.text(parts.get("issued")),
        period=period,
        supersedes=tuple(y.text(item) for item in y.items(parts.get("supersedes"), problems)),
        standing=y.text(parts.get("standing"), "published"),
        provisions=provisions,
        span=entry.span,
    )


def _provision(entry: y.Entry, document: str, period: Period, problems: y.Problems) -> Provision:
    parts = y.mapping(
        entry, problems, required=("id", "clause", "gist", "standing"), optional=("why", "from", "until", "note")
    )
    standing = y.text(parts.get("standing"))
    if standing not in STANDINGS and "standing" in parts:
        listed = "、".join(STANDINGS)
        problems.append(
            Diagnostic(
                code="E0404",
                message=Text(f"“{standing}”不是条款的执行情况", f"`{standing}` is no standing of a provision"),
                span=parts["standing"].span,
                hint=Text(f"可写：{listed}", f"one of: {listed}"),
            )
        )
    return Provision(
        id=y.text(parts.get("id")),
        clause=y.text(parts.get("clause")),
        gist=_bilingual(parts.get("gist"), problems) or Text("", ""),
        standing=standing,
        why=_bilingual(parts.get("why"), problems),
        period=_own_period(parts, period, problems),
        document=document,
        span=entry.span,
    )


def _own_period(parts: Mapping[str, y.Entry], outer: Period, problems: y.Problems) -> Period:
    """A provision is in force with its document, unless it states an end or a beginning of its own.

    A stated null is 'without': a commencement clause or a definition holds at every date.
    """
    own = read_period(parts, problems)
    return Period(own.start if "from" in parts else outer.start, own.end if "until" in parts else outer.end)


def _bilingual(entry: y.Entry | None, problems: y.Problems) -> Text | None:
    if entry is None:
        return None
    parts = y.mapping(entry, problems, required=("zh", "en"))
    return Text(y.text(parts.get("zh")), y.text(parts.get("en")))
