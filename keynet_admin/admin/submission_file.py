"""`/admin/submission/file`: an operator takes a file of forms into the queue, on request also those with errors, to return them."""

from flask import request
from flask_admin import expose
from werkzeug.wrappers import Response

from keynet_admin.permissions import Permission
from keynet_admin.web import file_pages
from keynet_admin.web.actor import current_actor

PAGES = file_pages.UploadPages(
    "layout/operator.html", "admin_submission.file", "admin_submission.kept_file", "admin_submission.rejects", operator=True
)
RIGHTS = dict.fromkeys(("file", "kept_file", "rejects"), Permission.submission_create)


class FilePages:
    """The two addresses, mixed into the view of the queue."""

    @expose("/file", methods=("GET", "POST"))
    def file(self) -> Response:
        """Choose a file (GET) and have it checked (POST)."""
        return file_pages.check(PAGES, current_actor()) if request.method == "POST" else file_pages.start(PAGES)

    @expose("/file/<key>", methods=("GET", "POST"))
    def kept_file(self, key: str) -> Response:
        """What was found (GET); take it in (POST)."""
        actor = current_actor()
        return file_pages.confirm(PAGES, key, actor) if request.method == "POST" else file_pages.kept(PAGES, key, actor)

    @expose("/file/<key>/rejects")
    def rejects(self, key: str) -> Response:
        """The rows to be mended, as a file."""
        return file_pages.rejects(key, current_actor())
