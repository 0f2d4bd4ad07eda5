"""What rests on what in a region's law: provisions, figures, facts, rules, questions and their links."""
