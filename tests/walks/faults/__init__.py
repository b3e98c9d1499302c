"""Faults on purpose: processes killed at their commits, databases, queues, mail servers and clocks that fail. `make faults` prints a table."""
