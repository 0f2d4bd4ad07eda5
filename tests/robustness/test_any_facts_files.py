"""Any bytes as a facts file or a case file: diagnostics in the file, or a decision; never a traceback."""

import json
import os
from pathlib import Path
from random import Random

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import PolicyError
from engine.cases import read_cases
from engine.documents import read_document
from engine.requests import Request, read_request
from policy.diagnostics import Diagnostic
from tests.support.claims import claim
from tests.support.shipped import shipped_regions as regions
from tests.support.told import assert_well_told, within

EXAMPLES = int(os.environ.get("TIAOLI_EXAMPLES", "25"))
quick = settings(deadline=None, max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
NAMES = ("facts.yaml", "facts.json", "cases.yaml")
INSERTED = ["", "：", "\n", "- ", "[", "]", "{", "}", ":", "&a ", "*a", "<<: ", "null", "1e999999999", ".nan", "NaN", "2023-13-45", "\x00", "\ufeff",
            "\u202e", "\\ud800", "😀", '"', "'", "#", "\t", "---\n", "!!float ", "0x1F", "1_0", "是"]  # fmt: skip
FACTS = {
    "region": "hangzhou",
    "question": "benefit.settlement",
    "treatment_region": "hangzhou",
    "facts": claim(Random(3)),
}
SAMPLES = {
    "facts.yaml": yaml.safe_dump(FACTS, allow_unicode=True),
    "facts.json": json.dumps(FACTS, ensure_ascii=False),
    "cases.yaml": yaml.safe_dump(
        [{"id": "a", **FACTS, "expect": {"total_fee": "1.00"}, "cites": ["ZJX-1.1a"]}], allow_unicode=True
    ),
}


def read_and_decide(path: Path) -> None:
    """Read the file as what its name says, and decide what it asks."""
    problems: list[Diagnostic] = []
    requests: list[Request] = []
    if path.name.startswith("cases"):
        requests = [case.asked for case in read_cases(path, problems)]
    elif document := read_document(str(path), problems):
        request = read_request(document.data, document.root, document, problems)
        requests = [request] if request else []
    assert_well_told(problems)
    assert requests or problems or path.name.startswith("cases")
    for request in requests:
        if request.region is None or request.question is None:
            continue
        try:
            assert_well_told(request.decide(regions()).diagnostics)
        except PolicyError as error:
            assert_well_told(error.diagnostics)


@pytest.mark.parametrize("name", NAMES)
def test_any_bytes(name: str, tmp_path: Path) -> None:
    @quick
    @given(st.binary(max_size=120))
    def check(content: bytes) -> None:
        (tmp_path / name).write_bytes(content)
        read_and_decide(tmp_path / name)

    check()


@pytest.mark.parametrize("name", NAMES)
def test_a_real_file_with_a_few_damages(name: str, tmp_path: Path) -> None:
    sample = SAMPLES[name]
    damage = st.tuples(st.integers(0, len(sample)), st.integers(0, 8), st.sampled_from(INSERTED))

    @quick
    @given(st.lists(damage, min_size=1, max_size=3))
    def check(damages: list[tuple[int, int, str]]) -> None:
        text = sample
        for place, length, instead in damages:
            text = text[:place] + instead + text[place + length :]
        (tmp_path / name).write_bytes(text.encode("utf-8", "surrogatepass"))
        read_and_decide(tmp_path / name)

    check()


@pytest.mark.parametrize("name", ["facts.yaml", "facts.json"])
@pytest.mark.parametrize(
    "content",
    [
        "[" * 1_000_000,
        '{"a":' * 200_000,
        '{"facts": {"claim": {"settled_at": ' + "9" * 1_000_000 + "}}}",
        '{"facts": {"claim": {"settled_at": 1e999999999}}, "region": "hangzhou", "question": "benefit.settlement"}',
        '{"facts": {"claim": {"settled_at": NaN}}, "region": "hangzhou", "question": "benefit.settlement"}',
        '{"facts": {"claim": {"settled_at": "\\ud800"}}, "region": "hangzhou", "question": "benefit.settlement"}',
        '{"facts": {}, "\\ud800": {}}',
        '{"facts": {}, "facts": {}}',
        " " * 30_000_000,
        "a: &a [*a]",
        "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)),
    ],
    ids=[
        "deep-lists",
        "deep-mappings",
        "digits",
        "exponent",
        "nan",
        "surrogate",
        "surrogate-key",
        "twice",
        "blank-30MB",
        "self",
        "bomb",
    ],
)
def test_hostile_facts_are_refused(name: str, content: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content, "utf-8")
    with within(15):
        read_and_decide(tmp_path / name)
