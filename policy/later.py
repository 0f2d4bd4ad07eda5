"""Modules that are loaded when something of them is first used: a decision from a compiled policy reads no file."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Later:
    """Stands for a module until one of its names is asked for."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        found = getattr(import_module(self._name), name)
        setattr(self, name, found)  # the next time it is an attribute like any other
        return found
