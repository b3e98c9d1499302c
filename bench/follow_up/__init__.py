"""The follow-up report and its events, in quantity."""
