"""`/prefecture/file`: one file with the forms of many bodies of the prefecture, checked first; each body gets its receipt and its mail."""

from flask import request
from flask_admin import expose
from werkzeug.wrappers import Response

from keynet_admin.permissions import Permission
from keynet_admin.web import file_pages
from keynet_admin.web.actor import current_actor

PAGES = file_pages.UploadPages("layout/prefecture.html", "prefecture.file", "prefecture.kept_file", "prefecture.rejects", prefecture=True)
RIGHTS = dict.fromkeys(("file", "kept_file", "rejects"), Permission.prefecture_write)


class PrefectureFilePages:
    """The three addresses, mixed into the home view."""

    @expose("/file", methods=("GET", "POST"))
    def file(self) -> Response:
        """Choose a file (GET) and have it checked (POST)."""
        if (closed := file_pages.closed()) is not None:
            return closed
        return file_pages.check(PAGES, current_actor()) if request.method == "POST" else file_pages.start(PAGES)

    @expose("/file/<key>", methods=("GET", "POST"))
    def kept_file(self, key: str) -> Response:
        """What was found (GET); send it (POST)."""
        if request.method != "POST":
            return file_pages.kept(PAGES, key, current_actor())
        return file_pages.closed() or file_pages.confirm(PAGES, key, current_actor())

    @expose("/file/<key>/rejects")
    def rejects(self, key: str) -> Response:
        """The rows to be mended, as a file."""
        return file_pages.rejects(key, current_actor())
