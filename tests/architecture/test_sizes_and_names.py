"""Files and functions that fit in a head, under names that say what they are for."""

import ast

from tests.support.modules import ROOT, functions, modules, tree_of

LONGEST_FILE, LONGEST_FUNCTION, LONGEST_ARM = 400, 50, 3
NO_NAMES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "misc",
    "manager",
    "handler",
    "base",
    "data",
    "info",
    "process",
}


def test_a_file_has_at_most_400_lines() -> None:
    files = [*modules().values(), *(ROOT / "tests").rglob("*.py")]
    lines = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in files}
    assert not {name: count for name, count in lines.items() if count > LONGEST_FILE}


def test_a_function_has_at_most_50_lines_unless_it_is_a_table() -> None:
    long = {
        f"{module}.{item.name}": length(item)
        for module in modules()
        for item in functions(module)
        if length(item) > LONGEST_FUNCTION and not is_table(item)
    }
    assert not long


def length(item: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (item.end_lineno or item.lineno) - item.lineno + 1


def is_table(item: ast.AST) -> bool:
    """One `match` over all kinds of node, whose arms are short, is a table and may be longer."""
    arms = [arm for node in ast.walk(item) if isinstance(node, ast.Match) for arm in node.cases]
    lines = [(arm.body[-1].end_lineno or 0) - arm.body[0].lineno + 1 for arm in arms]
    return bool(lines) and max(lines) <= LONGEST_ARM


def test_a_module_says_what_it_is() -> None:
    assert not [module for module in modules() if not ast.get_docstring(tree_of(module))]


def test_no_module_is_called_by_an_empty_word() -> None:
    assert not [module for module in modules() if NO_NAMES.intersection(module.split("."))]
