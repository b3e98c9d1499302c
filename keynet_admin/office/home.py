"""The municipality's home: the six steps, open duties, postings."""

from flask import g, url_for
from flask_admin import expose
from flask_login import current_user

from keynet_admin.permissions import Permission
from keynet_admin.services.account import colleagues, viewing
from keynet_admin.services.posting import duties, visits
from keynet_admin.services.posting import home as desk
from keynet_admin.services.posting.balance import balances
from keynet_admin.services.submission import copies
from keynet_admin.vocabulary import OfficeRight
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
        cases, counts, newest = copies.of_organization(actor), desk.counts(actor), desk.newest(actor)
        g.balances = balances(newest)
        return self.render(
            "office/home.html",
            organization=desk.organization_of(actor),
            steps=desk.steps(actor, counts),
            duties=[
                *duties.of_candidates(actor, url_for("office_candidate.index")),
                *duties.of_reports(actor, url_for("office_report.index")),
                *duties.of_postings(actor, url_for("office_posting.index")),
            ],
            waiting=duties.waiting(actor),
            notices=current_user.account.notices,
            newest=newest,
            visits=visits.visits(row.id for row in newest),
            counts=counts,
            people=desk.people(actor),
            tabs=desk.TABS,
            managers=colleagues.holders(actor.organization_id or 0, OfficeRight.manage),
            cases=cases[:CASES],
            more_cases=len(cases) > CASES,
            looks=viewing.recent(actor.organization_id or 0),
        )
