"""The figures in the regions' README files: made from the account, between two marks."""

from __future__ import annotations

from pathlib import Path

from engine.coverage import Coverage
from engine.coverage_tables import STANDINGS, Sum, problems, sums_of_documents, sums_of_regions
from engine.regions import Regions

BEGIN = "<!-- 由 tiaoli coverage 生成 -->"
END = "<!-- 生成结束 -->"


def fresh_readmes(coverage: Coverage, regions: Regions) -> dict[Path, str]:
    """What every README with the marks should say, by path."""
    found = {}
    for region in regions.names():
        path = regions.rulebook.root / region / "README.md"
        text = path.read_text("utf-8") if path.is_file() else ""
        if BEGIN in text and END in text:
            before, after = text.partition(BEGIN)[0], text.partition(END)[2]
            found[path] = f"{before}{BEGIN}\n{figures(coverage, region)}\n{END}{after}"
    return found


def write_readmes(coverage: Coverage, regions: Regions) -> list[Path]:
    """Bring the figures up to date; the files that changed."""
    changed = []
    for path, text in fresh_readmes(coverage, regions).items():
        if path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            changed.append(path)
    return changed


def figures(coverage: Coverage, region: str) -> str:
    """The figures of one region, as Markdown."""
    rules = [rule for rule in coverage.rules.values() if rule.region == region]
    heads = ["文件", "条款", *(standing.zh for standing in STANDINGS.values()), "两面检验"]
    documents = [item for item in sums_of_documents(coverage) if item.region == region]
    whole = [item for item in sums_of_regions(coverage) if item.region == region] if len(documents) > 1 else []
    lines = [_line(heads), _line(["---", *["--:"] * (len(heads) - 1)]), *map(_row, [*documents, *whole])]
    lines += ["", f"规则 {len(rules)} 条，用例 {coverage.case_counts.get(region, 0)} 个。"]
    lines += [_unlost(coverage, region)]
    own = {account.provision.id for account in coverage.accounts.values() if account.region == region}
    for problem in problems(coverage):
        still = [name for name in problem.found if name in own or name.startswith(f"{region}/")]
        if still:
            lines.append(f"{problem.label.zh}：{'、'.join(still)}。")
    return "\n".join(lines)


def _unlost(coverage: Coverage, region: str) -> str:
    plain = [
        a.provision.id for a in coverage.accounts.values() if a.region == region and a.is_executed and not a.can_lose
    ]
    if not plain:
        return "可执行的条款都有成立和落选两面的用例。"
    return f"没有落选一面的条款（定义、表格、数值，不设条件）：{'、'.join(plain)}。"


def _row(item: Sum) -> str:
    both = f"{item.two_sided}/{item.executed}"
    return _line([item.name or "合计", str(item.provisions), *map(str, item.standings.values()), both])


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
