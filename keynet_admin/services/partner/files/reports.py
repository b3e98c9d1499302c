"""Reports of secured people as partners' staff type them, on a form or in a file: read, checked as a whole, told by field or cell.

What is stored, and that it counts once, is the matter of `secured.py`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import func, select

from keynet_admin.errors import BadField
from keynet_admin.extensions import db
from keynet_admin.models import Partner, PartnerItem, Placement, Posting
from keynet_admin.permissions import Actor
from keynet_admin.rules.normalise.numbers import typed_count
from keynet_admin.services import counter
from keynet_admin.services.partner import sandbox, secured
from keynet_admin.services.partner.files import table
from keynet_admin.services.partner.files.secured_file import LABELS, CellError, TypedRow, read_day
from keynet_admin.services.partner.receipts import AnswerCode, parse_key
from keynet_admin.services.partner.secured import SecuredRow
from keynet_admin.vocabulary import PartnerKind

UNKNOWN = "この番号の募集は、お渡ししたものの中にありません。番号を確かめてください。"
TAKEN = "この番号は、別の募集の報告に使われています。別の番号を付けてください。"
_FIELD_OF = {AnswerCode.unknown: "posting_no", AnswerCode.key_taken: "key"}


def typed_row(typed: Mapping[str, str]) -> SecuredRow:
    """What was typed as a row to store. Raises BadField (`posting_no`, `key`, `count`, `on`)."""
    key = counter.typed(typed["posting_no"]) or typed["posting_no"].strip()
    if not key:
        raise BadField("募集番号を入力してください。例：KN-P-000123", "posting_no")
    count = typed_count(typed["count"], 9999)
    if count is None:
        raise BadField(f"人数を0から{secured.COUNT_MOST}までの数字で入力してください。例：2", "count")
    day = read_day(typed["on"])
    if day is None:
        raise BadField("確保した日を日付で入力してください。例：2021/5/20、令和3年5月20日", "on")
    row = SecuredRow(key, typed["key"].strip(), count, day)
    if wrong := secured.problem(row):
        raise BadField(wrong[1], wrong[0])
    return row


def report(partner: Partner, actor: Actor, typed: Mapping[str, str]) -> str:
    """Store one report that was typed. Returns what the page tells. Raises BadField."""
    row = typed_row(typed)
    answer = secured.secured(partner, actor, row)
    if not answer.ok:
        raise BadField(UNKNOWN if answer.code is AnswerCode.unknown else answer.message, _FIELD_OF.get(answer.code, "count"))
    if answer.code is AnswerCode.repeated:
        return f"{row.key}：同じ内容を、すでに受け付けています。何も変えていません。"
    return f"{row.key}：{row.count}名の確保を記録しました。" if row.count else f"{row.key}：確保の報告を取り消しました。"


def checked(partner: Partner, found: Iterable[TypedRow | CellError]) -> tuple[list[SecuredRow], list[CellError]]:
    """The rows of a file to store, and everything that is wrong with it by row and column (reads only). With an error nothing is to be stored."""
    rows: list[SecuredRow] = []
    errors: list[CellError] = []
    places: list[TypedRow] = []
    for typed in found:
        if isinstance(typed, CellError):
            errors.append(typed)
            continue
        try:
            rows.append(typed_row(typed.values()))
            places.append(typed)
        except BadField as wrong:
            errors.append(_error(typed, wrong.field, str(wrong)))
    known, taken = _known(partner, rows), _taken(partner, rows)
    often = Counter(row.partner_key for row in rows)
    for row, place in zip(rows, places, strict=True):
        number = _number_of(row.key)
        if number not in known:
            errors.append(_error(place, "posting_no", UNKNOWN))
        if often[row.partner_key] > 1:
            errors.append(_error(place, "key", "同じ番号の行が2つ以上あります。報告ごとに別の番号を付けてください。"))
        elif taken.get(row.partner_key, number) != number:
            errors.append(_error(place, "key", TAKEN))
    return rows, sorted(errors)


def standing(rows: Sequence[Placement]) -> dict[int, int]:
    """How many people each of these reports stands for after its corrections."""
    ids = [row.id for row in rows]
    query = select(Placement.corrects_id, func.sum(Placement.count)).where(Placement.corrects_id.in_(ids)).group_by(Placement.corrects_id)
    more = {number: int(count) for number, count in db.session.execute(query)}
    return {row.id: row.count + more.get(row.id, 0) for row in rows}


def _error(row: TypedRow, field: str, message: str) -> CellError:
    return CellError(row.line, row.cells.get(field, ""), LABELS.get(field, ""), message)


def _number_of(key: str) -> str:
    found = parse_key(key)
    return found[0] if found is not None else ""


def _known(partner: Partner, rows: Sequence[SecuredRow]) -> set[str]:
    """Those of the postings that the partner has (or had)."""
    numbers = {_number_of(row.key) for row in rows}
    if partner.kind is PartnerKind.sandbox:
        return {_number_of(line.key) for line in sandbox.lines()}
    query = select(Posting.posting_no).join(PartnerItem, PartnerItem.posting_id == Posting.id)
    mine = PartnerItem.partner_id == partner.id, Posting.posting_no.in_(numbers), table.offered()
    return set(db.session.execute(query.where(*mine)).scalars())


def _taken(partner: Partner, rows: Sequence[SecuredRow]) -> dict[str, str]:
    """The posting number that each of the keys was used for before."""
    keys = {row.partner_key for row in rows}
    query = select(Placement.partner_key, Posting.posting_no).join(Posting, Posting.id == Placement.posting_id)
    found = db.session.execute(query.where(Placement.partner_id == partner.id, Placement.partner_key.in_(keys)))
    return {str(key): number for key, number in found}
