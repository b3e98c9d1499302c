"""What a form shows of itself beside its fields."""
