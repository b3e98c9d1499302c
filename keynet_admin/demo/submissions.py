"""The history of one submission: sent in, looked at, returned and mended, accepted, rejected or taken back."""

from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from random import Random

from keynet_admin import clock
from keynet_admin.demo import forms, posting_histories, texts
from keynet_admin.demo.faults import Fault
from keynet_admin.demo.municipalities import DemoMunicipality
from keynet_admin.demo.simulation import BUSINESS_DAYS, Scenario, Simulation
from keynet_admin.models import Submission
from keynet_admin.permissions import SENDER
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.submission import proof, review
from keynet_admin.vocabulary import Source

# How often an operator writes more than the return that writes itself; the ready words of some rules help less than others.
TYPED = {"": 0.15, "PRIV-007": 0.45, "HOURS-002": 0.05}


@dataclass(frozen=True)
class SubmissionPlan:
    """What will happen to a case, if there is time for it before now. `stops` names a state that it is left in for certain.

    `email` stands in for an address of the body; `asks`: whoever takes it up leaves its acceptance to a second operator.
    """

    body: DemoMunicipality
    begins: datetime
    jobs: tuple[str, ...]
    source: Source = Source.web
    outcome: str = "accept"
    fault: Fault | None = None
    answers: bool = True
    stops: str = ""
    email: str = ""
    asks: bool = False


def case(simulation: Simulation, plan: SubmissionPlan) -> Scenario:
    """The scenario of one case."""
    yield plan.begins
    clean = forms.form(simulation.rng, plan.body, clock.today(), plan.jobs, email=plan.email or None)
    chosen = [posting_histories.prepare(simulation, posting, plan.body) for posting in clean["postings"]]
    typed = deepcopy(clean)
    if plan.fault is not None:
        plan.fault.apply(typed)
    operator = simulation.operator()
    made = simulation.submit(typed, plan.source, operator if plan.source is Source.phone else SENDER)
    if plan.outcome == "withdraw":
        yield simulation.later(120, 900)
        submissions.withdraw(made, operator, seen_version=made.version, reason=simulation.rng.choice(texts.WITHDRAWALS))
        return
    if plan.stops == "received":
        return
    yield simulation.later(20, 90) if plan.stops else simulation.later(60, 640)
    review.take(made, operator, seen_version=made.version)
    if plan.stops == "in_review":
        if plan.asks:
            yield simulation.later(10, 40)
            proof.ask_second(made, operator, seen_version=made.version, reason="登録のない部署からの申請です。念のため見てください。")
        return
    yield simulation.later(4, 90)
    if plan.outcome == "reject":
        review.reject(made, operator, seen_version=made.version, reason=simulation.rng.choice(texts.REJECTIONS))
        return
    if plan.fault is not None:
        item = {"path": plan.fault.path, "rule": plan.fault.rule, "message": plan.fault.message}
        words = "お手数ですが、次の項目をお直しください。"
        typed = Random(f"{made.receipt_no} words").random() < TYPED.get(plan.fault.rule, TYPED[""])  # noqa: S311
        review.return_(made, operator, seen_version=made.version, message=words, items=[item], written=typed)
        if not plan.answers:
            return
        yield simulation.moment(simulation.day(BUSINESS_DAYS - 1)) if plan.stops else simulation.later(90, 1000)
        simulation.resubmit(made, clean)
        if plan.stops == "resubmitted":
            return
        yield simulation.later(60, 600)
        review.take(made, operator, seen_version=made.version)
        yield simulation.later(4, 60)
    simulation.clear_some(made, operator)
    simulation.accept(made, operator)
    _after(simulation, made, chosen)


def _after(simulation: Simulation, made: Submission, chosen: list[str]) -> None:
    """Once accepted: the account's holder signs in and takes care of the postings."""
    rows, account = simulation.accepted(made)
    if simulation.rng.random() < 0.92:
        simulation.sign_in_once(account, lambda: simulation.later(15, 400))
    for row, name in zip(rows, chosen, strict=False):
        simulation.start(posting_histories.published(simulation, row, account, name))
