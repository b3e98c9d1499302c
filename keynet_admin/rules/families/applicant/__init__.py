"""Rules about who applies for a posting or asks about it (APP)."""
