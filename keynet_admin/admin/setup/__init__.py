"""What administrators set up: days and notices, the use of the entry rules."""
