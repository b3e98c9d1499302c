"""Machine doors: the entry check for everybody, the postings for partners with a key. They read no cookie and set none."""

from flask import Flask

from keynet_admin.api.entry_check import bp as entry_check
from keynet_admin.api.metrics import bp as metrics
from keynet_admin.api.partner import bp as partner


def init_app(app: Flask) -> None:
    """Register the doors; they carry no cookie, so they need no token against forged forms."""
    for door in (entry_check, metrics, partner):
        app.extensions["csrf"].exempt(door)
        app.register_blueprint(door)
