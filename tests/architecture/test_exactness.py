"""Money never passes through a binary float."""

import ast

from tests.support.modules import modules, nodes_of

FLOATING = {"math", "cmath", "statistics", "numpy", "random"}
LIKENESS = {"policy.diagnostics", "policy.dsl.near_keywords"}
"""How like two words are is told by a float, and decides a hint at most."""

DIVIDES_FRACTIONS = {"engine.operations", "engine.proofs.logic"}
WIDTHS = {"engine.explanation.html_writer", "engine.explanation.text_writer", "engine.explanation.settlement"}
"""How wide a bar is drawn, never an amount; of decimals, too."""


def test_no_number_is_written_as_a_float() -> None:
    written = {
        (module, node.lineno)
        for module in modules()
        for node in nodes_of(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, float)
    }
    assert {module for module, _ in written} <= LIKENESS, written


def test_nothing_is_turned_into_a_float() -> None:
    calls = {
        (module, node.lineno)
        for module in modules()
        for node in nodes_of(module)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("float", "Decimal.from_float", "getcontext")
    }
    assert not calls


def test_quotients_are_taken_of_fractions_only() -> None:
    quotients = {
        (module, ast.unparse(node))
        for module in modules()
        for node in nodes_of(module)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and not is_path(node)
    }
    assert {module for module, _ in quotients} <= DIVIDES_FRACTIONS | WIDTHS, quotients


def is_path(node: ast.BinOp) -> bool:
    """A path and the name below it: one side is text, or is called a folder, a root or a path."""
    sides = (node.left, node.right)
    is_text = any(isinstance(side, ast.JoinedStr) or isinstance(getattr(side, "value", None), str) for side in sides)
    return is_text or any(word in ast.unparse(node).lower() for word in ("folder", "root", "path", "parent"))


def test_no_library_of_floats_is_used() -> None:
    for module in modules():
        for node in nodes_of(module):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not FLOATING.intersection(name.partition(".")[0] for name in names), module
