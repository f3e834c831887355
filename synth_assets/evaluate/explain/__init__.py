"""The story of one row: its chain, what is wrong with it, and what the clean twin holds in its place."""
