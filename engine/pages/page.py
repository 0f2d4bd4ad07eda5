"""The frame of a page: head, style, and what stands in it."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from importlib.resources import files


def page(title: str, body: Iterable[str], lang: str) -> str:
    """A whole page that needs no script, font or address outside."""
    language = "zh-CN" if lang == "zh" else "en"
    style = files("engine.pages").joinpath("rule_text.css").read_text("utf-8")
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="color-scheme" content="light dark">\n<title>{escape(title)}</title>\n<style>\n{style}</style>\n'
        f"</head>\n<body>\n{''.join(body)}</body>\n</html>\n"
    )
