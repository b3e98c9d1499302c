"""Characters and texts of any field."""
