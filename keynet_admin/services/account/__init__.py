"""Accounts: issue, first login, password, sessions, rate limits on secrets."""
