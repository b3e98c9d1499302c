"""Flask-Admin's create and edit forms for master data: only the named columns, a version check, errors at the fields, nothing of the
database's words. Everything is saved in one transaction with what `on_model_change` adds to it."""

from typing import Any

from flask import abort, current_app, flash, redirect, request, url_for
from flask_admin import expose
from flask_admin.contrib.sqla.form import AdminModelConverter
from flask_admin.model.form import converts
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError
from wtforms import ValidationError

from keynet_admin.errors import KeynetError, StaleVersion
from keynet_admin.extensions import db
from keynet_admin.services.transaction import transaction
from keynet_admin.services.workflow import version_of

TAKEN = "同じものがすでにあるか、ほかで使われているため、保存できませんでした。"
WRONG = "保存できませんでした。入力した内容は残っています。下の項目を直して、もう一度保存してください。"


class FormConverter(AdminModelConverter):
    """Flask-Admin's own choice of fields, which does not know our column type for people's words."""

    @converts("CleanText")  # type: ignore[untyped-decorator]
    def conv_clean_text(self, column: Any, field_args: dict[str, Any], **extra: Any) -> Any:
        """As a plain text column."""
        make = self.conv_String if column.type.length else self.conv_Text
        return make(column=column, field_args=field_args, **extra)


class Editing:
    """The two forms, mixed into `GuardedModelView`. A view opens them by `can_create`, `can_edit` and the methods' rights."""

    model: Any
    model_form_converter = FormConverter

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> Any:
        """The form of a new row."""
        return self._form_page(None)

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> Any:
        """The form of one row; a row outside the scope is not there."""
        row = self.get_one(request.args.get("id", ""))  # type: ignore[attr-defined]
        return self._form_page(row if row is not None else abort(404))

    def on_model_change(self, form: Any, model: Any, is_created: bool) -> None:
        """What belongs to the change: further checks (ValidationError), the audit event. Runs inside its transaction."""

    def _form_page(self, row: Any) -> Any:
        form: Any = self.create_form() if row is None else self.edit_form(obj=row)  # type: ignore[attr-defined]
        notice, code, version = "", 200, getattr(row, "version", 1)
        if request.method == "POST":
            version = version_of(request.form.get("version")) if row is not None else 0
            notice, code = WRONG, 422
            if form.validate():
                try:
                    with transaction():
                        self._save(form, row, version)
                except (KeynetError, ValidationError, IntegrityError) as error:
                    if isinstance(error, IntegrityError):
                        current_app.logger.warning("%s refused by the database: %s", type(self).__name__, type(error.orig).__name__)
                    notice = TAKEN if isinstance(error, IntegrityError) else str(error)
                    code = 409 if isinstance(error, StaleVersion) else 422
                else:
                    flash("保存しました。", "success")
                    return redirect(url_for(".index_view"), 303)
        page = self.render(  # type: ignore[attr-defined]
            "web/form.html", form=form, model=row, version=version, notice=notice, return_url=url_for(".index_view")
        )
        return page, code

    def _save(self, form: Any, row: Any, version: int) -> None:
        """Read the row under its lock, compare its version, fill in the form. Raises StaleVersion for the second of two editors."""
        if row is None:
            saved = self.model()
            form.populate_obj(saved)
            db.session.add(saved)
        else:
            saved = db.session.get(self.model, row.id, populate_existing=True, with_for_update=True)
            if saved is None or saved.version != version:
                raise StaleVersion("変更", "ほかの担当者", None)
            form.populate_obj(saved)
            if any(attribute.history.has_changes() for attribute in inspect(saved).attrs):
                saved.version += 1
        self.on_model_change(form, saved, row is None)
        db.session.flush()
