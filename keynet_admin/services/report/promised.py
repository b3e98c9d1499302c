"""Which cases a week of the promise counts: the rows behind the numbers of `service.promises`, from the same two queries."""

from datetime import date

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import Review, Submission
from keynet_admin.services.business_days import promise_due
from keynet_admin.services.report import service
from keynet_admin.services.report.service import WEEK, ServiceScope, monday


def weeks_back(day: date) -> int:
    """How many weeks a scope has to have that begins with the week of a day; 0 for one that is still to come."""
    return max(0, (monday(clock.today()) - monday(day)) // WEEK + 1)


def cases(week: date, *, late: bool = False) -> list[int]:
    """Ids of the cases whose deadline fell into the week (its Monday); `late`: only those that took longer than promised, or still do."""
    scope, now = ServiceScope(weeks_back(week)), clock.now()
    if not scope.weeks:
        return []
    found = set()
    rows = db.session.execute(service.acceptances(scope).add_columns(Review.subject_id))
    for _received, begun, still, handed, _waits, case in rows:
        due = promise_due(begun, still)
        kept = handed is not None and handed <= due
        if monday(due.astimezone(clock.TOKYO).date()) == week and (handed is not None or due <= now) and not (late and kept):
            found.add(case)
    for _received, due, case in db.session.execute(service.overdue(scope, now).add_columns(Submission.id)):
        if monday(due.astimezone(clock.TOKYO).date()) == week:
            found.add(case)
    return sorted(found)
