"""What waits for a municipality: one row a kind of duty, each with its number and the list that shows just these rows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import joinedload

from keynet_admin import business_time, clock
from keynet_admin.catalogue.display import short_date, short_time
from keynet_admin.extensions import db
from keynet_admin.models import Candidate, Posting
from keynet_admin.permissions import Actor, Permission, can
from keynet_admin.services import business_days
from keynet_admin.services.posting import freshness
from keynet_admin.services.posting.balance import balances, full
from keynet_admin.services.posting.moderation import talk
from keynet_admin.services.report import rounds
from keynet_admin.vocabulary import PUBLISHED, CandidateStatus, PostingStatus

SOON_DAYS = 7
WAITING = 5
_P = PostingStatus


@dataclass(frozen=True)
class DutyKind:
    """A kind of duty about postings or candidates. `name` is the filter's value in their list, `label` its word; `one` says it of one posting (`{name}`, `{errors}`),
    `many` of several (`{n}`). `permission`: whose duty it is."""

    name: str
    label: str
    where: Callable[[], Any]
    tone: str
    icon: str
    one: str
    many: str
    text: str
    button: str
    permission: Permission = Permission.posting_read


@dataclass(frozen=True)
class Duty:
    """Something to do now: how many rows wait, what is said of them, and the list of exactly these. `posting`: the only one, if it is one."""

    name: str
    number: int
    tone: str
    icon: str
    title: str
    text: str
    url: str
    button: str
    posting: tuple[int, str] | None = None


def closing_soon() -> Any:
    """Where-clause: on the site, and over within `SOON_DAYS`."""
    today = clock.today()
    return and_(Posting.status == _P.live, Posting.publish_until.between(today, today + timedelta(days=SOON_DAYS)))


def _behind() -> Any:
    """A change of what is published that neither shows nor waits for an operator."""
    return and_(Posting.status.in_(PUBLISHED), Posting.live != Posting.current, Posting.release_asked.is_(False), ~_decided_by_others())


def _decided_by_others() -> Any:
    """A colleague's decision has been asked for (決裁)."""
    return Posting.approval_asked_by_id.is_not(None)


def _asked() -> Any:
    return and_(Posting.status == _P.live, Posting.asked_at.is_not(None))


# fmt: off
KINDS: tuple[DutyKind, ...] = (
    DutyKind("suspended", "掲載停止", lambda: Posting.status == _P.suspended, "must", "stop",
         "{name}は運営事務局が掲載を停止しています。", "運営事務局が掲載を停止した募集が{n}件あります。",
         "理由を確かめて、サービスセンターへご連絡ください。", "理由を見る"),
    DutyKind("talk", "運営からのメッセージ", lambda: talk.unread(by_desk=False), "must", "mail",
         "{name}について、サービスセンターからメッセージが届いています。", "サービスセンターからのメッセージがある募集が{n}件あります。",
         "読んで返事を書いてください。", "メッセージを読む"),
    DutyKind("incomplete", "入力の途中", lambda: and_(Posting.status == _P.draft, Posting.errors > 0), "must", "x",
         "{name}は入力の途中です（残り{errors}項目）。", "入力の途中の下書きが{n}件あります。", "直すと公開できます。", "内容を直す"),
    DutyKind("approval", "決裁待ち", _decided_by_others, "ask", "clock",
         "{name}の公開の決裁を求められています。", "公開の決裁を求められている募集が{n}件あります。",
         "内容を確かめて、公開するか差し戻してください。", "決裁待ちを見る", Permission.posting_publish),
    DutyKind("asked", "今も募集中かの回答待ち", _asked, "ask", "clock",
         "{name}は今も募集していますか。", "今も募集しているかをお尋ねしている募集が{n}件あります。", "", "内容を確かめる"),
    DutyKind("faulty", "直した内容に要修正", lambda: and_(_behind(), Posting.errors > 0), "ask", "x",
         "{name}の直した内容に、要修正があります。", "直した内容に要修正がある募集が{n}件あります。", "公開中の内容は前のままです。", "内容を直す"),
    DutyKind("returned", "反映していない変更", lambda: and_(_behind(), Posting.errors == 0), "ask", "back",
         "{name}の直した内容は、反映されていません。", "直した内容を反映していない募集が{n}件あります。",
         "差し戻しの理由などを確かめて、公開に進むか、公開の決裁を求めてください。", "内容を見る"),
    DutyKind("vacated", "辞退による空き", lambda: Posting.vacated, "ask", "user",
         "{name}に空きが出ました。", "空きが出た募集が{n}件あります。", "確保した方の辞退などによるものです。募集を再開できます。", "募集を再開する"),
    DutyKind("full", "充足（公開中）", full, "ask", "people",
         "{name}は募集人数に達しています。", "募集人数に達した公開中の募集が{n}件あります。",
         "終了するか、追加で募るときは人数を増やしてください。", "募集を終了する"),
    DutyKind("outcome", "確保した人数の回答待ち", lambda: Posting.outcome_due, "ask", "tri",
         "{name}で確保した人数を教えてください。", "確保した人数を伺っている募集が{n}件あります。",
         "お名前は要りません。メールのご案内からも回答できます。", "回答する"),
    DutyKind("ready", "公開前の下書き", lambda: and_(Posting.status == _P.draft, Posting.errors == 0, ~_decided_by_others()), "ask", "pen",
         "{name}はまだ公開されていません。", "まだ公開していない下書きが{n}件あります。", "内容を確かめて公開してください。", "確かめて公開する"),
    DutyKind("soon", "終了間近", closing_soon, "info", "calendar",
         "{name}の公開はまもなく終わります。", "公開がまもなく終わる募集が{n}件あります。", "", "期間を確かめる"),
)
# fmt: on
_S = CandidateStatus
_UNREAD = Candidate.status.not_in((_S.received, _S.open))
# fmt: off
CANDIDATE_KINDS: tuple[DutyKind, ...] = (
    DutyKind("new", "未確認の応募", lambda: Candidate.status == _S.received, "must", "tri", "", "応募 {n}件が未確認です。", "", "応募を確認する"),
    DutyKind("unanswered", "未回答の問い合わせ", lambda: Candidate.status == _S.open, "ask", "question", "",
             "問い合わせ {n}件に未回答です。", "", "回答する"),
    DutyKind("unread", "未読のメッセージ", lambda: and_(Candidate.unread, _UNREAD), "ask", "mail", "",
             "{n}名からのメッセージが未読です。", "", "メッセージを読む"),
    DutyKind("direct", "直接選考の結果待ち", lambda: Candidate.status == _S.moved, "ask", "people", "",
             "直接の選考に移した {n}名の結果が未登録です。", "", "結果を登録する"),
)
# fmt: on
BY_NAME = {kind.name: kind for kind in (*KINDS, *CANDIDATE_KINDS)}


def of_postings(actor: Actor, path: str) -> list[Duty]:
    """The duties about the actor's postings, the most pressing first, asked for in a few queries whatever their number.

    `path` is the address of the list of postings.
    """
    columns: list[Any] = [func.min(Posting.asked_at).filter(_asked())]
    columns += [func.min(Posting.publish_until).filter(closing_soon())]
    for kind in KINDS:
        columns += [func.count(Posting.id).filter(kind.where()), func.min(Posting.id).filter(kind.where())]
    asked, ends, *found = db.session.execute(_of(actor).with_only_columns(*columns)).one()
    numbers = dict(zip((kind.name for kind in KINDS), zip(found[::2], found[1::2], strict=True), strict=True))
    alone = [number for count, number in numbers.values() if count == 1]
    rows = select(Posting.id, Posting.title, Posting.posting_no, Posting.errors).where(Posting.id.in_(alone))
    known = {number: (title or posting_no, errors) for number, title, posting_no, errors in db.session.execute(rows)} if alone else {}
    made = []
    for kind in KINDS:
        count, number = numbers[kind.name]
        if count and can(actor, kind.permission):
            name, errors = known[number] if count == 1 else ("", 0)
            title = kind.one.format(name=f"「{name}」", errors=errors) if name else kind.many.format(n=count)
            text = kind.text or _text(kind.name, asked, ends, count)
            if kind.name == "soon" and (lacking := _lacking(actor)):
                text = f"まだ{lacking}名足りません。{text}"
            url = f"{path}?todo={kind.name}"
            made.append(Duty(kind.name, count, kind.tone, kind.icon, title, text, url, kind.button, (number, name) if name else None))
    return made


def of_candidates(actor: Actor, path: str) -> list[Duty]:
    """The duties about people who applied or asked, in one query; none for who may not handle them. `path`: the address of their list."""
    if not can(actor, Permission.candidate_handle):
        return []
    columns: list[Any] = []
    for kind in CANDIDATE_KINDS:
        late = and_(kind.where(), Candidate.due_at < clock.now())
        columns += [func.count(Candidate.id).filter(part) for part in (kind.where(), late)]
        columns.append(func.min(Candidate.due_at).filter(kind.where()))
    mine = Candidate.visible_to(actor).where(Candidate.organization_id == (actor.organization_id or 0), Candidate.erased_at.is_(None))
    found = list(db.session.execute(mine.with_only_columns(*columns)).one())
    made = []
    for at, kind in enumerate(CANDIDATE_KINDS):
        count, late, due = found[3 * at : 3 * at + 3]
        if count:
            text = _promised(late, due) if kind.name != "unread" else ""
            url = f"{path}?tab=all&todo={kind.name}"
            made.append(Duty(kind.name, count, kind.tone, kind.icon, kind.many.format(n=count), text, url, kind.button))
    return made


def of_reports(actor: Actor, path: str) -> list[Duty]:
    """The follow-up reports that wait for the body's one press. `path`: the address of their list."""
    found = rounds.open_for(actor)
    if not found:
        return []
    first = found[0].round
    late = business_days.business_seconds_between(clock.now(), first.due_at) <= business_time.DAY_SECONDS
    title = f"第{first.number}回の確保実績の報告をお願いします。" if len(found) == 1 else f"確保実績の報告 {len(found)}件をお願いします。"
    text = f"数字は記録から作ってあります。締切は {short_time(first.due_at)} です。"
    url = f"{path}{found[0].id}/" if len(found) == 1 else path
    return [Duty("report", len(found), "must" if late else "ask", "chart", title, text, url, "数字を確かめる")]


def waiting(actor: Actor) -> list[Candidate]:
    """The people who wait for the municipality's next step, the nearest promise first, five at most."""
    if not can(actor, Permission.candidate_handle):
        return []
    here = Candidate.organization_id == (actor.organization_id or 0), Candidate.erased_at.is_(None)
    query = Candidate.visible_to(actor).where(*here, Candidate.due_at.is_not(None))
    query = query.options(joinedload(Candidate.posting).load_only(Posting.title, Posting.posting_no))
    return list(db.session.execute(query.order_by(Candidate.due_at, Candidate.id).limit(WAITING)).scalars())


def matching(name: str) -> Any:
    """Where-clause of a kind of duty, by its name."""
    return BY_NAME[name].where()


def options(kinds: tuple[DutyKind, ...] = KINDS) -> list[tuple[str, str]]:
    """The kinds as options of a list's filter: name and label."""
    return [(kind.name, kind.label) for kind in kinds]


def _lacking(actor: Actor) -> int:
    """How many people the postings that close soon (a hundred at most) still need."""
    rows = db.session.execute(_of(actor).where(closing_soon()).order_by(Posting.id).limit(100)).scalars().all()
    return sum(found.open for found in balances(rows).values())


def _promised(late: int, due: datetime | None) -> str:
    if due is None:
        return ""
    day = short_date(due.astimezone(clock.TOKYO).date())
    return f"うち{late}件は約束の日を過ぎています（最も早いものは {day}）。" if late else f"約束の期限は、最も早いもので {day} です。"


def _text(name: str, asked: datetime | None, ends: Any, count: int) -> str:
    first = "最も早いものは " if count > 1 else ""
    if name == "asked" and asked is not None:
        return f"回答がないと、{first}{short_time(freshness.answer_until(asked))} に一時停止します。"
    left = (ends - clock.today()).days
    words = "今日" if left == 0 else f"あと{left}日"
    return f"{first}{words}で公開が終わります。続けるときは、期間を延ばしてください。"


def _of(actor: Actor) -> Select[Any]:
    return Posting.visible_to(actor).where(Posting.organization_id == (actor.organization_id or 0))
