"""What stood on a posting's public page at a moment: one page, of the service center and of the office alike (docs/decisions/0066)."""

from datetime import datetime, timedelta

from flask import request
from flask_admin import expose

from keynet_admin import clock
from keynet_admin.models import Posting
from keynet_admin.services.listing import history
from keynet_admin.web import posting_page
from keynet_admin.web.lists.fields import read_clock, read_day

AHEAD = "これから先の日時です。いままでの日時を入力してください。"


class PublishedPages:
    """Mixed into the views of postings: `/<id>/published?day=…&time=…` or `?number=…`. `row` decides who may see which."""

    @expose("/<num:id>/published")
    def published(self, id: int) -> str:
        """The page as it stood at a typed moment (now unless one is typed) or when a version began (`number`), and the list of all versions."""
        row: Posting = self.row(id)  # type: ignore[attr-defined]
        now = clock.now()
        versions = history.of(row, now)
        typed = {name: request.args.get(name, "").strip() for name in ("day", "time")}
        moment, errors = read_moment(typed["day"], typed["time"], now)
        number = request.args.get("number", "")
        found = next((one for one in versions if str(one.number) == number), None)
        if found is not None:
            moment, errors = found.version.begins_at, {}
        elif moment is not None:
            found = next((one for one in reversed(versions) if one.stood(moment)), None)
        page: str = self.render(  # type: ignore[attr-defined]
            "web/published.html",
            posting=row,
            trail=[*self.trail(row), ("公開した内容の記録", None)],  # type: ignore[attr-defined]
            versions=versions,
            typed=typed,
            errors=errors,
            moment=moment,
            found=found,
            shown=posting_page.as_published(found.version, row.posting_no, moment.astimezone(clock.TOKYO).date())
            if found is not None and moment is not None and found.listed
            else None,
        )
        return page


def read_moment(day: str, time: str, now: datetime) -> tuple[datetime | None, dict[str, str]]:
    """The moment of a typed day and time; now for two empty ones, a day's end for a day alone. Else what is wrong, by field."""
    if not day and not time:
        return now, {}
    errors = {}
    on, at = read_day(day), read_clock(time) if time else (24, 0)
    if on is None:
        errors["day"] = "日付として読めません。例：2021/6/3、令和3年6月3日" if day else "日付を入力してください。例：2021/6/3"
    if at is None or at > (24, 0):
        errors["time"] = "時刻として読めません。例：10:00、午後2時"
    if on is None or at is None or errors:
        return None, errors
    if on > now.astimezone(clock.TOKYO).date():
        return None, {"day": AHEAD}
    asked = datetime(on.year, on.month, on.day, tzinfo=clock.TOKYO) + timedelta(hours=at[0], minutes=at[1])
    if not time:
        asked = min(asked - timedelta(microseconds=1), now)
    if asked > now:
        return None, {"day": AHEAD}
    return asked, {}
