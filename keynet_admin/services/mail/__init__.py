"""Mails: text, outbox, transport."""
