"""Money never passes through a binary float."""

import ast

import pytest

from tests.support.modules import modules, tree_of

FLOATING = {"math", "cmath", "statistics", "numpy", "random"}
DIVIDES_FRACTIONS = {"engine.operations"}
"""Where a quotient is taken: of fractions, which are exact."""


def places(module: str, is_wrong: type[ast.AST] | tuple[type[ast.AST], ...]) -> list[ast.AST]:
    return [node for node in ast.walk(tree_of(module)) if isinstance(node, is_wrong)]


@pytest.mark.parametrize("module", modules())
def test_no_number_is_written_as_a_float(module: str) -> None:
    assert not [node.lineno for node in places(module, ast.Constant) if isinstance(getattr(node, "value", 0), float)]


@pytest.mark.parametrize("module", modules())
def test_nothing_is_turned_into_a_float(module: str) -> None:
    calls = [node for node in places(module, ast.Call) if isinstance(node, ast.Call)]
    assert not [call.lineno for call in calls if ast.unparse(call.func) in ("float", "decimal.getcontext", "getcontext")]


@pytest.mark.parametrize("module", modules())
def test_the_only_quotients_are_those_of_fractions(module: str) -> None:
    quotients = [node for node in places(module, ast.BinOp) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)]
    numbers = [node for node in quotients if not is_path(node)]
    assert not numbers or module in DIVIDES_FRACTIONS, [ast.unparse(node) for node in numbers]


def is_path(node: ast.BinOp) -> bool:
    """A path and the name below it: one side is text, or is called a folder, a root or a path."""
    text = ast.unparse(node)
    sides = (node.left, node.right)
    is_text = any(isinstance(side, ast.JoinedStr) or isinstance(getattr(side, "value", None), str) for side in sides)
    return is_text or any(word in text.lower() for word in ("folder", "root", "path", "parent"))


@pytest.mark.parametrize("module", modules())
def test_no_library_of_floats_is_used(module: str) -> None:
    for node in places(module, (ast.Import, ast.ImportFrom)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [getattr(node, "module", "")]
        assert not FLOATING.intersection(name.partition(".")[0] for name in names)
