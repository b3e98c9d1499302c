"""The second lock: what the public table shows of a masked posting, whatever its texts say. The phrasings are those of PUB-005."""

import pytest

from keynet_admin.catalogue import reference
from keynet_admin.models import Organization
from keynet_admin.services.listing.publish import HIDDEN, public_content
from tests.rules.base_submission import base_submission
from tests.rules.families.test_phrasings import Row, rows


def _shown(row: Row) -> str:
    """What the table would show of a field of a posting of that body."""
    document = base_submission()
    body = reference.municipality(row["more"].removeprefix("body="))
    assert body is not None
    organization = Organization(
        lg_code=body.code6,
        union_name="",
        name=body.name,
        kana=body.kana,
        prefecture_code=body.prefecture_code,
        org_type=body.kind,
        details={**document["organization"], "org_url": "https://www.city.hyuga-test.lg.jp/"},
    )
    posting = {**document["postings"][0], "visibility": "masked"}
    posting[row["field"].split(".")[0]] = [{"name": row["text"]}] if row["field"].startswith("shifts.") else row["text"]
    value = public_content(organization, posting)["posting"][row["field"].split(".")[0]]
    return str(value[0]["name"] if isinstance(value, list) else value)


@pytest.mark.parametrize("row", rows("masking"), ids=lambda row: row["text"])
def test_the_second_lock_hides_what_the_rule_finds(row: Row) -> None:
    shown = _shown(row)
    assert (HIDDEN in shown) is (row["verdict"] == "found"), shown
    assert shown == row["text"] or row["verdict"] == "found"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("やまがたしの会場", f"{HIDDEN}の会場"),
        ("山・形・市の会場", f"{HIDDEN}の会場"),
        ("Yamagata City会場", f"{HIDDEN}会場"),
        ("山形県内の市", "山形県内の市"),
        ("電話は〇九八二（〇〇）〇〇〇一です", f"電話は{HIDDEN}です"),
        ("ｶﾞｲﾄﾞ 062014 の市", f"ｶﾞｲﾄﾞ {HIDDEN} の市"),
        ("city[.]yamagata[dot]jp を見る", f"{HIDDEN} を見る"),
    ],
)
def test_what_is_hidden_is_cut_out_where_it_stands(text: str, shown: str) -> None:
    assert _shown({"field": "title", "text": text, "more": "body=062014", "verdict": ""}) == shown
