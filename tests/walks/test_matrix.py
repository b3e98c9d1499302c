"""Every route × every kind of visitor gives what this table says; a route that is not in the table fails."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin.models import Account, Organization, OutboxMail, Submission
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.submission import review
from keynet_admin.vocabulary import PostingStatus, Role
from tests import factories
from tests.support.web import Client

VISITORS = ("nobody", "operator", "lead", "admin", "own", "other")

# What each kind of visitor gets, in the order of VISITORS. 302 for nobody = to the sign-in page.
ALL = (200,) * 6
STAFF_GET = (302, 200, 200, 200, 403, 403)
STAFF_POST = (403, 400, 400, 400, 403, 403)  # 400: allowed in, and the missing `version` is noticed
STAFF_OWN = (403, 303, 303, 303, 403, 403)  # a saved view without a name: back to the list, which says so
STAFF_NONE = (403, 404, 404, 404, 403, 403)  # nobody has saved a view
LEAD_GET = (302, 403, 200, 200, 403, 403)
LEAD_POST = (403, 403, 400, 400, 403, 403)
ADMIN_GET = (302, 403, 403, 200, 403, 403)
ADMIN_POST = (403, 403, 403, 303, 403, 403)  # nothing was sent: nothing changes
OFFICE_GET = (302, 403, 403, 403, 200, 200)
OWN_GET = (302, 403, 403, 403, 200, 404)
OWN_POST = (403, 403, 403, 403, 400, 404)
GONE = (410,) * 6
KEPT = (303,) * 6  # kept as a draft; the page that follows says what is missing
NO_DRAFT = (302,) * 6  # nothing to confirm or to choose between: to the form

ROUTES: dict[tuple[str, str], tuple[int, ...]] = {
    ("GET", "/"): ALL,
    ("GET", "/accessibility"): ALL,
    ("GET", "/flow"): ALL,
    ("GET", "/privacy"): ALL,
    ("GET", "/terms"): ALL,
    ("GET", "/rules"): ALL,
    ("GET", "/robots.txt"): ALL,
    ("GET", "/sitemap.xml"): ALL,
    ("GET", "/healthz"): ALL,
    ("GET", "/readyz"): ALL,
    ("GET", "/postings/"): ALL,
    ("GET", "/postings/<posting_no>"): ALL,
    ("GET", "/postings.atom"): ALL,
    ("GET", "/postings.json"): ALL,
    ("GET", "/static/<path:filename>"): ALL,
    ("POST", "/api/entry-check"): (415,) * 6,
    ("GET", "/entry/"): ALL,
    ("POST", "/entry/"): KEPT,
    ("GET", "/entry/confirm"): NO_DRAFT,
    ("GET", "/entry/copies"): NO_DRAFT,
    ("GET", "/entry/done/<key>"): (404,) * 6,
    ("GET", "/entry/done/<key>/form.xlsx"): (404,) * 6,
    ("GET", "/entry/status/form.xlsx"): NO_DRAFT,
    ("GET", "/entry/<token>"): ALL,
    ("POST", "/entry/<token>"): KEPT,
    ("GET", "/entry/<token>/confirm"): NO_DRAFT,
    ("GET", "/entry/<token>/copies"): NO_DRAFT,
    ("GET", "/entry/file"): ALL,
    ("POST", "/entry/file"): KEPT,
    ("GET", "/entry/file/<key>"): (404,) * 6,
    ("POST", "/entry/file/<key>"): (404,) * 6,
    ("GET", "/entry/template.xlsx"): ALL,
    ("GET", "/entry/code"): ALL,
    ("POST", "/entry/code"): (303,) * 6,
    ("GET", "/entry/status"): ALL,
    ("POST", "/entry/status"): KEPT,
    ("GET", "/login"): (200, 303, 303, 303, 303, 303),
    ("POST", "/login"): (422, 303, 303, 303, 303, 303),
    ("POST", "/logout"): (303, 303, 303, 303, 303, 303),
    ("GET", "/first-login"): ALL,
    ("POST", "/first-login"): (422,) * 6,
    ("GET", "/first-login/<token>"): (404,) * 6,
    ("POST", "/first-login/<token>"): (404,) * 6,
    ("POST", "/first-login/<token>/renew"): (404,) * 6,
    ("GET", "/password"): ALL,
    ("POST", "/password"): (422,) * 6,
    ("GET", "/password/forgot"): ALL,
    ("POST", "/password/forgot"): (422,) * 6,
    ("GET", "/password/reset/<token>"): (404,) * 6,
    ("POST", "/password/reset/<token>"): (404,) * 6,
    ("GET", "/admin/"): STAFF_GET,
    ("GET", "/admin/submission/"): STAFF_GET,
    ("GET", "/admin/submission/next"): (302, 302, 302, 302, 403, 403),
    ("GET", "/admin/submission/file"): STAFF_GET,
    ("POST", "/admin/submission/file"): (403, 303, 303, 303, 403, 403),
    ("GET", "/admin/submission/file/<key>"): (302, 404, 404, 404, 403, 403),
    ("POST", "/admin/submission/file/<key>"): (403, 404, 404, 404, 403, 403),
    ("GET", "/admin/submission/<num:id>/"): STAFF_GET,
    ("GET", "/admin/submission/<num:id>/deadline"): STAFF_GET,
    ("POST", "/admin/submission/<num:id>/take"): STAFF_POST,
    ("POST", "/admin/submission/<num:id>/leave"): STAFF_POST,
    ("POST", "/admin/submission/<num:id>/clear"): STAFF_POST,
    ("GET", "/admin/submission/<num:id>/accept"): STAFF_GET,
    ("POST", "/admin/submission/<num:id>/accept"): STAFF_POST,
    ("GET", "/admin/submission/<num:id>/call_back"): STAFF_GET,
    ("POST", "/admin/submission/<num:id>/call_back"): STAFF_POST,
    ("GET", "/admin/submission/<num:id>/ask_second"): STAFF_GET,
    ("POST", "/admin/submission/<num:id>/ask_second"): STAFF_POST,
    ("GET", "/admin/submission/<num:id>/return"): STAFF_GET,
    ("POST", "/admin/submission/<num:id>/return"): STAFF_POST,
    ("GET", "/admin/submission/<num:id>/resend"): STAFF_GET,
    ("POST", "/admin/submission/<num:id>/resend"): STAFF_POST,
    ("GET", "/admin/submission/<num:id>/extend"): STAFF_GET,
    ("POST", "/admin/submission/<num:id>/extend"): STAFF_POST,
    ("GET", "/admin/submission/<num:id>/key_in"): STAFF_GET,
    ("POST", "/admin/submission/<num:id>/key_in"): STAFF_POST,
    ("GET", "/admin/submission/<num:id>/readdress"): STAFF_GET,
    ("POST", "/admin/submission/<num:id>/readdress"): STAFF_POST,
    ("GET", "/admin/submission/<num:id>/read_code"): STAFF_GET,
    ("POST", "/admin/submission/<num:id>/read_code"): STAFF_POST,
    ("GET", "/admin/submission/<num:id>/code"): (302, 302, 302, 302, 403, 403),
    ("GET", "/admin/submission/<num:id>/tell"): STAFF_GET,
    ("POST", "/admin/submission/<num:id>/tell"): STAFF_POST,
    ("GET", "/admin/submission/<num:id>/reject"): STAFF_GET,
    ("POST", "/admin/submission/<num:id>/reject"): STAFF_POST,
    ("GET", "/admin/submission/<num:id>/reopen"): STAFF_GET,
    ("POST", "/admin/submission/<num:id>/reopen"): STAFF_POST,
    ("GET", "/admin/submission/<num:id>/withdraw"): STAFF_GET,
    ("POST", "/admin/submission/<num:id>/withdraw"): STAFF_POST,
    ("GET", "/admin/submission/new/"): STAFF_GET,
    ("POST", "/admin/submission/new/"): (403, 422, 422, 422, 403, 403),
    ("GET", "/admin/submission/new/<num:id>/"): STAFF_GET,
    ("GET", "/admin/submission/new/<num:id>/edit"): STAFF_GET,
    ("POST", "/admin/submission/new/<num:id>/edit"): STAFF_POST,
    ("GET", "/admin/submission/new/<num:id>/second"): STAFF_GET,
    ("POST", "/admin/submission/new/<num:id>/second"): STAFF_POST,
    ("GET", "/admin/submission/new/<num:id>/compare"): STAFF_GET,
    ("POST", "/admin/submission/new/<num:id>/compare"): STAFF_POST,
    ("GET", "/admin/submission/new/<num:id>/send"): (302, 303, 303, 303, 403, 403),
    ("POST", "/admin/submission/new/<num:id>/send"): STAFF_POST,
    ("GET", "/admin/submission/new/<num:id>/discard"): STAFF_GET,
    ("POST", "/admin/submission/new/<num:id>/discard"): STAFF_POST,
    ("GET", "/admin/posting/"): STAFF_GET,
    ("GET", "/admin/posting/<num:id>/"): STAFF_GET,
    ("GET", "/admin/posting/<num:id>/preview"): STAFF_GET,
    ("GET", "/admin/posting/<num:id>/release"): STAFF_GET,
    ("POST", "/admin/posting/<num:id>/release"): STAFF_POST,
    ("GET", "/admin/posting/<num:id>/return"): STAFF_GET,
    ("POST", "/admin/posting/<num:id>/return"): STAFF_POST,
    ("GET", "/admin/posting/<num:id>/suspend"): STAFF_GET,
    ("POST", "/admin/posting/<num:id>/suspend"): STAFF_POST,
    ("GET", "/admin/posting/<num:id>/restore"): STAFF_GET,
    ("POST", "/admin/posting/<num:id>/restore"): STAFF_POST,
    ("GET", "/admin/organization/"): STAFF_GET,
    ("GET", "/admin/organization/<num:id>/"): STAFF_GET,
    ("GET", "/admin/account/"): STAFF_GET,
    ("GET", "/admin/account/<num:id>/"): STAFF_GET,
    ("GET", "/admin/account/<num:id>/resend"): STAFF_GET,
    ("POST", "/admin/account/<num:id>/resend"): STAFF_POST,
    ("GET", "/admin/account/<num:id>/cancel"): STAFF_GET,
    ("POST", "/admin/account/<num:id>/cancel"): STAFF_POST,
    ("GET", "/admin/account/<num:id>/readdress"): STAFF_GET,
    ("POST", "/admin/account/<num:id>/readdress"): STAFF_POST,
    ("GET", "/admin/account/<num:id>/read_code"): STAFF_GET,
    ("POST", "/admin/account/<num:id>/read_code"): STAFF_POST,
    ("GET", "/admin/account/<num:id>/code"): (302, 302, 302, 302, 403, 403),
    ("GET", "/admin/account/<num:id>/suspend"): LEAD_GET,
    ("POST", "/admin/account/<num:id>/suspend"): LEAD_POST,
    ("GET", "/admin/account/<num:id>/restore"): LEAD_GET,
    ("POST", "/admin/account/<num:id>/restore"): LEAD_POST,
    ("GET", "/admin/account/<num:id>/role"): ADMIN_GET,
    ("POST", "/admin/account/<num:id>/role"): (403, 403, 403, 400, 403, 403),
    ("GET", "/admin/event/"): STAFF_GET,
    ("GET", "/admin/mail/"): STAFF_GET,
    ("GET", "/admin/mail/<num:id>/"): STAFF_GET,
    ("GET", "/admin/mail/<num:id>/retry"): STAFF_GET,
    ("POST", "/admin/mail/<num:id>/retry"): STAFF_POST,
    ("GET", "/admin/mail/<num:id>/correct"): STAFF_GET,
    ("POST", "/admin/mail/<num:id>/correct"): STAFF_POST,
    ("GET", "/admin/mail/<num:id>/confirm"): STAFF_GET,
    ("POST", "/admin/mail/<num:id>/confirm"): STAFF_POST,
    ("GET", "/admin/mail/<num:id>/close"): STAFF_GET,
    ("POST", "/admin/mail/<num:id>/close"): STAFF_POST,
    ("GET", "/admin/nurse-center/"): STAFF_GET,
    ("GET", "/admin/nurse-center/export.<any(csv, xlsx):kind>"): STAFF_GET,
    ("GET", "/admin/nurse-center/edit/"): (302, 403, 403, 404, 403, 403),
    ("POST", "/admin/nurse-center/edit/"): (403, 403, 403, 404, 403, 403),
    ("GET", "/admin/law-date/"): STAFF_GET,
    ("GET", "/admin/law-date/export.<any(csv, xlsx):kind>"): STAFF_GET,
    ("GET", "/admin/law-date/edit/"): (302, 403, 403, 404, 403, 403),
    ("POST", "/admin/law-date/edit/"): (403, 403, 403, 404, 403, 403),
    ("GET", "/admin/law-date/new/"): ADMIN_GET,
    ("POST", "/admin/law-date/new/"): (403, 403, 403, 422, 403, 403),
    ("GET", "/admin/office-closure/"): STAFF_GET,
    ("GET", "/admin/office-closure/export.<any(csv, xlsx):kind>"): STAFF_GET,
    ("GET", "/admin/office-closure/edit/"): (302, 403, 403, 404, 403, 403),
    ("POST", "/admin/office-closure/edit/"): (403, 403, 403, 404, 403, 403),
    ("GET", "/admin/office-closure/new/"): ADMIN_GET,
    ("POST", "/admin/office-closure/new/"): (403, 403, 403, 422, 403, 403),
    ("GET", "/admin/successor/"): STAFF_GET,
    ("GET", "/admin/successor/export.<any(csv, xlsx):kind>"): STAFF_GET,
    ("GET", "/admin/successor/edit/"): (302, 403, 403, 404, 403, 403),
    ("POST", "/admin/successor/edit/"): (403, 403, 403, 404, 403, 403),
    ("GET", "/admin/successor/new/"): ADMIN_GET,
    ("POST", "/admin/successor/new/"): (403, 403, 403, 422, 403, 403),
    ("GET", "/admin/rule/"): STAFF_GET,
    ("GET", "/admin/rule/rehearsal"): LEAD_GET,
    ("GET", "/admin/setting/"): ADMIN_GET,
    ("POST", "/admin/setting/"): ADMIN_POST,
    ("GET", "/admin/submission/export.<any(csv, xlsx):kind>"): STAFF_GET,
    ("POST", "/admin/submission/views"): STAFF_OWN,
    ("POST", "/admin/submission/views/<num:id>/delete"): STAFF_NONE,
    ("GET", "/admin/submission/bulk"): (302, 400, 400, 400, 403, 403),
    ("POST", "/admin/submission/bulk"): STAFF_POST,
    ("GET", "/admin/posting/export.<any(csv, xlsx):kind>"): STAFF_GET,
    ("POST", "/admin/posting/views"): STAFF_OWN,
    ("POST", "/admin/posting/views/<num:id>/delete"): STAFF_NONE,
    ("GET", "/admin/organization/export.<any(csv, xlsx):kind>"): STAFF_GET,
    ("POST", "/admin/organization/views"): STAFF_OWN,
    ("POST", "/admin/organization/views/<num:id>/delete"): STAFF_NONE,
    ("GET", "/admin/account/export.<any(csv, xlsx):kind>"): STAFF_GET,
    ("POST", "/admin/account/views"): STAFF_OWN,
    ("POST", "/admin/account/views/<num:id>/delete"): STAFF_NONE,
    ("GET", "/admin/mail/export.<any(csv, xlsx):kind>"): STAFF_GET,
    ("POST", "/admin/mail/views"): STAFF_OWN,
    ("POST", "/admin/mail/views/<num:id>/delete"): STAFF_NONE,
    ("GET", "/admin/mail/bulk"): (302, 400, 400, 400, 403, 403),
    ("POST", "/admin/mail/bulk"): STAFF_POST,
    ("GET", "/admin/event/export.<any(csv, xlsx):kind>"): STAFF_GET,
    ("POST", "/admin/event/views"): STAFF_OWN,
    ("POST", "/admin/event/views/<num:id>/delete"): STAFF_NONE,
    ("GET", "/admin/rule/export.<any(csv, xlsx):kind>"): STAFF_GET,
    ("GET", "/office/posting/export.<any(csv, xlsx):kind>"): OFFICE_GET,
    ("POST", "/office/posting/views"): (403, 403, 403, 403, 303, 303),
    ("POST", "/office/posting/views/<num:id>/delete"): (403, 403, 403, 403, 404, 404),
    ("GET", "/office/"): OFFICE_GET,
    ("GET", "/office/posting/"): OFFICE_GET,
    ("GET", "/office/posting/new"): OFFICE_GET,
    ("GET", "/office/submission/"): OFFICE_GET,
    ("GET", "/office/submission/<num:id>/"): OWN_GET,
    ("GET", "/office/submission/<num:id>/form.xlsx"): OWN_GET,
    ("POST", "/office/posting/new"): (403, 403, 403, 403, 303, 303),
    ("GET", "/office/posting/<num:id>/"): OWN_GET,
    ("GET", "/office/posting/<num:id>/preview"): OWN_GET,
    ("GET", "/office/posting/<num:id>/edit"): OWN_GET,
    ("POST", "/office/posting/<num:id>/edit"): OWN_POST,
    ("GET", "/admin/posting/<num:id>/look"): STAFF_GET,
    ("POST", "/admin/posting/<num:id>/look"): STAFF_POST,
    ("GET", "/office/posting/<num:id>/withdraw"): OWN_GET,
    ("POST", "/office/posting/<num:id>/withdraw"): OWN_POST,
    ("GET", "/office/posting/<num:id>/publish"): OWN_GET,
    ("POST", "/office/posting/<num:id>/publish"): OWN_POST,
    ("GET", "/office/posting/<num:id>/headcount"): OWN_GET,
    ("POST", "/office/posting/<num:id>/headcount"): OWN_POST,
    ("GET", "/office/posting/<num:id>/pause"): OWN_GET,
    ("POST", "/office/posting/<num:id>/pause"): OWN_POST,
    ("GET", "/office/posting/<num:id>/resume"): OWN_GET,
    ("POST", "/office/posting/<num:id>/resume"): OWN_POST,
    ("GET", "/office/posting/<num:id>/close"): OWN_GET,
    ("POST", "/office/posting/<num:id>/close"): OWN_POST,
    ("GET", "/office/posting/<num:id>/copy"): OWN_GET,
    ("POST", "/office/posting/<num:id>/copy"): OWN_POST,
}


@pytest.fixture
def world(app: Flask, db_session: Session, clock: Any) -> dict[str, Any]:
    """One case that waits, one that was returned (with its token), a live posting of 日向市, and an account of each kind."""
    other = factories.make_organization("131016", "千代田区")
    posting = factories.posting(PostingStatus.live)
    waiting = factories.submission(changes={"organization.lg_code": "302058", "organization.org_name": "海南市"})
    operator = factories.account(Role.operator)
    returned = factories.submission(changes={"organization.lg_code": "302031", "organization.org_name": "有田市"})
    tokens: list[str] = []
    opened = submissions.open_link

    def remember(*args: Any, **kwargs: Any) -> str:
        tokens.append(opened(*args, **kwargs))
        return tokens[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(submissions, "open_link", remember)
        review.return_(returned, factories.actor(Role.operator), seen_version=returned.version, message="ご確認ください。", items=[])
    own = db_session.get(Organization, posting.organization_id)
    accounts: dict[str, Account | None] = {
        "nobody": None,
        "operator": operator,
        "lead": factories.account(Role.lead),
        "admin": factories.account(Role.admin),
        "own": factories.account(Role.municipality, organization=own),
        "other": factories.account(Role.municipality, organization=other),
    }
    keyed = factories.keying()
    invited = own.accounts[0] if own.accounts else operator
    db_session.commit()
    return {
        "accounts": accounts,
        "ids": {
            "keying": keyed.id,
            "mail": db_session.execute(select(OutboxMail.id).order_by(OutboxMail.id).limit(1)).scalar_one(),
            "submission": waiting.id,
            "sent": db_session.execute(select(Submission.id).where(Submission.organization_id == posting.organization_id)).scalar_one(),
            "posting": posting.id,
            "organization": posting.organization_id,
            "account": invited.id,
        },
        "posting_no": posting.posting_no,
        "token": tokens[0],
    }


def address(rule: str, world: dict[str, Any]) -> str:
    """The rule with real values in it."""
    rule = rule.replace("<any(csv, xlsx):kind>", "csv").replace("/views/<num:id>/", "/views/99/")
    if "<num:id>" in rule:
        special = {"/admin/submission/new/": "keying", "/office/submission/": "sent"}
        kind = next((kind for start, kind in special.items() if rule.startswith(start)), rule.split("/")[2])
        rule = rule.replace("<num:id>", str(world["ids"][kind]))
    token = world["token"] if rule.startswith("/entry") else "unknown-token-unknown-token"
    return rule.replace("<posting_no>", world["posting_no"]).replace("<path:filename>", "keynet.css").replace("<token>", token)


def test_every_route_is_in_the_table(app: Flask) -> None:
    routes = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) & {"GET", "POST", "PUT", "DELETE", "PATCH"}
    }
    assert routes == set(ROUTES)


@pytest.mark.parametrize("visitor", VISITORS)
def test_what_each_visitor_gets(app: Flask, world: dict[str, Any], visitor: str) -> None:
    column = VISITORS.index(visitor)
    wrong = []
    for (method, rule), expected in ROUTES.items():
        client = Client(app, app.response_class, use_cookies=True)
        account = world["accounts"][visitor]
        if account is not None:
            client.sign_in(account)
        answer = client.open(address(rule, world), method=method)
        if answer.status_code != expected[column]:
            wrong.append(f"{method} {rule}: {answer.status_code}, expected {expected[column]}")
        elif (
            expected[column] == 302
            and expected is not NO_DRAFT
            and visitor == "nobody"
            and not answer.headers["Location"].startswith("/login")
        ):
            wrong.append(f"{method} {rule}: leads to {answer.headers['Location']}")
    assert wrong == []
