"""What the labels mean for a detector: what it caught, what it missed and what that cost."""
