"""A table in another language, one language a file; all of it follows from `Table`."""
