"""The language: text to tree and back, with every mistake told at its place."""
