"""Real servers and tools for the tests: PostgreSQL, Valkey, SMTP, Chromium, the web server."""
