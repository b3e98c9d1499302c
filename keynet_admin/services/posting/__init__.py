"""Postings: drafts, publication, lists."""
