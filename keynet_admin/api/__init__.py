"""Machine doors without a sign-in. They read no cookie, set none and store nothing."""

from flask import Flask

from keynet_admin.api.entry_check import bp as entry_check
from keynet_admin.extensions import csrf


def init_app(app: Flask) -> None:
    """Register the doors; they carry no cookie, so they need no token against forged forms."""
    csrf.exempt(entry_check)
    app.register_blueprint(entry_check)
