"""From a posted form to a typed document, and the buttons that work without script."""

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from keynet_admin.catalogue import CONFIRMATION, MAX_POSTINGS
from keynet_admin.web import form_reader


def _read(*pairs: tuple[str, str]) -> dict[str, Any]:
    return form_reader.read(MultiDict(pairs)).document


def test_names_nest_as_in_the_contract() -> None:
    document = _read(
        ("organization-lg_code", "４５２０６８"),
        ("contact-contact_email", " a@city.example "),
        ("postings-0-job_type", "nurse"),
        ("postings-0-shifts-0-start", "午後1時"),
        ("postings-0-shifts-0-days", "mon"),
        ("postings-0-shifts-0-days", "tue"),
        ("postings-0-pay_lines-1-min", "1,472円"),
        ("postings-0-pay_lines-0-min", "1,000"),
        ("confirmation-agree_terms", "1"),
    )
    assert document["organization"] == {"lg_code": "４５２０６８"}
    assert document["contact"] == {"contact_email": " a@city.example "}
    posting = document["postings"][0]
    assert posting["job_type"] == "nurse"
    assert posting["shifts"] == [{"days": ["mon", "tue"], "start": "午後1時", "end_next_day": False}]
    assert [row["min"] for row in posting["pay_lines"]] == ["1,000", "1,472円"]
    assert document["confirmation"]["agree_terms"] is True


def test_what_is_not_ticked_is_false_and_what_is_not_chosen_is_empty() -> None:
    document = _read(("postings-0-title", "x"))
    posting = document["postings"][0]
    assert posting["share_nc"] is False
    assert posting["licenses"] == []
    assert posting["shifts"] == []
    assert document["confirmation"] == dict.fromkeys((spec.name for spec in CONFIRMATION), False)


@pytest.mark.parametrize(("sent", "value"), [("1", True), ("on", True), ("true", True), ("", False), ("はい", "はい"), ("0", "0")])
def test_tick_boxes_keep_unknown_words(sent: str, value: bool | str) -> None:
    assert _read(("postings-0-blank_ok", sent))["postings"][0]["blank_ok"] == value


def test_postings_are_numbered_anew_and_21_are_kept() -> None:
    document = _read(*((f"postings-{3 * i}-title", f"募集{i}") for i in range(MAX_POSTINGS + 1)))
    assert [p["title"] for p in document["postings"]] == [f"募集{i}" for i in range(MAX_POSTINGS + 1)]


def test_seven_rows_are_kept() -> None:
    document = _read(*((f"postings-0-shifts-{i}-start", f"{i}:00") for i in range(7)))
    assert len(document["postings"][0]["shifts"]) == 7


def test_empty_rows_at_the_end_are_left_out_but_not_between() -> None:
    pairs = [("postings-0-shifts-0-start", ""), ("postings-0-shifts-1-start", "9:00"), ("postings-0-shifts-2-start", "")]
    assert [row.get("start") for row in _read(*pairs)["postings"][0]["shifts"]] == ["", "9:00"]
    assert len(_read(*pairs, ("add", "postings-0-pay_lines"))["postings"][0]["shifts"]) == 3


@pytest.mark.parametrize(
    "name",
    [
        "postings-x-title",
        "postings--1-title",
        "postings-0-title-0-min",
        "postings-0-shifts-0-evil",
        "postings-0-evil",
        "role",
        "organization-status",
        "postings-9999999-title",
        "postings-１-title",
        "postings-0-shifts-0",
    ],
)
def test_names_that_are_not_ours_change_nothing(name: str) -> None:
    document = _read((name, "何か"))
    assert "何か" not in str(document)


def test_a_scalar_sent_twice_with_different_values_is_an_error_at_its_field() -> None:
    data = MultiDict(
        [("postings-3-title", "甲"), ("postings-3-title", "乙"), ("organization-org_name", "市"), ("organization-org_name", "市")]
    )
    reading = form_reader.read(data)
    assert reading.document["postings"][0]["title"] == "甲"
    (found,) = reading.doubled
    assert (found.path, found.level, found.typed) == ("postings.0.title", "error", ["甲", "乙"])
    assert "「甲」と「乙」" in found.message


def test_one_posting_has_names_without_a_prefix() -> None:
    reading = form_reader.read_posting(
        MultiDict([("title", "x"), ("shifts-0-start", "9:00"), ("csrf_token", "t"), ("version", "1"), ("title", "y")])
    )
    assert reading.document["title"] == "x"
    assert reading.document["shifts"][0]["start"] == "9:00"
    assert "version" not in reading.document
    assert reading.doubled[0].path == "postings.0.title"


def _document() -> dict[str, Any]:
    return {"postings": [{"title": "a", "shifts": [{"start": "9"}, {"start": "10"}]}, {"title": "b"}]}


@pytest.mark.parametrize(
    ("button", "value", "goes_to", "shape"),
    [
        ("add", "postings", "postings-2", [2, 0, 0]),
        ("add", "postings-0-shifts", "postings-0-shifts-2", [3, 0]),
        ("add", "postings-1-shifts", "postings-1-shifts-1", [2, 2]),
        ("remove", "postings-0", "postings-0", [0]),
        ("remove", "postings-1", "postings-0", [2]),
        ("remove", "postings-0-shifts-0", "postings-0-shifts", [1, 0]),
        ("copy", "postings-0", "postings-2", [2, 0, 2]),
        ("copy", "0", "postings-2", [2, 0, 2]),
        ("add", "postings-7-shifts", "main", [2, 0]),
        ("add", "postings-0-title", "main", [2, 0]),
        ("add", "organization", "main", [2, 0]),
        ("remove", "postings-0-shifts-9", "main", [2, 0]),
        ("remove", "postings-0-shifts-x", "main", [2, 0]),
        ("remove", "postings-9", "main", [2, 0]),
        ("remove", "shifts", "main", [2, 0]),
        ("copy", "9", "main", [2, 0]),
    ],
)
def test_buttons(button: str, value: str, goes_to: str, shape: list[int]) -> None:
    document = _document()
    assert form_reader.apply_buttons(document, {button: value}) == goes_to
    assert [len(posting.get("shifts", [])) for posting in document["postings"]] == shape


def test_no_button_no_change() -> None:
    document = _document()
    assert form_reader.apply_buttons(document, {"do": "confirm"}) is None
    assert document == _document()


def test_a_copy_is_its_own() -> None:
    document = _document()
    form_reader.apply_buttons(document, {"copy": "postings-0"})
    document["postings"][2]["shifts"][0]["start"] = "changed"
    assert document["postings"][0]["shifts"][0]["start"] == "9"


def test_a_new_posting_has_the_catalogues_defaults() -> None:
    document = _document()
    form_reader.apply_buttons(document, {"add": "postings"})
    assert document["postings"][2]["share_nc"] is True


def test_twenty_postings_and_six_rows_are_the_most_a_button_makes() -> None:
    document = {"postings": [{"shifts": [{}] * 6} for _ in range(MAX_POSTINGS)]}
    form_reader.apply_buttons(document, {"add": "postings"})
    form_reader.apply_buttons(document, {"copy": "postings-0"})
    form_reader.apply_buttons(document, {"add": "postings-0-shifts"})
    assert len(document["postings"]) == MAX_POSTINGS
    assert len(document["postings"][0]["shifts"]) == 6


def test_removing_the_only_posting_leaves_an_empty_one() -> None:
    document: dict[str, Any] = {"postings": [{"title": "a"}]}
    form_reader.apply_buttons(document, {"remove": "postings-0"})
    assert [posting.get("title") for posting in document["postings"]] == [None]


def test_buttons_of_one_posting() -> None:
    posting: dict[str, Any] = {"shifts": [{"start": "9"}]}
    assert form_reader.apply_buttons(posting, {"add": "shifts"}) == "shifts-1"
    assert form_reader.apply_buttons(posting, {"remove": "shifts-0"}) == "shifts"
    assert posting["shifts"] == [{}]


@pytest.mark.parametrize(
    ("value", "path", "chosen"),
    [
        ("postings-0-title=2021-06-07", ("postings", 0, "title"), "2021-06-07"),
        ("postings-0-shifts-1-start=13:00", ("postings", 0, "shifts", 1, "start"), "13:00"),
    ],
)
def test_choosing_one_of_two_readings(value: str, path: tuple[Any, ...], chosen: str) -> None:
    document: Any = _document()
    assert form_reader.apply_buttons(document, {"choose": value}) == value.partition("=")[0]
    for part in path:
        document = document[part]
    assert document == chosen


@pytest.mark.parametrize(
    "value",
    ["postings=x", "postings-0-evil=x", "postings-0-licenses=x", "postings-0-shifts=x", "postings-9-title=x", "nowhere-1=x", "=", "x"],
)
def test_a_made_up_choice_breaks_nothing(value: str) -> None:
    document = _document()
    form_reader.apply_buttons(document, {"choose": value})
    assert document == _document()
