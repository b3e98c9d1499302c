"""A body whose mail box takes no mail: its case goes from the form to the first login by telephone alone."""

from copy import deepcopy
from datetime import datetime, time
from random import Random
from typing import Any

from keynet_admin import clock
from keynet_admin.business_time import TOKYO, add_business_seconds
from keynet_admin.catalogue.paths import walk
from keynet_admin.demo import forms
from keynet_admin.demo.municipalities import DemoMunicipality
from keynet_admin.demo.simulation import Scenario, Simulation
from keynet_admin.models import OutboxMail, Submission
from keynet_admin.permissions import Actor
from keynet_admin.rules import evaluate
from keynet_admin.services import workflow
from keynet_admin.services.account import address
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.keying import steps as keyings
from keynet_admin.services.keying.compare import text_of
from keynet_admin.services.submission import follow_up, review, task
from keynet_admin.vocabulary import MailStatus, Source

DAY = 7
FULL = "550 5.2.1 mailbox disabled（デモデータ）"


def scenario(simulation: Simulation, body: DemoMunicipality) -> Scenario:
    """Every mail comes back. One operator calls and keys the correction in, the other accepts and reads the first login's code out."""
    first, second = simulation.operators[:2]
    yield datetime.combine(simulation.day(DAY), time(10, 40), TOKYO)
    clean = forms.form(Random(11), body, clock.today(), ("nurse",), plain=True)  # noqa: S311
    typed = deepcopy(clean)
    typed["postings"][0]["headcount"] = "40名"
    made = simulation.submit(typed, Source.web)
    _lose(made)
    yield _later(90)
    review.take(made, first, seen_version=made.version)
    item = {"path": "postings.0.headcount", "rule": "", "message": "広報のお知らせと人数が違います。正しい人数を入力してください。"}
    review.return_(made, first, seen_version=made.version, message="お手数ですが、次の項目をお直しください。", items=[item])
    _lose(made)
    yield _later(40)
    follow_up.tell(made, first, seen_version=made.version, reason="代表電話から担当の方につないでいただき、差し戻しの内容を伝えました。")
    yield _later(120)
    _key_in(made, clean, first)
    _lose(made)
    yield _later(60)
    review.take(made, second, seen_version=made.version)
    simulation.accept(made, second)
    _lose(made)
    _, account = simulation.accepted(made)
    yield _later(30)
    code = address.read_code(account, second, seen_version=account.version).made
    accounts.finish_first_login(code.id, simulation.password_hash)
    follow_up.tell(made, second, seen_version=made.version, reason="代表電話で初回ログインのコードを伝え、ログインが済みました。")


def _key_in(made: Submission, clean: dict[str, Any], operator: Actor) -> None:
    """What the sender says on the telephone, keyed twice where it differs from what was sent."""
    row = keyings.start_correction(made, operator, seen_version=made.version).made
    keyings.save_first(row, clean, [], evaluate(clean, on=clock.today()), operator, seen_version=row.version, done=True)
    texts = {path: text_of(walk(clean, path)) for path in keyings.places(row)}
    keyings.key_second(row, texts, operator, seen_version=row.version)
    document = keyings.document_of(row)
    keyings.send(row, document, evaluate(document, on=clock.today()), operator, seen_version=row.version)


def _lose(case: Submission) -> None:
    """The other side refuses what was just written, and the case is back in the queue."""
    workflow.move_where(OutboxMail, "send", OutboxMail.about(case), attempts=1)
    workflow.move_where(OutboxMail, "settle", OutboxMail.about(case), target=MailStatus.refused, answer=FULL)
    task.follow(case.id)


def _later(minutes: int) -> datetime:
    return add_business_seconds(clock.now(), minutes * 60)
