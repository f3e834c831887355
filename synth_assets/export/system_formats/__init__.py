"""How what a world says to others' systems is written: a file each."""
