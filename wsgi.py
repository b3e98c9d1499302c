"""The WSGI application: `flask --app wsgi …` and `granian --interface wsgi wsgi:app`."""

import sys

from keynet_admin import create_app
from keynet_admin.public.search.listed import read_ahead

app = create_app()
if "granian" in sys.modules:  # a process of the web server, not a command
    read_ahead(app)
