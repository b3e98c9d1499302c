"""Distances between municipalities, held against ones that a map shows."""

import pytest

from keynet_admin.catalogue import reference
from keynet_admin.catalogue.places import points


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ("131016", "131041", 4, 6),  # 千代田区 and 新宿区
        ("141003", "131016", 25, 30),  # 横浜市 and 千代田区
        ("271004", "281000", 26, 34),  # 大阪市 and 神戸市
        ("462012", "463043", 0, 0),  # 十島村 is far out at sea, though its office stands in 鹿児島市
        ("452017", "131016", 0, 0),  # 宮崎市: beyond a hundred kilometres
    ],
)
def test_known_distances(one: str, other: str, low: int, high: int) -> None:
    """A nought stands for out of reach."""
    assert low <= points.around([one]).get(other, 0) <= high


def test_nearest_first_and_the_own_one_at_nought() -> None:
    """Nobody else is 0 km away, however near."""
    found = points.around(["112232"])  # 蕨市, whose office stands 900 m from that of 戸田市
    assert next(iter(found)) == "112232"
    assert list(found.values()) == sorted(found.values())
    assert [code for code, km in found.items() if km == 0] == ["112232"]
    assert found["112241"] == 1


def test_of_several_the_nearest_counts() -> None:
    """A postal code over a border lies in both."""
    both = points.around(["131016", "141003"])
    assert both["131016"] == both["141003"] == 0
    assert both["141038"] < points.around(["131016"])["141038"]


def test_far_islands_have_nobody_near() -> None:
    """小笠原村 finds itself."""
    assert points.around(["134210"]) == {"134210": 0}
    assert points.around(["999999"]) == {}


def test_every_body_has_a_point() -> None:
    """Of today's table and of the former wards."""
    known = {point.code6 for point in points.points()}
    assert {body.code6 for body in (*reference.municipalities(), *reference.FORMER_WARDS) if body.kind != "prefecture"} <= known
