"""Boundary cases for a rule: what an analyst should look at, found and answered by the engine, never confirmed by it."""
