"""One place that commits. Services change rows; the door (a view, a command, a job) wraps the use case in `transaction()`.

Work over many rows is a loop of short transactions, never one long one. The few services that drive such a loop themselves (`DRIVERS` of
tests/architecture/test_transactions.py) are called with no transaction open; the refusal to nest guards that.
"""

import logging
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select

from keynet_admin.errors import ReadOnlyMode, ViewingOnly
from keynet_admin.extensions import Access, access, db
from keynet_admin.models import Setting

log = logging.getLogger(__name__)
VIEWING_ONLY = "ほかのアカウントの画面を確認しているあいだは、何も変えられません。何も行っていません。"
_BEFORE, _KEY, _OPEN = "before_commit", "after_commit", "in_transaction"
READ_ONLY = "read_only"  # the setting: when, by whom and why writing was stopped; None while it is not


class TransactionMisused(RuntimeError):
    """A transaction inside another one (the inner would commit the outer's half), or one during a GET."""


def before_commit(action: Callable[..., None], *arguments: Hashable) -> None:
    """Run `action(*arguments)` as the last work of the present transaction, once however often it is asked for.

    Rows that all transactions share (a version, a sequence) are locked here and nowhere else: what is locked last and let go at once
    cannot be half of a deadlock.
    """
    db.session.info.setdefault(_BEFORE, {})[action, arguments] = None


def after_commit(action: Callable[..., None], *arguments: Hashable) -> None:
    """Run `action(*arguments)` once, when the present transaction is committed; forgotten when it is rolled back.

    Its failure is logged and harmless: everything it does is repeated by a sweep.
    """
    db.session.info.setdefault(_KEY, {})[action, arguments] = None


def forget_log() -> None:
    """SQLite keeps old pages in its write-ahead log until it is begun anew (in the file itself `secure_delete` overwrites them). After a commit."""
    if db.engine.dialect.name != "sqlite":
        return
    with db.engine.connect() as connection:
        raw: Any = connection.connection.driver_connection  # outside of any transaction
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def settle() -> None:
    """Do now what waits for the end of the present transaction: for a long history that is told in one (the demo), at each of its moments."""
    db.session.flush()
    for action, arguments in db.session.info.pop(_BEFORE, {}):
        action(*arguments)


def read_only() -> dict[str, Any] | None:
    """Why nothing may be written now, as it is stored (`services/operation/site_state.py`); None in normal operation."""
    value: dict[str, Any] | None = db.session.execute(select(Setting.value).where(Setting.key == READ_ONLY)).scalar_one_or_none()
    return value


@contextmanager
def transaction(*, even_read_only: bool = False) -> Iterator[None]:
    """Commit what the block did, then run the after-commit actions; roll everything back on any exception.

    In read-only mode it raises ReadOnlyMode, but for the few who say `even_read_only` (tests/architecture/test_transactions.py lists them
    with their reasons). The state is read inside the transaction itself, so that every process follows at once.

    What a request reads before and after it (to look a row up, to draw the page) takes no write lock: a reading transaction that is
    open is ended first, so that the block sees the rows as they are under the lock. Raises TransactionMisused when one is open already,
    and during a request that must not change anything (GET, HEAD). Raises ViewingOnly for whoever sees another account's pages.
    """
    if db.session.info.get(_OPEN):
        raise TransactionMisused("a transaction is open already")
    if access.get() is Access.VIEWING:
        raise ViewingOnly(VIEWING_ONLY)
    if access.get() is Access.READ_ONLY:
        raise TransactionMisused("a GET changes nothing and takes no write lock")
    if access.get() is Access.READ:
        db.session.rollback()
    mode = access.set(Access.WRITE)
    db.session.info[_OPEN] = True
    try:
        if not even_read_only and read_only():
            raise ReadOnlyMode
        yield
        settle()
        db.session.commit()
    except BaseException:
        db.session.info.pop(_BEFORE, None)
        db.session.info.pop(_KEY, None)
        db.session.rollback()
        raise
    finally:
        db.session.info.pop(_OPEN, None)
        access.reset(mode)
    for action, arguments in db.session.info.pop(_KEY, {}):
        try:
            action(*arguments)
        except Exception:
            log.exception("after-commit action failed")


def rows_changed(statement: Any) -> int:
    """Run an UPDATE or DELETE and return how many rows it changed. Objects of the session that stand for them are not told."""
    result: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
    return int(result.rowcount)
