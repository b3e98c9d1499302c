"""A prefecture's home: its bodies as tiles and as a list, the letter to those not registered, the way to the upload."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import abort, flash, make_response, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from keynet_admin import clock
from keynet_admin.clock import TOKYO
from keynet_admin.errors import BadField, BadVersion, KeynetError, NotFound, StaleVersion
from keynet_admin.extensions import db
from keynet_admin.permissions import Permission
from keynet_admin.prefecture.file import RIGHTS, PrefectureFilePages
from keynet_admin.services import workflow
from keynet_admin.services.prefecture import notices
from keynet_admin.services.prefecture.bodies import MunicipalityRow, PrefectureOverview, overview, secured_at
from keynet_admin.services.prefecture.workbook import workbook
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import MunicipalityState
from keynet_admin.web.actor import current_actor, unverified
from keynet_admin.web.file_pages import TEMPLATE_TYPE
from keynet_admin.web.guard import GuardedIndex
from keynet_admin.web.lists.page import address

PAGE, MOST = 20, 100  # rows of a page, and of a long one: more would make it heavy
# The filter's choices: value, words, states.
STATES: tuple[tuple[str, str, frozenset[MunicipalityState]], ...] = (
    ("early", "未登録・ログイン待ち", frozenset({MunicipalityState.unregistered, MunicipalityState.invited})),
    *((state.value, state.label, frozenset({state})) for state in MunicipalityState),
)


@dataclass(frozen=True)
class BodyPage:
    """One page of the list. `state`: the filter's value ("": all); `first`: the number of the first row; `every`: up to `MOST` at once."""

    rows: Sequence[MunicipalityRow]
    state: str
    total: int
    first: int
    every: bool
    previous_url: str | None
    next_url: str | None
    other_url: str | None
    other_size: int

    @property
    def summary(self) -> str:
        """全39市町村のうち 1～20."""
        if not self.rows:
            return ""
        return f"全{self.total}市区町村のうち {self.first}～{self.first + len(self.rows) - 1}"


class PrefectureHomeView(PrefectureFilePages, GuardedIndex):
    """`/prefecture/`."""

    permission = Permission.prefecture_read
    method_permissions = {"invite": Permission.prefecture_write, **RIGHTS}
    checks_token = frozenset({"invite"})

    @expose("/")
    def index(self) -> str:
        """How far each body has come, what is needed and secured."""
        actor = current_actor()
        found = overview(actor)
        page = _page(found)
        return self.render(
            "prefecture/home.html",
            found=found,
            page=page,
            states=STATES,
            rows_at=_rows_at(found, page),
            last=notices.last_use(actor),
            letter=notices.letter_to(actor),
            more=found.need.secured - secured_at(actor, found, clock.now() - timedelta(days=7)),
        )

    @expose("/export.xlsx")
    def export(self) -> Response:
        """The table as a workbook."""
        found, now = overview(current_actor()), clock.now()
        name = f"keynet-prefecture-{found.code}_{now.astimezone(TOKYO):%Y%m%d-%H%M}.xlsx"
        headers = {"Content-Type": TEMPLATE_TYPE, "Content-Disposition": f"attachment; filename={name}"}
        return make_response(workbook(found, now), headers)

    @expose("/mail", methods=("GET", "POST"))
    def invite(self) -> str | Response | tuple[str, int]:
        """To whom the letter would go (GET); send it (POST)."""
        if request.method != "POST":
            return self._letter(request.args.getlist("org"))
        codes = request.form.getlist("org")
        if problem := unverified():
            return self._letter(codes, notice=f"{problem.words}宛先を確かめて、もう一度押してください。"), problem.status
        try:
            version = workflow.version_of(request.form.get("version"))
            with transaction():
                done = notices.send(current_actor(), codes, seen_version=version, count=request.form.get("count", ""))
        except BadVersion as error:
            return self._letter(codes, notice=str(error)), 400
        except NotFound:
            abort(404)
        except BadField as error:
            return self._letter(codes, error=error), 422
        except (StaleVersion, KeynetError) as error:
            return self._letter(codes, stale=error), 409
        flash(*_told(done))
        return redirect(url_for(".index"), 303)

    def _letter(self, codes: Sequence[str], **why: object) -> str:
        db.session.rollback()
        try:
            plan = notices.plan(current_actor(), codes)
        except NotFound:
            abort(404)
        shown = {"notice": "", "error": None, "stale": None, "typed": request.form.get("count", ""), **why}
        return self.render("prefecture/invite.html", plan=plan, **shown)


def _told(done: notices.NoticeOutcome) -> tuple[str, str]:
    """The message after sending, with its category."""
    if done.repeated:
        return f"すでに{done.sent}市区町村に送っています。もう一度は送りません。", "info"
    rest = f"{done.left_out}市区町村には送りませんでした。" if done.left_out else ""
    if not done.sent:
        return f"送れる市町村がありませんでした。{rest}", "warning"
    return f"{done.sent}市区町村にメールを送ります。{rest}", "success"


def _page(found: PrefectureOverview) -> BodyPage:
    """The page of rows that the address asks for; what is not understood falls back to the ordinary."""
    chosen = next((choice for choice in STATES if choice[0] == request.args.get("state")), None)
    state = chosen[0] if chosen is not None else ""
    rows = [body for body in found.by_urgency if chosen is None or body.state in chosen[2]]
    every = request.args.get("all") == "1"
    size, text = MOST if every else PAGE, request.args.get("page", "")
    last = max(1, -(-len(rows) // size))
    number = min(max(int(text), 1), last) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    first = (number - 1) * size

    def url(page: int = 1, *, every: bool = every) -> str:
        asked = (("state", state), ("all", "1" if every else ""), ("page", str(page) if page > 1 else ""))
        return address(url_for(".index"), [pair for pair in asked if pair[1]]) + "#list"

    return BodyPage(
        rows=rows[first : first + size],
        state=state,
        total=len(rows),
        first=first + 1,
        every=every,
        previous_url=url(number - 1) if number > 1 else None,
        next_url=url(number + 1) if number < last else None,
        other_url=url(every=not every) if len(rows) > PAGE else None,
        other_size=PAGE if every else len(rows) if len(rows) <= MOST else MOST,
    )


def _rows_at(found: PrefectureOverview, page: BodyPage) -> dict[str, str]:
    """Where the row of each body stands, by code: on this page, else on its page of the whole list."""
    here = {body.code for body in page.rows}
    places = {}
    for number, body in enumerate(found.by_urgency):
        there = address(url_for(".index"), [("page", str(number // PAGE + 1))] if number >= PAGE else [])
        places[body.code] = f"#m{body.code}" if body.code in here else f"{there}#m{body.code}"
    return places
