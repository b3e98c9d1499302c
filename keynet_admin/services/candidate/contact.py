"""What the municipality's people do about a person beside the stages: messages, who cares for whom, the interview, the same person elsewhere."""

from datetime import datetime

from sqlalchemy import or_, select

from keynet_admin import clock
from keynet_admin.errors import BadField, NotPermitted, Refused
from keynet_admin.extensions import db
from keynet_admin.models import Account, Candidate
from keynet_admin.permissions import Actor, Permission, can
from keynet_admin.services import audit, threads, workflow
from keynet_admin.services.account.session import actor_of
from keynet_admin.services.candidate import access, mail, messages, stages
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import IN_SELECTION, AccountStatus, ActorKind
from keynet_admin.vocabulary import CandidateStatus as S

PLACE_MOST = 200
LENGTHS = (15, 20, 30, 45, 60, 90, 120)  # minutes that an interview may take


def say(candidate: Candidate, actor: Actor, text: str, *, seen_version: int) -> Outcome:
    """Write to the person: a message of the thread, and its mail.

    To who was not contacted yet it is the contact, to who asked it is the answer, in the same transaction. Raises BadField (`message`).
    """
    _demand(candidate, actor)
    inquiry = candidate.status in (S.open, S.answered)
    step = "answer" if inquiry else "contact" if candidate.status in (S.received, S.seen) else ""
    done = messages.send(candidate, actor, text, seen_version=seen_version, action=step)
    stages.opened(candidate)
    return done.but(note="メッセージを送りました。")


def read(candidate: Candidate, actor: Actor) -> None:
    """The municipality has opened what the person wrote. Who did it, and when, stands in the history."""
    _demand(candidate, actor)
    if candidate.unread:
        stages.opened(candidate)
        audit.record(candidate, "read", actor)


def note(candidate: Candidate, actor: Actor, text: str) -> Outcome:
    """Write a note for colleagues. Raises BadField (`note`)."""
    _demand(candidate, actor)
    workflow.lock(candidate)
    if threads.pressed_again(candidate, actor, text) is None:
        threads.note(candidate, actor, text)
    return Outcome(candidate.status, note="メモを追加しました。")


def colleagues(candidate: Candidate) -> list[Account]:
    """Who may care for this person: accounts in use of the municipality with the right to."""
    query = select(Account).where(Account.organization_id == candidate.organization_id, Account.status == AccountStatus.active)
    found = db.session.execute(query.order_by(Account.id)).scalars()
    return [account for account in found if can(actor_of(account), Permission.candidate_handle, candidate)]


def assign(candidate: Candidate, actor: Actor, owner_id: int | None, *, seen_version: int | None) -> Outcome:
    """Give the person into the care of a colleague, or of nobody (None). Raises BadField (`owner`) for anybody else."""
    if again := workflow.repeated(candidate, actor, seen_version, "assign"):
        return again
    _demand(candidate, actor)
    owner = _colleague(candidate, owner_id)
    if owner is not None:  # who leaves just now is locked: afterwards they are no colleague any more
        workflow.lock(owner)
        owner = _colleague(candidate, owner_id)
    if owner_id is not None and owner is None:
        raise BadField("担当にする人を選んでください。", "owner")
    _touch(candidate, actor, seen_version)
    candidate.owner_id = owner_id
    audit.record(candidate, "assign", actor, version=candidate.version, owner=owner_id)
    return Outcome(candidate.status, note=f"担当を{owner.shown_name}さんにしました。" if owner is not None else "担当を未定にしました。")


def interview(
    candidate: Candidate, actor: Actor, when: datetime | None, place: str, *, minutes: int = 30, seen_version: int | None
) -> Outcome:
    """Set, move or call off (None) the interview; the person is told. Raises BadField (`day`, `place`, `minutes`) and Refused."""
    if again := workflow.repeated(candidate, actor, seen_version, "interview"):
        return again
    _demand(candidate, actor)
    if candidate.status not in IN_SELECTION:
        raise Refused(f"いまの段階（{candidate.status.label}）では、面接を決められません。")
    if when is None and candidate.interview_at is None:
        raise BadField("面接の日を入力してください。例：2021/5/18", "day")
    if when is not None and when <= clock.now():
        raise BadField("過ぎた日時です。これからの日時を入力してください。", "day")
    try:
        clean = workflow.not_too_long(place, "場所・方法", PLACE_MOST)
    except BadField as error:
        raise BadField(str(error), "place") from None
    if when is not None and minutes not in LENGTHS:
        raise BadField("面接の長さを選んでください。", "minutes")
    if when is not None and not clean:
        raise BadField("場所か方法を入力してください。例：市役所3階 会議室、オンライン", "place")
    _touch(candidate, actor, seen_version)
    candidate.interview_at, candidate.interview_place = when, clean if when is not None else ""
    candidate.interview_minutes = minutes
    audit.record(candidate, "interview", actor, version=candidate.version, off=when is None or None)
    told = "面接の日時をお知らせしました。" if when is not None else "面接を取りやめました。"
    return Outcome(candidate.status, note=told, mails=mail.tell(candidate, "candidate_interview", interview_words(candidate)))


def interview_words(candidate: Candidate) -> dict[str, object]:
    """What the mail about the interview says besides."""
    return {"when": candidate.interview_at, "place": candidate.interview_place, "minutes": candidate.interview_minutes}


def same_person(candidate: Candidate) -> list[Candidate]:
    """Other rows of the same municipality with the same reading and the same address or number. Never of another body."""
    ways = [column == value for column, value in ((Candidate.email, candidate.email), (Candidate.tel, candidate.tel)) if value]
    if not candidate.kana or not ways:
        return []
    query = select(Candidate).where(
        Candidate.organization_id == candidate.organization_id,
        Candidate.kana == candidate.kana,
        Candidate.id != candidate.id,
        Candidate.erased_at.is_(None),
        Candidate.locked.is_(False),
        or_(*ways),
    )
    return list(db.session.execute(query.order_by(Candidate.id.desc()).limit(20)).scalars())


def neighbours(candidate: Candidate) -> tuple[int | None, int | None]:
    """The ids before and after this one among those who wait for the municipality, the nearest promise first."""
    waiting = select(Candidate.id).where(
        Candidate.organization_id == candidate.organization_id,
        Candidate.due_at.is_not(None),
        Candidate.erased_at.is_(None),
        Candidate.id != candidate.id,
    )
    later, earlier = waiting, None
    if candidate.due_at is not None:
        due, same = candidate.due_at, Candidate.due_at == candidate.due_at
        later = waiting.where((Candidate.due_at > due) | (same & (Candidate.id > candidate.id)))
        earlier = waiting.where((Candidate.due_at < due) | (same & (Candidate.id < candidate.id)))
    after = db.session.execute(later.order_by(Candidate.due_at, Candidate.id).limit(1)).scalar_one_or_none()
    if earlier is None:
        return None, after
    before = earlier.order_by(Candidate.due_at.desc(), Candidate.id.desc()).limit(1)
    return db.session.execute(before).scalar_one_or_none(), after


def _colleague(candidate: Candidate, number: int | None) -> Account | None:
    return next((account for account in colleagues(candidate) if account.id == number), None)


def _demand(candidate: Candidate, actor: Actor) -> None:
    if actor.kind is not ActorKind.account or not can(actor, Permission.candidate_handle, candidate):
        raise NotPermitted("この操作を行う権限がありません。")
    if closed := access.why_closed(candidate):
        raise Refused(closed)


def _touch(candidate: Candidate, actor: Actor, seen_version: int | None) -> None:
    """A new version; how long the person has waited is another matter."""
    since = candidate.changed_at
    workflow.touch(candidate, actor, seen_version)
    candidate.changed_at = since
