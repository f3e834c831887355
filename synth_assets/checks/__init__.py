"""Whether the data is what it says: one list of checks, made from a world."""
