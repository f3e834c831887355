"""Published tables: Parquet parts, versions that come into force in one step, the DuckDB catalogue."""
