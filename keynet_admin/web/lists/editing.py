"""Flask-Admin's create and edit forms for master data: only the named columns, a version check, errors at the fields, nothing of the
database's words. Everything is saved in one transaction with what `on_model_change` adds to it."""

import hashlib
from collections.abc import Sequence
from typing import Any

from flask import abort, current_app, flash, redirect, request, url_for
from flask_admin import expose
from flask_admin.contrib.sqla.form import AdminModelConverter
from flask_admin.model.form import converts
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError
from wtforms import ValidationError

from keynet_admin.errors import BadVersion, KeynetError, StaleVersion
from keynet_admin.extensions import db
from keynet_admin.services.transaction import transaction
from keynet_admin.services.workflow import stale as stale_of
from keynet_admin.services.workflow import version_of
from keynet_admin.web.actor import REPLACES, WITHOUT_VERSION, unverified

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
    key_columns: Sequence[str] = ()  # what names a row (in its file, too): set when it is added, shown on its form and never changed
    model_form_converter = FormConverter

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> Any:
        """The form of a new row."""
        return self._form_page(None)

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> Any:
        """The form of one row; a row outside the scope is not there."""
        row = self.get_one(request.args.get("id", ""))  # type: ignore[attr-defined]
        return self._form_page(row if row is not None and self.may_edit(row) else abort(404))

    def may_edit(self, _row: Any) -> bool:
        """Whether a row that the reader sees is theirs to change."""
        return True

    def on_model_change(self, form: Any, model: Any, is_created: bool) -> None:
        """What belongs to the change: further checks (ValidationError), the audit event. Runs inside its transaction."""

    def effect(self, _form: Any, _row: Any) -> Sequence[str]:
        """What saving would change elsewhere, in words. While there is something, the form shows it first and is saved when it comes again."""
        return ()

    def _form_page(self, row: Any) -> Any:
        form: Any = self.create_form() if row is None else self.edit_form(obj=row)  # type: ignore[attr-defined]
        fixed = [] if row is None else [(self.label(name), self.value(row, name)) for name in self.key_columns]  # type: ignore[attr-defined]
        for name in self.key_columns if row is not None else ():
            del form[name]
        stale, notice, code, version = None, "", 200, getattr(row, "version", 0)
        effect: Sequence[str] = ()
        if request.method == "POST":
            version, notice, code = request.form.get("version", ""), WRONG, 422
            if problem := unverified():
                notice, code = f"{problem.words}もう一度保存してください。", problem.status
            elif form.validate() and (effect := self.effect(form, row)) and request.form.get("seen") != _seal(effect):
                notice, code = "", 200
            elif form.validate():
                try:
                    with transaction():
                        self._save(form, row, version_of(version) if row is not None else 0)
                except StaleVersion as error:
                    stale, notice, code, version = error, "", 409, row.version
                except BadVersion:
                    notice, code, version = WITHOUT_VERSION, 400, row.version
                except (KeynetError, ValidationError, IntegrityError) as error:
                    if isinstance(error, IntegrityError):
                        current_app.logger.warning("%s refused by the database: %s", type(self).__name__, type(error.orig).__name__)
                    notice = TAKEN if isinstance(error, IntegrityError) else str(error)
                else:
                    flash("保存しました。", "success")
                    return redirect(url_for(".index_view"), 303)
        page = self.render(  # type: ignore[attr-defined]
            "web/form.html",
            form=form,
            model=row,
            fixed=fixed,
            version=version,
            notice=notice,
            stale=stale,
            replaces=REPLACES,
            effect=effect,
            seen=_seal(effect),
            return_url=url_for(".index_view"),
        )
        return page, code

    def _save(self, form: Any, row: Any, version: int) -> None:
        """Read the row under its lock, compare its version, fill in the form. Raises StaleVersion for the second of two editors."""
        if row is None:
            saved = self.model()
            form.populate_obj(saved)
            db.session.add(saved)
        else:
            saved = db.session.get(self.model, row.id, populate_existing=True, with_for_update={"key_share": True})
            if saved is None:
                abort(404)
            if saved.version != version:
                raise stale_of(saved)
            form.populate_obj(saved)
            if any(attribute.history.has_changes() for attribute in inspect(saved).attrs):
                saved.version += 1
        self.on_model_change(form, saved, row is None)
        db.session.flush()


def _seal(effect: Sequence[str]) -> str:
    """Says which effect a form has shown: what came about in between is shown anew."""
    return hashlib.sha256("\n".join(effect).encode()).hexdigest()[:16] if effect else ""
