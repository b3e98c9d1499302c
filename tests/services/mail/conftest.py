"""Rendering a mail asks for the settings alone, not for a database."""

from collections.abc import Iterator

import pytest
from flask import Flask

from keynet_admin import config


@pytest.fixture
def settings() -> Iterator[config.Settings]:
    """The default settings, as those of the application at work."""
    app, settings = Flask("mail"), config.Settings()
    config.bind(app, settings)
    with app.app_context():
        yield settings
