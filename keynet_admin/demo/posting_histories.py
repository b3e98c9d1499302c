"""What happens to postings after their submission was accepted: published, edited, paused, closed, run out, held back, suspended."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from keynet_admin import clock
from keynet_admin.demo import forms, texts
from keynet_admin.demo import typed_values as typed
from keynet_admin.demo.municipalities import DemoMunicipality
from keynet_admin.demo.simulation import Scenario, Simulation, officer
from keynet_admin.models import Account, Posting
from keynet_admin.services.posting import drafts, publication, revisions
from keynet_admin.vocabulary import AccountStatus, PostingStatus

WEIGHTS: dict[str, int] = {
    "stays": 42,
    "unpublished": 11,
    "closed": 15,
    "headcount": 8,
    "warned": 9,
    "expires": 6,
    "paused": 4,
    "resumed": 3,
    "edit_waits": 3,
    "edit_kept": 1,
    "suspended": 2,
    "restored": 1,
}
PATIENCE = 6


def prepare(simulation: Simulation, content: dict[str, Any], body: DemoMunicipality) -> str:
    """Choose what will happen to a posting and bring its content into line with it. Returns the history's name."""
    rng, on = simulation.rng, clock.today()
    chosen = rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    if chosen == "expires":
        last = on + timedelta(days=rng.randint(6, 12))
        forms.until(content, last, last - timedelta(days=1))
    elif chosen == "warned" and content["job_type"] == "clerical" and content["engagement"] == "fiscal_year_part_time":
        forms.below_minimum(content, body, on)
    elif chosen == "warned":
        day = on + timedelta(days=20)
        content["deadline_type"], content["deadline"] = "date", typed.wrong_weekday(day)
    draw = rng.random()
    if draw < 0.08:
        forms.mask(content)
    elif draw < 0.11:
        forms.hide(content)
    return chosen


def published(
    simulation: Simulation, row: Posting, account: Account, history: Callable[[Simulation, Posting, Account], Scenario]
) -> Scenario:
    """Wait until the account is in use, then run the history."""
    yield simulation.later(30, 500)
    for _ in range(PATIENCE):
        if account.status is AccountStatus.active:
            yield from history(simulation, row, account)
            return
        yield simulation.later(200, 420)


def publish(row: Posting, account: Account) -> None:
    """Publish as the account's holder."""
    publication.publish(row, officer(account), seen_version=row.version)


def _stays(_simulation: Simulation, row: Posting, account: Account) -> Scenario:
    publish(row, account)
    yield from ()


def _unpublished(_simulation: Simulation, _row: Posting, _account: Account) -> Scenario:
    yield from ()


def _closed(simulation: Simulation, row: Posting, account: Account) -> Scenario:
    publish(row, account)
    yield simulation.later(600, 2200)
    publication.close(row, officer(account), seen_version=row.version)


def _paused(simulation: Simulation, row: Posting, account: Account) -> Scenario:
    publish(row, account)
    yield simulation.later(500, 1800)
    publication.pause(row, officer(account), seen_version=row.version)


def _resumed(simulation: Simulation, row: Posting, account: Account) -> Scenario:
    yield from _paused(simulation, row, account)
    yield simulation.later(200, 900)
    publication.resume(row, officer(account), seen_version=row.version)


def _headcount(simulation: Simulation, row: Posting, account: Account) -> Scenario:
    publish(row, account)
    yield simulation.later(400, 2000)
    number = max(1, (row.headcount or 2) + simulation.rng.choice((-2, -1, 2, 3, 5)))
    drafts.change_headcount(row, f"{number}名", officer(account), seen_version=row.version)


def edit(row: Posting, account: Account, changes: dict[str, Any]) -> str:
    """Change some fields as the account's holder. Returns the service's word."""
    content = dict(revisions.current_revision(row).typed) | changes
    return drafts.save(row, content, revisions.check(row.organization, content), officer(account), seen_version=row.version)


def _edit_waits(simulation: Simulation, row: Posting, account: Account) -> Scenario:
    publish(row, account)
    yield simulation.later(400, 2000)
    day = clock.today() + timedelta(days=14)
    edit(row, account, {"deadline_type": "date", "deadline": typed.wrong_weekday(day)})


def _edit_kept(simulation: Simulation, row: Posting, account: Account) -> Scenario:
    publish(row, account)
    yield simulation.later(400, 2000)
    edit(row, account, {"headcount": "数名"})


def _warned(simulation: Simulation, row: Posting, account: Account) -> Scenario:
    publish(row, account)
    if row.status is not PostingStatus.awaiting_release:
        return
    yield simulation.later(60, 1500)
    operator = simulation.operator()
    if simulation.rng.random() < 0.25:
        reason = texts.POSTING_RETURNS[1 if row.job_type == "clerical" else 0]
        publication.return_(row, operator, seen_version=row.version, reason=reason)
    elif simulation.rng.random() < 0.6:
        publication.release(row, operator, seen_version=row.version)


def _suspended(simulation: Simulation, row: Posting, account: Account) -> Scenario:
    publish(row, account)
    yield simulation.later(600, 2400)
    publication.suspend(row, simulation.operator(), seen_version=row.version, reason=simulation.rng.choice(texts.SUSPENSIONS))


def _restored(simulation: Simulation, row: Posting, account: Account) -> Scenario:
    yield from _suspended(simulation, row, account)
    yield simulation.later(200, 700)
    publication.restore(row, simulation.operator(), seen_version=row.version, reason=simulation.rng.choice(texts.RESTORATIONS))


HISTORIES: dict[str, Callable[[Simulation, Posting, Account], Scenario]] = {
    "stays": _stays,
    "unpublished": _unpublished,
    "closed": _closed,
    "headcount": _headcount,
    "warned": _warned,
    "expires": _stays,
    "paused": _paused,
    "resumed": _resumed,
    "edit_waits": _edit_waits,
    "edit_kept": _edit_kept,
    "suspended": _suspended,
    "restored": _restored,
}
