"""Pay: rows, amounts, texts, minimum wage."""
