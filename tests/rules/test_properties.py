"""Properties of every normaliser: never raises, idempotent, nothing cut."""

from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from keynet_admin.catalogue import SECTIONS, Field, Kind
from keynet_admin.rules import evaluate
from keynet_admin.rules.engine.result import Context
from keynet_admin.rules.engine.rule import Level
from tests.rules.base_submission import base_submission
from tests.rules.reading import ON, normalise

FIELDS: list[Field] = [f for fields in SECTIONS.values() for f in fields if f.kind is not Kind.ROWS]
FIELDS += [column for f in SECTIONS["postings"] for column in f.columns]
ONE_OF_A_KIND = list({(f.kind, f.name in ("headcount", "break"), f.max_length): f for f in FIELDS}.values())

# Text near what people type: digits of both widths, era letters, units, dashes, kana, and every other character now and then.
TYPED = st.text(
    st.one_of(
        st.sampled_from(
            "0123456789０１２３４５６７８９,，.．:：/-－−ー~～〜()（） 　年月日時分半円万千百名人週回翌令和平成RH元午前後月火水木金土祝約程度@内線"
        ),
        st.characters(),
    ),
    max_size=30,
)
SCALAR = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), TYPED)
JSON = st.recursive(
    SCALAR, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)), max_leaves=12
)


@pytest.mark.parametrize("field", ONE_OF_A_KIND, ids=lambda f: f"{f.kind}-{f.name}")
@settings(max_examples=60, deadline=None)
@given(typed=st.one_of(TYPED, JSON))
def test_never_raises_and_is_idempotent(field, typed):
    context = Context(ON, "45")
    first = normalise(field, typed, context)
    if not first.understood:
        assert any(note.level is Level.ERROR for note in first.notes)
        return
    if field.kind is Kind.AUTO and first.value is None:
        return
    second = normalise(field, first.value, context)
    assert second.understood
    assert second.value == first.value
    assert not [note for note in second.notes if note.level is Level.FIX]


NAMES = st.sampled_from([f.name for f in FIELDS] + ["shifts", "pay_lines", "postings", "organization", "", "unknown"])
RECORD = st.dictionaries(NAMES, st.one_of(TYPED, JSON), max_size=8)
ROWS = st.one_of(JSON, st.lists(st.one_of(JSON, RECORD), max_size=8))
POSTING = st.builds(lambda a, b, c: {**a, "shifts": b, "pay_lines": c}, RECORD, ROWS, ROWS)
SUBMISSION = st.one_of(
    JSON,
    st.fixed_dictionaries(
        {
            "organization": st.one_of(JSON, RECORD),
            "contact": st.one_of(JSON, RECORD),
            "postings": st.one_of(JSON, st.lists(st.one_of(JSON, POSTING), max_size=3)),
            "confirmation": st.one_of(JSON, RECORD),
        }
    ),
)


@example(submission={"confirmation": {"¹": None}}, on=date(2020, 1, 1), partial=True)
@settings(max_examples=150, deadline=None)
@given(submission=SUBMISSION, on=st.dates(date(2020, 1, 1), date(2030, 1, 1)), partial=st.booleans())
def test_any_json_is_judged(submission, on, partial):
    result = evaluate(submission, on=on, partial=partial)
    for finding in result.findings:
        assert finding.message


@settings(max_examples=60, deadline=None)
@given(name=st.sampled_from([f.name for f in SECTIONS["postings"]]), value=st.one_of(TYPED, JSON))
def test_one_strange_value_in_a_valid_posting(name, value):
    document = base_submission(ON)
    document["postings"][0][name] = value
    evaluate(document, on=ON)


@settings(max_examples=40, deadline=None)
@given(name=st.sampled_from([c.name for f in SECTIONS["postings"] for c in f.columns]), value=st.one_of(TYPED, JSON))
def test_one_strange_value_in_a_row(name, value):
    document = base_submission(ON)
    for rows in ("shifts", "pay_lines"):
        document["postings"][0][rows][0][name] = value
    evaluate(document, on=ON)


def test_a_normalised_document_is_normalised_unchanged():
    for on in (date(2021, 5, 7), date(2022, 11, 7), date(2024, 5, 13), date(2026, 11, 16)):
        first = evaluate(base_submission(on), on=on)
        second = evaluate(first.normalized, on=on)
        assert second.normalized == first.normalized
        assert not second.at(Level.FIX)
