"""What somebody has typed so far on the application form, kept for 7 days under the hash of a random key."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from keynet_admin import clock
from keynet_admin.config import DRAFT, UNSENT
from keynet_admin.errors import TooLarge
from keynet_admin.extensions import db
from keynet_admin.models import EntryDraft
from keynet_admin.rules.engine.bounds import weight
from keynet_admin.services.account.tokens import token_hash
from keynet_admin.services.transaction import rows_changed

LIFE = timedelta(days=7)
STEP = 10_000  # bytes: in such steps the growth of drafts is counted
TOO_LARGE = (
    f"入力した文が多すぎるため、保存できません（全体で約{DRAFT // 3 // 10_000}万文字まで）。"
    "長い文を短くするか、募集をいくつかの申請に分けてください。入力した内容は、この画面に残っています。"
)
# Beside what was typed a draft keeps which page saved it (a random word), and what the next one must still be able to do: take back a
# removal, show values that came twice.
ASIDE = ("page", "removed", "doubled")


def new_key() -> str:
    """A random key for a draft's cookie or for a form's one-time use."""
    return secrets.token_urlsafe(24)


def find(key: str | None) -> EntryDraft | None:
    """The draft of a key, None when there is none or it is older than 7 days."""
    if not key:
        return None
    draft = db.session.execute(select(EntryDraft).where(EntryDraft.cookie_hash == token_hash(key))).scalar_one_or_none()
    return draft if draft is not None and draft.expires_at > clock.now() else None


def save(key: str, typed: Mapping[str, Any], form_key: str, *, seen: int | None = None) -> tuple[EntryDraft, bool]:
    """Keep what was typed; the life begins anew. Returns the draft, and whether this copy only lies beside it.

    `seen` is the version that the page showed; None: the page did not say, and the newest wins. Has another page saved something else
    since, nothing of that is overwritten: this copy becomes the draft's `other` until somebody chooses (`choose`). A page that did not
    get the answer to its own last saving is not another one. Raises TooLarge.
    """
    size = len(typed["file"]["items"]) if "file" in typed else 0
    if "file" not in typed:
        measured(typed)
    now = clock.now()
    mine = select(EntryDraft).where(EntryDraft.cookie_hash == token_hash(key)).with_for_update()
    draft = db.session.execute(mine).scalar_one_or_none()
    if draft is None:
        draft = EntryDraft(
            cookie_hash=token_hash(key), typed=dict(typed), form_key=form_key, version=0, saved_at=now, expires_at=now + LIFE
        )
        try:
            with db.session.begin_nested():
                db.session.add(draft)
        except IntegrityError:
            draft = db.session.execute(mine).scalar_one()
    draft.expires_at, draft.file_size = now + LIFE, size
    if size:
        _make_room(draft)
    kept = draft.typed
    if draft.version > 0 and content(kept) == content(typed):
        # Nothing new: no page gets behind by it.
        draft.typed, draft.saved_at = dict(typed) | {"page": kept.get("page")}, now
        draft.form_key = form_key if seen in (None, draft.version) else draft.form_key
        return draft, False
    own = bool(typed.get("page")) and kept.get("page") == typed.get("page")
    if seen is not None and draft.version not in (0, seen) and not own:
        draft.other = {"typed": dict(typed), "form_key": form_key, "saved_at": now.isoformat()}
        return draft, True
    draft.typed, draft.form_key, draft.saved_at, draft.version = dict(typed), form_key, now, draft.version + 1
    return draft, False


def measured(typed: Mapping[str, Any]) -> int:
    """About how many bytes a form takes. Raises TooLarge for more than a draft keeps."""
    size = weight(typed, DRAFT)
    if size > DRAFT:
        raise TooLarge(TOO_LARGE)
    return size


def growth(key: str, typed: Mapping[str, Any]) -> int:
    """By how many steps of 10 kB, begun ones counted, this saving makes what is kept larger. Raises TooLarge."""
    before = find(key)
    return max(0, -(-measured(typed) // STEP) - (-(-weight(before.typed, DRAFT) // STEP) if before is not None else 0))


def _make_room(newest: EntryDraft) -> None:
    """Throw the oldest files away while all together take more than `UNSENT`."""
    db.session.flush()
    total = db.session.execute(select(func.sum(EntryDraft.file_size)).where(EntryDraft.file_size > 0)).scalar_one()
    if total <= UNSENT:
        return
    others = select(EntryDraft.id, EntryDraft.file_size).where(EntryDraft.file_size > 0, EntryDraft.id != newest.id)
    for number, size in db.session.execute(others.order_by(EntryDraft.saved_at, EntryDraft.id)).all():
        if total <= UNSENT:
            break
        db.session.execute(delete(EntryDraft).where(EntryDraft.id == number))
        total -= size


def content(typed: Mapping[str, Any]) -> dict[str, Any]:
    """What a person typed, of what a draft keeps."""
    return {name: value for name, value in typed.items() if name not in ASIDE}


def choose(key: str, *, other: bool) -> None:
    """Go on with the copy that lies beside the draft, or without it. Nothing happens when there is none."""
    draft = find(key)
    if draft is None or draft.other is None:
        return
    if other:
        draft.typed, draft.form_key, draft.saved_at = draft.other["typed"], draft.other["form_key"], clock.now()
    # Whoever saves next on a page of before is behind, whichever copy was chosen.
    draft.typed = content(draft.typed)
    draft.other, draft.version = None, draft.version + 1


def sent(key: str | None, typed: Mapping[str, Any], seen: int | None) -> bool:
    """This document was sent: throw away what stood on that page. True when the copy of another page is left."""
    draft = find(key)
    if draft is None:
        return False
    own: dict[str, Any] = {"typed": draft.typed, "form_key": draft.form_key}
    copies = [own] if seen is not None and draft.version != seen else []
    copies += [draft.other] if draft.other is not None else []
    left = [copy for copy in copies if any(copy["typed"].get(name) != value for name, value in typed.items())]
    if not left:
        db.session.delete(draft)
        return False
    draft.typed, draft.form_key, draft.other, draft.version = left[0]["typed"], left[0]["form_key"], None, draft.version + 1
    return True


def move(old: str, new: str) -> None:
    """From now on a draft lies under another key."""
    rows_changed(update(EntryDraft).where(EntryDraft.cookie_hash == token_hash(old)).values(cookie_hash=token_hash(new)))


def discard(key: str | None) -> None:
    """Throw a draft away."""
    if key:
        db.session.execute(delete(EntryDraft).where(EntryDraft.cookie_hash == token_hash(key)))
