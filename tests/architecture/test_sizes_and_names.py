"""Files and functions that fit in a head, under names that say what they are for."""

import ast

import pytest

from tests.support.modules import ROOT, functions, modules, tree_of

LONGEST_FILE, LONGEST_FUNCTION, LONGEST_ARM = 400, 50, 3
NO_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "handler", "base", "data", "info", "process"}
TEST_MODULES = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("*.py"))


@pytest.mark.parametrize("module", modules())
def test_a_file_has_at_most_400_lines(module: str) -> None:
    assert len(modules()[module].read_text("utf-8").splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", TEST_MODULES)
def test_a_test_file_has_at_most_400_lines(path: str) -> None:
    assert len((ROOT / path).read_text("utf-8").splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("module", modules())
def test_a_function_has_at_most_50_lines(module: str) -> None:
    long = {item.name: length(item) for item in functions(module) if length(item) > LONGEST_FUNCTION}
    assert not {name: lines for name, lines in long.items() if not is_table(module, name)}


def length(item: ast.AST) -> int:
    assert isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)
    return (item.end_lineno or item.lineno) - item.lineno + 1


def is_table(module: str, name: str) -> bool:
    """One `match` over all kinds of node, whose arms are short, is a table and may be longer."""
    for item in functions(module):
        if item.name == name:
            arms = [arm for node in ast.walk(item) if isinstance(node, ast.Match) for arm in node.cases]
            spans = [(arm.body[-1].end_lineno or 0) - arm.body[0].lineno + 1 for arm in arms]
            return bool(spans) and max(spans) <= LONGEST_ARM
    return False


@pytest.mark.parametrize("module", modules())
def test_a_module_says_what_it_is(module: str) -> None:
    assert ast.get_docstring(tree_of(module)), "the first line of a module or a room says what it is for"


@pytest.mark.parametrize("module", modules())
def test_no_module_is_called_by_an_empty_word(module: str) -> None:
    assert not NO_NAMES.intersection(module.split("."))
