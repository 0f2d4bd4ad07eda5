"""Two versions of the rules: what differs in meaning, for which cases, and by how much."""
