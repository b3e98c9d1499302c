"""Choices: official and everyday words, one to one; words that fit two are offered."""

import itertools
from dataclasses import replace

import pytest

from keynet_admin.catalogue import SECTIONS, Field, Kind
from keynet_admin.rules.engine.result import Context
from keynet_admin.rules.engine.rule import Level
from keynet_admin.rules.normalise.choice_words import BOOLS, DOUBTFUL, ELSEWHERE, SEVERAL
from keynet_admin.rules.normalise.choices import read_choice, slug_of
from tests.rules.normalise.test_writings import narrow, wide
from tests.rules.reading import ON, field, read, refusal

SECTION = {f.name: section for section, fields in SECTIONS.items() for f in fields}
CHOICES = [f for fields in SECTIONS.values() for f in fields if f.kind in (Kind.CHOICE, Kind.MULTI)]


def path(name: str) -> str:
    """The path of a field by its name."""
    return f"postings.0.{name}" if SECTION[name] == "postings" else f"{SECTION[name]}.{name}"


@pytest.mark.parametrize("item", CHOICES, ids=lambda f: f.name)
def test_every_word_means_one_choice(item: Field):
    """A word for two choices of a field would be read as whichever stands first."""
    for one, other in itertools.combinations(item.choices, 2):
        mine = {one.slug, one.label, *one.aliases}
        theirs = Field("x", "", item.kind, choices=(other,))
        assert not [word for word in mine if slug_of(theirs, word)], (one.slug, other.slug)


@pytest.mark.parametrize("item", CHOICES, ids=lambda f: f.name)
def test_every_word_is_read_in_every_width_and_wrapping(item: Field):
    for choice in item.choices:
        wanted = choice.slug if item.kind is Kind.CHOICE else [choice.slug]
        for word in (choice.slug, choice.label, *choice.aliases):
            for typed in (word, wide(word), narrow(word), f" {word}\n", f"【{word}】", f"・{word}", f"{word}。"):
                result = read(path(item.name), typed)
                assert (result.value, result.understood) == (wanted, True), typed
                assert all(note.level is Level.FIX for note in result.notes)


@pytest.mark.parametrize("item", [f for f in CHOICES if f.name != "internal_no"], ids=lambda f: f.name)
def test_every_field_knows_other_words_than_its_labels(item: Field):
    assert sum(len(choice.aliases) for choice in item.choices) >= len(item.choices)


# A line a field: typed → slug.
OFFICIAL = {
    "org_type": "市役所 city,政令指定都市 city,町役場 town,広域連合 union,一部事務組合 union,東京23区 special_ward,県庁 prefecture",
    "mail_env": "支障なし fine,特に問題なし fine,添付ファイルが削除される stripped,無害化される stripped,不明 unknown",
    "job_type": "事務補助 clerical,一般事務 clerical,歯科医 dentist,放射線技師 radiological_technologist,職種：看護師 nurse",
    "engagement": "パートタイム会計年度任用職員 fiscal_year_part_time,会計年度任用職員（短時間勤務） fiscal_year_part_time,"
    "第1号会計年度任用職員 fiscal_year_part_time,フルタイム会計年度任用職員 fiscal_year_full_time,会計年度任用職員・フルタイム "
    "fiscal_year_full_time,任期付き職員 fixed_term_appointment,臨時的任用 temporary_appointment,特別職の非常勤職員 special_part_time,"
    "報償費による従事 honorarium,委託先雇用 contractor",
    "training": "有給 paid,研修あり（有給） paid,有(無給) unpaid,無 none,研修なし none,実施しない none",
    "venue_type": "保健センター health_center,市民体育館 gymnasium,小中学校 school,市役所 other_public,総合病院 medical,"
    "ショッピングモール private,巡回接種 mobile",
    "parking": "無料駐車場あり free,可・無料 free,マイカー通勤可（有料） paid,駐車場なし none,自動車通勤：不可 none",
    "smoking": "敷地内全面禁煙 no_smoking_site,敷地内完全禁煙 no_smoking_site,敷地内禁煙（特定屋外喫煙場所あり） "
    "no_smoking_site_outdoor_spot,建物内禁煙 no_smoking_indoors,屋内原則禁煙（喫煙専用室あり） indoors_with_room,屋外での就業 outdoors",
    "renewal": "更新なし none,更新する場合がある possible,再度の任用の可能性あり possible,原則更新 usual",
    "probation": "試用期間なし none,条件付採用期間1月 conditional_one_month,条件付き採用１ヵ月 conditional_one_month",
    "overtime": "残業なし no,超過勤務あり yes,時間外勤務：有 yes",
    "pay_type": "時給 hour,1時間当たり hour,日当 day,1コマ session,月給制 month",
    "fixed_ot": "含まない no,固定残業代：無 no,有り yes",
    "commute": "実費支給 actual,全額支給 actual,実費弁償 actual,定額支給 fixed,実費（上限あり） capped,支給なし none,通勤費：実費 actual",
    "accident": "労災 workers,労働者災害補償保険 workers,地方公務員災害補償 public_service,傷害保険加入 private_cover,無 none",
    "liability": "市が負担 municipality,賠償責任保険に加入 insured,その他 other",
    "experience": "経験不問 not_asked,未経験可 not_asked,不要 not_asked,必須 required,要経験 required,経験者歓迎 preferred,尚可 preferred",
    "age_limit": "不問 no,年齢不問 no,制限なし no,制限あり yes",
    "age_reason": "第1号 item_1,二号 item_2,3号のイ item_3_i,第三号ロ item_3_ro,３号ハ item_3_ha,例外事由3号ニ item_3_ni",
    "deadline_type": "期日指定 date,定員に達し次第 until_filled,採用決定次第 until_filled",
    "visibility": "公開する public,団体名・勤務場所を伏せる masked,公開しない private",
    "retention": "選考後廃棄 destroy,返還 return,文書管理規程による keep",
}
OFFICIAL_LISTS = {
    "duties": "受付・案内・誘導、電話応対 reception+telephone,ワクチンの希釈・充填 filling,問診票の確認 questionnaire,"
    "接種、経過観察 injection+observation,受付 システム入力 reception+data_entry,予診票確認と経過観察 questionnaire+observation",
    "insurance": "加入なし none,社会保険 health+pension,社会保険、雇用保険 health+pension+employment,健保・厚年・雇保 "
    "health+pension+employment,社会保険（健康保険・厚生年金） health+pension,健康保険及び厚生年金保険 health+pension,"
    "勤務時間に応じて加入 by_hours,健康・厚生・雇用 health+pension+employment,共済組合、厚生年金 health+pension",
    "licenses": "普通自動車運転免許 driving,普通自動車免許（ＡＴ限定可） driving,要普免 driving,正看護師 nurse,准看護師免許証 "
    "assistant_nurse,看護師免許、普通自動車免許 nurse+driving,医師の資格 physician,要看護師免許 nurse,不問 none,特になし none,"
    "保健師・看護師 public_health_nurse+nurse",
    "apply_by": "持参又は郵送 post+in_person,電話、Ｅメール phone+mail,電子メールまたは窓口 mail+in_person,当サイト site",
    "selection": "書類選考・面接 papers+interview,WEB面接 online_interview,書類審査及び面接試験 papers+interview",
}


@pytest.mark.parametrize(
    ("name", "typed", "slugs"),
    [(name, *line.rsplit(" ", 1)) for table in (OFFICIAL, OFFICIAL_LISTS) for name, lines in table.items() for line in lines.split(",")],
)
def test_official_words(name, typed, slugs):
    result = read(path(name), typed)
    assert result.understood, result.notes
    assert result.value == (slugs if name in OFFICIAL else slugs.split("+"))
    assert read(path(name), result.value) == (result.value, True, (), {})
    assert all(note.level is Level.FIX and note.message for note in result.notes)


def test_every_choice_field_stands_in_the_tables():
    assert {f.name for f in CHOICES} == {*OFFICIAL, *OFFICIAL_LISTS}


@pytest.mark.parametrize(
    ("name", "typed", "slug"),
    [
        # The report's own words and two siblings of each.
        ("engagement", "パートタイム会計年度任用職員", "fiscal_year_part_time"),
        ("engagement", "会計年度任用職員 パートタイム", "fiscal_year_part_time"),
        ("engagement", "フルタイム会計年度任用職員", "fiscal_year_full_time"),
        ("commute", "実費支給", "actual"),
        ("commute", "実費弁償", "actual"),
        ("commute", "定額支給", "fixed"),
        ("experience", "経験不問", "not_asked"),
        ("experience", "必須", "required"),
        ("experience", "経験者優遇", "preferred"),
        ("insurance", "加入なし", ["none"]),
        ("insurance", "未加入", ["none"]),
        ("insurance", "加入しない", ["none"]),
        ("smoking", "敷地内全面禁煙", "no_smoking_site"),
        ("smoking", "屋内全面禁煙", "no_smoking_indoors"),
        ("smoking", "敷地内は全面禁煙", "no_smoking_site"),
    ],
)
def test_the_words_of_report_own_03(name, typed, slug):
    assert read(path(name), typed).value == slug


@pytest.mark.parametrize(
    ("name", "typed", "offers"),
    [
        ("engagement", "会計年度任用職員", ("会計年度任用職員（パートタイム）", "会計年度任用職員（フルタイム）")),
        ("engagement", "パート", ("会計年度任用職員（パートタイム）", "特別職非常勤職員", "委託先による雇用")),
        ("engagement", "業務委託", ("委託先による雇用", "報償費による従事（雇用ではない）")),
        ("parking", "可", ("可（無料）", "可（有料）")),
        ("parking", "駐車場有り", ("可（無料）", "可（有料）")),
        ("training", "あり", ("あり（有給）", "あり（無給）")),
        ("smoking", "全面禁煙", ("敷地内禁煙", "屋内禁煙")),
        ("smoking", "分煙", ("敷地内禁煙（屋外に喫煙場所あり）", "屋内原則禁煙（喫煙室あり）")),
        ("renewal", "更新あり", ("あり得る", "原則あり")),
        ("probation", "試用期間1か月", ("条件付採用1か月", "その他")),
        ("overtime", "原則なし", ("なし", "あり")),
        ("pay_type", "月", ("月額",)),
        ("commute", "通勤費：支給あり", ("実費", "定額", "上限あり")),
        ("commute", "規定により支給", ("実費", "定額", "上限あり")),
        ("commute", "実費支給（片道2km以上）", ("実費",)),
        ("experience", "経験あり", ("あれば尚可", "必要")),
        ("age_reason", "3号", ("3号イ", "3号ロ", "3号ハ", "3号ニ")),
        ("retention", "返却しません", ("選考後に廃棄", "規程により保存")),
        ("deadline_type", "随時", ("充足次第", "日付で指定")),
        ("org_type", "市町村", ("市", "町", "村")),
        ("job_type", "看護職", ("看護師", "准看護師")),
        ("insurance", "社会保険完備", ("健康保険・共済、厚生年金、雇用保険", "勤務時間による")),
        ("insurance", "健康保険（週20時間以上）", ("健康保険・共済",)),
        ("licenses", "看護師又は准看護師", ("看護師免許、准看護師免許",)),
        ("licenses", "准看護師免許（3年以上）", ("准看護師免許",)),
        ("duties", "問診", ("予診（医師）", "予診票の確認・聞き取り補助")),
        ("smoking", "□敷地内禁煙", ("敷地内禁煙",)),
        ("commute", "実費？", ("実費",)),
    ],
)
def test_a_word_that_fits_several_choices_is_offered(name, typed, offers):
    result = read(path(name), typed)
    assert refusal(result) == "CHOICE-001"
    assert (result.value, result.notes[0].choices) == (typed, offers)
    assert all(read(path(name), offer).understood for offer in offers)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("commute", "実費ではない"),
        ("retention", "廃棄しない"),
        ("experience", "不問ではありません"),
        ("smoking", "禁煙ではない"),
        ("visibility", "非公開ではない"),
        ("licenses", "看護師免許以外"),
        ("parking", "有・無"),
        ("overtime", "あり・なし"),
        ("apply_by", "郵送不可"),
        ("engagement", "常勤"),
        ("insurance", "雇用保険なし"),
    ],
)
def test_a_word_denied_or_left_open_is_neither_taken_nor_offered(name, typed):
    result = read(path(name), typed)
    assert refusal(result) == "CHOICE-001"
    assert all(read(path(name), offer).understood and offer not in typed for offer in result.notes[0].choices)


@pytest.mark.parametrize("name", DOUBTFUL)
def test_doubtful_words_are_no_choice_and_their_offers_are(name):
    for typed, offers in DOUBTFUL[name]:
        assert not [word for word in typed.split() if slug_of(field(path(name)), word)]
        assert all(slug in {c.slug for c in field(path(name)).choices} for slug in offers.replace("+", " ").split())


def test_words_of_several_choices_are_none_of_the_choices():
    for name, words in SEVERAL.items():
        assert not [word for word in words if slug_of(field(path(name)), word)]


@pytest.mark.parametrize("accident", [None, "workers", "労災保険"])
@pytest.mark.parametrize("typed", ["雇用・労災・健康・厚生", ["雇用", "労災", "健康", "厚生"], "社会保険、雇用保険、労災保険"])
def test_the_cover_for_accidents_named_among_the_insurances_goes_to_its_field(typed, accident):
    result = read("postings.0.insurance", typed, {"accident": accident})
    assert (result.value, dict(result.also)) == (["health", "pension", "employment"], {"accident": "workers"})
    assert [note.name for note in result.notes] == ["", "accident"]


def test_nor_is_it_lost_where_that_field_says_another():
    assert refusal(read("postings.0.insurance", "雇用・労災", {"accident": "none"})) == "CHOICE-001"
    assert refusal(read("postings.0.insurance", "労災・公務災害")) == "CHOICE-001"
    assert set(ELSEWHERE) == {"insurance"}


def test_lists_from_a_file_are_read_part_by_part():
    assert read("postings.0.insurance", ["健康保険・厚生年金", "雇用保険"]).value == ["health", "pension", "employment"]
    assert read("postings.0.insurance", ["社会保険（健康保険", "厚生年金）", "雇用保険"]).value == ["health", "pension", "employment"]
    assert refusal(read("postings.0.insurance", ["健康保険", "年金基金"])) == "CHOICE-001"


@pytest.mark.parametrize(
    ("name", "yes", "no"),
    [
        ("nonregular", "非常勤 はい 有 臨時職員 ○ ☑", "常勤 いいえ 無 × □"),
        ("blank_ok", "可 ブランク可 ブランクOK 歓迎", "不可 ブランク不可"),
        ("also_junior", "可 准看護師も可", "不可 看護師のみ"),
        ("single_day", "1日だけでも可 単発可", "単発不可"),
        ("end_next_day", "翌日 はい", "当日 いいえ"),
        ("fixed_ot_excess", "別途支給 支給する", "支給しない"),
        ("share_private", "提供する 希望する", "提供しない 希望しない"),
        ("agree_terms", "同意します 同意済み 確認しました", "同意しない いいえ"),
    ],
)
def test_yes_and_no_in_the_words_of_the_field(name, yes, no):
    at = path(name) if name in SECTION else f"postings.0.shifts.0.{name}"
    for words, value in ((yes, True), (no, False)):
        for word in words.split():
            for typed in (word, wide(word), f" {word}\n"):
                assert read(at, typed).value is value, typed
    assert refusal(read(at, "応相談")) == "TYPE-001"


def test_the_words_of_yes_and_no_are_those_of_fields():
    assert all(name in SECTION or name == "end_next_day" for name in BOOLS)


@pytest.mark.parametrize(("count", "more"), [(1, ""), (7, ""), (8, ""), (9, "…"), (14, "…")])
def test_eight_choices_are_named(count, more):
    jobs = field("postings.0.job_type")
    few = replace(jobs, choices=jobs.choices[:count])
    assert read_choice(few, "x", Context(ON)).notes[0].message.how == (
        "次から選んでください：" + "、".join(choice.label for choice in jobs.choices[:8][:count]) + more
    )


@pytest.mark.parametrize(
    ("path", "typed", "value"),
    [
        ("postings.0.overtime", True, "yes"),
        ("postings.0.overtime", False, "no"),
        ("postings.0.overtime", 1, None),
        ("postings.0.overtime", ["yes"], None),
        ("postings.0.parking", True, None),
        ("postings.0.training", False, None),
    ],
)
def test_true_and_false_answer_yes_and_no(path, typed, value):
    result = read(path, typed)
    assert (result.value if result.understood else None) == value
    more = replace(field(path), choices=(*field(path).choices, field("postings.0.job_type").choices[-1]))
    assert read_choice(more, typed, Context(ON)).understood is (value is not None)


@pytest.mark.parametrize(("count", "understood"), [(2, True), (19, True), (20, False)])
def test_a_list_that_was_taken_apart_is_joined_again_while_it_is_short(count, understood):
    typed = ["社会保険（健康保険", "厚生年金）", *["雇用保険"] * (count - 2)]
    assert read("postings.0.insurance", typed).understood is understood


@pytest.mark.parametrize(
    ("path", "typed", "offers"),
    [
        ("postings.0.experience", "要らしい", ()),
        ("postings.0.parking", "料", ()),
        ("postings.0.parking", "可", ("可（無料）", "可（有料）")),
        ("postings.0.job_type", "看護師さん", ("看護師",)),
    ],
)
def test_words_of_one_letter_are_no_offer(path, typed, offers):
    result = read(path, typed)
    assert (refusal(result), result.notes[0].choices) == ("CHOICE-001", offers)
