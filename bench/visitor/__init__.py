"""Measures of the visitors' pages beside the list itself."""
