"""`tiaoli coverage`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Any

import click
from tabulate import tabulate

from engine.cli.language import lang_option
from engine.cli.printing import write_out
from engine.coverage import Account, Coverage, coverage_of
from engine.regions import Regions
from policy.diagnostics import PolicyError

_STANDINGS = {
    "encoded": ("已编成规则", "encoded"),
    "missing": ("尚无规则", "missing"),
    "partly": ("部分可执行，未编", "partly executable"),
    "open_norm": ("由人裁量", "open norm"),
    "not_executable": ("不可执行", "not executable"),
}


@click.command()
@lang_option
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "html"]), default="text", show_default=True, help="样式 Form"
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="写入文件 Write to a file")
@click.option("--details", is_flag=True, help="逐条列出 Every provision, not only the sums")
@click.option(
    "--rules", type=click.Path(path_type=Path, file_okay=False, exists=True), help="规则文件夹 Folder of the rules"
)
def command(lang: str, form: str, out: Path | None, details: bool, rules: Path | None) -> None:
    """清点每一条规定：由哪些规则承载，有多少用例检验。有可执行而无规则的条款，或无用例的规则，退出码为 1。

    The account of the law: every provision with the rules that carry it and the cases that exercise it. Exit
    code 1 where an executable provision has no rule, or a rule has no case.

    \b
    示例 Example:
      tiaoli coverage --format html --out coverage.html
    """
    regions = Regions(rules)
    coverage = coverage_of(regions)
    _count_cases(coverage, regions)
    if form == "json":
        write_out(json.dumps(_data(coverage), ensure_ascii=False, indent=2), out)
    elif form == "html":
        write_out(_page(coverage, lang), out)
    else:
        write_out("\n".join(_lines(coverage, lang, details)), out)
    raise SystemExit(0 if coverage.is_complete else 1)


def _count_cases(coverage: Coverage, regions: Regions) -> None:
    from engine.cases import read_cases

    for path in sorted(regions.rulebook.root.glob("*/cases/*.yaml")):
        for case in read_cases(path, []):
            with suppress(PolicyError):  # a case may expect that its question does not exist
                coverage.add(case.id, case.asked.decide(regions, with_what_if=False))


def _lines(coverage: Coverage, lang: str, details: bool) -> list[str]:
    place = 0 if lang == "zh" else 1
    heads = ("文件", "条款", *(words[place] for words in _STANDINGS.values()), "规则", "用例") if place == 0 else (
        "document", "provisions", *(words[place] for words in _STANDINGS.values()), "rules", "cases")  # fmt: skip
    lines = [tabulate(_sums(coverage), headers=heads, tablefmt="simple")]
    if details:
        lines += [
            "",
            tabulate(_rows(coverage.accounts.values(), place), headers=_detail_heads(place), tablefmt="simple"),
        ]
    problems = [
        (("可执行而没有规则", "executable without a rule"), [item.provision.id for item in coverage.missing]),
        (("没有用例的规则", "rules without a case"), [f"{r.region}/{r.label}" for r in coverage.without_cases]),
        (("检验不足两例的条款", "provisions with fewer than two cases"), [i.provision.id for i in coverage.one_sided]),
    ]
    for words, found in problems:
        lines += ["", f"{words[place]}：{len(found)}" if place == 0 else f"{words[place]}: {len(found)}"]
        lines += [f"  {'、'.join(found)}"] if found else []
    return lines


def _detail_heads(place: int) -> tuple[str, ...]:
    return (
        ("条款", "出处", "情况", "规则", "成立用例", "落选用例"),
        ("provision", "clause", "standing", "rules", "won", "lost"),
    )[place]


def _sums(coverage: Coverage) -> list[tuple[Any, ...]]:
    documents: dict[str, list[Account]] = {}
    for account in coverage.accounts.values():
        documents.setdefault(account.document_label, []).append(account)
    rows = []
    for label, accounts in documents.items():
        standing = Counter(account.standing for account in accounts)
        carriers = {(c.kind, c.region, c.id) for account in accounts for c in account.carriers}
        cases = {case for account in accounts for case in (*account.won, *account.lost)}
        rows.append((label, len(accounts), *(standing[name] for name in _STANDINGS), len(carriers), len(cases)))
    return rows


def _rows(accounts: Iterable[Account], place: int) -> list[tuple[Any, ...]]:
    return [
        (
            account.provision.id,
            f"{account.document_label}“{account.provision.clause}”",
            _STANDINGS[account.standing][place],
            "、".join(dict.fromkeys(c.label for c in account.carriers))[:60],
            len(account.won),
            len(account.lost),
        )
        for account in accounts
    ]


def _data(coverage: Coverage) -> dict[str, Any]:
    return {
        "is_complete": coverage.is_complete,
        "provisions": [
            {
                "id": account.provision.id,
                "document": account.provision.document,
                "clause": account.provision.clause,
                "region": account.region,
                "standing": account.standing,
                "gist": {"zh": account.provision.gist.zh, "en": account.provision.gist.en},
                "why": {"zh": why.zh, "en": why.en} if (why := account.provision.why) else None,
                "rules": [{"kind": c.kind, "id": c.id, "region": c.region, "place": c.place} for c in account.carriers],
                "cases_won": account.won,
                "cases_lost": account.lost,
            }
            for account in coverage.accounts.values()
        ],
        "rules_without_cases": [f"{rule.region}/{rule.id}" for rule in coverage.without_cases],
    }


_STYLE = """
body{font:16px/1.6 system-ui,"Noto Sans CJK SC",sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#1d2733}
table{border-collapse:collapse;width:100%;margin:1rem 0 2.5rem}th,td{padding:.4rem .7rem;text-align:left;vertical-align:top}
th{border-bottom:2px solid #1d2733}td{border-bottom:1px solid #d9dfe6}.n{text-align:right;font-variant-numeric:tabular-nums}
.encoded{color:#0b6b3a}.missing{color:#b3261e;font-weight:600}.partly,.open_norm,.not_executable{color:#6b5b00}
small{color:#5a6673}
"""


def _page(coverage: Coverage, lang: str) -> str:
    """One self-contained page: the sums, then every provision with its gist."""
    place = 0 if lang == "zh" else 1
    title = ("条款清点", "The account of the law")[place]
    heads = ("文件", "条款", *(words[place] for words in _STANDINGS.values()), "规则", "用例")
    sums = "".join(f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in row)}</tr>" for row in _sums(coverage))
    rows = "".join(_html_row(account, place) for account in coverage.accounts.values())
    head = "".join(f"<th>{escape(word)}</th>" for word in heads)
    detail = "".join(f"<th>{escape(word)}</th>" for word in _detail_heads(place))
    return (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
        f'<meta name="viewport" content="width=device-width"><h1>{title}</h1><table><tr>{head}</tr>{sums}</table>'
        f"<table><tr>{detail}</tr>{rows}</table></html>"
    )


def _html_row(account: Account, place: int) -> str:
    provision = account.provision
    gist = (provision.gist.zh, provision.gist.en)[place]
    why = (provision.why.zh, provision.why.en)[place] if provision.why and not account.is_encoded else ""
    rules = "<br>".join(escape(label) for label in dict.fromkeys(c.label for c in account.carriers))
    return (
        f"<tr><td>{escape(provision.id)}</td><td>{escape(account.document_label)}“{escape(provision.clause)}”<br>"
        f"<small>{escape(gist)}</small></td><td class='{account.standing}'>{_STANDINGS[account.standing][place]}"
        f"<br><small>{escape(why)}</small></td><td>{rules}</td><td class='n'>{len(account.won)}</td>"
        f"<td class='n'>{len(account.lost)}</td></tr>"
    )
