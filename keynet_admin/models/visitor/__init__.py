"""What is kept of visitors who have no account."""
