"""Values that an administrator may change, with their defaults, and what follows from them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from keynet_admin import clock
from keynet_admin.errors import NotPermitted
from keynet_admin.extensions import db
from keynet_admin.models import Setting
from keynet_admin.permissions import Actor, Permission, can
from keynet_admin.services import audit

DEFAULTS: dict[str, Any] = {
    # The circular of 2021-05-07, 1: municipalities may register from 2021-05-06 on; it names no end.
    "intake_from": "2021-05-06",
    "intake_until": None,
    "notice": "",
}


@dataclass(frozen=True)
class Intake:
    """The period in which the application form is open (both days included)."""

    opens: date
    closes: date | None

    def state(self, on: date) -> str:
        """`before`, `open` or `after` on a day."""
        if on < self.opens:
            return "before"
        return "after" if self.closes is not None and on > self.closes else "open"


def get(key: str) -> Any:
    """A setting's value. Raises KeyError for a key without a default."""
    default = DEFAULTS[key]
    row = db.session.get(Setting, key)
    return default if row is None else row.value


def put(key: str, value: Any) -> None:
    """Store a value in the present transaction."""
    row = db.session.get(Setting, key)
    if row is None:
        db.session.add(Setting(key=key, value=value, changed_at=clock.now()))
    else:
        row.value, row.changed_at = value, clock.now()


def change(values: dict[str, Any], actor: Actor) -> list[str]:
    """Store changed values with an audit event. Returns the names that changed. Raises NotPermitted, KeyError for an unknown name."""
    if not can(actor, Permission.setting_edit):
        raise NotPermitted("設定を変える権限がありません。")
    changed = [name for name, value in values.items() if get(name) != value]
    for name in changed:
        put(name, values[name])
    if changed:
        audit.record(Setting(), "change", actor, fields=changed)
    return changed


def intake() -> Intake:
    """The intake period as set."""
    until = get("intake_until")
    return Intake(date.fromisoformat(get("intake_from")), date.fromisoformat(until) if until else None)
