"""What an account keeps of lists: views (at most 20 a list, one of each name), and the columns of each tab."""

from collections.abc import Sequence
from urllib.parse import parse_qsl

from sqlalchemy import delete, select

from keynet_admin.errors import Refused
from keynet_admin.extensions import db
from keynet_admin.models import Account, ChosenColumns, SavedView
from keynet_admin.permissions import Actor

MOST = 20
LONGEST = 40


def save(actor: Actor, place: str, name: str, query: str, *, at_start: bool = False) -> None:
    """Keep a query string of the list `place` under a name; a view of that name is replaced. Raises Refused with words for the reader.

    `at_start`: its tab opens with it from now on, and with no other.
    """
    name = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    if not name or len(name) > LONGEST:
        raise Refused(f"表示の名前を、{LONGEST}文字までで入力してください。")
    if len(query) > 500:
        raise Refused("条件が多すぎるため、保存できません。条件を減らしてください。")
    _in_turn(actor)
    own = (SavedView.account_id == (actor.account_id or 0), SavedView.place == place)
    views = list(db.session.execute(select(SavedView).where(*own)).scalars())
    if at_start:
        for other in views:
            other.at_start = other.at_start and _tab(other.query) != _tab(query)
    known = next((view for view in views if view.name == name), None)
    if known is not None:
        known.query, known.at_start = query, at_start
        return
    if len(views) >= MOST:
        raise Refused(f"保存できる表示は{MOST}件までです。使わないものを消してください。")
    db.session.add(SavedView(account_id=actor.account_id, place=place, name=name, query=query, at_start=at_start))


def _in_turn(actor: Actor) -> None:
    """Of two presses at once the second waits: a name has one view, a tab one choice of columns."""
    db.session.execute(select(Account.id).where(Account.id == actor.account_id).with_for_update(key_share=True))


def _tab(query: str) -> str:
    return dict(parse_qsl(query)).get("tab", "")


def drop(actor: Actor, number: int) -> None:
    """Forget a view; nothing happens to somebody else's."""
    db.session.execute(delete(SavedView).where(SavedView.id == number, SavedView.account_id == (actor.account_id or 0)))


def choose_columns(actor: Actor, place: str, tab: str, names: Sequence[str]) -> None:
    """Keep which columns the reader wants in a tab of the list `place`; none for the ordinary ones."""
    _in_turn(actor)
    own = (ChosenColumns.account_id == (actor.account_id or 0), ChosenColumns.place == place, ChosenColumns.tab == tab)
    if not names:
        db.session.execute(delete(ChosenColumns).where(*own))
        return
    known = db.session.execute(select(ChosenColumns).where(*own)).scalar_one_or_none()
    if known is None:
        known = ChosenColumns(account_id=actor.account_id, place=place, tab=tab)
        db.session.add(known)
    known.names = ",".join(names)
