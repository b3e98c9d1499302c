"""Section C of the form, fourth part: conditions, selection and publication, as data.

Source: the field list of the domain notes (ours, not the ministry's: the real form was not published).
"""

from keynet_admin.catalogue.base import ALWAYS, Choice, Field, Kind, Visibility, When, grouped, words

_AGE_LIMIT = When("age_limit", ("yes",))
_UNTIL_A_DAY = When("deadline_type", ("date",))
_NURSING = When("job_type", ("public_health_nurse", "midwife", "nurse", "assistant_nurse"))
_PHYSICIAN = When("job_type", ("physician",))
_PAPERS = words("免許 免許証 資格 の免許 の資格 の資格を有する者 免許を有する者 資格を有する者 免許所持者 有資格者")
_CARS = words("自動車 普通 普通車 普通自動車 第一種普通自動車 第1種普通自動車 普通自動車第一種 普通自動車第1種")
_DRIVING = [f"{car}{paper}" for car in _CARS for paper in words("免許 免許証 運転免許 運転免許証")]
_DRIVING += words("運転免許 運転免許証 普免 要普免 要普通自動車免許 要普通自動車運転免許 普通自動車一種免許 車の免許 車の運転免許")


def _license(slug: str, job: str, more: str = "") -> Choice:
    """A licence by the job it is for, in the writings of notices: 看護師免許証, 看護師の資格, 要看護師免許."""
    names = (job, *words(more))
    writings = [f"{name}{paper}" for name in names for paper in ("", *_PAPERS)] + [f"要{name}免許" for name in names]
    return Choice(slug, f"{job}免許", tuple(writings))


OFFER: tuple[Field, ...] = (
    *grouped(
        "応募の条件",
        Field(
            "licenses",
            "必要な免許・資格",
            Kind.MULTI,
            required=ALWAYS,
            visibility=Visibility.PUBLIC,
            help="応募に必要な免許をすべて選んでください。不要な場合は「なし」を選んでください。",
            choices=(
                _license("physician", "医師"),
                _license("dentist", "歯科医師", "歯科医"),
                _license("public_health_nurse", "保健師"),
                _license("midwife", "助産師"),
                _license("nurse", "看護師", "正看護師 正看"),
                _license("assistant_nurse", "准看護師", "准看"),
                _license("radiological_technologist", "診療放射線技師", "放射線技師"),
                _license("clinical_laboratory_technologist", "臨床検査技師"),
                _license("clinical_engineer", "臨床工学技士", "臨床工学技師"),
                _license("pharmacist", "薬剤師"),
                _license("emergency_life_saving_technician", "救急救命士"),
                _license("dental_hygienist", "歯科衛生士"),
                Choice("driving", "自動車運転免許", (*_DRIVING, *(f"{name}（AT限定可）" for name in _DRIVING))),
                Choice("other", "その他"),
                Choice(
                    "none",
                    "なし",
                    words(
                        "無 無し 不要 資格不要 免許不要 免許・資格不要 資格・免許不要 不問 資格不問 免許不問 免許・資格不問 資格・免許不問 "
                        "資格なし 免許なし 必要なし 必要ありません 特になし 問わない 資格は問わない 必要な資格なし"
                    ),
                ),
            ),
        ),
        Field(
            "experience",
            "経験",
            Kind.CHOICE,
            required=ALWAYS,
            visibility=Visibility.PUBLIC,
            help="「必要」の場合は下の欄に年数や内容を書いてください。",
            choices=(
                Choice(
                    "not_asked",
                    "不問",
                    words(
                        "無 無し 有りません なし 経験不問 経験は不問 経験を問わない 経験は問わない 問わない 問いません 不要 経験不要 経験の有無は問わない 経験の有無不問 未経験可 "
                        "未経験者可 未経験OK 未経験でも可 特になし"
                    ),
                ),
                Choice(
                    "preferred",
                    "あれば尚可",
                    words(
                        "あればなお可 あれば尚良 あれば尚良し あればなお良い あれば望ましい あれば歓迎 あれば優遇 尚可 なお可 望ましい 歓迎 優遇 優先 経験者歓迎 経験者優遇 "
                        "経験者優先 経験者尚可 経験者なお可 経験あれば尚可 経験があれば尚可 経験があればなお可 経験があれば望ましい"
                    ),
                ),
                Choice(
                    "required", "必要", words("必須 要 必要あり 経験必須 経験必要 経験要 要経験 経験者 経験者のみ 経験者に限る 経験者限定")
                ),
            ),
        ),
        Field(
            "experience_note",
            "経験の内容",
            Kind.TEXT,
            required=When("experience", ("required",)),
            applies=When("experience", ("preferred", "required")),
            max_length=100,
            visibility=Visibility.PUBLIC,
            help="例：筋肉内注射の経験がある方",
        ),
        Field("blank_ok", "ブランク可", Kind.BOOL, visibility=Visibility.PUBLIC, help="離職期間のある方を歓迎する場合に選んでください。"),
        Field(
            "age_limit",
            "年齢制限",
            Kind.CHOICE,
            required=ALWAYS,
            visibility=Visibility.PUBLIC,
            help="原則として年齢は問えません。",
            choices=(
                Choice(
                    "no",
                    "なし",
                    words("無 無し 有りません 年齢不問 不問 制限なし 制限無し 問わない 年齢問わず 年齢を問わない 年齢は問わない 設けない"),
                ),
                Choice("yes", "あり", words("有 有り 制限あり 制限有り")),
            ),
        ),
        Field(
            "age_reason",
            "例外事由",
            Kind.CHOICE,
            required=_AGE_LIMIT,
            applies=_AGE_LIMIT,
            visibility=Visibility.PUBLIC,
            help="省令の例外事由を選び、理由を書いてください。",
            choices=(
                Choice("item_1", "1号", words("第1号 例外事由1号 省令1号 一号 第一号")),
                Choice("item_2", "2号", words("第2号 例外事由2号 省令2号 二号 第二号")),
                Choice("item_3_i", "3号イ", words("3号のイ 第3号イ 第3号のイ 例外事由3号イ 省令3号イ 三号イ 三号のイ 第三号イ 第三号のイ")),
                Choice(
                    "item_3_ro",
                    "3号ロ",
                    words(
                        "3号のロ 第3号ロ 第3号のロ 例外事由3号ロ 省令3号ロ 三号ロ 三号のロ 第三号ロ 第三号のロ 3号口 3号の口 第3号口 第3号の口 三号口 三号の口 第三号口 第三号の口"
                    ),
                ),
                Choice(
                    "item_3_ha",
                    "3号ハ",
                    words(
                        "3号のハ 第3号ハ 第3号のハ 例外事由3号ハ 省令3号ハ 三号ハ 三号のハ 第三号ハ 第三号のハ 3号八 3号の八 第3号八 第3号の八 三号八 三号の八 第三号八 第三号の八"
                    ),
                ),
                Choice(
                    "item_3_ni",
                    "3号ニ",
                    words(
                        "3号のニ 第3号ニ 第3号のニ 例外事由3号ニ 省令3号ニ 三号ニ 三号のニ 第三号ニ 第三号のニ 3号二 3号の二 第3号二 第3号の二 三号二 三号の二 第三号二 第三号の二"
                    ),
                ),
            ),
        ),
        Field(
            "age_note",
            "年齢制限の理由",
            Kind.TEXT,
            required=_AGE_LIMIT,
            applies=_AGE_LIMIT,
            max_length=100,
            visibility=Visibility.PUBLIC,
            help="例：深夜業のため18歳以上",
        ),
        Field(
            "other_req",
            "その他の応募条件",
            Kind.TEXT,
            max_length=120,
            visibility=Visibility.PUBLIC,
            help="業務に必要な条件だけを書いてください。",
        ),
    ),
    *grouped(
        "応募と選考",
        Field(
            "apply_by",
            "応募の受付方法",
            Kind.MULTI,
            required=ALWAYS,
            visibility=Visibility.PUBLIC,
            help="応募を受け付ける方法をすべて選んでください。本サイト以外で受け付けた分も、実績の報告に含めます。",
            choices=(
                Choice("site", "本サイト", words("当サイト このサイト 本サイトから 本サイトで応募 本サイトからの応募")),
                Choice("phone", "電話", words("TEL 電話連絡 電話申込 電話申込み 電話で申込 お電話")),
                Choice("mail", "メール", words("Eメール E-mail email 電子メール メール送信")),
                Choice("post", "郵送", words("郵便 郵送提出 郵送による提出 郵送で提出")),
                Choice("in_person", "持参", words("窓口 窓口持参 窓口に持参 窓口へ持参 窓口提出 直接持参 持参提出 持ち込み")),
            ),
        ),
        Field(
            "selection",
            "選考方法",
            Kind.MULTI,
            required=ALWAYS,
            visibility=Visibility.PUBLIC,
            help="予定している選考方法をすべて選んでください。",
            choices=(
                Choice("papers", "書類", words("書類選考 書類審査 書類による選考")),
                Choice("interview", "面接", words("面接試験 面接選考 個人面接 面談 面接審査 対面面接")),
                Choice(
                    "online_interview",
                    "オンライン面接",
                    words("Web面接 ウェブ面接 リモート面接 オンラインによる面接 オンラインでの面接 オンライン面談 Web面談"),
                ),
                Choice("other", "その他"),
            ),
        ),
        Field(
            "documents",
            "提出書類",
            Kind.TEXT,
            max_length=120,
            visibility=Visibility.PUBLIC,
            help="本籍や家族に関する書類は求めないでください。免許証の写しは採用決定後をおすすめします。",
        ),
        Field(
            "deadline_type",
            "締切",
            Kind.CHOICE,
            required=ALWAYS,
            visibility=Visibility.PUBLIC,
            help="人数に達したら公開を終了してください。",
            choices=(
                Choice(
                    "date",
                    "日付で指定",
                    words("日付指定 日付を指定 期日指定 期日を指定 期限あり 期限有り 締切あり 締切有り 締切日あり 締切日指定 締切日を指定"),
                ),
                Choice(
                    "until_filled",
                    "充足次第",
                    words(
                        "充足次第締切 充足次第終了 充足まで 充足するまで 定員に達し次第 定員に達し次第終了 定員に達し次第締切 定員になり次第 定員になり次第締切 人数に達し次第 "
                        "人数に達し次第終了 募集人数に達し次第 募集人数に達し次第終了 採用決定次第 採用者決定次第 採用者が決まり次第 採用が決まり次第 決まり次第終了"
                    ),
                ),
            ),
        ),
        Field(
            "deadline",
            "締切日",
            Kind.DATE,
            required=_UNTIL_A_DAY,
            applies=_UNTIL_A_DAY,
            visibility=Visibility.PUBLIC,
            help="公開終了日より前の日付にしてください。",
        ),
    ),
    *grouped(
        "公開",
        Field("publish_from", "公開開始希望日", Kind.DATE, help="空欄の場合は、確認が済み次第ご自身で公開できます。"),
        Field("publish_until", "公開終了予定日", Kind.DATE, required=ALWAYS, help="過ぎると自動で公開を止めます。"),
        Field(
            "visibility",
            "公開の範囲",
            Kind.CHOICE,
            required=ALWAYS,
            help="一部非公開では、団体名・会場名・住所が応募者にだけ表示されます。",
            choices=(
                Choice("public", "公開", words("公開する 全部公開 全公開 全て公開 すべて公開 全面公開 公開希望 公開を希望")),
                Choice(
                    "masked",
                    "一部非公開（団体名・勤務場所を伏せる）",
                    words(
                        "一部非公開 一部公開 一部を伏せる 団体名を伏せる 団体名非公開 団体名・勤務場所を伏せる 団体名と勤務場所を伏せる 団体名・勤務場所非公開"
                    ),
                ),
                Choice("private", "非公開", words("非公開とする 公開しない 全部非公開 全て非公開 すべて非公開 非公開希望 非公開を希望")),
            ),
        ),
        Field(
            "public_contact",
            "応募者からの問い合わせ先",
            Kind.TEXT,
            required=ALWAYS,
            max_length=60,
            visibility=Visibility.PUBLIC,
            help="部署名で入力してください（個人名は書かないでください）。",
        ),
        Field(
            "public_tel",
            "問い合わせ先電話番号",
            Kind.PHONE,
            max_length=15,
            visibility=Visibility.PUBLIC,
            help="公開してよい番号を入力してください。",
        ),
        Field(
            "retention",
            "応募書類の取扱い",
            Kind.CHOICE,
            required=ALWAYS,
            visibility=Visibility.PUBLIC,
            help="応募者に明示します。",
            choices=(
                Choice(
                    "destroy",
                    "選考後に廃棄",
                    words(
                        "廃棄 廃棄する 選考後廃棄 選考終了後廃棄 選考終了後に廃棄 責任をもって廃棄 責任を持って廃棄 破棄 選考後破棄 選考後に破棄 シュレッダー処理 シュレッダーで廃棄"
                    ),
                ),
                Choice(
                    "return",
                    "返却",
                    words("返却する 返還 返還する 選考後返却 選考後に返却 選考終了後返却 選考終了後に返却 本人に返却 返送 返送する"),
                ),
                Choice(
                    "keep",
                    "規程により保存",
                    words(
                        "保存 保管 規程による 規定による 規程により保管 規定により保存 規定により保管 文書規程により保存 文書管理規程により保存 文書管理規程による"
                    ),
                ),
            ),
        ),
        Field(
            "share_nc",
            "ナースセンターへの提供",
            Kind.BOOL,
            required=_NURSING,
            applies=_NURSING,
            default=True,
            help="管轄の都道府県ナースセンターに情報を提供します。",
        ),
        Field(
            "share_stt",
            "Save the town への提供",
            Kind.BOOL,
            required=_PHYSICIAN,
            applies=_PHYSICIAN,
            default=True,
            help="医師の募集は、登録医師とのマッチングのため Save the town にも提供します。希望しない場合はチェックを外してください。",
        ),
        Field("share_private", "民間事業者への情報提供", Kind.BOOL, default=False, help="公開中の内容に限り提供します。"),
        Field("operator_note", "事務局への連絡事項", Kind.AREA, max_length=400, help="確認してほしいことがあれば書いてください。"),
    ),
)
