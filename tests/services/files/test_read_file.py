"""Files of submissions: each format gives the same entries, and what cannot be read is named by row, never raised."""

import json
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keynet_admin.services.files.read_file import MAX_LINE, UnknownFormat, count_lines, read_file
from keynet_admin.services.files.rows import FileSubmission, Place, Refusal

SUBMISSION = {
    "organization": {"lg_code": "452068", "org_name": "日向市"},
    "contact": {"contact_email": "vaccine@city.hyuga-test.lg.jp"},
    "postings": [{"title": "集団接種会場の看護師"}],
    "confirmation": {"agree_terms": "はい"},
}


def jsonl(tmp_path: Path, *lines: bytes | str) -> Path:
    """A .jsonl file of these lines."""
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"\n".join(line.encode() if isinstance(line, str) else line for line in lines))
    return path


def test_a_bare_submission_and_a_wrapper(tmp_path: Path) -> None:
    wrapper = {"id": "s01", "reference_date": "2021-05-07", "submission": SUBMISSION, "note": "ignored"}
    path = jsonl(tmp_path, json.dumps(SUBMISSION), "", json.dumps(wrapper))
    assert list(read_file(path)) == [
        FileSubmission(1, SUBMISSION, last_line=1),
        FileSubmission(3, SUBMISSION, "s01", date(2021, 5, 7), last_line=3),
    ]
    assert count_lines(path) == 3


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"{not json", "JSONとして読めません"),
        (b"[1, 2]", "オブジェクト"),
        (b'"text"', "オブジェクト"),
        (b'{"organization": {"org_name": "\xff\xfe"}}', "UTF-8ではありません（32バイト目）"),
        (b'{"organization": {"org_name": "\x00"}}', "JSONとして読めません"),
        (b'{"id": 1, "id": 2}', "同じ名前「id」が2回"),
        (b'{"a": NaN}', "JSONとして読めません"),
        (b'{"a": ' + b"9" * 5000 + b"}", "JSONとして読めません"),
        (b"[" * 100_000 + b"]" * 100_000, "JSONとして読めません"),
        (b'{"submission": []}', "submission がオブジェクトではありません"),
        (b'{"submission": {}, "reference_date": "5/7"}', "reference_date"),
        (b'{"submission": {}, "reference_date": 20210507}', "reference_date"),
        (b'{"submission": {}, "reference_date": "2021-02-30"}', "reference_date"),
        (b'{"x": "' + b"a" * 10_000_000 + b'"}', "1行が長すぎます"),
    ],
    ids=range(14),
)
def test_a_bad_line_is_named_and_the_next_one_read(tmp_path: Path, line: bytes, words: str) -> None:
    first, second, third = read_file(jsonl(tmp_path, "{}", line, json.dumps(SUBMISSION)))
    assert (first.line, second.line, third.line) == (1, 2, 3)
    assert isinstance(second, Refusal)
    assert words in second.message
    assert third == FileSubmission(3, SUBMISSION, last_line=3)


def test_a_line_of_exactly_the_limit_is_read(tmp_path: Path) -> None:
    line = b'{"a": "' + b"x" * (MAX_LINE - 10) + b'"}\n'
    assert len(line) == MAX_LINE
    (entry,) = read_file(jsonl(tmp_path, line))
    assert isinstance(entry, FileSubmission)


def test_escaped_nul_and_lone_surrogates_are_kept_as_typed(tmp_path: Path) -> None:
    (entry,) = read_file(jsonl(tmp_path, r'{"organization": {"org_name": "a\u0000b\ud800"}}'))
    assert isinstance(entry, FileSubmission)
    assert entry.submission["organization"]["org_name"] == "a\x00b\ud800"


def test_a_byte_order_mark_and_windows_line_ends_are_no_matter(tmp_path: Path) -> None:
    (entry,) = read_file(jsonl(tmp_path, b"\xef\xbb\xbf" + json.dumps(SUBMISSION).encode() + b"\r\n"))
    assert entry == FileSubmission(1, SUBMISSION, last_line=1)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([".jsonl", ".csv", ".xlsx"]))
def test_no_bytes_raise(tmp_path: Path, content: bytes, suffix: str) -> None:
    path = tmp_path / f"any{suffix}"
    path.write_bytes(content)
    for item in read_file(path):
        assert isinstance(item, (FileSubmission, Refusal))


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat, match=r"\.jsonl"):
        read_file(tmp_path / "rows.pdf")


HEADER = (
    "id,reference_date,organization-lg_code,organization-org_name,contact-contact_email,"
    "title,duties,shifts-0-start,pay_lines-1-min,confirmation-agree_terms"
)
TABLE = f"""{HEADER}
a,2021-05-07,452068,日向市,v@city.hyuga-test.lg.jp,看護師の募集,"予診票の確認・聞き取り補助、接種（注射）",13:00,"1,987円",はい
,,452068,日向市,v@city.hyuga-test.lg.jp,事務職員の募集,受付・案内・誘導,9:00,,
b,,452068,日向市,other@city.hyuga-test.lg.jp,医師の募集,,,,はい
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_csv_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(TABLE.encode(encoding))
    first, second = read_file(path)
    assert isinstance(first, FileSubmission)
    assert (first.line, first.lines, first.id, first.reference_date) == (2, (2, 3), "a", date(2021, 5, 7))
    assert first.submission == {
        "organization": {"lg_code": "452068", "org_name": "日向市"},
        "contact": {"contact_email": "v@city.hyuga-test.lg.jp"},
        "postings": [
            {
                "title": "看護師の募集",
                "duties": ["予診票の確認・聞き取り補助", "接種（注射）"],
                "shifts": [{"start": "13:00"}],
                "pay_lines": [{}, {"min": "1,987円"}],
            },
            {"title": "事務職員の募集", "duties": ["受付・案内・誘導"], "shifts": [{"start": "9:00"}]},
        ],
        "confirmation": {"agree_terms": "はい"},
    }
    assert first.cell("postings.1.shifts.0.start") == Place(3, "shifts-0-start", "H")
    assert first.cell("organization.lg_code") == Place(2, "organization-lg_code", "C")
    assert isinstance(second, FileSubmission)
    assert (second.line, second.id) == (4, "b")


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ("lg_code,title\n452068,a\n", 1, "「lg_code」：この列の名前は申請フォームにありません。見出しの行には様式の3行目"),
        ("title,title\na,b\n", 1, "同じ名前の列が2つあります。片方を消して"),
        ("\n\n", 1, "見出しの行（様式の3行目にある英字の名前）がありません。様式をダウンロード"),
        ("title\na,b\n", 2, "2列目に、見出しのない値"),
        ("title,reference_date\na,5/7\n", 2, "reference_date"),
        ('title\n"' + "x" * 200_000 + '"\n', 2, "CSVとして読めません"),
    ],
    ids=["unknown column", "doubled column", "no heading", "value without heading", "bad date", "field too long"],
)
def test_a_bad_table_is_named_by_row(tmp_path: Path, content: str, line: int, words: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(content, encoding="utf-8")
    problem = next(iter(read_file(path)))
    assert isinstance(problem, Refusal)
    assert problem.line == line
    assert words in problem.message


def test_bytes_of_no_known_encoding(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes("title\nあ\n".encode("utf-16"))
    (problem,) = read_file(path)
    assert isinstance(problem, Refusal)
    assert "文字コードがUTF-16です" in problem.message


def test_excel_values_become_what_somebody_would_type(tmp_path: Path) -> None:
    path = tmp_path / "rows.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["organization-lg_code", "title", "headcount", "term_start", "shifts-0-start", "nonregular", "weekly_hours"])
    sheet.append([452068, "看護師", 15.0, datetime(2021, 6, 1), time(13, 0), True, 14.5])  # noqa: DTZ001
    book.save(path)
    (entry,) = read_file(path)
    assert isinstance(entry, FileSubmission)
    assert entry.submission["organization"] == {"lg_code": "452068"}
    assert entry.submission["postings"] == [
        {
            "title": "看護師",
            "headcount": 15,
            "term_start": "2021-06-01",
            "shifts": [{"start": "13:00"}],
            "nonregular": True,
            "weekly_hours": 14.5,
        }
    ]


def test_a_file_that_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "rows.xlsx"
    path.write_bytes(b"PK\x03\x04 not a zip")
    (problem,) = read_file(path)
    assert isinstance(problem, Refusal)
    assert "Excel" in problem.message
