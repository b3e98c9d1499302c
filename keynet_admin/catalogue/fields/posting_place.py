"""Section C of the form, second part: place and period, as data.

Source: the field list of the domain notes (ours, not the ministry's: the real form was not published).
"""

from dataclasses import replace
from datetime import date

from keynet_admin.catalogue.base import ALWAYS, Choice, Field, Kind, Visibility, When, grouped, words

_RENEWABLE = When("renewal", ("possible", "usual"))

PLACE: tuple[Field, ...] = (
    *grouped(
        "勤務場所",
        Field(
            "venue_name",
            "勤務場所の名称",
            Kind.ADDRESS,
            required=ALWAYS,
            max_length=60,
            visibility=Visibility.MASKED,
            help="会場名を入力してください。複数ある場合は会場ごとに登録するか、主な会場を入力してください。",
        ),
        Field(
            "venue_type",
            "会場の種類",
            Kind.CHOICE,
            required=ALWAYS,
            visibility=Visibility.PUBLIC,
            help="最も近いものを選んでください。",
            choices=(
                Choice(
                    "health_center",
                    "保健所・保健センター",
                    words(
                        "保健所 保健センター 市保健センター 町保健センター 村保健センター 保健福祉センター 健康センター 健康福祉センター"
                    ),
                ),
                Choice("school", "学校", words("小学校 中学校 小中学校 高校 高等学校 大学 学校施設")),
                Choice("community_hall", "公民館", words("地区公民館 中央公民館 市民公民館")),
                Choice(
                    "gymnasium",
                    "体育館・ホール",
                    words("体育館 ホール 市民体育館 町民体育館 村民体育館 総合体育館 文化ホール 市民ホール 町民ホール アリーナ"),
                ),
                Choice(
                    "other_public",
                    "その他の公共施設",
                    words("公共施設 その他公共施設 市役所 町役場 村役場 区役所 役場 庁舎 市役所庁舎 役場庁舎 市庁舎 県庁 図書館 市民会館"),
                ),
                Choice(
                    "private", "民間施設", words("民間 民間の施設 商業施設 大型商業施設 ショッピングセンター ショッピングモール ホテル")
                ),
                Choice("medical", "医療機関", words("病院 診療所 クリニック 医院 市立病院 市民病院 町立病院 総合病院 病院・診療所")),
                Choice("mobile", "巡回", words("巡回接種 巡回会場 出張接種 移動接種 訪問接種")),
            ),
        ),
        Field(
            "venue_zip", "勤務場所の郵便番号", Kind.ZIP, max_length=7, visibility=Visibility.MASKED, help="分かる場合に入力してください。"
        ),
        Field(
            "venue_city",
            "勤務場所の市区町村",
            Kind.MUNICIPALITY,
            required=ALWAYS,
            visibility=Visibility.PUBLIC,
            help="実際に勤務する市区町村を選んでください。",
        ),
        Field(
            "venue_address",
            "勤務場所の住所",
            Kind.ADDRESS,
            required=ALWAYS,
            max_length=100,
            visibility=Visibility.MASKED,
            help="町名・番地を入力してください。",
        ),
        Field(
            "access",
            "交通手段",
            Kind.TEXT,
            max_length=100,
            visibility=Visibility.MASKED,
            help="最寄り駅・バス停からの時間、送迎の有無など。",
        ),
        Field(
            "parking",
            "自動車通勤",
            Kind.CHOICE,
            required=ALWAYS,
            visibility=Visibility.PUBLIC,
            help="駐車場の有無を選んでください。",
            choices=(
                Choice(
                    "free",
                    "可（無料）",
                    words(
                        "無料 可・無料 可能（無料） 駐車場無料 無料駐車場 無料駐車場あり 無料駐車場有 無料駐車場有り 駐車場あり（無料） 駐車場有（無料） 駐車場有り（無料） "
                        "可（無料駐車場あり） 可（無料駐車場有） 可（駐車場無料） 自動車通勤可（無料） 車通勤可（無料） マイカー通勤可（無料） マイカー通勤可（無料駐車場あり） "
                        "あり（無料） 有（無料） 有り（無料）"
                    ),
                ),
                Choice(
                    "paid",
                    "可（有料）",
                    words(
                        "有料 可・有料 可能（有料） 駐車場有料 有料駐車場 有料駐車場あり 有料駐車場有 有料駐車場有り 駐車場あり（有料） 駐車場有（有料） 駐車場有り（有料） "
                        "可（有料駐車場あり） 可（有料駐車場有） 可（駐車場有料） 自動車通勤可（有料） 車通勤可（有料） マイカー通勤可（有料） マイカー通勤可（有料駐車場あり） "
                        "あり（有料） 有（有料） 有り（有料）"
                    ),
                ),
                Choice(
                    "none",
                    "不可",
                    words(
                        "無 無し 有りません なし 駐車場なし 駐車場無し 駐車場無 自動車通勤不可 車通勤不可 マイカー通勤不可 車での通勤不可 不可（駐車場なし） 否"
                    ),
                ),
            ),
        ),
        Field(
            "place_change",
            "就業場所の変更の範囲",
            Kind.TEXT,
            required=When(None, (), since=date(2024, 4, 1)),
            max_length=100,
            visibility=Visibility.PUBLIC,
            help="市内の他会場に移ることがある場合は、その範囲を書いてください。",
        ),
        Field(
            "smoking",
            "受動喫煙防止措置",
            Kind.CHOICE,
            required=ALWAYS,
            visibility=Visibility.PUBLIC,
            help="実際の勤務場所について選んでください。",
            choices=(
                Choice(
                    "no_smoking_site",
                    "敷地内禁煙",
                    words(
                        "敷地内全面禁煙 敷地内完全禁煙 敷地内は禁煙 敷地内は全面禁煙 敷地内すべて禁煙 敷地内全て禁煙 敷地全面禁煙 全面禁煙（敷地内） 敷地内禁煙（喫煙場所なし） "
                        "敷地内禁煙（喫煙所なし）"
                    ),
                ),
                Choice(
                    "no_smoking_site_outdoor_spot",
                    "敷地内禁煙（屋外に喫煙場所あり）",
                    words(
                        "敷地内禁煙（屋外喫煙所あり） 敷地内禁煙（屋外喫煙場所あり） 敷地内禁煙（屋外に喫煙所あり） 敷地内禁煙（特定屋外喫煙場所あり） 敷地内禁煙（特定屋外喫煙場所設置） "
                        "敷地内禁煙（喫煙場所あり） 敷地内禁煙（喫煙所あり） 敷地内禁煙（屋外喫煙場所設置） 敷地内原則禁煙（屋外喫煙所あり） 敷地内原則禁煙（屋外喫煙場所あり） "
                        "敷地内原則禁煙（特定屋外喫煙場所あり） 敷地内原則禁煙（特定屋外喫煙場所設置） 特定屋外喫煙場所あり 特定屋外喫煙場所設置"
                    ),
                ),
                Choice(
                    "no_smoking_indoors",
                    "屋内禁煙",
                    words("屋内全面禁煙 屋内完全禁煙 屋内は禁煙 室内禁煙 建物内禁煙 建物内全面禁煙 館内禁煙 館内全面禁煙 庁舎内禁煙"),
                ),
                Choice(
                    "indoors_with_room",
                    "屋内原則禁煙（喫煙室あり）",
                    words(
                        "屋内原則禁煙 屋内原則禁煙（喫煙専用室あり） 屋内原則禁煙（喫煙専用室設置） 屋内原則禁煙（喫煙室設置） 屋内禁煙（喫煙専用室あり） 屋内禁煙（喫煙室あり） 喫煙室あり "
                        "喫煙専用室あり 喫煙専用室設置 喫煙室設置"
                    ),
                ),
                Choice("allowed", "喫煙可", words("喫煙可能 屋内喫煙可")),
                Choice("outdoors", "屋外就業", words("屋外 屋外での就業 屋外勤務 屋外作業 屋外業務 屋外での勤務")),
            ),
        ),
        Field(
            "smoking_note", "補足", Kind.TEXT, max_length=60, visibility=Visibility.PUBLIC, help="会場により異なる場合に入力してください。"
        ),
    ),
    *grouped(
        "期間",
        Field(
            "term_start",
            "任用（従事）開始日",
            Kind.DATE,
            required=ALWAYS,
            visibility=Visibility.PUBLIC,
            help="例：2021/06/01、令和3年6月1日",
        ),
        Field(
            "term_end",
            "任用（従事）終了日",
            Kind.DATE,
            required=ALWAYS,
            visibility=Visibility.PUBLIC,
            help="会計年度任用職員は年度末（3月31日）までです。",
        ),
        Field(
            "single_day", "1日だけの従事も可", Kind.BOOL, visibility=Visibility.PUBLIC, help="単発での従事が可能な場合に選んでください。"
        ),
        Field(
            "renewal",
            "更新・再度の任用",
            Kind.CHOICE,
            required=ALWAYS,
            visibility=Visibility.PUBLIC,
            help="見込みで結構です。",
            choices=(
                Choice(
                    "none",
                    "なし",
                    words(
                        "無 無し 有りません 更新なし 更新無し 更新無 更新しない 更新はしない 更新の予定なし 更新予定なし 再度の任用なし 再度の任用無し 再任用なし"
                    ),
                ),
                Choice(
                    "possible",
                    "あり得る",
                    words(
                        "ありうる 有り得る 更新あり得る 更新ありうる 更新する場合がある 更新する場合あり 更新する場合があり得る 更新することがある 更新の可能性あり 更新可能性あり "
                        "更新の可能性がある 可能性あり 再度の任用あり得る 再度の任用の可能性あり 再度任用の可能性あり 再度の任用をすることがある"
                    ),
                ),
                Choice(
                    "usual",
                    "原則あり",
                    words("原則有り 原則更新 原則として更新 原則更新あり 原則として更新する 自動更新 自動的に更新する 自動的に更新"),
                ),
            ),
        ),
        Field(
            "renewal_rule",
            "更新の基準",
            Kind.AREA,
            required=_RENEWABLE,
            applies=_RENEWABLE,
            max_length=200,
            visibility=Visibility.PUBLIC,
            help="判断の基準（接種の実施状況、勤務成績など）を書いてください。",
        ),
        Field(
            "renewal_cap",
            "更新の上限",
            Kind.TEXT,
            required=replace(_RENEWABLE, since=date(2024, 4, 1)),
            applies=_RENEWABLE,
            max_length=60,
            visibility=Visibility.PUBLIC,
            help="通算期間または回数の上限を書いてください。なければ「上限なし」。",
        ),
        Field(
            "probation",
            "試用期間・条件付採用",
            Kind.CHOICE,
            required=ALWAYS,
            visibility=Visibility.PUBLIC,
            help="会計年度任用職員は、原則として条件付採用1か月です。",
            choices=(
                Choice(
                    "none",
                    "なし",
                    words(
                        "無 無し 有りません 試用期間なし 試用期間無し 試用期間無 条件付採用なし 条件付採用期間なし 試用期間・条件付採用なし"
                    ),
                ),
                Choice(
                    "conditional_one_month",
                    "条件付採用1か月",
                    words(
                        "条件付採用 条件付採用一か月 条件付採用1月 条件付採用一月 条件付採用1か月間 条件付採用期間1か月 条件付採用期間1月 条件付採用期間一月 条件付採用期間1か月間 "
                        "条件付き採用 条件付き採用1か月 条件付き採用1月 条件付き採用期間1か月 条件付採用（採用後1か月） 条件附採用1か月 条件附採用"
                    ),
                ),
                Choice("other", "その他"),
            ),
        ),
        Field(
            "probation_note",
            "期間と条件",
            Kind.TEXT,
            required=When("probation", ("other",)),
            applies=When("probation", ("conditional_one_month", "other")),
            max_length=60,
            visibility=Visibility.PUBLIC,
            help="期間と、その間の条件の違いを書いてください。",
        ),
    ),
)
