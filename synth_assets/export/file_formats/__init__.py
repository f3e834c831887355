"""Formats of files that many tools read: a file each."""
