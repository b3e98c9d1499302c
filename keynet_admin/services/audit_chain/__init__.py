"""The chain over the audit log: each event is sealed in the transaction that writes it, and anybody can verify the whole."""
