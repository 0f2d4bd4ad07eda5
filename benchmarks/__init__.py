"""How fast and how exact: the reference task beside hand-written twins and peers."""
