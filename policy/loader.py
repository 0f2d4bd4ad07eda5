"""rules/<region>/ → a policy and what is wrong with it. Loading never raises on a user's mistake."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import attrs

from policy import yaml_reader as y
from policy.analysis.bounds import check_bounds
from policy.analysis.overlaps import check_overlaps
from policy.calendars import WorkingCalendar, read_calendar
from policy.checking import check_pack
from policy.diagnostics import Diagnostic, Severity, Text, by_position, did_you_mean, has_errors
from policy.dsl.parser import parse
from policy.dsl.source import Source, Span
from policy.dsl.tree import Program
from policy.exclusions import Exclusion, read_exclusions, reject_repeated
from policy.files import read_file
from policy.model import Checked, Pack, Policy, Region
from policy.names import Scope
from policy.parameters import Parameter, read_parameters
from policy.sources import Library, read_sources
from policy.vocabulary import Vocabulary, read_vocabulary

DATA_FILES = ("vocabulary", "sources", "parameters", "calendar")
"""What the names of data files begin with; a hyphen and more may follow."""


@attrs.frozen
class Loaded:
    """A policy, or None where it cannot be used, and every diagnostic of its files."""

    policy: Policy | None
    diagnostics: tuple[Diagnostic, ...]


class Rulebook:
    """A folder of regions; each pack is read once. `tries` values to find gaps and clashes, where nothing proves them."""

    def __init__(self, root: Path, *, tries: bool = True) -> None:
        self.root = root
        self.tries = tries
        self._packs: dict[str, tuple[Pack | None, tuple[Diagnostic, ...]]] = {}

    def regions(self) -> list[str]:
        """The ids of all regions in the folder, superiors before those that build on them."""
        found = sorted(path.parent.name for path in self.root.glob("*/region.yaml"))
        return sorted(found, key=lambda region: (len(self.chain_of(region)), region))

    def find(self, written: str) -> str:
        """The id of the region of that id, label or division code; what was written where there is none."""
        names = self.regions()
        if written in names:
            return written
        known = [region for name in names if (region := self._region(name, None, []))]
        return next((region.id for region in known if written in (region.label, region.division)), written)

    def load(self, region: str) -> Loaded:
        """The region's policy with its superiors', and what is wrong with any of them."""
        chain, problems = self._chain(region)
        packs: list[Pack] = []
        for name in chain:
            pack, found = self._pack(name, packs)
            problems.extend(found)
            if pack is None or has_errors(found):  # what builds on it would only repeat its mistakes
                return Loaded(None, tuple(problems))
            packs.append(pack)
        if not packs:
            return Loaded(None, tuple(problems))
        policy = _together(packs)
        if not any(item.is_error for item in problems):
            problems.extend(check_bounds(policy))
        return Loaded(policy, tuple(problems))

    def chain_of(self, region: str) -> list[str]:
        """The region and all above it, the highest first; none where one is missing."""
        return self._chain(region)[0]

    def _chain(self, region: str) -> tuple[list[str], list[Diagnostic]]:
        """The region and all above it, the highest first."""
        chain: list[str] = []
        problems: list[Diagnostic] = []
        current, cited_at = region, None
        while current or not chain:
            found = self._region(current, cited_at, problems)
            if found is None or current in chain:
                if found is not None:
                    problems.append(_circle(found))
                return [], problems
            chain.insert(0, current)
            current, cited_at = found.extends, found.span
        return chain, problems

    def _region(self, name: str, cited_at: Span | None, problems: list[Diagnostic]) -> Region | None:
        path = self.root / name / "region.yaml"
        known = sorted(item.parent.name for item in self.root.glob("*/region.yaml"))
        if name not in known:
            problems.append(
                Diagnostic(
                    code="E0408",
                    message=Text(f"没有地区“{name}”", f"there is no region `{name}`"),
                    span=cited_at,
                    place="" if cited_at else str(self.root),
                    hint=did_you_mean(name, known) or Text("现有：" + "、".join(known), "known: " + ", ".join(known)),
                )
            )
            return None
        source = read_file(path, problems)
        root = y.read(source, problems) if source else None
        if root is None:
            return None
        parts = y.mapping(
            root, problems, required=("id", "label"), optional=("division", "extends", "language", "note")
        )
        return Region(
            id=y.text(parts.get("id"), name),
            label=y.text(parts.get("label"), name),
            division=y.text(parts.get("division")),
            extends=y.text(parts.get("extends")),
            span=parts["extends"].span if "extends" in parts else root.span,
        )

    def _pack(self, name: str, superiors: list[Pack]) -> tuple[Pack | None, tuple[Diagnostic, ...]]:
        if name not in self._packs:
            problems: list[Diagnostic] = []
            region = self._region(name, None, [])  # what is wrong with region.yaml the chain tells
            pack = read_pack(self.root / name, region, superiors, problems) if region else None
            if pack is not None:
                problems.extend(_unverified(pack))
            if pack is not None and self.tries and not has_errors(problems):
                problems.extend(check_overlaps(_together([*superiors, pack])))
            self._packs[name] = (pack, by_position(problems))
        return self._packs[name]


def read_pack(folder: Path, region: Region, superiors: list[Pack], problems: list[Diagnostic]) -> Pack:
    """Read and check one region's own folder in the light of its superiors."""
    sources = [source for path in _files(folder) if (source := read_file(path, problems, title=_title(path)))]
    roots = {s.name: root for s in sources if s.name.endswith(".yaml") and (root := y.read(s, problems))}
    problems.extend(_unread(root) for root in roots.values() if _stem(root.source.name) not in DATA_FILES)
    inherited = _together(superiors) if superiors else None
    vocabulary = _vocabulary(roots, inherited.vocabulary if inherited else Vocabulary(), problems)
    everything = inherited.vocabulary.with_more(vocabulary) if inherited else vocabulary
    exclusions = _exclusions(roots, superiors, problems)
    library = Library()
    for root in _named(roots, "sources"):
        library = library.with_more(read_sources(root, problems))
    documents = inherited.library.with_more(library) if inherited else library
    parameters: dict[str, Parameter] = {}
    for root in _named(roots, "parameters"):
        parameters.update(read_parameters(root, region.id, everything, documents, problems))
    calendars = [read_calendar(root, problems) for root in _named(roots, "calendar")]
    programs = _programs(sources, problems)
    checked = Checked()
    if not has_errors(problems):  # names that could not be read would only be missed again
        scope = Scope(superiors, region.id, programs, everything, documents, parameters)
        checked, found = check_pack(scope, programs, exclusions)
        problems.extend(found)
    return Pack(
        region=region,
        sources=tuple(sources),
        programs=programs,
        vocabulary=vocabulary,
        exclusions=exclusions,
        library=library,
        parameters=parameters,
        calendar=calendars[0] if calendars else None,
        checked=checked,
        diagnostics=tuple(problems),
    )


def _unverified(pack: Pack) -> Iterator[Diagnostic]:
    """Documents that nobody has seen in the original, with how many figures stand on them."""
    cited = Counter(
        provision.document
        for parameter in pack.parameters.values()
        for value in parameter.values
        for name in {value.provision, *(row.provision for row in value.rows)}
        if (provision := pack.library.provision(name))
    )
    for document in pack.library.documents.values():
        if document.is_unverified:
            count = cited[document.id]
            yield Diagnostic(
                code="W0903",
                message=Text(
                    f"“{document.label}”未经核实，有 {count} 处数值依据它",
                    f"`{document.id}` has not been verified; {count} figures stand on it",
                ),
                span=document.span,
                severity=Severity.WARNING,
                hint=Text(
                    "见到原文后删去 standing: unverified", "drop `standing: unverified` once the original is seen"
                ),
            )


def _files(folder: Path) -> Iterable[Path]:
    yield from sorted(path for path in folder.glob("*.yaml") if path.name != "region.yaml")
    yield from sorted(folder.glob("*.policy"))


def _title(path: Path) -> str:
    """The rules folder, the region and the file: how a reason names a file on whatever machine."""
    return "/".join(path.resolve().parts[-3:])


def _named(roots: Mapping[str, y.Entry], stem: str) -> list[y.Entry]:
    return [root for name, root in roots.items() if _stem(name) == stem]


def _stem(name: str) -> str:
    """What a data file holds: its name up to the first hyphen."""
    return Path(name).stem.split("-")[0]


def _unread(root: y.Entry) -> Diagnostic:
    """A data file whose name tells nothing would be passed over in silence."""
    name = Path(root.source.name).name
    return Diagnostic(
        code="W0901",
        message=Text(f"文件“{name}”没有用到", f"the file `{name}` is not used"),
        span=Span(root.source, 0, 0),
        severity=Severity.WARNING,
        hint=did_you_mean(_stem(name), DATA_FILES)
        or Text("数据文件以 " + "、".join(DATA_FILES) + " 命名", "data files are called " + ", ".join(DATA_FILES)),
    )


def _vocabulary(roots: Mapping[str, y.Entry], inherited: Vocabulary, problems: list[Diagnostic]) -> Vocabulary:
    """The enumerations of all vocabulary files before the entities that use them."""
    own = Vocabulary()
    files = _named(roots, "vocabulary")
    for root in sorted(files, key=lambda entry: "enums" not in dict(y.pairs(entry, []))):
        own = own.with_more(read_vocabulary(root, inherited.with_more(own), problems))
    return own


def _exclusions(
    roots: Mapping[str, y.Entry], superiors: Iterable[Pack], problems: list[Diagnostic]
) -> tuple[Exclusion, ...]:
    """What all vocabulary files declare impossible."""
    own = [item for root in _named(roots, "vocabulary") for item in read_exclusions(root, problems)]
    reject_repeated([*(item for pack in superiors for item in pack.exclusions), *own], problems)
    return tuple(own)


def _programs(sources: Iterable[Source], problems: list[Diagnostic]) -> tuple[Program, ...]:
    programs: list[Program] = []
    for source in sources:
        if source.name.endswith(".policy"):
            program, found = parse(source)
            problems.extend(found)
            programs.append(program)
    return tuple(programs)


def _together(packs: Iterable[Pack]) -> Policy:
    packs = tuple(packs)
    vocabulary, library, calendar = Vocabulary(), Library(), WorkingCalendar()
    for pack in packs:
        vocabulary = vocabulary.with_more(pack.vocabulary)
        library = library.with_more(pack.library)
        calendar = pack.calendar or calendar
    return Policy(packs, vocabulary, library, calendar)


def _circle(region: Region) -> Diagnostic:
    return Diagnostic(
        code="E0408",
        message=Text(f"地区“{region.id}”的上级关系成环", f"the superiors of `{region.id}` form a circle"),
        span=region.span,
        hint=Text("去掉其中一个 extends", "remove one `extends`"),
    )
