"""What is understood of an address, and that nothing odd ever fails."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from keynet_admin.public.query import Position, Search, read


@pytest.mark.parametrize(
    ("pairs", "name", "value"),
    [
        ([("prefecture", "45"), ("prefecture", "13"), ("prefecture", "45")], "prefecture", ("13", "45")),
        ([("job_type", "nurse"), ("job_type", "physician")], "job_type", ("physician", "nurse")),
        ([("municipality", "452068")], "municipality", "452068"),
        ([("engagement", "honorarium")], "engagement", ("honorarium",)),
        ([("weekday", "hol"), ("weekday", "mon")], "weekday", ("mon", "hol")),
        ([("pay_min", "1500")], "pay_min", 1500),
        ([("pay_min", "１，５００円")], "pay_min", 1500),
        ([("pay_min", "999999999")], "pay_min", 1_000_000),
        ([("single_day", "1")], "single_day", True),
        ([("blank_ok", "true")], "blank_ok", True),
        ([("training", "on")], "training", True),
        ([("training", "0")], "training", False),
        ([("car", "1")], "car", True),
        ([("online", "1")], "online", True),
        ([("part", "night"), ("part", "morning")], "part", ("morning", "night")),
        ([("from", "2021-06-01")], "begin", date(2021, 6, 1)),
        ([("to", "２０２１／６／３")], "end", date(2021, 6, 3)),
        ([("to", "2021年6月3日")], "end", date(2021, 6, 3)),
        ([("sort", "pay")], "sort", "pay"),
        ([("q", " 離島　 麻酔 ")], "q", "離島 麻酔"),
    ],
)
def test_a_value_is_understood(pairs: list[tuple[str, str]], name: str, value: object) -> None:
    search = read(MultiDict(pairs))
    assert getattr(search, name) == value
    assert search.problems == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("prefecture", "48"),
        ("prefecture", "1"),
        ("municipality", "452069"),
        ("municipality", "45206８"),
        ("job_type", "doctor"),
        ("engagement", "x"),
        ("weekday", "monday"),
        ("pay_min", "-1"),
        ("pay_min", "1e9"),
        ("pay_min", "たくさん"),
        ("single_day", "2"),
        ("sort", "random"),
        ("after", "???"),
        ("after", "bmV3fDIwMjEtMDItMzEgMDA6MDA6MDAuMDAwMDAwfDE"),
        ("q", "！？"),
        ("q", "\x00"),
        ("prefecture", "13\x00"),
        ("part", "noon"),
        ("from", "2021-02-30"),
        ("from", "0001-01-01"),
        ("to", "6月"),
        ("car", "yes please"),
    ],
)
def test_what_is_not_understood_is_left_out_and_named(name: str, value: str) -> None:
    search = read(MultiDict([(name, value)]))
    assert search == Search() or (name, value) == ("q", "\x00")
    assert bool(search.problems) is ((name, value) != ("q", "\x00"))
    assert "\x00" not in "".join(search.problems)


def test_a_name_that_is_not_known_is_ignored_and_named() -> None:
    search = read(MultiDict([("utm_source", "x"), ("<b>" + "n" * 90, ""), ("prefecture", "45")]))
    assert search == Search(prefecture=("45",))
    assert search.problems == (
        "条件の名前「utm_source」は分からないため、条件に入れていません。",
        f"条件の名前「<b>{'n' * 17}…」は分からないため、条件に入れていません。",
    )
    assert len(read(MultiDict([(f"n{number}", "") for number in range(50)])).problems) == 3


def test_a_long_search_is_cut_and_says_so() -> None:
    search = read(MultiDict([("q", "あ" * 3000)]))
    assert len(search.q) == 100
    assert search.problems


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["q", "prefecture", "after", "pay_min", "sort", "weekday", "part", "from", "to", "x"]), st.text(max_size=300)
        ),
        max_size=8,
    )
)
@settings(max_examples=150)
def test_reading_never_raises(pairs: list[tuple[str, str]]) -> None:
    search = read(MultiDict(pairs))
    assert read(MultiDict(search.pairs())).pairs() == search.pairs()


@pytest.mark.parametrize(
    "position",
    [Position("new", 42_000_000, 12), Position("pay", 1987, 3), Position("ending", 47_000_000, 9)],
)
def test_a_cursor_survives_the_address(position: Position) -> None:
    assert read(MultiDict([("sort", position.sort), ("after", position.text())])).after == position


def test_a_cursor_of_another_order_is_not_used() -> None:
    search = read(MultiDict([("sort", "pay"), ("after", Position("new", 42_000_000, 12).text())]))
    assert search.after is None
    assert search.problems


def test_each_condition_can_be_taken_off() -> None:
    search = read(MultiDict([("prefecture", "13"), ("prefecture", "45"), ("q", "麻酔"), ("pay_min", "1500"), ("blank_ok", "1")]))
    assert dict(search.applied()) == {
        "東京都": "/postings/?q=%E9%BA%BB%E9%85%94&prefecture=45&pay_min=1500&blank_ok=1",
        "宮崎県": "/postings/?q=%E9%BA%BB%E9%85%94&prefecture=13&pay_min=1500&blank_ok=1",
        "時間額 1,500円以上": "/postings/?q=%E9%BA%BB%E9%85%94&prefecture=13&prefecture=45&blank_ok=1",
        "ブランク可": "/postings/?q=%E9%BA%BB%E9%85%94&prefecture=13&prefecture=45&pay_min=1500",
        "「麻酔」": "/postings/?prefecture=13&prefecture=45&pay_min=1500&blank_ok=1",
    }


def test_time_conditions_can_be_taken_off() -> None:
    search = read(MultiDict([("part", "night"), ("from", "2021-06-01"), ("to", "2021-06-30"), ("car", "1")]))
    assert dict(search.applied()) == {
        "夜": "/postings/?from=2021-06-01&to=2021-06-30&car=1",
        "6/1(火)から": "/postings/?part=night&to=2021-06-30&car=1",
        "6/30(水)まで": "/postings/?part=night&from=2021-06-01&car=1",
        "自動車通勤可": "/postings/?part=night&from=2021-06-01&to=2021-06-30",
    }


def test_a_period_that_ends_before_it_begins_is_left_out_and_named() -> None:
    search = read(MultiDict([("from", "2021-06-02"), ("to", "2021-06-01")]))
    assert (search.begin, search.end) == (None, None)
    assert search.problems == ("期間の終わりが始まりより前のため、期間を条件に入れていません。",)
