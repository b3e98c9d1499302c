"""The report counted a second time: from the audit events' codes alone, with the people's contacts in clear. Shares no code with the program.

What the events do not hold (job, headcount) is read from the contents of the revisions, not from the columns that the report reads.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin.models import AuditEvent, Candidate, Posting, PostingRevision

QUESTION = ("open", "answered", "converted")
WAY_THERE = ("rejected", "withdrawn", "declined", "received", "seen", "contacted", "selection", "moved", "offered", "secured")
Contacts = Mapping[int, tuple[str, str]]


def recount(session: Session, as_of: datetime, contacts: Contacts | None = None) -> dict[tuple[int, str], dict[str, int]]:
    """Figures by (organization, job type), zeros included. `contacts`: mail and telephone of each candidate (None: as they stand)."""
    rows = session.execute(
        select(AuditEvent.at, AuditEvent.id, AuditEvent.subject, AuditEvent.subject_id, AuditEvent.action, AuditEvent.codes)
    )
    events = sorted(row for row in rows.all() if row.at <= as_of and row.subject in ("candidate", "posting"))
    been: dict[str, dict[int, list[str]]] = {"candidate": defaultdict(list), "posting": defaultdict(list)}
    placed: defaultdict[tuple[int, str, Any], int] = defaultdict(int)
    for event in events:
        if event.action == "apply":
            been["candidate"][event.subject_id].append("open" if event.codes["kind"] == "inquiry" else "received")
        elif "to" in event.codes:
            been[event.subject][event.subject_id].append(event.codes["to"])
        if event.subject == "posting" and "way" in event.codes:
            placed[event.subject_id, event.codes["way"], event.codes.get("partner")] += event.codes["count"]
    jobs = _jobs(session, as_of)
    public = {number: jobs[number] for number, states in been["posting"].items() if "live" in states}
    organizations = dict(session.execute(select(Posting.id, Posting.organization_id)).all())
    made: defaultdict[tuple[int, str], dict[str, int]] = defaultdict(_zeros)
    secured: defaultdict[int, int] = defaultdict(int)
    by_cell: defaultdict[tuple[int, str], list[dict[str, Any]]] = defaultdict(list)
    columns = Candidate.id, Candidate.posting_id, Candidate.not_working, Candidate.email, Candidate.tel
    for number, posting, idle, email, tel in session.execute(select(*columns)):
        states = been["candidate"].get(number)
        if states is None or posting not in public:
            continue
        contact = contacts[number] if contacts is not None else (email, tel)
        by_cell[organizations[posting], public[posting][0]].append(_person(number, states, contact, idle=bool(idle)))
        secured[posting] += states[-1] == "secured"
    for number, (job, headcount) in public.items():
        cell = made[organizations[number], job]
        ways = _ways(number, placed)
        cell["postings"] += 1
        cell["asked"] += headcount
        cell["secured_partner"] += ways["nurse_center"] + ways["save_the_town"]
        cell["secured_other"] += ways["other"]
        cell["open"] += max(0, headcount - secured[number] - sum(ways.values()))
    for key, people in by_cell.items():
        for group in connected(people):
            _count(made[key], group)
    for cell in made.values():
        cell["wanted"] = cell["open"] + sum(cell[name] for name in cell if name.startswith("secured_"))
    return dict(made)


def _zeros() -> dict[str, int]:
    names = "postings wanted inquiries applications moved secured_site secured_moved secured_partner secured_other"
    return dict.fromkeys([*names.split(), "declined", "rejected", "open", "not_working", "asked"], 0)


def _jobs(session: Session, as_of: datetime) -> dict[int, tuple[str, int]]:
    """Job and number of each posting's newest revision; what is no number counts nobody."""
    rows = session.execute(select(PostingRevision)).scalars()
    newest = {row.posting_id: row for row in sorted(rows, key=lambda row: row.number) if row.created_at <= as_of}
    contents = {posting: row.normalized for posting, row in newest.items()}
    return {n: (c["job_type"], c["headcount"] if isinstance(c.get("headcount"), int) else 0) for n, c in contents.items()}


def _ways(posting: int, placed: Mapping[tuple[int, str, Any], int]) -> dict[str, int]:
    """Typed and reported tell of the same people: the larger number counts."""
    found = {}
    for way in ("nurse_center", "save_the_town", "other"):
        typed = placed.get((posting, way, None), 0)
        reported = sum(
            count for (number, name, partner), count in placed.items() if (number, name) == (posting, way) and partner is not None
        )
        found[way] = typed if typed > reported else reported
    return found


def _person(number: int, states: list[str], contact: tuple[str, str], *, idle: bool) -> dict[str, Any]:
    kinds = [state in QUESTION for state in states if state != "withdrawn"]
    marks = [state == "moved" for state in states if state in ("received", "seen", "contacted", "selection", "moved")]
    email, tel = contact
    keys = {f"m {email.casefold()}"} if email else set()
    keys |= {"t " + "".join(letter for letter in tel if letter in "0123456789")} if tel else set()
    return {"id": number, "state": states[-1], "asks": kinds[-1], "direct": marks[-1] if marks else False, "idle": idle, "keys": keys}


def connected(people: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Groups of rows that share a contact, walked as a graph."""
    rows = list(people)
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        for key in row["keys"]:
            holders[key].append(place)
    left = set(range(len(rows)))
    while left:
        ahead, group = [left.pop()], []
        while ahead:
            row = rows[ahead.pop()]
            group.append(row)
            near = {place for key in row["keys"] for place in holders[key]} & left
            left -= near
            ahead += near
        yield group


def _count(cell: dict[str, int], group: list[dict[str, Any]]) -> None:
    if any(row["asks"] for row in group):
        cell["inquiries"] += 1
    applied = [row for row in group if not row["asks"]]
    if not applied:
        return
    best = sorted(applied, key=lambda row: (-WAY_THERE.index(row["state"]), not row["direct"], row["id"]))[0]
    cell["applications"] += 1
    cell["moved"] += best["direct"]
    if best["state"] == "secured":
        cell["secured_moved" if best["direct"] else "secured_site"] += 1
        cell["not_working"] += best["idle"]
    elif best["state"] in ("declined", "withdrawn"):
        cell["declined"] += 1
    elif best["state"] == "rejected":
        cell["rejected"] += 1
