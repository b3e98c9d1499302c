"""What templates may use: filters for values, addresses of static files, navigation, the settings (`site`)."""

from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any

import flask_login
from flask import Flask, current_app, g, request
from flask.templating import Environment
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from keynet_admin import catalogue, clock, config
from keynet_admin.catalogue import display
from keynet_admin.catalogue.base import Field, Kind, Visibility
from keynet_admin.catalogue.blank import says_nothing
from keynet_admin.catalogue.difference import differs
from keynet_admin.catalogue.eras import wareki
from keynet_admin.permissions import Permission, can
from keynet_admin.rules.engine.rule import Finding
from keynet_admin.services import overview
from keynet_admin.services.operation import site_state as operation_state
from keynet_admin.services.operation.site_state import SiteState
from keynet_admin.services.report import rounds
from keynet_admin.vocabulary import ViewSource
from keynet_admin.web import addresses, forms, static_files
from keynet_admin.web.actor import current_actor, viewing
from keynet_admin.web.headers import csp_nonce
from keynet_admin.web.help import page_help
from keynet_admin.web.lists.page import counted

BANNER_EDGE = "banner_edge"  # in `g`: until when a page may be kept, because its banner comes or goes then


class Templates(Environment):
    """Flask's environment whose templates all use the one dictionary of globals.

    Jinja gives each template a chain of two, for globals of its own. We have none, and such a chain is copied and compared key by key in
    Python at each `extends`, `include` and `import`: a tenth of a visitor's page.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals of a template."""
        return super().make_globals(d) if d else self.globals


@dataclass(frozen=True)
class NavItem:
    """One entry of a main menu. `count` names a number of the template variable `nav_counts`, `key` what opens it where keys work.

    `second` names a further number and the word before it; it stands there only while it is not 0.
    """

    label: str
    path: str
    permission: Permission | None = None
    count: str = ""
    key: str = ""
    second: tuple[str, str] = ("", "")


NAVIGATION: dict[str, tuple[NavItem, ...]] = {
    "visitor": (
        NavItem("募集を探す", "/postings/"),
        NavItem("ご利用の流れ", "/flow"),
        NavItem("自治体の方へ", "/entry/"),
    ),
    "operator": (
        NavItem("ダッシュボード", "/admin/"),
        NavItem("申請", "/admin/submission/", Permission.submission_read, "submission", second=("opinion", "意見")),
        NavItem("電話窓口", "/admin/desk/", Permission.desk_answer, key="d"),
        NavItem("募集情報", "/admin/posting/", Permission.posting_read, "posting"),
        NavItem("返答なし", "/admin/candidate/", Permission.candidate_call, "candidate"),
        NavItem("団体", "/admin/organization/", Permission.organization_read),
        NavItem("アカウント", "/admin/account/", Permission.account_read, "account"),
        NavItem("連携先", "/admin/partner/", Permission.partner_read, "partner"),
        NavItem("実績", "/admin/report/", Permission.report_read),
        NavItem("メール", "/admin/mail/", Permission.mail_read, "mail"),
        NavItem("記録", "/admin/event/", Permission.event_read),
        NavItem("ルール", "/admin/rule/", Permission.rule_read),
        NavItem("基本情報", "/admin/office-closure/", Permission.reference_read),
        NavItem("運用", "/admin/jobs/", Permission.operation_read),
        NavItem("設定", "/admin/setting/", Permission.setting_edit),
    ),
    "office": (
        NavItem("ホーム", "/office/"),
        NavItem("募集情報", "/office/posting/", None, "posting"),
        NavItem("応募者", "/office/candidate/", Permission.candidate_handle, "candidate"),
        NavItem("実績報告", "/office/report/", Permission.report_confirm, "report"),
        NavItem("団体とアカウント", "/office/account/"),
    ),
    "prefecture": (
        NavItem("市町村の状況", "/prefecture/"),
        NavItem("確保実績", "/prefecture/report/"),
        NavItem("まとめて申請", "/prefecture/file"),
    ),
    "partner": (
        NavItem("募集の一覧", "/partner/"),
        NavItem("確保の報告", "/partner/secured/"),
    ),
}


def scrolls(label: str) -> Markup:
    """The attributes of a frame whose content may be wider than it: the keyboard reaches it, and it has a name. No landmark, for there are many."""
    return Markup('tabindex="0" role="group" aria-label="{}"').format(label)


def navigation(audience: str) -> list[NavItem]:
    """The menu of an audience: only what is built and what the reader may open."""
    built = current_app.extensions.setdefault("keynet_built", {})
    result = []
    for item in NAVIGATION[audience]:
        if item.path not in built:
            built[item.path] = _routed(item.path)
        if not built[item.path]:
            continue
        if item.permission is not None and not can(current_actor(), item.permission):
            continue
        result.append(item)
    return result


def is_current(path: str) -> bool:
    """True when the page belongs to this entry of the menu (the roots `/admin/` and `/office/` only match themselves)."""
    if path == "/" or (addresses.of(path).roles and path.count("/") == 2):
        return request.path == path
    return request.path == path or request.path.startswith(path.rstrip("/") + "/")


def show_at(section: str, name: str, value: Any) -> str:
    """Japanese text of a value by section and field name."""
    return display.show(catalogue.field_of(section, name), value)


def facts_rows(
    fields: tuple[Field, ...],
    values: dict[str, Any],
    *,
    public: bool = False,
    masked: bool = False,
    every: bool = False,
    keep: frozenset[str] = frozenset(),
) -> list[tuple[Field, Any]]:
    """The fields to print with their values, in the form's order: those filled in (or named in `keep`), all with `every`.

    `public` leaves out what visitors never see, `masked` also what a masked posting hides.
    """
    rows = []
    for field in fields:
        if public and (field.visibility is Visibility.NEVER or (masked and field.visibility is Visibility.MASKED)):
            continue
        value = values.get(field.name)
        if every or field.name in keep or not says_nothing(value) or (value is False and field.required is not None):
            rows.append((field, value))
    return rows


@dataclass
class FieldFindings:
    """Findings by field name; `keep` names the fields to print although nothing was filled in."""

    by_name: dict[str, list[Finding]]
    keep: frozenset[str]


def findings_by_field(findings: Iterable[Finding], prefix: str = "") -> FieldFindings:
    """Findings below a path's prefix (`postings.0.`) by the name of their field. A fix that shows nothing is left out."""
    by_name: dict[str, list[Finding]] = {}
    for found in findings:
        if found.path.startswith(prefix):
            by_name.setdefault(found.path[len(prefix) :].split(".", 1)[0], []).append(found)
    return FieldFindings(by_name, frozenset(by_name))


def _routed(path: str) -> bool:
    try:
        current_app.url_map.bind("localhost").match(path, method="GET")
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    return True


def _nav_counts() -> dict[str, int]:
    """Numbers beside the menu entries of operators and municipalities, counted once a request."""
    if "nav_counts" not in g:
        actor = current_actor()
        g.nav_counts = overview.badges(actor) if actor.is_staff else {"report": len(rounds.open_for(actor))}
    counts: dict[str, int] = g.nav_counts
    return counts


# In `app.extensions`: the settings as the visitors' pages know them, without a question to the database for each page.
PUBLIC_SETTINGS = "keynet_public_settings"


def site_state() -> SiteState:
    """The banner and the read-only mode, looked up once a request; nothing where the database does not answer."""
    if "site_state" not in g:
        try:
            visitors = not addresses.of(request.path).session
            values = current_app.extensions.get(PUBLIC_SETTINGS, dict)() if visitors else None  # none where no page is a visitor's
            g.site_state = state = operation_state.of(values) if visitors else operation_state.now()
        except SQLAlchemyError:
            g.site_state = state = SiteState()
        if state.edge is not None:
            setattr(g, BANNER_EDGE, state.edge)
    found: SiteState = g.site_state
    return found


def banner() -> tuple[str, str]:
    """Level and words of the banner of this page; no words where there is none."""
    state = site_state()
    return state.level, state.banner_for(staff=bool(addresses.of(request.path).roles))


def init_app(app: Flask) -> None:
    """Register filters and globals, and serve our static files."""
    static_files.init_app(app)
    env = app.jinja_env
    env.trim_blocks = True
    env.lstrip_blocks = True
    env.filters.update(
        long_date=display.long_date,
        short_date=display.short_date,
        short_time=display.short_time,
        long_time=display.long_time,
        iso_time=display.iso_time,
        wareki=wareki,
        yen=display.yen,
        hours=display.hours,
        tel_digits=display.tel_digits,
        zip_code=display.zip_code,
        municipality=display.municipality,
        prefecture=display.prefecture,
        time_of_day=display.time_of_day,
        days=display.days,
        counted=counted,
        dated=lambda value: display.dated(value, clock.today()),
        tone=lambda name: f"is-{name}" if name else "",
        findings_by_field=findings_by_field,
    )
    env.globals.update(
        show=display.show,
        show_at=show_at,
        facts_rows=facts_rows,
        reads_the_same=display.reads_the_same,
        TOLD_IN_WORDS=display.TOLD_IN_WORDS,
        differs=differs,
        shift_cells=display.shift_cells,
        pay_cells=display.pay_cells,
        Kind=Kind,
        VIEW_SOURCES=tuple(ViewSource),
        label_at=catalogue.label_at,
        field_at=catalogue.field_at,
        SECTIONS=catalogue.SECTIONS,
        SECTION_LABELS=catalogue.SECTION_LABELS,
        site=config.of(app),
        site_state=site_state,
        banner=banner,
        static_url=static_files.static_url,
        csp_nonce=csp_nonce,
        page_help=page_help,
        need_of=forms.need_of,
        help_of=forms.help_of,
        width_of=forms.width_of,
        groups_of=forms.groups_of,
        is_filled=forms.is_filled,
        row_is_bad=forms.row_is_bad,
        INPUTMODE=forms.INPUTMODE,
        AUTOCOMPLETE=forms.AUTOCOMPLETE,
        navigation=navigation,
        scrolls=scrolls,
        is_current=is_current,
        nav_counts=_nav_counts,
        current_user=flask_login.current_user,
        viewing=viewing,
        now=clock.now,
        today=clock.today,
    )
    env.filters["show"] = lambda value, field: display.show(field, value)
    env.tests["under"] = lambda path, prefix: str(path).startswith(prefix)
