"""`/my`: the person's own page, by link and by code; what may be done in which state; that it is only theirs and ends with their data."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from keynet_admin import clock as program_clock
from keynet_admin.models import AuditEvent, Candidate, Listing, OutboxMail, ThreadMessage
from keynet_admin.permissions import candidate_of
from keynet_admin.services import threads
from keynet_admin.services.account import tokens
from keynet_admin.services.account.session import actor_of
from keynet_admin.services.candidate import access, erase, own_page, promises, stages
from keynet_admin.vocabulary import CandidateStatus, PostingStatus, Role
from tests import factories
from tests.intake.build import page
from tests.support.clock import MovableClock
from tests.support.web import Client

S = CandidateStatus
pytestmark = pytest.mark.usefixtures("app", "clock")
ADDRESSES = ("", "/edit", "/withdraw", "/accept", "/delete")


def home(candidate: Candidate) -> str:
    """The address of the own page."""
    return f"/my/{access.token(candidate)}"


def words(answer: Any) -> str:
    """What the page says."""
    return page(answer).main.get_text(" ", strip=True)  # type: ignore[union-attr]


def office(candidate: Candidate) -> Any:
    """Somebody of the municipality."""
    return actor_of(factories.account(Role.municipality, organization=candidate.organization, name="係長 見本花子"))


def hidden(answer: Any) -> dict[str, str]:
    """The hidden fields of the page's form."""
    return {str(box["name"]): str(box["value"]) for box in page(answer).select("main form input[type=hidden]")}


def test_head_is_a_look_and_nothing_else(client: Client, db_session: Session) -> None:
    """A scanner that follows the links of a mail sends nothing, accepts nothing, deletes nothing."""
    row = factories.candidate(S.offered)
    db_session.commit()
    for address in ADDRESSES:
        at = home(row) + address
        assert client.head(at).status_code == client.get(at).status_code == 200, address
        db_session.refresh(row)
        assert (row.status, threads.of(row)) == (S.offered, []), address


def test_the_page_is_only_for_its_person(client: Client, db_session: Session) -> None:
    """No cookie, no cache, no search engine, no referrer; a light page; nothing of others, no officer's name, no note, a masked address."""
    row, other = factories.candidate(S.selection), factories.candidate(content={"family_name": "別人", "email": "betsu@mail.example"})
    threads.write(row, office(row), "面接のご案内です。")
    threads.note(row, office(row), "要確認のメモ")
    answer = client.get(home(row))
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert len(answer.data) < 40_000
    text = answer.get_data(as_text=True)
    assert "sa…@mail.example" in text
    for hidden_word in ("sakura@", "別人", "要確認のメモ", "見本花子", other.candidate_no, "<script>"):
        assert hidden_word not in text
    assert "面接のご案内です。" in text
    assert "日向市" in words(answer)


def test_a_sign_behind_the_link_is_forgiven(client: Client, db_session: Session) -> None:
    row = factories.candidate()
    for sign in (")", "。", ">", "/", "」をご覧ください"):
        assert client.get(home(row) + sign).headers["Location"] == home(row), sign


def test_what_each_token_opens(client: Client, db_session: Session) -> None:
    """The own one, one of nobody, and that of somebody whose data are gone: only the first shows anything, and nobody else's row moves."""
    row, gone = factories.candidate(S.offered), factories.candidate()
    dead = home(gone)
    erase.erase(gone, candidate_of(gone.id), seen_version=gone.version)
    for address, method in product(ADDRESSES, ("GET", "POST")):
        for token in ("/my/unknown-token-unknown-token", f"/my/{tokens.new_token()}", dead):
            answer = client.open(token + address, method=method, data={"version": "1", "text": "x", "sure": "1"})
            assert answer.status_code == 404, (method, address)
            assert "このページは開けません" in words(answer), (method, address)
        assert (row.status, row.version) == (S.offered, 4), (method, address)
        assert client.get(home(row) + address).status_code == 200, address


def test_looking_changes_nothing(client: Client, db_session: Session) -> None:
    """Not even that the municipality's message was read."""
    row = factories.candidate(S.contacted)
    message, version = threads.write(row, office(row), "ご都合はいかがですか。"), row.version
    for address in ADDRESSES:
        client.get(home(row) + address)
    assert (row.version, row.status, message.read_at) == (version, S.contacted, None)
    client.post(home(row), data={"do": "read", "seen": message.id})
    assert message.read_at is not None


def test_number_and_code_lead_to_the_page(client: Client, db_session: Session) -> None:
    """However they are written down."""
    row = factories.candidate()
    number, code = row.candidate_no, access.code(row)
    for typed in (
        (number, tokens.shown(code)),
        (number.lower().replace("-", ""), code.lower()),
        (number.translate({ord(c): ord(c) + 0xFEE0 for c in number if c.isalnum()}), f" {code[:6]} {code[6:]}　"),
        (number.replace("-", "ー"), tokens.shown(code).replace("-", "−")),
    ):
        answer = client.post("/my", data=dict(zip(("candidate_no", "code"), typed, strict=True)))
        assert (answer.status_code, answer.headers["Location"]) == (303, home(row)), typed
        assert "Set-Cookie" not in answer.headers


def test_every_wrong_pair_gets_the_same_answer(client: Client, db_session: Session) -> None:
    """An unknown number, another's code, a wrong one, the code of somebody whose data are gone."""
    row, other, gone = factories.candidate(), factories.candidate(), factories.candidate()
    code_of_gone = access.code(gone)
    erase.erase(gone, candidate_of(gone.id), seen_version=gone.version)
    tries = [
        (row.candidate_no, access.code(other)),
        (row.candidate_no, "7K4M-2QXH-9T6P"),
        ("KN-A-999999", access.code(row)),
        (gone.candidate_no, code_of_gone),
        (gone.candidate_no, tokens.derived_code("candidate:")),
        ("KN-P-000001", access.code(row)),
        ("あ" * 50, "\0💉"),
    ]
    seen = set()
    for number, code in tries:
        answer = client.post("/my", data={"candidate_no": number, "code": code})
        assert answer.status_code == 422
        soup = page(answer)
        assert soup.select_one("#code")["value"] == code.replace("\0", "�")  # type: ignore[index]
        for box in soup.select("main input"):
            box.decompose()
        seen.add(soup.get_text(" ", strip=True))
    assert len(seen) == 1
    for missing in ({}, {"candidate_no": row.candidate_no}, {"code": "7K4M"}):
        assert client.post("/my", data=missing).status_code == 422


@pytest.mark.settings(RATELIMIT_ENABLED=True)
def test_guessing_is_limited(client: Client, db_session: Session) -> None:
    """Per number, known or not; what was typed stays."""
    row = factories.candidate()
    for number in (row.candidate_no, "KN-A-999999"):
        codes = [client.post("/my", data={"candidate_no": number, "code": "7K4M"}).status_code for _ in range(21)]
        assert codes == [422] * 20 + [429]
        refused = client.post("/my", data={"candidate_no": number, "code": access.code(row)})
        assert (refused.status_code, "Retry-After" in refused.headers) == (429, True)
        assert page(refused).select_one("#candidate_no")["value"] == number  # type: ignore[index]


def test_five_presses_make_one_message(client: Client, db_session: Session) -> None:
    """Also after the office has answered in between; the same words on a later page are another message."""
    row = factories.candidate(S.seen)
    row.unread = False
    form = hidden(client.get(home(row))) | {"text": "土曜は\r\n終日空いています。", "do": "send"}
    for press in range(5):
        answer = client.post(home(row), data=form)
        assert (answer.status_code, answer.headers["Location"]) == (303, home(row) + "#reply")
        if press == 2:
            threads.write(row, office(row), "承知しました。")
    assert [m.body for m in threads.of(row)] == ["土曜は\n終日空いています。", "承知しました。"]
    assert row.unread
    client.post(home(row), data=hidden(client.get(home(row))) | {"text": "土曜は\n終日空いています。"})
    assert len(threads.of(row)) == 3
    assert threads.of(row)[1].read_at is not None
    events = select(AuditEvent.codes).where(AuditEvent.about(row), AuditEvent.action == "message")
    assert not any("土曜" in str(codes) for codes in db_session.execute(events).scalars())


def test_a_bad_message_is_told_at_its_field(client: Client, db_session: Session) -> None:
    row = factories.candidate()
    for text, why in (("", "入力してください"), (" 　\r\n", "入力してください"), ("あ" * 2001, "2,000字まで")):
        answer = client.post(home(row), data={"text": text, "seen": "0"})
        assert answer.status_code == 422, text
        soup = page(answer)
        box = soup.select_one("#text")
        assert box is not None
        assert box["aria-invalid"] == "true"
        assert box.get_text().strip() == text.strip()
        assert why in soup.select_one("#text-e").get_text()  # type: ignore[union-attr]
        assert threads.of(row) == []


def test_a_message_of_many_lines_fits(client: Client, db_session: Session) -> None:
    """A browser sends two characters for a line break; people count one."""
    row = factories.candidate()
    assert client.post(home(row), data={"text": "\r\n".join(["あ"] * 1000), "seen": "0"}).status_code == 303


def test_who_asks_on_after_an_answer_waits_again(client: Client, db_session: Session) -> None:
    row = factories.candidate(S.open)
    stages._step(row, "answer", office(row), row.version)
    assert row.ended_at is not None
    client.post(home(row), data={"text": "駐車場はありますか。", "seen": str(threads.of(row)[-1].id)})
    assert (row.status, row.unread, row.ended_at) == (S.open, True, None)
    assert row.due_at is not None


def test_many_messages_stay_light(client: Client, db_session: Session) -> None:
    """The last 30, or fewer where they are long; the older ones behind a link, all of them in the end."""
    row = factories.candidate(S.selection)
    for number in range(70):
        threads.write(row, office(row) if number == 0 else candidate_of(row.id), f"{number}：" + ("&" if number % 9 == 0 else "長") * 900)
    found: list[str] = []
    address = home(row)
    while address:
        answer = client.get(address)
        assert len(answer.data) < 40_000
        soup = page(answer)
        found = [item.get_text().partition("：")[0] for item in soup.select(".thread .pre-line")] + found
        link = soup.find("a", string="これより前のメッセージ")
        address = str(link["href"]) if link else ""  # type: ignore[index]
    assert found == [str(number) for number in range(70)]


# State -> what the person may press there (besides deleting, which they always may).
MAY: dict[CandidateStatus, set[str]] = {
    S.received: {"withdraw"},
    S.seen: {"withdraw"},
    S.contacted: {"withdraw"},
    S.selection: {"withdraw"},
    S.moved: {"withdraw"},
    S.offered: {"withdraw", "accept"},
    S.secured: {"withdraw"},
    S.declined: set(),
    S.rejected: set(),
    S.withdrawn: set(),
    S.open: {"withdraw"},
}


@pytest.mark.parametrize("state", list(MAY))
def test_what_may_be_done_in_each_state(client: Client, db_session: Session, state: CandidateStatus) -> None:
    """The page offers it, its page has a button, pressing it does it once; in all other states nothing happens."""
    at = factories.posting(PostingStatus.live)
    for what, row in [(what, factories.candidate(state, posting=at)) for what in ("withdraw", "accept", "delete")]:
        may = what == "delete" or what in MAY[state]
        address = f"{home(row)}/{what}"
        assert (page(client.get(home(row))).find("a", href=address) is not None) is may
        shown = client.get(address)
        assert (page(shown).select_one("main form") is not None) is may
        form = {"version": str(row.version), "sure": "1", "text": "よろしくお願いします。"} | hidden(shown)
        answers = [client.post(address, data=form).status_code for _ in range(3)]
        assert answers == ([303] * 3 if may else [409] * 3), what
        after = {"accept": state, "delete": state if state in (S.secured, *ended(state)) else S.withdrawn}
        after["withdraw"] = S.declined if state is S.offered else S.withdrawn
        assert row.status is (after[what] if may else state)
        assert row.unread or not may or what == "delete"
        bodies = [message.body for message in threads.of(row)][1 if state is S.open else 0 :]
        assert len(bodies) == (1 if may and what != "delete" else 0)


def ended(state: CandidateStatus) -> tuple[CandidateStatus, ...]:
    """The state itself where nothing is left to withdraw from."""
    return (state,) if state in (S.declined, S.rejected, S.withdrawn) else ()


def test_an_acceptance_is_seen_and_confirmed(client: Client, db_session: Session) -> None:
    """Once; the page says since when; a new offer asks anew."""
    row, who = factories.candidate(S.offered), None
    row.unread = False
    row.interview_at = program_clock.now() + timedelta(days=3)  # an interview of before hides neither the question nor the answer
    assert "次は" not in words(client.get(home(row)))
    client.post(home(row) + "/accept", data={"version": row.version, "text": ""})
    assert (row.status, row.unread) == (S.offered, True)
    assert [m.body for m in threads.of(row)] == ["内定を承諾します。"]
    top = words(client.get(home(row)))
    assert "内定の承諾を 5/7(金)" in top
    assert "承諾します" not in top.replace("内定を承諾します", "")
    assert client.post(home(row) + "/accept", data={"version": row.version}).status_code == 303
    assert len(threads.of(row)) == 1
    who = office(row)
    stages.secure(row, who, seen_version=row.version)
    assert "勤務が決まりました" in words(client.get(home(row)))


def test_what_was_changed_meanwhile_is_said(client: Client, db_session: Session) -> None:
    """A stale page keeps what was typed; without a version nothing happens either."""
    row = factories.candidate(S.selection)
    version = row.version
    stages.offer(row, office(row), seen_version=version)
    for given, code in ((str(version), 409), ("", 400), ("abc", 400)):
        answer = client.post(home(row) + "/withdraw", data={"version": given, "text": "勤務先が決まりました。"})
        assert answer.status_code == code
        assert "勤務先が決まりました。" in answer.get_data(as_text=True)
        assert row.status is S.offered
    assert client.post(home(row) + "/withdraw", data={"version": row.version, "text": "あ" * 2001}).status_code == 422
    assert row.status is S.offered


def test_withdrawing_says_what_falls_away(client: Client, db_session: Session, clock: MovableClock) -> None:
    row = factories.candidate(S.selection)
    row.interview_at, row.interview_place = clock.now + timedelta(days=4), "市役所3階"
    assert "次は 5/11(火)" in words(client.get(home(row)))
    assert "市役所3階" in words(client.get(home(row)))
    assert "5/11(火)" in words(client.get(home(row) + "/withdraw"))
    clock.advance(days=5)
    assert "面接" not in words(client.get(home(row)))


def test_deleting_needs_the_box(client: Client, db_session: Session) -> None:
    row = factories.candidate()
    address = home(row) + "/delete"
    form = hidden(client.get(address))
    answer = client.post(address, data=form)
    assert answer.status_code == 422
    assert "確認の欄" in words(answer)
    assert row.erased_at is None
    answers = [client.post(address, data=form | {"sure": "1"}) for _ in range(5)]
    assert {(a.status_code, a.headers["Location"]) for a in answers} == {(303, "/my?erased=1")}
    assert row.erased_at is not None
    assert client.get(address).status_code == 404
    mails = db_session.execute(select(OutboxMail).where(OutboxMail.about(row))).scalars().all()
    assert [(mail.template, mail.recipient) for mail in mails] == [("candidate_erased", "sakura@mail.example")]
    for key in (form["form_key"], "消した"):
        assert client.post(f"/my/{tokens.new_token()}/delete", data=form | {"sure": "1", "form_key": key}).status_code == 404


def test_somebody_without_an_address(client: Client, db_session: Session) -> None:
    """Told by telephone: the number is masked, and the deletion mails nobody."""
    row = factories.candidate(content={"email": "", "tel": "090-0000-0034"})
    assert "電話 …34" in words(client.get(home(row)))
    assert "090-0000" not in client.get(home(row)).get_data(as_text=True)
    client.post(home(row) + "/delete", data=hidden(client.get(home(row) + "/delete")) | {"sure": "1"})
    assert db_session.execute(select(OutboxMail).where(OutboxMail.about(row))).scalars().all() == []


def test_a_missed_promise_is_told_truly(client: Client, db_session: Session, clock: MovableClock) -> None:
    """Who is asked by whom, as far as the ladder has come."""
    row = factories.candidate()
    assert "5/12(水)までに、日向市が内容を確認します。" in words(client.get(home(row)))
    clock.set("2021-05-13 10:00")
    seen = []
    for reminders in range(4):
        row.reminders, row.remind_at = reminders, program_clock.now() + timedelta(days=1)
        text = words(client.get(home(row)))
        assert "5/12(水)までの内容の確認が、まだ済んでいません。" in text
        assert "5/12(水)を過ぎています" in text
        assert "次は 5/14(金) に" in text
        seen.append(own_page.standing(row, promises.touch_points(row)).rest)
    assert len(set(seen)) == 3
    assert "サービスセンター" not in seen[1]


def test_similar_postings_when_it_is_over(client: Client, db_session: Session) -> None:
    """Same job, same or neighbouring prefecture, listed; the own prefecture first, then the days that were wished; three, and how many in all."""
    row = factories.candidate(S.selection, {"availability": ["mon-morning"]})
    near = factories.make_organization("452025", "都城市")
    beside = factories.make_organization("442011", "大分市")
    far = factories.make_organization("011002", "札幌市")
    weekday = {"shifts.0.days": ["mon"]}
    fits = factories.posting(PostingStatus.live, weekday, organization=near)
    others = [factories.posting(PostingStatus.live, {"shifts.0.days": ["sat"]}, organization=body) for body in (near, beside, beside)]
    unlike = [
        factories.posting(PostingStatus.live, organization=far),
        factories.posting(PostingStatus.live, organization=near),
        factories.posting(PostingStatus.paused, organization=near),
    ]
    # The venue of the base form is in 45, whoever sends it.
    for rows, values in (
        (unlike[:1], {"prefecture_code": "01"}),
        (unlike[1:2], {"job_type": "clerical"}),
        (others[1:], {"prefecture_code": "44"}),
    ):
        db_session.execute(update(Listing).where(Listing.posting_id.in_([row.id for row in rows])).values(**values))
    assert "近くの、同じ職種の募集" not in words(client.get(home(row)))
    stages.withdraw(row, candidate_of(row.id), seen_version=row.version)
    answer = client.get(home(row))
    links = [str(a["href"]) for a in page(answer).select(".cards a")]
    assert links[0] == f"/postings/{fits.posting_no}"
    assert links[1] == f"/postings/{others[0].posting_no}"
    assert len(links) == 3
    assert not {f"/postings/{p.posting_no}" for p in unlike} & set(links)
    found = words(answer).partition("件をすべて見る")[0].rpartition(" ")[2]
    assert found == "4"
    everything = page(answer).find("a", string=lambda text: bool(text) and "すべて見る" in text)
    assert "4件" in page(client.get(str(everything["href"]))).get_text()  # type: ignore[index]


@pytest.mark.parametrize("state", [S.seen, S.open])
def test_the_end_of_the_posting_is_no_choice(client: Client, db_session: Session, state: CandidateStatus) -> None:
    row = factories.candidate(state)
    stages.end_with_posting(row, office(row), seen_version=row.version)
    text = words(client.get(home(row)))
    assert "この募集は終了しました。" in text
    assert "見送る" not in text
    assert "お返事があります" not in text


def test_a_message_cannot_be_written_once_it_is_locked(client: Client, db_session: Session) -> None:
    row = factories.candidate(S.rejected)
    row.locked = True
    assert page(client.get(home(row))).select_one("#text") is None
    assert client.post(home(row), data={"text": "こんにちは", "seen": "0"}).status_code == 409
    assert db_session.execute(select(ThreadMessage)).scalars().all() == []


@pytest.mark.settings(RATELIMIT_ENABLED=True)
def test_messages_are_limited(client: Client, db_session: Session) -> None:
    """What was typed stays on the page."""
    row = factories.candidate()
    answers = [client.post(home(row), data={"text": f"{number}通目", "seen": "0"}) for number in range(21)]
    assert [a.status_code for a in answers] == [303] * 20 + [429]
    assert "20通目" in page(answers[-1]).select_one("#text").get_text()  # type: ignore[union-attr]
    assert len(threads.of(row)) == 20


def test_a_page_in_each_state(app: Flask, client: Client, db_session: Session) -> None:
    """Nothing is told that has not happened: no step has a date but those that were taken."""
    done = {S.received: 1, S.seen: 2, S.contacted: 2, S.selection: 3, S.moved: 3, S.offered: 4, S.secured: 4, S.declined: 4, S.rejected: 3}
    for state, steps in {**done, S.withdrawn: 2, S.open: 1}.items():
        row = factories.candidate(state)
        soup = page(client.get(home(row)))
        assert len(soup.select(".stepper .done time")) == steps, state
        assert len(soup.select(".stepper li")) == (2 if state is S.open else 4)


def fields(answer: Any) -> list[tuple[str, str]]:
    """Everything that the page's form would send, as a browser does."""
    found = []
    for box in page(answer).select("main form input, main form textarea, main form select"):
        kind = box.get("type")
        if box.name == "select":
            chosen = box.select_one("option[selected]")
            found.append((str(box["name"]), str(chosen["value"]) if chosen else ""))
        elif kind not in ("checkbox", "radio") or box.has_attr("checked"):
            found.append((str(box["name"]), box.get_text().lstrip("\n") if box.name == "textarea" else str(box.get("value", ""))))
    return found


def put(pairs: list[tuple[str, str]], **values: str) -> dict[str, Any]:
    """The form with some fields typed anew."""
    sent: dict[str, Any] = {}
    for name, value in [*((n, v) for n, v in pairs if n not in values), *values.items()]:
        sent.setdefault(name, []).append(value)
    return sent


def test_it_may_be_corrected_until_it_is_opened(client: Client, db_session: Session) -> None:
    """The form as it was sent; errors at their field; corrected once; told to the new address; then since when it is too late."""
    row = factories.candidate(content={"availability": ["consult"]})
    row.unread = False
    address = home(row) + "/edit"
    assert page(client.get(home(row))).find("a", href=address) is not None
    form = fields(client.get(address))
    assert {"family_name": "見本", "email": "sakura@mail.example", "availability": "consult"}.items() <= dict(form).items()
    bad = client.post(address, data=put(form, family_name="", message="平日も相談できます。"))
    assert bad.status_code == 422
    assert dict(fields(bad))["message"] == "平日も相談できます。"
    assert (row.version, row.name) == (1, "見本 さくら")
    good = put(form, given_name="花子", email="hanako@mail.example")
    assert [client.post(address, data=good).status_code for _ in range(3)] == [303] * 3
    assert (row.version, row.name, row.email, row.unread, row.status) == (2, "見本 花子", "hanako@mail.example", True, S.received)
    assert row.content["availability"] == ["consult"]
    assert row.content["consent"] is True
    told = select(OutboxMail.recipient).where(OutboxMail.about(row)).order_by(OutboxMail.id)
    assert db_session.execute(told).scalars().all() == ["sakura@mail.example", "hanako@mail.example"]
    event = db_session.execute(select(AuditEvent).where(AuditEvent.about(row), AuditEvent.action == "amend")).scalar_one()
    assert event.codes["fields"] == ["email", "given_name"]
    stale = client.post(address, data=put(form, message="別の画面から"))
    assert (stale.status_code, dict(fields(stale))["message"]) == (409, "別の画面から")
    stages.see(row, office(row), seen_version=row.version)
    late = client.post(address, data=put(fields(stale), message="遅れて送りました。"))
    assert late.status_code == 409
    assert "5/7(金) 10:00 に内容を開きました" in words(late)
    assert "遅れて送りました。" in late.get_data(as_text=True)
    assert row.content["message"] == "土日の午後に勤務できます。"
    assert page(client.get(home(row))).find("a", href=address) is None
    assert page(client.get(address)).select_one("main form") is None
