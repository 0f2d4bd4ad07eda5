"""The command line: parse arguments, call the façade, print."""

from engine.cli.application import main

__all__ = ["main"]
