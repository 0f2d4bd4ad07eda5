"""One direction: text, tree, policy, program, decision, explanation, command line."""

import subprocess
import sys

import pytest

from tests.support.modules import ROOT, imports, modules

FLOORS: dict[str, int] = {
    "policy.dsl.source": 0,
    "policy.codes": 0,
    "policy.diagnostics": 1,
    "policy.dsl": 2,
    "policy": 3,  # the data of a pack: sources, vocabulary, parameters, calendar, and the model they make
    "policy.checking": 4,
    "policy.analysis": 4,
    "policy.loader": 5,
    "policy.export": 5,
    "policy.translation": 5,
    "engine": 6,  # program, lowering, evaluator, decision, and what is asked of decisions
    "engine.explanation": 7,
    "engine.cli": 8,
    "engine.service": 8,
    "engine.__main__": 9,
}
"""Where a module stands: it may use what stands beside or below it. The longest name that fits counts."""

INSIDE_THE_LANGUAGE = {"builder", "comments", "declaration_writer", "expression_builder", "expression_writer", "failure",
                       "grammar", "mistakes", "near_keywords"}  # fmt: skip
"""How text becomes a tree is the language's own business."""

SPEAKS_FOR_ITSELF = {("engine.decision", "engine.explanation")}
"""`decision.explain()` is part of the contract; the renderings are loaded when first asked for."""


def floor(module: str) -> int:
    return FLOORS[max((name for name in FLOORS if f"{module}.".startswith(f"{name}.")), key=len)]


def reached(module: str) -> set[str]:
    """Everything that loading the module loads."""
    found: set[str] = set()
    todo = [module]
    while todo:
        for name in imports(todo.pop()) - found:
            found.add(name)
            todo.append(name)
    return found


@pytest.mark.parametrize("module", modules())
def test_a_module_uses_only_what_stands_beside_or_below_it(module: str) -> None:
    upwards = {name for name in imports(module) | imports(module, late=True) if floor(name) > floor(module)}
    assert {(module, name) for name in upwards} <= SPEAKS_FOR_ITSELF


@pytest.mark.parametrize("module", [name for name in modules() if name.split(".")[0] == "policy"])
def test_the_policy_never_knows_the_engine(module: str) -> None:
    used = imports(module) | imports(module, late=True) | imports(module, typing=True)
    assert not {name for name in used if name.split(".")[0] != "policy"}


@pytest.mark.parametrize("module", modules())
def test_no_module_loads_itself_in_a_circle(module: str) -> None:
    assert module not in reached(module)


@pytest.mark.parametrize("module", modules())
def test_an_import_in_a_function_hides_no_circle(module: str) -> None:
    circles = {(module, name) for name in imports(module, late=True) if module in reached(name)}
    assert circles <= SPEAKS_FOR_ITSELF


@pytest.mark.parametrize("module", modules())
def test_only_a_part_names_its_whole_for_the_type_checker(module: str) -> None:
    for whole in imports(module, typing=True):
        assert module in imports(whole) or floor(whole) < floor(module), f"{module} names {whole}"


@pytest.mark.parametrize("module", [name for name in modules() if not name.startswith("policy.dsl")])
def test_outside_the_language_only_its_rooms_for_guests_are_used(module: str) -> None:
    used = imports(module) | imports(module, late=True)
    assert not {name for name in used if name.removeprefix("policy.dsl.") in INSIDE_THE_LANGUAGE}


@pytest.mark.parametrize("module", [name for name in modules() if not name.startswith("engine.cli")])
def test_nothing_but_the_entry_point_uses_the_command_line(module: str) -> None:
    used = {name for name in imports(module) | imports(module, late=True) if name.startswith("engine.cli")}
    assert not used or module == "engine.__main__"


def test_to_decide_no_terminal_library_is_loaded() -> None:
    """`import engine` costs only what one decision needs."""
    command = "import sys, engine; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    result = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, cwd=ROOT, check=True)
    loaded = set(result.stdout.split())
    assert "engine" in loaded
    assert not loaded & {"click", "rich", "tabulate", "hypothesis", "pytest", "z3", "duckdb", "numpy", "starlette"}
