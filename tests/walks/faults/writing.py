"""The program's writing requests, each ready to be sent: what must be there once however often the process dies under it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from flask import Flask
from sqlalchemy import select

from keynet_admin import clock
from keynet_admin.catalogue import reference
from keynet_admin.extensions import db
from keynet_admin.models import Organization, OutboxMail
from keynet_admin.permissions import SYSTEM, Actor
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.account.session import actor_of
from keynet_admin.services.partner import keys, ledger
from keynet_admin.services.submission import review
from keynet_admin.vocabulary import CandidateStatus, PartnerKind, PostingStatus, Role, SubmissionStatus
from tests import factories
from tests.intake.build import FORM, pairs
from tests.intake.test_apply import PERSON, hidden
from tests.services.files.workbooks import csv_text, town
from tests.support.web import Client

NEW = "tanima no hana ga saku 5"


@dataclass(frozen=True)
class Request:
    """One POST. `good` are the statuses of an answer that says: done."""

    client: Client
    path: str
    sent: dict[str, Any]
    good: tuple[int, ...] = (200, 303)

    def send(self) -> int:
        """Send it; the status of the answer."""
        return int(self.client.post(self.path, **self.sent).status_code)


class Preparing:
    """Makes what a request needs: each time rows of another body."""

    def __init__(self, app: Flask) -> None:
        """Begin with the first town."""
        self.app = app
        self.bodies: Iterator[reference.Municipality] = (m for m in reference.municipalities() if m.kind in ("city", "core_city"))
        self.number = 0

    def next(self) -> int:
        """A number that no request had before."""
        self.number += 1
        return self.number

    def client(self, who: Any = None) -> Client:
        """A browser, signed in as an account or as a new one of a role."""
        client = Client(self.app, self.app.response_class, use_cookies=True)
        if who is not None:
            client.sign_in(who)
        return client

    def changes(self) -> dict[str, Any]:
        """What makes the form that of the next body."""
        body = next(self.bodies)
        mail = f"vaccine{body.code6}@{factories.own_host(body.code6)}"
        words = {"lg_code": body.code6, "org_name": body.name, "org_address": f"{body.name}本町1番1号"}
        own = {f"organization.{name}": value for name, value in words.items()}
        return own | {"contact.contact_email": mail, "contact.contact_email2": mail, "postings.0.venue_city": body.code6}

    def organization(self) -> Organization:
        """The next body, as stored."""
        body = next(self.bodies)
        return factories.make_organization(body.code6, body.name)

    def case(self, state: SubmissionStatus = SubmissionStatus.received) -> Any:
        """A case of the next body."""
        return factories.submission(state, self.changes())

    def posting(self, state: PostingStatus = PostingStatus.live, **changes: Any) -> Any:
        """A posting of the next body."""
        return factories.posting(state, changes, organization=self.organization())

    def officer(self, of: Organization) -> Client:
        """A browser of the body's account."""
        return self.client(factories.account(Role.municipality, organization=of))


def mailed(name: str = "link") -> str:
    """What the newest mail carries sealed; of a link its path."""
    sealed = db.session.execute(select(OutboxMail.sealed).order_by(OutboxMail.id.desc()).limit(1)).scalar_one()
    return str((sealed or {})[name]).removeprefix("http://127.0.0.1:8000")


def entry(made: Preparing) -> Request:
    """A municipality sends its form."""
    given = pairs(factories.document(made.changes()), ("do", "send"), key=f"one-time-key-of-a-kill-{made.next():04d}")
    return Request(made.client(), "/entry/", {"data": _body(given), "content_type": FORM})


def resubmission(made: Preparing) -> Request:
    """It sends the form again after a return."""
    changes = made.changes()
    case = factories.submission(changes=changes)
    review.return_(case, factories.actor(), seen_version=case.version, message="ご確認をお願いします。", items=[])
    given = pairs(factories.document(changes), ("do", "send"), ("message", "直しました。"), key=f"one-time-key-of-a-kill-{made.next():04d}")
    return Request(made.client(), mailed(), {"data": _body(given), "content_type": FORM})


def file(made: Preparing) -> Request:
    """It sends a checked file of two forms."""
    client = made.client()
    content = csv_text([town(made.next()), town(made.next())]).encode()
    answer = client.post("/entry/file", data={"file": (BytesIO(content), "forms.csv")}, content_type="multipart/form-data")
    return Request(client, answer.headers["Location"], {"data": {"do": "send", "leave": []}})


def accept(made: Preparing) -> Request:
    """An operator accepts."""
    return _decision(made, "accept")


def give_back(made: Preparing) -> Request:
    """An operator returns."""
    return _decision(made, "return", reason="次の項目をご確認ください。")


def publish(made: Preparing) -> Request:
    """A municipality publishes."""
    posting = made.posting(PostingStatus.draft)
    return Request(made.officer(posting.organization), f"/office/posting/{posting.id}/publish", _data(version=posting.version))


def close(made: Preparing) -> Request:
    """A municipality closes a posting."""
    posting = made.posting()
    return Request(made.officer(posting.organization), f"/office/posting/{posting.id}/close", _data(version=posting.version))


def apply(made: Preparing) -> Request:
    """A nurse applies without an account."""
    posting, client = made.posting(), made.client()
    address = f"/postings/{posting.posting_no}/apply"
    filled = {**hidden(client.get(address)), **PERSON, "email": f"sakura{made.next()}@mail.example", "do": "confirm"}
    checked = client.post(address, data=filled, follow_redirects=True)
    return Request(client, address, {"data": hidden(checked) | {"do": "send"}})


def stage(made: Preparing) -> Request:
    """A municipality takes a person into its selection."""
    return _person(made, CandidateStatus.seen, "select")


def secure(made: Preparing) -> Request:
    """A municipality secures a person."""
    return _person(made, CandidateStatus.offered, "secure")


def receipt(made: Preparing) -> Request:
    """A partner confirms what it took."""
    return _partner(made, "receipts", lambda line: {"sequence": line["sequence"], "status": "acknowledged"})


def report_secured(made: Preparing) -> Request:
    """A partner reports whom it found."""
    return _partner(made, "secured", lambda _line: {"key": "referral-7", "count": 1, "on": clock.today().isoformat()})


def confirm_report(made: Preparing) -> Request:
    """A municipality confirms the figures of its report."""
    body = made.organization()
    report = factories.report(body)
    return Request(made.officer(body), f"/office/report/{report.id}/confirm", _data(version=report.version))


def first_login(made: Preparing) -> Request:
    """A municipality's account begins. Pressed again after it was done, the link is used up and says so."""
    number = made.next()
    accounts.issue(made.organization(), f"yobo{number}@city.ome.example", "見本 一郎", SYSTEM)
    return Request(made.client(), mailed(), _data(password=NEW, password2=NEW), (303, 410))


def password(made: Preparing) -> Request:
    """Somebody changes a password. Pressed again after it was done, the old one is wrong, or the session is over."""
    client = made.client(factories.account(Role.operator))
    return Request(client, "/password", _data(current=factories.PASSWORD, password=NEW, password2=NEW), (303, 422))


FLOWS: dict[str, Callable[[Preparing], Request]] = {
    made.__name__: made
    for made in (
        *(entry, resubmission, file, accept, give_back, publish, close, apply, stage, secure),
        *(receipt, report_secured, confirm_report, first_login, password),
    )
}


def _body(given: list[tuple[str, str]]) -> bytes:
    from urllib.parse import urlencode

    return urlencode(given).encode()


def _data(**values: Any) -> dict[str, Any]:
    return {"data": values}


def _decision(made: Preparing, name: str, **values: Any) -> Request:
    case = made.case()
    return Request(made.client(Role.operator), f"/admin/submission/{case.id}/{name}", _data(version=case.version, **values))


def _person(made: Preparing, state: CandidateStatus, name: str) -> Request:
    posting = made.posting()
    account = factories.account(Role.municipality, organization=posting.organization)
    by: Actor = actor_of(account)
    person = factories.candidate(state, {"email": f"sakura{made.next()}@mail.example"}, posting=posting, by=by)
    return Request(made.client(account), f"/office/candidate/{person.id}/{name}", _data(version=person.version, do=name))


def _partner(made: Preparing, path: str, row: Callable[[Any], dict[str, Any]]) -> Request:
    posting = made.posting(share_nc=True, headcount=3)
    center = factories.partner(PartnerKind.nurse_center)
    ledger.refill(center)  # as whoever makes a partner active does
    secret = keys.issue(center, factories.actor(Role.lead)).secret
    client, headers = made.client(), {"Authorization": f"Bearer {secret}"}
    (line,) = (x for x in client.get("/partner/v1/postings", headers=headers).get_json()["items"] if x["posting_no"] == posting.posting_no)
    return Request(client, f"/partner/v1/{path}", {"json": [{"posting_no": posting.posting_no, **row(line)}], "headers": headers}, (200,))
