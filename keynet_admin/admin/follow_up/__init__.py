"""The follow-up of postings for the service center: what came of them."""
