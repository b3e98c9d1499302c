"""The public table: publishing, cards, search."""
