"""Nobody changes their own rights; whoever manages people gives only what they have; what is outside their scope survives an edit."""

from contextlib import nullcontext
from itertools import combinations

import pytest
from sqlalchemy.orm import Session

from keynet_admin.errors import BadField, NotPermitted, Refused
from keynet_admin.models import Account, Organization
from keynet_admin.services import workflow
from keynet_admin.services.account import address, colleagues, dormant
from keynet_admin.services.account import session as sessions
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.account.session import actor_of
from keynet_admin.vocabulary import AccountStatus, OfficeRight, Role
from tests import factories
from tests.support.web import Client

R = OfficeRight
EVERY_SET = [
    frozenset({R.view, *chosen}) for size in range(5) for chosen in combinations([R.edit, R.publish, R.candidates, R.manage], size)
]


def person(body: Organization, rights: frozenset[OfficeRight]) -> Account:
    """An account of the body with these rights."""
    return factories.account(Role.municipality, organization=body, rights=[right.value for right in R if right in rights])


@pytest.fixture
def body(db_session: Session) -> Organization:
    """A body in which somebody in use has every right, so that none is without a holder."""
    made = factories.make_organization()
    person(made, frozenset(R))
    return made


def test_what_is_outside_the_scope_survives_an_edit(db_session: Session, body: Organization) -> None:
    """Every set of rights of a manager × every set that an account has × every set that is asked for: nothing given, nothing taken beyond."""
    for own in (rights for rights in EVERY_SET if R.manage in rights):
        manager = actor_of(person(body, own))
        account = person(body, frozenset({R.view}))
        for held in EVERY_SET:
            for wanted in EVERY_SET:
                account.rights = [right.value for right in R if right in held]
                version = account.version
                after = (wanted & own) | (held - own) | {R.view}
                refused = bool(wanted - held - own) or after == held  # too much, or nothing to change
                with pytest.raises(BadField) if refused else nullcontext():
                    colleagues.change_rights(account, manager, seen_version=version, rights=[right.value for right in wanted])
                assert account.held == (held if refused else after)


def test_nobody_invites_somebody_with_more_than_they_have(db_session: Session, body: Organization) -> None:
    manager = actor_of(person(body, frozenset({R.view, R.manage, R.edit})))
    invited = {"email": "shin@city.hyuga.lg.jp", "name": "見本"}
    with pytest.raises(BadField, match="「公開と終了」の権限は、ご自分にない"):
        colleagues.invite(body, manager, seen_version=body.version, rights=["edit", "publish"], **invited)
    assert colleagues.invite(body, manager, seen_version=body.version, rights=["edit"], **invited).made is not None


def test_a_right_that_nobody_has_any_more_can_be_given(db_session: Session) -> None:
    """Else a body whose only publisher has left could never publish again."""
    body = factories.make_organization()
    manager, other = person(body, frozenset({R.view, R.manage})), person(body, frozenset({R.view}))
    assert colleagues.scope_of(actor_of(manager), body.id) == frozenset(R)
    colleagues.change_rights(other, actor_of(manager), seen_version=other.version, rights=["publish"])
    assert other.held == {R.view, R.publish}
    assert colleagues.scope_of(actor_of(manager), body.id) == frozenset(R) - {R.publish}


def test_a_hand_over_gives_nobody_more_than_the_scope(db_session: Session, body: Organization) -> None:
    """Neither oneself nor a colleague; the holder passes on what is theirs."""
    manager = person(body, frozenset({R.view, R.manage}))
    publisher, colleague = person(body, frozenset({R.view, R.publish})), person(body, frozenset({R.view}))
    for to, words in ((manager, "ご自分の権限が増える"), (colleague, "ご自分にない")):
        with pytest.raises(BadField, match=words):
            colleagues.hand_over(publisher, actor_of(manager), seen_version=publisher.version, to=str(to.id), reason="異動のため。")
        assert (publisher.status, to.held & {R.publish}) == (AccountStatus.active, set())
    colleagues.hand_over(publisher, actor_of(publisher), seen_version=publisher.version, to=str(colleague.id), reason="異動のため。")
    assert R.publish in colleague.held


WHY = {"reason": "異動のため。"}
OWN_TRIES = {
    "rights": (colleagues.change_rights, {"rights": ["view"]}),
    "stop": (colleagues.stop, WHY),
    "role": (
        lambda row, actor, **words: accounts.change_role(row, actor, role="lead" if row.role is Role.admin else "admin", **words),
        WHY,
    ),
    "suspend": (accounts.suspend, WHY),
    "readdress": (address.readdress, WHY | {"recipient": "shin@city.hyuga.example"}),
    "keep": (dormant.keep, {"call": ""}),
    "sessions": (sessions.close, WHY | {"session": sessions.EVERY}),
}


def test_nobody_acts_on_their_own_account(db_session: Session, body: Organization) -> None:
    """Of every role: no right, role, stop, opening, confirmation or correction of one's own; what is left only gives away or repeats a mail."""
    for account in (person(body, frozenset(R)), *(factories.account(role) for role in (Role.operator, Role.lead, Role.admin))):
        actor, version = actor_of(account), account.version
        assert set(workflow.allowed(account, actor)) <= {"hand_over"}, account.role
        sessions.begin(account)
        for name, (act, words) in OWN_TRIES.items():
            with pytest.raises((Refused, NotPermitted)):
                act(account, actor, seen_version=version, **words)
            assert (account.version, account.status) == (version, AccountStatus.active), (account.role, name)


def test_the_form_offers_only_what_can_be_given(client: Client, db_session: Session, body: Organization) -> None:
    """And says what stays; one's own page offers no change of rights."""
    manager, account = person(body, frozenset({R.view, R.manage, R.edit})), person(body, frozenset({R.view, R.candidates}))
    client.sign_in(manager)
    page = client.get(f"/office/account/{account.id}/rights").text
    assert 'value="edit"' in page
    assert 'value="publish"' not in page
    assert "「応募者対応」は、そのまま残ります。" in page
    sent = client.post(f"/office/account/{account.id}/rights", data={"version": account.version, "rights": ["edit"]})
    assert sent.status_code == 303
    assert account.held == {R.view, R.edit, R.candidates}
    forged = client.post(f"/office/account/{account.id}/rights", data={"version": account.version, "rights": ["edit", "publish"]})
    assert forged.status_code == 422
    assert "ご自分にないため付けられません" in forged.text
    assert "権限の変更" not in client.get(f"/office/account/{manager.id}/").text
