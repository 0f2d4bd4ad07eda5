"""The reference task in other rule engines, each as its own guide would write it."""
