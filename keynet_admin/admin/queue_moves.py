"""What operators do with many cases of the queue at once: take them, let go of them, hand them over."""

from typing import Any

from sqlalchemy import select

from keynet_admin.extensions import db
from keynet_admin.models import Account, Submission
from keynet_admin.permissions import Actor, Permission
from keynet_admin.services import workflow
from keynet_admin.services.submission import review
from keynet_admin.vocabulary import STAFF_ROLES, AccountStatus
from keynet_admin.web.model_view import BulkMove

NOBODY = "nobody"
TAKEN_FROM = frozenset(next(move.sources for move in workflow.moves_of(Submission) if move.name == "take"))


def _may_take(row: Submission, actor: Any) -> str:
    return "" if "take" in workflow.allowed(row, actor) else f"いまの状態は「{row.status.label}」です"


def _may_leave(row: Submission, actor: Any) -> str:
    if "leave" not in workflow.allowed(row, actor):
        return f"いまの状態は「{row.status.label}」です"
    return "" if row.assignee_id is not None else "担当がいません"


def _may_hand_over(row: Submission, actor: Any) -> str:
    if "pass_on" not in workflow.allowed(row, actor):
        return f"いまの状態は「{row.status.label}」です"
    return "" if review.may_hand_over(row, actor) else "ほかの担当者の申請を引き継げるのは、運営主任だけです"


def _colleagues() -> list[tuple[str, str]]:
    people = db.session.execute(
        select(Account.id, Account.shown_name)
        .where(Account.role.in_(STAFF_ROLES), Account.status == AccountStatus.active)
        .order_by(Account.id)
    )
    return [(str(number), name) for number, name in people] + [(NOBODY, "だれにも引き継がない（未定に戻す）")]


def _hand_over(row: Submission, actor: Actor, version: int, choice: str) -> object:
    to = db.session.get(Account, int(choice)) if choice != NOBODY else None
    return review.hand_over(row, actor, to, seen_version=version)


MOVES = (
    BulkMove(
        "take",
        "担当する",
        Permission.submission_decide,
        "選んだ申請をまとめて担当しますか",
        "担当になりました。",
        _may_take,
        lambda row, actor, version: review.take(row, actor, seen_version=version),
        tabs=("due", "mine"),
    ),
    BulkMove(
        "leave",
        "担当を外す",
        Permission.submission_decide,
        "選んだ申請の担当を外しますか",
        "担当を外しました。",
        _may_leave,
        lambda row, actor, version: review.leave(row, actor, seen_version=version),
        tabs=("due", "mine"),
    ),
    BulkMove(
        "hand_over",
        "引き継ぐ",
        Permission.submission_decide,
        "選んだ申請の担当を引き継ぎますか",
        "担当を引き継ぎました。",
        _may_hand_over,
        _hand_over,
        choice_label="引き継ぐ相手",
        choices=_colleagues,
        tabs=("due", "mine", "returned"),
    ),
)
