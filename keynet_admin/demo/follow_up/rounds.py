"""Two rounds of the follow-up report: one that is frozen, with corrections in time and afterwards, and one that is open."""

from collections.abc import Iterable
from random import Random

from sqlalchemy import select

from keynet_admin.demo.simulation import BUSINESS_DAYS, Scenario, Simulation, officer
from keynet_admin.errors import KeynetError
from keynet_admin.extensions import db
from keynet_admin.models import Account, Report, ReportRound
from keynet_admin.services.report import corrected, reminders, rounds
from keynet_admin.vocabulary import AccountStatus, ReportStatus, Role

FIRST, SECOND = BUSINESS_DAYS - 5, BUSINESS_DAYS - 1  # business days of the history on which they begin
REASONS = (
    "電話で決まった方を、サイトに記録していませんでした。",
    "同じ方を2つの募集で数えていました。",
    "辞退の連絡が、締切の後にありました。",
)


def scenario(simulation: Simulation) -> Scenario:
    """Asked for, confirmed by most, corrected by some, frozen, corrected late by one; then the next round."""
    rng = Random("rounds")  # noqa: S311 - invented numbers
    yield simulation.moment_of(FIRST, "10:10")
    first = _begun(simulation, FIRST - 1, FIRST + 2)
    yield simulation.moment_of(FIRST, "14:00")
    _ask()
    yield simulation.moment_of(FIRST + 1, "11:30")
    _correct(_of(first)[:2], rng)
    _confirm(_of(first), rng, 0.72)
    yield simulation.moment_of(FIRST + 2, "17:01")
    for number in rounds.due_to_freeze():
        rounds.freeze(number)
    yield simulation.moment_of(FIRST + 3, "09:40")
    _correct([report for report in _of(first) if report.status is ReportStatus.confirmed][2:3], rng)
    yield simulation.moment_of(SECOND, "10:10")
    second = _begun(simulation, SECOND - 1, BUSINESS_DAYS + 4)
    yield simulation.moment_of(SECOND, "14:00")
    _ask()
    yield simulation.moment_of(SECOND, "16:30")
    _confirm(_of(second), rng, 0.35)
    _call(simulation, [report for report in _of(second) if report.status is ReportStatus.waiting][:1])


def _begun(simulation: Simulation, as_of: int, due: int) -> ReportRound:
    """A round as of 17:00 of one business day, due at 17:00 of another."""
    moment = simulation.moment_of(as_of, "17:00")
    mails = reminders.recipients(rounds.bodies(moment))
    return rounds.create(simulation.operators[2], as_of=moment, due_at=simulation.moment_of(due, "17:00"), typed=str(mails))


def _ask() -> None:
    for number in reminders.due_to_ask():
        reminders.ask(number)


def _of(chosen: ReportRound) -> list[Report]:
    return list(db.session.execute(select(Report).where(Report.round_id == chosen.id).order_by(Report.id)).scalars())


def _owner(report: Report) -> Account | None:
    mine = Account.organization_id == report.organization_id, Account.role == Role.municipality, Account.status == AccountStatus.active
    return db.session.execute(select(Account).where(*mine).order_by(Account.id).limit(1)).scalar_one_or_none()


def _confirm(reports: Iterable[Report], rng: Random, share: float) -> None:
    """Those of the bodies whose account is in use. The body that can be tried out is left to whoever tries it."""
    from keynet_admin.demo import chiyoda

    for report in reports:
        account = _owner(report)
        if account is None or account.email == chiyoda.EMAIL or rng.random() > share:
            continue
        try:
            rounds.confirm(report, officer(account), seen_version=report.version)
        except KeynetError:
            continue


def _correct(reports: Iterable[Report], rng: Random) -> None:
    """One more person declined than the record knows."""
    for report in reports:
        account = _owner(report)
        numbers = corrected.of_report(report).now
        if account is None or not numbers:
            continue
        job = next(iter(numbers))
        value = str(numbers[job].declined + 1)
        try:
            rounds.correct(
                report,
                officer(account),
                seen_version=report.version,
                job_type=job,
                figure="declined",
                value=value,
                reason=rng.choice(REASONS),
            )
        except KeynetError:
            continue


def _call(simulation: Simulation, reports: Iterable[Report]) -> None:
    for report in reports:
        rounds.record_call(report, simulation.operators[0], seen_version=report.version, reason="担当の方が不在でした。明日かけ直します。")
