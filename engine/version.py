"""Which Tiaoli this is."""

VERSION = "0.1.0"
