"""`/entry/file`: a municipality or a prefecture sends its forms as a file, without an account. `/entry/template.xlsx`: the form as a workbook."""

from flask import Response, request
from werkzeug.wrappers import Response as BaseResponse

from keynet_admin import clock
from keynet_admin.permissions import SENDER
from keynet_admin.services.files.template import template_file
from keynet_admin.web import file_pages

PAGES = file_pages.UploadPages("layout/visitor.html", "intake.file", "intake.kept_file", "intake.rejects")


def file() -> BaseResponse:
    """Choose a file (GET) and have it checked (POST)."""
    closed = file_pages.closed()
    if closed is not None:
        return closed
    if request.method == "POST":
        return file_pages.too_late(PAGES) or file_pages.check(PAGES, SENDER)
    return file_pages.start(PAGES)


def kept_file(key: str) -> BaseResponse:
    """What was found (GET); send it (POST)."""
    if request.method == "POST":
        return file_pages.closed() or file_pages.too_late(PAGES, key) or file_pages.confirm(PAGES, key, SENDER)
    return file_pages.kept(PAGES, key, SENDER)


def rejects(key: str) -> BaseResponse:
    """The rows to be mended, as a file."""
    return file_pages.rejects(key, SENDER)


def template() -> BaseResponse:
    """The Excel template, made from the form's fields."""
    response = Response(template_file(clock.today()), mimetype=file_pages.TEMPLATE_TYPE)
    response.headers["Content-Disposition"] = (
        "attachment; filename=keynet-form.xlsx; filename*=UTF-8''Key-Net%E5%8B%9F%E9%9B%86%E6%83%85%E5%A0%B1.xlsx"
    )
    return response
