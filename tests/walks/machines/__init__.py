"""Several machines before one database, with the configuration of docs/deployment."""
