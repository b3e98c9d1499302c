"""The municipality's home: the six steps, open duties, postings."""

from flask_admin import expose

from keynet_admin.backoffice.actor import current_actor
from keynet_admin.backoffice.base import GuardedIndex
from keynet_admin.permissions import Permission
from keynet_admin.services import desk


class HomeView(GuardedIndex):
    """`/office/`."""

    permission = Permission.posting_read

    @expose("/")
    def index(self) -> str:
        """Steps, duties, the newest postings."""
        actor = current_actor()
        return self.render(
            "office/home.html",
            organization=desk.organization_of(actor),
            steps=desk.steps(actor),
            duties=desk.duties(actor),
            found=desk.postings(actor),
            tabs=desk.TABS,
        )
