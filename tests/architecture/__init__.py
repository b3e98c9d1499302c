"""The rules of the source, held by tests that read the source."""
