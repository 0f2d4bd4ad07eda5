"""Which language a person is spoken to in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from engine.cli.environment import from_environment as from_environment

LANGUAGES = ("zh", "en")

Command = TypeVar("Command", bound=Callable[..., Any])


def lang_option(command: Command) -> Command:
    """`--lang zh|en`; without it the environment decides."""
    return click.option(
        "--lang", type=click.Choice(LANGUAGES), default=from_environment, help="语言，缺省依环境 Language"
    )(command)
