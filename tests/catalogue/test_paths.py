"""Dotted places and eras: one table each, for everything that reads or writes them."""

from datetime import date
from typing import Any

import pytest

from keynet_admin.catalogue import field_at, label_at
from keynet_admin.catalogue.eras import ERAS, wareki
from keynet_admin.catalogue.paths import put, walk

DOCUMENT = {"organization": {"lg_code": "452068"}, "postings": [{"title": "看護師", "pay_lines": [{"min": 1}, {"min": 2}]}]}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("organization.lg_code", "452068"),
        ("postings.0.pay_lines.1.min", 2),
        ("postings.0.title.x", None),
        ("postings.1.title", None),
        ("postings.x.title", None),
        ("postings.٠.title", None),
        ("contact", None),
        ("postings.0.pay_lines", [{"min": 1}, {"min": 2}]),
    ],
)
def test_walk(path: str, value: Any) -> None:
    assert walk(DOCUMENT, path) == value


@pytest.mark.parametrize("path", ["organization.org_name", "postings.0.title", "postings.2.title", "postings.0.pay_lines.3.max"])
def test_put_makes_the_way(path: str) -> None:
    for document in ({}, {"organization": None, "postings": "x"}, {"postings": [None]}):
        put(document, path, "値")
        assert walk(document, path) == "値"


@pytest.mark.parametrize(
    ("path", "name", "label"),
    [
        ("postings.1.pay_lines.0.min", "min", "募集2 報酬の額 1 下限"),
        ("postings.0.title", "title", "募集1 募集の見出し"),
        ("postings.0.pay_lines.2", "pay_lines", "募集1 報酬の額 3"),
        ("postings.0.nothing", None, "募集1"),
        ("postings", None, "募集情報"),
        ("organization", None, "団体"),
        ("organization.org_name", "org_name", "団体名"),
        ("unknown.place", None, "unknown.place"),
        # Found by the fuzz: a form's button may name anything.
        ("0.5", None, "0.5"),
        ("0", None, "0"),
        ("", None, "申請全体"),
        ("..", None, ".."),
    ],
)
def test_field_and_label(path: str, name: str | None, label: str) -> None:
    found = field_at(path)
    assert (found.name if found else None, label_at(path)) == (name, label)


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(1868, 1, 1), "明治元年1月1日"),
        (date(1868, 1, 24), "明治元年1月24日"),
        (date(1867, 12, 31), "1867年12月31日"),
    ],
)
def test_eras(day: date, text: str) -> None:
    assert wareki(day) == text
    assert [era.first for era in ERAS] == sorted((era.first for era in ERAS), reverse=True)
