"""An address that took a sign along leads to the clean one (cases rep-25a, c and e, and their kind)."""

from urllib.parse import quote

import pytest
from flask import Flask

from keynet_admin.web.access import links
from tests.support.web import Client

BEHIND = (
    *(
        ")",
        ">",
        "。",
        ".",
        "/",
        "」",
        "）",
        "＞",
        ">.",
        "/)",
        "、",
        "，",
        ",",
        ";",
        "!",
        "]",
        "}",
        '"',
        "'",
        "’",
        "”",
        "…",
        "\u3000",
        " ",
        "　/",
    ),
    *("\u200b", "*", ":", "\r\n"),
)
WORDS_BEHIND = ("」から", "をご覧ください", "&gt;", "（7日間）")
SECRET = "aB3" * 8 + "x-_2"


def secret_addresses(app: Flask) -> list[str]:
    """Every page of the product whose address holds a secret, with one in it."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.arguments & {"token", "key"} and "GET" in (rule.methods or ()):
            found.append(rule.rule.replace("<token>", SECRET).replace("<key>", SECRET).replace("<posting_no>", "KN-P-000001"))
    return found


def test_every_link_with_a_secret_forgives(app: Flask, client: Client) -> None:
    addresses, wrong = secret_addresses(app), []
    assert len(addresses) >= 9
    for address in addresses:
        for behind in (*BEHIND, *(WORDS_BEHIND if address.endswith(SECRET) else ())):
            answer = client.get(address + quote(behind, safe="/"), query_string={"again": "1"} if behind == ")" else None)
            wanted = address + ("?again=1" if behind == ")" else "")
            if (answer.status_code, answer.headers.get("Location")) != (302, wanted):
                wrong.append(f"{address}{behind}: {answer.status_code} {answer.headers.get('Location')}")
    assert wrong == []


OTHER: list[tuple[str, str | None]] = [
    ("/login)", "/login"),
    ("/entry/status。", "/entry/status"),
    ("/entry/code>", "/entry/code"),
    ("/first-login/", "/first-login"),
    ("/first-login」", "/first-login"),
    ("/entry/。", "/entry"),
    ("/office/)", "/office"),
    ("/admin/submission/5)", "/admin/submission/5"),
    ("/postings.atom.", "/postings.atom"),
    # Nothing of ours begins so, or what stands behind are no signs: as before.
    ("/nothing)", None),
    ("/。", None),
    ("/admin/submission/５/", None),
    ("/first-login/x/renewed", None),
    ("/static/keynet.css)x", None),
]


def test_other_addresses(client: Client) -> None:
    for address, leads_to in OTHER:
        answer = client.get(address)
        if leads_to is None:
            assert answer.status_code == 404, (address, leads_to)
        else:
            assert (answer.status_code, answer.headers["Location"]) == (302, leads_to), (address, leads_to)


def test_a_number_typed_wide_is_no_link_with_a_sign(client: Client) -> None:
    """It is read by its own page."""
    assert client.get("/postings/ＫＮ－Ｐ－０００００１").headers.get("Location") != "/postings"


def test_nothing_is_posted_elsewhere(client: Client) -> None:
    assert client.post(f"/first-login/{SECRET})").status_code == 404


@pytest.mark.parametrize("path", ["", "。", "//x)", "/)"])
def test_nothing_is_left(path: str) -> None:
    assert links.clean(path) == ""


def test_what_a_secret_may_end_in_stays() -> None:
    """Links of earlier mails may end in `-` or `_`."""
    assert links.clean("/entry/a-B_3_-)") == "/entry/a-B_3_-"
