"""Rules about age and sex (AGE, SEX): an applicant's age and sex are no conditions, with the few exceptions of the law.

The words are found by `age_words` and `sex_words`. For private employers age limits are forbidden (労働施策総合推進法9条); the text
does not bind municipalities, which are expected to follow it (S27), so the same row is a warning for them.
"""

from collections.abc import Iterator
from typing import Any, Final

from keynet_admin.rules.engine.posting_values import day, is_fiscal_year, is_private, missing, shifts, touches_night
from keynet_admin.rules.engine.row import ERROR, WARNING, example, row, warning_row
from keynet_admin.rules.engine.rule import Hit, Level, Rule, Scope
from keynet_admin.rules.words.age import applicants_age, lower_limit, upper_limit
from keynet_admin.rules.words.plain import PUBLIC_TEXT, fields_with, listed, plain, row_texts
from keynet_admin.rules.words.sex import conditions_by_sex, counts_by_sex, only_women, sex_words

# Names of places and bodies are no words about applicants; the note on the age limit is judged by AGE-003.
_NAMES: Final = frozenset({"venue_name", "access", "age_note"})
TEXTS: Final = tuple(name for name in PUBLIC_TEXT if name not in _NAMES)
_ITEM: Final = {"item_1": "1号", "item_3_i": "3号イ", "item_3_ro": "3号ロ"}


def texts(scope: Scope) -> Iterator[tuple[str, str]]:
    """Name and plain text of what visitors read: the free texts, the names of shifts and the labels of pay lines."""
    yield from fields_with(scope, TEXTS)
    yield from row_texts(scope)


def _level(scope: Scope) -> Level:
    return ERROR if is_private(scope.record) else WARNING


def check_age_words(scope: Scope) -> Iterator[Hit]:
    """AGE-001: no age of applicants in a text while the posting says there is no age limit."""
    if scope.get("age_limit") != "no":
        return
    for name, text in texts(scope):
        word = applicants_age(name, text)
        if word is not None:
            end = "年齢を条件にできません。" if is_private(scope.record) else "年齢を条件にしないことが求められます。"
            yield Hit(
                name,
                f"年齢制限は「なし」ですが、「{word.text}」とあります。",
                how=f"募集では{end}接種を受ける方の年齢であれば、そのことが分かるように書いてください。"
                "例外に当たる場合は年齢制限「あり」を選んでください。",
                level=_level(scope),
                example="年齢不問",
            )


def check_exception_item(scope: Scope) -> Iterator[Hit]:
    """AGE-002: items 1, 3i and 3ro need an open-ended contract; a post with an end cannot use them."""
    reason = scope.get("age_reason")
    if scope.get("age_limit") != "yes":
        return
    if missing(scope, "age_reason"):
        yield Hit("age_reason", "年齢制限がある場合は、省令の例外事由を選んでください。", level=ERROR, example="2号")
    elif reason in _ITEM and (day(scope, "term_end") is not None or is_fiscal_year(scope.record)):
        yield Hit(
            "age_reason",
            f"例外事由{_ITEM[reason]}は、期間の定めのない契約に限られます。",
            why="この募集には終了日があるため使えません。期間の定めのある募集で使えるのは、2号（法令の下限）と3号ニ（60歳以上など）です。",
            level=_level(scope),
            example="2号",
        )


def check_lawful_limit(scope: Scope) -> Iterator[Hit]:
    """AGE-003: item 2 is a lower limit set by a law: 18 for work at 22:00-5:00, 20 where smoking is allowed."""
    if scope.get("age_limit") != "yes" or scope.get("age_reason") != "item_2":
        return
    note = scope.get("age_note")
    text = plain(note) if isinstance(note, str) else ""
    night_known = bool(shifts(scope)) and not any(path.startswith(f"{scope.prefix}shifts") for path in scope.unread)
    night = any(touches_night(shift) for _, shift in shifts(scope))
    smoking = scope.get("smoking")
    smoke = smoking in ("allowed", "indoors_with_room")
    if text and upper_limit(text):
        yield Hit(
            "age_note",
            "例外事由2号は、法令が定める年齢の下限に限られます。",
            why="上限（○歳以下など）は設けられません。",
            level=_level(scope),
            example="18歳以上（深夜業のため）",
        )
        return
    if not text or not night_known or smoking is None:
        return
    least = lower_limit(text)
    lawful = (night and least in (18, None)) or (smoke and least in (18, 20, None))
    if not lawful:
        shown = f"{least}歳以上" if least is not None else "この年齢制限"
        yield Hit(
            "age_reason",
            f"{shown}とする根拠の法令が、勤務の条件から確認できません。",
            why="18歳以上は22時～5時の勤務がある場合、20歳以上は喫煙可の場所で働く場合に限られます。",
            level=_level(scope),
            example="18歳以上（深夜業のため）",
        )


def check_reason_given(scope: Scope) -> Iterator[Hit]:
    """AGE-004: an age limit needs its reason."""
    if scope.get("age_limit") == "yes" and missing(scope, "age_note"):
        yield Hit(
            "age_note",
            "年齢制限がある場合は、その理由を応募する方に示さなければなりません。",
            how="年齢と理由を入力してください。",
            example="深夜業のため18歳以上",
        )


def check_sex_words(scope: Scope) -> Iterator[Hit]:
    """SEX-001: no words that limit a posting to one sex. A midwife is a woman by law: that is SEX-003."""
    midwife = scope.get("job_type") == "midwife"
    for name, text in texts(scope):
        words = sex_words(name, text)
        if midwife:
            women = set(only_women(name, text))
            words = [word for word in words if word not in women]
        if words:
            yield Hit(
                name,
                f"{listed(dict.fromkeys(words))}は、性別で限っていると受け取られる言葉です。",
                why="募集では性別を条件にできません。",
                how="性別によらない言い方（看護師、主婦(夫)など）に直してください。",
                example="主婦(夫)歓迎",
            )


def check_sex_counts(scope: Scope) -> Iterator[Hit]:
    """SEX-002: neither numbers nor conditions by sex."""
    typed = _typed_headcount(scope)
    found = counts_by_sex(plain(typed), whole_field=True) if typed else None
    if found:
        yield _counted("headcount", found)
    for name, text in texts(scope):
        found = counts_by_sex(text)
        if found:
            yield _counted(name, found)
            continue
        passage = conditions_by_sex(text)
        if passage or (name.startswith("pay_lines") and text.strip("()") in ("男", "女", "男性", "女性")):
            yield Hit(
                name,
                f"「{passage or text}」は、男女で条件を分けています。",
                why="性別で条件を変えることはできません。",
                how="同じ条件に直してください。",
                example="性別によらない条件",
            )


def _counted(name: str, word: str) -> Hit:
    return Hit(name, f"「{word}」は、男女別に人数を決めています。", how="募集人数は男女を合わせた数で入力してください。", example="15名")


def _typed_headcount(scope: Scope) -> str:
    postings = scope.typed.get("postings")
    number = scope.prefix.split(".")[1] if scope.prefix.startswith("postings.") else ""
    if isinstance(postings, (list, tuple)) and number.isascii() and number.isdigit() and int(number) < len(postings):
        record = postings[int(number)]
        value = record.get("headcount") if hasattr(record, "get") else None
        return value if isinstance(value, str) else ""
    return ""


def check_midwife(scope: Scope) -> Iterator[Hit]:
    """SEX-003: a midwife's posting may be for women; the reason is noted for the operator."""
    if scope.get("job_type") != "midwife":
        return
    for name, text in texts(scope):
        words = only_women(name, text)
        if words:
            yield Hit(
                name,
                f"{listed(dict.fromkeys(words))}とあります。",
                why="助産師は法律で女性とされている（保健師助産師看護師法第3条）ため、このまま受け付けます。",
                how="募集の理由としてご確認ください。",
                example="助産師",
            )


_AGE_LAW = "労働施策総合推進法第9条・同施行規則第1条の3"
_SEX_LAW = "男女雇用機会均等法第5条／地方公務員法第13条"
_NIGHT: Final[dict[str, Any]] = {
    "shifts": [{"name": "夜勤", "days": ["sat", "sun"], "start": "20:00", "end": "翌5:00", "break": 60}],
    "weekly_hours": 16,
    "pay_note": "深夜割増あり",
}
_LIMITED: Final[dict[str, Any]] = {"age_limit": "yes"}
_PRIVATE: Final[dict[str, Any]] = {"engagement": "contractor", "employer": "株式会社海山医療", "probation": "none"}


RULES: tuple[Rule, ...] = (
    row(
        "AGE-001",
        ("title", "duty_detail", "other_req", "experience_note", "age_limit"),
        (ERROR, WARNING),
        basis=f"{_AGE_LAW} [S26, S27]",
        what="年齢制限「なし」の募集に、応募する方の年齢を書かないこと（委託先の雇用はエラー、自治体の任用は確認）",
        why="民間の雇用では年齢制限が禁じられています。自治体にも同じ配慮が求められます。接種を受ける方の年齢は対象外です。",
        how="年齢の言葉を消すか、例外に当たる場合は年齢制限「あり」と例外事由、理由を入力してください。",
        good=(
            example("年齢不問", other_req="年齢不問"),
            example(
                "65歳以上の高齢者への接種",
                duty_detail="65歳以上の高齢者への接種を行う会場で、予診票の確認と注射、接種後の観察を担当します。",
            ),
        ),
        bad=(example("60歳まで", other_req="60歳まで"), example("若い方歓迎", **_PRIVATE, title="集団接種の看護師（若い方歓迎）")),
        check=check_age_words,
        overridable=True,
    ),
    row(
        "AGE-002",
        ("age_reason", "term_end"),
        (ERROR, WARNING),
        basis=f"{_AGE_LAW} [S26, S27]",
        what="期間の定めのある募集で、例外事由1号・3号イ・3号ロを使わないこと",
        why="これらは期間の定めのない契約だけに認められた例外です。",
        how="2号か3号ニに当たるか確かめ、当たらない場合は年齢制限を「なし」にしてください。",
        good=(example("2号", **_LIMITED, **_NIGHT, age_reason="2号", age_note="深夜業のため18歳以上"),),
        bad=(example("1号", **_LIMITED, age_reason="1号", age_note="定年が60歳のため"),),
        check=check_exception_item,
    ),
    row(
        "AGE-003",
        ("age_reason", "age_note", "shifts", "smoking"),
        (ERROR, WARNING),
        basis=f"{_AGE_LAW}、受動喫煙防止 [S26, S27, S25]",
        what="例外事由2号は法令の下限だけに使うこと（深夜業の18歳以上、喫煙可の場所の20歳以上）",
        why="2号は、法令で働けない年齢がある場合の例外です。上限や、根拠のない下限には使えません。",
        how="年齢と理由を見直してください。根拠がない場合は年齢制限を「なし」にしてください。",
        good=(example("18歳以上・深夜", **_LIMITED, **_NIGHT, age_reason="2号", age_note="深夜業のため18歳以上"),),
        bad=(
            example("59歳以下・2号", **_LIMITED, age_reason="2号", age_note="体力を要するため59歳以下"),
            example("深夜の勤務がない18歳以上", **_LIMITED, age_reason="2号", age_note="18歳以上"),
        ),
        check=check_lawful_limit,
    ),
    row(
        "AGE-004",
        ("age_limit", "age_note"),
        basis=f"{_AGE_LAW} [S26, S27]",
        what="年齢制限「あり」には理由を書くこと",
        why="年齢を条件にする場合は、理由を示さなければなりません。",
        how="年齢と理由を「年齢制限の理由」に入力してください。",
        good=(example("深夜業のため18歳以上", **_LIMITED, **_NIGHT, age_reason="2号", age_note="深夜業のため18歳以上"),),
        bad=(example("空欄", **_LIMITED, **_NIGHT, age_reason="2号"),),
        check=check_reason_given,
    ),
    row(
        "SEX-001",
        ("title", "duty_detail", "other_req"),
        basis=f"{_SEX_LAW} [S29, S30]",
        what="性別で限る言葉（女性限定、主婦歓迎、看護婦、営業マンなど）を使わないこと",
        why="募集と採用では、性別を理由にした区別が禁じられています。",
        how="性別によらない言い方に直してください。「主婦(夫)歓迎」「女性も活躍中」は使えます。",
        good=(example("主婦(夫)歓迎", other_req="主婦(夫)歓迎。女性も活躍中です。"),),
        bad=(example("主婦歓迎", title="集団接種の看護師（主婦歓迎）"), example("女性限定", other_req="女性限定")),
        check=check_sex_words,
        overridable=True,
    ),
    row(
        "SEX-002",
        ("headcount", "duty_detail", "other_req"),
        basis=f"{_SEX_LAW} [S29, S30]",
        what="男女別の人数や、男女で異なる条件を書かないこと",
        why="人数や条件を男女で分けることは、性別による区別に当たります。",
        how="男女を合わせた人数と、同じ条件で書いてください。",
        good=(example("15名", headcount="15名"),),
        bad=(example("男5名、女10名", other_req="募集は男5名、女10名です。"), example("女10名", headcount="女10名")),
        check=check_sex_counts,
        overridable=True,
    ),
    warning_row(
        "SEX-003",
        ("job_type", "title", "other_req"),
        basis="保健師助産師看護師法第3条 [S48]",
        what="助産師の募集で女性に限る言葉は、理由を確認して通します",
        why="助産師は法律で女性とされている唯一の職種です。",
        how="助産師の募集であれば、そのまま送信できます。",
        good=(example("助産師", job_type="midwife", licenses=["midwife"], title="保健センターの助産師"),),
        bad=(example("助産師（女性）", job_type="midwife", licenses=["midwife"], title="保健センターの助産師（女性）"),),
        check=check_midwife,
    ),
)
