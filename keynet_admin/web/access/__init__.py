"""Who comes in and who is refused: the sign-in, and the log of what failed."""
