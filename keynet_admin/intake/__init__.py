"""Who writes without an account: the application form, re-entry after a return, the question about a case's status; a candidate's own page; alerts."""

from flask import Flask

from keynet_admin.intake import alert, apply, my
from keynet_admin.intake.code import type_code
from keynet_admin.intake.entry import blueprint, entry, reentry
from keynet_admin.intake.file import file, kept_file, rejects, template
from keynet_admin.intake.status import status, status_file

# Once, at import: a blueprint that is registered already takes no more addresses, and tests make many applications.
blueprint.add_url_rule("/status", view_func=status, methods=("GET", "POST"))
blueprint.add_url_rule("/code", view_func=type_code, methods=("GET", "POST"))
blueprint.add_url_rule("/status/form.xlsx", view_func=status_file)
blueprint.add_url_rule("/file", view_func=file, methods=("GET", "POST"))
blueprint.add_url_rule("/file/<key>", view_func=kept_file, methods=("GET", "POST"))
blueprint.add_url_rule("/file/<key>/rejects", view_func=rejects)
blueprint.add_url_rule("/template.xlsx", view_func=template)


def init_app(app: Flask) -> None:
    """Register the pages. They check their tokens themselves, so that after a bad one what was typed is shown again."""
    app.register_blueprint(blueprint)
    app.register_blueprint(apply.blueprint)
    for name in ("apply", "ask"):
        app.extensions["csrf"].exempt(app.view_functions[f"apply.{name}"])
    for view in (entry, reentry, status, type_code, file, kept_file):
        app.extensions["csrf"].exempt(view)
    app.register_blueprint(alert.blueprint)
    app.extensions["csrf"].exempt(alert.blueprint)
    app.register_blueprint(my.blueprint)
    app.extensions["csrf"].exempt(my.blueprint)
