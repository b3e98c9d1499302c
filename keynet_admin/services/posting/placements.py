"""People secured by other ways than this site: recorded as counts at any time, taken back, set as totals when a posting ends. Those that
partners report (`services/partner/secured.py`) stand beside them.

Rows are only added, and each is told by an event with its way and its count, so that the numbers of any moment can be counted again.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from keynet_admin import clock
from keynet_admin.errors import BadField, NotFound, Refused
from keynet_admin.extensions import db
from keynet_admin.models import Partner, Placement, Posting
from keynet_admin.permissions import Actor
from keynet_admin.services import audit, workflow
from keynet_admin.services.posting.balance import shift_names, ways_of
from keynet_admin.services.posting.publication import settle
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import SecuredWay

FILLED = "募集人数に達したため、募集を終了しました。"


@dataclass(frozen=True)
class PlacementRecord:
    """A record as it stands after its corrections: what `id` names, so many people, by one way, for a shift, from a day on.

    `partner`: who reported it; empty when the municipality typed it.
    """

    id: int
    way: SecuredWay
    count: int
    shift: str
    on: date
    partner: str = ""


def of(posting: Posting) -> Sequence[PlacementRecord]:
    """What stands of the posting's placements, oldest first. What was taken back is not among them."""
    query = select(Placement, Partner.name).outerjoin(Partner, Partner.id == Placement.partner_id)
    rows = db.session.execute(query.where(Placement.posting_id == posting.id).order_by(Placement.id)).all()
    counts: Counter[int] = Counter()
    for row, _name in rows:
        counts[row.corrects_id or row.id] += row.count
    firsts = [(row, name) for row, name in rows if row.corrects_id is None and counts[row.id]]
    return [PlacementRecord(row.id, row.way, counts[row.id], row.shift, row.on, name or "") for row, name in firsts]


def place(
    posting: Posting, actor: Actor, *, seen_version: int, way: SecuredWay, count: int, shift: str = "", on: date | None = None
) -> Outcome:
    """Record so many people. At zero open the posting closes itself. Raises BadField for a way, a day or a shift that cannot be."""
    if again := workflow.repeated(posting, actor, seen_version, "place"):
        return again
    day = on or clock.today()
    if why := ways_of(posting).get(way, "この方法は選べません"):
        raise BadField(f"{why}。ほかの方法を選んでください。", "way")
    if not 1 <= count <= 999:
        raise BadField("人数を1から999までの数字で入力してください。例：2", "count")
    if day > clock.today():
        raise BadField("確保した日は、今日までの日付を入力してください。", "on")
    if shift and shift not in shift_names(posting):
        raise BadField("勤務時間帯を選び直してください。", "shift")
    done = workflow.move(posting, "place", actor, seen_version=seen_version, way=way.value, count=count)
    _add(posting, way, count, shift, day)
    return done.but(note=f"記録しました。{FILLED}") if settle(posting) else done


def unplace(posting: Posting, actor: Actor, *, seen_version: int, placement: int | None) -> Outcome:
    """Take a record back. Raises NotFound when the posting has no such one, Refused when a partner reported it."""
    if again := workflow.repeated(posting, actor, seen_version, "unplace"):
        return again
    row = one(posting, placement)
    workflow.require(posting, "unplace", actor, seen_version)
    if row is None:
        raise NotFound("この記録は見つかりません。")
    if row.partner:
        raise Refused(reported_by(row))
    done = workflow.move(posting, "unplace", actor, seen_version=seen_version, way=row.way.value, count=-row.count)
    _add(posting, row.way, -row.count, row.shift, clock.today(), corrects_id=row.id)
    settle(posting)
    return done


def reported_by(row: PlacementRecord) -> str:
    """Why the municipality cannot take back what a partner reported."""
    return f"{row.partner}からの報告のため、ここでは取り消せません。人数が違うときは、{row.partner}にお問い合わせください。"


def one(posting: Posting, number: int | None) -> PlacementRecord | None:
    """What stands of one placement of this posting, by id."""
    return next((row for row in of(posting) if row.id == number), None)


def totals(posting: Posting) -> dict[SecuredWay, int]:
    """How many were secured by each way whose number is typed, as the balance counts them."""
    rows = of(posting)
    return {way: max(_typed(rows, way), _reported(rows, way)) for way in ways_of(posting)}


def too_few(posting: Posting, figures: Mapping[SecuredWay, int]) -> dict[SecuredWay, str]:
    """What is said about totals below what partners have reported, by way."""
    rows = of(posting)
    told = {way: number for way in figures if (number := _reported(rows, way)) > figures[way]}
    return {
        way: f"「{way.label}」は連携先から{number}名の報告があります。{number}以上を入力するか、違うときは運営事務局にお知らせください。"
        for way, number in told.items()
    }


def set_totals(posting: Posting, actor: Actor, figures: Mapping[SecuredWay, int]) -> None:
    """Make the recorded numbers what the owner says they are in all: more is added, fewer are taken from the newest records.

    Raises BadField at the way whose total is below what partners have reported.
    """
    for way, words in too_few(posting, figures).items():
        raise BadField(words, way.value)
    rows, before = of(posting), totals(posting)
    for way, total in figures.items():
        if total == before.get(way, 0):
            continue
        more = total - _typed(rows, way)
        audit.record(posting, "set_total", actor, way=way.value, count=more)
        if more > 0:
            _add(posting, way, more, "", clock.today())
        for row in reversed([row for row in rows if row.way is way and not row.partner]):
            fewer = min(row.count, max(0, -more))
            if fewer:
                _add(posting, way, -fewer, row.shift, clock.today(), corrects_id=row.id)
                more += fewer


def _typed(rows: Sequence[PlacementRecord], way: SecuredWay) -> int:
    return sum(row.count for row in rows if row.way is way and not row.partner)


def _reported(rows: Sequence[PlacementRecord], way: SecuredWay) -> int:
    return sum(row.count for row in rows if row.way is way and row.partner)


def _add(posting: Posting, way: SecuredWay, count: int, shift: str, on: date, **more: Any) -> None:
    values = {"organization_id": posting.organization_id, "way": way, "count": count, "shift": shift, "on": on}
    db.session.add(Placement(posting_id=posting.id, created_at=clock.now(), **values, **more))
    db.session.flush()
