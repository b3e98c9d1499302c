"""A posting and a person from receipt to deletion, a page of each area and every job: what a program must be able to do on a database.

Also run by itself, from the folder of another release: `python -m tests.walks.machines.whole_life ADDRESS INSTANCE`, as often as there are pairs.
"""

import sys
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from keynet_admin import jobs
from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, Candidate
from keynet_admin.services.operation.job_table import JOBS
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import CandidateStatus, PostingStatus, Role
from tests import factories
from tests.support.clock import MovableClock
from tests.support.web import Client, application

PAGES = {
    Role.admin: ("/admin/", "/admin/submission/", "/admin/event/", "/admin/account/", "/admin/mail/", "/security"),
    Role.municipality: ("/office/", "/office/candidate/", "/office/posting/"),
    Role.prefecture: ("/prefecture/",),
    Role.partner: ("/partner/",),
}


def live(app: Flask, clock: MovableClock) -> None:
    """Take a case to a public posting, secure a person, read the pages, sign in by password, then let it end and be forgotten by all jobs."""
    client = Client(app, app.response_class, use_cookies=True)
    with app.app_context():
        with transaction():
            posting = factories.posting(PostingStatus.live)
            person = factories.candidate(CandidateStatus.secured, posting=posting)
            item = factories.partner_item(posting)
            accounts = {
                Role.admin: factories.account(Role.admin),
                Role.municipality: factories.account(Role.municipality, organization=posting.organization),
                Role.prefecture: factories.account(Role.prefecture, prefecture_code="45"),
                Role.partner: factories.account(Role.partner, partner_id=item.partner_id),
            }
        number = person.id
        for page in ("/", "/postings/", f"/postings/{posting.posting_no}", "/entry/", "/postings.json", "/healthz"):
            assert client.get(page).status_code == 200, page
        for role, pages in PAGES.items():
            client.sign_in(accounts[role])
            for page in pages:
                assert client.get(page).status_code == 200, page
        visitor = Client(app, app.response_class, use_cookies=True)
        typed = {"email": accounts[Role.municipality].email, "password": factories.PASSWORD}
        assert visitor.post("/login", data=typed).status_code == 303
        names = [job.name for job in JOBS]
        rest = [name for name in names if name != "publish_open_data"]  # each month of which takes as long as all before it
        for days, due in ((100, names), (2 * 366, rest), (2 * 366, rest)):
            clock.advance(days=days)
            db.session.commit()
            for name in due:
                jobs.ACTIONS[name]()
        db.session.expire_all()
        gone = db.session.get(Candidate, number)
        assert gone is None or not gone.email
        assert db.session.execute(select(AuditEvent.id).limit(1)).first() is not None
        db.session.rollback()


def main(arguments: list[str]) -> None:
    """A whole life on each database."""
    for url, instance in zip(arguments[::2], arguments[1::2], strict=True):
        with MovableClock() as clock, application(url, Path(instance), {}) as app:
            live(app, clock)


if __name__ == "__main__":
    main(sys.argv[1:])
