"""The public table: what publishing writes and what closing leaves. Called in the transaction that moves the posting.

Use (services/posting.py): after the move,
- `list_posting(posting, revision)` when the posting became live or its live revision changed;
- `unlist(posting)` when it was paused, suspended or sent back;
- `tombstone(posting, closed_at)` when it was closed or expired.
Each of them may be repeated. None commits, none changes the posting.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader
from sqlalchemy import Connection, delete, insert, select, update

from keynet_admin import clock
from keynet_admin.catalogue import ORGANIZATION, POSTING, Visibility, display, reference
from keynet_admin.catalogue.blank import says_nothing
from keynet_admin.config import ROOT
from keynet_admin.errors import Refused
from keynet_admin.extensions import db
from keynet_admin.models import Listing, ListingVersion, Organization, Posting, PostingRevision
from keynet_admin.services.listing import card as facts
from keynet_admin.services.listing import search_index
from keynet_admin.vocabulary import ListingState

HIDDEN = "（非公開）"
_EMPTY_COLUMNS = ("job_type", "prefecture_code", "municipality_code", "engagement", "org_name", "headcount", "pay_hour", "deadline")
_NOTHING: dict[str, Any] = {
    **dict.fromkeys((*_EMPTY_COLUMNS, "content", "card", "search_text")),
    "masked": False,
    "days": 0,
    "single_day": False,
    "blank_ok": False,
    "training": False,
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


def list_posting(posting: Posting, revision: PostingRevision) -> None:
    """Write or replace the Listing row of a live posting from this revision's normalised content.

    A posting that is 非公開 (`visibility` private) is live without a row: its row is removed. Raises Refused when the revision has
    no readable last day of publication (the gate of publishing does not let such a revision through).
    """
    db.session.flush()
    if revision.normalized.get("visibility") == "private":
        unlist(posting)
        return
    last = display.as_date(revision.normalized.get("publish_until"))
    if last is None:
        raise Refused("公開終了予定日が入力されていないため、公開できません。")
    now = clock.now()
    content = public_content(posting.organization, revision.normalized)
    values = _columns(content) | {
        "posting_no": posting.posting_no,
        "state": ListingState.listed,
        "listed_at": posting.published_at or now,
        "changed_at": now,
        "listed_until": listed_until(last),
        "closed_at": None,
    }
    values["search_text"] = search_text(content, posting.posting_no)
    values["card"] = card(content, posting.posting_no, now)
    connection = db.session.connection()
    old = _old(connection, posting.id)
    _write(connection, posting.id, old is not None, values)
    search_index.put(connection, posting.id, old.search_text if old is not None else None, values["search_text"])
    _changed(connection)


def unlist(posting: Posting) -> None:
    """Remove the row (paused, suspended, sent back, made private): the address answers 404. Nothing happens without a row."""
    db.session.flush()
    connection = db.session.connection()
    old = _old(connection, posting.id)
    if old is None:
        return
    search_index.put(connection, posting.id, old.search_text, None)
    connection.execute(delete(Listing).where(Listing.posting_id == posting.id))
    _changed(connection)


def tombstone(posting: Posting, closed_at: datetime) -> None:
    """Leave number, title and closed date (an aware moment), nothing else. The address says 募集終了 for 30 days, then 410.

    A paused posting gets its tombstone, too, since visitors knew it. One that was never public (never published, or 非公開) gets none.
    """
    db.session.flush()
    connection = db.session.connection()
    old = _old(connection, posting.id)
    values = _NOTHING | {"state": ListingState.tombstone, "closed_at": closed_at, "changed_at": clock.now()}
    if old is not None:
        search_index.put(connection, posting.id, old.search_text, None)
        values["title"] = old.title
    else:
        seen = _seen_revision(posting)
        last = display.as_date(seen.normalized.get("publish_until")) if seen is not None else None
        if seen is None or last is None or seen.normalized.get("visibility") == "private":
            return
        values["title"] = public_content(posting.organization, seen.normalized)["posting"].get("title", "")[:100]
        values |= {"posting_no": posting.posting_no, "listed_at": posting.published_at, "listed_until": listed_until(last)}
    _write(connection, posting.id, old is not None, values)
    _changed(connection)


def listed_until(publish_until: date) -> datetime:
    """24:00 in Japan of the last day, as an aware moment: the first at which the posting is no longer shown."""
    return datetime.combine(publish_until + timedelta(days=1), time(), clock.TOKYO)


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
        secrets = _secrets(organization, normalized)
        about, posting = _hide(about, secrets), _hide(posting, secrets)
    return {
        "masked": masked,
        "organization": {name: value for name, value in about.items() if not says_nothing(value)},
        "posting": {name: value for name, value in posting.items() if value is not None and value not in ("", [])},
        "place": where,
    }


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
    return search_index.fold("\n".join(parts))


def card(content: Mapping[str, Any], posting_no: str, changed_at: datetime) -> str:
    """The list's ready HTML of one posting."""
    posting = content["posting"]
    return (
        _templates()
        .get_template("public/card.html")
        .render(posting_no=posting_no, posting=posting, content=content, facts=facts, as_of=display.short_date(changed_at))
        .strip()
    )


def refresh_all() -> int:
    """Write card, columns and search index of every listed row anew from its content (after a change of template or folding).

    Returns how many rows were written; their dates stay.
    """
    connection = db.session.connection()
    rows = connection.execute(select(Listing.posting_id, Listing.posting_no, Listing.changed_at, Listing.content, Listing.search_text))
    count = 0
    for row in rows.all():
        if row.content is None:
            continue
        values = _columns(row.content)
        values["search_text"] = search_text(row.content, row.posting_no)
        values["card"] = card(row.content, row.posting_no, row.changed_at)
        search_index.put(connection, row.posting_id, row.search_text, values["search_text"])
        connection.execute(update(Listing).where(Listing.posting_id == row.posting_id).values(**values))
        count += 1
    _changed(connection)
    return count


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
        "days": facts.days_mask(posting),
        "single_day": posting.get("single_day") is True,
        "blank_ok": posting.get("blank_ok") is True,
        "training": posting.get("training") in ("paid", "unpaid"),
        "deadline": display.as_date(posting.get("deadline")) if posting.get("deadline_type") == "date" else None,
        "content": dict(content),
    }


def _old(connection: Connection, posting_id: int) -> Any:
    return connection.execute(select(Listing.title, Listing.search_text).where(Listing.posting_id == posting_id)).one_or_none()


def _write(connection: Connection, posting_id: int, exists: bool, values: dict[str, Any]) -> None:
    if exists:
        connection.execute(update(Listing).where(Listing.posting_id == posting_id).values(**values))
    else:
        connection.execute(insert(Listing).values(posting_id=posting_id, **(_NOTHING | values)))


def _changed(connection: Connection) -> None:
    """Raise the version of the public table, so that caches and ETags notice."""
    done = connection.execute(update(ListingVersion).where(ListingVersion.id == 1).values(number=ListingVersion.number + 1))
    if done.rowcount == 0:
        connection.execute(insert(ListingVersion).values(id=1, number=1))


def _seen_revision(posting: Posting) -> PostingRevision | None:
    if posting.live is None or posting.published_at is None:
        return None
    query = select(PostingRevision).where(PostingRevision.posting_id == posting.id, PostingRevision.number == posting.live)
    return db.session.execute(query).scalar_one_or_none()


def _secrets(organization: Organization, normalized: Mapping[str, Any]) -> list[str]:
    """What a masked posting must not say anywhere, the longest first."""
    found = {organization.name, organization.kana, organization.union_name, str((organization.details or {}).get("org_tel") or "")}
    found |= {str(normalized.get(field.name) or "") for field in POSTING if field.visibility is Visibility.MASKED}
    own = reference.municipality(organization.lg_code)
    if own is not None and own.kind != "prefecture":
        # 青梅市 also as 青梅; a prefecture is shown by its posting's place anyway.
        found |= {own.name, own.name[:-1], own.kana, *(domain for domain in reference.domains_of(own.code6))}
    elif own is not None:
        found -= {organization.name, organization.kana}
    return sorted((word for word in found if len(word) > 1), key=len, reverse=True)


# A web or mail address leads to the body, whatever it is called.
_ADDRESS = re.compile(
    r"(?:https?://|www\.)[^\s、。（）()「」]+|[\w.+-]+@[\w.-]+|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:jp|com|net|org|info)\b", re.I | re.A
)


def _hide(value: Any, secrets: Iterable[str]) -> Any:
    if isinstance(value, str):
        value = _ADDRESS.sub(HIDDEN, value)
        for secret in secrets:
            value = value.replace(secret, HIDDEN)
        return value
    if isinstance(value, Mapping):
        return {key: _hide(item, secrets) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_hide(item, secrets) for item in value]
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


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(loader=FileSystemLoader(ROOT / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
