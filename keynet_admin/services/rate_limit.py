"""Rate limits on guessing and on the anonymous door: counts in a table that all workers share. Real time, not the movable clock.

A try counts for the address typed (known or unknown, no difference) from this network, for the network, and, where guessing from many
networks would pay, for the address from everywhere. Networks get wide limits, since the towns of a whole prefecture may share one address.
Who tries elsewhere does not close the door for the owner; a browser in which the owner has signed in before has a count of its own and no
other. A full count refuses until its window is over; refused tries do not make it longer.

What strangers may send counts for their network alone: forms, submissions out of files, and how much is kept for them.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete, update
from sqlalchemy.dialects import postgresql, sqlite

from keynet_admin import clock, config
from keynet_admin.errors import TooMany
from keynet_admin.extensions import db
from keynet_admin.models import Throttle
from keynet_admin.network import network as network_of
from keynet_admin.services.account.use_cases import normal_email
from keynet_admin.services.transaction import rows_changed


@dataclass(frozen=True)
class Limit:
    """How many tries within a window: for one address from one network (or known browser), for one network, for one address at all.

    `words`: what is refused and the limit, where the general sentence does not say it.
    """

    address: int | None
    network: int
    window: timedelta
    everywhere: int | None = None
    words: str = ""


_HOUR = timedelta(hours=1)
LIMITS = {
    "login": Limit(10, 300, timedelta(minutes=15), everywhere=100),
    "code": Limit(8, 200, timedelta(minutes=15)),
    "forgot": Limit(5, 100, timedelta(hours=1), everywhere=5),
    "reentry": Limit(20, 200, timedelta(minutes=15)),
    "own_page": Limit(20, 200, timedelta(minutes=15)),
    "status": Limit(20, 300, timedelta(minutes=15)),
    "password": Limit(10, 300, timedelta(minutes=15)),
    # Behind a right password: who gets here knows it, so there are few tries, and few from everywhere.
    "second": Limit(5, 300, timedelta(minutes=15), everywhere=10, words="確認コードの間違いが続いたため、一時的に受け付けていません。"),
    # At that pace six digits would be guessed within a year: from browsers that nobody knows, fifty a day.
    "second_day": Limit(None, 5000, 24 * _HOUR, everywhere=50, words="確認コードの間違いが続いたため、一時的に受け付けていません。"),
    # The anonymous door. A prefecture's towns may share one address; a form that is sent costs a mail and an operator's look.
    "send": Limit(None, 120, _HOUR, words="同じ回線からの申請が多いため、一時的に受け付けていません（1時間に120件まで）。"),
    "file_send": Limit(
        None,
        600,
        _HOUR,
        words="同じ回線からの申請が多いため、一時的に受け付けていません（ファイルで1時間に600件まで）。確かめたファイルは残っています。",
    ),
    # Who applies or asks: for one address (each costs it a mail), for a network (a hospital's, a school's).
    "apply": Limit(
        10,
        120,
        _HOUR,
        everywhere=20,
        words="同じ回線または同じ連絡先からの応募・質問が多いため、一時的に受け付けていません（1時間に回線ごと120件、連絡先ごと10件まで）。",
    ),
    "message": Limit(20, 300, _HOUR, words="メッセージが続いているため、一時的に受け付けていません（1時間に20通まで）。"),
    # Who asks for new postings by mail: each asking costs an address a mail that its owner may not have wished for.
    "alert": Limit(
        5,
        200,
        24 * _HOUR,
        everywhere=5,
        words="同じ回線または同じアドレスからの申し込みが多いため、一時的に受け付けていません（1日にアドレスごと5回、回線ごと200回まで）。",
    ),
    # In steps of 100 kB begun: 600 small files, or 60 MB.
    "file": Limit(None, 600, _HOUR, words="同じ回線からのファイルが多いため、一時的に受け付けていません（1時間に合わせて60MBまで）。"),
    # In steps of 10 kB by which drafts grow: 2,000 small drafts, or 20 MB.
    "draft": Limit(None, 2000, _HOUR, words="同じ回線からの下書きが多いため、一時的に保存できません（1時間に合わせて20MBまで）。"),
}


def hit(kind: str, *, network: str, address: str = "", browser: str = "", amount: int = 1) -> int | None:
    """Count one try (or `amount` of what the kind counts) before it is judged. Raises TooMany when a count is full; the network's says so, for nobody else is told by it.

    To be called in a transaction of its own that commits before slow work begins. `network` is the client's IP address, `browser` the
    random mark of one that is known to be the address owner's. Returns how many tries are left for the address here, where they are counted.
    """
    if not config.current().rate_limits:
        return None
    limit = LIMITS[kind]
    now = clock.real_now()
    counts = [(_of_address(kind, address, network, browser), limit.address)] if limit.address is not None else []
    if not browser:
        counts.append((_of_network(kind, network), limit.network))
        counts += [(_everywhere(kind, address), limit.everywhere)] if limit.everywhere is not None else []
    left = None
    for key, most in counts:
        count, started = _count_up(key, now, limit.window, amount)
        if count > most:
            seconds = max(1, int((started + limit.window - now).total_seconds()))
            raise TooMany(seconds, network=key == _of_network(kind, network), words=limit.words)
        if key == counts[0][0] and limit.address is not None:
            left = most - count
    return left


def forgive(kind: str, *, address: str, network: str, browser: str = "") -> None:
    """After a success: the address starts afresh here, and the wider counts get their try back."""
    if not config.current().rate_limits:
        return
    db.session.execute(delete(Throttle).where(Throttle.key == _of_address(kind, address, network, browser)))
    if not browser:
        wider = Throttle.key.in_((_of_network(kind, network), _everywhere(kind, address)))
        rows_changed(update(Throttle).where(wider, Throttle.count > 0).values(count=Throttle.count - 1))


def _of_address(kind: str, address: str, network: str, browser: str) -> str:
    return _key(kind, "a", f"{normal_email(address)} {browser or network_of(network)}")


def _of_network(kind: str, network: str) -> str:
    return _key(kind, "n", network_of(network))


def _everywhere(kind: str, address: str) -> str:
    return _key(kind, "e", normal_email(address))


def _count_up(key: str, now: datetime, window: timedelta, amount: int) -> tuple[int, datetime]:
    """Add to a count in a single statement, so that tries at the same moment are all counted; an old window starts anew."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    # A start in the future comes from a system clock that was turned back: it must not refuse for days.
    stale = (Throttle.window_start <= now - window) | (Throttle.window_start > now + timedelta(minutes=1))
    statement = insert(Throttle).values(key=key, window_start=now, count=amount)
    row = db.session.execute(
        statement.on_conflict_do_update(
            index_elements=[Throttle.key],
            set_={
                "count": case((stale, amount), else_=Throttle.count + amount),
                "window_start": case((stale, now), else_=Throttle.window_start),
            },
        ).returning(Throttle.count, Throttle.window_start)
    ).one()
    return row[0], row[1]


def _key(kind: str, what: str, value: str) -> str:
    return f"{kind}:{what}:{hashlib.sha256(value.encode('utf-8', 'surrogatepass')).hexdigest()[:40]}"
