"""The WSGI application: `flask --app wsgi …` and `granian --interface wsgi wsgi:app`."""

from keynet_admin import create_app

app = create_app()
