"""Who gets what, held against a second statement of the rule; and that nobody ever reads another's scope or what is masked."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.orm import Session

from keynet_admin.catalogue import reference
from keynet_admin.extensions import db
from keynet_admin.models import Listing, Partner, PartnerItem, Posting, PostingRevision
from keynet_admin.services.listing import publish as listing
from keynet_admin.services.partner import feed, ledger, scope
from keynet_admin.services.partner.scope import SharedPosting
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import PartnerKind, PartnerStatus, PostingStatus
from tests import factories

JOBS = [row.slug for row in reference.job_types()]
NURSES = {"nurse", "assistant_nurse", "midwife", "public_health_nurse"}
CONSENTS = ("share_nc", "share_stt", "share_private")
partners = st.builds(
    Partner,
    kind=st.sampled_from(list(PartnerKind)),
    prefecture_code=st.sampled_from(["", "13", "45"]),
    job_types=st.lists(st.sampled_from(JOBS), max_size=3, unique=True),
)
shared = st.builds(
    SharedPosting,
    job_type=st.sampled_from(JOBS),
    prefecture_code=st.sampled_from(["13", "45"]),
    consents=st.frozensets(st.sampled_from(CONSENTS)),
)


def due_to(kind: str, area: str, jobs: list[str], job: Any, place: Any, consents: frozenset[str]) -> bool:
    """The rule in other words: issue 10, domain.md 5."""
    if area not in ("", place):
        return False
    if kind == "nurse_center":
        return job in NURSES and "share_nc" in consents
    if kind == "save_the_town":
        return job == "physician" and "share_stt" in consents
    return kind == "other" and "share_private" in consents and (not jobs or job in jobs)


@given(partners, shared)
def test_who_gets_what(partner: Partner, posting: SharedPosting) -> None:
    facts = posting.job_type, posting.prefecture_code, posting.consents
    assert scope.takes(partner, posting) is due_to(partner.kind.value, partner.prefecture_code, partner.job_types, *facts)


@pytest.mark.parametrize("value", [None, False, "yes", 1, [], "はい"])
def test_only_a_plain_yes_is_a_consent(value: object) -> None:
    assert scope.consents_of({"share_nc": value, "share_stt": True}) == {"share_stt"}


def test_a_title_of_the_longest_length_is_taken() -> None:
    def why(length: int, most: int | None = 20) -> str:
        return scope.beyond_limits(Partner(title_most=most), SharedPosting("nurse", "45", frozenset(), "看" * length))

    assert (why(20), why(999, None)) == ("", "")
    assert "21字" in why(21)


contents = st.fixed_dictionaries(
    {
        "job_type": st.sampled_from(["nurse", "physician", "pharmacist"]),
        "venue_city": st.sampled_from(["452068", "131016"]),
        "visibility": st.sampled_from(["public", "masked", "private"]),
        **dict.fromkeys(CONSENTS, st.booleans()),
    }
)
steps = st.lists(
    st.tuples(st.integers(0, 1), contents, st.sampled_from(["live", "live", "live", "paused", "closed"])), min_size=2, max_size=7
)


@given(steps)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_partner_reads_what_is_not_meant_for_it(db_session: Session, few: dict[str, Any], walk: list[tuple[int, Any, str]]) -> None:
    """Two postings change their job, place, consents, visibility and state; after each step every partner knows just what it may."""
    known: dict[int, dict[str, Any]] = {partner.id: {} for partner in few["partners"]}
    cursors = dict.fromkeys(known, 0)
    now: dict[int, tuple[dict[str, Any], str]] = {}
    for which, content, state in walk:
        posting = few["postings"][which]
        put(posting, content, state)
        now[which] = (content, state)
        for partner in few["partners"]:
            for line in feed.page(partner, cursors[partner.id]).lines:
                known[partner.id].pop(line.key, None)
                if line.state == "listed":
                    known[partner.id][line.key] = line.content
            cursors[partner.id] = feed.page(partner, cursors[partner.id]).next
            expected = {
                few["postings"][number].posting_no
                for number, (told, at) in now.items()
                if at == "live" and told["visibility"] != "private" and meant(partner, told) and partner.status is PartnerStatus.active
            }
            assert set(known[partner.id]) == expected
            everything = json.dumps([line.content for line in feed.page(partner).lines], ensure_ascii=False)
            assert ("日向市" in everything) is any(
                now[n][0]["visibility"] == "public" for n in now if few["postings"][n].posting_no in expected
            )
    clear(few["postings"])


def meant(partner: Partner, content: dict[str, Any]) -> bool:
    """The rule over a content."""
    consents = frozenset(name for name in CONSENTS if content[name])
    place = content["venue_city"][:2]
    return due_to(partner.kind.value, partner.prefecture_code, partner.job_types, content["job_type"], place, consents)


@pytest.fixture
def few(db_session: Session, clock: Any) -> dict[str, Any]:
    """One partner of each kind and two postings."""
    with transaction():
        made = [
            factories.partner(PartnerKind.nurse_center),
            factories.partner(PartnerKind.nurse_center, prefecture_code="13"),
            factories.partner(PartnerKind.save_the_town),
            factories.partner(PartnerKind.other, job_types=["pharmacist", "nurse"]),
            factories.partner(PartnerKind.other, status=PartnerStatus.stopped, verified_at=None),
        ]
        postings = [factories.posting(PostingStatus.live) for _ in range(2)]
    clear(postings)
    return {"partners": made, "postings": postings}


def clear(postings: list[Posting]) -> None:
    """As if they had never been public."""
    with transaction():
        ids = [row.id for row in postings]
        db.session.execute(delete(PartnerItem).where(PartnerItem.posting_id.in_(ids)))
        db.session.execute(delete(Listing).where(Listing.posting_id.in_(ids)))


def put(posting: Posting, content: dict[str, Any], state: str) -> None:
    """The posting with this content live, in this state, without the gate (which is not what is tried)."""
    with transaction():
        posting.current += 1
        posting.live, posting.status = posting.current, PostingStatus(state)
        before = db.session.query(PostingRevision).filter_by(posting_id=posting.id, number=1).one()
        normalized = dict(before.normalized) | content | {"venue_name": "日向市体育館", "access": "日向市駅から徒歩5分"}
        values = {name: getattr(before, name) for name in ("typed", "findings", "reasons", "ruleset", "reference_date")}
        db.session.add(PostingRevision(posting_id=posting.id, number=posting.current, normalized=normalized, **values))
        listing.update(posting)


def test_the_sandbox_has_invented_postings_only(db_session: Session, few: dict[str, Any]) -> None:
    put(few["postings"][0], {"visibility": "public", **dict.fromkeys(CONSENTS, True)}, "live")
    with transaction():
        sandbox = factories.partner(PartnerKind.sandbox)
        ledger.refill(sandbox)
    lines = feed.page(sandbox).lines
    assert {line.state for line in lines} == {"listed", "withdrawn", "closed"}
    assert not {line.key for line in lines} & {row.posting_no for row in few["postings"]}
    assert db.session.query(PartnerItem).filter_by(partner_id=sandbox.id).count() == 0
    halves = [*feed.page(sandbox, limit=3).lines, *feed.page(sandbox, feed.page(sandbox, limit=3).next).lines]
    assert halves == list(lines)
