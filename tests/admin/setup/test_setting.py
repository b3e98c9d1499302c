"""The settings of days: every one has its field, its limits and its error."""

from sqlalchemy.orm import Session

from keynet_admin.admin.setup.setting import DAYS
from keynet_admin.services import settings
from keynet_admin.vocabulary import Role
from tests.support.web import Client

TYPED = {"intake_from": "2021/5/6"} | {name: str(settings.DEFAULTS[name]) for name, *_ in DAYS}


def test_every_number_of_days_has_its_field() -> None:
    assert {name for name, *_ in DAYS} == {name for name, value in settings.DEFAULTS.items() if isinstance(value, int)}
    assert [name for name, _, _, least, most in DAYS if not least <= settings.DEFAULTS[name] <= most] == []


def test_days_are_typed_as_people_type(client: Client, db_session: Session) -> None:
    client.sign_in(Role.admin)
    page = client.get("/admin/setting/").text
    assert all(f'name="{name}"' in page for name, *_ in DAYS)
    assert client.post("/admin/setting/", data=TYPED | {"candidate_seen_days": "５", "candidate_keep_days": "90日"}).status_code == 303
    assert (settings.get("candidate_seen_days"), settings.get("candidate_keep_days")) == (5, 90)


def test_what_cannot_be_a_number_of_days_is_refused_at_its_field(client: Client, db_session: Session) -> None:
    client.sign_in(Role.admin)
    for typed in ["", "0", "400", "-1", "2.5", "三日", "1e2"]:
        answer = client.post("/admin/setting/", data=TYPED | {"candidate_keep_days": typed, "inquiry_days": "7"})
        assert answer.status_code == 422, typed
        assert "30から365までの数字で入力してください。" in answer.text, typed
        assert f'value="{typed}"' in answer.text, typed
        assert 'value="7"' in answer.text, typed
        assert settings.get("inquiry_days") == 3, typed
