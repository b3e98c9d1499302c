"""Rules about applicants and enquiries (APP): rows that no code runs yet; their checks come with the pages that need them."""

from keynet_admin.rules.engine.rule import Example, Level, Rule

E, W, F = Level.ERROR, Level.WARNING, Level.FIX


def _row(code: str, level: Level, field: str, basis: str, what: str, why: str, how: str, good: str, bad: str) -> Rule:
    return Rule(
        code=code,
        fields=(field,),
        levels=(level,),
        basis=basis,
        what=what,
        why=why,
        how=how,
        good=(Example({}, good),),
        bad=(Example({}, bad),),
        planned=True,
    )


RULES: tuple[Rule, ...] = (
    _row(
        "APP-001",
        W,
        "email",
        "携帯電話会社の古いアドレス",
        "「..」や「.@」を含む携帯電話会社のアドレスには、別の連絡先も聞くこと",
        "2009年より前に作られたアドレスには、返信が届かないことがあります。",
        "別のメールアドレスか電話番号も入力してもらいます。",
        "a.b@docomo.ne.jp",
        "a..b@docomo.ne.jp",
    ),
    _row(
        "APP-002",
        E,
        "licence_prefecture",
        "保健師助産師看護師法（知事免許）",
        "准看護師の応募には、免許を登録した都道府県を聞くこと",
        "准看護師の免許は都道府県ごとに登録されています。",
        "登録した都道府県を選んでもらいます。",
        "鹿児島県",
        "空欄",
    ),
    _row(
        "APP-003",
        W,
        "licences",
        "保健師助産師看護師法ほか",
        "応募した方の免許が、募集の職種に合うこと",
        "免許が合わないと採用できず、応募した方の時間も奪います。",
        "免許の選び間違いでないか確かめます。",
        "看護師免許で看護師に応募",
        "免許なしで看護師に応募",
    ),
    _row(
        "APP-004",
        F,
        "kana",
        "氏名の入力の慣行",
        "フリガナのない外国の方の氏名は、仮のフリガナで受け付けること",
        "読みがないことを理由に応募を断ることはできません。",
        "自動で「シ」「メイ」を入れます。",
        "シ／メイ",
        "フリガナがないため受け付けない",
    ),
    _row(
        "APP-005",
        W,
        "email",
        "二重の送信",
        "同じ募集への24時間以内の再応募を知らせること",
        "同じ応募が2件になると、人数の集計が狂います。",
        "二重の送信でないか確かめます。",
        "1回だけ応募",
        "同じアドレスから同じ日に2回応募",
    ),
    _row(
        "APP-006",
        E,
        "consent",
        "職業安定法第5条の5、個人情報保護法",
        "利用目的を示し、同意を得てから送信すること",
        "画面への入力は書面による直接の取得に当たり、目的を先に示す必要があります。",
        "利用目的を確かめ、同意にチェックしてもらいます。",
        "同意にチェックあり",
        "同意にチェックなし",
    ),
    _row(
        "APP-007",
        W,
        "free_text",
        "職業安定法第5条の5",
        "自由記入のマイナンバー・本籍・病気の記述を、一覧に出さないこと",
        "必要のない人の目に触れると、元に戻せません。",
        "一覧では隠し、担当者が開いたときだけ表示します。",
        "土日の午後に勤務できます。",
        "病歴は…",
    ),
    _row(
        "APP-008",
        W,
        "enquiry",
        "サービスの約束",
        "問い合わせには3営業日以内に答えること",
        "返事のない募集には応募がありません。",
        "自治体に知らせ、それでも返事がなければ事務局に知らせます。",
        "3営業日以内に回答",
        "返事がない",
    ),
)
