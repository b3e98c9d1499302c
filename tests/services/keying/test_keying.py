"""Phone and paper intake: two keyings compared, differences settled, a case sent once."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from keynet_admin import clock as clocks
from keynet_admin.catalogue import field_at
from keynet_admin.catalogue.key_fields import KEY_FIELDS, key_paths, shape
from keynet_admin.catalogue.paths import put, walk
from keynet_admin.errors import NotFound, NotPermitted, Refused, StaleVersion, TransitionRefused
from keynet_admin.models import AuditEvent, Keying, OutboxMail, Submission
from keynet_admin.permissions import SENDER, Actor
from keynet_admin.rules import evaluate
from keynet_admin.services.keying import steps as keyings
from keynet_admin.services.keying.compare import compare, composed, pieces, text_of
from keynet_admin.services.keying.steps import Pick
from keynet_admin.services.workflow import history
from keynet_admin.services.workflow.moves import OPEN_KEYING
from keynet_admin.vocabulary import KeyingStatus, KeyingWay, Role, Source
from tests import factories
from tests.rules.base_submission import base_submission

DAY = date(2021, 5, 7)
KEY = "a-form-key-of-24-letters"


def typed_form(changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The base form as an operator's form sends it: texts at the key fields."""
    document = base_submission(DAY)
    for path in key_paths(document):
        put(document, path, text_of(walk(document, path)))
    put(document, "contact.account_email", "nurse@city.hyuga-test.lg.jp")
    put(document, "postings.0.pay_lines.0.max", "2100")
    for path, value in (changes or {}).items():
        put(document, path, value)
    return document


def second_of(document: Mapping[str, Any], changes: Mapping[str, str] | None = None) -> dict[str, str]:
    """The key fields as a careful second person keys them, with these changes."""
    return {path: text_of(walk(document, path)) for path in key_paths(document)} | dict(changes or {})


PATHS = key_paths(typed_form())
FREE = [path for path in PATHS if not getattr(field_at(path), "choices", ())]
WIDE = {ord(char): ord(char) + 0xFEE0 for char in "0123456789"}


def test_every_key_field_is_one_of_the_catalogue() -> None:
    """The tuple names places that exist, and the expanded paths are all of them, each once."""
    assert all(field_at(path.replace("*", "0")) is not None for path in KEY_FIELDS)
    assert sorted(PATHS) == sorted(path.replace("*", "0") for path in KEY_FIELDS)
    two = {"postings": [{"pay_lines": [{}, {}]}, {}]}
    assert shape(two) == [2, 1]
    assert "postings.0.pay_lines.1.max" in key_paths(two)
    assert "postings.1.pay_lines.0.min" in key_paths(two)
    assert len(set(key_paths(two))) == len(key_paths(two))
    assert shape({}) == shape({"postings": None}) == [1]


def test_the_same_text_is_no_difference() -> None:
    document = typed_form()
    assert compare(document, second_of(document), {}, DAY) == []


@pytest.mark.parametrize("path", PATHS)
def test_one_left_out_is_a_difference(path: str) -> None:
    """What only one of the two keyed is never taken over silently, in either direction."""
    document = typed_form()
    if text_of(walk(document, path)) == "":
        document = typed_form({path: "0982-00-0043"})
    (missing,) = compare(document, second_of(document, {path: ""}), {}, DAY)
    assert (missing.path, missing.open) == (path, True)
    second = second_of(document)
    put(document, path, "")
    (added,) = compare(document, second, {}, DAY)
    assert (added.path, added.open) == (path, True)


@st.composite
def edits(draw: st.DrawFn) -> tuple[str, str, str]:
    """A key field with its text, and that text with one character added, removed or replaced."""
    path = draw(st.sampled_from(FREE))
    text = text_of(walk(typed_form(), path)) or "0982-00-0043"
    at = draw(st.integers(0, len(text)))
    char = draw(st.one_of(st.sampled_from("0123456789０１９ＡaO- 　-－.．@〇一二ニ月日円名人"), st.characters(codec="utf-8")))
    kind = draw(st.sampled_from(["add", "remove", "replace"])) if at < len(text) else "add"
    edited = {"add": text[:at] + char + text[at:], "remove": text[:at] + text[at + 1 :], "replace": text[:at] + char + text[at + 1 :]}[kind]
    return path, text, edited


@given(edits())
@example(("organization.org_name", "日向市", "日向巿"))
@example(("contact.contact_email", "vaccine@city.hyuga-test.lg.jp", "vacc1ne@city.hyuga-test.lg.jp"))
@example(("postings.0.headcount", "15", "16"))
@example(("organization.org_name", "あ" * 9000, "あ" * 8999 + "い"))
def test_a_one_character_edit_always_surfaces(edit: tuple[str, str, str]) -> None:
    """It is either an open difference or shown as the same meaning, and the same meaning only where all that is read is the same."""
    path, text, edited = edit
    document = typed_form({path: text})
    pairs = compare(document, second_of(document, {path: edited}), {}, DAY)
    if edited == text:
        assert pairs == []
        return
    (pair,) = pairs
    assert (pair.path, pair.first, pair.second) == (path, text, edited)
    if pair.same:
        both = [evaluate(composed(typed_form({path: value}), ()), on=DAY, partial=True).normalized for value in (text, edited)]
        assert both[0] == both[1]
    else:
        assert pair.open
    left, right = pair.marked
    assert "".join(part for part, _ in left) == text
    assert "".join(part for part, _ in right) == edited
    assert any(differs for _, differs in [*left, *right])


@given(st.sampled_from([path for path in FREE if any(c.isdigit() for c in text_of(walk(typed_form(), path)))]))
def test_width_alone_is_the_same_meaning(path: str) -> None:
    """Full-width digits are shown as the same meaning, never asked about."""
    document = typed_form()
    wide = text_of(walk(document, path)).translate(WIDE)
    (pair,) = compare(document, second_of(document, {path: wide}), {}, DAY)
    assert pair.same, (path, wide, pair.values)
    assert not pair.open


SAME = [
    ("postings.0.term_start", "令和3年6月1日", "2021/6/1"),
    ("contact.contact_tel", "0982-00-0043", "0982(00)0043"),
    ("postings.0.pay_lines.0.min", "1,472円", "1472"),
    ("postings.0.headcount", "15名", "１５"),
    ("organization.lg_code", "452068", "45206"),
]
OTHER = [
    ("postings.0.pay_lines.0.min", "1472", "14720"),
    ("postings.0.term_end", "2021-09-30", "2021-09-03"),
    ("contact.contact_last", "髙橋", "高橋"),
    ("contact.contact_tel", "0982-00-0043", "0982-00-0043 内線12"),
    ("postings.0.headcount", "15名", "15名程度"),
    ("contact.contact_email", "a@city.hyuga-test.lg.jp", "a@city.hyuga-test.lg.jpp"),
    ("postings.0.job_type", "nurse", "doctor"),
]


@pytest.mark.parametrize(("path", "one", "two", "same"), [(*row, True) for row in SAME] + [(*row, False) for row in OTHER])
def test_meaning(path: str, one: str, two: str, same: bool) -> None:
    document = typed_form({path: one})
    (pair,) = compare(document, second_of(document, {path: two}), {}, DAY)
    assert pair.same is same


def test_a_choice_counts_for_its_two_texts_only() -> None:
    """When one of the texts changes afterwards, the question is open again."""
    document, path = typed_form(), "postings.0.headcount"
    chosen = {path: {"first": "15", "second": "16", "pick": "second", "value": "16"}}
    (pair,) = compare(document, second_of(document, {path: "16"}), chosen, DAY)
    assert not pair.open
    assert composed(document, [pair])["postings"][0]["headcount"] == "16"
    (pair,) = compare(document, second_of(document, {path: "17"}), chosen, DAY)
    assert pair.open
    assert composed(document, [pair])["postings"][0]["headcount"] == "15"
    assert document["postings"][0]["headcount"] == "15"


def test_the_address_is_repeated_by_the_second_keying() -> None:
    document = typed_form()
    document["contact"].pop("contact_email2")
    path = "contact.contact_email"
    (pair,) = compare(document, second_of(document, {path: "b@city.hyuga-test.lg.jp"}), {}, DAY)
    settled = {path: {"first": pair.first, "second": pair.second, "pick": "second", "value": pair.second}}
    pairs = compare(document, second_of(document, {path: "b@city.hyuga-test.lg.jp"}), settled, DAY)
    assert composed(document, pairs)["contact"]["contact_email2"] == "b@city.hyuga-test.lg.jp"


@given(st.text(max_size=40), st.text(max_size=40))
def test_pieces_lose_nothing(one: str, two: str) -> None:
    left, right = pieces(one, two)
    assert "".join(part for part, _ in left) == one
    assert "".join(part for part, _ in right) == two
    assert any(differs for _, differs in [*left, *right]) is (one != two)


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3), max_leaves=5)
)
def test_odd_documents_are_compared(odd: Any) -> None:
    """Whatever JSON stands at a key field, comparing does not raise."""
    for path in ("organization.lg_code", "postings.0.headcount", "postings.0.pay_lines.0.min"):
        document = typed_form({path: odd})
        compare(document, second_of(document, {path: "1"}), {}, DAY)


@pytest.fixture
def row(db_session: Session, clock: Any) -> Keying:
    """A keying just begun."""
    made, new = keyings.start(KeyingWay.paper, KEY, factories.actor(Role.operator, name="一人目"))
    assert new
    return made


def key_first(row: Keying, actor: Actor, document: Mapping[str, Any], *, done: bool = True) -> None:
    """The first keying, as the page does it."""
    result = evaluate(composed(document, ()), on=clocks.today())
    keyings.save_first(row, document, [], result, actor, seen_version=row.version, done=done)


def send(row: Keying, actor: Actor, **more: Any) -> tuple[Submission, bool]:
    """The last step, as the page does it: the case and whether it is new."""
    document = keyings.document_of(row)
    more.setdefault("seen_version", row.version)
    done = keyings.send(row, document, evaluate(document, on=clocks.today()), actor, **more)
    return done.made, not done.repeated


def actions(db_session: Session, row: Keying) -> list[str]:
    """What was logged about a keying, oldest first."""
    db_session.flush()
    query = db_session.query(AuditEvent).filter_by(subject="keying", subject_id=row.id).order_by(AuditEvent.id)
    return [event.action for event in query]


def test_the_whole_way(db_session: Session, row: Keying, actor_operator: Actor, actor_lead: Actor) -> None:
    document = typed_form()
    key_first(row, actor_operator, document, done=False)
    assert (row.status, row.first_at, row.org_name) == (KeyingStatus.first, None, "日向市")
    key_first(row, actor_operator, document)
    assert (row.status, row.first_by_id) == (KeyingStatus.second, actor_operator.account_id)
    texts = second_of(document, {"postings.0.headcount": "16", "contact.contact_tel": "０９８２－００－００４３"})
    assert keyings.key_second(row, texts, actor_lead, seen_version=row.version) == 1
    assert (row.status, row.differences) == (KeyingStatus.compare, 1)
    with pytest.raises(TransitionRefused):
        send(row, actor_lead)
    assert keyings.resolve(row, {"postings.0.headcount": Pick("third", "17")}, actor_lead, seen_version=row.version) == 0
    assert row.status is KeyingStatus.ready
    case, new = send(row, actor_lead)
    assert new
    assert (case.source, case.jobs[0][1], case.errors) == (Source.phone, 17, 0)
    assert (row.status, row.submission_id, row.typed, row.second, row.chosen) == (KeyingStatus.sent, case.id, {}, {}, {})
    assert send(row, actor_lead, seen_version=row.version - 1) == (case, False)  # the same click again
    assert actions(db_session, row) == ["start", "keyed_save", "keyed_first", "keyed_second", "resolved", "sent"]
    event = db_session.query(AuditEvent).filter_by(subject="submission", subject_id=case.id, action="submit").one()
    assert (event.actor_id, event.codes["source"]) == (actor_lead.account_id, "phone")
    assert db_session.query(OutboxMail).filter(OutboxMail.about(case)).count() == 1
    said = " ".join(entry.text for entry in history.of_submission(case))
    for words in ("1回目の入力を終えました", "要点をもう一度入力しました", "違いを確かめました", "受け付けました", actor_lead.name):
        assert words in said


def test_no_values_in_the_log(db_session: Session, row: Keying, actor_operator: Actor) -> None:
    """Codes and places only: nobody's name, number or address."""
    document = typed_form()
    key_first(row, actor_operator, document)
    keyings.key_second(row, second_of(document, {"contact.contact_last": "河辺"}), actor_operator, seen_version=row.version)
    keyings.resolve(row, {"contact.contact_last": Pick("second")}, actor_operator, seen_version=row.version)
    db_session.flush()
    logged = str([event.codes for event in db_session.query(AuditEvent)])
    for secret in ("河辺", "川辺", "0982", "@"):
        assert secret not in logged
    assert "contact.contact_last" in logged


def test_started_once(db_session: Session, row: Keying, actor_operator: Actor) -> None:
    again, new = keyings.start(KeyingWay.phone, KEY, actor_operator)
    assert (again.id, new) == (row.id, False)


def test_stale(row: Keying, actor_operator: Actor, actor_lead: Actor) -> None:
    """The second of two says who was first, and nothing is overwritten."""
    seen = row.version
    key_first(row, actor_operator, typed_form())
    result = evaluate({}, on=clocks.today())
    acts: list[Callable[[], Any]] = [
        lambda: keyings.save_first(row, {}, [], result, actor_lead, seen_version=seen, done=True),
        lambda: keyings.key_second(row, {}, actor_lead, seen_version=seen),
        lambda: keyings.discard(row, actor_lead, seen_version=seen),
        lambda: send(row, actor_lead, seen_version=seen),
    ]
    for act in acts:
        with pytest.raises(StaleVersion) as stale:
            act()
        assert stale.value.who == actor_operator.name
    assert row.org_name == "日向市"


def test_changing_the_postings_asks_for_the_second_keying_again(row: Keying, actor_operator: Actor) -> None:
    """Texts of another posting must never stand beside this one's."""
    document = typed_form()
    key_first(row, actor_operator, document)
    keyings.key_second(row, second_of(document), actor_operator, seen_version=row.version)
    assert row.status is KeyingStatus.ready
    longer = typed_form()
    longer["postings"].append(dict(longer["postings"][0]))
    key_first(row, actor_operator, longer)
    assert (row.status, row.second, row.second_at) == (KeyingStatus.second, {}, None)


def test_an_edit_after_the_second_keying_opens_a_difference(row: Keying, actor_operator: Actor) -> None:
    document = typed_form()
    key_first(row, actor_operator, document)
    keyings.key_second(row, second_of(document), actor_operator, seen_version=row.version)
    key_first(row, actor_operator, typed_form({"postings.0.term_end": "2021-08-31"}))
    assert (row.status, row.differences) == (KeyingStatus.compare, 1)


def test_picks_that_settle_nothing(row: Keying, actor_operator: Actor) -> None:
    document, path = typed_form(), "postings.0.headcount"
    key_first(row, actor_operator, document)
    keyings.key_second(row, second_of(document, {path: "16"}), actor_operator, seen_version=row.version)
    for pick in (Pick("third", " 　"), Pick("fourth", "1"), Pick("")):
        assert keyings.resolve(row, {path: pick, "postings.9.title": Pick("first")}, actor_operator, seen_version=row.version) == 1
    assert keyings.resolve(row, {path: Pick("first")}, actor_operator, seen_version=row.version) == 0
    assert keyings.document_of(row)["postings"][0]["headcount"] == "15"


def test_errors_go_in_only_when_said(row: Keying, actor_operator: Actor) -> None:
    document = typed_form({"postings.0.headcount": "若干名"})
    key_first(row, actor_operator, document)
    assert row.errors > 0
    keyings.key_second(row, second_of(document), actor_operator, seen_version=row.version)
    with pytest.raises(Refused):
        send(row, actor_operator)
    case, _new = send(row, actor_operator, with_errors=True)
    assert case.errors > 0


def test_without_an_address_no_mail(db_session: Session, row: Keying, actor_operator: Actor) -> None:
    document = typed_form({"contact.contact_email": ""})
    key_first(row, actor_operator, document)
    keyings.key_second(row, second_of(document), actor_operator, seen_version=row.version)
    case, _new = send(row, actor_operator, with_errors=True)
    assert db_session.query(OutboxMail).filter(OutboxMail.about(case)).count() == 0


def test_discarded(db_session: Session, row: Keying, actor_operator: Actor) -> None:
    key_first(row, actor_operator, typed_form())
    keyings.discard(row, actor_operator, seen_version=row.version)
    assert (row.status, row.typed) == (KeyingStatus.discarded, {})
    assert row.status not in OPEN_KEYING
    with pytest.raises(TransitionRefused):
        keyings.discard(row, actor_operator, seen_version=row.version)
    with pytest.raises(TransitionRefused):
        send(row, actor_operator)


def test_order_of_the_steps(row: Keying, actor_operator: Actor) -> None:
    with pytest.raises(TransitionRefused):
        keyings.key_second(row, {}, actor_operator, seen_version=row.version)
    with pytest.raises(TransitionRefused):
        keyings.resolve(row, {}, actor_operator, seen_version=row.version)
    with pytest.raises(TransitionRefused):
        send(row, actor_operator)


def test_only_the_service_center(row: Keying, actor_municipality: Actor) -> None:
    for stranger in (SENDER, actor_municipality):
        with pytest.raises(NotPermitted):
            keyings.start(KeyingWay.phone, "another-key-of-24-letters", stranger)
        with pytest.raises(NotPermitted):
            keyings.discard(row, stranger, seen_version=row.version)
        with pytest.raises(NotFound):
            keyings.get(row.id, stranger)
