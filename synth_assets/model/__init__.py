"""The vocabulary every world is written in: tables, columns, draws, calendars and anomaly plans.

Data and pure functions only. Nothing here reads a file, a clock or an environment variable, and nothing
here knows a particular world.
"""
