"""`tiaoli decide CLAIM.json` from the cache: no module is loaded that the answer does not need.

It handles what is usual and determined, and prints what `engine.cli.decide` would print; everything
else is left to it.
"""

from __future__ import annotations

import sys

from engine.cli.environment import from_environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

OPTIONS = {
    "--region": "region",
    "--treatment-region": "treatment_region",
    "--question": "question",
    "--as-of": "as_of",
    "--rules": "rules",
    "--lang": "lang",
    "--format": "form",
}
_ASKED = ("region", "treatment_region", "question", "as_of", "outputs", "facts")
_CHOICES = {"lang": ("zh", "en"), "form": ("text", "json")}

LIMIT_BYTES = 2_000_000
"""A longer file is not usual."""


def answered(arguments: Sequence[str]) -> bool:
    """Whether the call was `decide` of a plain case and has been answered."""
    call = _call(arguments)
    if call is None:
        return False
    try:
        text = _answer(call)
    except Exception:  # whatever is wrong with the case or the cache is told by the whole command
        return False
    if text is None:
        return False
    _print(text)
    return True


def _call(arguments: Sequence[str]) -> dict[str, Any] | None:
    """The arguments by name, where they are those of a plain call."""
    if len(arguments) < 2 or arguments[0] != "decide":
        return None
    call: dict[str, Any] = {"outputs": []}
    rest = list(arguments[1:])
    while rest:
        word = rest.pop(0)
        name, is_joined, value = word.partition("=")
        if not word.startswith("-"):
            if "facts" in call:
                return None
            call["facts"] = word
            continue
        if not is_joined:
            if not rest:
                return None
            value = rest.pop(0)
        if name == "--output":
            call["outputs"].append(value)
        elif name in OPTIONS:
            call[OPTIONS[name]] = value
        else:
            return None
    is_known = all(call.get(name) in (None, *known) for name, known in _CHOICES.items())
    return call if is_known and str(call.get("facts", "")).endswith(".json") else None


def _answer(call: dict[str, Any]) -> str | None:
    """What is printed, or None where the whole command has to find out."""
    case = _case(call["facts"])
    for name in ("region", "treatment_region", "question", "as_of"):
        case[name] = call.get(name) or case.get(name)
    outputs = tuple(call["outputs"] or case.get("outputs") or ()) or None
    if case["region"] is None or case["question"] is None:
        return None
    from engine.cli.quick_answers import QuickAnswer

    answer = QuickAnswer.found(
        rules_given(call.get("rules")), case["region"], case["treatment_region"], case["question"], outputs
    )
    if answer is None:
        return None
    decided = answer.decided(case["facts"], case["as_of"])
    if decided is None:
        return None
    if call.get("form") == "json":
        return answer.as_json(*decided)
    return answer.as_text(*decided, call.get("lang") or from_environment())


def _case(path: str) -> dict[str, Any]:
    """The case of a file as it is written. Raises where it is not plain JSON."""
    import json

    with open(path, "rb") as file:
        data = file.read(LIMIT_BYTES + 1)
    if len(data) > LIMIT_BYTES:
        raise ValueError(path)
    case = json.loads(
        data.decode("utf-8"), parse_float=_decimal, parse_int=_whole, parse_constant=_refuse, object_pairs_hook=_pairs
    )
    if type(case) is not dict or "facts" not in case or not set(case) <= set(_ASKED):
        raise ValueError(path)
    if any(type(value) is not str for name, value in case.items() if name not in ("facts", "outputs")):
        raise ValueError(path)
    if not all(type(name) is str for name in case.get("outputs", ())):
        raise ValueError(path)
    return case


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _decimal(text: str) -> Any:
    if not text.replace(".", "", 1).removeprefix("-").isdecimal():
        raise ValueError(text)
    from decimal import Decimal

    return Decimal(text)


def _whole(text: str) -> int:
    if len(text) > 18:
        raise ValueError(text)
    return int(text)


def _refuse(text: str) -> None:
    raise ValueError(text)


def rules_given(given: str | None) -> str:
    """The folder of the rules, as `engine.regions.rules_folder` finds it."""
    import os

    if given:
        return given
    if os.path.isdir("rules") and any(
        os.path.isfile(os.path.join("rules", name, "region.yaml")) for name in os.listdir("rules")
    ):
        return "rules"
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    shipped = os.path.join(package, "rules")
    return shipped if os.path.isdir(shipped) else os.path.join(os.path.dirname(package), "rules")


def _print(text: str) -> None:
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.stdout.write(text.removesuffix("\n") + "\n")
    sys.stdout.flush()
