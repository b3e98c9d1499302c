"""What operators do about a case beside deciding it, and what follows for its clock and its re-entry."""
