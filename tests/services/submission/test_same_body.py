"""Other cases of the same body: found by what names it, with the reason and the true count; who decided them."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy.orm import Session

from keynet_admin.models import Submission
from keynet_admin.permissions import sender_of
from keynet_admin.services.submission import intake, review
from keynet_admin.services.submission.same_body import other_cases
from keynet_admin.vocabulary import Role, SubmissionStatus
from tests import factories
from tests.support.web import Client

CODE, NAME, KANA, PHONE, DOMAIN = "団体コード", "団体名", "フリガナ", "代表電話番号", "メールのドメイン"
ORG, MAIL = "organization.", "contact."
# Another body in every respect; a row of the table takes back what it is about.
STRANGE = {
    f"{ORG}lg_code": "302058",
    f"{ORG}org_name": "海南市",
    f"{ORG}org_kana": "カイナンシ",
    f"{ORG}org_address": "海南市日方1番1号",
    f"{ORG}org_tel": "073-000-0001",
    f"{MAIL}contact_tel": "073-000-0002",
    f"{MAIL}contact_email": "yobo@city.kainan-test.lg.jp",
    f"{MAIL}contact_email2": "yobo@city.kainan-test.lg.jp",
}
OWN_MAIL = {f"{MAIL}contact_email": "yobo@city.hyuga-test.lg.jp", f"{MAIL}contact_email2": "yobo@city.hyuga-test.lg.jp"}
REGIONAL = {f"{MAIL}contact_email": "yobo@city.hyuga.miyazaki.jp", f"{MAIL}contact_email2": "yobo@city.hyuga.miyazaki.jp"}
FREE = {f"{MAIL}contact_email": "yobo@mail.example.com", f"{MAIL}contact_email2": "yobo@mail.example.com"}
SAME_PHONE = {f"{ORG}org_tel": "０９８２－００－０００１"}
UNION = {f"{ORG}lg_code": "139990"}  # has the digit of a union; five bodies of a demo typed it alike
MISTYPED = {f"{ORG}lg_code": "452069"}


@pytest.mark.parametrize(
    ("other", "own", "reasons"),
    [
        (STRANGE, {}, None),
        ({}, {}, (CODE, NAME, KANA, PHONE, DOMAIN)),
        (STRANGE | {f"{ORG}lg_code": "452068"}, {}, (CODE,)),
        (STRANGE | {f"{ORG}org_name": "日向市"}, {}, (NAME,)),
        (STRANGE | SAME_PHONE | MISTYPED, {}, (PHONE,)),
        (STRANGE | OWN_MAIL | MISTYPED, {}, (DOMAIN,)),
        (STRANGE | REGIONAL | MISTYPED, REGIONAL, (DOMAIN,)),
        (STRANGE | SAME_PHONE | OWN_MAIL, {}, None),
        (STRANGE | SAME_PHONE | OWN_MAIL, MISTYPED, (PHONE, DOMAIN)),
        (MISTYPED, {}, (NAME, KANA, PHONE, DOMAIN)),
        ({}, MISTYPED, (NAME, KANA, PHONE, DOMAIN)),
        (STRANGE | MISTYPED, MISTYPED, None),
        (STRANGE | FREE, FREE, None),
        (STRANGE | UNION, UNION, None),
        (STRANGE | UNION | {f"{ORG}org_name": "日向市"}, UNION, (CODE, NAME)),
        (STRANGE | {f"{ORG}org_name": "日向市役所"}, {}, None),
    ],
)
def test_what_makes_a_case_one_of_the_same_body(
    db_session: Session, clock: Any, other: dict[str, Any], own: dict[str, Any], reasons: tuple[str, ...] | None
) -> None:
    """A code that is in no table says nothing, a provider's domain neither; another body's code with another name is that body."""
    there = factories.submission(changes=other)
    case = factories.submission(changes=own)
    factories.submission(changes=STRANGE | {f"{ORG}org_tel": "073-000-0009", **FREE, f"{ORG}lg_code": "302074", f"{ORG}org_name": "有田市"})
    found = other_cases(case)
    assert [(o.case, o.reasons) for o in found.newest] == ([(there, reasons)] if reasons else [])
    assert found.count == bool(reasons)


@pytest.mark.parametrize(("name", "is_same"), [("府中市", False), ("日向市", True)])
def test_a_name_of_several_bodies_counts_in_its_prefecture_only(db_session: Session, clock: Any, name: str, is_same: bool) -> None:
    """There is a 府中市 in Tokyo and one in Hiroshima."""
    factories.submission(changes=STRANGE | {f"{ORG}org_name": name})
    case = factories.submission(changes={f"{ORG}org_name": name})
    assert other_cases(case).count == is_same


def test_the_newest_are_shown_and_all_are_counted(client: Client, db_session: Session, clock: Any) -> None:
    """With date, jobs, state, decider and reason; a twin that waits, too, is what makes one look."""
    by = factories.actor(Role.operator, name="佐伯 美和")
    for _ in range(6):
        factories.submission(SubmissionStatus.rejected, by=by)
    case = factories.submission()
    client.sign_in(Role.operator)
    page = BeautifulSoup(client.get(f"/admin/submission/{case.id}/").text, "html.parser")
    panel = page.select_one("section[aria-labelledby=h-others]")
    assert panel is not None
    assert "同じ団体の申請 6件" in panel.get_text()
    lines = [" ".join(item.get_text(" ", strip=True).split()) for item in panel.select("li")]
    assert len(lines) == 5
    assert all(part in lines[0] for part in ("KN-210507-0006", "却下", "5/7(金) 受付", "看護師15", "決定 佐伯 美和", "団体コード・団体名"))
    who = page.select_one("section[aria-labelledby=h-who]")
    assert who is not None
    (line,) = [item for item in who.select("li") if "同じ団体の申請がほかに6件" in item.get_text()]
    assert "要確認" not in line.get_text()
    factories.submission()
    page = BeautifulSoup(client.get(f"/admin/submission/{case.id}/").text, "html.parser")
    (line,) = [item for item in page.select("li") if "うち1件も確認待ちです" in item.get_text()]
    assert "要確認" in line.get_text()
    assert "同じ団体の申請がほかに7件あり" in line.get_text()


def test_every_decided_case_says_who_decided(app: Flask, client: Client, db_session: Session, clock: Any) -> None:
    """On its page and in the list; the last decision counts; a withdrawal is its sender's."""
    by, later = factories.actor(name="佐伯 美和"), factories.actor(name="三浦 健")
    cases = {state: factories.submission(state, by=by) for state in (SubmissionStatus.accepted, SubmissionStatus.rejected)}
    again = factories.submission(SubmissionStatus.rejected, by=by)
    review.reopen(again, later, seen_version=again.version, reason="誤りのため。")
    review.reject(again, later, seen_version=again.version, reason="対象外のため。")
    back = factories.submission()
    intake.withdraw(back, sender_of(back.id), seen_version=back.version)
    open_case = factories.submission()
    db_session.flush()
    wanted: list[tuple[Submission, str]] = [(case, "佐伯 美和") for case in cases.values()] + [(again, "三浦 健"), (back, "申請者")]
    assert review.deciders([case.id for case, _who in wanted] + [open_case.id]) == {case.id: who for case, who in wanted}
    client.sign_in(Role.operator)
    rows = BeautifulSoup(client.get("/admin/submission/?tab=done").text, "html.parser").select("tbody tr")
    assert len(rows) == len(wanted)
    for case, who in wanted:
        text = BeautifulSoup(client.get(f"/admin/submission/{case.id}/").text, "html.parser").select_one(".decide2")
        assert text is not None
        assert who in text.get_text()
        (row,) = [row for row in rows if case.receipt_no in row.get_text()]
        assert who in row.get_text()


def test_two_cases_are_linked_as_the_same_one_and_taken_apart_again(client: Client, db_session: Session, clock: Any) -> None:
    """Said on both pages with the reason, refused without one or for a strange number, told in both histories, and free again afterwards."""
    first, twin = factories.submission(), factories.submission(SubmissionStatus.rejected)
    client.sign_in(factories.account(Role.operator, name="佐伯 美和"))
    at = f"/admin/submission/{twin.id}/"
    typed = {"other": f" {first.receipt_no.lower()} ", "reason": "担当者に電話で確かめました。"}
    for wrong, words in (
        ({"other": twin.receipt_no}, "この申請自身"),
        ({"other": "KN-210507-9999"}, "見つかりません"),
        ({"reason": " "}, "理由"),
    ):
        answer = client.post(f"{at}link", data=typed | wrong | {"version": twin.version})
        assert (answer.status_code, words in answer.text) == (422, True)
    assert f'value="{first.receipt_no}"' in client.get(f"{at}link?other={first.receipt_no}").text
    version = twin.version
    for _ in range(2):  # the second press is told, not done again
        assert client.post(f"{at}link", data=typed | {"version": version}).status_code == 303
    for case, other in ((first, twin), (twin, first)):
        page = BeautifulSoup(client.get(f"/admin/submission/{case.id}/").text, "html.parser")
        box = page.select_one("section[aria-labelledby=h-links]")
        assert box is not None
        assert all(part in box.get_text() for part in (other.receipt_no, "佐伯 美和", "電話で確かめました。"))
        assert f"佐伯 美和が {other.receipt_no} と重複する申請として結びました。" in page.get_text()
        assert not page.select(".likes .is-ask")
    assert (first.status, twin.status) == (SubmissionStatus.received, SubmissionStatus.rejected)
    third = factories.submission()
    assert client.post(f"{at}link", data=typed | {"other": third.receipt_no, "version": version}).status_code == 409, "on another page"
    assert client.post(f"{at}link", data=typed | {"version": twin.version}).status_code == 422
    back = f"/admin/submission/{first.id}/unlink"
    assert client.post(back, data={"other": twin.receipt_no, "version": first.version}).status_code == 303
    assert "h-links" not in client.get(at).text
    assert client.post(back, data={"other": twin.receipt_no, "version": first.version}).status_code == 422


def test_only_a_real_suspicion_is_orange(client: Client, db_session: Session, clock: Any) -> None:
    """The same headline and place, or the same jobs while both wait; an ordinary second application is not."""
    done = factories.submission(SubmissionStatus.rejected, {"postings.0.title": "先月の募集の看護師"})
    case = factories.submission(changes={"postings.0.title": "別の募集"})
    assert [other.suspicion for other in other_cases(case).newest] == [""]
    waiting = factories.submission(changes={"postings.0.title": "また別の募集"})
    same = factories.submission(SubmissionStatus.rejected, {"postings.0.title": "別の募集"})
    found = {other.case.id: other.suspicion for other in other_cases(case).newest}
    assert found == {same.id: "募集の見出しと会場が同じ", waiting.id: "職種と人数が同じで、どちらも確認待ち", done.id: ""}
