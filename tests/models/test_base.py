"""Column types: what a text column holds is clean on both databases, and nothing is cut in silence."""

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from keynet_admin.models import Organization
from keynet_admin.models.base import CleanText, TextTooLong

LONGEST = 40


def organization(name: str) -> Organization:
    """An organization of this name."""
    return Organization(lg_code="452068", name=name, prefecture_code="45", org_type="city")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("日向市", "日向市"),
        ("a\0b", "ab"),
        ("lone \ud83d", "lone "),
        ("\0\udc00", ""),
        ("改行\nと\t空白 ", "改行\nと\t空白 "),
        ("😀", "😀"),
    ],
)
def test_what_no_text_column_can_hold_is_left_out(app: Flask, db_session: Session, typed: str, stored: str) -> None:
    row = organization(typed)
    db_session.add(row)
    db_session.flush()
    db_session.expire(row)
    assert row.name == stored
    found = db_session.execute(select(Organization.id).where(Organization.name == typed)).scalars().all()
    assert found == [row.id]


@pytest.mark.parametrize(("extra", "fits"), [(0, True), (1, False)])
def test_a_text_that_is_too_long_is_refused(app: Flask, db_session: Session, extra: int, fits: bool) -> None:
    text = "あ" * (LONGEST + extra)
    row = organization("x")
    db_session.add(row)
    db_session.flush()
    statement = update(Organization).where(Organization.id == row.id).values(name=text)
    if fits:
        db_session.execute(statement)
        assert row.name == text
        return
    with pytest.raises(TextTooLong, match=f"{LONGEST}文字まで"):
        db_session.execute(statement)
    row.name = text
    with pytest.raises(TextTooLong):
        db_session.flush()


def test_what_is_only_compared_may_be_of_any_length(app: Flask, db_session: Session) -> None:
    word = "あ" * 1000
    assert db_session.execute(select(Organization).where(Organization.name == word)).all() == []
    assert db_session.execute(select(Organization).where(Organization.name.contains(word, autoescape=True))).all() == []


def test_every_column_with_peoples_words_is_clean() -> None:
    """The columns that stay plain hold our own words: keys, hashes, codes, reference data."""
    from sqlalchemy import String, Text

    from keynet_admin.extensions import db

    plain = {
        f"{table.name}.{column.name}"
        for table in db.metadata.tables.values()
        for column in table.columns
        if type(column.type) in (String, Text) and not column.foreign_keys
    }
    own = (
        ".batch",
        ".network",
        "_hash",
        ".form_key",
        ".identity",
        ".ruleset",
        ".reference_date",
        ".purpose",
        ".key",
        ".subject",
        ".action",
        ".rule",
        ".level",
    )
    own += (".salt", "message_template.step", "message_template.code")  # a random key, names of moves and of standard texts
    own += (".own_level", ".path", ".message_id", ".template", "setting.", "counter.", "throttle.")
    own += ("listing.prefecture_code", "listing.municipality_code", "listing.job_type", "listing.engagement")
    own += (
        "report_correction.job_type",
        "report_correction.figure",
        "partner.code",
        "partner_key.prefix",
        ".prefecture_code",
        ".code6",
        ".tel_reversed",
    )
    own += (
        "open_data_month.month",
        "audit_event.state",
        "candidate.tel_key",
        "candidate.email_key",
        "candidate.choices",
        "search_alert.asked_key",
    )
    reference = (
        "prefecture.",
        "municipality.",
        "minimum_wage.",
        "nurse_center.",
        "law_date.",
        "municipality_successor.",
        "office_closure.",
    )
    own += ("saved_view.place", "saved_view.query")  # an endpoint, and a query made of known names and values
    own += ("job_run.name", "job_failure.name", "job_failure.kind", "job_failure.place", "mail_pause.domain", "staff_session.device")
    own += ("audit_check.digest", "audit_check.month", "audit_seal.digest")
    own += (
        "authenticator.secret",
        "passkey.credential_id",
        "passkey.public_key",
        "staff_session.challenge",
        ".sealed",
    )  # random, sealed or public keys
    own += ("chosen_columns.place", "chosen_columns.tab", "chosen_columns.names")
    left = {name for name in plain if not name.endswith(own) and not name.startswith((*own, *reference))}
    assert not left, f"CleanText, or our own words? {left}"
    assert isinstance(Organization.__table__.c.name.type, CleanText)
