"""The forms that a municipality has sent, as they were sent: `/office/submission/`."""

from flask_admin import expose
from werkzeug.wrappers import Response

from keynet_admin.permissions import Permission
from keynet_admin.services.submission import copies
from keynet_admin.services.submission import intake as submissions
from keynet_admin.web.actor import current_actor
from keynet_admin.web.file_pages import workbook
from keynet_admin.web.guard import GuardedView


class OfficeSubmissionView(GuardedView):
    """Copies of the body's own forms."""

    permission = Permission.posting_read

    @expose("/")
    def index(self) -> str:
        """All of them, newest first."""
        return self.render("office/submissions.html", cases=copies.of_organization(current_actor()))

    @expose("/<num:id>/")
    def one(self, id: int) -> str:
        """One form, to read and to print."""
        case = copies.own(id, current_actor())
        revision = submissions.current_revision(case)
        return self.render("office/submission.html", case=case, revision=revision, sent=submissions.whole(revision))

    @expose("/<num:id>/form.xlsx")
    def file(self, id: int) -> Response:
        """The same as a workbook."""
        revision = submissions.current_revision(copies.own(id, current_actor()))
        return workbook(copies.file_of(revision), revision.submission.receipt_no)
