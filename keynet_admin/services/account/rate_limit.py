"""Rate limits on guessing: counts of tries in a table that all workers share. Real time, not the movable clock.

A try counts for the address typed (known or unknown, no difference) from this network, for the network, and, where guessing from many
networks would pay, for the address from everywhere. Networks get wide limits, since the towns of a whole prefecture may share one address.
Who tries elsewhere does not close the door for the owner; a browser in which the owner has signed in before has a count of its own and no
other. A full count refuses until its window is over; refused tries do not make it longer.
"""

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete, update
from sqlalchemy.dialects import postgresql, sqlite

from keynet_admin import clock, config
from keynet_admin.errors import TooMany
from keynet_admin.extensions import db
from keynet_admin.models import Throttle
from keynet_admin.services.account.use_cases import normal_email
from keynet_admin.services.transaction import rows_changed


@dataclass(frozen=True)
class Limit:
    """How many tries within a window: for one address from one network (or known browser), for one network, for one address at all."""

    address: int
    network: int
    window: timedelta
    everywhere: int | None = None


LIMITS = {
    "login": Limit(10, 300, timedelta(minutes=15), everywhere=100),
    "code": Limit(8, 200, timedelta(minutes=15)),
    "forgot": Limit(5, 100, timedelta(hours=1), everywhere=5),
    "reentry": Limit(20, 200, timedelta(minutes=15)),
    "status": Limit(20, 300, timedelta(minutes=15)),
    "password": Limit(10, 300, timedelta(minutes=15)),
}


def hit(kind: str, *, address: str, network: str, browser: str = "") -> None:
    """Count one try before it is judged. Raises TooMany when a count is full; the network's says so, for nobody else is told by it.

    To be called in a transaction of its own that commits before slow work begins. `network` is the client's IP address, `browser` the
    random mark of one that is known to be the address owner's.
    """
    if not config.current().rate_limits:
        return
    limit = LIMITS[kind]
    now = clock.real_now()
    counts = [(_of_address(kind, address, network, browser), limit.address)]
    if not browser:
        counts.append((_of_network(kind, network), limit.network))
        counts += [(_everywhere(kind, address), limit.everywhere)] if limit.everywhere is not None else []
    for key, most in counts:
        count, started = _count_up(key, now, limit.window)
        if count > most:
            raise TooMany(max(1, int((started + limit.window - now).total_seconds())), network=key == _of_network(kind, network))


def forgive(kind: str, *, address: str, network: str, browser: str = "") -> None:
    """After a success: the address starts afresh here, and the wider counts get their try back."""
    if not config.current().rate_limits:
        return
    db.session.execute(delete(Throttle).where(Throttle.key == _of_address(kind, address, network, browser)))
    if not browser:
        wider = Throttle.key.in_((_of_network(kind, network), _everywhere(kind, address)))
        rows_changed(update(Throttle).where(wider, Throttle.count > 0).values(count=Throttle.count - 1))


def _of_address(kind: str, address: str, network: str, browser: str) -> str:
    return _key(kind, "a", f"{normal_email(address)} {browser or _network(network)}")


def _of_network(kind: str, network: str) -> str:
    return _key(kind, "n", _network(network))


def _everywhere(kind: str, address: str) -> str:
    return _key(kind, "e", normal_email(address))


def _count_up(key: str, now: datetime, window: timedelta) -> tuple[int, datetime]:
    """Add one in a single statement, so that tries at the same moment are all counted; an old window starts anew."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    # A start in the future comes from a system clock that was turned back: it must not refuse for days.
    stale = (Throttle.window_start <= now - window) | (Throttle.window_start > now + timedelta(minutes=1))
    statement = insert(Throttle).values(key=key, window_start=now, count=1)
    row = db.session.execute(
        statement.on_conflict_do_update(
            index_elements=[Throttle.key],
            set_={"count": case((stale, 1), else_=Throttle.count + 1), "window_start": case((stale, now), else_=Throttle.window_start)},
        ).returning(Throttle.count, Throttle.window_start)
    ).one()
    return row[0], row[1]


def _network(address: str) -> str:
    """One IPv4 address, or the /64 that an IPv6 customer owns. What is no address counts as one unknown network."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(ip, ipaddress.IPv6Address):
        return str(ip.ipv4_mapped or ipaddress.ip_network((ip, 64), strict=False).network_address)
    return str(ip)


def _key(kind: str, what: str, value: str) -> str:
    return f"{kind}:{what}:{hashlib.sha256(value.encode('utf-8', 'surrogatepass')).hexdigest()[:40]}"
