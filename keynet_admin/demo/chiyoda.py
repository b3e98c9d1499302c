"""The body whose account can be tried out: three cases and two postings of its own, in every state that an office may meet."""

from datetime import datetime, time, timedelta
from random import Random

from keynet_admin import clock
from keynet_admin.business_time import TOKYO
from keynet_admin.demo import forms, posting_histories, texts
from keynet_admin.demo import typed_values as typed
from keynet_admin.demo.municipalities import DemoMunicipality
from keynet_admin.demo.people import chiyoda_people
from keynet_admin.demo.simulation import Scenario, Simulation, officer
from keynet_admin.models import Account
from keynet_admin.services.account import colleagues
from keynet_admin.services.posting import approval, drafts, publication
from keynet_admin.services.posting.moderation import decide
from keynet_admin.services.submission import review
from keynet_admin.vocabulary import Source

CODE = "131016"
EMAIL = "kenko@city.chiyoda.keynet.example"
LONG_AGO = 205  # days before the history; more than people's data is kept
COLLEAGUE = "yobo@city.chiyoda-test.lg.jp"  # writes and cares for applicants, but does not publish
ASKED_FOR = "tanto@hokensho.keynet.example"  # no domain of the body: an operator has to call
FIRST = ("nurse", "clerical", "physician", "assistant_nurse", "pharmacist", "public_health_nurse", "nurse")
SECOND = ("clerical", "nurse", "clerical", "nurse", "nurse", "assistant_nurse")


def long_ago(simulation: Simulation, body: DemoMunicipality, password_hash: str) -> Scenario:
    """Half a year before: the first case, and a posting that closed with one person secured, whose data is no longer kept for reading."""
    rng = Random(3)  # noqa: S311 - invented texts, not secrets
    yield datetime.combine(simulation.first_day - timedelta(days=LONG_AGO), time(10, 30), TOKYO)
    form = forms.form(rng, body, clock.today(), ("nurse",), email=EMAIL, plain=True)
    form["postings"][0]["headcount"] = "2名"
    made = simulation.submit(form, Source.web)
    operator = simulation.operators[1]
    yield clock.now() + timedelta(hours=1)
    review.take(made, operator, seen_version=made.version)
    simulation.accept(made, operator)
    (row,), account = simulation.accepted(made)
    first_login = clock.now() + timedelta(hours=1)
    simulation.sign_in_once(account, lambda: first_login, password_hash=password_hash)
    yield clock.now() + timedelta(hours=2)
    posting_histories.publish(row, account)
    yield from chiyoda_people.long_ago(row, account)


def scenario(simulation: Simulation, body: DemoMunicipality, password_hash: str) -> Scenario:
    """Everything that happened to it. The account's password is the demo accounts'."""
    yield simulation.moment(simulation.day(0))
    form = forms.form(simulation.rng, body, clock.today(), FIRST, email=EMAIL, plain=True)
    forms.mask(form["postings"][5])
    # They stay live (the third one paused) for as long as somebody looks at the demo.
    for open_posting in form["postings"][:3]:
        until = clock.today() + timedelta(days=60)
        open_posting |= {"deadline_type": "until_filled", "deadline": "", "publish_until": until.isoformat()}
    last = clock.today() + timedelta(days=10)
    forms.until(form["postings"][6], last, last - timedelta(days=1))
    made = simulation.submit(form, Source.web)
    operator = simulation.operators[0]
    yield simulation.later(100, 200)
    review.take(made, operator, seen_version=made.version)
    yield simulation.later(10, 30)
    simulation.accept(made, operator)
    rows, account = simulation.accepted(made)
    simulation.sign_in_once(account, lambda: simulation.later(60, 120), password_hash=password_hash)
    yield simulation.later(240, 300)
    nurse, clerk, doctor, junior, pharmacist, masked, ending = rows
    for row in (nurse, clerk, doctor, masked, ending):
        posting_histories.publish(row, account)
        yield simulation.later(3, 9)
    chiyoda_people.start(simulation, account, nurse, clerk, masked)
    for own in (chiyoda_people.filling, chiyoda_people.ending):
        simulation.start(own(simulation, body, account))
    posting_histories.edit(pharmacist, account, {"headcount": "若干名"})
    colleague = _invite(account, COLLEAGUE, "見本 蓮", ("edit", "candidates"))
    simulation.sign_in_once(colleague, lambda: simulation.later(100, 200), password_hash=password_hash)
    simulation.start(_second(simulation, body, account))
    yield simulation.later(1200, 1500)
    drafts.change_headcount(nurse, "18名", officer(account), seen_version=nurse.version)
    yield simulation.later(300, 500)
    day = clock.today() + timedelta(days=16)
    posting_histories.edit(clerk, account, {"deadline_type": "date", "deadline": typed.wrong_weekday(day)})
    yield simulation.later(200, 400)
    publication.pause(doctor, officer(account), seen_version=doctor.version)
    posting_histories.edit(junior, account, {"headcount": "6名"})
    yield simulation.later(20, 40)
    approval.ask(junior, officer(colleague), seen_version=junior.version)
    _invite(account, ASKED_FOR, "例田 結", ("edit",))


def _invite(account: Account, email: str, name: str, rights: tuple[str, ...]) -> Account:
    """Whom the account's holder invites, or asks the service center for."""
    body = account.organization
    if body is None:
        raise ValueError("an account of the service center")
    invited: Account = colleagues.invite(body, officer(account), seen_version=body.version, email=email, name=name, rights=rights).made
    return invited


def _second(simulation: Simulation, body: DemoMunicipality, account: Account) -> Scenario:
    """A case by telephone: its postings were added to the account."""
    yield simulation.moment(simulation.day(5))
    form = forms.form(Random(7), body, clock.today(), SECOND, email=EMAIL, plain=True)  # noqa: S311
    cheap, copied, private = (form["postings"][number] for number in (0, 1, 4))
    forms.below_minimum(cheap, body, clock.today())
    copied["deadline"] = typed.wrong_weekday(clock.today() + timedelta(days=20))
    forms.hide(private)
    opens = simulation.now.date() + timedelta(days=6)
    form["postings"][5]["publish_from"] = opens.isoformat()
    forms.until(form["postings"][5], opens + timedelta(days=14), opens + timedelta(days=12))
    operator = simulation.operators[1]
    made = simulation.submit(form, Source.phone, operator)
    yield simulation.later(30, 60)
    review.take(made, operator, seen_version=made.version)
    simulation.accept(made, operator)
    rows, _ = simulation.accepted(made)
    yield simulation.later(60, 200)
    for row in rows:
        posting_histories.publish(row, account)
    yield simulation.later(300, 400)
    second, third, fourth = rows[1:4]
    decide.return_(second, operator, seen_version=second.version, reason=texts.POSTING_RETURNS[0])
    yield simulation.later(600, 700)
    publication.close(third, officer(account), seen_version=third.version)
    decide.suspend(fourth, operator, seen_version=fourth.version, reason=texts.SUSPENSIONS[0])
