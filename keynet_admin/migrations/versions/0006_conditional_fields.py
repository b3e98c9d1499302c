"""0006 conditional fields

Revision: 0006; follows: 0005

Values of fields that do not apply leave what was stored as normalised (`docs/decisions/0015-conditional-fields.md`); what was typed
stays. The identity of an imported form follows, so that the same file again still changes nothing.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BATCH = 200
_OTHER_JOBS = (
    "physician dentist radiological_technologist clinical_laboratory_technologist clinical_engineer pharmacist "
    "emergency_life_saving_technician dental_hygienist clerical"
)
_NURSES = "public_health_nurse midwife nurse"
_ENGAGEMENTS = "fiscal_year_part_time fiscal_year_full_time temporary_appointment fixed_term_appointment special_part_time honorarium other"
# The fields as they were when this was written: deciding field, answers with which they apply, answers with which they do not.
CONDITIONS = {
    "job_other": ("job_type", "other", f"{_OTHER_JOBS} {_NURSES} assistant_nurse"),
    "also_junior": ("job_type", _NURSES, f"{_OTHER_JOBS} assistant_nurse other"),
    "employer": ("engagement", "contractor", _ENGAGEMENTS),
    "training_note": ("training", "paid unpaid", "none"),
    "renewal_rule": ("renewal", "possible usual", "none"),
    "renewal_cap": ("renewal", "possible usual", "none"),
    "probation_note": ("probation", "conditional_one_month other", "none"),
    "overtime_hours": ("overtime", "yes", "no"),
    "fixed_ot_yen": ("fixed_ot", "yes", "no"),
    "fixed_ot_hours": ("fixed_ot", "yes", "no"),
    "fixed_ot_excess": ("fixed_ot", "yes", "no"),
    "commute_cap": ("commute", "fixed capped", "actual none"),
    "experience_note": ("experience", "preferred required", "not_asked"),
    "age_reason": ("age_limit", "yes", "no"),
    "age_note": ("age_limit", "yes", "no"),
    "deadline": ("deadline_type", "date", "until_filled"),
    "share_nc": ("job_type", f"{_NURSES} assistant_nurse", f"{_OTHER_JOBS} other"),
    "share_stt": ("job_type", "physician", f"{_OTHER_JOBS.removeprefix('physician ')} {_NURSES} assistant_nurse other"),
}
IN_PAY_LINES = {"hours_per_unit": ("pay_type", "day session month", "hour")}

_submission = sa.table("submission", sa.column("id"), sa.column("identity"))
_revision = sa.table(
    "submission_revision", sa.column("id"), sa.column("submission_id"), sa.column("number"), sa.column("normalized", sa.Text)
)
_contact = sa.table("submission_contact", sa.column("revision_id"), sa.column("normalized", sa.Text))
_posting_revision = sa.table("posting_revision", sa.column("id"), sa.column("normalized", sa.Text))
_listing = sa.table("listing", sa.column("posting_id"), sa.column("content", sa.Text))


def upgrade() -> None:
    """Go up."""
    _clean(_posting_revision.c.id, _posting_revision.c.normalized, lambda content: _drop(content))
    _clean(_listing.c.posting_id, _listing.c.content, lambda content: _drop(content.get("posting")))
    _clean(_revision.c.id, _revision.c.normalized, _drop_in_submission, after=_follow)


def downgrade() -> None:
    """Go back: what was dropped is in `typed` and means nothing."""


def _clean(
    key: sa.ColumnClause[Any],
    column: sa.ColumnClause[Any],
    change: Callable[[dict[str, Any]], bool],
    after: Callable[[int, dict[str, Any], dict[str, Any]], None] = lambda _key, _old, _new: None,
) -> None:
    """Change every row's JSON in batches; `after` hears of each changed row with its old and new content."""
    connection = op.get_bind()
    last = -1
    while rows := connection.execute(sa.select(key, column).where(key > last).order_by(key).limit(BATCH)).all():
        for number, text in rows:
            content = json.loads(text) if text else None
            if isinstance(content, dict) and change(content):
                value = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
                connection.execute(sa.update(key.table).where(key == number).values({column.name: value}))
                after(number, json.loads(text), content)
        last = rows[-1][0]


def _drop_in_submission(content: dict[str, Any]) -> bool:
    postings = content.get("postings")
    changed = [_drop(posting) for posting in postings] if isinstance(postings, list) else []
    return any(changed)


def _drop(posting: Any) -> bool:
    """Take what does not apply out of a normalised posting; True when there was anything."""
    if not isinstance(posting, dict):
        return False
    unused = [(posting, name) for name in _unused(posting, CONDITIONS, posting)]
    lines = posting.get("pay_lines")
    for line in lines if isinstance(lines, list) else ():
        if isinstance(line, dict):
            unused += [(line, name) for name in _unused(line, IN_PAY_LINES, posting)]
    for record, name in unused:
        del record[name]
    return bool(unused)


def _unused(record: dict[str, Any], conditions: dict[str, tuple[str, str, str]], posting: dict[str, Any]) -> Iterator[str]:
    """A field whose deciding field has no readable answer keeps what was typed, but not an unticked box or an empty text."""
    for name, (deciding, applies, applies_not) in conditions.items():
        answer = posting.get(deciding)
        if name not in record or answer in applies.split():
            continue
        value = record[name]
        if (
            answer in applies_not.split()
            or value is None
            or value is False
            or value == []
            or (isinstance(value, str) and not value.strip())
        ):
            yield name


def _follow(revision_id: int, old: dict[str, Any], new: dict[str, Any]) -> None:
    """The identity of an imported form is the hash of its first revision with its contact.

    Forms that differed only in what does not apply have one identity now: the first of them gets it, the others keep their old one.
    """
    connection = op.get_bind()
    query = (
        sa.select(_submission.c.id, _submission.c.identity, _contact.c.normalized)
        .join(_revision, _revision.c.submission_id == _submission.c.id)
        .join(_contact, _contact.c.revision_id == _revision.c.id)
        .where(_revision.c.id == revision_id, _revision.c.number == 1, _submission.c.identity.is_not(None))
    )
    for submission_id, identity, contact in connection.execute(query).all():
        person = {"contact": json.loads(contact)}
        wanted = _identity(new | person)
        taken = sa.select(_submission.c.id).where(_submission.c.identity == wanted)
        if identity == _identity(old | person) and connection.execute(taken).first() is None:
            connection.execute(sa.update(_submission).where(_submission.c.id == submission_id).values(identity=wanted))


def _identity(document: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True, ensure_ascii=True).encode("ascii")).hexdigest()
