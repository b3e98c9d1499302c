"""Signs only save work: with every check run, and with the checks whose signs are seen, the answers are the same."""

import random
from copy import deepcopy
from datetime import date

import pytest

from keynet_admin.catalogue import SECTIONS
from keynet_admin.rules import RULES, Per, evaluate
from keynet_admin.rules.engine import evaluate as engine
from keynet_admin.rules.engine.signs import empty, has, one_of, some_row, together, typed_text, where
from keynet_admin.rules.engine.watch import ALL_SEEN, Watch
from keynet_admin.rules.words.plain import PUBLIC_TEXT, labels_say, says
from tests.rules.base_submission import ON, base_submission, changed, put

EXAMPLES = [example for rule in RULES for example in (*rule.good, *rule.bad)]
DAYS = (ON, date(2021, 4, 20), date(2022, 11, 7), date(2024, 6, 3))
NAMES = tuple(field.name for field in SECTIONS["postings"])


@pytest.fixture
def all_checks(monkeypatch):
    """Evaluates with every check of a posting, whatever signs are seen."""

    def judge(document, **how):
        with monkeypatch.context() as patch:
            patch.setattr(engine, "_posting_checks", lambda on, seen: tuple(pair for _, pair in engine._all_posting_checks(on)))
            return evaluate(document, **how).as_json()

    return judge


def test_examples_of_all_rows(all_checks):
    for example in EXAMPLES:
        document = changed(example.on, example.values)
        for partial in (False, True):
            assert evaluate(document, on=example.on, partial=partial).as_json() == all_checks(document, on=example.on, partial=partial)


def test_examples_mixed_with_each_other(all_checks):
    dice = random.Random(20210507)
    for _ in range(400):
        document, on = base_submission(ON), dice.choice(DAYS)
        for example in dice.sample(EXAMPLES, 4):
            for path, value in example.values.items():
                put(document, path, deepcopy(value))
        posting = document["postings"][0]
        if isinstance(posting, dict):
            for name in dice.sample(NAMES, 3):
                posting.pop(name, None)
        assert evaluate(document, on=on).as_json() == all_checks(document, on=on)


def test_an_ordinary_posting_needs_few_checks():
    document = evaluate(base_submission(ON), on=ON).normalized
    seen = engine._watch().seen(document["postings"][0], None, {})
    assert seen != ALL_SEEN
    assert len(engine._posting_checks(ON, seen)) < len(engine._all_posting_checks(ON)) / 4


def test_only_rows_of_a_posting_have_signs():
    assert not [rule.code for rule in RULES if rule.only_if and rule.per is not Per.POSTING]


SIGNS = [
    (one_of("overtime", "yes"), {"overtime": "yes"}, {"overtime": "no"}),
    (has("duties", "injection"), {"duties": ["filling", "injection"]}, {"duties": ["filling"]}),
    (has("duties", "injection"), {"duties": ["injection"]}, {"duties": []}),
    (empty("deadline"), {}, {"deadline": "2021-05-25"}),
    (empty("shifts"), {"shifts": []}, {"shifts": [{"start": "9:00"}]}),
    (empty("licenses"), {"licenses": None}, {"licenses": ["nurse"]}),
    (empty("title"), {"title": ""}, {"title": "看護師"}),
    (where("headcount", lambda n: n is not None and n > 30), {"headcount": 31}, {"headcount": 30}),
    (together(("term_start", "term_end"), lambda a, b: a == b), {"term_start": "2021-06-01", "term_end": "2021-06-01"}, {"term_end": "x"}),
    (
        some_row("pay_lines", ("min", "max"), lambda a, b: a > b),
        {"pay_lines": [{"min": 2, "max": 1}]},
        {"pay_lines": [{"min": 1, "max": 2}]},
    ),
    (says(lambda text: "派遣" in text), {"pay_note": "派 遣です"}, {"pay_note": "任用です"}),
    (says(lambda text: "派遣" in text, "title"), {"title": "派遣"}, {"pay_note": "派遣"}),
    (says(lambda text: "派遣" in text), {"duty_detail": "派遣" + "あ" * 900}, {"duty_detail": "あ" * 900}),
    (labels_say(lambda text: "男" in text), {"shifts": [{"name": "男"}]}, {"shifts": [{"name": "朝"}]}),
    (one_of("overtime", "yes") | empty("title"), {"title": None}, {"title": "看護師", "overtime": "no"}),
]


@pytest.mark.parametrize(("sign", "with_it", "without"), SIGNS)
def test_signs(sign, with_it, without):
    watch = Watch([sign])
    for _ in range(2):  # the second time from memory
        assert watch.seen(with_it, None, {}) == watch.bits([sign])
        assert watch.seen(without, None, {}) == 0


def test_what_was_typed_counts_as_typed():
    sign = typed_text("headcount", lambda text: "女" in text)
    watch = Watch([sign])
    assert watch.seen({"headcount": None}, {"headcount": "女10名"}, {}) == watch.bits([sign])
    assert watch.seen({"headcount": None}, {"headcount": ["女"]}, {}) == 0
    assert watch.seen({"headcount": None}, None, {}) == 0


def test_a_value_that_cannot_be_remembered_runs_every_check():
    assert Watch([one_of("overtime", "yes")]).seen({"overtime": {"a": 1}}, None, {}) == ALL_SEEN


def test_the_public_text_is_handed_on():
    memo: dict[str, object] = {}
    Watch([]).seen({"title": "看護師　募集", "venue_address": "中町", "documents": "履歴書"}, None, memo)
    assert memo["public"] == "看護師募集\n履歴書"
    assert "venue_address" not in PUBLIC_TEXT
