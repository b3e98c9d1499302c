"""The life of one case: sent in, looked at, returned and mended, accepted, rejected or taken back."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from keynet_admin import clock
from keynet_admin.demo import fates, forms, words
from keynet_admin.demo.bodies import Body
from keynet_admin.demo.faults import Fault
from keynet_admin.demo.world import BUSINESS_DAYS, Story, World
from keynet_admin.extensions import db
from keynet_admin.models import Posting, Submission
from keynet_admin.permissions import SENDER
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.submission import review
from keynet_admin.vocabulary import Source


@dataclass(frozen=True)
class Plan:
    """What will happen to a case, if there is time for it before now. `stops` names a state that it is left in for certain."""

    body: Body
    begins: datetime
    jobs: tuple[str, ...]
    source: Source = Source.web
    outcome: str = "accept"
    fault: Fault | None = None
    answers: bool = True
    stops: str = ""


def case(world: World, plan: Plan) -> Story:
    """The story of one case."""
    yield plan.begins
    clean = forms.form(world.rng, plan.body, clock.today(), plan.jobs)
    chosen = [fates.prepare(world, posting, plan.body) for posting in clean["postings"]]
    typed = deepcopy(clean)
    if plan.fault is not None:
        plan.fault.spoil(typed)
    operator = world.operator()
    made = world.submit(typed, plan.source, operator if plan.source is Source.phone else SENDER)
    if plan.outcome == "withdraw":
        yield world.later(120, 900)
        submissions.withdraw(made, operator, seen_version=made.version, reason=world.rng.choice(words.WITHDRAWALS))
        return
    if plan.stops == "received":
        return
    yield world.later(20, 90) if plan.stops else world.later(60, 640)
    review.take(made, operator, seen_version=made.version)
    if plan.stops == "in_review":
        return
    yield world.later(4, 90)
    if plan.outcome == "reject":
        review.reject(made, operator, seen_version=made.version, reason=world.rng.choice(words.REJECTIONS))
        return
    if plan.fault is not None:
        item = {"path": plan.fault.path, "rule": plan.fault.rule, "message": plan.fault.message}
        review.return_(made, operator, seen_version=made.version, message="お手数ですが、次の項目をお直しください。", items=[item])
        if not plan.answers:
            return
        yield world.moment(world.day(BUSINESS_DAYS - 1)) if plan.stops else world.later(90, 1000)
        world.resubmit(made, clean)
        if plan.stops == "resubmitted":
            return
        yield world.later(60, 600)
        review.take(made, operator, seen_version=made.version)
        yield world.later(4, 60)
    world.clear_some(made, operator)
    review.accept(made, operator, seen_version=made.version)
    _after(world, made, chosen)


def _after(world: World, made: Submission, chosen: list[str]) -> None:
    """Once accepted: the account's holder signs in and takes care of the postings."""
    db.session.flush()
    if made.organization is None:
        return
    account = world.account_of(made.organization)
    if world.rng.random() < 0.92:
        world.sign_in_once(account, lambda: world.later(15, 400))
    rows = db.session.execute(select(Posting).where(Posting.submission_id == made.id).order_by(Posting.submission_index)).scalars()
    for row, fate in zip(rows.all(), chosen, strict=False):
        life: Callable[..., Story] = fates.LIVES[fate]
        world.start(fates.published(world, row, account, life))
