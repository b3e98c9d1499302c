"""A good answer for everybody: question and answer on the posting's public page, in words that name nobody."""

import re
from collections.abc import Sequence

from sqlalchemy import select

from keynet_admin.errors import BadField, NotPermitted, Refused
from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, Candidate, PublishedAnswer
from keynet_admin.models.threads import ANSWER_MOST, QUESTION_MOST
from keynet_admin.permissions import Actor, Permission, can
from keynet_admin.rules.words.figures import PHONE, figures
from keynet_admin.rules.words.persons import person_named
from keynet_admin.rules.words.plain import plain
from keynet_admin.services import audit, threads, workflow
from keynet_admin.services.candidate import access
from keynet_admin.services.listing import history
from keynet_admin.services.listing import publish as listing
from keynet_admin.services.posting.revisions import live_revision
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import ActorKind, CandidateStatus, PostingStatus

NO_RIGHT = "質問と回答の公開には、公開の権限も必要です。公開の権限がある方に依頼してください。"
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")


def of(candidate: Candidate) -> PublishedAnswer | None:
    """What was published from this inquiry."""
    return db.session.execute(select(PublishedAnswer).where(PublishedAnswer.candidate_id == candidate.id)).scalar_one_or_none()


def why_not(candidate: Candidate, actor: Actor) -> str:
    """Why this actor can publish nothing from this row, empty when they can."""
    if closed := access.why_closed(candidate):
        return closed
    if not can(actor, Permission.posting_publish, candidate.posting):
        return NO_RIGHT
    if not candidate.is_inquiry or candidate.status is not CandidateStatus.answered:
        return "公開できるのは、回答済みの問い合わせだけです。"
    if candidate.posting.status is not PostingStatus.live:
        return "募集が公開中ではないため、載せるページがありません。"
    return ""


def beginning(candidate: Candidate) -> tuple[str, str]:
    """The texts to begin with: those that are published, else the last question and the last answer of the thread."""
    if (row := of(candidate)) is not None:
        return row.question, row.answer
    if access.why_closed(candidate):
        return "", ""
    last = {message.author_kind: message.body for message in threads.of(candidate)}
    return last.get(ActorKind.candidate, ""), last.get(ActorKind.account, "")


def publish(candidate: Candidate, actor: Actor, *, seen_version: int | None, question: str, answer: str) -> Outcome:
    """Show question and answer on the posting's page, or other words than before.

    Raises BadField (`question`, `answer`) for a text that is empty, too long or tells who asks, who answers or (of a masked posting) where;
    Refused when there is no page for it; NotPermitted for who may not publish postings (to take it back, handling people is enough).
    """
    if not can(actor, Permission.posting_publish, candidate.posting):
        raise NotPermitted(NO_RIGHT)
    if again := _begun(candidate, actor, seen_version, "publish_answer"):
        return again
    if why := why_not(candidate, actor):
        raise Refused(why)
    texts = {"question": _checked(candidate, question, "question"), "answer": _checked(candidate, answer, "answer")}
    workflow.touch(candidate, actor, seen_version)
    row = of(candidate)
    if row is None:
        db.session.add(PublishedAnswer(posting_id=candidate.posting_id, candidate_id=candidate.id, **texts))
    else:
        row.question, row.answer = texts["question"], texts["answer"]
    return _done(candidate, actor, "publish_answer", "募集のページの「よくある質問」に公開しました。")


def take_back(candidate: Candidate, actor: Actor, *, seen_version: int | None) -> Outcome:
    """Take question and answer from the page."""
    if again := _begun(candidate, actor, seen_version, "unpublish_answer"):
        return again
    row = of(candidate)
    if row is None:
        raise Refused("公開している質問と回答はありません。")
    workflow.touch(candidate, actor, seen_version)
    db.session.delete(row)
    return _done(candidate, actor, "unpublish_answer", "「よくある質問」から取り下げました。")


def forget(candidate: Candidate) -> None:
    """Take what was published from this inquiry from the page and from what is kept of it. The caller has locked the posting."""
    forget_kept([candidate.id])
    row = of(candidate)
    if row is not None:
        db.session.delete(row)
        listing.update(candidate.posting)


def forget_kept(candidate_ids: Sequence[int]) -> None:
    """Let the kept versions of public pages tell nothing that one of these people asked, also what was taken back since."""
    ever = select(AuditEvent.subject_id).where(
        AuditEvent.subject == Candidate.__tablename__, AuditEvent.subject_id.in_(candidate_ids), AuditEvent.action == "publish_answer"
    )
    postings = db.session.execute(select(Candidate.posting_id).where(Candidate.id.in_(ever)).distinct()).scalars().all()
    if postings:
        history.forget_answers(postings)


def _begun(candidate: Candidate, actor: Actor, seen_version: int | None, action: str) -> Outcome | None:
    if not can(actor, Permission.candidate_handle, candidate):
        raise NotPermitted("この操作を行う権限がありません。")
    workflow.lock(candidate.posting)
    return workflow.repeated(candidate, actor, seen_version, action)


def _done(candidate: Candidate, actor: Actor, action: str, note: str) -> Outcome:
    audit.record(candidate, action, actor, version=candidate.version)
    listing.update(candidate.posting)
    return Outcome(candidate.status, note=note)


def _checked(candidate: Candidate, text: str, field: str) -> str:
    what, most = ("質問", QUESTION_MOST) if field == "question" else ("回答", ANSWER_MOST)
    try:
        clean = workflow.not_too_long(text.replace("\r\n", "\n"), what, most)
    except BadField as error:
        raise BadField(str(error), field) from None
    if not clean:
        raise BadField(f"{what}を入力してください。", field)
    if told := _told_in(candidate, clean):
        raise BadField(f"だれでも読めるページに載るため、{told}は書けません。その部分を削除してください。", field)
    return clean


def _told_in(candidate: Candidate, text: str) -> str:
    """What a text gives away of anybody, in words; empty when nothing."""
    folded = plain(text)
    if found := _MAIL.search(folded):
        return f"メールアドレス「{found.group()}」"
    if found := PHONE.search(figures(folded)):
        return f"電話番号「{found.group()}」"
    parts = [*candidate.name.split(), *candidate.kana.split(), "".join(candidate.name.split())]
    if any(len(part) > 1 and plain(part) in folded for part in parts):
        return "質問された方のお名前"
    if person := person_named(text, contact_line=False):
        return f"個人名「{person}」"
    revision = live_revision(candidate.posting)
    if revision is not None and revision.normalized.get("visibility") == "masked":
        return "・".join(listing.secrets_of(candidate.organization, revision.normalized).shown_in(text))
    return ""
