"""What decides a dataset's bytes: the configuration, resolved, explained in words and stored."""
