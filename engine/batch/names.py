"""The columns that tell rows apart: the claim's own name, and while parts are being made its number in the file."""

ID, NUMBER = "id", "row"
