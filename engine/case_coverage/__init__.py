"""Which clauses, figures and checks the cases put to the test: what won in some case, and what never did."""
