"""One question → one SQL query over a table of claims, for DuckDB and Spark."""
