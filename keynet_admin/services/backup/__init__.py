"""Backups: one archive of the database and the instance folder's keys, taken while the program runs, and its way back."""
