"""Many claims at once: files in, decisions out, row by row the same as the reference evaluator."""
