"""Judging what was published, with DuckDB over the files; shares no code with generation."""
