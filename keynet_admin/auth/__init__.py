"""Sign-in: passwords and links (`pages`), the second step (`second`), and each person's own page about it (`security`)."""

from flask import Flask

from keynet_admin.auth import pages, second, security


def init_app(app: Flask) -> None:
    """Register the pages and the loader of signed-in people."""
    pages.init_app(app)
    for part in (second, security):
        app.register_blueprint(part.blueprint)
