"""One box for whoever is on the telephone: bodies by what a caller says, and why each was found.

Bodies come from the code table (in memory); cases, organizations, accounts, postings, mails and applicants by their own indexes, each
narrowed to its body. A search makes at most eight statements, and none of them grows with the number of cases.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, func, select

from keynet_admin import clock
from keynet_admin.catalogue import reference
from keynet_admin.catalogue.display import prefecture
from keynet_admin.catalogue.folding import search_key
from keynet_admin.extensions import db
from keynet_admin.models import (
    Account,
    Candidate,
    MunicipalityContact,
    Organization,
    OutboxMail,
    Posting,
    Submission,
    SubmissionContact,
    SubmissionRevision,
)
from keynet_admin.permissions import Actor, Permission, can
from keynet_admin.services import counter
from keynet_admin.services.alert import searching, subscription
from keynet_admin.services.candidate import silence
from keynet_admin.services.search.typed import digits_of, keys_of
from keynet_admin.services.submission import search_index
from keynet_admin.vocabulary import Word

MOST = 40  # rows of one kind that are looked at
LONGEST = 100
KINDS = ("団体", "申請", "アカウント", "募集情報", "応募者", "メール", "新しい募集のメール")
_KIND_ENDS = ("し", "ちょう", "まち", "むら", "そん", "く")
# What a case may be found by, as its reasons name it.
_REASONS = {
    "org_tel": "代表電話",
    "contact_tel": "担当者の電話",
    "public_tel": "問い合わせ先",
    "contact_email": "担当者のメール",
    "account_email": "アカウントのメール",
    "org_name": "団体名",
    "org_kana": "よみ",
    "lg_code": "団体コード",
    "department": "部署",
}
_NAMES = ("contact_last", "contact_first", "contact_last_kana", "contact_first_kana")


@dataclass(frozen=True)
class Body:
    """Whom a call is about. `key`: the six-digit code; of a union `o` and its organization's id; of a case without a known body `s` and its id."""

    key: str
    name: str
    prefecture_code: str
    kana: str = ""
    code: str = ""
    organization_id: int | None = None

    @property
    def place(self) -> str:
        """The prefecture's name, unless the body is the prefecture itself."""
        name = prefecture(self.prefecture_code)
        return "" if name == self.name else name


@dataclass(frozen=True)
class DeskHit:
    """One row that was found: its kind (of KINDS), id, number or name, a line about it, its state, whose it is, and why it was found."""

    kind: str
    id: int
    title: str
    text: str
    state: Word | None
    body: Body | None
    why: str


@dataclass
class Found:
    """What a search found. `others`: bodies left out, because one bears just the name that was typed. `full`: there may be more."""

    text: str = ""
    hits: list[DeskHit] = field(default_factory=list)
    others: int = 0
    full: bool = False

    @property
    def bodies(self) -> dict[Body, list[DeskHit]]:
        """The hits by body, those of the same body together."""
        made: dict[Body, list[DeskHit]] = {}
        for hit in self.hits:
            if hit.body is not None:
                made.setdefault(hit.body, []).append(hit)
        return made

    @property
    def stray(self) -> list[DeskHit]:
        """The hits that belong to no body: accounts of partners and of the service center, alerts of visitors."""
        return [hit for hit in self.hits if hit.body is None]


def find(text: str, actor: Actor, *, every: bool = False) -> Found:
    """Whatever matches what was typed (telephone, reading, code, mail address, number, name). `every`: also beside a body of just that name."""
    text = " ".join(text[:LONGEST].split())
    found = Found(text)
    number, digits = counter.typed(text), digits_of(text)
    keys = [key for key in keys_of(text) if any(map(str.isalnum, key))]
    if number.startswith("KN-P-"):
        found.hits = _postings(Posting.posting_no == number, "募集の番号")
    elif number.startswith("KN-A-"):
        found.hits = _candidates(number, actor)
    elif len(digits) in (5, 6) and (body := body_of_code(digits)) is not None:
        found.hits = [DeskHit("団体", 0, body.name, body.code, None, body, "団体コード")]
    elif keys:
        _by_words(found, text, digits, keys, actor)
        if not every:
            _narrow(found, keys)
    return found


def body_of_code(code: str) -> Body | None:
    """The body of a code of five or six digits, or of the code that has replaced it. Wards count as their city."""
    code = code + reference.check_digit(code) if len(code) == 5 else code
    found = reference.municipality(reference.successor(code, clock.today()) or code)
    if found is not None and found.is_ward:
        found = reference.municipality(found.parent_code6)
    return _of_table(found) if found is not None else None


def body_of_case(number: int, lg_code: str, org_name: str, prefecture_code: str, organization_id: int | None) -> Body:
    """The body of a case: by its code, else its organization, else the only body of that name; a case of no known body stands for itself."""
    body = body_of_code(lg_code) if len(lg_code) == 6 else None
    if body is not None:
        return body
    if organization_id is not None:
        return Body(f"o{organization_id}", org_name, prefecture_code, code=lg_code, organization_id=organization_id)
    return Body(f"s{number}", org_name or "（団体名なし）", prefecture_code, code=lg_code)


def body_of_organization(row: Any) -> Body:
    """The body of an organization (or of a row with its columns); unions share codes, so that only the id names one."""
    body = None if row.union_name else body_of_code(row.lg_code)
    return body or Body(f"o{row.id}", row.name, row.prefecture_code, row.kana or "", row.lg_code, row.id)


def _of_table(found: reference.Municipality) -> Body:
    return Body(found.code6, found.name, found.prefecture_code, found.kana, found.code6)


def _of_prefecture(code: str) -> Body | None:
    return next((_of_table(row) for row in reference.municipalities() if row.kind == "prefecture" and row.prefecture_code == code), None)


@lru_cache(maxsize=1)
def _table() -> tuple[tuple[str, frozenset[str], Body], ...]:
    """Every body of the code table: its folded words, the names that are just its own, and itself."""
    made = []
    for row in reference.municipalities():
        if row.is_ward:
            continue
        area = reference.prefecture(row.prefecture_code)
        name, kana = search_key(row.name), search_key(row.kana)
        words = [name, kana, row.code6, search_key(row.county), *((search_key(area.name), search_key(area.kana)) if area else ())]
        short = next((kana.removesuffix(end) for end in _KIND_ENDS if kana.endswith(end)), kana)
        made.append((" ".join(filter(None, words)), frozenset({name, name[:-1], kana, short}), _of_table(row)))
    return tuple(made)


def _by_words(found: Found, text: str, digits: str, keys: list[str], actor: Actor) -> None:
    ends, address = len(digits) == 4, "@" in text and " " not in text
    if not digits:
        named = [(body, names) for words, names, body in _table() if all(key in words for key in keys)]
        found.full |= len(named) > MOST
        own = sorted(named, key=lambda pair: not pair[1] & set(keys))[:MOST]
        found.hits += [DeskHit("団体", 0, body.name, body.code, None, body, _why_named(body, keys)) for body, _names in own]
    known = {hit.body.key for hit in found.hits if hit.body is not None}
    found.hits += [hit for hit in _organizations(keys, ends=ends) if hit.body is None or hit.body.key not in known]
    if digits:
        found.hits += _contacts(digits, ends=ends)
    found.hits += _accounts(keys) if not digits else []
    cases = search_index.matching(keys, MOST + 1, ends=ends)
    found.full |= len(cases) > MOST
    found.hits += _cases(cases[:MOST], keys)
    if ends or len(digits) >= 9:
        found.hits += _postings(_ends_in(digits) if ends else Posting.tel_reversed == digits[::-1], "問い合わせ先")
    if address:
        found.hits += [*_mails(text), *_alerts(text, actor)]


def _narrow(found: Found, keys: list[str]) -> None:
    """Where somebody typed just the name or the reading of a body, leave the others out (大木町 for おおき, a person called 高崎)."""
    if len(keys) != 1:
        return
    own = {body for _words, names, body in _table() if keys[0] in names}
    here = {hit.body for hit in found.hits if hit.body is not None}
    if own & here:
        found.others = len(here - own)
        found.hits = [hit for hit in found.hits if hit.body in own]


def _why_named(body: Body, keys: Sequence[str]) -> str:
    name, code = search_key(body.name), body.code
    return "団体名" if any(key in name for key in keys) else "団体コード" if any(key in code for key in keys) else "よみ"


def _organizations(keys: Iterable[str], *, ends: bool) -> list[DeskHit]:
    columns = (
        Organization.id,
        Organization.union_name,
        Organization.name,
        Organization.kana,
        Organization.lg_code,
        Organization.prefecture_code,
    )
    words = Organization.search_text + " " if ends else Organization.search_text
    where = [words.contains(key + " " if ends else key, autoescape=True) for key in keys]
    rows = db.session.execute(select(*columns).where(*where).order_by(Organization.id).limit(MOST)).all()
    why = "代表電話" if all(key.isdigit() for key in keys) else "団体名・よみ"
    return [DeskHit("団体", row.id, row.name, row.lg_code, None, body_of_organization(row), why) for row in rows]


def _contacts(digits: str, *, ends: bool) -> list[DeskHit]:
    """Bodies by the telephone of the public record; the table has one row a body."""
    plain = func.replace(func.replace(func.replace(MunicipalityContact.phone, "-", ""), "(", ""), ")", "")
    where = plain.endswith(digits) if ends else plain == digits
    codes = db.session.execute(select(MunicipalityContact.code6).where(where).limit(MOST)).scalars()
    bodies = [body for code in codes if (body := body_of_code(code)) is not None]
    return [DeskHit("団体", 0, body.name, body.code, None, body, "公の記録の電話") for body in bodies]


_OF_BODY = (Organization.union_name, Organization.name, Organization.kana, Organization.lg_code, Organization.prefecture_code)


def _accounts(keys: Iterable[str]) -> list[DeskHit]:
    columns = (Account.id.label("number"), Account.name.label("person"), Account.role, Account.status, Account.prefecture_code.label("of"))
    query = select(*columns, Organization.id, *_OF_BODY).outerjoin(Organization, Organization.id == Account.organization_id)
    where = [Account.search_text.contains(key, autoescape=True) for key in keys]
    rows = db.session.execute(query.where(*where).order_by(Account.id).limit(MOST)).all()
    made = []
    for row in rows:
        body = body_of_organization(row) if row.id is not None else _of_prefecture(row.of)
        made.append(DeskHit("アカウント", row.number, row.person or row.role.label, row.role.label, row.status, body, "氏名・メール"))
    return made


def _cases(numbers: Sequence[int], keys: Sequence[str]) -> list[DeskHit]:
    if not numbers:
        return []
    current = and_(SubmissionRevision.submission_id == Submission.id, SubmissionRevision.number == Submission.current)
    columns = (Submission.id, Submission.lg_code, Submission.org_name, Submission.prefecture_code, Submission.organization_id)
    more = (Submission.receipt_no, Submission.status, SubmissionRevision.normalized, SubmissionContact.normalized.label("contact"))
    query = select(*columns, *more).outerjoin(SubmissionRevision, current).outerjoin(SubmissionContact)
    rows = db.session.execute(query.where(Submission.id.in_(numbers)).order_by(Submission.id.desc())).all()
    return [
        DeskHit(
            "申請",
            row.id,
            row.receipt_no,
            row.org_name,
            row.status,
            body_of_case(*row[:5]),
            _why_case(row.receipt_no, row.normalized, row.contact, keys),
        )
        for row in rows
    ]


def _why_case(receipt_no: str, normalized: Any, contact: Any, keys: Sequence[str]) -> str:
    """The fields of a case in which the typed words stand; an earlier revision where none does."""
    if all(key in search_key(receipt_no) for key in keys):
        return "受付番号"
    sections: list[Any] = [(normalized or {}).get("organization"), contact, *((normalized or {}).get("postings") or [])]
    values = [
        (name, search_key(str(value)))
        for part in sections
        if isinstance(part, dict)
        for name, value in part.items()
        if isinstance(value, str)
    ]
    found = dict.fromkeys(
        "担当者" if name in _NAMES else _REASONS[name]
        for key in keys
        for name, value in values
        if (name in _REASONS or name in _NAMES) and key in value
    )
    return "・".join(found) or "前に届いた内容"


def _ends_in(digits: str) -> Any:
    """Where-clause: numbers that end in these digits, by the index of the turned ones."""
    first = digits[::-1]
    return and_(Posting.tel_reversed >= first, Posting.tel_reversed < first + ":")  # ":" follows "9"


def _postings(where: Any, why: str) -> list[DeskHit]:
    columns = (Posting.id.label("number"), Posting.posting_no, Posting.title, Posting.status)
    query = select(*columns, Organization.id, *_OF_BODY).join(Organization, Organization.id == Posting.organization_id)
    rows = db.session.execute(query.where(where).order_by(Posting.id.desc()).limit(MOST)).all()
    return [
        DeskHit("募集情報", row.number, row.posting_no, row.title or "（見出しなし）", row.status, body_of_organization(row), why)
        for row in rows
    ]


def _candidates(number: str, actor: Actor) -> list[DeskHit]:
    """An applicant by number, as far as the service center was asked to look after them: number and body, nothing of the person."""
    if not can(actor, Permission.candidate_call):
        return []
    columns = (Candidate.id.label("number"), Candidate.candidate_no, Candidate.status)
    query = select(*columns, Organization.id, *_OF_BODY).join(Organization, Organization.id == Candidate.organization_id)
    rows = db.session.execute(query.where(Candidate.candidate_no == number, silence.entrusted())).all()
    return [
        DeskHit("応募者", row.number, row.candidate_no, "", row.status, body_of_organization(row), "応募・問い合わせの番号") for row in rows
    ]


def _mails(address: str) -> list[DeskHit]:
    """Mails to just this address; of those to applicants the service center knows nothing."""
    to = OutboxMail.recipient.in_({address, address.lower()})
    columns = (OutboxMail.id.label("number"), OutboxMail.title, OutboxMail.status, OutboxMail.created_at, Submission.id.label("case"))
    cases = (Submission.lg_code.label("code"), Submission.org_name, Submission.prefecture_code.label("pref"), Submission.organization_id)
    query = (
        select(*columns, *cases, Organization.id, *_OF_BODY)
        .outerjoin(Submission, and_(OutboxMail.subject == Submission.__tablename__, OutboxMail.subject_id == Submission.id))
        .outerjoin(Account, Account.id == OutboxMail.account_id)
        .outerjoin(Organization, Organization.id == Account.organization_id)
        .where(to, OutboxMail.subject != Candidate.__tablename__)
    )
    made = []
    for row in db.session.execute(query.order_by(OutboxMail.id.desc()).limit(10)):
        body = body_of_organization(row) if row.id is not None else None
        if body is None and row.case is not None:
            body = body_of_case(row.case, row.code, row.org_name, row.pref, row.organization_id)
        if body is not None:
            made.append(DeskHit("メール", row.number, row.title, "", row.status, body, "宛先"))
    return made


def _alerts(address: str, actor: Actor) -> list[DeskHit]:
    """What is mailed to just this address when postings are new, for a caller who wants it to end."""
    if not can(actor, Permission.alert_stop):
        return []
    rows = subscription.of_address(address, most=MOST)
    return [DeskHit("新しい募集のメール", row.id, searching.read(row.query).words, row.pace.label, None, None, "宛先") for row in rows]
