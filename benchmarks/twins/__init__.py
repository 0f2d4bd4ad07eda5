"""The reference task as a good engineer writes it by hand."""
