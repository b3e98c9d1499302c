"""What all pages are told at once: the banner and the read-only mode. Both are rows of the settings, so that every process sees them at its next page.

Read-only mode lets everything be read and refuses every write, at the one place where writing begins (`transaction()`). It is for the time in
which somebody moves or mends the database while the site should stay readable.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from keynet_admin import clock
from keynet_admin.errors import BadField, NotPermitted
from keynet_admin.extensions import db
from keynet_admin.models import Setting
from keynet_admin.permissions import Actor, Permission, can
from keynet_admin.services import audit, settings
from keynet_admin.services.transaction import READ_ONLY

BANNER = "banner"
LEVELS = {"info": "お知らせ", "ask": "注意", "must": "重要"}
PLACES = {"all": "すべてのページ", "staff": "ログインした方のページ", "visitors": "公開しているページ"}
TEXT_MOST, REASON_MOST = 300, 200


@dataclass(frozen=True)
class SiteState:
    """What the pages say now. `edge`: the next moment at which the banner comes or goes, None when there is none."""

    banner: str = ""
    level: str = "info"
    where: str = "all"
    read_only: bool = False
    edge: datetime | None = None

    def banner_for(self, *, staff: bool) -> str:
        """The banner of a page for signed-in people, or of any other one."""
        return self.banner if self.where in ("all", "staff" if staff else "visitors") else ""


def now() -> SiteState:
    """One query."""
    rows = db.session.execute(select(Setting.key, Setting.value).where(Setting.key.in_((BANNER, READ_ONLY))))
    return of({row.key: row.value for row in rows})


def of(values: Mapping[str, Any]) -> SiteState:
    """What follows from the values of the settings."""
    read_only, kept = bool(values.get(READ_ONLY)), values.get(BANNER)
    if not kept or not kept["text"]:
        return SiteState(read_only=read_only)
    moment = clock.now()
    begins, ends = (datetime.fromisoformat(kept[name]) if kept[name] else None for name in ("from", "until"))
    if ends is not None and moment >= ends:
        return SiteState(read_only=read_only)
    if begins is not None and moment < begins:
        return SiteState(read_only=read_only, edge=begins)
    return SiteState(kept["text"], kept["level"], kept["where"], read_only, ends)


def put_up(actor: Actor, *, text: str, level: str, where: str, begins: datetime | None, ends: datetime | None) -> None:
    """Show a banner, or none when the text is empty. Raises NotPermitted and BadField (fields `text`, `level`, `where`, `ends`)."""
    text = text.replace("\0", "").strip()
    if len(text.replace("\r\n", "\n")) > TEXT_MOST:
        raise BadField(f"{TEXT_MOST}字までです（いま{len(text)}字）。短くしてください。", "text")
    if level not in LEVELS:
        raise BadField("種類を選んでください。", "level")
    if where not in PLACES:
        raise BadField("表示するページを選んでください。", "where")
    if ends is not None and ends <= (begins or clock.now()):
        raise BadField("終わりの日時は、始まりといまより後にしてください。", "ends")
    moments = {"from": begins.isoformat() if begins else None, "until": ends.isoformat() if ends else None}
    settings.change({BANNER: {"text": text, "level": level, "where": where, **moments} if text else None}, actor)


def stop_writing(actor: Actor, reason: str) -> bool:
    """Switch the read-only mode on. False when it is on already. Raises NotPermitted, BadField."""
    _may(actor)
    if not reason.strip():
        raise BadField("理由を入力してください。ほかの管理者が、終えてよいかを判断するために読みます。")
    if len(reason.strip()) > REASON_MOST:
        raise BadField(f"理由は{REASON_MOST}字までです（いま{len(reason.strip())}字）。短くしてください。")
    if settings.get(READ_ONLY):
        return False
    settings.put(READ_ONLY, {"at": clock.now().isoformat(), "by": actor.account_id, "reason": reason.strip()})
    audit.record(Setting(), "stop_writing", actor)
    return True


def allow_writing(actor: Actor) -> bool:
    """Switch the read-only mode off. False when it is off already. Raises NotPermitted."""
    _may(actor)
    if not settings.get(READ_ONLY):
        return False
    settings.put(READ_ONLY, None)
    audit.record(Setting(), "allow_writing", actor)
    return True


def _may(actor: Actor) -> None:
    if not can(actor, Permission.setting_edit):
        raise NotPermitted("閲覧のみの状態を切り替える権限がありません。")
