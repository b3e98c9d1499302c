"""Texts, names, kana, addresses of pages: which characters are put right, pointed out or refused."""

import pytest

from keynet_admin.catalogue.folding import RADICALS, unify_ideographs
from keynet_admin.rules.engine.rule import Level
from keynet_admin.rules.normalise import characters as ch
from tests.rules.reading import read, refusal

NOTE, AREA, NAME, KANA, ADDRESS = (
    "postings.0.workdays_note",
    "postings.0.duty_detail",
    "contact.contact_last",
    "contact.contact_last_kana",
    "organization.org_address",
)


@pytest.mark.parametrize(
    ("path", "typed", "value", "rule"),
    [
        (NOTE, "週2日程度", "週2日程度", None),
        (NOTE, "  週2日程度　", "週2日程度", None),
        (NOTE, "週2日　　　程度", "週2日　程度", "TXT-007"),
        (NOTE, "週2日\u200b程度", "週2日程度", "TXT-007"),
        (NOTE, "\ufeff週2日程度", "週2日程度", "TXT-007"),
        (NOTE, "週2日\u00ad程度", "週2日程度", "TXT-007"),
        (NOTE, "週2日\t程度", "週2日 程度", "TXT-007"),
        (NOTE, "週2日\u00a0程度", "週2日 程度", "TXT-007"),
        (NOTE, "週2日\r\n程度", "週2日 程度", "TXT-007"),
        (AREA, "受付\r\n誘導", "受付\n誘導", None),
        (AREA, "受付\n\n\n\n誘導", "受付\n\n誘導", "TXT-007"),
        (AREA, "受付\x0b誘導", "受付\n誘導", None),
        (NOTE, "ﾜｸﾁﾝの会場", "ワクチンの会場", "TXT-002"),
        (NOTE, "ｶﾞｲﾄﾞ｡｢ﾊﾟｿｺﾝ｣", "ガイド。「パソコン」", "TXT-002"),
        (NOTE, "か\u3099いと\u3099", "がいど", "TXT-002"),
        (NOTE, "① 受付", "(1) 受付", "TXT-003"),
        (NOTE, "⑳㉑", "(20)(21)", "TXT-003"),
        (NOTE, "Ⅲ期", "III期", "TXT-003"),
        (NOTE, "㈱海山", "(株)海山", "TXT-003"),
        (NOTE, "30㎡", "30平方メートル", "TXT-003"),
        (NOTE, "30m²", "30平方メートル", "TXT-003"),
        (NOTE, "㍻33年", "平成33年", "TXT-003"),
        (NOTE, "㋿3年", "令和3年", "TXT-003"),
        (NOTE, "№3", "No.3", "TXT-003"),
        (NOTE, "℡あり", "TELあり", "TXT-003"),
        (NOTE, "5㌔", "5キロ", "TXT-003"),
        (NOTE, "13:00～17:30", "13:00〜17:30", None),
        (NOTE, "13:00－17:30", "13:00−17:30", None),
        (NOTE, "正看の方", "看護師の方", "LIC-002"),
        (NOTE, "正看護師・准看", "看護師・准看護師", "LIC-002"),
        (NOTE, "准看護師も可", "准看護師も可", None),
        (NOTE, "改正看護師等法", "改正看護師等法", None),
        (NOTE, "葛\U000e0100城", "葛城", "TXT-003"),
        (NOTE, 3, "3", None),
        (KANA, "ウミヤマ", "ウミヤマ", None),
        (KANA, "うみやま", "ウミヤマ", "TXT-008"),
        (KANA, "ｳﾐﾔﾏ", "ウミヤマ", "TXT-008"),
        (KANA, "ﾋｭｳｶﾞ", "ヒュウガ", "TXT-008"),
        (KANA, "　ヒュウガ", "ヒュウガ", None),
        ("organization.org_kana", "ウミヤマ タロウ", "ウミヤマ　タロウ", "TXT-008"),
        (KANA, "メアリー･アン", "メアリー・アン", "TXT-008"),
        (KANA, "か\u3099い", "ガイ", "TXT-008"),
        (NAME, "高橋", "高橋", None),
        (ADDRESS, "日向市中町1－2－3", "日向市中町1−2−3", None),
        ("organization.org_name", "⽇向市", "日向市", "TXT-003"),
        ("postings.0.title", "集団接種会場の看護師（⼟⽇・午後）", "集団接種会場の看護師（土日・午後）", "TXT-003"),
        (AREA, "その後の様⼦の観察を⾏います。", "その後の様子の観察を行います。", "TXT-003"),
        (ADDRESS, "⽇向市⻘年の家（⾼⿑⽼⼈センター）", "日向市青年の家（高齊老人センター）", "TXT-003"),
        (NAME, "⼩林", "小林", "TXT-003"),
        (NAME, "⻑⾕川", "長谷川", "TXT-003"),
        (NOTE, "\uf90aと\uf908", "金と龜", "TXT-003"),
        (NOTE, "カ゛イト゛", "ガイド", "TXT-002"),
        (NOTE, "ﾊ゜ソコン", "パソコン", "TXT-002"),
        (NOTE, "ハﾟソコン", "パソコン", "TXT-002"),
        (NOTE, "ワクチンセンタ-", "ワクチンセンター", "TXT-016"),
        (NOTE, "JR日向市駅前バスタ−ミナルから徒歩5分", "JR日向市駅前バスターミナルから徒歩5分", "TXT-016"),
        (NOTE, "デイサ-ビスセンタ―の1階", "デイサービスセンターの1階", "TXT-016"),
        (NOTE, "Uタ-ンの方", "Uターンの方", "TXT-016"),
        (ADDRESS, "本町１ー２ー３", "本町１−２−３", "TXT-016"),
        (ADDRESS, "本町1ー2ー3", "本町1-2-3", "TXT-016"),
        (ADDRESS, "3丁目ー5 A棟ー2", "3丁目−5 A棟−2", "TXT-016"),
        (NOTE, "モデルナ-ファイザー", "モデルナ-ファイザー", None),
        (NOTE, "バス-タクシー", "バス-タクシー", None),
        (NOTE, "スーパー−ホール", "スーパー−ホール", None),
        (NOTE, "コーヒー", "コーヒー", None),
        (NOTE, "B-1、10-12時", "B-1、10-12時", None),
        (NOTE, "\u202a週2日\u202c", "週2日", "TXT-007"),
        (KANA, "カ゛イ", "ガイ", "TXT-008"),
        (KANA, "か゛い", "ガイ", "TXT-008"),
        (KANA, "う゛ぃ", "ヴィ", "TXT-008"),
        (KANA, "ハﾟﾝ", "パン", "TXT-008"),
        (KANA, "カ \u3099イ", "ガイ", "TXT-008"),
        (KANA, "カワベ\r\n", "カワベ", None),
    ],
)
def test_put_right(path, typed, value, rule):
    result = read(path, typed)
    assert result.understood
    assert result.value == value
    assert [note.rule for note in result.notes] == ([rule] if rule else [])
    again = read(path, value)
    assert (again.value, again.notes) == (value, ())


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("髙橋", "高橋"),
        ("山﨑", "山崎"),
        ("𠮷田", "吉田"),
        ("德永", "徳永"),
        ("濵田", "浜田"),
        ("塚\U000e0101本", "塚本"),
        ("\ufa10本", "塚本"),
    ],
)
def test_names_keep_their_character_and_get_a_print_form(typed, printed):
    result = read(NAME, typed)
    assert result.value == typed
    assert [(n.rule, n.level, n.value) for n in result.notes] == [("TXT-004", Level.WARNING, printed)]


def test_unknown_characters_of_a_name_ask_for_the_print_form():
    result = read(NAME, "𪚲田")
    assert [(n.rule, n.level) for n in result.notes] == [("TXT-004", Level.WARNING)]
    assert result.value == "𪚲田"


@pytest.mark.parametrize(
    ("path", "typed", "rule"),
    [
        (NOTE, "受付です😊", "TXT-005"),
        (NOTE, "髙田会場で受付", "TXT-005"),
        (NOTE, "Café勤務", "TXT-005"),
        (NAME, "川辺😊", "TXT-005"),
        (NOTE, "外字\ue000あり", "TXT-006"),
        (NOTE, "向きを\u202e変える", "TXT-006"),
        (NOTE, "向きを\u2067囲む", "TXT-006"),
        (NOTE, "外字\U000f0000あり", "TXT-006"),
        (NOTE, "制御\x00文字", "TXT-006"),
        (NOTE, "制御\x1b文字", "TXT-006"),
        (NOTE, "壊れた\ud800文字", "TXT-006"),
        (NOTE, "化けた\ufffd文字", "TXT-006"),
        (NAME, "川\ue000", "TXT-006"),
        (KANA, "カ\x00ワ", "TXT-006"),
        (KANA, "海山タロウ", "TXT-009"),
        (KANA, "Umiyama", "TXT-009"),
        (KANA, "カワベ1", "TXT-009"),
        (KANA, "カワベ😊", "TXT-009"),
        (NOTE, "あ" * 61, "TXT-011"),
        (AREA, "あ" * 10000, "TXT-011"),
        (KANA, "ア" * 41, "TXT-011"),
        (NOTE, True, "TYPE-001"),
        (NOTE, ["週2日"], "TYPE-001"),
        (NOTE, {"a": 1}, "TYPE-001"),
        ("organization.org_url", "ftp://city.example/", "TYPE-001"),
        ("organization.org_url", "javascript:alert(1)", "TYPE-001"),
        ("organization.org_url", "https://user@city.example/", "TYPE-001"),
        ("organization.org_url", "https://city.example:99999/", "TYPE-001"),
        ("organization.org_url", "市のホームページ", "TYPE-001"),
        ("organization.org_url", "https://", "TYPE-001"),
    ],
)
def test_refused(path, typed, rule):
    assert rule in [n.rule for n in read(path, typed).notes if n.level is Level.ERROR]
    refusal(read(path, typed))


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("力ワベ", ("カワベ",)),
        ("センタ一", ("センター",)),
        ("゛カイ", ("ガイ",)),
        ("海山", ()),
        ("三", ()),
        ("ー", ()),
        ("カワベ1", ()),
    ],
)
def test_an_uncertain_reading_is_refused_with_an_offer(typed, offered):
    result = read(KANA, typed)
    assert refusal(result) == "TXT-009"
    assert result.notes[0].choices == offered


@pytest.mark.parametrize("encoding", ["cp932", "cp1252", "latin-1"])
@pytest.mark.parametrize("words", ["健康課", "ワクチン接種推進室", "担当係", "高齢者センター", "海山市役所"])
def test_text_in_another_encoding_is_refused(encoding, words):
    """UTF-8 read as Shift_JIS or as Western letters: 健康課 → 蛛･蠎ｷ隱ｲ; what a machine could not show stands as a dot."""
    typed = words.encode().decode(encoding, "replace").replace("\ufffd", "・")
    for text in (typed, f"{typed} 感染症対策係", f"市役所の{typed}"):
        assert refusal(read(NOTE, text)) in ("TXT-006", "TXT-005")
        if encoding == "cp932":
            assert refusal(read(NOTE, text)) == "TXT-006"


def test_text_in_another_encoding_comes_with_what_it_was():
    result = read("organization.department", "蛛･蠎ｷ隱ｲ 感染症対策係")
    assert refusal(result) == "TXT-006"
    assert result.notes[0].choices == ("健康課 感染症対策係",)


@pytest.mark.parametrize(
    "typed", ["糸が縺れる", "渡邊・齋藤", "霞ｹ関", "繧繝縁の畳", "蜘蛛の巣", "鑑真の像", "ﾜｸﾁﾝ接種", "隱岐の島", "譌字", "Café", "髙﨑"]
)
def test_rare_characters_are_no_broken_text(typed):
    assert "TXT-006" not in [note.rule for note in read(NOTE, typed).notes]


def test_direction_marks_that_could_turn_a_text_are_refused():
    for typed in ("\u202e5分\u202c", "\u202a\u0627\u202c", "\u2067週2日\u2069"):
        assert refusal(read(NOTE, typed)) == "TXT-006"


def test_a_character_of_a_text_is_offered_in_its_usual_form():
    result = read(NOTE, "髙田会場で受付")
    assert refusal(result) == "TXT-005"
    assert result.notes[0].choices == ("高田会場で受付",)
    assert read(NOTE, "高田会場で受付").notes == ()


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("https://www.city.example.lg.jp/", "https://www.city.example.lg.jp/"),
        ("ｈｔｔｐｓ：／／www.city.example.lg.jp", "https://www.city.example.lg.jp"),
        ("www.city.example.lg.jp", "https://www.city.example.lg.jp"),
        ("http://city.example/a?b=c#d", "http://city.example/a?b=c#d"),
        ("ホームページ：https://www.city.example.lg.jp/", "https://www.city.example.lg.jp/"),
        ("<https://www.city.example.lg.jp/>", "https://www.city.example.lg.jp/"),
        ("www.city.example.lg.jp。", "https://www.city.example.lg.jp"),
        ("http://city.example/a）", "http://city.example/a"),
        ("http://city.example/a_(b)", "http://city.example/a_(b)"),
        ("https://www.city.example.lg.jp/\r\n", "https://www.city.example.lg.jp/"),
    ],
)
def test_url(typed, value):
    assert read("organization.org_url", typed).value == value


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("https//www.city.example.lg.jp", ("https://www.city.example.lg.jp",)),
        ("ttps://www.city.example.lg.jp/", ("https://www.city.example.lg.jp/",)),
        ("http:/www.city.example.lg.jp/", ("http://www.city.example.lg.jp/",)),
        ("https://https://www.city.example.lg.jp/", ("https://www.city.example.lg.jp/",)),
        ("https://www.city.example.lg.jp/健康", ("https://www.city.example.lg.jp/%E5%81%A5%E5%BA%B7",)),
        ("https://www.city.example.lg.jp /a", ("https://www.city.example.lg.jp/a",)),
        ("http://a.example.jp http://b.example.jp", ("http://a.example.jp", "http://b.example.jp")),
        ("日向市で検索", ()),
        ("ftp://city.example/", ()),
        ("javascript:alert(1)", ()),
    ],
)
def test_an_uncertain_url_is_refused_with_its_readings(typed, offered):
    result = read("organization.org_url", typed)
    assert refusal(result) == "TYPE-001"
    assert result.notes[0].choices == offered
    for address in offered:
        assert read("organization.org_url", address).value == address


def test_every_radical_becomes_the_ideograph_it_looks_like():
    assert len(RADICALS) == 214 + 268 + 33
    assert all(len(plain) == 1 and plain not in RADICALS for plain in RADICALS.values())
    assert unify_ideographs("⺼⺅⻏") == "⺼⺅⻏"
    for radical, plain in RADICALS.items():
        if plain in ch.jis_x_0208():
            assert read(NAME, radical).value == plain


def test_jis_x_0208():
    assert len(ch.jis_x_0208()) == 95 + 6879
    for char in ch.jis_x_0208() - {" "}:
        char.encode("iso2022_jp")
    assert ch.outside_jis("髙﨑①㈱～－〜−高") == ["髙", "﨑", "①", "㈱", "～", "－"]


def test_every_symbol_gets_a_plain_writing():
    for symbol, plain in ch.SYMBOLS.items():
        assert ch.outside_jis(plain) == [], symbol
    assert not any(len(form) != 1 or ch.outside_jis(form) for form in ch.PRINT_FORMS.values())
