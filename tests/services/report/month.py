"""A month of made-up work, written straight into the tables: postings, people who apply, and the events of both, in no order at all.

Every step is one that the table of moves allows. What was done is kept in clear beside it (`Month`): an oracle that no key can blur.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from keynet_admin import clock
from keynet_admin.catalogue import reference
from keynet_admin.models import AuditEvent, Candidate, Organization, Partner, Placement, Posting, PostingRevision
from keynet_admin.services.candidate import person_keys
from keynet_admin.services.workflow import moves_of
from keynet_admin.vocabulary import ActorKind, CandidateKind, CandidateStatus, PartnerKind, PostingStatus, SecuredWay

BEGIN = datetime(2021, 5, 1, tzinfo=clock.TOKYO)
LENGTH = timedelta(days=31)
JOBS = ("nurse", "nurse", "nurse", "assistant_nurse", "physician", "physician", "pharmacist", "clerical")
TYPED = (SecuredWay.nurse_center, SecuredWay.save_the_town, SecuredWay.other)
PARTNERS = (9001, 9002)
CHUNK = 5_000
# A posting's way, as states with the move that leads to each.
WAYS: tuple[tuple[tuple[str, str], ...], ...] = (
    (("publish", "live"),),
    (("publish", "awaiting_release"), ("release", "live")),
    (("publish", "scheduled"), ("open", "live"), ("pause", "paused"), ("resume", "live")),
    (("publish", "live"), ("close", "closed")),
    (("publish", "live"), ("fill", "closed"), ("reopen", "live"), ("expire", "closed")),
    (("publish", "live"), ("suspend", "suspended")),
    (("publish", "awaiting_release"), ("return", "draft")),
    (),
)
_ORDER = {state: number for number, state in enumerate(CandidateStatus) if number <= list(CandidateStatus).index(CandidateStatus.secured)}
_STEPS: dict[CandidateStatus, list[tuple[str, CandidateStatus]]] = defaultdict(list)
for _move in moves_of(Candidate):
    for _source in _move.sources:
        if _move.targets and _move.name != "undo":
            _STEPS[_source].append((_move.name, _move.targets[0]))  # type: ignore[arg-type,index]


@dataclass
class Month:
    """Rows by table, and what was done in clear."""

    rows: dict[Any, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    contacts: dict[int, tuple[str, str]] = field(default_factory=dict)
    people: dict[int, int] = field(default_factory=dict)

    def write(self, session: Session) -> None:
        """Into an empty database."""
        self.rows[AuditEvent].sort(key=lambda event: event["at"])  # as the log has them: rows of many take turns
        for model in (Partner, Organization, Posting, PostingRevision, Placement, Candidate, AuditEvent):
            rows = self.rows[model]
            for start in range(0, len(rows), CHUNK):
                session.execute(insert(model), rows[start : start + CHUNK])
        session.commit()


def month(postings: int, candidates: int, seed: int = 1, bodies: int = 40) -> Month:
    """So many postings of so many bodies, and so many applications and questions of about two thirds as many people."""
    chance, made = Random(seed), Month()
    cities = [body for body in reference.municipalities() if body.kind != "prefecture"][::40][:bodies]
    for number in PARTNERS:
        made.rows[Partner].append({"id": number, "name": f"連携先{number}", "kind": PartnerKind.other})
    for number, city in enumerate(cities, start=1):
        values = {"lg_code": city.code6, "name": city.name, "prefecture_code": city.prefecture_code, "org_type": "city"}
        made.rows[Organization].append({"id": number, "details": {}, **values})
    for number in range(1, postings + 1):
        _posting(made, chance, number, chance.randint(1, len(cities)))
    for number in range(1, candidates + 1):
        person = chance.randint(1, max(1, candidates * 2 // 3))
        _candidate(made, chance, number, chance.choice(made.rows[Posting]), person)
    return made


def _moments(chance: Random, count: int) -> Iterator[datetime]:
    """So many moments of the month, no two alike, in their order."""
    return iter(sorted(BEGIN + LENGTH * (place / 10**9) for place in chance.sample(range(10**9), count)))


def _event(made: Month, at: datetime, subject: str, row: dict[str, Any], action: str, **codes: Any) -> None:
    codes = {name: value for name, value in codes.items() if value is not None}
    kinds = {"actor_kind": ActorKind.account, "organization_id": row["organization_id"]}
    made.rows[AuditEvent].append({"at": at, "subject": subject, "subject_id": row["id"], "action": action, "codes": codes, **kinds})


def _posting(made: Month, chance: Random, number: int, organization: int) -> None:
    job, revisions, typed = chance.choice(JOBS), chance.choice((1, 1, 2, 3)), chance.choice((0, 0, 1, 3))
    way = chance.choice(WAYS)
    moments = _moments(chance, len(way) + revisions + typed)
    row = {"id": number, "posting_no": f"KN-P-{number:06d}", "organization_id": organization, "current": revisions, "title": "見本の募集"}
    state = "draft"
    doings = ["revision"] * (revisions - 1) + ["move"] * len(way) + ["place"] * typed
    chance.shuffle(doings)
    ahead, counts = iter(way), defaultdict[Any, int](int)
    for place, doing in enumerate(["revision", *doings]):
        at = next(moments)
        if doing == "revision":
            headcount = chance.choice((None, 1, 2, 3, 5, 8, 15)) if place else chance.randint(1, 20)
            job = chance.choice(JOBS) if chance.random() < 0.1 else job
            content = {"job_type": job, "headcount": headcount}
            many = {"posting_id": number, "number": 1 + sum(r["posting_id"] == number for r in made.rows[PostingRevision][-3:])}
            made.rows[PostingRevision].append(
                {"typed": content, "normalized": content, "findings": [], "ruleset": "", "reference_date": "", "created_at": at}
                | many
                | content
            )
            row |= content
        elif doing == "move":
            action, to = next(ahead)
            _event(made, at, "posting", row, action, **{"from": state, "to": to})
            state = to
        else:
            placed, partner = chance.choice(TYPED), chance.choice((None, *PARTNERS))
            count = chance.choice((1, 2, 4, -1)) if counts[placed, partner] else chance.randint(1, 3)
            counts[placed, partner] += count
            values = {"posting_id": number, "organization_id": organization, "way": placed, "count": count, "created_at": at}
            values["partner_id"] = partner
            made.rows[Placement].append(values)
            _event(made, at, "posting", row, "unplace" if count < 0 else "place", way=placed.value, count=count, partner=partner)
    made.rows[Posting].append(row | {"status": PostingStatus(state)})  # type: ignore[call-arg]


def _candidate(made: Month, chance: Random, number: int, posting: dict[str, Any], person: int) -> None:
    """One way of one person: some type the address, some the telephone, some both, each in a spelling of their own; some neither."""
    inquiry, steps = chance.random() < 0.25, chance.randint(0, 6)
    state = CandidateStatus.open if inquiry else CandidateStatus.received
    kind = CandidateKind.inquiry if inquiry else CandidateKind.application
    given = chance.choice(("mail", "tel", "both", "both", "none" if inquiry else "mail"))
    email = chance.choice((f"person{person}@mail.example", f"Person{person}@Mail.Example")) if given in ("mail", "both") else ""
    digits = f"0982{person:06d}"
    tel = chance.choice((digits, f"{digits[:4]}-{digits[4:6]}-{digits[6:]}")) if given in ("tel", "both") else ""
    moments = _moments(chance, steps + 1)
    row = {"id": number, "organization_id": posting["organization_id"], "posting_id": posting["id"], "posting_revision": 1}
    _event(made, next(moments), "candidate", row, "apply", kind=kind.value, to=state.value, version=1)
    been = [state]
    for at in moments:
        choices = _STEPS[state]
        if chance.random() < 0.1 and len(been) > 1:
            action, target = "undo", been[-2]
        elif choices:  # most go on, so that each column has its people
            action, target = max(choices, key=lambda step: _ORDER.get(step[1], 0)) if chance.random() < 0.6 else chance.choice(choices)
        else:
            continue
        _event(made, at, "candidate", row, action, **{"from": state.value, "to": target.value})
        been, state = [*been, target], target
    made.contacts[number], made.people[number] = (email, tel), person
    made.rows[Candidate].append(
        row | {"candidate_no": f"KN-A-{number:06d}", "kind": kind, "status": state, "email": email, "tel": tel, "salt": "x"}
        | {"tel_key": person_keys.of_tel(tel), "email_key": person_keys.of_email(email), "not_working": chance.choice((True, False, None))}
    )  # fmt: skip
