"""What anybody may have read already of the figures that count people: monthly open data and the public tables of report rounds.

Whoever subtracts one from the other must not find a small number, so each kind of publication knows both (`suppression.py`).
"""

from collections import defaultdict

from sqlalchemy import select

from keynet_admin.extensions import db
from keynet_admin.models import OpenDataMonth, ReportRound
from keynet_admin.services.report import national
from keynet_admin.services.report.suppression import TOTAL, Key
from keynet_admin.vocabulary import RoundStatus

HIDDEN = "×"
ALL_PREFECTURES, ALL_JOBS = "00", "all"
PEOPLE = ("wanted", "secured", "open", "applications")
# Counted in the month alone; the others stand as they were at its end.
OF_THE_MONTH = ("applications",)
Values = dict[Key, dict[str, set[int]]]


def known(month: str) -> Values:
    """The values that may be subtracted from those of a month (`2021-05`), by cell: other months, its own editions, all frozen rounds."""
    values = of_months(month)
    for chosen in db.session.execute(select(ReportRound).where(ReportRound.status == RoundStatus.frozen)).scalars():
        national.add_known(values, national.of_round(chosen))
    return values


def of_months(month: str = "") -> Values:
    """What the open data show of people, by cell; what is counted in a month alone only of `month`."""
    values: Values = defaultdict(lambda: {name: set() for name in PEOPLE})
    for other, content in db.session.execute(select(OpenDataMonth.month, OpenDataMonth.content)):
        for code, job, _postings, *numbers, _days in content:
            key = TOTAL if code == ALL_PREFECTURES else code, TOTAL if job == ALL_JOBS else job
            for name, number in zip(PEOPLE, numbers, strict=True):
                if number != HIDDEN and (other == month or name not in OF_THE_MONTH):
                    values[key][name].add(number)
    return values
