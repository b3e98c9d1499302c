"""What an attacker with the database's own rights could do to the audit log, and a look whether the chain holds."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from keynet_admin.services.audit_chain import seal
from keynet_admin.services.audit_chain.verify import faults


def broken(session: Session) -> list[str]:
    """The faults of the chain as it is committed."""
    session.rollback()
    found = list(faults(seal.lines(), {}))
    session.rollback()
    return found


def drop_triggers(session: Session) -> None:
    """Open the tables of the log to any statement."""
    if session.connection().dialect.name == "postgresql":
        session.execute(text("DROP FUNCTION audit_is_only_added_to() CASCADE"))
    else:
        for name in session.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit%'")).scalars().all():
            session.execute(text(f"DROP TRIGGER {name}"))
    session.commit()


def cut_the_end(session: Session) -> None:
    """Take the newest event and its seal away, as if they had never been."""
    drop_triggers(session)
    last = session.execute(text("SELECT event_id FROM audit_seal ORDER BY position DESC LIMIT 1")).scalar_one()
    for table, key in (("audit_event", "id"), ("audit_seal", "event_id")):
        session.execute(text(f"DELETE FROM {table} WHERE {key} = {last}"))
    session.commit()
