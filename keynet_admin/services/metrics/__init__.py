"""Numbers for a monitoring system, in the text form of Prometheus: requests of all processes, and what waits in the database."""
