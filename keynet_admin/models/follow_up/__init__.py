"""What comes after publication: partners who pass postings on, and the report of people secured."""
