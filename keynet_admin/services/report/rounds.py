"""Rounds of the follow-up report: made, asked for, postponed, confirmed, corrected and frozen. Nobody types a figure.

Whatever depends on a round's state first holds the round's row: a confirmation and the freeze never pass each other.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from keynet_admin import business_time, clock
from keynet_admin.catalogue.display import long_time
from keynet_admin.errors import BadField, NotPermitted, Refused
from keynet_admin.extensions import db
from keynet_admin.models import Report, ReportCorrection, ReportRound
from keynet_admin.permissions import SYSTEM, Actor, Permission, can
from keynet_admin.rules.normalise.numbers import typed_count
from keynet_admin.services import audit, business_days, counter, workflow
from keynet_admin.services.report import checks, corrected, figures, reminders
from keynet_admin.services.report.checks import ReportFinding
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import ReportStatus, RoundStatus

DAYS = 5  # business days that bodies have, unless somebody chooses otherwise
MOST = 99_999  # people in one figure
REASON_MOST = 400


def usual_due() -> datetime:
    """17:00 of the fifth business day after today."""
    return datetime.combine(business_days.add_business_days(clock.today(), DAYS), business_time.CLOSES, clock.TOKYO)


def bodies(as_of: datetime) -> list[int]:
    """Ids of the bodies that have to report at a moment: those with a row in the report, since a posting of theirs had been public."""
    return sorted({body for body, _ in figures.figures(as_of)})


def check_times(as_of: datetime | None, due_at: datetime | None) -> tuple[datetime, datetime]:
    """The two moments of a round. Raises BadField at the one that does not do (RPT-004)."""
    now = clock.now()
    if as_of is None:
        raise BadField("基準日と時刻が読めません。例：2021/5/14 と 17:00", "as_of")
    if as_of > now:
        raise BadField("基準日は、いまより前の日時にしてください。これからの実績は、まだ数えられません。", "as_of")
    if due_at is None:
        raise BadField("締切の日と時刻が読めません。例：2021/5/21 と 17:00", "due_at")
    if due_at <= now:
        raise BadField("締切は、いまより後の日時にしてください。", "due_at")
    return as_of, due_at


def create(actor: Actor, *, as_of: datetime, due_at: datetime | None = None, typed: str = "") -> ReportRound:
    """A new round, and a report that waits for each body that has to. The requests are mailed by the sweep (`reminders.due_to_ask`).

    `typed`: the number of mails, where there are more than `reminders.FEW`. Raises NotPermitted, BadField, and Refused for a second round as of the
    same moment.
    """
    if not can(actor, Permission.report_run):
        raise NotPermitted("実績の報告の回を作る権限がありません。")
    as_of, due = check_times(as_of, due_at or usual_due())
    (number,) = counter.next_numbers("report_round", 1)  # the series' lock: the second of a double click waits here
    if (other := same(as_of)) is not None:
        raise Refused(f"この基準日の回は、すでにあります（第{other.number}回）。基準日を変えるか、その回を使ってください。")
    asked = bodies(as_of)
    if not asked:
        raise BadField("この日時までに公開した募集がないため、報告していただく団体がありません。", "as_of")
    reminders.count_typed(reminders.recipients(asked), typed)
    made = ReportRound(number=number, as_of=as_of, due_at=due, created_by_id=actor.account_id)
    db.session.add(made)
    db.session.flush()
    db.session.add_all(Report(round_id=made.id, organization_id=body) for body in asked)
    db.session.flush()
    audit.record(made, "create", actor, number=number, bodies=len(asked))
    return made


def same(as_of: datetime) -> ReportRound | None:
    """The round as of this very moment."""
    return db.session.execute(select(ReportRound).where(ReportRound.as_of == as_of)).scalars().first()


def postpone(chosen: ReportRound, actor: Actor, *, seen_version: int, due_at: datetime | None, reason: str) -> Outcome:
    """Give the bodies more time; those that were asked and have not confirmed are mailed the new deadline."""
    if again := workflow.repeated(chosen, actor, seen_version, "postpone"):
        return again
    workflow.require(chosen, "postpone", actor, seen_version)
    if due_at is None:
        raise BadField("新しい締切の日と時刻が読めません。例：2021/5/21 と 17:00", "due_at")
    if due_at <= max(chosen.due_at, clock.now()):
        raise BadField(f"いまの締切（{long_time(chosen.due_at)}）より後の日時にしてください。", "due_at")
    done = workflow.move(chosen, "postpone", actor, seen_version=seen_version, reason=reason)
    chosen.due_at = due_at
    db.session.flush()
    return done.but(mails=reminders.tell_postponed(chosen))


def record_call(report: Report, actor: Actor, *, seen_version: int, reason: str) -> Outcome:
    """Note that somebody of the body was spoken to, and the answer."""
    if again := workflow.repeated(report, actor, seen_version, "record_call"):
        return again
    done = workflow.move(report, "record_call", actor, seen_version=seen_version, reason=reason)
    report.called_at, report.called_by_id = clock.now(), actor.account_id
    return done


# ---- a body's report


def open_for(actor: Actor) -> list[Report]:
    """Reports of the actor's body that wait for its confirmation now, the nearest deadline first; none for whoever may not confirm."""
    if not can(actor, Permission.report_confirm):
        return []
    query = Report.visible_to(actor).join(Report.round).where(Report.organization_id == (actor.organization_id or 0))
    query = query.where(Report.status == ReportStatus.waiting, ReportRound.status == RoundStatus.open, ReportRound.due_at > clock.now())
    return list(db.session.execute(query.options(joinedload(Report.round)).order_by(ReportRound.due_at, Report.id)).scalars())


def confirm(report: Report, actor: Actor, *, seen_version: int) -> Outcome:
    """The body reports these figures. Refused while a rule says that they cannot be right."""
    reminders.hold(report)
    if again := workflow.repeated(report, actor, seen_version, "confirm"):
        return again
    workflow.require(report, "confirm", actor, seen_version)
    if wrong := [found for found in findings(report) if found.stops]:
        raise Refused("".join(found.words for found in wrong))
    done = workflow.move(report, "confirm", actor, seen_version=seen_version)
    report.confirmed_at, report.confirmed_by_id = clock.now(), actor.account_id
    return done


def take_back(report: Report, actor: Actor, *, seen_version: int) -> Outcome:
    """Undo the confirmation, while the round is open."""
    reminders.hold(report)
    if again := workflow.repeated(report, actor, seen_version, "take_back"):
        return again
    done = workflow.move(report, "take_back", actor, seen_version=seen_version)
    report.confirmed_at = report.confirmed_by_id = None
    return done


def correct(report: Report, actor: Actor, *, seen_version: int, job_type: str, figure: str, value: str, reason: str) -> Outcome:
    """Put another number beside the record's, with the reason; after the freeze as a late correction. Raises BadField at a field."""
    chosen = reminders.hold(report)
    if again := workflow.repeated(report, actor, seen_version, "correct"):
        return again
    workflow.require(report, "correct", actor, seen_version)
    rows = corrected.of_report(report).now
    after = _number(value)
    if job_type not in rows and job_type not in corrected.JOBS:
        raise BadField("職種を選んでください。", "job_type")
    if figure not in corrected.CORRECTABLE:
        raise BadField("項目を選んでください。", "figure")
    row_before = rows.get(job_type, corrected.NO_RECORD)  # people of a job type that the record does not know may be reported, too
    before = getattr(row_before, figure)
    unit = corrected.CORRECTABLE[figure].unit
    if after == before:
        raise BadField(f"いまの数と同じです（{before:,}{unit}）。正しい数を入力してください。", "value")
    text = workflow.not_too_long(reason, most=REASON_MOST)
    _no_new_fault(report, rows, {**rows, job_type: corrected.with_figure(row_before, figure, after)})
    late = chosen.status is RoundStatus.frozen or clock.now() >= chosen.due_at
    done = workflow.move(
        report, "correct", actor, seen_version=seen_version, reason=text, late=late or None, job_type=job_type, figure=figure
    )
    row = ReportCorrection(
        job_type=job_type, figure=figure, before=before, after=after, reason=text, account_id=actor.account_id, late=late
    )
    report.corrections.append(row)
    db.session.flush()
    return done


def findings(report: Report, rows: corrected.ByJob | None = None) -> list[ReportFinding]:
    """What the rules say about the report (or about these rows in its place), compared with the body's last frozen one."""
    found = corrected.of_report(report).now if rows is None else rows
    return checks.check(found, before=_frozen_before(report), as_of=report.round.as_of)


# ---- the freeze


def due_to_freeze() -> list[int]:
    """Ids of open rounds whose deadline is over (reads only)."""
    query = select(ReportRound.id).where(ReportRound.status == RoundStatus.open, ReportRound.due_at <= clock.now())
    return list(db.session.execute(query.order_by(ReportRound.due_at, ReportRound.id)).scalars())


def freeze(round_id: int) -> bool:
    """Keep the figures of each body as they stood, for good. What is corrected later stands beside them."""
    query = select(ReportRound).where(ReportRound.id == round_id, ReportRound.status == RoundStatus.open, ReportRound.due_at <= clock.now())
    chosen = db.session.execute(query.with_for_update(), execution_options={"populate_existing": True}).scalar_one_or_none()
    if chosen is None:
        return False
    found = figures.snapshot(chosen.as_of)
    counted = corrected.by_body(figures.counted(found))
    for report in chosen.reports:
        report.figures = corrected.to_json(counted.get(report.organization_id, {}))
    people = figures.distinct(found)
    workflow.move(chosen, "freeze", SYSTEM, seen_version=None, applicants=people.applications, secured=people.secured)
    chosen.frozen_at = clock.now()
    return True


def _frozen_before(report: Report) -> corrected.ByJob | None:
    """What the body had reported in the last round that was frozen before this one; None for its first."""
    query = select(Report).join(Report.round).where(Report.organization_id == report.organization_id, Report.id != report.id)
    query = query.where(ReportRound.status == RoundStatus.frozen, ReportRound.as_of < report.round.as_of)
    query = query.options(selectinload(Report.corrections)).order_by(ReportRound.as_of.desc(), Report.id.desc()).limit(1)
    before = db.session.execute(query).scalar_one_or_none()
    return corrected.of_report(before).now if before is not None else None


def _no_new_fault(report: Report, rows: corrected.ByJob, changed: corrected.ByJob) -> None:
    """Raises BadField when the correction makes the rows break a rule that they kept before."""
    known = {(found.rule, found.job_type) for found in findings(report, rows)}
    for found in findings(report, changed):
        if found.stops and (found.rule, found.job_type) not in known:
            raise BadField(found.words, "value")


def _number(text: str) -> int:
    number = typed_count(text, 999_999_999)
    if number is None:
        raise BadField("0以上の整数で入力してください。例：2", "value")
    if number > MOST:
        raise BadField(f"{MOST:,}までの数を入力してください。", "value")
    return number
