"""Makes rows that are valid by default, through the services where there is one. Everything is flushed, nothing committed.

Each function works inside an application context. People and addresses are invented; the day is the program's clock.
"""

from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from itertools import count
from typing import Any

from sqlalchemy import select

from keynet_admin import clock
from keynet_admin.catalogue import reference
from keynet_admin.catalogue.key_fields import key_paths
from keynet_admin.catalogue.paths import walk
from keynet_admin.extensions import db
from keynet_admin.models import (
    Account,
    Candidate,
    Keying,
    MessageTemplate,
    Organization,
    Partner,
    PartnerItem,
    PartnerKey,
    Posting,
    Report,
    ReportRound,
    SearchAlert,
    Submission,
)
from keynet_admin.permissions import SENDER, Actor, candidate_of, sender_of
from keynet_admin.rules import evaluate
from keynet_admin.services.account import password
from keynet_admin.services.account.session import actor_of
from keynet_admin.services.alert import subscription as alerts
from keynet_admin.services.candidate import intake as candidates
from keynet_admin.services.candidate import stages
from keynet_admin.services.keying import steps as keyings
from keynet_admin.services.posting import publication
from keynet_admin.services.posting.moderation import decide
from keynet_admin.services.submission import acceptance, proof, review
from keynet_admin.services.submission import intake as submissions
from keynet_admin.vocabulary import (
    AccountStatus,
    AlertPace,
    CallSource,
    CandidateKind,
    CandidateStatus,
    KeyingWay,
    PartnerChannel,
    PartnerKind,
    PartnerStatus,
    PostingStatus,
    Role,
    SubmissionStatus,
)
from tests.recorded import recorded
from tests.rules.base_submission import base_submission, put

PASSWORD = "kawabe no asa wa hayai 7"
_numbers = count(1)


@lru_cache(maxsize=1)
def password_hash() -> str:
    """The stored hash of PASSWORD (argon2 is slow on purpose: once a process)."""
    return password.hashed(PASSWORD)


@recorded
def account(role: Role = Role.operator, *, email: str = "", organization: Organization | None = None, **values: Any) -> Account:
    """An active account whose password is PASSWORD. A municipality's account gets an organization when none is given."""
    if role is Role.municipality and organization is None:
        organization = make_organization()
    made = Account(
        email=email or f"{role.value}{next(_numbers)}@keynet.example",
        name=values.pop("name", f"{role.label} {role.value}"),
        role=role,
        status=values.pop("status", AccountStatus.active),
        organization_id=organization.id if organization is not None else None,
        password_hash=password_hash(),
        password_at=clock.now(),
        **values,
    )
    db.session.add(made)
    db.session.flush()
    return made


def actor(role: Role = Role.operator, **values: Any) -> Actor:
    """The actor of a new account."""
    return actor_of(account(role, **values))


@recorded
def make_organization(lg_code: str = "452068", name: str = "日向市", **values: Any) -> Organization:
    """A recruiting body; the one of the base document unless told otherwise."""
    known = db.session.execute(db.select(Organization).filter_by(lg_code=lg_code, union_name="")).scalar_one_or_none()
    if known is not None:
        return known
    details = base_submission(clock.today())["organization"] | {"lg_code": lg_code, "org_name": name}
    made = Organization(lg_code=lg_code, name=name, prefecture_code=lg_code[:2], org_type="city", **{"details": details, **values})
    db.session.add(made)
    db.session.flush()
    return made


def own_host(lg_code: str) -> str:
    """An invented mail host that counts as this body's own."""
    body = reference.municipality(lg_code)
    assert body is not None
    label, name = {"prefecture": "pref", "town": "town", "village": "vill"}.get(body.kind, "city"), body.romaji.rpartition("-")[0]
    return f"{label}.{(name or body.romaji).replace('-', '').lower()}-test.lg.jp"


def document(changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A complete valid form of today with typed values put at dotted paths (None removes a field)."""
    made = base_submission(clock.today())
    for path, value in (changes or {}).items():
        put(made, path, value)
    return made


@recorded
def submission(
    state: SubmissionStatus = SubmissionStatus.received,
    changes: Mapping[str, Any] | None = None,
    *,
    by: Actor | None = None,
    typed: Mapping[str, Any] | None = None,
    sender: Actor = SENDER,
) -> Submission:
    """A case in a state, brought in by `sender` and walked there through the services by `by` (a new operator when needed)."""
    form = dict(typed) if typed is not None else document(changes)
    today = clock.today()
    made, _new = submissions.submit(
        form, evaluate(form, on=today), reference_date=today.isoformat(), actor=sender, form_key=f"factory-{next(_numbers)}"
    )
    db.session.flush()
    if state is SubmissionStatus.received:
        return made
    if state is SubmissionStatus.withdrawn:
        submissions.withdraw(made, sender_of(made.id), seen_version=made.version)
        return _flushed(made)
    who = by or actor(Role.operator)
    version = made.version
    if state is SubmissionStatus.in_review:
        review.take(made, who, seen_version=version)
    elif state is SubmissionStatus.returned:
        review.return_(made, who, seen_version=version, message="次の項目をご確認ください。", items=[])
    elif state is SubmissionStatus.accepted:
        if acceptance.proof_of(made, acceptance.plan(made)).missing(who):
            called(made, who)
        acceptance.accept(made, who, seen_version=made.version)
    elif state is SubmissionStatus.rejected:
        review.reject(made, who, seen_version=version, reason="対象の団体ではないため。")
    else:
        raise ValueError(f"no short way to {state}: return it, then use submissions.resubmit")
    return _flushed(made)


@recorded
def called(case: Submission, who: Actor, **values: Any) -> Submission:
    """The case once `who` has called the body's telephone and logged it."""
    record = {"phone": "0982-00-0001", "source": CallSource.website, "person": "庶務係 見本様", "organization": None} | values
    proof.call_back(case, who, seen_version=case.version, **record)
    return _flushed(case)


@recorded
def keying(changes: Mapping[str, Any] | None = None, *, second: Mapping[str, str] | None = None, by: Actor | None = None) -> Keying:
    """A form keyed in by `by` whose key fields were keyed twice: alike, but for the headcount (or the texts of `second`)."""
    who, form = by or actor(Role.operator), document(changes)
    made, _new = keyings.start(KeyingWay.paper, f"factory-keying-{next(_numbers)}", who)
    keyings.save_first(made, form, [], evaluate(form, on=clock.today()), who, seen_version=made.version, done=True)
    texts = {path: value for path in key_paths(form) if isinstance(value := walk(form, path), (str, int))}
    keyings.key_second(
        made,
        {path: str(value) for path, value in texts.items()} | dict(second or {"postings.0.headcount": "99"}),
        who,
        seen_version=made.version,
    )
    return _flushed(made)


@recorded
def posting(
    state: PostingStatus = PostingStatus.draft,
    changes: Mapping[str, Any] | None = None,
    *,
    organization: Organization | None = None,
    by: Actor | None = None,
) -> Posting:
    """A posting in a state. `changes` are put at paths inside the posting (`title`, `pay_lines.0.min`).

    With `organization` the accepted form is that body's; `by` is the municipality's actor who publishes.
    """
    values = {f"postings.0.{path}": value for path, value in (changes or {}).items()}
    if organization is not None:
        values |= {"organization.lg_code": organization.lg_code, "organization.org_name": organization.name}
        mail = f"vaccine@{own_host(organization.lg_code)}"
        values |= {"contact.contact_email": mail, "contact.contact_email2": mail}
    case = submission(SubmissionStatus.accepted, values)
    made = db.session.execute(db.select(Posting).filter_by(submission_id=case.id).order_by(Posting.submission_index)).scalars().first()
    assert made is not None
    if state is PostingStatus.draft:
        return made
    owner = by or actor_of(account(Role.municipality, organization=made.organization))
    now = state is not PostingStatus.scheduled  # the base form wishes a day that is still to come
    published = publication.publish(made, owner, seen_version=made.version, now=now).status
    db.session.flush()
    if state is published:
        return made
    if published is PostingStatus.awaiting_release:
        decide.release(made, actor(Role.operator), seen_version=made.version)
        db.session.flush()
    if state is PostingStatus.paused:
        publication.pause(made, owner, seen_version=made.version)
    elif state is PostingStatus.closed:
        publication.close(made, owner, seen_version=made.version)
    elif state is PostingStatus.suspended:
        decide.suspend(made, actor(Role.operator), seen_version=made.version, reason="内容の確認のため。")
    elif state is not PostingStatus.live:
        raise ValueError(f"a posting without findings does not come to {state}")
    return _flushed(made)


@recorded
def message_template(organization: Organization | None = None, **values: Any) -> MessageTemplate:
    """A text of a municipality, or a standard one; for whom and with which step as `values` say (anybody, none)."""
    owner = organization.id if organization is not None else None
    made = MessageTemplate(organization_id=owner, **{"name": "面接の日程", "body": "{氏名} 様\n\n面接の日程を伺います。"} | values)
    db.session.add(made)
    return _flushed(made)


PERSON = {
    "family_name": "見本",
    "given_name": "さくら",
    "family_kana": "ミホン",
    "given_kana": "サクラ",
    "email": "sakura@mail.example",
    "tel": "",
    "licenses": ["nurse"],
    "availability": ["sat-afternoon", "sun-afternoon"],
    "message": "土日の午後に勤務できます。",
    "consent": True,
}
# The steps by which an application comes to a state from its receipt.
_STEPS: dict[CandidateStatus, tuple[str, ...]] = {
    CandidateStatus.received: (),
    CandidateStatus.seen: ("see",),
    CandidateStatus.contacted: ("see", "contact"),
    CandidateStatus.selection: ("see", "select"),
    CandidateStatus.moved: ("see", "move_direct"),
    CandidateStatus.offered: ("see", "select", "offer"),
    CandidateStatus.secured: ("see", "select", "offer", "secure"),
    CandidateStatus.declined: ("see", "select", "offer", "decline"),
    CandidateStatus.rejected: ("see", "reject"),
}


@recorded
def candidate(
    state: CandidateStatus = CandidateStatus.received,
    content: Mapping[str, Any] | None = None,
    *,
    posting: Posting | None = None,
    kind: CandidateKind = CandidateKind.application,
    by: Actor | None = None,
) -> Candidate:
    """An application (or an inquiry: `open`) at a live posting, brought to a state by the municipality's actor `by` or by the person."""
    if state is CandidateStatus.open:
        kind = CandidateKind.inquiry
    at = posting or globals()["posting"](PostingStatus.live)
    number, values = next(_numbers), PERSON | dict(content or {})
    made = candidates.receive(at, kind, values, typed=values, form_key=f"factory-candidate-{number}")
    if state is CandidateStatus.withdrawn:
        stages.withdraw(made, candidate_of(made.id), seen_version=made.version)
        return _flushed(made)
    if state is CandidateStatus.open:
        return _flushed(made)
    who = by or (actor_of(account(Role.municipality, organization=at.organization)) if _STEPS[state] else None)
    for step in _STEPS[state]:
        getattr(stages, step)(made, who, seen_version=made.version)
    return _flushed(made)


@recorded
def search_alert(
    query: str = "prefecture=45", *, email: str = "sakura@mail.example", pace: AlertPace = AlertPace.daily, confirmed: bool = True
) -> SearchAlert:
    """An alert as its owner's form and the link of its mail make it."""
    alerts.ask(email, query, pace, form_key=f"factory-alert-{next(_numbers)}")
    made = db.session.execute(select(SearchAlert).where(SearchAlert.email == email, SearchAlert.query == query)).scalar_one()
    if confirmed:
        alerts.confirm(made.id)
    return _flushed(made)


@recorded
def partner(kind: PartnerKind = PartnerKind.nurse_center, **values: Any) -> Partner:
    """A partner in use that takes the postings of 宮崎県 by key, unless told otherwise."""
    made = Partner(
        name=values.pop("name", "宮崎県ナースセンター（試験）"),
        kind=kind,
        status=values.pop("status", PartnerStatus.active),
        prefecture_code=values.pop("prefecture_code", "45" if kind is PartnerKind.nurse_center else ""),
        channel=values.pop("channel", PartnerChannel.json),
        email=values.pop("email", "center@partner.example"),
        verified_at=values.pop("verified_at", clock.now()),
        **values,
    )
    db.session.add(made)
    return _flushed(made)


@recorded
def partner_key(of: Partner | None = None, **values: Any) -> PartnerKey:
    """A stored key that opens nothing (its secret is known to nobody)."""
    number = next(_numbers)
    made = PartnerKey(
        partner=of or partner(),
        prefix=values.pop("prefix", f"kn_test_{number}"),
        key_hash=values.pop("key_hash", f"hash-{number}"),
        **values,
    )
    db.session.add(made)
    return _flushed(made)


@recorded
def partner_item(of: Posting, at: Partner | None = None, **values: Any) -> PartnerItem:
    """A posting's line in the ledger of a partner, waiting to be sent."""
    made = PartnerItem(partner=at or partner(), posting=of, sequence=values.pop("sequence", next(_numbers)), **values)
    db.session.add(made)
    return _flushed(made)


@recorded
def report_round(**values: Any) -> ReportRound:
    """A round as of now that is open for a week."""
    now = clock.now()
    made = ReportRound(number=values.pop("number", next(_numbers)), **{"as_of": now, "due_at": now + timedelta(days=7), **values})
    db.session.add(made)
    return _flushed(made)


@recorded
def report(of: Organization, in_round: ReportRound | None = None, **values: Any) -> Report:
    """A body's report that waits for its confirmation."""
    made = Report(organization=of, round=in_round or report_round(), **values)
    db.session.add(made)
    return _flushed(made)


def _flushed(row: Any) -> Any:
    db.session.flush()
    return row
