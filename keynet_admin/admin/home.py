"""The service center's first page: what waits, in numbers that lead to the rows."""

from flask_admin import expose

from keynet_admin.permissions import Permission
from keynet_admin.services import overview
from keynet_admin.web.guard import GuardedIndex


class HomeView(GuardedIndex):
    """`/admin/`."""

    permission = Permission.submission_read

    @expose("/")
    def index(self) -> str:
        """The state of the service in one look."""
        return self.render("admin/home.html", state=overview.now())
