"""What the service center decides about postings: what goes public, what is taken down, and what is said about it."""
