"""Social and accident insurance."""
