"""The tables: what the journal and the plans look like as rows, subject by subject."""
