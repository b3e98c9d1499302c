"""The forged-request token, for the views that check it themselves so that a bad one shows what was typed again."""

from flask import current_app, request
from flask_wtf.csrf import validate_csrf


def check_token() -> None:
    """Raises wtforms.ValidationError for a missing, old or foreign token of the posted form."""
    if current_app.config.get("WTF_CSRF_ENABLED", True):
        validate_csrf(request.form.get("csrf_token"))
