"""The verifier finds every change of the log, in the database and in an export of it, and runs alone."""

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from keynet_admin.permissions import SYSTEM
from keynet_admin.services import audit
from keynet_admin.services.audit_chain import seal, verify
from tests import factories
from tests.services.audit_chain.attack import broken, drop_triggers

Line = dict[str, Any]
NUMBERS = st.integers(0, 2**31 - 1)
EVENTS = st.fixed_dictionaries(
    {
        "id": NUMBERS,
        "at": st.datetimes().map(lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")),
        "actor_kind": st.sampled_from(("account", "system")),
        "actor_id": st.none() | NUMBERS,
        "subject": st.text(max_size=5),
        "codes": st.text(max_size=10),
        "state": st.none() | st.text(max_size=5),
    }
)


def chain(events: list[Line]) -> list[Line]:
    """A whole log of these events."""
    found: list[Line] = []
    digest = verify.BEGIN
    for position, event in enumerate(events, start=1):
        digest = verify.digest_of(digest, event)
        found.append({"position": position, "digest": digest, "event": event})
    return found


def edit(log: list[Line], data: st.DataObject) -> None:
    event = data.draw(st.sampled_from(log))["event"]
    name = data.draw(st.sampled_from(sorted(event)))
    event[name] = data.draw(EVENTS.map(lambda other: other[name]).filter(lambda value: value != event[name]))


def take_out(log: list[Line], data: st.DataObject) -> None:
    """One from the middle, the others numbered anew or not."""
    log.pop(data.draw(st.integers(0, len(log) - 2)))
    if data.draw(st.booleans()):
        for position, line in enumerate(log, start=1):
            line["position"] = position


def swap(log: list[Line], data: st.DataObject) -> None:
    """Two events change places."""
    first, second = sorted(data.draw(st.lists(st.integers(0, len(log) - 1), min_size=2, max_size=2, unique=True)))
    hypothesis.assume(log[first]["event"] != log[second]["event"])
    log[first]["event"], log[second]["event"] = log[second]["event"], log[first]["event"]


def put_in(log: list[Line], data: st.DataObject) -> None:
    """An event more: with a seal that its writer calculated, the later ones numbered anew."""
    place = data.draw(st.integers(0, len(log) - 1))
    event = data.draw(EVENTS)
    hypothesis.assume(event != log[place]["event"])
    digest = verify.digest_of(log[place - 1]["digest"] if place else verify.BEGIN, event)
    log.insert(place, {"position": 0, "digest": digest, "event": event})
    for position, line in enumerate(log, start=1):
        line["position"] = position


def put_in_without(log: list[Line], data: st.DataObject) -> None:
    log.append({"position": None, "digest": None, "event": data.draw(EVENTS)})


def empty(log: list[Line], data: st.DataObject) -> None:
    data.draw(st.sampled_from(log))["event"] = None


ALONE = (edit, take_out, swap, put_in, put_in_without, empty)


def cut(log: list[Line], data: st.DataObject) -> None:
    del log[data.draw(st.integers(0, len(log) - 1)) :]


def anew(log: list[Line], data: st.DataObject) -> None:
    """One event changed and everything after it calculated anew, as whoever knows the method would."""
    edit(log, data)
    log[:] = chain([line["event"] for line in log])


@hypothesis.given(events=st.lists(EVENTS, max_size=6))
def test_a_whole_log_has_no_fault(events: list[Line]) -> None:
    log = chain(events)
    kept = {line["position"]: line["digest"] for line in log}
    assert list(verify.faults(log, kept)) == []
    for line in log:
        rest = log[line["position"] :]
        assert list(verify.faults(rest, {}, line["position"], line["digest"])) == []


@pytest.mark.parametrize("attack", ALONE)
@hypothesis.given(events=st.lists(EVENTS, min_size=2, max_size=6), data=st.data())
def test_any_change_is_found(attack: Callable[[list[Line], st.DataObject], None], events: list[Line], data: st.DataObject) -> None:
    """By the log alone."""
    log = chain(copy.deepcopy(events))
    attack(log, data)
    assert list(verify.faults(log, {}))


@pytest.mark.parametrize("attack", [cut, anew])
@hypothesis.given(events=st.lists(EVENTS, min_size=2, max_size=6), data=st.data())
def test_what_the_log_itself_cannot_tell(
    attack: Callable[[list[Line], st.DataObject], None], events: list[Line], data: st.DataObject
) -> None:
    """A digest that is kept elsewhere finds an end cut off and a log calculated anew."""
    log = chain(copy.deepcopy(events))
    kept = {log[-1]["position"]: log[-1]["digest"]}
    attack(log, data)
    assert list(verify.faults(log, {})) == []
    assert list(verify.faults(log, kept))


def written(session: Session) -> int:
    """Five events; the id of the third."""
    account = factories.account()
    for _ in range(4):
        audit.record(account, "sign_in", SYSTEM)
    third = audit.record(account, "sign_out", SYSTEM, version=3)
    audit.record(account, "sign_in", SYSTEM)
    audit.record(account, "sign_in", SYSTEM)
    session.commit()
    assert broken(session) == []
    drop_triggers(session)
    return third.id


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE audit_event SET at = '2021-05-07 09:59:59.000001' WHERE id = :id",
        "UPDATE audit_event SET actor_kind = 'account' WHERE id = :id",
        "UPDATE audit_event SET actor_id = 1 WHERE id = :id",
        "UPDATE audit_event SET organization_id = 1 WHERE id = :id",
        "UPDATE audit_event SET subject = 'posting' WHERE id = :id",
        "UPDATE audit_event SET subject_id = subject_id + 1 WHERE id = :id",
        "UPDATE audit_event SET action = 'sign_in' WHERE id = :id",
        """UPDATE audit_event SET codes = '{"version": 3}' WHERE id = :id""",
        "UPDATE audit_event SET state = 'x' WHERE id = :id",
        "UPDATE audit_event SET id = 99999 WHERE id = :id",
        "DELETE FROM audit_event WHERE id = :id",
        "DELETE FROM audit_seal WHERE event_id = :id",
        "DELETE FROM audit_seal WHERE event_id >= :id",
        "UPDATE audit_seal SET digest = 'f' WHERE event_id = :id",
        "UPDATE audit_seal SET event_id = event_id + 99 WHERE event_id = :id",
        "UPDATE audit_seal SET position = 99999 WHERE event_id = :id",
        "INSERT INTO audit_event (at, actor_kind, subject, subject_id, action, codes) "
        "SELECT at, actor_kind, subject, subject_id, action, codes FROM audit_event WHERE id = :id",
    ],
)
def test_any_statement_on_the_tables_is_found(db_session: Session, attack: str) -> None:
    """Every column of every row, by whoever took the triggers away first; on the tables as in an export."""
    number = written(db_session)
    assert db_session.execute(text(attack), {"id": number}).rowcount > 0  # type: ignore[attr-defined]
    db_session.commit()
    assert broken(db_session)


def test_it_runs_alone_on_an_export(db_session: Session, tmp_path: Path) -> None:
    """Without the program: the file and Python are enough. It says position, event and what is wrong."""
    third = written(db_session)
    position, digest = seal.head()
    script, log = tmp_path / "verify.py", tmp_path / "log.jsonl"
    script.write_bytes(Path(verify.__file__).read_bytes())

    def run(*arguments: str) -> tuple[int, str]:
        log.write_text("".join(json.dumps(line) + "\n" for line in seal.lines()), "ascii")
        done = subprocess.run([sys.executable, "-I", str(script), str(log), *arguments], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    assert run() == (0, "問題は見つかりませんでした。\n")
    assert run(str(position), digest)[0] == 0
    assert run(str(position), "0" * 64)[0] == 1
    assert run(str(position + 1), digest)[0] == 1
    assert run("1")[0] == 2
    db_session.execute(text("UPDATE audit_event SET action = 'sign_in' WHERE id = :id"), {"id": third})
    code, words = run(str(position), digest)
    assert code == 1
    assert words.splitlines() == [f"位置 {position - 2}、記録 {third}：内容または順番が、書かれたときと違います。"]
