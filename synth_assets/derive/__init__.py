"""A table in another language, one language a file. Nothing here is written twice: all of it follows from `Table`."""
