"""A Program made fast: the same meaning as the reference evaluator, or a refusal by name."""
