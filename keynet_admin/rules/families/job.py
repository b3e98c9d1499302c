"""Rules JOB-001 to JOB-010: one posting is one job type, with a number of people and an honest form of engagement."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from keynet_admin.catalogue.blank import blank
from keynet_admin.rules.engine.posting_values import NURSING, is_employment, is_private, job_label, missing, rows
from keynet_admin.rules.engine.row import ERROR, WARNING, example, fix_row, row, warning_row
from keynet_admin.rules.engine.rule import Hit, Per, Rule, Scope
from keynet_admin.rules.words.job_names import OWN, names_the_job, two_jobs_in_detail, two_jobs_in_title
from keynet_admin.rules.words.plain import WordList, clause_around, listed, phrase_around, plain, public_text, text_of

_GAP: Final = re.compile(r"[ \u3000]+")


def check_one_job(scope: Scope) -> Iterator[Hit]:
    """JOB-001: two job types coordinated in the title, or recruited together in the description."""
    junior = scope.get("also_junior") is True
    own = text_of(scope, "job_other") if scope.get("job_type") == "other" else ""
    for name, reader in (
        ("title", two_jobs_in_title),
        ("job_other", two_jobs_in_title),
        ("duty_detail", two_jobs_in_detail),
        ("other_req", two_jobs_in_detail),
    ):
        value = scope.record.get(name)
        if not isinstance(value, str) or not value:
            continue
        text = plain(value if name in ("duty_detail", "other_req") or not _GAP.search(value) else _GAP.sub("/", value.strip()))
        if own and name != "job_other":
            text = text.replace(own, OWN)
        found = reader(text, junior, scope.get("job_type")) if text else None
        if found:
            found = tuple(own if word == OWN else word for word in found)
            advice = (
                "同じ条件で准看護師も応募できる場合は「准看護師の応募も可とする」を選び、条件が異なる場合は募集を分けてください。"
                if set(found) == {"看護師", "准看護師"}
                else "職種ごとに募集を分けて登録してください。"
            )
            yield Hit(
                name,
                f"1件の募集に{listed(found)}の{len(found)}つの職種が書かれています。",
                why=f"人数や条件を職種ごとに示せるよう、1件につき1職種とします。{advice}",
                example="看護師の募集と事務職員の募集を2件に分ける",
            )
            return


def check_headcount(scope: Scope) -> Iterator[Hit]:
    """JOB-002: a number of people from 1 to 999."""
    value = scope.get("headcount")
    if value is None:
        if missing(scope, "headcount"):
            yield Hit(
                "headcount",
                "募集人数が入力されていません。",
                how="応募する方と確保実績の報告のため、人数を1～999の数字で入力してください（例：15）。",
            )
    elif isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 999:
        yield Hit(
            "headcount",
            f"募集人数「{str(value)[:20]}」は登録できません。",
            how="「若干名」「数名」などではなく、1～999の数字で入力してください（見込みの人数で結構です。後から管理画面で増減できます。例：15）。",
        )


def check_many_people(scope: Scope) -> Iterator[Hit]:
    """JOB-003: more people than one venue takes."""
    value = scope.get("headcount")
    if not isinstance(value, int) or isinstance(value, bool) or value > 999:
        return
    limit = 30 if scope.get("job_type") == "physician" else 100
    if value > limit:
        what = "医師の募集人数" if limit == 30 else "1か所の募集人数"
        yield Hit(
            "headcount",
            f"{what}が{value}名になっています。",
            how=f"通常は{limit}名以内のため、桁の誤りがないかご確認ください。"
            "複数の会場の合計であれば、会場ごとに分けて登録すると応募しやすくなります。",
        )


def check_title_names_job(scope: Scope) -> Iterator[Hit]:
    """JOB-004: the title names the job type or its plain name."""
    title, job = text_of(scope, "title"), scope.get("job_type")
    if not title or not isinstance(job, str) or names_the_job(title, job, text_of(scope, "job_other")):
        return
    name = scope.get("job_other") if job == "other" else job_label(job)
    yield Hit(
        "title",
        f"見出しに職種「{name}」が書かれていません。",
        how=f"求職者は職種で探すため、見出しだけで職種が分かるようにしてください（例：集団接種会場の{name}）。",
        example=f"集団接種会場の{name}",
    )


def check_copies(scope: Scope) -> Iterator[Hit]:
    """JOB-005: two postings of one submission with the same job, engagement, venue, term and shifts."""
    postings = scope.record.get("postings")
    if not isinstance(postings, (list, tuple)):
        return
    seen: dict[tuple[Any, ...], int] = {}
    for index, posting in enumerate(postings):
        if not isinstance(posting, Mapping):
            continue
        key = _identity(posting)
        if key is None:
            continue
        first = seen.setdefault(key, index)
        if first != index:
            yield Hit(
                f"postings.{index}.job_type",
                f"募集{index + 1}は、職種・勤務場所・期間・勤務時間帯が募集{first + 1}と同じです。",
                how="写しが残っている場合は削除し、別の募集であれば違いが分かるように入力してください。",
                example="会場または時間帯を変えて登録",
            )


def _identity(posting: Mapping[str, Any]) -> tuple[Any, ...] | None:
    shifts = posting.get("shifts")
    names = ("job_type", "venue_name", "term_start", "term_end")
    if any(not isinstance(posting.get(name), str) for name in names) or not isinstance(shifts, (list, tuple)) or not shifts:
        return None
    lines = []
    for shift in shifts:
        if not isinstance(shift, Mapping) or blank(shift.get("start")) or blank(shift.get("end")):
            return None
        days = shift.get("days")
        lines.append((str(sorted(map(str, days)) if isinstance(days, (list, tuple)) else days), str(shift["start"]), str(shift["end"])))
    texts = [plain(value) if isinstance(value := posting.get(name), str) else "" for name in ("job_other", "venue_name", "venue_address")]
    return (*(posting[name] for name in names), posting.get("engagement"), posting.get("venue_city"), *texts, *sorted(lines))


_PART_TIME: Final = frozenset({"fiscal_year_part_time", "temporary_appointment", "special_part_time"})


def fix_nonregular(scope: Scope) -> Iterator[Hit]:
    """JOB-006: part-time and temporary engagements are non-regular by their nature."""
    if scope.record.get("nonregular") is False and scope.record.get("engagement") in _PART_TIME:
        yield Hit(
            "nonregular",
            "任用の形が非常勤または臨時のため、「非常勤・臨時である旨」を「はい」にしました。",
            how="違う場合は任用の形をご確認ください。",
            value=True,
        )


def check_programme_jobs(scope: Scope) -> Iterator[Hit]:
    """JOB-010: a job type that the circular of May 2021 does not name."""
    job = scope.get("job_type")
    if isinstance(job, str) and job not in ("physician", "nurse", "assistant_nurse", "clerical"):
        yield Hit(
            "job_type",
            f"職種「{job_label(job)}」は、令和3年5月の事務連絡に例示された職種（医師・看護師・准看護師・事務職員等）にありません。",
            why="「等」に含まれるか事務局で確認します。",
            how="接種会場での役割を「仕事の内容」に書いてください。",
        )


_MAY: Final = date(2021, 5, 7)
_AUTUMN: Final = date(2021, 10, 4)
_LATER: Final = date(2024, 5, 13)


_PREFECTURE: Final = re.compile(r"^(?:北海道|東京都|(?:京都|大阪)府|(?:神奈川|和歌山|鹿児島|[^\s都道府県]{2})県)(?=.)")
_OFFICE: Final = re.compile(r"(?:役所|役場|庁|長|知事|教育委員会)$")


def check_employer(scope: Scope) -> Iterator[Hit]:
    """JOB-007: a private employer is named, and is not the municipality itself."""
    if not is_private(scope.record):
        return
    employer = text_of(scope, "employer")
    if not employer:
        if missing(scope, "employer"):
            yield Hit(
                "employer",
                "「委託先による雇用」なのに雇用主の名称がありません。",
                how="応募する方が契約の相手を確かめられるよう、雇用契約を結ぶ法人の正式名称を入力してください（例：株式会社海山医療）。",
            )
        return
    body = scope.organization.get("org_name")
    if isinstance(body, str) and body and _body(employer) == _body(plain(body)):
        yield Hit(
            "employer",
            f"雇用主が「{scope.get('employer')}」となっています。",
            how="自治体が直接任用する場合は「任用・契約の形」を選び直し、委託先が雇用する場合はその法人の正式名称を入力してください（例：株式会社海山医療）。",
        )


def _body(name: str) -> str:
    return _OFFICE.sub("", _PREFECTURE.sub("", name))


DISPATCH_FROM, DISPATCH_UNTIL = date(2021, 4, 23), date(2023, 3, 31)
_DISPATCH: Final = WordList(
    r"(?:人材|労働者|登録型|紹介予定)派遣"
    r"|派遣(?:社員|元|先|スタッフ|労働者?|会社|契約|期間|形態|就業|登録|雇用|勤務|職員|従業員|看護師|ナース|保健師|医師|薬剤師|事務|求人)"
    r"|派遣(?:です|になります|扱い|募集)|(?:形態|身分|区分)(?:は|:|が)派遣|\(派遣\)"
    r"|派遣(?:として|での|で(?:働|勤務|就業|従事)|のお?仕事|の求人|の方を募集|の看護師|の形)"
    r"|(?<!を)派遣(?:いたします|致します|します|され(?:ます|て(?:勤務|就業|従事|働)))",
    r"を[^。、\n]{1,14}(?:へ|に)派遣(?:し|いた|され|する)[^。\n]{0,3}|(?:人材|労働者)?派遣(?:会社|社員"
    r"|スタッフ|職員|従業員|看護師|ナース|保健師|医師|薬剤師|労働者|事務)?(?:等|など|の方々?)?"
    r"(?:と(?:の|も|協力|連携|一緒|共に|ともに|分担)|へ(?:の|は)|に(?:対|関|係|つ|指示|引)|から(?:の|来"
    r"|派遣)|も(?:一緒|共に|ともに|働|い(?:ます|る)|おり|在籍|協力)|が(?:担当|行|従事|おり|配置|います)"
    r"|の(?:受入|受け入れ|管理|指導|調整|手配|シフト|勤怠|出退勤|配置|教育|契約|依頼|支払))"
    r"|(?:災害|講師|職員|医師|看護師|保健師|専門家|要員|応援|海外|研修)派遣(?:の|に|を|調整|事業|制度|依頼|研修|医療)"
    r"|派遣(?:医療チーム|研修|依頼|事業|調整|申請|費|要請)|派遣(?:事務|契約)(?:の|を|に)",
)
_NOT_DISPATCH: Final = re.compile(
    r"では(?:な|あり)|じゃな|でな[いく]|ません|ない|なく|以外|除[きく]|不可|お断り|経験|歴の?ある|異な|登録していた(?!だ)"
)


def check_dispatch(scope: Scope) -> Iterator[Hit]:
    """JOB-008: words of labour dispatch in a posting; for nursing jobs unlawful outside the time of the exception."""
    text = public_text(scope)
    found = [m.group() for m in _DISPATCH.matches(text) if not _NOT_DISPATCH.search(phrase_around(text, m.start(), m.end()))]
    if not found:
        return
    words = list(dict.fromkeys(found))
    name = next((n for n in ("title", "duty_detail", "other_req", "pay_note") if any(w in text_of(scope, n) for w in words)), "engagement")
    if scope.get("job_type") in NURSING and not DISPATCH_FROM <= scope.on <= DISPATCH_UNTIL:
        yield Hit(
            name,
            f"{listed(words)}とありますが、看護職を接種会場へ派遣できたのは2021年4月23日から2023年3月31日までです。",
            how="自治体が直接任用するか、委託先が雇用する形に改めてください。",
            level=ERROR,
        )
        return
    yield Hit(
        name,
        f"{listed(words)}とあります。",
        why="派遣労働者の募集は派遣元が行うもので、ここでは自治体または委託先が直接雇う募集を扱います。",
        how="雇う主体をご確認のうえ、派遣でない場合は言葉を改めてください（例：市が直接任用します）。",
        level=WARNING,
    )


_NEGATED: Final = re.compile(r"ません|ない|なし|無し|なく|せず|されず|異な|対象外|適用外|除[きく]|不可|換算")
_EMPLOYMENT_WORDS: Final = WordList(
    r"雇用(?:契約|期間|形態|条件|保険(?:完備|あり|有|加入|に加入|適用)|し|され|と)|(?:時|月|日)給|社保(?:完備|あり|有|加入)"
    r"|社会保険(?:完備|あり|有|加入|に加入|適用)|各種(?:社会)?保険(?:完備|あり|有)|賞与|ボーナス|期末手当"
    r"|(?:年次)?有給休暇|昇給|退職(?:金|手当)"
    r"|正社員|アルバイト|パート(?:社員|タイマー|タイム)",
    r"患者|(?:住民|市民|利用者)の雇用|雇用(?:対策|促進|政策|調整助成金)|副業|兼業|パートナー",
)
_FEE_WORDS: Final = WordList(
    r"報償(?:費|金)|謝(?:礼)?金|謝礼(?!品)|雇用(?:で|と|に)は(?:あり|なり)ません|雇用ではな|雇用関係(?:は|を|が)?(?:生|結|発|あり|な)",
)
_FEE_OFFICE: Final = re.compile(r"事務|伝票|計算|処理|手続|起案|管理|作成|支出|審査|入力")
_OFFER_TEXT: Final = (
    "title",
    "duty_detail",
    "pay_note",
    "other_allow",
    "insurance_note",
    "renewal_rule",
    "other_req",
    "pay_day",
    "workdays_note",
)


def check_fee_or_employment(scope: Scope) -> Iterator[Hit]:
    """JOB-009: an honorarium described as employment, or an employment described as an honorarium."""
    honorarium = scope.get("engagement") == "honorarium"
    if not honorarium and not is_employment(scope.record):
        return
    words = _EMPLOYMENT_WORDS if honorarium else _FEE_WORDS
    text = text_of(scope, *_OFFER_TEXT)
    for match in words.matches(text):
        phrase = phrase_around(text, match.start(), match.end())
        word = match.group()
        if honorarium:
            if _NEGATED.search(phrase):
                continue
            yield _mixed(_where(scope, word), f"報償費による従事（雇用ではない）を選んでいますが、「{word}」という雇用の言葉があります。")
            return
        if word.startswith("雇用"):
            if scope.get("engagement") != "contractor":
                continue
        elif _NEGATED.search(phrase) or _FEE_OFFICE.search(clause_around(text, match.start(), match.end())):
            continue
        yield _mixed(_where(scope, word), f"雇用または任用の形を選んでいますが、「{word}」とあります。")
        return
    if not honorarium:
        for index, line in rows(scope, "pay_lines"):
            label = line.get("label")
            if isinstance(label, str) and (found := _FEE_WORDS.find(plain(label))):
                yield _mixed(f"pay_lines.{index}.label", f"雇用または任用の形を選んでいますが、「{found[0]}」とあります。")
                return


def _mixed(name: str, what: str) -> Hit:
    return Hit(
        name,
        what,
        why="雇用か報償費かで、保険や税、守られる法律が変わります。",
        how="人事担当課にご確認のうえ、「任用・契約の形」と文章をそろえてください（例：報償費1回5,000円）。",
    )


def _where(scope: Scope, word: str) -> str:
    return next((name for name in _OFFER_TEXT if word in text_of(scope, name)), "engagement")


RULES: tuple[Rule, ...] = (
    row(
        "JOB-001",
        ("job_type", "title", "duty_detail", "other_req"),
        basis="ハローワークの求人票の原則（1求人1職種）と申請様式 [S72]",
        what="1件の募集は1職種",
        why="職種によって免許・業務・報酬・保険が違います。まとめて書くと人数も条件も分からず、職種で探す方に届きません。",
        how="職種ごとに募集を分けてください。同じ条件で准看護師も応募できるときは「准看護師の応募も可とする」を選べば1件で足ります。"
        "一緒に働く職種を仕事の内容に書くことは差し支えありません。",
        good=(
            example("看護師", title="集団接種会場の看護師"),
            example("看護師・准看護師（准看護師の応募も可）", title="看護師・准看護師（土日）", also_junior=True),
            example("一緒に働く職種を書く", duty_detail="医師の指示のもと、事務職員と協力して、予診票の確認と注射による接種を行います。"),
        ),
        bad=(
            example("看護師及び事務員", title="看護師及び事務員"),
            example("看護師・事務", title="看護師・事務"),
            example(
                "看護師及び事務員を募集します", duty_detail="接種（注射）と会場の受付を行う看護師及び事務員を募集します。経験は問いません。"
            ),
        ),
        check=check_one_job,
        overridable=True,
    ),
    row(
        "JOB-002",
        ("headcount",),
        basis="令和3年5月7日事務連絡（確保実績の報告）・ハローワークの求人票 [S01, S72]",
        what="募集人数は1～999の整数",
        why="人数が分からないと、充足したかどうかの判断も、確保実績の報告もできません。",
        how="半角数字で入力してください。「若干名」「数名」や、2つの人数を書くことはできません。見込みの人数で結構です。",
        good=(example("15", headcount="15名"), example("30", headcount="３０人")),
        bad=(
            example("若干名", headcount="若干名"),
            example("0", headcount=0),
            example("1000", headcount=1000),
            example("空欄", headcount=None),
        ),
        check=check_headcount,
    ),
    warning_row(
        "JOB-003",
        ("headcount",),
        basis="2021年の自治体の募集の規模 [S39, S97]",
        what="1か所で100名、医師で30名を超える人数は確認",
        why="桁を誤ると、応募する方にも確保実績にも誤った数字が伝わります。",
        how="人数をご確認ください。複数の会場の合計なら、会場ごとに分けて登録してください。",
        good=(example("15", headcount=15), example("100", headcount=100)),
        bad=(example("500", headcount=500),),
        check=check_many_people,
    ),
    warning_row(
        "JOB-004",
        ("title", "job_type", "job_other"),
        basis="求人票の書き方の実務 [S72b]",
        what="見出しに職種が書かれていること",
        why="求職者は職種で探します。一覧では見出ししか見えません。",
        how="職種名か、通じる呼び名（ナース、看護職、受付など）を見出しに入れてください。",
        good=(example("集団接種の看護師", title="集団接種の看護師"), example("週末だけのナース募集", title="週末だけのナース募集")),
        bad=(example("スタッフ大募集！！", title="スタッフ大募集！！"),),
        check=check_title_names_job,
    ),
    warning_row(
        "JOB-005",
        ("job_type", "venue_name", "term_start", "term_end", "shifts"),
        basis="受付の実務",
        what="1回の申請に同じ募集が2件ないこと",
        why="写しが残ったまま公開されると、応募が二つに分かれ、人数も二重に数えられます。",
        how="職種・勤務場所・期間・勤務時間帯が同じ募集は、一方を削除するか、違いを入力してください。",
        good=(example("募集は1件", internal_no="1"),),
        bad=(example("写しを消し忘れた2件", {"postings.1.internal_no": "2"}, internal_no="1"),),
        per=Per.SUBMISSION,
        check=check_copies,
    ),
    fix_row(
        "JOB-006",
        ("engagement", "nonregular"),
        basis="令和3年5月7日事務連絡（非常勤・臨時である旨の明示） [S01]",
        what="パートタイム・臨時の任用は「非常勤・臨時である旨」を「はい」にする",
        why="事務連絡は、非常勤・臨時の募集であればその旨を明示できるとしています。任用の形と食い違うと応募する方が迷います。",
        how="自動で「はい」にします。違う場合は「任用・契約の形」をご確認ください。",
        good=(example("はい", nonregular=True),),
        bad=(example("パートタイムで「いいえ」→「はい」", nonregular=False),),
        fix=fix_nonregular,
    ),
    row(
        "JOB-007",
        ("engagement", "employer"),
        basis="職業安定法第5条の3・施行規則第4条の2（募集者の氏名または名称） [S21]",
        what="委託先による雇用では、雇用主の名称があること",
        why="だれに雇われるかは、募集のときに示さなければならない条件です。",
        how="雇用契約を結ぶ法人の正式名称を入力してください。自治体が任用する場合は「任用・契約の形」を選び直してください。",
        good=(example("株式会社海山医療", engagement="contractor", employer="株式会社海山医療", probation="none"),),
        bad=(
            example("空欄", engagement="contractor", employer=""),
            example("自治体の名前", engagement="contractor", employer="日向市役所"),
        ),
        check=check_employer,
        binds="priv",
    ),
    row(
        "JOB-008",
        ("engagement", "duty_detail"),
        (ERROR, WARNING),
        basis="労働者派遣法第4条・同法施行令（接種会場への看護師等の派遣は2021年4月23日～2023年3月31日） [S51]",
        what="派遣の言葉は確認。看護職は、派遣できた期間の外ではエラー",
        why="看護職を接種会場へ派遣できたのは特例の期間だけでした。また、派遣労働者を募集するのは派遣元です。",
        how="自治体が直接任用するか委託先が雇用する募集に改め、派遣という言葉を使わないでください。",
        good=(
            example("派遣職員ではありません", other_req="派遣職員ではありません。市が直接任用します。"),
            example("直接任用", support_note="経験のある職員が付き添います。"),
        ),
        bad=(
            example("派遣社員として勤務", other_req="派遣社員として勤務していただきます。"),
            example("2024年の看護師の派遣", on=_LATER, other_req="派遣元との契約になります。"),
        ),
        check=check_dispatch,
    ),
    warning_row(
        "JOB-009",
        ("engagement", "duty_detail", "pay_note", "pay_lines"),
        basis="報償費による従事の要綱の例 [S40]",
        what="報償費による従事か雇用かで、文章の言葉がそろっていること",
        why="雇用でなければ、社会保険・有給休暇・労働法の保護がありません。応募する方が誤解しないようにします。",
        how="「任用・契約の形」と文章の一方を直してください。",
        good=(
            example("任用で報酬", pay_note="土日は割増します。"),
            example(
                "報償費1回5,000円",
                engagement="honorarium",
                probation="none",
                accident="private_cover",
                pay_note="報償費は1回ごとにお支払いします。雇用ではありません。",
            ),
        ),
        bad=(
            example("報償費で社会保険完備", engagement="honorarium", probation="none", pay_note="社会保険完備です。"),
            example("任用で報償費", pay_note="報償費として1回5,000円をお支払いします。"),
        ),
        check=check_fee_or_employment,
    ),
    warning_row(
        "JOB-010",
        ("job_type",),
        basis="令和3年5月7日事務連絡（医師・看護師・准看護師・事務職員等） [S01]",
        what="2021年5月は、事務連絡に例示のない職種を事務局が確認",
        why="「等」に含まれるかどうかは、会場での役割によります。",
        how="会場での役割を「仕事の内容」に具体的に書いてください。",
        good=(
            example("看護師", title="集団接種会場の看護師"),
            example("2021年10月の臨床工学技士", on=_AUTUMN, job_type="clinical_engineer"),
        ),
        bad=(example("2021年5月の臨床工学技士", on=_MAY, job_type="clinical_engineer"),),
        check=check_programme_jobs,
        valid_from=date(2021, 5, 1),
        valid_to=date(2021, 5, 31),
    ),
)
