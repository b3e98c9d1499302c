"""Telephone and paper cases, whose key fields are keyed twice."""
