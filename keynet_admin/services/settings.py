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
    # The banner on all pages, and the read-only mode (`operation/site_state.py`).
    "banner": None,
    "read_only": None,
    # PUB-003: days without a change or a confirmation after which a municipality is asked, and days it then has for its answer.
    "confirm_after_days": 30,
    "confirm_grace_days": 15,
    # Business days within which a municipality has promised its next step to who applied or asked (domain.md, APP-008).
    "candidate_seen_days": 3,
    "candidate_selection_days": 5,
    "candidate_result_days": 10,
    "inquiry_days": 3,
    # The owners of a posting that ended by its last day are asked how many they secured: after so many business days, again after so
    # many more, at most so often.
    "outcome_first_days": 1,
    "outcome_again_days": 5,
    "outcome_times": 3,
    # Business days from a reminder to the service center's task to ask, from there to an honest word to the person, and between later rounds.
    "candidate_ask_days": 2,
    "candidate_tell_days": 2,
    "candidate_again_days": 5,
    # Days that a person's data is kept after recruitment and their own way have ended, locked afterwards, and announced before.
    "candidate_keep_days": 180,
    "candidate_locked_days": 30,
    "candidate_warn_days": 14,
    # Days that an alert waits for its confirmation, that it lives afterwards, and before whose end its owner is asked once more.
    "alert_confirm_days": 2,
    "alert_keep_days": 90,
    "alert_warn_days": 7,
    # Hours within which a partner has to confirm that a posting that ended is gone there (SHARE-004); then an alarm goes.
    "partner_lag_hours": 4,
    # Days without a sign-in after which an account is closed, and before which its holder is told.
    "account_unused_days": 180,
    "account_warn_days": 14,
    # Where the digest of the log goes each month, to be kept outside; empty: nowhere.
    "audit_digest_mail": "",
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
    """Store a value in the present transaction. None stands in no row: it is nothing but the default of the keys that may be empty."""
    row = db.session.get(Setting, key)
    if value is None:
        if row is not None:
            db.session.delete(row)
    elif row is None:
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
