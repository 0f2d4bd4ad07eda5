"""Law lives in rules/: Python that knows a figure, a date, a region, a provision, a step or a duty is a defect."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from policy.loader import Rulebook
from policy.model import Policy
from policy.values import LIMIT_DIGITS
from tests.support.modules import modules, tree_of
from tests.support.rulebooks import SHIPPED

DATE = re.compile(r"(19|20)\d\d(-\d\d|年)")
PLACES = re.compile("浙江|杭州|嘉兴|攀枝花|四川|省本级|宁波|绍兴")
FIGURE = re.compile(r"\d+(\.\d+)?%?")
ORDINARY = {"0.01", "0", "1", str(LIMIT_DIGITS)}
LARGEST_ORDINARY_NUMBER = 1000


@cache
def policies() -> tuple[Policy, ...]:
    rulebook = Rulebook(SHIPPED)
    loaded = [rulebook.load(region).policy for region in rulebook.regions()]
    return tuple(policy for policy in loaded if policy is not None)


@cache
def regions() -> frozenset[str]:
    return frozenset(policy.region.id for policy in policies()) - {"national"}


@cache
def provisions() -> frozenset[str]:
    """The first parts of provision ids: what stands before the number."""
    names = {name for policy in policies() for name in policy.library.provision_ids()}
    return frozenset(f"{name.partition('-')[0]}-" for name in names)


@cache
def words() -> frozenset[str]:
    """Fact paths, ids of steps, duties and other values, and their labels: everything the vocabulary says."""
    found: set[str] = set()
    for policy in policies():
        for entity in policy.vocabulary.entities.values():
            found.update(field.path for field in entity.fields.values())
        for enum in policy.vocabulary.enums.values():
            found.update(value.label for value in enum.values.values() if len(value.label) > 2)
            found.update(name for name in enum.values if "_" in name)
    return frozenset(found)


def strings(module: str) -> Iterator[tuple[int, str]]:
    """Every string of the module that is not documentation."""
    tree = tree_of(module)
    documentation = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.lineno, node.value


def limits(module: str) -> set[int]:
    """The lines of technical limits, which are named as such."""
    assigned = [node for node in tree_of(module).body if isinstance(node, ast.Assign | ast.AnnAssign)]
    return {
        node.lineno for node in assigned if ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target).startswith(("LIMIT_", "_LIMIT_"))
    }  # fmt: skip


@pytest.mark.parametrize("module", modules())
def test_python_knows_no_region(module: str) -> None:
    known = [(line, text) for line, text in strings(module) if PLACES.search(text) or text in regions()]
    assert not known


@pytest.mark.parametrize("module", modules())
def test_python_knows_no_provision(module: str) -> None:
    assert not [(line, text) for line, text in strings(module) if any(name in text for name in provisions())]


@pytest.mark.parametrize("module", modules())
def test_python_knows_no_date_and_no_figure(module: str) -> None:
    found = [(line, text) for line, text in strings(module) if DATE.search(text)]
    found += [(line, text) for line, text in strings(module) if FIGURE.fullmatch(text) and text not in ORDINARY]
    assert not found


@pytest.mark.parametrize("module", modules())
def test_python_knows_no_large_number_but_named_limits(module: str) -> None:
    numbers = [node for node in ast.walk(tree_of(module)) if isinstance(node, ast.Constant) and type(node.value) is int]
    large = [(node.lineno, node.value) for node in numbers if abs(int(node.value)) >= LARGEST_ORDINARY_NUMBER]
    assert not [item for item in large if item[0] not in limits(module)]


@pytest.mark.parametrize("module", modules())
def test_python_knows_no_word_of_the_vocabulary(module: str) -> None:
    assert not [(line, text) for line, text in strings(module) if text in words()]


def test_the_words_looked_for_are_there() -> None:
    """The tests above would find something."""
    assert "hangzhou" in regions() and "ZJX-" in provisions()
    assert {"visit.care_relation", "self_pay_before_deductible", "异地转诊就医人员"} <= words()
