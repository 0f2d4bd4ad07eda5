"""Pages about rules, each one file that needs nothing else."""
