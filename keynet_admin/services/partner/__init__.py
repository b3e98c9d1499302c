"""Postings at those who pass them on: who gets what, the ledger, the feed, answers, people secured there, keys, lateness."""
