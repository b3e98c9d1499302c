"""Every route × every kind of visitor gives what this table says; a route that is not in the table fails."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from keynet_admin.extensions import db
from keynet_admin.models import Account, Organization, OutboxMail, Placement, Submission
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.submission import review
from keynet_admin.vocabulary import OfficeRight, PostingStatus, Role, SecuredWay, TemplateUse
from tests import factories
from tests.support.web import Client
from tests.walks.matrix_public import NO_DRAFT
from tests.walks.matrix_table import ROUTES, VISITORS


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
    item = factories.partner_item(posting)
    accounts: dict[str, Account | None] = {
        "nobody": None,
        "operator": operator,
        "lead": factories.account(Role.lead),
        "admin": factories.account(Role.admin),
        "own": factories.account(Role.municipality, organization=own),
        "other": factories.account(Role.municipality, organization=other),
        "prefecture": factories.account(Role.prefecture, prefecture_code="45"),
        "partner": factories.account(Role.partner, partner_id=item.partner_id),
    }
    keyed = factories.keying()
    applied = factories.candidate(posting=posting)
    applied.interview_at, applied.interview_place = clock.now, "市役所3階 会議室"
    secured = Placement(
        posting_id=posting.id,
        organization_id=posting.organization_id,
        way=SecuredWay.nurse_center,
        count=1,
        partner_id=item.partner_id,
        partner_key="1",
    )
    db_session.add(secured)
    report = factories.report(own)
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
            "message-template": factories.message_template().id,
            "case-text": factories.message_template(use=TemplateUse.item).id,
            "candidate": applied.id,
            "organization": posting.organization_id,
            "partner_item": item.id,
            "secured": secured.id,
            "account": invited.id,
            "partner-item": item.id,
            "partner": item.partner_id,
            "partner-key": factories.partner_key(item.partner).id,
            "report": report.id,
            "round": report.round_id,
            "training": 1,
            "alert": factories.search_alert().id,
        },
        "posting_no": posting.posting_no,
        "token": tokens[0],
    }


def address(rule: str, world: dict[str, Any]) -> str:
    """The rule with real values in it."""
    rule = rule.replace("<any(csv, xlsx):kind>", "csv").replace("/views/<num:id>/", "/views/99/")
    if "<num:id>" in rule:
        special = {"/admin/submission/new/": "keying", "/office/submission/": "sent"}
        special |= {"/admin/partner/list/": "partner", "/admin/partner/key/": "partner-key", "/admin/partner/": "partner-item"}
        special["/partner/<num:id>/"] = "partner_item"
        special["/security/"] = "training"
        special |= dict.fromkeys(("/admin/report/<", "/prefecture/report/<"), "round")
        kind = next((kind for start, kind in special.items() if rule.startswith(start)), rule.split("/")[2])
        rule = rule.replace("<num:id>", str(world["ids"][kind]))
    token = world["token"] if rule.startswith("/entry") else "unknown-token-unknown-token"
    return rule.replace("<posting_no>", world["posting_no"]).replace("<path:filename>", "keynet.css").replace("<token>", token)


class Visitor:
    """Somebody of a kind, each of whose requests is as the first one: signed in anew after an answer that may have changed anything about that."""

    def __init__(self, app: Flask, account: Account | None) -> None:
        """Nobody when there is no account."""
        self.app, self.account = app, account
        self.client: Client | None = None

    def open(self, place: str, method: str) -> TestResponse:
        """Send a request."""
        if self.client is None:
            self.client = Client(self.app, self.app.response_class, use_cookies=True)
            if self.account is not None:
                self.client.sign_in(self.account)
        answer = self.client.open(place, method=method)
        if "Set-Cookie" in answer.headers or (method != "GET" and answer.status_code < 400):
            self.client = None
        return answer


def test_every_route_is_in_the_table(app: Flask) -> None:
    routes = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) & {"GET", "POST", "PUT", "DELETE", "PATCH"}
    }
    assert routes == set(ROUTES)


# The right that a municipality's page needs beyond 閲覧, by the end of its address; whoever lacks it gets 403 and is told whom to ask.
RIGHT_NEEDED = {
    OfficeRight.edit: ("/posting/new", "/talk", "/edit", "/headcount", "/copy", "/ask", "/extend"),
    OfficeRight.publish: ("/publish", "/withdraw", "/pause", "/resume", "/close", "/send_back", "/relist", "/confirm", "/reopen"),
    OfficeRight.candidates: ("/outcome", "/place", "/unplace"),
    OfficeRight.manage: ("/rights", "/send_again", "/take_back", "/stop", "/office/organization/", "/invite", "/approval"),
}


@pytest.mark.parametrize("right", list(OfficeRight))
def test_what_a_reduced_account_gets(app: Flask, world: dict[str, Any], right: OfficeRight) -> None:
    """Every page of the office × an account with one right alone."""
    own = db.session.get_one(Organization, world["ids"]["organization"])
    account = factories.account(Role.municipality, organization=own, rights=["view", right.value])
    db.session.commit()
    wrong, visitor = [], Visitor(app, account)
    for (method, rule), expected in ROUTES.items():
        if not rule.startswith("/office/"):
            continue
        needed = next((r for r, ends in RIGHT_NEEDED.items() if rule.endswith(ends)), OfficeRight.view)
        if rule.startswith(("/office/candidate/", "/office/message-template/", "/office/report/")):
            needed = OfficeRight.candidates
        answer = visitor.open(address(rule, world), method)
        wanted = expected[VISITORS.index("own")] if needed in (right, OfficeRight.view) else 403
        if answer.status_code != wanted:
            wrong.append(f"{method} {rule}: {answer.status_code}, expected {wanted}")
        if wanted == 403 and "権限を付けるようご相談ください" not in answer.text:
            wrong.append(f"{method} {rule}: does not say whom to ask")
    assert wrong == []


@pytest.mark.parametrize("visitor", VISITORS)
def test_what_each_visitor_gets(app: Flask, world: dict[str, Any], visitor: str) -> None:
    column = VISITORS.index(visitor)
    wrong, asking = [], Visitor(app, world["accounts"][visitor])
    for (method, rule), expected in ROUTES.items():
        answer = asking.open(address(rule, world), method)
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


@pytest.mark.parametrize("visitor", ["nobody", "admin", "own", "partner"])
def test_head_answers_as_get_does(app: Flask, world: dict[str, Any], visitor: str) -> None:
    """Scanners of links ask by HEAD: the same status, no body, and nothing is done."""
    client, wrong = Client(app, app.response_class, use_cookies=True), []
    if world["accounts"][visitor] is not None:
        client.sign_in(world["accounts"][visitor])
    for rule in (rule for method, rule in ROUTES if method == "GET"):
        looked, asked = (client.open(address(rule, world), method=method) for method in ("GET", "HEAD"))
        if looked.status_code != asked.status_code or asked.data:
            wrong.append(f"{rule}: GET {looked.status_code}, HEAD {asked.status_code}, {len(asked.data)} bytes")
    assert wrong == []
