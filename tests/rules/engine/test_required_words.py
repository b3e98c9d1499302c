"""The words of REQ-001 for each kind of field."""

import pytest

from keynet_admin.rules.engine.required_words import example_of, missing_note
from tests.rules.reading import field


@pytest.mark.parametrize(
    ("path", "what", "how", "example"),
    [
        ("postings.0.nonregular", "選ばれて", "はい・いいえのどちらかを選んでください。", "はい"),
        ("postings.0.duties", "選ばれて", "当てはまるものをすべて選んでください。", None),
        ("postings.0.shifts.0.days", "選ばれて", "当てはまるものをすべて選んでください。", None),
        ("postings.0.job_type", "選ばれて", "一覧から1つ選んでください。", "医師"),
        ("postings.0.headcount", "入力されて", "入力してください。", "15"),
        ("postings.0.term_start", "入力されて", "入力してください。", "2021/06/01"),
        ("contact.contact_last", "入力されて", "入力してください。", "川辺"),
        ("contact.contact_email", "入力されて", "ください。", "kenko@city.example.lg.jp"),
    ],
)
def test_words_for_what_is_missing(path: str, what: str, how: str, example: str | None) -> None:
    item = field(path)
    note = missing_note(path.partition(".")[0], item)
    assert what in note.message.what
    assert how in note.message.how
    assert note.example == example_of(item) == (item.choices[0].label if example is None else example)
