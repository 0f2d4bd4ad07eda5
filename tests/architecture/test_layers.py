"""One direction: text, tree, policy, program, decision, explanation, command line."""

import subprocess
import sys

from tests.support.modules import ROOT, imports, modules

FLOORS: dict[str, int] = {
    "policy.dsl.source": 0,
    "policy.dsl.widths": 0,
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
    "engine.dependencies": 7,  # what rests on what, under the names that explanations use
    "engine.impact": 7,
    "engine.graphs": 7,
    "engine.cli": 8,
    "engine.service": 8,
    "engine.__main__": 9,
}
"""Where a module stands: it may use what stands beside or below it. The longest name that fits counts."""

INSIDE_THE_LANGUAGE = {
    "builder",
    "comments",
    "declaration_writer",
    "expression_builder",
    "failure",
    "grammar",
    "mistakes",
}
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


def every_import(module: str) -> set[str]:
    return imports(module) | imports(module, late=True)


def test_a_module_uses_only_what_stands_beside_or_below_it() -> None:
    upwards = {(name, used) for name in modules() for used in every_import(name) if floor(used) > floor(name)}
    assert upwards <= SPEAKS_FOR_ITSELF


def test_the_policy_never_knows_the_engine() -> None:
    for name in modules():
        if name.split(".")[0] == "policy":
            used = every_import(name) | imports(name, typing=True)
            assert {part.split(".")[0] for part in used} <= {"policy"}, name


def test_nothing_knows_the_tests() -> None:
    assert not [name for name in modules() if any(used.startswith("tests") for used in every_import(name))]


def test_no_module_loads_itself_in_a_circle() -> None:
    assert not [name for name in modules() if name in reached(name)]


def test_an_import_in_a_function_hides_no_circle() -> None:
    circles = {(name, used) for name in modules() for used in imports(name, late=True) if name in reached(used)}
    assert circles <= SPEAKS_FOR_ITSELF


def test_only_a_part_names_its_whole_for_the_type_checker() -> None:
    named = {(name, whole) for name in modules() for whole in imports(name, typing=True)}
    fronts = {
        (name, whole) for name, whole in named if whole.startswith(f"{name}.")
    }  # a package names what it hands on
    late = {
        (name, whole) for name, whole in named if whole in imports(name, late=True)
    }  # and all may, what they load later
    upwards = {(name, whole) for name, whole in named - fronts - late if floor(whole) >= floor(name)}
    assert not {(name, whole) for name, whole in upwards if name not in reached(whole)}


def test_outside_the_language_only_its_rooms_for_guests_are_used() -> None:
    guests = [name for name in modules() if not name.startswith("policy.dsl")]
    used = {(name, room.removeprefix("policy.dsl.")) for name in guests for room in every_import(name)}
    assert not {(name, room) for name, room in used if room in INSIDE_THE_LANGUAGE}


def test_nothing_but_the_entry_point_uses_the_command_line() -> None:
    others = [name for name in modules() if not name.startswith("engine.cli") and name != "engine.__main__"]
    assert not [name for name in others if any(used.startswith("engine.cli") for used in every_import(name))]


def test_to_decide_no_terminal_library_is_loaded() -> None:
    """`import engine` costs only what one decision needs."""
    command = "import sys, engine; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    result = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, cwd=ROOT, check=True)
    loaded = set(result.stdout.split())
    assert "engine" in loaded
    assert not loaded & {"click", "rich", "tabulate", "hypothesis", "pytest", "z3", "duckdb", "numpy", "starlette"}
