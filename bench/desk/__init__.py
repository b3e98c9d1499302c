"""The service center: its queue, telephone desk and first page, and the day of the circular."""
