"""The search in people's own words: what is typed, and which postings have to come. Over one set of postings, on both databases."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from keynet_admin.extensions import db
from keynet_admin.public.query import read
from keynet_admin.public.search import understood, words
from keynet_admin.services.listing.words import reading
from keynet_admin.vocabulary import PostingStatus
from tests import factories
from tests.public.build import listed, put
from tests.support.clock import MovableClock

WEEK = ["mon", "tue", "wed", "thu", "fri"]


def shift(days: list[str], start: str, end: str) -> dict[str, Any]:
    """One shift without a break."""
    return {"shifts": [{"name": "枠", "days": days, "start": start, "end": end, "break": 0}]}


PLAIN: dict[str, Any] = {
    "parking": "none",
    "training": "none",
    "blank_ok": False,
    "experience": "required",
    "workdays_note": "週4日",
    "commute": "none",
}
HELP: dict[str, Any] = {
    "title": "会場の募集",
    "duty_detail": "会場で働きます。",
    "duties": ["observation"],
    **PLAIN,
    **shift(WEEK, "09:00", "16:00"),
}
POSTINGS: dict[int, tuple[str, dict[str, Any]]] = {
    1: ("292010", {"job_type": "nurse", "pay_lines": [{"min": 1500}]}),
    2: (
        "131016",
        {
            "job_type": "nurse",
            "also_junior": True,
            "title": "夜の会場の看護師",
            "pay_lines": [{"min": 2300}],
            "selection": ["papers", "online_interview"],
            **PLAIN,
            "workdays_note": "月4回以上",
            **shift(WEEK, "17:30", "21:30"),
        },
    ),
    3: ("271004", {"job_type": "assistant_nurse", "title": "准看護師の募集", "single_day": True, **PLAIN, **shift(WEEK, "09:00", "12:00")}),
    4: (
        "261009",
        {**HELP, "job_type": "physician", "duty_detail": "麻酔科専門医の方も。", "pay_type": "session", "pay_lines": [{"min": 48000}]},
    ),
    5: ("011011", {**HELP, "job_type": "pharmacist", "pay_type": "day", "pay_lines": [{"min": 15000}]}),
    6: (
        "132063",
        {**HELP, "job_type": "clerical", "licenses": ["none"], "duties": ["reception"], "duty_detail": "来場した方の受付をします。"},
    ),
    7: ("342084", {**HELP, "job_type": "clerical", "pay_day": "当日払い"}),
    8: ("111031", {**HELP, "job_type": "public_health_nurse"}),
    9: ("141003", {**HELP, "job_type": "midwife"}),
    10: ("231061", {**HELP, "job_type": "dentist"}),
    11: ("401307", {**HELP, "job_type": "radiological_technologist"}),
    12: ("422011", {**HELP, "job_type": "clinical_laboratory_technologist", "title": "離島の会場の募集"}),
    13: ("472018", {**HELP, "job_type": "clinical_engineer"}),
    14: ("041009", {**HELP, "job_type": "emergency_life_saving_technician"}),
    15: ("172014", {**HELP, "job_type": "dental_hygienist"}),
}
EVERYTHING = set(POSTINGS)
NURSES, NURSING = {1, 2}, {1, 2, 3, 8, 9}

PHRASES: tuple[tuple[set[int], str], ...] = (
    # Jobs: names, readings, short, former and English names, wrong conversions.
    (
        NURSES,
        "看護師|かんごし|カンゴシ|ｶﾝｺﾞｼ|看護婦|かんごふ|看護士|ナース|ﾅｰｽ|なーす|ナ-ス|正看|正看護師|nurse|Nurse|ＮＵＲＳＥ|看護師さん|看護 師|看護師免許",
    ),
    ({2, 3}, "准看護師|准看|準看護師|准看護婦|じゅんかんごし|准ナース"),
    (NURSING, "看護|かんご|看護職|看護職員"),
    ({4}, "医師|医者|お医者さん|いしゃ|ドクター|ﾄﾞｸﾀｰ|doctor|問診医"),
    ({10}, "歯科医師|歯医者|歯科医|はいしゃ|dentist"),
    ({8}, "保健師|保健婦|ほけんし|保健士|保険師"),
    ({9}, "助産師|助産婦|じょさんし|産婆|midwife"),
    ({11}, "診療放射線技師|放射線技師|レントゲン技師|放射線技士"),
    ({12}, "臨床検査技師|検査技師|臨床検査技士"),
    ({13}, "臨床工学技士|臨床工学技師|工学技士"),
    ({5}, "薬剤師|やくざいし|薬剤士|くすりの先生|pharmacist"),
    ({14}, "救急救命士|救命士|救急隊員"),
    ({15}, "歯科衛生士|衛生士"),
    ({6, 7}, "事務|事務職|事務員|医療事務|じむ|一般事務|事務の仕事"),
    (EVERYTHING - {6, 7}, "医療従事者|医療職"),
    # Places: with and without 県 and 市, in kana, in Roman letters, old and common names, regions.
    ({1}, "奈良|奈良県|なら|ナラ|ならけん|nara|奈良市|ならし|奈良県奈良市"),
    ({2, 6}, "東京|東京都|とうきょう|トウキョウ|tokyo|Tokyo|toukyou|都内|東京都内|江戸|東京23区"),
    ({2}, "千代田区|千代田|ちよだ|ちよだく|チヨダク|東京都千代田区|chiyoda|chiyoda-ku|千代田区内"),
    ({3}, "大阪|大阪府|おおさか|osaka|大坂|大阪市|おおさかし|浪速"),
    ({4}, "京都|京都府|きょうと|京都市|kyoto"),
    ({5}, "北海道|ほっかいどう|札幌|札幌市|さっぽろ|札幌市中央区|sapporo|hokkaido"),
    ({6, 7}, "府中市|府中|ふちゅう|ふちゅうし"),
    ({6}, "東京都府中市|東京 府中市|東京の府中"),
    ({7}, "広島県府中市|広島 府中|広島|ひろしま"),
    ({8}, "さいたま市|さいたま|さいたま市大宮区|大宮区|大宮|埼玉"),
    ({9}, "横浜|横浜市|よこはま|神奈川|かながわけん"),
    ({10}, "名古屋|名古屋市|なごや|名古屋市中区|愛知県"),
    ({13}, "那覇|那覇市|沖縄|おきなわ|琉球"),
    ({1, 3, 4}, "関西|近畿|かんさい"),
    ({11, 12}, "九州"),
    ({2, 6, 8, 9}, "首都圏|関東"),
    ({14}, "東北|仙台|宮城"),
    ({15}, "北陸|金沢"),
    # Days and parts of the day.
    ({1}, "土日|どにち|土・日|週末|土曜|土曜日|日曜|土日のみ|どようび|午後 土曜"),
    (EVERYTHING - {1}, "平日|へいじつ|月~金|月曜|平日のみ"),
    ({2}, "夜|夜間|夜勤|やきん|夜勤専従|夕方|ゆうがた|夕|仕事帰り|夜の仕事|ナイト|深夜"),
    (EVERYTHING - {1, 2}, "朝|午前|午前中|ごぜん|morning"),
    (EVERYTHING - {2, 3}, "午後|ごご"),
    (EVERYTHING - {2}, "日勤|日中|昼間"),
    ({3}, "単発|たんぱつ|1日だけ|一日だけ|単発バイト|スポット|日雇い|1day|１日だけ"),
    ({1, 2, 3}, "短時間|時短"),
    ({2}, "週1|週１|週1日|週一"),
    # What is offered or asked.
    ({1}, "ブランク|ブランク可|ブランクOK|ブランクあり|復職|復帰|潜在看護師|潜在ナース|元看護師"),
    ({1}, "研修|研修あり|事前研修|講習"),
    ({1}, "駐車場|駐車場あり|車通勤|車通勤可|マイカー|マイカー通勤|車|無料駐車場"),
    ({1}, "未経験|未経験可|未経験OK|経験不問|交通費|交通費支給"),
    ({2}, "オンライン面接|web面接|ウェブ面接|リモート面接|ZOOM"),
    ({6}, "資格不問|資格なし|無資格|受付"),
    ({7}, "日払い|即日払い"),
    (EVERYTHING - {4, 5}, "時給|じきゅう|時間給"),
    ({5}, "日給|日当"),
    ({1, 2, 3}, "注射|打ち手|ちゅうしゃ"),
    (EVERYTHING, "残業なし|年齢不問|パート|パートタイム|非常勤|会計年度任用職員|長期"),
    ({2, 4}, "2300円|2,300円|時給2300円|2300|２３００円|時給2,300円以上"),
    ({2, 4, 5}, "2000円以上"),
    # The subject of the site itself.
    (
        EVERYTHING,
        "ワクチン|わくちん|ﾜｸﾁﾝ|ワクチン接種|コロナ|新型コロナ|コロナワクチン|予防接種|接種|アルバイト|バイト|求人|募集|仕事|お仕事|働きたい|vaccine|covid-19|COVID19|job|ワクチン 求人",
    ),
    # Several at once, with and without spaces.
    (
        {1},
        "奈良の看護師|奈良 看護師|奈良県の看護師の求人|ならのかんごし|看護師 奈良 土日|看護師バイト土日|看護師土曜午後|土日の看護師募集|奈良で看護師のバイト|奈良県看護師土日駐車場あり",
    ),
    (
        {2},
        "千代田区 夜勤|千代田区夜勤|東京都千代田区の夜間の看護師の求人|東京 ナース 夜|tokyo nurse|看護師夜勤東京|夜勤専従の看護師さん募集",
    ),
    ({3}, "大阪で准看護師|大阪　単発|大阪市の准看の仕事"),
    ({4}, "麻酔|麻酔科|麻酔科専門医|麻酔科の医師|京都のドクター"),
    ({12}, "離島|離島の検査技師|長崎 離島"),
    ({7}, "広島 事務 日払い"),
    # In quotes a word is looked for as it is written.
    ({2, 6}, '"東京"|“とうきょう”'),
    ({4}, '"麻酔科専門医"'),
    # No posting has these, and saying so is right.
    (set(), "ナースコール|在宅ワーク|看護師長|週払い|奈良の薬剤師|ないことば|ならない"),
)


def seed() -> None:
    """List the postings."""
    for number, (city, changes) in POSTINGS.items():
        listed({"venue_city": city, "access": "", **changes}, organization=factories.make_organization(), number=number)


def found(client: FlaskClient, q: str) -> set[int]:
    """Ids of the postings of a search."""
    response = client.get("/postings.json", query_string={"q": q})
    assert response.status_code == 200, q
    return {int(item["posting_no"][5:]) for item in response.get_json()["postings"]}


def test_what_people_type_finds_what_they_mean(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    seed()
    phrases = [(phrase, expected) for expected, group in PHRASES for phrase in group.split("|")]
    assert len({phrase for phrase, _ in phrases}) == len(phrases) >= 300
    wrong = {phrase: (sorted(got), sorted(expected)) for phrase, expected in phrases if (got := found(client, phrase)) != expected}
    assert not wrong, "\n".join(f"{phrase}: {got} instead of {expected}" for phrase, (got, expected) in wrong.items())


UNDERSTOOD: list[tuple[str, str]] = [
    ("奈良の看護師", "「奈良」を都道府県（奈良県）、「看護師」を職種として探しました。"),
    ("ﾅｰｽ 夜勤", "「ﾅｰｽ」を職種（看護師）、「夜勤」を時間帯（夕方・夜）として探しました。"),
    ("土日 1500円以上", "「土日」を曜日（土曜・日曜）、「1500円以上」を時間額の下限（1,500円以上）として探しました。"),
    ("千代田", "「千代田」を市区町村（東京都千代田区）として探しました。"),
    ("潜在看護師", "「潜在看護師」を職種（看護師）と条件（ブランク可）として探しました。"),
    ("ワクチン バイト", "「ワクチン」「バイト」は、どの募集にも当てはまるため、条件に入れていません。"),
]


def test_the_page_says_how_it_was_understood(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    for q, line in UNDERSTOOD:
        text = client.get("/postings/", query_string={"q": q}).text
        assert line in text, (q, line)
        assert f'value="{q}"' in text, (q, line)
        assert "ことばのまま探す" in text, (q, line)
        assert "ことばのまま探す" not in client.get("/postings/", query_string={"q": f'"{q}"'}).text, (q, line)


def test_near_words_are_offered_with_what_they_find(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    seed()
    for typed, word, count in (
        ("看後師", "看護師", 2),
        ("ワクチソ", "ワクチン", 15),
        ("薬済師", "薬剤師", 1),
        ("ちよたく", "千代田区", 1),
        ("nerse", "看護師", 2),
        ("医氏", "医師", 1),
        ("たんぱす", "単発", 1),
        ("奈良の看後師", "看護師", 1),
    ):
        text = client.get("/postings/", query_string={"q": typed}).text
        assert "もしかして" in text, typed
        assert f">{word}（{count}件）</a>" in text, typed
    for typed in ("奈良の薬済師", "もじゃもじゃ", "離島もない", "🍙", "ｑ"):
        assert "もしかして" not in client.get("/postings/", query_string={"q": typed}).text, typed


def test_places_of_one_name_are_all_offered(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    seed()
    for q in ("府中市", "府中 事務", "ふちゅう"):
        text = client.get("/postings/", query_string={"q": q}).text
        assert "東京都府中市（1件）" in text, q
        assert "広島県府中市（1件）" in text, q
    assert "北海道伊達市" not in client.get("/postings/?q=伊達市").text
    text = client.get("/postings/?q=奈良市 千代田区").text
    assert "奈良県奈良市（1件）" in text
    assert "東京都千代田区（1件）" in text


def test_the_number_of_a_posting_leads_to_its_page(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    first, closed, paused = listed(number=379), listed(number=12), listed(number=13)
    put(closed, PostingStatus.closed)
    put(paused, PostingStatus.paused)
    for q in ("KN-P-000379", "kn-p-379", "knp000379", "ＫＮ－Ｐ－０００３７９", "knp379", " KN P 379 ", "P-379", "379", "３７９", "000379"):
        answer = client.get("/postings/", query_string={"q": q})
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/postings/{first.posting_no}"), q
    for q in ("12", "KN-P-000012"):
        assert client.get("/postings/", query_string={"q": q}).headers["Location"] == "/postings/KN-P-000012"
    for q in ("13", "380", "1500", "2021", "99999999999", "KN-210507-0001", "KN-A-000379", "379人"):
        assert client.get("/postings/", query_string={"q": q}).status_code == 200, q


def test_a_masked_posting_is_not_found_by_what_it_hides(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    body = factories.make_organization("132055", "青梅市")
    changes = {"venue_city": "132055", "visibility": "masked", "venue_name": "梅の里会館", "access": "青梅駅 徒歩5分"}
    listed(changes, organization=body, number=1)
    assert found(client, "東京 ナース") == {1}
    for q in ("青梅市", "青梅", "おうめ", "東京都青梅市", "ome", "梅の里会館", "青梅市の看護師", '"青梅"', "青梅駅"):
        assert found(client, q) == set(), q
        assert "青梅市（" not in client.get("/postings/", query_string={"q": q}).text, q


def test_postgresql_finds_words_by_an_index(
    client: FlaskClient, db_session: Session, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    if db_session.get_bind().dialect.name != "postgresql":
        return
    seed()
    plans: list[str] = []

    def explain(connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if statement.startswith("SELECT") and ("search_text" in statement or "listing_search" in statement):
            with connection.connection.cursor() as other:
                other.execute("EXPLAIN " + statement, parameters)
                plans.append("\n".join(row[0] for row in other.fetchall()))

    event.listen(db.engine, "before_cursor_execute", explain)
    try:
        # Rare words, whose rows are all read, then such as are too many for that.
        for most in (words.READ, 1):
            monkeypatch.setattr(words, "READ", most)
            for query in ("", "&prefecture=42", "&sort=pay"):
                for q in ("会場で", "離島です", "ないことば"):
                    client.get(f'/postings/?q="{q}{most}"{query}')
                    client.get(f'/postings/?q="{q}"{query}&n={most}')
    finally:
        event.remove(db.engine, "before_cursor_execute", explain)
    assert len(plans) >= 12
    assert not [plan for plan in plans if "Seq Scan" in plan]


ODD_WORDS: list[str] = [
    "\x00",
    "a\x00b",
    "💉💉",
    "99999999999",
    "<b>ナース</b>",
    "看" * 100,
    "ー" * 100,
    '"',
    '""',
    "' OR 1=1",
    "看護師" * 33,
    "円",
    "1,,,円",
    "🇯🇵東京",
]


def test_odd_words_are_harmless(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    for q in ODD_WORDS:
        answer = client.get("/postings/", query_string={"q": q})
        assert answer.status_code == 200, q
        assert "<b>ナース" not in answer.text, q


def test_a_long_query_costs_as_much_as_its_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Anybody may send a hundred letters: each part is looked for near its own length, and few slips are looked for at all."""
    folded: list[str] = []
    fold = reading.fold
    monkeypatch.setattr(reading, "fold", lambda text: folded.append(text) or fold(text))
    assert len(reading.read("医師事務" * 25).understood) == 30
    assert len(folded) < 20_000
    folded.clear()
    assert len(reading.read("ﷺ" * 100).parts) > 100
    assert len(folded) < 100


def test_near_words_are_looked_for_a_few_typed_ones(
    client: FlaskClient, db_session: Session, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(understood, "near", lambda word: asked.append(word) or [])
    client.get("/postings/", query_string={"q": " ".join(f"離島{letter}" for letter in "あいうえおかきくけこ")})
    assert 0 < len(asked) < 10


def test_what_is_chosen_counts_beside_what_is_typed() -> None:
    search = read(MultiDict([("q", "京都 看護師 離島"), ("prefecture", "29"), ("job_type", "physician"), ("pay_min", "1200")]))
    assert (search.prefecture, search.job_type, search.words) == (("26", "29"), ("physician", "nurse"), ("離島",))
    assert search.typed.pairs() == [("q", "京都 看護師 離島"), ("prefecture", "29"), ("job_type", "physician"), ("pay_min", "1200")]
    assert read(MultiDict(search.pairs())) == search
    town = read(MultiDict([("q", "横浜市"), ("prefecture", "29")]))
    assert (town.municipality, town.words) == ("", ("横浜市",))
