"""Job type and engagement."""
