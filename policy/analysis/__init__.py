"""What can be found out about a policy without a case."""
