"""The only code that knows Dagster: tables as assets, checks, the catalogue, the schedule, plots."""
