"""The account of the law in sums: by document, by region, and what is still open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import attrs

from engine.coverage import Account, Coverage
from policy.diagnostics import Text

STANDINGS = {
    "encoded": Text("已编", "encoded"),
    "missing": Text("缺规则", "missing"),
    "partly": Text("部分可执行", "partly"),
    "open_norm": Text("由人裁量", "open norm"),
    "not_executable": Text("不可执行", "not executable"),
}


@attrs.frozen
class Sum:
    """The figures of a document or a region. `cases` are those that exercise one of its provisions."""

    region: str
    name: str
    provisions: int
    standings: dict[str, int]
    carriers: int
    cases: int
    two_sided: int
    executed: int


@attrs.frozen
class Problem:
    """Something that keeps the account from being complete, and where. Only the strict account minds all."""

    id: str
    label: Text
    found: tuple[str, ...]
    is_strict: bool


def sums_of_documents(coverage: Coverage) -> list[Sum]:
    """The figures of every document, in the order of the regions."""
    groups: dict[tuple[str, str], list[Account]] = {}
    for account in coverage.accounts.values():
        groups.setdefault((account.region, account.document_label), []).append(account)
    return [_sum(region, name, accounts) for (region, name), accounts in groups.items()]


def sums_of_regions(coverage: Coverage) -> list[Sum]:
    """The figures of every region's own documents, and of all together."""
    groups: dict[str, list[Account]] = {}
    for account in coverage.accounts.values():
        groups.setdefault(account.region, []).append(account)
    return [_sum(region, "", accounts) for region, accounts in groups.items()]


def total(coverage: Coverage) -> Sum:
    """The figures of the whole law."""
    return _sum("", "", list(coverage.accounts.values()))


def _sum(region: str, name: str, accounts: list[Account]) -> Sum:
    standings = Counter(account.standing for account in accounts)
    executed = [account for account in accounts if account.is_executed]
    return Sum(
        region=region,
        name=name,
        provisions=len(accounts),
        standings={standing: standings[standing] for standing in STANDINGS},
        carriers=len({(c.kind, c.region, c.id) for account in accounts for c in account.carriers}),
        cases=len(set().union(*(account.exercised_by for account in accounts))),
        two_sided=sum(1 for account in executed if account.won and (account.lost or not account.can_lose)),
        executed=len(executed),
    )


def problems(coverage: Coverage) -> tuple[Problem, ...]:
    """What is still open, by kind."""
    without = tuple(f"{rule.region}/{rule.label}" for rule in coverage.without_cases)
    return (
        Problem("missing", Text("可执行而没有规则的条款", "executable provisions without a rule"),
                _ids(coverage.missing), is_strict=False),
        Problem("rules_without_cases", Text("没有用例的规则", "rules without a case"), without, is_strict=False),
        Problem("hardly_exercised", Text("检验不足两例的条款", "provisions with fewer than two cases"),
                _ids(coverage.hardly_exercised), is_strict=True),
        Problem("never_won", Text("没有成立用例的条款", "provisions that win in no case"),
                _ids(coverage.never_won), is_strict=True),
        Problem("never_lost", Text("没有落选用例的条款", "provisions that lose in no case"),
                _ids(coverage.never_lost), is_strict=True),
    )  # fmt: skip


def _ids(accounts: Iterable[Account]) -> tuple[str, ...]:
    return tuple(account.provision.id for account in accounts)


def as_data(coverage: Coverage) -> dict[str, Any]:
    """The whole account as plain data."""
    return {
        "is_complete": coverage.is_complete,
        "is_tested_on_both_sides": coverage.is_tested_on_both_sides,
        "total": attrs.asdict(total(coverage)),
        "regions": [attrs.asdict(item) for item in sums_of_regions(coverage)],
        "documents": [attrs.asdict(item) for item in sums_of_documents(coverage)],
        **{problem.id: list(problem.found) for problem in problems(coverage)},
        "provisions": [_provision(account) for account in coverage.accounts.values()],
    }


def _provision(account: Account) -> dict[str, Any]:
    provision = account.provision
    return {
        "id": provision.id,
        "document": provision.document,
        "clause": provision.clause,
        "region": account.region,
        "standing": account.standing,
        "gist": {"zh": provision.gist.zh, "en": provision.gist.en},
        "why": {"zh": why.zh, "en": why.en} if (why := provision.why) else None,
        "rules": [{"kind": c.kind, "id": c.id, "region": c.region, "place": c.place} for c in account.carriers],
        "can_lose": account.can_lose,
        "cases": {str(side): cases for side, cases in account.cases.items()},
    }
