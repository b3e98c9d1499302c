"""No balance off: how many people are secured is told alike by the rows, by the log, by the public page and by partners' reports."""

from collections import Counter
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, Listing, PartnerItem, Placement, Posting, PostingRevision
from keynet_admin.services.invariants.row import Looked, count
from keynet_admin.services.posting import balance
from keynet_admin.services.report import figures
from keynet_admin.vocabulary import ListingState

_ALWAYS = datetime(9999, 1, 1, tzinfo=UTC)  # whatever the clock said when it was written
_PLACED = ("place", "unplace", "set_total", "partner_secured")


def reported() -> Looked:
    """The report, which replays the log, counts the people of each posting and way as the posting's own balance does."""
    told = figures.snapshot(_ALWAYS).postings
    postings = db.session.execute(select(Posting).where(Posting.id.in_(told))).scalars().all() if told else []
    found = []
    counted = balance.balances(postings)
    for posting in postings:
        here, there = counted[posting.id].by_way, told[posting.id].by_way
        for way in sorted({*here, *there}):
            if here.get(way, 0) != there.get(way, 0):
                found.append(
                    f"募集 {posting.posting_no}：{way.label}で確保した人数が、画面では{here.get(way, 0)}名、記録では{there.get(way, 0)}名です。"
                )
    return Looked(len(postings), found)


def placed() -> Looked:
    """People secured by other ways: each row was told with its number, corrections never exceed what they correct, and a partner had the posting."""
    told: Counter[tuple[int, str, int]] = Counter()
    events = select(AuditEvent.subject_id, AuditEvent.codes).where(AuditEvent.subject == "posting", AuditEvent.action.in_(_PLACED))
    for posting, codes in db.session.execute(events):
        told[posting, codes["way"], codes.get("partner", 0)] += codes["count"]
    sums: dict[tuple[int, str, int], int] = {}
    key = Placement.posting_id, Placement.way, func.coalesce(Placement.partner_id, 0)
    for posting, way, partner, number in db.session.execute(select(*key, func.sum(Placement.count)).group_by(*key)):
        sums[posting, way.value, partner] = int(number)
    found = [
        f"募集（番号 {at[0]}）：{at[1]}で確保した人数が、行では{sums.get(at, 0)}名、記録では{told[at]}名です。"
        for at in sorted(sums.keys() | told.keys())
        if sums.get(at, 0) != told[at]
    ]
    first, later = aliased(Placement), aliased(Placement)
    chains = select(first.id, first.posting_id, first.count + func.coalesce(func.sum(later.count), 0)).where(first.corrects_id.is_(None))
    chains = chains.outerjoin(later, later.corrects_id == first.id).group_by(first.id, first.posting_id, first.count)
    below = db.session.execute(chains.having(first.count + func.coalesce(func.sum(later.count), 0) < 0).order_by(first.id))
    found += [
        f"募集（番号 {posting}）：確保した人の記録 {number} が、取り消しで{left}名になっています。" for number, posting, left in below
    ]
    had = select(PartnerItem.id).where(PartnerItem.partner_id == Placement.partner_id, PartnerItem.posting_id == Placement.posting_id)
    alone = select(Placement.id, Placement.posting_id).where(Placement.partner_id.is_not(None), ~had.exists()).order_by(Placement.id)
    found += [
        f"募集（番号 {posting}）：渡していない連携先から、確保の報告 {number} があります。" for number, posting in db.session.execute(alone)
    ]
    return Looked(count(Placement), found)


def shown() -> Looked:
    """What the public page says is still needed follows from who is secured."""
    live = (PostingRevision.posting_id == Posting.id) & (PostingRevision.number == Posting.live)
    here = Listing.state == ListingState.listed
    query = select(Listing.posting_id, Listing.posting_no, Listing.places, PostingRevision.headcount)
    query = query.join(Posting, Posting.id == Listing.posting_id).join(PostingRevision, live).where(here).order_by(Listing.posting_id)
    secured = balance.secured_of(select(Listing.posting_id).where(here))
    looked, found = 0, list[str]()
    for number, posting_no, places, wanted in db.session.execute(query):
        looked += 1
        found_by = balance.Headcount(wanted or 0, secured.get(number, 0), 0)
        says = (places["needed"], places["open"]) if places else None
        if says != ((found_by.needed, found_by.open) if found_by.wanted else None):
            found.append(f"募集 {posting_no}：公開のページの必要な人数とあとの人数が、確保した人数と合いません。")
    return Looked(looked, found)
