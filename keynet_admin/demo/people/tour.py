"""Where to go in a demo from an application to a closed posting: the addresses that `load-demo` (and with it `make run`) prints."""

from collections.abc import Iterator

from sqlalchemy import select

from keynet_admin.demo import chiyoda
from keynet_admin.demo.people import chiyoda_people
from keynet_admin.extensions import db
from keynet_admin.models import Account, Candidate, Posting
from keynet_admin.services.account import tokens
from keynet_admin.services.candidate import access
from keynet_admin.services.mail import outbox
from keynet_admin.vocabulary import PostingStatus


def lines() -> Iterator[str]:
    """A posting to apply to, and the own page of somebody who did. Nothing where they are there no more. Reads only."""
    applied = Candidate.form_key.like(f"demo-%-{chiyoda_people.LOOKED_AT}-applicant") & (Candidate.salt != "")
    person = db.session.execute(select(Candidate).where(applied).order_by(Candidate.id.desc()).limit(1)).scalar_one_or_none()
    if person is not None and person.posting.status is PostingStatus.live:
        yield f"応募してみる: {outbox.public_link(f'/postings/{person.posting.posting_no}/apply')}（質問は、末尾を ask に）"
    if person is not None:
        code = tokens.shown(access.code(person))
        yield f"応募した方のページ: {outbox.public_link('/my')}（番号 {person.candidate_no}、コード {code}）"
    own = select(Account.organization_id).where(Account.email == chiyoda.EMAIL).scalar_subquery()
    closed = select(Posting).where(Posting.organization_id == own, Posting.status == PostingStatus.closed, Posting.open_at_close > 0)
    row = db.session.execute(closed.order_by(Posting.closed_at.desc(), Posting.id).limit(1)).scalar_one_or_none()
    if row is not None:
        address = outbox.public_link(f"/office/posting/{row.id}/")
        yield f"応募者への対応（{chiyoda.EMAIL}）: {outbox.public_link('/office/candidate/')}、実績を付けて終了した募集: {address}"
