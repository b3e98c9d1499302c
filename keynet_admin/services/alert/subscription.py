"""An alert from its first form to its end: asked for, confirmed by the link of a mail, changed, prolonged, stopped.

Whether an address has alerts is told to nobody but by mail to that address: asking answers the same for all.
"""

from typing import Any

from sqlalchemy import and_, delete, or_, select

from keynet_admin import clock
from keynet_admin.errors import BadField
from keynet_admin.extensions import db
from keynet_admin.models import OutboxMail, SearchAlert
from keynet_admin.permissions import SYSTEM, VISITOR, Actor
from keynet_admin.services import audit, persons, settings
from keynet_admin.services.account import tokens
from keynet_admin.services.account.use_cases import normal_email
from keynet_admin.services.alert import digest, keeping, searching
from keynet_admin.services.alert.keys import locked, page_of, token, token_hash
from keynet_admin.services.mail import outbox
from keynet_admin.services.transaction import after_commit, forget_log
from keynet_admin.vocabulary import AlertPace, MailStatus

MOST = 5  # alerts of one address
NO_ADDRESS = "メールアドレスを入力してください。例：namae@mail.example"
BAD_ADDRESS = "このメールアドレスには送れません。@の後ろまで、半角で正しく入力してください。例：namae@mail.example"
NO_PACE = "メールの回数を選んでください。"


def address_of(typed: str) -> str:
    """A typed address as it is stored. Raises BadField (`email`) for one that no mail reaches, such as one with a line break in it."""
    address = normal_email(typed)
    if not typed.strip():
        raise BadField(NO_ADDRESS, "email")
    if not typed.strip().isprintable() or not outbox.deliverable(address):
        raise BadField(BAD_ADDRESS, "email")
    return address


def pace_of(typed: str) -> AlertPace:
    """How often, as chosen. Raises BadField (`pace`)."""
    chosen = next((pace for pace in AlertPace if pace == typed), None)
    if chosen is None:
        raise BadField(NO_PACE, "pace")
    return chosen


def asked_with(form_key: str) -> bool:
    """Whether a form with this one-time key was sent already."""
    return db.session.execute(select(SearchAlert.id).where(SearchAlert.form_key == form_key)).first() is not None


def ask(address: str, query: str, pace: AlertPace, *, form_key: str) -> None:
    """Mail the link that confirms an alert; or say in that mail that there is such an alert already, or that there are too many.

    Words that somebody typed do not stand in these mails: anybody could send theirs to anybody.
    """
    own = select(SearchAlert).where(SearchAlert.email == address).order_by(SearchAlert.id).with_for_update()
    for gone in db.session.execute(own.where(keeping.over(clock.now()))).scalars().all():
        _forget(gone, "expire", SYSTEM)
    rows = db.session.execute(own).scalars().all()
    words: dict[str, Any] = {"words": searching.read(query).choices, "pace": pace.label}
    alert = next((row for row in rows if row.query == query), None)
    if alert is None and len(rows) >= MOST:
        rows[-1].form_key = form_key
        outbox.enqueue("alert_full", address, words | {"most": MOST}, about=rows[-1])
        return
    if alert is None:
        salt = tokens.new_token()
        alert = SearchAlert(email=address, query=query, asked_key=_asked_key(address, query), salt=salt, token_hash=token_hash(token(salt)))
        db.session.add(alert)
    if alert.confirmed_at is None:
        alert.pace, alert.created_at, alert.told_until = pace, clock.now(), clock.now()
    alert.form_key = form_key
    db.session.flush()
    words |= {"hours": 24 * settings.get("alert_confirm_days"), "days": settings.get("alert_keep_days"), "ends": keeping.last_day(alert)}
    template = "alert_confirm" if alert.confirmed_at is None else "alert_known"
    outbox.enqueue(template, address, words, sealed=page_of(alert), about=alert)


def find(text: str) -> SearchAlert | None:
    """The alert of a link, however it was typed; None for any other text and for an alert that is over."""
    query = select(SearchAlert).where(SearchAlert.token_hash == token_hash(text), ~keeping.over(clock.now()))
    return db.session.execute(query).scalar_one_or_none()


def confirm(number: int) -> bool:
    """Begin the mails. False when that was done before."""
    alert = locked(number, SearchAlert.confirmed_at.is_(None))
    if alert is None:
        return False
    alert.confirmed_at, alert.ends_at, alert.digest_on = clock.now(), keeping.end_of_new(), digest.settled_day()
    alert.version += 1
    audit.record(alert, "confirm", VISITOR, version=alert.version)
    return True


def change(number: int, pace: AlertPace) -> bool:
    """Mail as often as wished, from the next morning on that is due. False when nothing changed."""
    alert = locked(number, SearchAlert.confirmed_at.is_not(None), SearchAlert.pace != pace)
    if alert is None:
        return False
    alert.pace, alert.digest_on = pace, digest.settled_day()
    alert.version += 1
    return True


def prolong(number: int) -> bool:
    """Let the mails go on, as long from now as a new alert's. False when there is nothing to prolong."""
    alert = locked(number, SearchAlert.confirmed_at.is_not(None))
    if alert is None:
        return False
    alert.ends_at, alert.warned_at = keeping.end_of_new(), None
    alert.version += 1
    return True


def stop(number: int, actor: Actor = VISITOR) -> bool:
    """End an alert and forget it at once: the row, and what its mails held. False when it is gone already."""
    alert = db.session.execute(select(SearchAlert).where(SearchAlert.id == number).with_for_update()).scalar_one_or_none()
    if alert is None:
        return False
    _forget(alert, "stop", actor)
    return True


def renewed(alert: SearchAlert) -> dict[str, str]:
    """What to store so that the hash of address and search is made by the newest key; nothing when it is already."""
    made = _asked_key(alert.email, alert.query)
    return {} if made == alert.asked_key else {"asked_key": made}


def of_address(typed: str, *, most: int) -> list[SearchAlert]:
    """The alerts of just this address, for whoever is called by its owner."""
    query = select(SearchAlert).where(SearchAlert.email == normal_email(typed), ~keeping.over(clock.now()))
    return list(db.session.execute(query.order_by(SearchAlert.id).limit(most)).scalars())


def due_to_follow() -> list[int]:
    """Ids of the alerts of which a mail did not arrive (reads only)."""
    lost = select(OutboxMail.subject_id).where(outbox.undeliverable(), OutboxMail.subject == SearchAlert.__tablename__)
    return list(db.session.execute(lost.distinct().order_by(OutboxMail.subject_id)).scalars())


def follow(number: int) -> bool:
    """Where the other server refuses the address for good, end the alert; a mail lost otherwise is nobody's task, for the next one follows.

    Nor is one that was being sent while its alert was stopped: nobody is left to tell.
    """
    alert = locked(number)
    if alert is None:
        if db.session.execute(select(SearchAlert.id).where(SearchAlert.id == number)).first() is None:
            persons.end_mails(and_(OutboxMail.subject == SearchAlert.__tablename__, OutboxMail.subject_id == number))
        return False
    refused = OutboxMail.about(alert), OutboxMail.status == MailStatus.refused
    if db.session.execute(select(OutboxMail.id).where(*refused).limit(1)).first() is not None:
        _forget(alert, "bounce", SYSTEM)
        return True
    return outbox.supersede(alert) > 0


def _asked_key(address: str, query: str) -> str:
    return tokens.person_key(f"{address} {query}")


def _forget(alert: SearchAlert, action: str, actor: Actor) -> None:
    audit.record(alert, action, actor, version=alert.version + 1)
    address = alert.email
    told = and_(OutboxMail.subject == SearchAlert.__tablename__, OutboxMail.template == "alert_full", OutboxMail.recipient == address)
    persons.end_mails(or_(OutboxMail.about(alert), told))
    db.session.execute(delete(SearchAlert).where(SearchAlert.id == alert.id), execution_options={"synchronize_session": False})
    db.session.expunge(alert)
    after_commit(forget_log)
