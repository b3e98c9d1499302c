"""Tells a demo database from a real one."""

from sqlalchemy import exists, inspect, select

from keynet_admin import clock
from keynet_admin.errors import Refused
from keynet_admin.extensions import db, reading
from keynet_admin.models import Account, Organization, Posting, Setting, Submission

KEY = "demo"
OWN = (Account, Organization, Posting, Submission)


def is_demo() -> bool:
    """Was this database filled by `load-demo`?"""
    return db.session.get(Setting, KEY) is not None


def is_empty() -> bool:
    """Has nobody worked with this database yet? (Reference tables do not count.)"""
    return not any(db.session.execute(select(exists().where(model.id.is_not(None)))).scalar_one() for model in OWN)


def write_marker(seed: int) -> None:
    """Mark this database as the demo's, in the present transaction."""
    db.session.add(Setting(key=KEY, value={"seed": seed, "at": clock.now().isoformat()}, changed_at=clock.now()))


def refuse_real_data() -> None:
    """For the start with KEYNET_DEMO=1: raises Refused on a database that has rows but no demo marker. Before the migrations: nothing."""
    with reading():
        names = set(inspect(db.engine).get_table_names())
        real = {model.__tablename__ for model in (*OWN, Setting)} <= names and not is_demo() and not is_empty()
        db.session.rollback()
    if real:
        raise Refused("このデータベースにはデモではないデータがあります。KEYNET_DEMO=1 では起動しません。")
