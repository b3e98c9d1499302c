"""Second factors: how they are kept, enrolled and proven."""
