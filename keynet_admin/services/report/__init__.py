"""The follow-up report: figures from the events, rounds, confirmations."""
