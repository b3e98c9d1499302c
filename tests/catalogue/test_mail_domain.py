"""Whose domain an address lies under: the body's own, another body's, some public body's, free mail, or anybody's."""

import pytest

from keynet_admin.catalogue import reference
from keynet_admin.catalogue.mail_domain import judge

CHUO, HYUGA, YAMANASHI_CHUO, FUCHU, MIYAZAKI, KUMANO, UNION, WARD = (
    "131024",
    "452068",
    "192147",
    "132063",
    "450006",
    "343072",
    "458015",
    "271284",
)


@pytest.mark.parametrize(
    ("host", "code", "kind", "owners"),
    [
        ("city.chuo.lg.jp", CHUO, "own", ()),
        ("hoken.city.chuo.lg.jp", CHUO, "own", ()),
        ("CITY.CHUO.LG.JP", CHUO, "own", ()),
        ("city.chuo.tokyo.jp", CHUO, "own", ()),
        ("city.chuo-test.lg.jp", CHUO, "own", ()),
        ("hyugacity.jp", HYUGA, "own", ()),
        ("mail.hyugacity.jp", HYUGA, "own", ()),
        ("city.hyuga.lg.jp", HYUGA, "own", ()),
        ("city.hyuga.miyazaki.jp", HYUGA, "own", ()),
        ("city.hyuga-test.lg.jp", HYUGA, "own", ()),
        ("city.hyugacity-test.lg.jp", HYUGA, "own", ()),
        ("pref.miyazaki.jp", MIYAZAKI, "own", ()),
        ("pref.miyazaki.lg.jp", MIYAZAKI, "own", ()),
        ("town.kumano-test.lg.jp", KUMANO, "own", ()),
        ("city.osaka.lg.jp", WARD, "own", ()),
        ("city.osaka.lg.jp", CHUO, "other_body", ("大阪府大阪市",)),
        ("city.otake-test.lg.jp", CHUO, "other_body", ("広島県大竹市",)),
        ("city.chuo.lg.jp", YAMANASHI_CHUO, "other_body", ("東京都中央区",)),
        ("hyugacity.jp", CHUO, "other_body", ("宮崎県日向市",)),
        ("pref.miyazaki.lg.jp", HYUGA, "other_body", ("宮崎県",)),
        ("town.hyuga-test.lg.jp", HYUGA, "other_public", ()),
        ("city.hyuga.oita.jp", HYUGA, "other_public", ()),
        ("city.fuchu.lg.jp", FUCHU, "other_public", ()),
        ("service.lg.jp", HYUGA, "other_public", ()),
        ("union.umiyama.lg.jp", UNION, "other_public", ()),
        ("city.osaka.lg.jp", "", "other_body", ("大阪府大阪市",)),
        ("gmail.com", HYUGA, "free", ()),
        ("docomo.ne.jp", HYUGA, "free", ()),
        ("nothyugacity.jp", HYUGA, "foreign", ()),
        ("city.hyuga.lg.jp.example.com", HYUGA, "foreign", ()),
        ("city-hyuga.example", HYUGA, "foreign", ()),
        ("city..hyuga-test.lg.jp", HYUGA, "foreign", ()),
        ("lg.jp", HYUGA, "foreign", ()),
        ("", HYUGA, "foreign", ()),
    ],
)
def test_what_a_domain_proves(host: str, code: str, kind: str, owners: tuple[str, ...]) -> None:
    found = judge(host, code)
    assert (found.kind.value, found.owners, found.host) == (kind, owners, host.lower())


def test_every_body_owns_its_domains_of_the_table_and_nobody_else_does() -> None:
    for body in reference.municipalities():
        for domain in reference.domains_of(body.code6):
            assert judge(f"mail.{domain}", body.code6).kind.value == "own"
            other = HYUGA if body.code6 != HYUGA else CHUO
            assert judge(domain, other).kind.value == "other_body", domain
