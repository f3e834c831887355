"""Judging what was published, with DuckDB over the files; imports nothing that generates."""
