"""The entry rules, one file or folder a family."""
