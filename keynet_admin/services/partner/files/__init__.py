"""What partners take and send as files: the table of their postings, Shift_JIS, reports of secured people."""
