"""Which role may do what, printed from the tables by which the program decides (`/admin/rights/`)."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from flask import Response, current_app
from flask_admin import expose

from keynet_admin.admin.event import SUBJECTS
from keynet_admin.permissions import GRANTS, PERMISSION_LABELS, RIGHT_FOR, SYSTEM, Permission, can, candidate_of, partner_of, sender_of
from keynet_admin.services.workflow import MOVES
from keynet_admin.services.workflow.row import SYSTEM_ONLY
from keynet_admin.vocabulary import ActorKind, OfficeRight, Role
from keynet_admin.web.guard import GuardedView
from keynet_admin.web.lists import export

YES, NO = "できる", ""
COLUMNS = (Role.operator, Role.lead, Role.admin, Role.municipality, Role.prefecture, Role.partner)
TITLE = "役割と権限"


@dataclass(frozen=True)
class RightLine:
    """One permission: what each role has of it, who has it without an account, and the moves and pages that ask for it."""

    permission: Permission
    label: str
    by_role: dict[Role, str]
    others: tuple[str, ...]
    moves: tuple[str, ...]
    pages: tuple[str, ...]


class RightsView(GuardedView):
    """Reading only: rights are given on the pages of accounts."""

    permission = Permission.account_read

    @expose("/")
    def index(self) -> str:
        """The table of roles and rights, and what each right is asked for by."""
        return self.render("admin/rights.html", lines=lines(), columns=COLUMNS, rights=tuple(OfficeRight), title=TITLE)

    @expose("/export.<any(csv, xlsx):kind>")
    def export(self, kind: str) -> Response:
        """The same as a file."""
        return export.of_lines(kind, _file_lines(), TITLE)


def lines() -> list[RightLine]:
    """A line for each permission, in the order of their names."""
    moves, pages = _moves(), _pages()
    return [
        RightLine(
            permission,
            PERMISSION_LABELS[permission],
            {role: _held(role, permission) for role in COLUMNS},
            _others(permission),
            tuple(dict.fromkeys(moves.get(permission, ()))),
            tuple(dict.fromkeys(pages.get(permission, ()))),
        )
        for permission in Permission
    ]


def _held(role: Role, permission: Permission) -> str:
    """What the cell of a role says; of a municipality which right its account needs."""
    if permission not in GRANTS[role]:
        return NO
    return RIGHT_FOR[permission].label if role is Role.municipality else YES


def _others(permission: Permission) -> tuple[str, ...]:
    """Who may do it without an account: holders of a link or key for what is theirs, and the system for what nobody else does."""
    rows = {name: SimpleNamespace(__tablename__=name, id=1, partner_id=1) for name in ("submission", "candidate", "partner")}
    holders = (
        (ActorKind.sender, sender_of(1), rows["submission"]),
        (ActorKind.candidate, candidate_of(1), rows["candidate"]),
        (ActorKind.partner, partner_of(1), rows["partner"]),
    )
    found = tuple(f"{kind.label}（自分のもの）" for kind, actor, row in holders if can(actor, permission, row))
    alone = not found and not any(permission in granted for granted in GRANTS.values()) and can(SYSTEM, permission)
    return (*found, ActorKind.system.label) if alone else found


def _moves() -> dict[Permission, list[str]]:
    """The moves that ask for each permission, with what they are about; those of the system alone are not among them."""
    found: dict[Permission, list[str]] = {}
    for move in MOVES:
        if move.kinds != SYSTEM_ONLY:
            found.setdefault(move.permission, []).append(f"{SUBJECTS[move.subject.__tablename__]}：{move.label}")
    for view in _views():
        for bulk in getattr(view, "bulk_moves", ()):
            found.setdefault(bulk.permission, []).append(f"{view.name}の一覧：{bulk.label}")
    return found


def _pages() -> dict[Permission, list[str]]:
    """The addresses that ask for each permission, of all areas."""
    found: dict[Permission, list[str]] = {}
    for view in _views():
        for place, method, *_more in view._urls:
            permission = view.method_permissions.get(method, view.permission)
            if permission is not None:
                found.setdefault(permission, []).append(f"{view.name} {view.url.rstrip('/')}{place}")
    return found


def _views() -> list[Any]:
    return [view for admin in current_app.extensions["admin"] for view in admin._views]


def _file_lines() -> Iterator[list[str]]:
    yield ["権限", "コード", *(role.label for role in COLUMNS), "アカウントのない人", "操作", "画面"]
    for line in lines():
        cells: list[Any] = [line.by_role[role] for role in COLUMNS]
        yield [line.label, line.permission.value, *cells, *("、".join(part) for part in (line.others, line.moves, line.pages))]
