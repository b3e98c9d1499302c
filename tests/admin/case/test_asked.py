"""Findings as lines of choices, and what became of a return."""

from datetime import UTC, datetime

from keynet_admin.admin.case.answers import answers
from keynet_admin.admin.case.asked import asked_of, still_open
from keynet_admin.catalogue.difference import changes
from keynet_admin.models import Review, SubmissionFinding
from keynet_admin.rules.engine.rule import Finding, Level


def test_errors_come_first_and_the_same_finding_of_several_postings_is_one_line() -> None:
    same = [Finding("X-2", Level.WARNING, f"postings.{n}.insurance", f"募集{n + 1}の保険を確かめてください。") for n in range(20)]
    other = Finding("X-2", Level.WARNING, "postings.20.insurance", "別の言葉。")
    error = Finding("X-3", Level.ERROR, "postings.19.shifts.0.break", "休憩が足りません。")
    done = SubmissionFinding(rule="X-4", path="contact.contact_tel", level="warning", cleared_at=datetime(2021, 5, 7, tzinfo=UTC))
    cleared = Finding("X-4", Level.WARNING, "contact.contact_tel", "携帯電話です。")
    rows = {("X-4", "contact.contact_tel"): done}
    lines = asked_of([cleared, *same, other, error, Finding("N-1", Level.FIX, "contact.contact_ext", "")], rows)
    assert [(line.first.rule, line.place, len(line.paths), line.row is done) for line in lines] == [
        ("X-3", "C-20", 1, False),
        ("X-2", "C-1～C-20", 20, False),
        ("X-2", "C-21", 1, False),
        ("X-4", "B", 1, True),
    ]
    assert cleared not in still_open([cleared, error], rows)


def test_what_was_asked_stands_beside_what_became_of_it() -> None:
    """An empty cell and an unticked box are no change; what nobody asked for is flagged."""
    old = {"postings": [{"headcount": 3, "deadline": "2021-06-30", "shifts": [{"start": "09:00", "break": 30}], "other_req": "夜間"}]}
    new = {"postings": [{"headcount": 5, "deadline": "2021-06-30", "shifts": [{"start": "09:00", "break": 45}], "fixed_ot_excess": False}]}
    items = [
        {"path": "postings.0.shifts.0.break", "rule": "X-3", "message": "45分以上に"},
        {"path": "postings.0.deadline", "rule": "", "message": "公開の終わりより前に"},
    ]
    changed = changes(old, new)
    told, rest = answers(Review(items=items), changed, new, [])
    assert [(a.place, a.asked, a.pairs, a.open) for a in told] == [
        ("C-1 勤務時間帯 1 休憩", "45分以上に", (("30分", "45分"),), False),
        ("C-1 締切日", "公開の終わりより前に", (), False),
    ]
    assert [(a.place, a.pairs, a.flagged) for a in rest] == [
        ("C-1 募集人数", (("3名", "5名"),), True),
        ("C-1 その他の応募条件", (("夜間", ""),), True),
    ]
    assert not any(a.flagged for a in answers(Review(items=[]), changed, new, [])[1])
