"""The municipality's home: the six steps, open duties, postings."""

from flask_admin import expose

from keynet_admin.permissions import Permission
from keynet_admin.services.posting import home as desk
from keynet_admin.services.submission import copies
from keynet_admin.web.actor import current_actor
from keynet_admin.web.guard import GuardedIndex

CASES = 3  # copies of forms on the home page; the others have a page of their own


class OfficeHomeView(GuardedIndex):
    """`/office/`."""

    permission = Permission.posting_read

    @expose("/")
    def index(self) -> str:
        """Steps, duties, the newest postings."""
        actor = current_actor()
        cases = copies.of_organization(actor)
        return self.render(
            "office/home.html",
            organization=desk.organization_of(actor),
            steps=desk.steps(actor),
            duties=desk.duties(actor),
            newest=desk.newest(actor),
            counts=desk.counts(actor),
            tabs=desk.TABS,
            cases=cases[:CASES],
            more_cases=len(cases) > CASES,
        )
