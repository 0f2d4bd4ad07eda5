"""The examples, the README and the guide say what is true."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine import Regions, Status
from engine.cli.application import COMMANDS
from engine.documents import read_document
from engine.receipts import receipt, replay
from engine.requests import Request, read_request
from policy.diagnostics import Diagnostic
from tests.support.shipped import RULES, shipped_regions

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text("utf-8")
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))


@pytest.fixture(scope="module")
def regions() -> Regions:
    return shipped_regions()


@pytest.fixture(scope="module")
def again() -> Regions:
    """The same rules, read once more."""
    return Regions(RULES, tries=False)


def request_in(path: Path) -> Request:
    problems: list[Diagnostic] = []
    document = read_document(str(path), problems)
    assert document is not None
    request = read_request(document.data, document.root, document, problems)
    assert request is not None and problems == []
    return request


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_an_example_is_decided_and_replays_byte_for_byte(path: Path, regions: Regions, again: Regions) -> None:
    request = request_in(path)
    decision = request.decide(regions)
    assert decision.status is Status.DETERMINED
    text = receipt(request, decision)
    document = yaml.safe_load(text)
    assert replay(document, text, again).is_same


def test_the_two_claims_of_the_demo_differ_in_the_filing_alone(regions: Regions) -> None:
    filed, unfiled = (request_in(ROOT / "examples" / f"hangzhou-cross-province{end}.yaml") for end in ("", "-unfiled"))
    assert {**unfiled.facts, "filing": filed.facts["filing"]} == filed.facts
    paid = [item.decide(regions).outputs["personal_total"] for item in (filed, unfiled)]
    assert paid == [Decimal("18000.89"), Decimal("22513.68")]


def test_granules_are_paid_first_at_the_place_of_treatments_rate(regions: Regions) -> None:
    decision = request_in(ROOT / "examples" / "jiaxing-in-hangzhou.yaml").decide(regions)
    first = {item["id"]: item["self_pay_first"] for item in decision.outputs["items"]}
    assert (first["4"], first["5"], first["6"]) == (Decimal("0.00"), Decimal("10.50"), Decimal("6.47"))
    assert {"HZ-1.1.3a", "HZ-1.1.3b"} <= decision.cited()


def test_the_excerpt_of_the_readme_is_what_the_demo_prints(regions: Regions) -> None:
    request = request_in(ROOT / "examples" / "hangzhou-cross-province-unfiled.yaml")
    told = request.decide(regions, with_what_if=True).explain(lang="zh", reader="patient")
    excerpt = README.split("```text\n")[1].split("```")[0]
    for line in excerpt.splitlines():
        assert line in told or line.strip() == "…"


def test_the_python_of_the_readme_runs() -> None:
    code = (
        README.split("```python\n")[1]
        .split("```")[0]
        .replace('load_region("', f'load_region(rules="{ROOT}/rules", name="')
    )
    names: dict[str, Any] = {}
    exec(code, names)
    shown = re.search(r"decision\.outputs +# (.+)", code)
    assert shown is not None
    assert repr(names["decision"].outputs) == shown[1]


def test_the_readme_names_every_command() -> None:
    assert [name for name in COMMANDS if f"`{name}`" not in README] == []


def test_every_link_of_the_documents_leads_somewhere() -> None:
    for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text("utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_the_case_of_the_guide_passes(tmp_path: Path, regions: Regions) -> None:
    from engine.cases import run_cases

    guide = (ROOT / "docs" / "分析人员指南.md").read_text("utf-8")
    case = tmp_path / "case.yaml"
    case.write_text(guide.split("```yaml\n")[1].split("```")[0], "utf-8")
    report = run_cases([case], regions)
    assert [result.failures for result in report.results] == [()]
