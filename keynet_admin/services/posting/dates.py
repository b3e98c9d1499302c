"""Dates of a posting moved on: a longer term of what is published, and recruiting once more when it is over."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from keynet_admin import clock
from keynet_admin.catalogue.display import as_date
from keynet_admin.errors import BadField, Refused
from keynet_admin.extensions import db
from keynet_admin.models import Posting
from keynet_admin.permissions import Actor
from keynet_admin.rules.engine.rule import Level, Result
from keynet_admin.rules.families.publication import LONGEST
from keynet_admin.services import workflow
from keynet_admin.services.posting import approval, drafts, publication
from keynet_admin.services.posting.revisions import PREFIX, check, current_revision, live_revision
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import PUBLISHED, PostingStatus

LONGER = timedelta(days=14)
TERM = ("term_start", "term_end")
Days = dict[str, str]


def longer(posting: Posting) -> Days:
    """The dates to offer for a longer term, by field: two weeks more, but neither beyond the work itself nor beyond PUB-002 if that can be."""
    content = (live_revision(posting) or current_revision(posting)).normalized
    return _moved(content, as_date(content.get("term_end")), as_date(content.get("publish_from")))


def anew(posting: Posting) -> Days:
    """The dates to offer for recruiting once more, by field. A time of work that has begun begins after the publication, as long as before."""
    content = current_revision(posting).normalized
    start, end = (as_date(content.get(name)) for name in TERM)
    days = _moved(content, None, None)
    until = date.fromisoformat(days["publish_until"])
    if start is not None and end is not None and (start <= clock.today() or end < until):
        begin = until + timedelta(days=1)
        start, end = begin, end if end >= begin + LONGER else begin + (end - start)
    term = {"term_start": start, "term_end": end}
    return days | {name: day.isoformat() if day else "" for name, day in term.items()}


def extend(posting: Posting, actor: Actor, *, seen_version: int, days: Days) -> Outcome:
    """Give what is published other last days (as typed), through the gate of every change. `note` is the word of `drafts.save`.

    Raises BadField at the day that is not understood or wrong, Refused for what is not published, StaleVersion.
    """
    if posting.status not in PUBLISHED:
        raise Refused(f"いまの状態（{posting.status.label}）では、期間を延ばせません。")
    base = live_revision(posting) or current_revision(posting)
    _require_open(check(posting.organization, dict(base.typed) | days), days)
    outcome, result = drafts.change(posting, days, actor, seen_version=seen_version, extended=True)
    if outcome == "refused":
        _refuse_days(result, days)
    return Outcome(posting.status, note=outcome)


def relist(posting: Posting, actor: Actor, *, seen_version: int, days: Days) -> Outcome:
    """Recruit once more with the same content and other dates: a new posting (`made`) that is published through the gate.

    What keeps it from being published is told in `note`; it is a draft then. Pressed again it is the posting made before.
    """
    if again := workflow.repeated(posting, actor, seen_version, "relist"):
        event = workflow.last_event(posting, "relist")
        return again.but(made=db.session.get_one(Posting, event.codes["made"]) if event is not None else None)
    workflow.require(posting, "relist", actor, seen_version)
    typed = dict(current_revision(posting).typed) | days | {"publish_from": None}
    result = check(posting.organization, typed)
    _refuse_days(result, days)
    _require_open(result, days)
    made = drafts.create(posting.organization, typed, actor)
    done = workflow.move(posting, "relist", actor, seen_version=seen_version, made=made.id)
    if alone := approval.missing(made, actor):
        return done.but(made=made, note=f"{made.posting_no} の下書きを作りました。{alone}")
    published = publication.publish(made, actor, seen_version=made.version)
    if published.refused:
        return done.but(made=made, note=f"{made.posting_no} の下書きを作りました。{published.refused}")
    told = published.note or ("公開の手続きが済みました。" if made.status is PostingStatus.live else "")
    return done.but(made=made, note=f"{made.posting_no} として、もう一度募集を始めました。{told}")


def _moved(content: Mapping[str, Any], last: date | None, first: date | None) -> Days:
    """The last days two weeks later, in their distance; an end of publication that is later still stays."""
    until = as_date(content.get("publish_until")) or clock.today()
    deadline = as_date(content.get("deadline")) if content.get("deadline_type") == "date" else None
    begin = max(deadline or until, clock.today())
    gap = max(until - deadline, timedelta()) if deadline is not None else timedelta()
    limits = [day for day in (last, first + LONGEST if first else None) if day is not None and day > begin]
    moved = min((begin + LONGER + gap, *limits)) if until < begin + LONGER else until
    days = {"publish_until": moved.isoformat()}
    if deadline is None:
        return days
    latest = moved if moved == until else moved - gap
    return {"deadline": max(min(begin + LONGER, latest), min(moved, begin + timedelta(days=1))).isoformat()} | days


def _refuse_days(result: Result, days: Days) -> None:
    """Raise BadField for an error at one of the dates that were typed."""
    for name in days:
        wrong = next((f for f in result.at(Level.ERROR) if f.path == f"{PREFIX}{name}"), None)
        if wrong is not None:
            raise BadField(wrong.message, name)


def _require_open(result: Result, days: Days) -> None:
    """Raise BadField when a last day that was typed is past already."""
    content = result.normalized["postings"][0]
    for name in ("deadline", "publish_until"):
        day = as_date(content.get(name)) if name in days else None
        if day is not None and day < clock.today():
            raise BadField("今日以後の日付を入力してください。例：2021/6/30、令和3年6月30日", name)
