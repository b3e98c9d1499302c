"""No listing without a live posting, none forgotten, and no partner who stands elsewhere than visitors."""

from sqlalchemy import Text, select, type_coerce

from keynet_admin.extensions import db
from keynet_admin.models import Listing, PartnerItem, Posting, PostingRevision
from keynet_admin.services.invariants.row import Looked, count
from keynet_admin.services.listing import search_index
from keynet_admin.services.partner import ledger
from keynet_admin.vocabulary import ListingState, PostingStatus

_LIVE = (PostingRevision.posting_id == Posting.id) & (PostingRevision.number == Posting.live)
# As `AsciiJson` writes it; in a text that somebody typed the quotes would be escaped.
_PRIVATE = type_coerce(PostingRevision.normalized, Text).contains('"visibility":"private"')


def listed() -> Looked:
    """Just the postings that are live and not private are shown, each under a number."""
    query = select(Posting.posting_no, Posting.status, Listing.state).outerjoin(Listing, Listing.posting_id == Posting.id)
    query = query.outerjoin(PostingRevision, _LIVE).order_by(Posting.id)
    shown, live = Listing.state == ListingState.listed, Posting.status == PostingStatus.live
    wrong = query.where(shown, ~live | PostingRevision.id.is_(None) | _PRIVATE)
    found = [
        f"募集 {number}（{status.label}）：公開できないものが、公開の一覧にあります。" for number, status, _ in db.session.execute(wrong)
    ]
    lacking = query.where(live, ~_PRIVATE, Listing.state.is_(None) | ~shown)
    found += [f"募集 {number}（{status.label}）：公開の一覧にありません。" for number, status, _ in db.session.execute(lacking)]
    bare = select(Posting.posting_no).where(live, ~select(PostingRevision.id).where(_LIVE).exists()).order_by(Posting.id)
    found += [f"募集 {number}：公開する内容がありません。" for number in db.session.execute(bare).scalars()]
    unnumbered = select(Listing.posting_no).where(Listing.sequence.is_(None)).order_by(Listing.posting_id)
    found += [f"募集 {number}：公開の変更に番号がありません。" for number in db.session.execute(unnumbered).scalars()]
    return Looked(count(Posting), found)


def searchable() -> Looked:
    """The index of the visitors' search has just the rows that are shown."""
    words = set(db.session.execute(select(Listing.posting_id).where(Listing.search_text.is_not(None))).scalars())
    indexed = set(db.session.execute(search_index.INDEX.ids(db.engine.dialect.name)).scalars())
    found = [f"募集（番号 {number}）：検索の索引に載っていません。" for number in sorted(words - indexed)]
    found += [f"募集（番号 {number}）：公開していないものが、検索の索引に載っています。" for number in sorted(indexed - words)]
    return Looked(len(words | indexed), found)


def partners() -> Looked:
    """Each posting stands at the partners who take it, and at no other."""
    never = select(PartnerItem.partner_id, PartnerItem.posting_id).where(
        ~select(Listing.posting_id).where(Listing.posting_id == PartnerItem.posting_id).exists()
    )
    found = [
        f"連携先 {partner}、募集（番号 {posting}）：公開したことのない募集です。"
        for partner, posting in db.session.execute(never.order_by(PartnerItem.id))
    ]
    found += [f"連携先 {partner.id}、募集（番号 {posting}）：{why}" for partner, posting, why in ledger.misplaced()]
    return Looked(count(PartnerItem), found)
