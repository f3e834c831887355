"""What the tables of a user say about the user: five kinds of signals, and the personas that follow."""
