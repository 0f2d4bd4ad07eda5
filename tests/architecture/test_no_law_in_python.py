"""Law lives in rules/: Python that knows a figure, a date, a region, a provision, a step or a duty is a defect."""

import ast
import re
from collections.abc import Callable
from functools import cache

from policy.model import Policy
from policy.values import LIMIT_DIGITS
from tests.support.modules import modules, nodes_of, tree_of
from tests.support.shipped import shipped_regions

DATE = re.compile(r"(19|20)\d\d(-\d\d?|年\d\d?月)(-\d\d?|\d\d?日)?.{0,9}")
PLACES = re.compile("浙江|杭州|嘉兴|攀枝花|四川|省本级|宁波|绍兴")
FIGURE = re.compile(r"\d+(\.\d+)?%?")
ORDINARY = {"0.01", "0", "1", str(LIMIT_DIGITS)}
LARGEST_ORDINARY_NUMBER = 1000
CODE_POINTS = {"policy.dsl.lexicon"}
DRAWS = {"engine.explanation.settlement", "engine.icalendar_file"}
"""Know from how small a part on a bar is still drawn, and which version of its format a file is in."""

WORDS_OF_THE_LANGUAGE = {"not_triggered"}
"""What a duty can be, whoever has it, is part of the construct 职责."""


@cache
def policies() -> tuple[Policy, ...]:
    regions = shipped_regions()
    return tuple(regions.policy(region) for region in regions.names())


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
            found.update(value.label for value in enum.values.values() if len(value.label) > 4)
            found.update(name for name in enum.values if "_" in name)
    return frozenset(found)


@cache
def strings(module: str) -> tuple[tuple[int, str], ...]:
    """Every string of the module that is not documentation."""
    constants = [node for node in nodes_of(module) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    statements = (node.value for node in nodes_of(module) if isinstance(node, ast.Expr))
    documentation = {id(value) for value in statements if isinstance(value, ast.Constant)}
    return tuple((node.lineno, str(node.value)) for node in constants if id(node) not in documentation)


def limits(module: str) -> set[int]:
    """The lines of technical limits, which are named as such."""
    assigned = [node for node in tree_of(module).body if isinstance(node, ast.Assign | ast.AnnAssign)]
    names = {node.lineno: ast.unparse(node).partition(" ")[0].lstrip("_") for node in assigned}
    return {line for line, name in names.items() if name.startswith("LIMIT_")}


def told(is_law: Callable[[str], bool]) -> list[tuple[str, int, str]]:
    """Every string that is law, and where it stands."""
    return [(module, line, text) for module in modules() for line, text in strings(module) if is_law(text)]


def test_python_knows_no_region() -> None:
    assert not told(lambda text: bool(PLACES.search(text)) or text in regions())


def test_python_knows_no_provision() -> None:
    assert not told(lambda text: any(name in text for name in provisions()))


def test_python_knows_no_date() -> None:
    assert not told(lambda text: bool(DATE.fullmatch(text)))


def test_python_knows_no_figure() -> None:
    found = told(lambda text: bool(FIGURE.fullmatch(text)) and text not in ORDINARY)
    assert not [item for item in found if item[0] not in DRAWS]


def test_python_knows_no_large_number_but_named_limits() -> None:
    large = [
        (module, node.lineno, node.value)
        for module in modules()
        for node in nodes_of(module)
        if isinstance(node, ast.Constant)
        and type(node.value) is int
        and node.value >= LARGEST_ORDINARY_NUMBER
        and node.value.bit_count() > 1  # a power of two is a size, not a figure
    ]
    assert not [item for item in large if item[0] not in CODE_POINTS and item[1] not in limits(item[0])]


def test_python_knows_no_word_of_the_vocabulary() -> None:
    assert not told(lambda text: text in words() - WORDS_OF_THE_LANGUAGE)


def test_the_words_looked_for_are_there() -> None:
    """The tests above would find something."""
    assert "hangzhou" in regions() and "ZJX-" in provisions()
    assert {"visit.care_relation", "self_pay_before_deductible", "异地转诊就医人员"} <= words()
