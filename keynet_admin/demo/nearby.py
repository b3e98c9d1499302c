"""Nurses wanted around the body whose account can be tried out, some weeks before: what was paid well was filled soon, the rest was not.

Without them no posting of the demo would have anything to be compared with (`services/posting/radar.py`).
"""

from datetime import datetime, time, timedelta
from random import Random

from keynet_admin import clock
from keynet_admin.business_time import TOKYO, add_business_days
from keynet_admin.demo import forms, posting_histories
from keynet_admin.demo.municipalities import DemoMunicipality
from keynet_admin.demo.simulation import Scenario, Simulation, officer
from keynet_admin.services.posting import placements
from keynet_admin.services.submission import review
from keynet_admin.vocabulary import SecuredWay, Source

BODIES = 3
BEFORE = 4  # business days before the history
PAID = (2350, 2500, 1850, 1750)  # yen an hour; the first two postings of each body are filled


def scenario(simulation: Simulation, number: int, body: DemoMunicipality) -> Scenario:
    """One body: its case, four postings, and who was found for two of them."""
    rng = Random(f"nearby {number}")  # noqa: S311 - invented texts, not secrets
    day = add_business_days(simulation.first_day, -BEFORE)
    yield datetime.combine(day, time(9 + number, 20), TOKYO)
    form = forms.form(rng, body, clock.today(), ("nurse",) * len(PAID), plain=True)
    for content, yen in zip(form["postings"], PAID, strict=True):
        content |= {"headcount": "2名", "pay_type": "hour", "pay_lines": [{"label": "", "min": f"{yen + 50 * number}円"}]}
        content |= {"deadline_type": "until_filled", "publish_until": (clock.today() + timedelta(days=70)).isoformat()}
        content.pop("deadline", None)
    made = simulation.submit(form, Source.web)
    operator = simulation.operators[number % 2]
    yield clock.now() + timedelta(hours=1)
    review.take(made, operator, seen_version=made.version)
    simulation.accept(made, operator)
    rows, account = simulation.accepted(made)
    first_login = clock.now() + timedelta(minutes=40)
    simulation.sign_in_once(account, lambda: first_login)
    yield clock.now() + timedelta(hours=2)
    for row in rows:
        posting_histories.publish(row, account)
    for row in rows[:2]:
        yield clock.now() + timedelta(days=3 + number, hours=1)
        placements.place(row, officer(account), seen_version=row.version, way=SecuredWay.nurse_center, count=2)
