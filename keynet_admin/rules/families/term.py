"""Rules TERM-001 to TERM-009: the term of appointment, its renewal and the words for it."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from keynet_admin.business_time import add_business_days
from keynet_admin.catalogue import posting_field
from keynet_admin.catalogue.reference import law_date
from keynet_admin.rules.engine.posting_values import day, is_fiscal_year, long_day, missing
from keynet_admin.rules.engine.row import ERROR, WARNING, example, row, warning_row
from keynet_admin.rules.engine.rule import Hit, Rule, Scope
from keynet_admin.rules.words.plain import WordList, clause_around, fields_with, phrase_around, text_of

RENEWAL_FROM: Final = date(2024, 4, 1)


def check_term(scope: Scope) -> Iterator[Hit]:
    """TERM-001: both days are given, the first not after the last."""
    start, end = day(scope, "term_start"), day(scope, "term_end")
    for name in ("term_start", "term_end"):
        if missing(scope, name):
            yield Hit(
                name,
                f"{posting_field(name).label}が入力されていません。",
                why="期間は募集のときに示す必要があります（職業安定法第5条の3）。",
                how="日付を入力してください（例：2021/06/01、令和3年6月1日）。",
            )
    if start and end and end < start:
        yield Hit(
            "term_end",
            f"終了日（{long_day(end)}）が開始日（{long_day(start)}）より前です。",
            how="開始日と終了日が入れ替わっていないかご確認ください。",
            example="開始日 2021-06-01、終了日 2021-09-30",
        )


def fiscal_year_end(start: date) -> date:
    """The 31 March that ends the fiscal year of a day."""
    return date(min(start.year + (start.month >= 4), date.max.year), 3, 31)


def check_fiscal_year(scope: Scope) -> Iterator[Hit]:
    """TERM-002: the term of a 会計年度任用職員 stays in one fiscal year."""
    if not is_fiscal_year(scope.record):
        return
    start, end = day(scope, "term_start"), day(scope, "term_end")
    if start and end and end > (limit := fiscal_year_end(start)):
        yield Hit(
            "term_end",
            f"会計年度任用職員の任期は年度内（{long_day(limit)}まで）です。",
            how="終了日をご確認ください。",
            example=limit.isoformat(),
        )


def earliest_start(on: date) -> date:
    """The day after two business days of checking: nobody can be hired through a posting before that."""
    try:
        return add_business_days(on, 3)
    except OverflowError:  # the last days that a date can hold
        return on


def check_soon(scope: Scope) -> Iterator[Hit]:
    """TERM-003: the work starts before a posting could bring anybody."""
    start = day(scope, "term_start")
    if start and start < (earliest := earliest_start(scope.on)):
        yield Hit(
            "term_start",
            f"開始日が{long_day(start)}ですが、確認に2営業日かかるため、公開できるのは早くて{long_day(earliest)}ごろです。",
            how="応募と選考の日数も見て、開始日をご確認ください。",
            example="3週間ほど先の日付",
        )


def check_programme(scope: Scope) -> Iterator[Hit]:
    """TERM-004: the term goes beyond the end of the vaccination programme that is known on the reference date."""
    end = day(scope, "term_end")
    if end is None:
        return
    last = law_date("programme_end", scope.on)
    if last is not None and scope.on <= last < end:
        yield Hit(
            "term_end",
            f"終了日が{long_day(end)}ですが、接種事業の期間は現在{long_day(last)}までとされています。",
            how="期間が延びる前提であればその旨を「更新の基準」に書き、そうでなければ終了日をご確認ください。",
            example=last.isoformat(),
        )


_RENEWABLE: Final = ("possible", "usual")


def check_renewal_rule(scope: Scope) -> Iterator[Hit]:
    """TERM-005: renewal is possible and its criteria are not stated."""
    if scope.get("renewal") in _RENEWABLE and missing(scope, "renewal_rule"):
        strict = scope.on >= RENEWAL_FROM
        law = "2024年4月1日からは、更新の基準を募集のときに示す必要があります（職業安定法施行規則第4条の2）。" if strict else ""
        yield Hit(
            "renewal_rule",
            f"更新・再度の任用が「{posting_field('renewal').label_of(str(scope.get('renewal')))}」ですが、更新の基準がありません。",
            how=f"{law}判断の基準を入力してください（例：接種の実施状況と勤務成績により判断します）。",
            level=ERROR if strict else WARNING,
        )


def check_renewal_cap(scope: Scope) -> Iterator[Hit]:
    """TERM-006: renewal is possible and nothing is said about its cap (since 2024-04-01)."""
    if scope.get("renewal") not in _RENEWABLE or not missing(scope, "renewal_cap"):
        return
    yield Hit(
        "renewal_cap",
        "更新の上限（通算期間または回数）が書かれていません。",
        why="2024年4月1日からは、上限の有無と内容を募集のときに示す必要があります（職業安定法施行規則第4条の2）。",
        how="上限がなければ「上限なし」と入力してください（基準に書いた場合も、この欄に入力してください）。",
    )


_CONDITIONAL: Final = re.compile(
    r"条件付(?:き)?(?:の)?採用[^。]{0,8}(?:1|一)(?:[かヶカケ箇]?月)|(?:1|一)(?:[かヶカケ箇]?月)(?:間)?[^。" r"]{0,8}条件付"
)


def check_probation(scope: Scope) -> Iterator[Hit]:
    """TERM-007: the first month of a 会計年度任用職員 is 条件付採用."""
    probation = scope.get("probation")
    if probation is None or probation == "conditional_one_month" or not is_fiscal_year(scope.record):
        return
    if probation == "other" and _CONDITIONAL.search(text_of(scope, "probation_note")):
        return
    yield Hit(
        "probation",
        f"会計年度任用職員は原則として「条件付採用1か月」ですが、「{posting_field('probation').label_of(str(probation))}」が選ばれています（地方公務員法第22条の2第7項）。",
        how="人事担当課にご確認ください。",
    )


_BONUS: Final = WordList(
    r"期末(?:・?勤勉)?手当|勤勉手当|賞与|ボーナス",
    r"(?:期末(?:・?勤勉)?手当|勤勉手当|賞与|ボーナス)(?:等|など|の支給)?(?:は|:|の支給は"
    r"|・退職手当は)?(?:あり|支給(?:し|され)|支給の対象と?なり?)?"
    r"(?:ません|なし|無し?|ない|対象外|支給対象外|不支給|\(なし\))",
)


def check_single_day(scope: Scope) -> Iterator[Hit]:
    """TERM-008: one day of work, with insurance or a bonus that need weeks of it."""
    start, end = day(scope, "term_start"), day(scope, "term_end")
    one_day = start is not None and start == end
    if not one_day and scope.get("single_day") is not True:
        return
    what = "1日だけの募集" if one_day else "1日だけの従事も可とする募集"
    chosen = scope.get("insurance")
    labels = posting_field("insurance")
    promised = [
        labels.label_of(item) for item in ("health", "pension", "employment") if isinstance(chosen, (list, tuple)) and item in chosen
    ]
    if promised and "by_hours" not in chosen:
        yield Hit(
            "insurance",
            f"{what}ですが、「{'」「'.join(promised)}」に加入するとあります。",
            why="雇用保険は31日以上、健康保険・厚生年金は2か月を超える見込みが要ります。",
            how="「勤務時間による」を選んで条件を補足に書くか、保険の選択と期間をご確認ください。",
        )
    for name, text in fields_with(scope, ("other_allow", "pay_note", "duty_detail")):
        for match in _BONUS.matches(text):
            if one_day or not _ON_CONDITION.search(clause_around(text, match.start(), match.end())):
                yield Hit(
                    name, f"{what}ですが、「{match.group()}」とあります。", how="支給の条件に当たるか、期間に誤りがないかご確認ください。"
                )
                return


_ON_CONDITION: Final = re.compile(r"場合|条件|以上|要件|対象者")
_PRIVATE_WORDS: Final = WordList(
    r"契約社員|(?:準|非)?正社員(?:登用)?|準社員|雇用契約(?:書|期間)?|パート社員|アルバイト(?:として|を?(?:大)?募集|スタッフ|契約)",
    r"雇用契約(?:書)?の(?:作成|管理|確認|締結事務|事務|審査)|(?:民間|他社|会社|企業)[^。、\n]{0,"
    r"8}(?:正社員|契約社員)|(?:正社員|契約社員|アルバイト)(?:など|等)?の方(?:も|は|で|が)|(?:正社員"
    r"|契約社員|雇用契約)(?:等)?(?:の|で|として)(?:の)?(?:経験|勤務経験"
    r"|職歴|実務)",
)
_NOT_MEANT: Final = re.compile(r"以外|では(?:な|あり|ござ)|でな[いく]|ません|ない|なし|副業|兼業|経験|職歴|からの転職|離職")


def check_private_words(scope: Scope) -> Iterator[Hit]:
    """TERM-009: words of private employment in a posting of the municipality's own appointment."""
    if not is_fiscal_year(scope.record):
        return
    names = (
        "title",
        "duty_detail",
        "other_req",
        "pay_note",
        "other_allow",
        "renewal_rule",
        "probation_note",
        "insurance_note",
        "experience_note",
    )
    for name, text in fields_with(scope, (*names, "workdays_note", "support_note", "training_note")):
        for match in _PRIVATE_WORDS.matches(text):
            if _NOT_MEANT.search(phrase_around(text, match.start(), match.end())):
                continue
            yield Hit(
                name,
                f"「{match.group()}」は民間の雇用の言葉です。",
                why="会計年度任用職員は「任用」であり、期間や身分の扱いが違います。",
                how="応募する方が誤解しないよう言葉を改めてください（例：任用期間、再度の任用）。",
            )
            return


_LATER: Final = date(2024, 5, 13)
_AUTUMN: Final = date(2021, 10, 4)

RULES: tuple[Rule, ...] = (
    row(
        "TERM-001",
        ("term_start", "term_end"),
        basis="職業安定法第5条の3・施行規則第4条の2（契約期間） [S20]",
        what="開始日と終了日があり、開始日が終了日より後でないこと",
        why="期間は募集のときに示さなければならない条件です。",
        how="両方の日付を入力してください。和暦でも入力できます。",
        good=(example("6月1日～9月30日", term_start="2021-06-01", term_end="2021-09-30"),),
        bad=(example("9月30日～6月1日", term_start="2021-09-30", term_end="2021-06-01"), example("終了日が空欄", term_end=None)),
        check=check_term,
    ),
    row(
        "TERM-002",
        ("engagement", "term_start", "term_end"),
        basis="地方公務員法第22条の2（会計年度任用職員の任期は会計年度の範囲内） [S35]",
        what="会計年度任用職員の任期は年度内（3月31日まで）",
        why="法律で、任期は会計年度の末日までと定められています。",
        how="終了日を3月31日までにしてください。続ける場合は、翌年度の募集または再度の任用とします。",
        good=(example("2021-06-01～2022-03-31", term_start="2021-06-01", term_end="2022-03-31"),),
        bad=(example("2021-06-01～2022-05-31", term_start="2021-06-01", term_end="2022-05-31"),),
        check=check_fiscal_year,
        valid_from=date(2020, 4, 1),
    ),
    warning_row(
        "TERM-003",
        ("term_start",),
        basis="令和3年5月7日事務連絡（2営業日以内に案内、その後に公開） [S01]",
        what="開始日が、公開できる日より前のときは確認",
        why="確認に2営業日かかり、その後に公開と選考があります。間に合わない募集は応募する方の期待を裏切ります。",
        how="開始日を先に延ばすか、急ぐ事情を事務局への連絡事項に書いてください。",
        good=(example("3週間先", term_start="2021-06-01"),),
        bad=(example("翌日", term_start="2021-05-08"),),
        check=check_soon,
    ),
    warning_row(
        "TERM-004",
        ("term_end",),
        basis="接種事業の期間（2021年5月時点では2022年2月28日まで。延長のたびに改める表による） [S51]",
        what="接種事業の期間を過ぎる任期は確認",
        why="事業が終わった後の仕事があるかどうか分からないまま応募することになります。",
        how="終了日を事業の期間内にするか、延長を前提とすることを書いてください。",
        good=(example("2022-02-28まで", term_end="2022-02-28"),),
        bad=(example("2022-03-31まで", on=_AUTUMN, term_end="2022-03-31"),),
        check=check_programme,
        valid_to=date(2024, 3, 31),
    ),
    row(
        "TERM-005",
        ("renewal", "renewal_rule"),
        (ERROR, WARNING),
        basis="職業安定法施行規則第4条の2（更新の基準。2024年4月1日施行） [S21]",
        what="更新があり得るときは、更新の基準を書く（2024年4月1日からは必須）",
        why="続けて働けるかどうかの見通しは、応募を決める条件です。",
        how="判断の基準（接種の実施状況、勤務成績など）を書いてください。",
        good=(example("基準あり", renewal="あり得る", renewal_rule="接種の実施状況と勤務成績により判断します。"),),
        bad=(
            example("2021年・基準なし（確認）", renewal="possible"),
            example("2024年・基準なし（エラー）", on=_LATER, renewal="possible", renewal_cap="上限なし"),
        ),
        check=check_renewal_rule,
    ),
    row(
        "TERM-006",
        ("renewal", "renewal_cap"),
        basis="職業安定法施行規則第4条の2（更新の上限。2024年4月1日施行） [S21]",
        what="2024年4月1日から、更新の上限の有無と内容を書く",
        why="何年まで、何回まで続けられるかは、募集のときに示さなければならない条件です。",
        how="上限がなければ「上限なし」と入力してください。",
        good=(example("上限なし", on=_LATER, renewal="possible", renewal_rule="勤務成績により判断します。", renewal_cap="上限なし"),),
        bad=(example("2024年・空欄", on=_LATER, renewal="possible", renewal_rule="勤務成績により判断します。"),),
        check=check_renewal_cap,
        valid_from=RENEWAL_FROM,
    ),
    warning_row(
        "TERM-007",
        ("engagement", "probation"),
        basis="地方公務員法第22条・第22条の2（条件付採用は1か月） [S35]",
        what="会計年度任用職員は条件付採用1か月",
        why="法律による扱いと違う説明は、応募する方の誤解を招きます。",
        how="「条件付採用1か月」を選んでください。違う場合は人事担当課にご確認ください。",
        good=(example("条件付採用1か月", probation="条件付採用1か月"),),
        bad=(example("試用期間3か月", probation="other", probation_note="試用期間3か月"), example("なし", probation="none")),
        check=check_probation,
        valid_from=date(2020, 4, 1),
    ),
    warning_row(
        "TERM-008",
        ("single_day", "term_start", "term_end", "insurance"),
        basis="雇用保険法（31日以上の見込み）・健康保険法 [S38]",
        what="1日だけの募集で、社会保険・雇用保険・期末手当を約束しない",
        why="加入や支給の条件に当たらず、実際と違う表示になります。",
        how="保険を「なし」にするか、期間を直してください。",
        good=(example("1日・保険なし", term_start="2021-06-12", term_end="2021-06-12", single_day=True),),
        bad=(
            example("1日・雇用保険", term_start="2021-06-12", term_end="2021-06-12", single_day=True, insurance=["employment"]),
            example("1日・期末手当", term_start="2021-06-12", term_end="2021-06-12", other_allow="期末手当あり"),
        ),
        check=check_single_day,
    ),
    warning_row(
        "TERM-009",
        ("engagement", "title", "duty_detail", "other_req"),
        basis="地方公務員法（任用）・職業安定法第5条の4（的確な表示） [S23, S35]",
        what="会計年度任用職員の募集に、民間の雇用の言葉を使わない",
        why="会計年度任用職員は公務員の任用で、正社員への登用や雇用契約はありません。",
        how="「任用」「任用期間」「再度の任用」と書いてください。",
        good=(example("任用", other_req="地方公務員法第16条に当たらない方。任用は年度ごとです。"),),
        bad=(example("正社員登用あり", other_req="正社員登用あり"), example("契約社員", title="契約社員（看護師）募集")),
        check=check_private_words,
        valid_from=date(2020, 4, 1),
    ),
)
