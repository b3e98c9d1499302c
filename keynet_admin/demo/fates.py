"""The lives of postings after their case was accepted: published, edited, paused, closed, run out, held back, suspended."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from keynet_admin import clock
from keynet_admin.demo import forms, words
from keynet_admin.demo import typing_styles as typed
from keynet_admin.demo.bodies import Body
from keynet_admin.demo.world import Story, World, officer
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


def prepare(world: World, content: dict[str, Any], body: Body) -> str:
    """Choose a posting's fate and bring its content into line with it. Returns the fate's name."""
    rng, on = world.rng, clock.today()
    fate = rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    if fate == "expires":
        last = on + timedelta(days=rng.randint(6, 12))
        forms.until(content, last, last - timedelta(days=1))
    elif fate == "warned" and content["job_type"] == "clerical" and content["engagement"] == "fiscal_year_part_time":
        forms.below_minimum(content, body, on)
    elif fate == "warned":
        day = on + timedelta(days=20)
        content["deadline_type"], content["deadline"] = "date", typed.wrong_weekday(day)
    draw = rng.random()
    if draw < 0.08:
        forms.mask(content)
    elif draw < 0.11:
        forms.hide(content)
    return fate


def published(world: World, row: Posting, account: Account, life: Callable[[World, Posting, Account], Story]) -> Story:
    """Wait until the account is in use, then live."""
    yield world.later(30, 500)
    for _ in range(PATIENCE):
        if account.status is AccountStatus.active:
            yield from life(world, row, account)
            return
        yield world.later(200, 420)


def publish(row: Posting, account: Account) -> None:
    """Publish as the account's holder."""
    publication.publish(row, officer(account), seen_version=row.version)


def _stays(_world: World, row: Posting, account: Account) -> Story:
    publish(row, account)
    yield from ()


def _unpublished(_world: World, _row: Posting, _account: Account) -> Story:
    yield from ()


def _closed(world: World, row: Posting, account: Account) -> Story:
    publish(row, account)
    yield world.later(600, 2200)
    publication.close(row, officer(account), seen_version=row.version)


def _paused(world: World, row: Posting, account: Account) -> Story:
    publish(row, account)
    yield world.later(500, 1800)
    publication.pause(row, officer(account), seen_version=row.version)


def _resumed(world: World, row: Posting, account: Account) -> Story:
    yield from _paused(world, row, account)
    yield world.later(200, 900)
    publication.resume(row, officer(account), seen_version=row.version)


def _headcount(world: World, row: Posting, account: Account) -> Story:
    publish(row, account)
    yield world.later(400, 2000)
    number = max(1, (row.headcount or 2) + world.rng.choice((-2, -1, 2, 3, 5)))
    drafts.change_headcount(row, f"{number}名", officer(account), seen_version=row.version)


def edit(row: Posting, account: Account, changes: dict[str, Any]) -> str:
    """Change some fields as the account's holder. Returns the service's word."""
    content = dict(revisions.current_revision(row).typed) | changes
    return drafts.save(row, content, revisions.check(row.organization, content), officer(account), seen_version=row.version)


def _edit_waits(world: World, row: Posting, account: Account) -> Story:
    publish(row, account)
    yield world.later(400, 2000)
    day = clock.today() + timedelta(days=14)
    edit(row, account, {"deadline_type": "date", "deadline": typed.wrong_weekday(day)})


def _edit_kept(world: World, row: Posting, account: Account) -> Story:
    publish(row, account)
    yield world.later(400, 2000)
    edit(row, account, {"headcount": "数名"})


def _warned(world: World, row: Posting, account: Account) -> Story:
    publish(row, account)
    if row.status is not PostingStatus.awaiting_release:
        return
    yield world.later(60, 1500)
    operator = world.operator()
    if world.rng.random() < 0.25:
        reason = words.POSTING_RETURNS[1 if row.job_type == "clerical" else 0]
        publication.return_(row, operator, seen_version=row.version, reason=reason)
    elif world.rng.random() < 0.6:
        publication.release(row, operator, seen_version=row.version)


def _suspended(world: World, row: Posting, account: Account) -> Story:
    publish(row, account)
    yield world.later(600, 2400)
    publication.suspend(row, world.operator(), seen_version=row.version, reason=world.rng.choice(words.SUSPENSIONS))


def _restored(world: World, row: Posting, account: Account) -> Story:
    yield from _suspended(world, row, account)
    yield world.later(200, 700)
    publication.restore(row, world.operator(), seen_version=row.version, reason=world.rng.choice(words.RESTORATIONS))


LIVES: dict[str, Callable[[World, Posting, Account], Story]] = {
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
