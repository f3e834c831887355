"""Making a world: its blocks, by whichever engine, into files or memory."""
