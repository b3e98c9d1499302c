"""The fields of the form as rows, a file for each part of the form. `catalogue/sections.py` puts them together."""
