"""From row to row of a list in its own order, whatever its tab, conditions and sort: the row's place, its neighbours, its page.

A place is the row's values of the sort. It stays good when the row has left the list (it was decided): the way goes on from there.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select

from keynet_admin.extensions import db
from keynet_admin.permissions import Actor
from keynet_admin.web.lists.page import SortPart, State, listed_rows, parts_of

Place = tuple[Any, ...]


def place_of(view: Any, state: State, actor: Actor, number: int) -> Place | None:
    """The place of the row with this id; None when the list does not have it."""
    columns = [part.column for part in parts_of(view, state)]
    query = listed_rows(view, state, actor).where(view.model.id == number).with_only_columns(*columns)
    row = db.session.execute(query).first()
    return tuple(row) if row is not None else None


def beside(view: Any, state: State, actor: Actor, place: Place | None, *where: Any, back: bool = False) -> Any:
    """The statement of the rows after a place (or before it), the nearest first; without a place all rows from the first on."""
    parts = parts_of(view, state)
    query = listed_rows(view, state, actor).where(*where)
    if place is not None:
        query = query.where(_beyond(parts, place, back=back))
    return query.order_by(*(part.turned() if back else part.order() for part in parts))


def page_of(view: Any, state: State, actor: Actor, number: int) -> int | None:
    """The number of the page that shows the row with this id; None when the list does not have it."""
    place = place_of(view, state, actor, number)
    if place is None:
        return None
    before = beside(view, state, actor, place, back=True).with_only_columns(view.model.id).order_by(None).subquery()
    return int(db.session.execute(select(func.count()).select_from(before)).scalar_one()) // view.page_size + 1


def _beyond(parts: Sequence[SortPart], place: Place, *, back: bool) -> ColumnElement[bool]:
    """Where-clause: comes later in the order than the place (or earlier). Empty values are last."""
    equal: list[Any] = []
    found: list[Any] = []
    for part, value in zip(parts, place, strict=True):
        column = part.compared
        if value is None:
            further: Any = column.is_not(None) if back else false()
            same = column.is_(None)
        else:
            further = column < value if part.down != back else column > value
            same = column == value
            if part.nullable and not back:
                further = further | column.is_(None)
        found.append(and_(*equal, further))
        equal.append(same)
    return or_(*found)
