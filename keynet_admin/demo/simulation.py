"""The demo's simulation: who acts, how time passes, and a schedule of scenarios that take turns on the moved clock.

A scenario is a generator: it yields the moment at which it goes on and does its next step there, through the real services.
"""

import heapq
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from keynet_admin import clock
from keynet_admin.business_time import CLOSES, OPENS, TOKYO, add_business_days, add_business_seconds
from keynet_admin.demo import texts
from keynet_admin.errors import KeynetError
from keynet_admin.extensions import db
from keynet_admin.models import Account, FirstLogin, Posting, ReturnLink, Submission
from keynet_admin.permissions import SENDER, Actor
from keynet_admin.rules import evaluate
from keynet_admin.rules.engine.reasons import with_reasons
from keynet_admin.rules.engine.rule import Level, Result
from keynet_admin.services.account import session
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.submission import acceptance, finding, proof
from keynet_admin.services.submission import intake as submission
from keynet_admin.services.transaction import settle
from keynet_admin.vocabulary import AccountStatus, CallSource, Source

Scenario = Iterator[datetime]
BUSINESS_DAYS = 14
# How many warnings come with a sender's reason, and how often an operator finds each harmless ("" for all others).
REASONED = 0.4
CLEARED: dict[str, float] = {"": 0.25, "MAIL-004": 0.85, "TEL-004": 0.6, "JOB-010": 0.7, "HOURS-008": 0.5}


class Simulation:
    """One run of the demo. `password_hash` is that of every account which has signed in (nobody knows its password)."""

    def __init__(self, now: datetime, password_hash: str, seed: int = 20210506) -> None:
        """`now` is where the history ends."""
        self.now = now
        self.password_hash = password_hash
        self.rng = Random(seed)  # noqa: S311 - invented texts, not secrets
        self.operators: list[Actor] = []
        self.first_day = add_business_days(now.astimezone(TOKYO).date(), -BUSINESS_DAYS)
        self._waiting: list[tuple[datetime, int, Scenario]] = []
        self._count = self._order = 0
        self._apart: set[Scenario] = set()
        self._signing_in: set[int] = set()

    def start(self, scenario: Scenario, *, apart: bool = False) -> None:
        """Put a scenario onto the schedule. One that stands `apart` changes none of the random numbers of the others."""
        if apart:
            self._apart.add(scenario)
        self._put(next(scenario, None), scenario)

    def play(self) -> None:
        """Let all scenarios run until now; what lies later never happens."""
        while self._waiting and self._waiting[0][0] <= self.now:
            moment, _, scenario = heapq.heappop(self._waiting)
            with clock.at(moment):
                self._put(_step(scenario), scenario)

    def day(self, number: int) -> date:
        """The n-th business day of the history (0 is the first)."""
        return add_business_days(self.first_day, number)

    def moment(self, day: date, *, office_hours: bool = True) -> datetime:
        """Some moment of a day: while the desk is open, or in the evening."""
        begin = datetime.combine(day, OPENS if office_hours else CLOSES, TOKYO)
        return begin + timedelta(seconds=self.rng.randint(60, 7 * 3600 - 60 if office_hours else 5 * 3600))

    def moment_of(self, number: int, at: str) -> datetime:
        """A time of the n-th business day."""
        return datetime.combine(self.day(number), time.fromisoformat(at), TOKYO)

    def later(self, least: int, most: int) -> datetime:
        """Some business time from now on, in minutes."""
        return add_business_seconds(clock.now(), self.rng.randint(least * 60, most * 60))

    def operator(self) -> Actor:
        """One of the two who decide most cases; now and then the lead."""
        return self.rng.choices(self.operators[:3], (5, 4, 1))[0]

    def submit(self, typed: dict[str, Any], source: Source, actor: Actor = SENDER) -> Submission:
        """Send a form in, as its page, a file or an operator at the telephone does."""
        result = self.explained(typed)
        identity = submission.identity_of(result.normalized) if source is Source.file else None
        form_key = None if source is Source.file else self._form_key()
        made, _ = submission.submit(
            typed, result, reference_date=clock.today().isoformat(), actor=actor, source=source, form_key=form_key, identity=identity
        )
        return made

    def resubmit(self, case: Submission, typed: dict[str, Any]) -> None:
        """Send a returned form in again, through its link."""
        link = db.session.execute(
            select(ReturnLink)
            .where(ReturnLink.submission_id == case.id, ReturnLink.closed_at.is_(None))
            .order_by(ReturnLink.id.desc())
            .limit(1)
        ).scalar_one()
        result, answer = self.explained(typed), self.rng.choice(texts.ANSWERS)
        today, key = clock.today().isoformat(), self._form_key()
        submission.resubmit(link, typed, result, reference_date=today, form_key=key, message=answer)

    def _form_key(self) -> str:
        return f"demo-{self.rng.getrandbits(64):x}"

    def explained(self, typed: dict[str, Any]) -> Result:
        """What the rules say of a form; some senders say why a warning is right as it is."""
        result = evaluate(typed, on=clock.today())
        chance = Random(f"{self._count} reasons")  # noqa: S311 - random numbers of its own: the rest of the history stays as it is
        reasons = {
            (f.rule, f.path): texts.REASONS.get(f.rule, texts.REASONS[""]) for f in result.at(Level.WARNING) if chance.random() < REASONED
        }
        return with_reasons(result, reasons)

    def clear_some(self, case: Submission, operator: Actor) -> None:
        """What an operator finds harmless before accepting; a rule that is often wrong is cleared more often than others."""
        chance = Random(f"{case.receipt_no} cleared")  # noqa: S311
        for rule, path in sorted(finding.rows_of(submission.current_revision(case))):
            if chance.random() < CLEARED.get(rule, CLEARED[""]):
                finding.clear(case, rule, path, operator, seen_version=case.version)

    def accept(self, case: Submission, operator: Actor) -> None:
        """Accept a case, once what the acceptance asks for is on record: a call to the body, or somebody else who accepts."""
        plan = acceptance.plan(case)
        shown = acceptance.proof_of(case, plan)
        if shown.missing(operator):
            alone = set(shown.brought_by) == {operator.account_id}
            if alone or Random(f"{case.receipt_no} proof").random() < 0.3:  # noqa: S311
                proof.ask_second(case, operator, seen_version=case.version)
                operator = next(other for other in self.operators if other != operator)
            else:
                number = submission.current_revision(case).normalized["organization"]["org_tel"]
                record = {"phone": number, "source": CallSource.website, "person": "庶務係 見本様"}
                proof.call_back(case, operator, seen_version=case.version, organization=plan.organization, **record)
        acceptance.accept(case, operator, seen_version=case.version)

    def accepted(self, made: Submission) -> tuple[list[Posting], Account]:
        """The postings of an accepted case in the form's order, and the oldest account of its body."""
        db.session.flush()
        postings = select(Posting).where(Posting.submission_id == made.id).order_by(Posting.submission_index)
        account = select(Account).where(Account.organization_id == made.organization_id).order_by(Account.id).limit(1)
        return list(db.session.execute(postings).scalars()), db.session.execute(account).scalar_one()

    def sign_in_once(self, account: Account, when: Callable[[], datetime], *, password_hash: str | None = None) -> None:
        """Let the holder of a new account sign in for the first time, later on."""
        if account.status is AccountStatus.invited and account.id not in self._signing_in:
            self._signing_in.add(account.id)
            self.start(self._first_login(account, when(), password_hash or self.password_hash))

    def _first_login(self, account: Account, moment: datetime, password_hash: str) -> Scenario:
        yield moment
        query = select(FirstLogin.id).where(FirstLogin.account_id == account.id).order_by(FirstLogin.id.desc()).limit(1)
        accounts.finish_first_login(db.session.execute(query).scalar_one(), password_hash)
        account.last_login_at = clock.now()

    def _put(self, moment: datetime | None, scenario: Scenario) -> None:
        if moment is not None:
            self._order += 1
            self._count += scenario not in self._apart
            heapq.heappush(self._waiting, (moment, self._order, scenario))


def _step(scenario: Scenario) -> datetime | None:
    """One step of a scenario; a step that a service refuses ends it and leaves nothing behind."""
    step = db.session.begin_nested()
    try:
        following = next(scenario, None)
        db.session.flush()
    except KeynetError:
        step.rollback()
        return None
    step.commit()
    settle()
    return following


def officer(account: Account) -> Actor:
    """The holder of an account as somebody who acts."""
    return session.actor_of(account)
