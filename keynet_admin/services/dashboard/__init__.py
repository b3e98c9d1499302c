"""The desk's first page: what waits, how the promise is kept, and what will come of it at the present pace."""
