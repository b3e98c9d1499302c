"""The desk's numbers and their outlook."""
