"""A decision in words: text, Markdown, HTML, JSON; in Chinese or English; for patient, clerk or auditor."""

from engine.explanation.process_info import setl_proc_info
from engine.explanation.rendering import render

__all__ = ["render", "setl_proc_info"]
