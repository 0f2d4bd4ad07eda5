"""What the environment says of the person at the terminal."""

from __future__ import annotations

import os


def from_environment() -> str:
    """English where the locale says so, otherwise Chinese."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "en" if value.startswith("en") else "zh"
    return "zh"
