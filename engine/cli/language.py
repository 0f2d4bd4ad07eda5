"""Which language a person is spoken to in."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

LANGUAGES = ("zh", "en")

Command = TypeVar("Command", bound=Callable[..., Any])


def from_environment() -> str:
    """English where the locale says so, otherwise Chinese."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "en" if value.startswith("en") else "zh"
    return "zh"


def lang_option(command: Command) -> Command:
    """`--lang zh|en`; without it the environment decides."""
    return click.option(
        "--lang", type=click.Choice(LANGUAGES), default=from_environment, help="语言，缺省依环境 Language"
    )(command)
