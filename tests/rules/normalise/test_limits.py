"""Every limit of the normalisers is tested at it and beside it."""

from datetime import date
from typing import Any

import pytest

from keynet_admin.rules.engine.result import Context
from keynet_admin.rules.engine.rule import Level
from keynet_admin.rules.normalise import characters as ch
from keynet_admin.rules.normalise import choices, codes, hours, money, numbers
from keynet_admin.rules.normalise.any_kind.none_words import says_none
from keynet_admin.rules.normalise.text import tidy
from tests.rules.normalise.tables import limits_of_days as days
from tests.rules.normalise.tables import limits_of_numbers as limits
from tests.rules.reading import field, read, refusal

FROM, TO, START, END = days.FROM, days.TO, days.START, days.END


@pytest.mark.parametrize(("path", "row"), [(path, row) for path, rows in (limits.TAKEN | days.TAKEN).items() for row in rows])
def test_taken(path: str, row: tuple[Any, ...]) -> None:
    typed, value, also, loud, *_ = (*row, *({}, "")[len(row) - 2 :])
    result = read(path, typed)
    assert result.understood, result.notes
    assert (result.value, type(result.value), dict(result.also)) == (value, type(value), also)
    assert " ".join(note.rule for note in result.notes if note.level is not Level.FIX) == loud


@pytest.mark.parametrize(("path", "row"), [(path, row) for path, rows in (limits.REFUSED | days.REFUSED).items() for row in rows])
def test_refused(path: str, row: tuple[Any, ...]) -> None:
    typed, rule, offers, example, *_ = (*row, *((), (limits.USUAL_EXAMPLE | days.USUAL_EXAMPLE)[path])[len(row) - 2 :])
    result = read(path, typed)
    assert refusal(result) == rule
    assert (result.value, result.notes[0].choices, result.notes[0].example) == (typed, offers, example)


@pytest.mark.parametrize(
    ("on", "path", "typed", "wanted"),
    [
        (date(2021, 3, 31), TO, "年度末", "2021-03-31"),
        (date(2021, 4, 1), TO, "年度末", "2022-03-31"),
        (date(2021, 3, 31), TO, "本年度末", "2021-03-31"),
        (date(2021, 4, 1), TO, "本年度末", "2022-03-31"),
        (date(2021, 3, 31), FROM, "本年度", ("2020-04-01", "2021-04-01")),
        (date(2021, 4, 1), FROM, "本年度", ("2021-04-01", "2022-04-01")),
        (date(2021, 3, 31), FROM, "来年度", ("2021-04-01",)),
        (date(2021, 4, 1), FROM, "翌年度", ("2022-04-01",)),
        (date(2021, 7, 4), TO, "4月末", ("2022-04-30",)),
        (date(2021, 7, 5), TO, "4月末", "2022-04-30"),
        (date(2021, 5, 31), FROM, "5月末", ("2021-05-31", "2022-05-31")),
        (date(2021, 6, 1), FROM, "5月末", ("2022-05-31",)),
        (date(2023, 6, 1), FROM, "2/29", ("2024-02-29",)),
        (date(2022, 6, 1), FROM, "2/29", ()),
        (date(2023, 6, 1), FROM, "2/29(木)", "2024-02-29"),
    ],
)
def test_what_hangs_on_the_day(on: date, path: str, typed: str, wanted: Any) -> None:
    result = read(path, typed, on=on)
    assert (result.value if result.understood else result.notes[0].choices) == wanted


@pytest.mark.parametrize(
    ("path", "typed", "record", "wanted"),
    [
        (TO, "年度末", {"term_start": "2022-03-31"}, "2022-03-31"),
        (TO, "年度末", {"term_start": "2022-04-01"}, "2023-03-31"),
        (TO, "5月末", {"term_start": "2022-05-31"}, "2022-05-31"),
        (TO, "5月末", {"term_start": "2022-06-01"}, "2023-05-31"),
        (TO, "5月末", {"term_start": "2022-06-01" + " " * 390}, "2023-05-31"),
        (TO, "5月末", {"term_start": "2022-06-01" + " " * 391}, ("2021-05-31", "2022-05-31")),
        (START, "9:00～17:00", {"end": "17:00"}, "09:00"),
        (START, "9:00～17:00", {"end": "17:01"}, ("09:00",)),
        (START, "9:00～", {"end": "17:00"}, "09:00"),
        (START, "9:00～", {}, ()),
        (END, "17:00まで", {"start": "9:00"}, "17:00"),
        (END, "17:00まで", {}, ()),
        (START, "9:00～17:00(休憩60分)", {"break": 60}, "09:00"),
        (START, "9:00～17:00(休憩60分)", {"break": "1時間"}, "09:00"),
        (START, "9:00～17:00(休憩60分)", {"break": 61}, ()),
        (limits.MIN, "平日1,472円", {"label": "平日の昼"}, 1472),
        (limits.MIN, "平日1,472円", {"label": "土日"}, ()),
    ],
)
def test_what_hangs_on_another_field(path: str, typed: str, record: dict[str, Any], wanted: Any) -> None:
    result = read(path, typed, record)
    assert (result.value if result.understood else result.notes[0].choices) == wanted


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("〇", 0),
        ("九", 9),
        ("十", 10),
        ("拾", 10),
        ("二十", 20),
        ("百", 100),
        ("千", 1000),
        ("阡", 1000),
        ("千百十一", 1111),
        ("二〇二一", 2021),
        ("万", 10000),
        ("一万", 10000),
        ("十万", 100_000),
        ("九千九百九十九万九千九百九十九", 99_999_999),
        ("壱弐参四五", 12345),
        ("十十", None),
        ("百千", None),
        ("万万", None),
        ("一円", None),
    ],
)
def test_numbers_in_kanji(text: str, value: int | None) -> None:
    assert numbers.from_kanji(text) == value


@pytest.mark.parametrize(
    ("text", "value"), [("1,234", "1234"), ("123,456", "123456"), ("1,234,567", "1234567"), ("12,34", None), ("1234,567", None), ("1", "1")]
)
def test_commas_stand_before_groups_of_three(text: str, value: str | None) -> None:
    assert numbers.commas(text) == value


@pytest.mark.parametrize(
    ("text", "value"), [("1百", 100), ("1千", 1000), ("1万", 10000), ("0.0001万", 1), ("1万2千3百45", 12345), ("", None), ("1万5", None)]
)
def test_amounts(text: str, value: int | None) -> None:
    assert money.amount(text) == value


@pytest.mark.parametrize(
    ("text", "value"), [("7:59", 7 + 59 / 60), ("7:60", None), ("90分", 1.5), ("7時間半29分", 7 + 59 / 60), ("7時間半30分", None)]
)
def test_hours(text: str, value: float | None) -> None:
    found = hours.hours_of(text)
    assert (found if found is None else float(found)) == value


NOTE, URL = "postings.0.workdays_note", "organization.org_url"


@pytest.mark.parametrize(
    ("path", "typed", "told"),
    [
        (limits.CODE, "45206", "検査数字を補い、「日向市 452068」"),
        (limits.CODE, "11002", "先頭の0を補い、「札幌市 011002」"),
        (limits.CODE, "131015", "上5桁が正しければ「千代田区 131016」です。"),
        (limits.CODE, "990002", "合いません。入力の誤り"),
        (limits.CODE, "4520", "「4520」は4桁の値"),
        (limits.CODE, "日向市", "「日向市」は値"),
        (limits.ZIP, "883-0046-1", "今は8桁"),
        (limits.ZIP, "T883-0046", "数字とハイフンだけ"),
        (limits.ZIP, "883004", "先頭の0が失われていないか"),
        (limits.ZIP, "883-004", "今は6桁）。番号を"),
        ("postings.0.parking", "x", "可（無料）、可（有料）、不可"),
        ("postings.0.engagement", "x", "委託先による雇用、その他"),
        ("postings.0.job_type", "x", "診療放射線技師、臨床検査技師…"),
        (NOTE, "⽇⽉⽕⽔⽊⾦", "「日月火水木」にしました"),
        (NOTE, "髙﨑德濵瀨栁", "「髙﨑德濵瀨」は使えない"),
        (NOTE, "髙\U000e0100", "「髙」は使えない"),
        ("contact.contact_last", "髙﨑德濵瀨栁", "「髙﨑德濵瀨」は印刷"),
        (limits.MIN, "月額5,000円", "5,000円と読み取りました。"),
        (limits.CAP, "月額5,000円", "「月額」であることは残りません"),
        (limits.HEAD, 10**9 + 1, "数が大きすぎます"),
        (limits.OVER, 10**9, "0から80まで"),
        (limits.OVER, 10**9 + 1, "数が大きすぎます"),
        (limits.WEEK, "38.15", "38時間9分です。38時間15分は38.25です。"),
        (limits.WEEK, "38.45", "38時間27分です。38時間45分は38.75です。"),
        (limits.WEEK, "30.30", "30時間18分です。30時間30分は30.5です。"),
        (days.DAYS, ["mon"] * 101, "101個の値"),
        (days.START, "23", "23:00 の意味と思われます"),
        (days.START, "9:5", "はっきりしません。「8:30」"),
    ],
)
def test_what_is_told(path: str, typed: Any, told: str) -> None:
    assert told in "".join(note.message.what + note.message.why + note.message.how for note in read(path, typed).notes)


@pytest.mark.parametrize(
    ("path", "typed", "value"),
    [
        (NOTE, 1e14, "100000000000000"),
        (NOTE, -1e14, "-100000000000000"),
        (NOTE, 1e15, "1000000000000000.0"),
        (NOTE, 1.5, "1.5"),
        (URL, "https://a.jp:65535/", "https://a.jp:65535/"),
        ("postings.0.nonregular", 0, False),
        ("postings.0.nonregular", 1, True),
        ("postings.0.nonregular", 1.0, True),
        ("postings.0.nonregular", 2, None),
        ("postings.0.nonregular", -1, None),
        (URL, "https://a.jp:65536/", None),
        (NOTE, 10**300, None),
    ],
)
def test_numbers_in_other_fields(path: str, typed: Any, value: Any) -> None:
    result = read(path, typed)
    assert (result.value if result.understood else None) == value
    assert result.understood is (value is not None)
    assert read(NOTE, 10**300 - 1).notes[0].rule == "TXT-011"


@pytest.mark.parametrize(
    ("path", "typed", "offers"),
    [
        ("postings.0.job_type", "看護師、准看護師、保健師、助産師、医師", ("医師", "保健師", "助産師", "看護師")),
        (URL, "http://a.jp http://b.jp http://c.jp http://d.jp", ("http://a.jp", "http://b.jp", "http://c.jp")),
        (limits.CITY, "府中市", ("132063", "342084")),
    ],
)
def test_offers_are_few(path: str, typed: str, offers: tuple[str, ...]) -> None:
    assert read(path, typed).notes[0].choices == offers


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("452068", "452068"),
        ("452069", None),
        (" " * 34 + "452068", "452068"),
        (" " * 35 + "452068", None),
        ("45206", "452068"),
        (45206, "452068"),
        ("12106", None),
        ("4520", None),
        (True, None),
        (None, None),
    ],
)
def test_a_code_that_is_certain(typed: Any, code: str | None) -> None:
    assert codes.read_lg_code_value(typed, date(2021, 5, 7)) == code


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("1234567", "「1234567」には市外局番がありません。0から始まる市外局番から入力してください。"),
        ("0982-00-001", "は9桁です。固定電話は、市外局番を含めて10桁です。番号をご確認ください。"),
        ("0982-00-00123", "は11桁です。固定電話は、市外局番を含めて10桁です。"),
        ("0982-00-001234", "は12桁で、長すぎます。番号を1つだけ入力してください。"),
        ("0120-000-01", "は9桁です。0120から始まる番号は10桁です。"),
        ("0570-000-0123", "は11桁です。0570から始まる番号は10桁です。"),
        ("0800-000-001", "は10桁です。0800から始まる番号は11桁です。"),
        ("090-0000-001", "は10桁です。090から始まる番号は11桁です。"),
        ("090-0000-00123", "は12桁で、長すぎます。番号を1つだけ入力してください。"),
        ("000-000-0012", "使われていない形"),
    ],
)
def test_what_is_wrong_with_a_phone(typed: str, told: str) -> None:
    message = read(limits.TEL, typed).notes[0].message
    assert told in message.what + message.why + message.how


def _mail(local: int, *labels: int) -> str:
    return "a" * local + "@" + ".".join("b" * length for length in labels)


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        (_mail(64, 9, 2), True),
        (_mail(65, 9, 2), False),
        (_mail(1, 63, 2), True),
        (_mail(1, 64, 2), False),
        (_mail(1, 1, 63), True),
        (_mail(1, 1, 64), False),
        (_mail(1, 1, 1), False),
        (_mail(64, 63, 63, 58, 2), True),
        (_mail(64, 63, 63, 59, 2), False),
        ("a@x.xn--" + "a" * 59, True),
        ("a@x.xn--" + "a" * 60, False),
    ],
)
def test_lengths_of_a_mail_address(typed: str, understood: bool) -> None:
    assert read("contact.contact_email", typed).understood is understood


def test_at_most_three_addresses_are_offered() -> None:
    four = ";".join(f"{name}@b.example" for name in "acde")
    assert read("contact.contact_email", four).notes[0].choices == ("a@b.example", "c@b.example", "d@b.example")
    long = "a" * 241
    assert read("contact.contact_email", f"a(at){long}.example").notes[0].choices == ()
    assert read("contact.contact_email", f"{'a' * 60}(at){'.'.join(['b' * 60] * 3)}.jp").notes[0].choices != ()


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("postings.0.workdays_note", 60),
        ("contact.contact_last_kana", 40),
        ("postings.0.duty_detail", 360),
        ("organization.org_url", 200),
    ],
)
def test_lengths_of_texts(path: str, most: int) -> None:
    assert field(path).max_length == most
    start = "https://a.jp/" if path.endswith("url") else ""
    for length, rules in ((most, []), (most + 1, ["TXT-011"])):
        typed = start + ("a" if start else "ア") * (length - len(start))
        assert [note.rule for note in read(path, typed).notes] == rules
    told = read(path, start + ("a" if start else "ア") * (most + 3 - len(start))).notes[0].message
    assert (f"{most}文字" in told.what, f"{most + 3}文字" in told.why, "3文字減らして" in told.how) == (True, True, True)


def test_what_is_longer_is_not_read_at_all() -> None:
    for path, most in (("postings.0.workdays_note", 4000), ("postings.0.headcount", 400)):
        assert "長すぎて" not in str(read(path, "あ" * most).notes)
        assert "長すぎて" in str(read(path, "あ" * (most + 1)).notes)


@pytest.mark.parametrize(("times", "end", "none"), [(18, "はなし", True), (18, "該当なし", False)])
def test_words_for_none_are_short(times: int, end: str, none: bool) -> None:
    assert says_none("現在" * times + end) is none


@pytest.mark.parametrize(
    ("char", "told"),
    [
        ("\ue000", "外字"),
        ("\uf8ff", "外字"),
        ("\U000f0000", "外字"),
        ("\U0010ffff", "外字"),
        ("\ud800", "文字化け"),
        (chr(0xDFFF), "文字化け"),
        ("\ufdd0", "文字化け"),
        ("\ufdef", "文字化け"),
        ("\ufffc", "文字化け"),
        ("\uffff", "文字化け"),
        ("\x00", "制御文字"),
        ("\x1f", "制御文字"),
        ("\x7f", "制御文字"),
        ("\u202e", "制御文字"),
    ],
)
def test_what_is_no_text(char: str, told: str) -> None:
    note = read("postings.0.workdays_note", f"週{char}日").notes[0]
    assert (note.rule, told in note.message.what) == ("TXT-006", True)


@pytest.mark.parametrize(("char", "rule"), [("\uf900", "TXT-003"), ("\ufaff", "TXT-004"), ("\ufb00", "TXT-003"), ("𪚲", "TXT-004")])
def test_compatibility_ideographs_are_letters_of_a_name(char: str, rule: str) -> None:
    assert read("contact.contact_last", f"川{char}").notes[0].rule == rule


def test_white_space() -> None:
    assert tidy("a\n\nb", lines=True) == ("a\n\nb", False)
    assert tidy("a\n\n\nb", lines=True) == ("a\n\nb", True)
    assert tidy("a b", lines=False) == ("a b", False)
    assert tidy("a  b", lines=False) == ("a b", True)
    assert tidy(" a\n", lines=False) == ("a", False)


def test_hiragana() -> None:
    assert ch.hiragana_to_katakana("ぁゖ゛゜ゝゞゟ") == "ァヶ゛゜ヽヾゟ"
    assert ch.hiragana_to_katakana("\u3040\u3097") == "\u3040\u3097"


BLOCKS = ("①⓿", "❶➓", "㉑㉟", "㊱㊿", "㋐㋾", "㉄㉇", "㊀㊰", "Ⅰⅿ", "㈠㉃", "㋀㋏", "㋿㏿", "ﬀﬆ")


def test_symbols_are_those_of_these_blocks() -> None:
    made = ch._symbols()
    inside = {chr(point) for first, last in BLOCKS for point in range(ord(first), ord(last) + 1)}
    assert made.keys() - inside == set("☎☏℡№½¼¾✕✖❌⭕✓")
    assert [made[char] for char in "①⓿❶➓㊿㋐ⅠⅯ㈱㉃㋀㋿㍻㏾㎡½"] == [
        *("(1)", "(0)", "(1)", "(10)", "(50)", "(ア)", "I", "M", "(株)", "(至)", "1月", "令和", "平成", "31日", "平方メートル", "1/2")
    ]
    assert inside - made.keys() == set()


def test_the_characters_of_the_standard() -> None:
    made = ch.jis_x_0208.__wrapped__()
    assert made == ch.jis_x_0208()
    assert {" ", "~", "　", "熙"} <= made
    assert not {"\x1f", "\x7f", "①", "髙"} & made


def test_lists_of_words() -> None:
    duties = "postings.0.duties"
    assert read(duties, ["injection"] * 200).understood
    assert refusal(read(duties, ["injection"] * 201)) == "TYPE-001"
    assert read(duties, ["injection"] * 201).notes[0].example == field(duties).choices[0].label
    assert choices._listed(field(duties), "接種" * 200, [])[1] is not None
    assert codes._of_four("110", date(2021, 5, 7)) == ()


def test_a_place_named_in_many_prefectures_is_offered_six_times_at_most() -> None:
    result = read(limits.CITY, "北区", pref="", body="")
    assert refusal(result) == "CHOICE-001"
    assert len(result.notes[0].choices) == 6
    assert result.notes[0].message.what.count("、") == 3
    assert Context(date(2021, 5, 7)).body == ""


@pytest.mark.parametrize(
    ("chars", "made"), [("a", r"\u0061"), ("ab", r"\u0061-\u0062"), ("ac", r"\u0061\u0063"), ("acd", r"\u0061\u0063-\u0064")]
)
def test_a_class_of_characters(chars: str, made: str) -> None:
    assert ch._class_of(frozenset(chars)) == f"[{made}]"


@pytest.mark.parametrize(
    ("typed", "examples"),
    [
        (38.15, ["38.25"]),
        ("38.15", ["38.25"]),
        (38.45, ["38.75"]),
        ("30.30", ["30.3", "30.5"]),
        ("30.3", []),
        (30.3, []),
        ("38時間9分", ["38.15"]),
    ],
)
def test_the_examples_beside_hours(typed: Any, examples: list[str]) -> None:
    assert [note.example for note in read(limits.WEEK, typed).notes] == examples


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("15名", "15名"),
        ("(15名)", "15名"),
        ("(15)", "(15)"),
        ("【15名】", "15名"),
        ("【15】", "15"),
        ("[ 15 ]", "15"),
        ("【】", ""),
        ("(【15名】)", "(【15名】)"),
        ("【(15)】", "【(15)】"),
        ("[(15)]", "[(15)]"),
    ],
)
def test_brackets_around_a_number(text: str, inside: str) -> None:
    assert numbers.unwrapped(text) == inside


@pytest.mark.parametrize(
    ("typed", "offers"),
    [("60分(45分)(30分)(15分)", (60, 45, 30, 15)), ("60分(45分)(30分)(15分)(50分)", (60, 45, 30, 15)), ("60分(x)", (60,))],
)
def test_at_most_four_breaks_are_offered(typed: str, offers: tuple[int, ...]) -> None:
    assert read(limits.BREAK, typed).notes[0].choices == offers


@pytest.mark.parametrize(
    ("text", "printed", "unknown"),
    [
        ("髙", "高", []),
        ("﨑\n髙", "崎\n高", []),
        ("髙\U000e0100", "高", []),
        ("é", "e", []),
        ("→é", "→e", []),
        ("①", "1", []),
        ("☃", "☃", ["☃"]),
        ("ب☃", "ب☃", ["ب", "☃"]),
    ],
)
def test_forms_that_can_be_printed(text: str, printed: str, unknown: list[str]) -> None:
    assert ch.print_form(text) == (printed, unknown)


def test_the_table_of_forms_that_can_be_printed() -> None:
    made = ch._print_table()
    assert made == ch.PRINT_FORMS
    assert [made[char] for char in "髙﨑德濵"] == list("高崎徳浜")
