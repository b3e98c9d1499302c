"""What happens to postings after their submission was accepted: published, edited, paused, closed, run out, held back, suspended."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from random import Random
from typing import Any

from keynet_admin import clock
from keynet_admin.demo import forms, texts
from keynet_admin.demo import typed_values as typed
from keynet_admin.demo.municipalities import DemoMunicipality
from keynet_admin.demo.people import plan as people
from keynet_admin.demo.simulation import Scenario, Simulation, officer
from keynet_admin.models import Account, Posting
from keynet_admin.services.posting import balance, closing, drafts, publication, revisions
from keynet_admin.services.posting.moderation import decide
from keynet_admin.vocabulary import AccountStatus, PostingStatus

PATIENCE = 6
Act = Callable[[Simulation, Posting, Account], object]


def prepare(simulation: Simulation, content: dict[str, Any], body: DemoMunicipality) -> str:
    """Choose what will happen to a posting and bring its content into line with it. Returns the history's name."""
    rng, on = simulation.rng, clock.today()
    chosen = rng.choices(list(HISTORIES), [weight for weight, *_ in HISTORIES.values()])[0]
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


def published(simulation: Simulation, row: Posting, account: Account, chosen: str) -> Scenario:
    """Wait until the account is in use, publish, and let the rest of the history follow."""
    yield simulation.later(30, 500)
    for _ in range(PATIENCE):
        if account.status is AccountStatus.active:
            break
        yield simulation.later(200, 420)
    else:
        return
    if chosen == "unpublished":
        return
    publish(row, account)
    simulation.start(people.elsewhere(simulation, row, account))
    if chosen == "warned" and row.status is not PostingStatus.awaiting_release:
        return
    for least, most, act in HISTORIES[chosen][1:]:
        yield simulation.later(least, most)
        act(simulation, row, account)


def publish(row: Posting, account: Account) -> None:
    """Publish as the account's holder."""
    publication.publish(row, officer(account), seen_version=row.version)


def edit(row: Posting, account: Account, changes: dict[str, Any]) -> str:
    """Change some fields as the account's holder. Returns the service's word."""
    content = dict(revisions.current_revision(row).typed) | changes
    return drafts.save(row, content, revisions.check(row.organization, content), officer(account), seen_version=row.version)


def _by_officer(do: Callable[..., None]) -> Act:
    return lambda _simulation, row, account: do(row, officer(account), seen_version=row.version)


def _change_headcount(simulation: Simulation, row: Posting, account: Account) -> None:
    number = max(1, (row.headcount or 2) + simulation.rng.choice((-2, -1, 2, 3, 5)))
    drafts.change_headcount(row, f"{number}名", officer(account), seen_version=row.version)


def _edit_deadline(_simulation: Simulation, row: Posting, account: Account) -> None:
    edit(row, account, {"deadline_type": "date", "deadline": typed.wrong_weekday(clock.today() + timedelta(days=14))})


def _decide(simulation: Simulation, row: Posting, _account: Account) -> None:
    operator = simulation.operator()
    if simulation.rng.random() < 0.25:
        reason = texts.POSTING_RETURNS[1 if row.job_type == "clerical" else 0]
        decide.return_(row, operator, seen_version=row.version, reason=reason)
    elif simulation.rng.random() < 0.6:
        decide.release(row, operator, seen_version=row.version)


def _close(_simulation: Simulation, row: Posting, account: Account) -> None:
    """Two of three say at once how many they found; the others are asked by mail later."""
    chance = Random(f"{row.posting_no} outcome")  # noqa: S311
    ways = [way for way, why in balance.ways_of(row).items() if not why]
    missing = balance.balances([row])[row.id].open
    found = {chance.choice(ways): chance.randint(0, missing)} if chance.random() < 0.67 else None
    fates = {"received": True, "inquiry": True}
    closing.close(row, officer(account), seen_version=row.version, figures=found, results={}, rest="enough", fates=fates)


def _by_operator(do: Callable[..., None], reasons: Sequence[str]) -> Act:
    return lambda simulation, row, _account: do(row, simulation.operator(), seen_version=row.version, reason=simulation.rng.choice(reasons))


_PAUSE = (500, 1800, _by_officer(publication.pause))
_SUSPEND = (600, 2400, _by_operator(decide.suspend, texts.SUSPENSIONS))

# Of a hundred postings how many go this way, and what follows their publication: after how many minutes (least, most) of business time.
HISTORIES: dict[str, tuple[Any, ...]] = {
    "stays": (42,),
    "unpublished": (11,),
    "closed": (15, (600, 2200, _close)),
    "headcount": (8, (400, 2000, _change_headcount)),
    "warned": (9, (60, 1500, _decide)),
    "expires": (6,),
    "paused": (4, _PAUSE),
    "resumed": (3, _PAUSE, (200, 900, _by_officer(publication.resume))),
    "edit_waits": (3, (400, 2000, _edit_deadline)),
    "edit_kept": (1, (400, 2000, lambda _simulation, row, account: edit(row, account, {"headcount": "数名"}))),
    "suspended": (2, _SUSPEND),
    "restored": (1, _SUSPEND, (200, 700, _by_operator(decide.restore, texts.RESTORATIONS))),
}
