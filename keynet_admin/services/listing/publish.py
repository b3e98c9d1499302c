"""The public table: one function that makes a posting's row what the posting's state asks for.

`update(posting)` is called in the transaction that moves or edits the posting, after the change. It never commits and may be repeated;
where nothing that visitors see is different, it writes nothing.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy import update as update_of

from keynet_admin import clock
from keynet_admin.catalogue import ORGANIZATION, POSTING, Visibility, display, reference
from keynet_admin.catalogue.blank import says_nothing
from keynet_admin.errors import Refused
from keynet_admin.extensions import db
from keynet_admin.models import Listing, Organization, Posting, PublishedAnswer
from keynet_admin.rules.words.masking import Secrets
from keynet_admin.services import workflow
from keynet_admin.services.listing import card as facts
from keynet_admin.services.listing import history, places, search_index, version
from keynet_admin.services.listing.words import published
from keynet_admin.services.partner import ledger
from keynet_admin.services.posting.revisions import last_day, live_revision
from keynet_admin.services.transaction import before_commit
from keynet_admin.vocabulary import ListingEnd, ListingState, PostingStatus

HIDDEN = "（非公開）"
_EMPTY_COLUMNS = ("job_type", "prefecture_code", "municipality_code", "engagement", "org_name", "headcount", "pay_hour")
_EMPTY_DAYS = ("term_start", "term_end", "deadline")
_MARKS = ("also_junior", "single_day", "blank_ok", "training", "car", "online")
_KEPT_COLUMNS = ("title", "job_type", "prefecture_code", "municipality_code")
"""What a closed row still tells, so that its page can lead to postings like it."""
_NOTHING: dict[str, Any] = {
    **dict.fromkeys((*_EMPTY_COLUMNS, *_EMPTY_DAYS, "ended_by", "places", "content", "search_text")),
    **dict.fromkeys(_MARKS, False),
    "title": "",
    "masked": False,
    "slots": 0,
}
_TEXT_FIELDS = (
    "title",
    "duty_detail",
    "workdays_note",
    "training_note",
    "support_note",
    "venue_name",
    "access",
    "other_req",
    "experience_note",
)


def update(posting: Posting, *, changed_at: datetime | None = None) -> None:
    """Write the Listing row of a posting from its state and its live revision.

    `listed` while it is live; `closed` (number, title, job, place, when and why) once it is closed and visitors knew it; `withdrawn` (the
    number only) when it was listed and is paused, suspended or private now. One that was never public gets no row. `changed_at` (now unless
    given) is the moment that visitors read as 更新日; a row that is only made anew keeps its own, and so does one that needs another
    number of people than before. Raises Refused when the live revision has no
    readable last day of publication (the gate of publishing does not let such a revision through). The partners' ledger follows, also when
    only the consents have changed.
    """
    db.session.flush()
    before_commit(_number, posting.id)
    connection = db.session.connection()
    row = connection.execute(select(Listing.__table__).where(Listing.posting_id == posting.id)).mappings().one_or_none()
    values = _values(posting, row)
    changed = {name for name, value in (values or {}).items() if row is None or row[name] != value}
    if values is None or not changed:
        return
    old_text = row["search_text"] if row is not None else None
    if changed - {"search_text", "places"}:
        values |= {"sequence": None, "changed_at": changed_at or clock.now()}
    elif "places" in changed:
        before_commit(_read_anew)
    if row is None:
        connection.execute(insert(Listing).values(posting_id=posting.id, posting_no=posting.posting_no, **values))
    else:
        connection.execute(update_of(Listing).where(Listing.posting_id == posting.id).values(**values))
    if values["search_text"] != old_text:
        search_index.INDEX.put(connection, posting.id, old_text, values["search_text"])


def _number(posting_id: int) -> None:
    """Give the changed row its number, keep it as a version, let the partners' ledger follow; the numbers stay locked until the commit.

    That row is the last thing a transaction locks, so numbers are handed out in the order of commits and nobody waits in a circle.
    """
    unnumbered = select(Listing.posting_id).where(Listing.posting_id == posting_id, Listing.sequence.is_(None))
    if db.session.execute(unnumbered).first() is not None:
        number = version.take()
        db.session.connection().execute(update_of(Listing).where(Listing.posting_id == posting_id).values(sequence=number))
    history.keep(posting_id)
    ledger.follow(posting_id)


def _read_anew() -> None:
    """Pages that are kept hold no longer, though no row has another content: partners need not take it again."""
    version.take()


def open_until(normalized: Mapping[str, Any]) -> datetime | None:
    """The first moment at which a posting is over: 24:00 JST of its deadline or of its last day, the earlier. None without a last day."""
    day = last_day(normalized)
    return end_of(day) if day else None


def end_of(day: date) -> datetime:
    """24:00 in Japan of a day, as an aware moment."""
    return datetime.combine(day + timedelta(days=1), time(), clock.TOKYO)


def _values(posting: Posting, row: Mapping[Any, Any] | None) -> dict[str, Any] | None:
    """The columns as they should be; None when the row (or its absence) is right as it stands."""
    revision = live_revision(posting)
    public = revision is not None and revision.normalized.get("visibility") != "private"
    # Not when it was published: a private one is new to visitors on the day it becomes public.
    listed_at = row["listed_at"] if row is not None else clock.now()
    if revision is not None and public and posting.status is PostingStatus.live:
        ends = open_until(revision.normalized)
        if ends is None:
            raise Refused("公開終了予定日が入力されていないため、公開できません。")
        content = public_content(posting.organization, revision.normalized)
        if answers := _answers(posting, revision.normalized):
            content["answers"] = answers
        text = search_text(content, posting.posting_no)
        times = {"listed_at": listed_at, "open_until": ends, "closed_at": None, "ended_by": None}
        found = places.of(posting, revision.normalized, row["places"] if row is not None else None)
        return {"state": ListingState.listed, "search_text": text, "places": found} | times | _columns(content)
    if revision is not None and public and posting.status is PostingStatus.closed and posting.published_at is not None:
        ends = open_until(revision.normalized)
        if ends is None:
            return None
        columns = _columns(public_content(posting.organization, revision.normalized))
        kept = {name: columns[name] for name in _KEPT_COLUMNS} | {"ended_by": _ended_by(posting, revision.normalized)}
        times = {"listed_at": listed_at, "open_until": ends, "closed_at": posting.closed_at or clock.now()}
        return _NOTHING | {"state": ListingState.closed} | kept | times
    if row is not None and row["state"] is ListingState.listed:
        return _NOTHING | {"state": ListingState.withdrawn}
    return None


def _ended_by(posting: Posting, normalized: Mapping[str, Any]) -> ListingEnd:
    """Why a closed posting is over. One that its municipality closed when all people were secured is filled, too."""
    event = workflow.last_event(posting, "close", "fill", "expire", "transfer", "transfer_case")
    if event is None or event.action == "expire":
        return end_of_term(normalized)
    return ListingEnd.filled if event.action == "fill" or (posting.headcount and posting.open_at_close == 0) else ListingEnd.stopped


def end_of_term(content: Mapping[str, Any]) -> ListingEnd:
    """Why a posting is over whose time has come: its deadline, or the end of its publication before that."""
    until_a_day = content.get("deadline_type") == "date" and display.as_date(content.get("deadline")) == last_day(content)
    return ListingEnd.deadline if until_a_day else ListingEnd.period


def public_content(organization: Organization, normalized: Mapping[str, Any]) -> dict[str, Any]:
    """What visitors may see of a posting: fields of the catalogue that are public, masked ones only when the posting is not masked.

    When masked, the body's own site, its head number and its own municipality as the workplace are left out too, and whatever public
    text still names the body or the venue gets （非公開） there (rule PUB-005 asks for it before; this is the second lock).
    """
    masked = normalized.get("visibility") == "masked"
    shown = {Visibility.PUBLIC} if masked else {Visibility.PUBLIC, Visibility.MASKED}
    body = dict(organization.details or {}) | {"org_name": organization.name, "pref": organization.prefecture_code}
    about = {field.name: _clean(body.get(field.name)) for field in ORGANIZATION if field.visibility in shown}
    posting = {field.name: _clean(normalized.get(field.name)) for field in POSTING if field.visibility in shown}
    city = str(normalized.get("venue_city") or "")
    known = reference.municipality(city)
    where = {"prefecture": known.prefecture_code if known else organization.prefecture_code, "city": city if known else None}
    if masked:
        about.pop("org_url", None)
        if posting.get("public_tel") == body.get("org_tel"):
            posting.pop("public_tel", None)
        if known and organization.lg_code in (known.code6, known.parent_code6):
            where["city"] = None
            posting.pop("venue_city", None)
        secrets = secrets_of(organization, normalized)
        access = str(normalized.get("access") or "")
        about, posting = _hide(about, secrets, access), _hide(posting, secrets, access)
    return {
        "masked": masked,
        "organization": {name: value for name, value in about.items() if not says_nothing(value)},
        "posting": {name: value for name, value in posting.items() if value is not None and value not in ("", [])},
        "place": where,
    }


def as_read(posting: Posting, normalized: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the public page would print of this content: the content, and beside it the places left and the last day."""
    row = db.session.execute(select(Listing.places).where(Listing.posting_id == posting.id)).one_or_none()
    found = places.of(posting, normalized, row.places if row is not None else None)
    return public_content(posting.organization, normalized), {"places": found, "last_day": last_day(normalized)}


def secrets_of(organization: Organization, normalized: Mapping[str, Any]) -> Secrets:
    """What a masked posting must not show."""
    body = dict(organization.details or {}) | {"org_name": organization.name, "pref": organization.prefecture_code}
    names = {"org_type": organization.org_type, "lg_code": organization.lg_code, "org_kana": organization.kana}
    return Secrets({"organization": {**body, **names, "union_name": organization.union_name}}, normalized)


def _answers(posting: Posting, normalized: Mapping[str, Any]) -> list[dict[str, str]]:
    """The questions and answers that the municipality has published, in their order; masked as the posting's own texts are."""
    query = select(PublishedAnswer.question, PublishedAnswer.answer).where(PublishedAnswer.posting_id == posting.id)
    rows = db.session.execute(query.order_by(PublishedAnswer.id))
    found = [{"question": _clean(question), "answer": _clean(answer)} for question, answer in rows]
    if normalized.get("visibility") != "masked":
        return found
    hidden: list[dict[str, str]] = _hide(found, secrets_of(posting.organization, normalized), str(normalized.get("access") or ""))
    return hidden


def search_text(content: Mapping[str, Any], posting_no: str) -> str:
    """The folded text that a search looks at: made of public content only."""
    posting, where = content["posting"], content["place"]
    city = reference.municipality(where["city"]) if where["city"] else None
    area = reference.prefecture(where["prefecture"])
    parts = [str(posting.get(name) or "") for name in _TEXT_FIELDS]
    parts += [posting_no, facts.job(posting), facts.place(content), content["organization"].get("org_name", "")]
    parts += [city.county + city.name, city.kana] if city else []
    parts += [area.kana] if area else []
    parts += [display.show(field, posting.get(field.name)) for field in POSTING if field.name in ("duties", "engagement", "venue_type")]
    parts += facts.marks(posting)
    parts += published.words(content)
    return search_index.fold("\n".join(parts))


def _columns(content: Mapping[str, Any]) -> dict[str, Any]:
    posting, where = content["posting"], content["place"]
    return {
        "title": str(posting.get("title", ""))[:100],
        "job_type": posting.get("job_type"),
        "prefecture_code": where["prefecture"],
        "municipality_code": where["city"],
        "engagement": posting.get("engagement"),
        "org_name": content["organization"].get("org_name"),
        "masked": content["masked"],
        "headcount": posting.get("headcount") if isinstance(posting.get("headcount"), int) else None,
        "pay_hour": facts.pay_hour(posting),
        "slots": facts.slots(posting),
        "term_start": display.as_date(posting.get("term_start")),
        "term_end": display.as_date(posting.get("term_end")),
        "also_junior": posting.get("also_junior") is True,
        "single_day": posting.get("single_day") is True,
        "blank_ok": posting.get("blank_ok") is True,
        "training": posting.get("training") in ("paid", "unpaid"),
        "car": posting.get("parking") in ("free", "paid"),
        "online": "online_interview" in (posting.get("selection") or ()),
        "deadline": display.as_date(posting.get("deadline")) if posting.get("deadline_type") == "date" else None,
        "content": dict(content),
    }


# A web or mail address leads to the body, whatever it is called.
_ADDRESS = re.compile(
    r"(?:https?://|www\.)[^\s、。（）()「」【】]+|(?<![\w.+-])[\w.+-]{1,64}@[\w.-]+"
    r"|(?<![a-z0-9.-])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:jp|com|net|org|info)\b",
    re.I | re.A,
)


def _hide(value: Any, secrets: Secrets, access: str) -> Any:
    if isinstance(value, str):
        value = secrets.hide(_ADDRESS.sub(HIDDEN, value), HIDDEN)
        return value.replace(access, HIDDEN) if len(access) > 1 else value
    if isinstance(value, Mapping):
        return {key: _hide(item, secrets, access) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_hide(item, secrets, access) for item in value]
    return value


_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def _clean(value: Any) -> Any:
    """Without what no page or feed can carry: control characters and lone surrogates (the rules refuse them before)."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", _UNSAFE.sub("", value)) if _UNSAFE.search(value) else value
    if isinstance(value, Mapping):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(item) for item in value]
    return value
