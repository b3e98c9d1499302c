"""How ten digits are grouped, and which prefectures an area code reaches."""

import pytest

from keynet_admin.catalogue import reference as ref
from keynet_admin.rules.normalise.area_codes import _PREFECTURES, group_fixed, prefectures_of


@pytest.mark.parametrize(
    ("digits", "grouped"),
    [
        ("0312340078", "03-1234-0078"),
        ("0612340078", "06-1234-0078"),
        ("0112340078", "011-234-0078"),
        ("0172340078", "0172-34-0078"),
        ("0177340078", "017-734-0078"),
        ("0222340078", "022-234-0078"),
        ("0225340078", "0225-34-0078"),
        ("0422340078", "0422-34-0078"),
        ("0423340078", "042-334-0078"),
        ("0429340078", "04-2934-0078"),
        ("0471340078", "04-7134-0078"),
        ("0480340078", "0480-34-0078"),
        ("0485340078", "048-534-0078"),
        ("0552340078", "055-234-0078"),
        ("0721340078", "0721-34-0078"),
        ("0722340078", "072-234-0078"),
        ("0823340078", "0823-34-0078"),
        ("0822340078", "082-234-0078"),
        ("0930340078", "0930-34-0078"),
        ("0932340078", "093-234-0078"),
        ("0982340078", "0982-34-0078"),
        ("0988340078", "098-834-0078"),
        ("0499240078", "04992-4-0078"),
        ("0126740078", "01267-4-0078"),
        ("0000345678", "0000-34-5678"),
    ],
)
def test_grouping(digits, grouped):
    assert group_fixed(digits) == grouped


@pytest.mark.parametrize(
    ("digits", "pref"),
    [
        ("0827590078", "34"),
        ("0986760078", "46"),
        ("0428870078", "19"),
        ("0665000078", "28"),
        ("0979240078", "40"),
        ("0280840078", "08"),
        ("0735330078", "24"),
        ("0942850078", "41"),
    ],
)
def test_codes_that_reach_into_a_neighbour(digits, pref):
    """大竹市, 曽於市, 小菅村, 尼崎市, 吉富町, 五霞町, 紀宝町, 鳥栖市 have the code of the next prefecture."""
    assert pref in prefectures_of(digits)


def test_every_prefecture_has_a_code():
    assert {code for found in _PREFECTURES.values() for code in found} == {p.code for p in ref.prefectures()}
    assert prefectures_of("0000000000") == ()
