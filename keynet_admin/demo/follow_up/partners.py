"""Partners in the demo: who is in use, how they take and answer postings, one that fell silent yesterday, and the sandbox with its key.

Contacts are invented and verified by the demo's administrator; all other partners stay unverified and get nothing.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from random import Random

from sqlalchemy import select

from keynet_admin import clock
from keynet_admin.business_time import TOKYO, add_business_days
from keynet_admin.demo import chiyoda, forms, posting_histories
from keynet_admin.demo.municipalities import DemoMunicipality
from keynet_admin.demo.people import plan as people
from keynet_admin.demo.people.plan import PersonPlan
from keynet_admin.demo.simulation import Scenario, Simulation, officer
from keynet_admin.extensions import db
from keynet_admin.models import Account, Listing, Organization, Partner, PartnerItem, PartnerKey, Posting
from keynet_admin.permissions import SYSTEM, partner_of
from keynet_admin.services import audit
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.account.tokens import token_hash
from keynet_admin.services.partner import delivery, digest, keys, lag, ledger, partners, receipts, secured
from keynet_admin.services.partner.receipts import ReceiptRow
from keynet_admin.services.partner.secured import SecuredRow
from keynet_admin.services.posting import balance, drafts, publication
from keynet_admin.services.submission import review
from keynet_admin.services.transaction import settle
from keynet_admin.vocabulary import (
    UNANSWERED,
    PartnerChannel,
    PartnerEncoding,
    PartnerItemStatus,
    PartnerKind,
    PartnerStatus,
    PostingStatus,
    Role,
    Source,
)

STT, CENTER, PREFECTURE = "stt@partner.keynet.example", "center@partner.keynet.example", "nara@pref.keynet.example"
SILENT = "29"  # 奈良県: its center has not answered since the day before yesterday
SILENT_FOR, CLOSED_FOR, ALARM_FOR = timedelta(hours=50), timedelta(hours=26), timedelta(hours=21)
MACHINES = 4  # further centers, those of the prefectures with most bodies
BEFORE = 6  # business days before the history
HOW = "公式サイトの代表番号にかけ、担当の方に受け取りの宛先を確かめました。"
# Who came to the body of `silent`: some are found before the first round of the report, some before the second, so that its prefecture reads numbers.
APPLIED = (
    PersonPlan(901, 3, "12:30", ((0.6, "see"), (0.7, "select"), (0.8, "offer"), (0.5, "secure"))),
    PersonPlan(902, 3, "20:10", ((0.9, "see"), (0.4, "move_direct"), (1.8, "secure"))),
    PersonPlan(903, 4, "09:45", ((0.5, "see"), (0.5, "contact"), (0.8, "select"), (0.6, "offer"), (0.5, "secure"))),
    PersonPlan(904, 4, "19:20", ((0.7, "see"), (0.8, "contact"), (0.9, "reject"))),
    PersonPlan(905, 5, "13:00", ((0.9, "answer", "はい、会場に無料の駐車場があります。"),), question="駐車場はありますか。"),
    PersonPlan(906, 6, "10:15", ((0.8, "see"), (0.9, "select"), (0.7, "offer"), (0.5, "secure"))),
    PersonPlan(907, 7, "21:00", ((0.7, "see"), (0.4, "move_direct"), (1.6, "secure"))),
    PersonPlan(908, 8, "18:40", ((0.8, "see"), (0.6, "contact"), (0.5, "leaves"))),
    PersonPlan(909, 10, "12:20", ((0.8, "see"), (0.9, "select"))),
)
REFUSALS = ("勤務地の郵便番号がない", "募集の期間が6か月を超えている", "1回あたりの報酬が書かれていない", "夜間の連絡先が必要です")


def begin(simulation: Simulation, chosen: Iterable[DemoMunicipality], password_hash: str, sandbox_key: str) -> None:
    """Verify the contacts, issue accounts and keys; then the machines ask every few hours."""
    admin = simulation.operators[3]
    codes = [code for code, _ in Counter(body.municipality.prefecture_code for body in chosen).most_common()]
    busy = [code for code in codes if code not in (SILENT, chiyoda.CODE[:2])]
    used = ("save-the-town", *(f"nurse-center-{code}" for code in (chiyoda.CODE[:2], SILENT, *busy[: MACHINES + 1])), "sandbox")
    found = {row.code: row for row in db.session.execute(select(Partner).where(Partner.code.in_(used))).scalars()}
    with clock.at(datetime.combine(add_business_days(simulation.first_day, -BEFORE), time(14), TOKYO)):
        for number, code in enumerate(used):
            partner = found[code]
            _contact(partner, number)
            partners.verify(partner, admin, seen_version=partner.version, reason=HOW)
        for email, name, values in (
            (STT, "連携担当", {"role": Role.partner, "partner_id": found["save-the-town"].id}),
            (CENTER, "無料職業紹介所", {"role": Role.partner, "partner_id": found[f"nurse-center-{chiyoda.CODE[:2]}"].id}),
            (PREFECTURE, "ワクチン接種推進室", {"role": Role.prefecture, "prefecture_code": SILENT}),
        ):
            account = Account(email=email, name=name, created_at=clock.now(), **values)
            accounts.add(account)
            audit.record(account, "issue", SYSTEM)
            accounts.set_password(account, password_hash)
        _channel(found[f"nurse-center-{chiyoda.CODE[:2]}"], PartnerChannel.csv, PartnerEncoding.cp932)
        _channel(found[f"nurse-center-{busy[MACHINES]}"], PartnerChannel.mail)
        for code in used[:-1]:
            if found[code].channel is PartnerChannel.json:
                keys.issue(found[code], simulation.operators[2])
        set_sandbox_key(sandbox_key)
        start = clock.now()
    for code in used:
        if code not in ("sandbox", f"nurse-center-{SILENT}"):
            simulation.start(_answers(found[code], start), apart=True)


def set_sandbox_key(secret: str) -> None:
    """Let this key, and no other, open the sandbox."""
    box = db.session.execute(select(Partner).where(Partner.kind == PartnerKind.sandbox)).scalar_one()
    known = db.session.execute(select(PartnerKey).where(PartnerKey.partner_id == box.id)).scalars().all()
    if any(key.key_hash == token_hash(secret) for key in known):
        return
    for key in known:
        db.session.delete(key)
    db.session.flush()
    db.session.add(PartnerKey(partner_id=box.id, prefix=secret[: keys.SHOWN], key_hash=token_hash(secret), created_at=clock.now()))
    db.session.flush()


def silent(simulation: Simulation, body: DemoMunicipality) -> Scenario:
    """A body of 奈良県: what its center had taken ended yesterday, and the center does not hear of it."""
    partner = db.session.execute(select(Partner).where(Partner.code == f"nurse-center-{SILENT}")).scalar_one()
    simulation.start(_answers(partner, simulation.moment_of(3, "08:00"), until=simulation.now - SILENT_FOR), apart=True)
    yield simulation.moment_of(2, "09:20")
    form = forms.form(Random("silent"), body, clock.today(), ("nurse",) * 3, plain=True)  # noqa: S311 - invented texts
    until = (clock.today() + timedelta(days=70)).isoformat()
    for content in form["postings"]:
        content |= {"deadline_type": "until_filled", "publish_until": until, "share_nc": True}
        content.pop("deadline", None)
    made = simulation.submit(form, Source.web)
    operator = simulation.operators[0]
    yield clock.now() + timedelta(hours=1)
    review.take(made, operator, seen_version=made.version)
    simulation.accept(made, operator)
    rows, account = simulation.accepted(made)
    first_login = clock.now() + timedelta(minutes=40)
    simulation.sign_in_once(account, lambda: first_login)
    yield clock.now() + timedelta(hours=2)
    for row in rows:
        posting_histories.publish(row, account)
    for number, plan in enumerate(APPLIED):
        simulation.start(people.play(simulation, rows[number % 3], account, plan), apart=True)
    for number, row in enumerate(rows[:2]):
        yield simulation.now - CLOSED_FOR + timedelta(hours=number)
        publication.close(row, officer(account), seen_version=row.version)
    yield clock.now() + timedelta(minutes=40)
    drafts.change_headcount(rows[2], "7名", officer(account), seen_version=rows[2].version)
    yield simulation.now - ALARM_FOR
    for number in lag.due():
        lag.sweep(number)


def finish(simulation: Simulation) -> None:
    """The last hour: an operator sends three postings once more; two are refused, one is not answered yet, all else is; some tell whom they found."""
    rng = Random("partners")  # noqa: S311
    others = [partner for partner in _in_use() if partner.prefecture_code != SILENT]
    with clock.at(simulation.now - timedelta(minutes=50)):
        again = [item for partner in others if partner.channel is not PartnerChannel.mail for item in _newest(partner)][:3]
        for item in again:
            ledger.resend(item, simulation.operators[0], seen_version=item.version)
        settle()
    with clock.at(simulation.now - timedelta(minutes=20)):
        for partner in others:
            items = _unanswered(partner)
            if partner.channel is PartnerChannel.mail:
                items = [item for item in items if item.sent_at is not None]
            delivery.sent(partner.id, delivery.given(items))
            _answer(partner, [item for item in items if item not in again[2:]], rng, refused=again[:2])
        for partner in others:
            _secure(partner, rng)


def _contact(partner: Partner, number: int) -> None:
    row = partner.center if partner.kind is PartnerKind.nurse_center and partner.center is not None else partner
    row.email, row.phone, row.edited = f"renkei{number}@partner.keynet.example", f"03-0000-00{number:02d}", True
    if partner.kind is not PartnerKind.sandbox:
        partner.channel = PartnerChannel.json
    db.session.flush()


def _channel(partner: Partner, channel: PartnerChannel, encoding: PartnerEncoding = PartnerEncoding.utf8) -> None:
    partner.channel, partner.encoding, partner.edited = channel, encoding, True


def _answers(partner: Partner, start: datetime, until: datetime | None = None) -> Scenario:
    """Take what is new every few hours, and answer a little later; by mail after the mail."""
    rng = Random(f"partner {partner.code}")  # noqa: S311
    moment = start
    while until is None or moment < until:
        yield moment
        if partner.channel is PartnerChannel.mail:
            for number in digest.due():
                digest.send(number)
            items = [item for item in _unanswered(partner) if item.sent_at is not None]
        else:
            items = _unanswered(partner)
            delivery.sent(partner.id, delivery.given(items))
        if items:
            yield clock.now() + timedelta(minutes=rng.randint(2, 35))
            _answer(partner, items, rng)
        moment = clock.now() + timedelta(minutes=rng.randint(150, 230))


def _unanswered(partner: Partner) -> list[PartnerItem]:
    query = select(PartnerItem).where(PartnerItem.partner_id == partner.id, PartnerItem.status.in_(UNANSWERED), PartnerItem.sequence > 0)
    query = query.where(PartnerItem.changed_at <= clock.now()).order_by(PartnerItem.sequence)
    return list(db.session.execute(query.limit(receipts.TOGETHER)).scalars())


def _newest(partner: Partner) -> list[PartnerItem]:
    """What the partner took last and still has."""
    here = PartnerItem.partner_id == partner.id, PartnerItem.status == PartnerItemStatus.acknowledged, PartnerItem.change.in_(ledger.THERE)
    return list(db.session.execute(select(PartnerItem).where(*here).order_by(PartnerItem.sequence.desc()).limit(1)).scalars())


def _answer(partner: Partner, items: Sequence[PartnerItem], rng: Random, refused: Sequence[PartnerItem] = ()) -> None:
    rows = [ReceiptRow(item.key, item.sequence or 0, item in refused, rng.choice(REFUSALS) if item in refused else "") for item in items]
    if rows:
        receipts.receive(partner, partner_of(partner.id, partner.name), rows)


def _secure(partner: Partner, rng: Random) -> None:
    """People for some public postings that need more than one yet; none for the body that can be tried out, nor for one that is over."""
    query = select(PartnerItem).join(Posting, Posting.id == PartnerItem.posting_id).join(Organization)
    query = query.join(Listing, Listing.posting_id == Posting.id).where(Listing.listed(clock.now()))
    query = query.where(PartnerItem.partner_id == partner.id, Posting.status == PostingStatus.live, Organization.lg_code != chiyoda.CODE)
    items = db.session.execute(query.order_by(PartnerItem.id).limit(12)).scalars().all()
    found = balance.balances([item.posting for item in items])
    for number, item in enumerate(items):
        if number % 3 == 0 and found[item.posting_id].open > 3:
            row = SecuredRow(item.key, f"{clock.today():%Y}-{number + 1:03d}", rng.randint(1, 2), clock.today())
            secured.secured(partner, partner_of(partner.id, partner.name), row)


def _in_use() -> list[Partner]:
    query = select(Partner).where(Partner.status == PartnerStatus.active, Partner.kind != PartnerKind.sandbox)
    return list(db.session.execute(query.order_by(Partner.id)).scalars())
