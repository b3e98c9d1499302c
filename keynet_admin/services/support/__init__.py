"""What the service center does instead of a shell: rows that were booked on the wrong body, and a person who wants their data deleted."""
