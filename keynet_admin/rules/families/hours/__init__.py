"""Working hours: shifts and texts about hours."""
