"""Sections A (body), B (contact person) and D (confirmation) of the form, as data.

Source: the field list of the domain notes (ours, not the ministry's: the real form was not published).
"""

from keynet_admin.catalogue.base import ALWAYS, Choice, Field, Kind, Visibility, words

ORGANIZATION: tuple[Field, ...] = (
    Field(
        "org_type",
        "団体の区分",
        Kind.CHOICE,
        required=ALWAYS,
        help="該当する区分を1つ選んでください。",
        choices=(
            Choice("prefecture", "都道府県", words("県 府 道 都 県庁 府庁 道庁 都庁")),
            Choice("city", "市", words("市役所 一般市 中核市 政令市 政令指定都市 指定都市")),
            Choice("special_ward", "特別区", words("東京都特別区 東京23区 東京都の特別区")),
            Choice("town", "町", words("町役場")),
            Choice("village", "村", words("村役場")),
            Choice("union", "一部事務組合・広域連合", words("一部事務組合 広域連合 事務組合 広域事務組合 広域行政事務組合 組合")),
        ),
    ),
    Field(
        "lg_code",
        "全国地方公共団体コード",
        Kind.LG_CODE,
        required=ALWAYS,
        max_length=6,
        help="6桁の半角数字で入力してください。先頭の0も省略しないでください。5桁しか分からない場合は、そのまま入力していただければ検査数字を補います。",
    ),
    Field(
        "org_name",
        "団体名",
        Kind.NAME,
        required=ALWAYS,
        max_length=40,
        visibility=Visibility.MASKED,
        help="正式な名称を入力してください（例：○○市）。都道府県名は不要です。",
    ),
    Field("org_kana", "団体名フリガナ", Kind.KANA, required=ALWAYS, max_length=80, help="全角カタカナで入力してください。"),
    Field(
        "pref",
        "都道府県",
        Kind.AUTO,
        required=ALWAYS,
        visibility=Visibility.PUBLIC,
        help="団体コードから自動で表示します。違っている場合はコードをご確認ください。",
    ),
    Field("org_zip", "郵便番号", Kind.ZIP, required=ALWAYS, max_length=7, help="ハイフンなしの7桁でも、ハイフン付きでも入力できます。"),
    Field("org_address", "所在地", Kind.ADDRESS, required=ALWAYS, max_length=100, help="市区町村名から番地まで入力してください。"),
    Field("org_building", "建物名・階", Kind.ADDRESS, max_length=60, help="庁舎名や階数があれば入力してください。"),
    Field(
        "org_tel",
        "代表電話番号",
        Kind.PHONE,
        required=ALWAYS,
        max_length=15,
        help="市外局番から入力してください。ご本人確認のお電話を差し上げることがあります。",
    ),
    Field(
        "org_url",
        "団体のホームページ",
        Kind.URL,
        max_length=200,
        visibility=Visibility.PUBLIC,
        help="https:// から始まる正式なアドレスを入力してください（短縮URLは使えません）。",
    ),
    Field(
        "department",
        "担当部署",
        Kind.TEXT,
        required=ALWAYS,
        max_length=60,
        visibility=Visibility.PUBLIC,
        help="部・課・係まで入力してください（例：健康福祉部 健康づくり課 予防係）。",
    ),
)

CONTACT: tuple[Field, ...] = (
    Field(
        "contact_last",
        "担当者（姓）",
        Kind.NAME,
        required=ALWAYS,
        max_length=20,
        help="戸籍の字体で入力できない場合は、常用の字体で入力してください。",
    ),
    Field(
        "contact_first",
        "担当者（名）",
        Kind.NAME,
        required=ALWAYS,
        max_length=20,
        help="入力できない字体は、常用の字体で入力してください。",
    ),
    Field("contact_last_kana", "フリガナ（姓）", Kind.KANA, required=ALWAYS, max_length=40, help="全角カタカナで入力してください。"),
    Field("contact_first_kana", "フリガナ（名）", Kind.KANA, required=ALWAYS, max_length=40, help="全角カタカナで入力してください。"),
    Field("contact_position", "役職", Kind.TEXT, max_length=40, help="役職がある場合に入力してください。"),
    Field(
        "contact_tel",
        "直通電話番号",
        Kind.PHONE,
        required=ALWAYS,
        max_length=15,
        help="日中つながる番号を入力してください。内線は次の欄に分けて入力してください。",
    ),
    Field("contact_ext", "内線", Kind.DIGITS, max_length=6, help="数字だけを入力してください。"),
    Field("contact_hours", "連絡のつきやすい時間帯", Kind.TEXT, max_length=60, help="例：平日9時～12時、13時～17時"),
    Field(
        "contact_email",
        "メールアドレス",
        Kind.EMAIL,
        required=ALWAYS,
        max_length=254,
        help="自治体のメールアドレス（lg.jp など）を入力してください。",
    ),
    Field(
        "contact_email2",
        "メールアドレス（確認）",
        Kind.EMAIL,
        required=ALWAYS,
        max_length=254,
        help="確認のため、もう一度入力してください（貼り付けはお控えください）。",
    ),
    Field(
        "account_email",
        "管理者アカウント用メールアドレス",
        Kind.EMAIL,
        max_length=254,
        help="空欄の場合は上のアドレスに発行します。異動に備え、係の共用アドレスをおすすめします。",
    ),
    Field("sub_contact_name", "副担当者", Kind.NAME, max_length=40, help="ご不在時に連絡できる方がいれば入力してください。"),
    Field("sub_contact_email", "副担当者メールアドレス", Kind.EMAIL, max_length=254, help="主担当者とは別のアドレスを入力してください。"),
    Field(
        "mail_env",
        "メールの受信環境",
        Kind.CHOICE,
        help="リンクが開けない環境でも手続きできるよう、ご案内の方法を調整します。",
        choices=(
            Choice(
                "fine",
                "問題なし",
                words("問題ない 問題ありません 特に問題なし 支障なし 問題なく受信できる 受信できる 通常どおり受信できる"),
            ),
            Choice(
                "stripped",
                "リンクや添付が削除される",
                words(
                    "リンクが削除される 添付が削除される リンク削除 添付削除 添付ファイルが削除される リンクや添付ファイルが削除される 無害化 無害化される 無害化あり メール無害化"
                ),
            ),
            Choice("unknown", "わからない", words("不明 分からない 分かりません わかりません")),
        ),
    ),
)

CONFIRMATION: tuple[Field, ...] = (
    Field("agree_terms", "利用規約への同意", Kind.BOOL, required=ALWAYS, help="利用規約を確認し、同意します。"),
    Field(
        "agree_truth",
        "募集条件の正確さと更新",
        Kind.BOOL,
        required=ALWAYS,
        help="募集条件は事実であり、変更や終了があったときは速やかに更新します。",
    ),
    Field("agree_report", "確保実績の報告への協力", Kind.BOOL, required=ALWAYS, help="応募・採用の人数を後日ご報告いただきます。"),
    Field(
        "agree_privacy",
        "応募者の個人情報の取扱い",
        Kind.BOOL,
        required=ALWAYS,
        help="選考の目的以外には使わず、不要になった情報は廃棄してください。",
    ),
)
