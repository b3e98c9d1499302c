"""Alerts: who wants which new postings by mail, and when each is told, ends and is forgotten."""
