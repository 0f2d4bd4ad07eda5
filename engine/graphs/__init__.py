"""Pictures of the law: what displaces what in a rule, and what an answer rests on."""
