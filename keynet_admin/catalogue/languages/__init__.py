"""The catalogue's words in two more languages: English, and plain Japanese with the readings of its characters. Tables only."""
