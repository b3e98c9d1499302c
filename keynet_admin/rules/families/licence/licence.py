"""Rules LIC-001 to LIC-011: licences, their names, and who may inject on which day."""

import re
from collections.abc import Iterator
from typing import Final

from keynet_admin.catalogue import posting_field
from keynet_admin.rules.engine.posting_values import job_label, missing, rows, typed_value
from keynet_admin.rules.engine.row import example, fix_row, row, warning_row
from keynet_admin.rules.engine.rule import Hit, Rule, Scope
from keynet_admin.rules.families.licence.injection import INJECTION_RULES, post
from keynet_admin.rules.words.driving import driving_demanded, work_outside
from keynet_admin.rules.words.experience import TEXTS, practice_asked
from keynet_admin.rules.words.plain import (
    PUBLIC_TEXT,
    WordList,
    fields_with,
    phrase_around,
    plain,
    public_text,
    row_texts,
    text_of,
    yen_amounts,
)

_LICENSED: Final = frozenset(choice.slug for choice in posting_field("licenses").choices if choice.slug not in ("driving", "other", "none"))


def check_licence_of_job(scope: Scope) -> Iterator[Hit]:
    """LIC-001: the licence of the job is among those asked for."""
    job = scope.get("job_type")
    if job not in _LICENSED:
        return
    chosen = scope.get("licenses")
    if isinstance(chosen, (list, tuple)) and job in chosen:
        return
    name = posting_field("licenses").label_of(str(job))
    if chosen is None:
        if missing(scope, "licenses"):
            yield Hit(
                "licenses",
                "必要な免許が選ばれていません。",
                how=f"{job_label(job)}の業務には免許が必要なため、「{name}」を選んでください。",
                example=name,
            )
    elif isinstance(chosen, (list, tuple)):
        shown = "・".join(posting_field("licenses").label_of(str(item)) for item in chosen)
        yield Hit(
            "licenses",
            f"職種は{job_label(job)}ですが、必要な免許が「{shown}」になっています。",
            how=f"無資格の方は{job_label(job)}の業務を行えないため、「{name}」を選んでください。",
            example=name,
        )


_OLD_NAMES: Final = WordList(
    r"准?看護[婦士]|保健[婦士]|助産[婦士]",
    r"保健婦助産婦看護婦法|看護婦(?:会館|宿舎|寮|養成所)|(?:日本)?(?:看護婦|助産婦)協会",
)
_NEW_NAME: Final = {"看護": "看護師", "准看": "准看護師", "保健": "保健師", "助産": "助産師"}


def check_old_names(scope: Scope) -> Iterator[Hit]:
    """LIC-003: names of professions that the law gave up in 2002."""
    for name, text in (*fields_with(scope, PUBLIC_TEXT), *row_texts(scope)):
        if found := _OLD_NAMES.find(text):
            yield _old_name(name, found[0])
    typed = typed_value(scope, "job_type")
    if isinstance(typed, str) and scope.get("job_type") is None and (found := _OLD_NAMES.find(plain(typed[:40]))):
        yield _old_name("job_type", found[0])


def _old_name(name: str, word: str) -> Hit:
    new = _NEW_NAME[word[:2]]
    return Hit(
        name,
        f"「{word}」は2002年に改められた旧い名称で、性別を限るものと受け取られます。",
        how=f"「{new}」と書いてください。固有の名称などで必要な場合は、理由を添えて送信できます。",
        value=new,
        example=new,
    )


_NATIONAL: Final = WordList(
    r"(?:厚生労働|厚労|厚生)(?:大臣|省)(?:の|が(?:交付|発行)(?:する|した)|(?:交付|発行)の?|による|発出の)?(?:免許|籍|登録|資格)"
    r"|国(?:家|の)免許|国の(?:登録番号|籍)|(?<!准)看護師籍|国家資格(?:が|は)?(?:必要|必須|を?(?:有|持|お持)|証|の(?:写し|番号|証))",
)
_NOT_ASKED: Final = re.compile(
    r"では(?:な|あり)|でな|不要|必要(?:は|あり?)?(?:ありません|ない|なし)|問いません|求めません|歓迎|尚可"
    r"|なお可|優遇|目指|取得支援|受験"
)


def check_national_register(scope: Scope) -> Iterator[Hit]:
    """LIC-004: an assistant nurse is licensed by a governor: no national register number exists."""
    if scope.get("job_type") != "assistant_nurse":
        return
    for name, text in fields_with(scope, PUBLIC_TEXT):
        for match in _NATIONAL.matches(text):
            if not _NOT_ASKED.search(phrase_around(text, match.start(), match.end())):
                yield _national(name, match.group())
                return
    typed = typed_value(scope, "licenses")
    listed = typed if isinstance(typed, (list, tuple)) else [typed]
    if any(isinstance(item, str) and _NATIONAL.matches(plain(item[:60])) for item in listed[:20]):
        yield _national("licenses", "厚生労働大臣の免許")


def _national(name: str, word: str) -> Hit:
    return Hit(
        name,
        f"准看護師に「{word}」を求めています。",
        why="准看護師の免許は都道府県知事が与えるもので、国の籍や登録番号はありません。",
        how="「免許を受けた都道府県」を確認する書き方にしてください（例：准看護師免許（登録都道府県を確認します））。",
    )


_JUNIOR_PAY: Final = re.compile(
    r"准看(?:護師)?(?:の(?:方|場合|報酬|時給|時間額|賃金|単価))?(?:は|:|の?場合は?|が|\()?、?(?P<tail>[^。\n;、]{0,24})"
)
_OTHER_PAY: Final = re.compile(r"別途|別に|別額|別単価|異な|減額|低[いく]|引い|引き|割引|[-▲△]\d|\d+%|\d+割|[0-9,]+円")
_SAME_PAY: Final = re.compile(r"同額|同じ|同一|同様|異ならない|変わり|募集")


def check_junior_pay(scope: Scope) -> Iterator[Hit]:
    """LIC-005: assistant nurses are welcome, the text names another pay for them, and there is one line of pay only."""
    lines = rows(scope, "pay_lines")
    if len(lines) != 1 or "准看" not in public_text(scope) or not (scope.get("also_junior") is True or scope.get("job_type") == "nurse"):
        return
    amounts = {lines[0][1].get("min"), lines[0][1].get("max")}
    for name, text in fields_with(scope, ("pay_note", "duty_detail", "other_allow", "title", "other_req")):
        if "准看" not in text:
            continue
        for match in _JUNIOR_PAY.finditer(text):
            tail = match["tail"]
            if not _OTHER_PAY.search(tail) or _SAME_PAY.search(tail) or (name not in ("pay_note", "title") and not _about_pay(tail)):
                continue
            yens = yen_amounts(tail)
            if yens and all(amount.yen in amounts for amount in yens):
                continue
            yield Hit(
                name,
                f"准看護師の報酬が別にあるように読めます（「{match.group()[:24]}」）が、報酬の行は1件だけです。",
                how="応募する方が金額を確かめられるよう、准看護師の募集を別に登録するか、報酬の行を分けてください。",
            )
            return


def _about_pay(tail: str) -> bool:
    return any(word in tail for word in ("円", "報酬", "時給", "単価", "賃金", "給"))


_DRIVING_TEXTS: Final = (
    "title",
    "job_other",
    "duty_detail",
    "other_req",
    "experience_note",
    "workdays_note",
    "training_note",
    "support_note",
)


def check_driving(scope: Scope) -> Iterator[Hit]:
    """LIC-006: a driving licence is required although the work stays in the house."""
    chosen = scope.get("licenses")
    name = "licenses" if isinstance(chosen, (list, tuple)) and "driving" in chosen else ""
    if not name:
        texts = fields_with(scope, (*_DRIVING_TEXTS, "documents"))
        name = next((field for field, text in texts if driving_demanded(text, firmly=field == "documents")), "")
    if not name or scope.get("venue_type") == "mobile" or work_outside(text_of(scope, *_DRIVING_TEXTS, "duty_change", "place_change")):
        return
    yield Hit(
        name,
        "自動車運転免許を必要としていますが、仕事の内容に運転や外出がありません。",
        how="業務に必要な条件だけを求めてください。"
        "運転がある場合は「仕事の内容」に書いてください（例：巡回接種のため公用車を運転します）。",
    )


def check_experience(scope: Scope) -> Iterator[Hit]:
    """LIC-007: practice asked for in the text although experience is 不問."""
    if scope.get("experience") != "not_asked":
        return
    note = scope.unused.get("experience_note")
    texts = [("experience_note", plain(note))] if isinstance(note, str) else []
    for name, text in (*texts, *fields_with(scope, TEXTS)):
        if words := practice_asked(name, text):
            yield Hit(
                name,
                f"経験は「不問」ですが、「{words}」と書かれています。",
                how="応募できるかどうかが分からなくなるため、経験を「必要」にして内容を書くか、文章の方を削ってください。",
            )
            return


RULES: tuple[Rule, ...] = (
    row(
        "LIC-001",
        ("licenses", "job_type"),
        basis="保健師助産師看護師法・医師法等（免許のない者の業務の禁止） [S48, S43]",
        what="職種の免許が「必要な免許・資格」に選ばれていること",
        why="無資格の方が応募し、採用の後で分かることを防ぎます。",
        how="職種と同じ名の免許を選んでください。事務職員と「その他」の職種では不要です。",
        good=(
            example("看護師＋看護師免許", licenses=["看護師免許"]),
            example("准看護師も可", licenses=["看護師免許", "准看護師免許"], also_junior=True),
        ),
        bad=(
            example("看護師＋なし", licenses=["なし"]),
            example("看護師＋准看護師免許だけ", licenses=["准看護師免許"]),
            example("空欄", licenses=None),
        ),
        check=check_licence_of_job,
    ),
    fix_row(
        "LIC-002",
        ("title", "duty_detail", "other_req", "pay_note"),
        basis="保健師助産師看護師法（名称） [S48]",
        what="「正看護師」「正看」「准看」は正式な名称に直す",
        why="略称では検索に当たらず、法律上の名称とも違います。",
        how="自動で「看護師」「准看護師」に書き換えます。",
        good=(example("看護師", other_req="看護師の方"),),
        bad=(example("正看 → 看護師", other_req="正看の方"),),
    ),
    row(
        "LIC-003",
        ("job_type", "title", "duty_detail", "other_req"),
        basis="保健師助産師看護師法（2002年の名称の改正）・男女雇用機会均等法 [S29, S48]",
        what="「看護婦」「看護士」「保健婦」「助産婦」を使わない",
        why="2002年に改められた名称で、性別を限る募集と受け取られます。",
        how="「看護師」「保健師」「助産師」と書いてください。固有の名称などで必要な場合は理由を添えて送信できます。",
        good=(example("看護師", other_req="看護師として働いたことのある方を歓迎します。"),),
        bad=(example("看護婦", title="集団接種会場の看護婦"), example("看護士", other_req="看護士または准看護師の方")),
        check=check_old_names,
        overridable=True,
    ),
    row(
        "LIC-004",
        ("job_type", "licenses", "documents", "other_req"),
        basis="保健師助産師看護師法第8条（准看護師は都道府県知事の免許） [S48]",
        what="准看護師に国の免許や登録番号を求めない",
        why="准看護師の免許は都道府県知事が与えます。国の籍や番号はなく、求められても出せません。",
        how="免許を受けた都道府県（登録都道府県）を確認する書き方にしてください。",
        good=(
            example(
                "登録都道府県を確認",
                post("assistant_nurse", "准看護師", share_nc=True, documents="履歴書（准看護師免許の登録都道府県を記入）"),
            ),
            example("看護師の募集", documents="履歴書"),
        ),
        bad=(
            example(
                "厚生労働大臣免許", post("assistant_nurse", "准看護師", share_nc=True, other_req="厚生労働大臣免許の登録番号が分かる方")
            ),
            example("看護師籍の登録番号", post("assistant_nurse", "准看護師", share_nc=True, documents="履歴書、看護師籍の登録番号")),
        ),
        check=check_national_register,
    ),
    warning_row(
        "LIC-005",
        ("also_junior", "pay_lines", "pay_note"),
        basis="自治体の報酬の例（看護師と准看護師で額が異なる） [S39]",
        what="准看護師の報酬が別なら、行か募集を分ける",
        why="准看護師の方が、自分の受け取る額を確かめられません。",
        how="准看護師の募集を別に登録するか、報酬の行を分けてください。",
        good=(example("准看護師も同額", also_junior=True, pay_note="准看護師も同額です。"), example("1行で同じ条件", also_junior=True)),
        bad=(example("准看は別途", also_junior=True, pay_note="准看は別途定める額"),),
        check=check_junior_pay,
    ),
    warning_row(
        "LIC-006",
        ("licenses", "other_req", "venue_type"),
        basis="ハローワークの求人票（業務に必要な条件だけを求める） [S72]",
        what="運転のない仕事に運転免許を求めない",
        why="業務に要らない条件は、応募できる方を減らします。",
        how="運転があれば仕事の内容に書き、なければ条件から外してください。",
        good=(
            example("巡回接種", licenses=["nurse", "driving"], venue_type="mobile"),
            example(
                "公用車で訪問",
                licenses=["nurse", "driving"],
                duty_detail="高齢者施設を公用車で訪問し、注射による接種と様子の観察を行います。2人一組です。",
            ),
        ),
        bad=(example("会場内の業務で運転免許", licenses=["nurse", "driving"]),),
        check=check_driving,
    ),
    row(
        "LIC-007",
        ("experience", "experience_note", "other_req", "title", "duty_detail"),
        basis="職業安定法第5条の3（条件の明示。矛盾する条件は示したことになりません）",
        what="経験「不問」なのに、経験の年数や経験者に限る条件を書かない",
        why="応募できるかどうかが分からず、問い合わせや辞退のもとになります。",
        how="経験を「必要」にして内容を書くか、文章を削ってください。理由があればそのまま送信できます。",
        good=(
            example("経験は問いません", other_req="経験年数は問いません。"),
            example("必要・3年以上", experience="required", experience_note="臨床経験3年以上"),
        ),
        bad=(
            example("不問＋3年以上", other_req="臨床経験3年以上の方"),
            example("不問＋3年以上の実務経験", other_req="3年以上の実務経験が必要です。"),
            example("不問＋経験の浅い方を断る", other_req="経験の浅い方はご遠慮ください。"),
        ),
        check=check_experience,
        overridable=True,
    ),
    *INJECTION_RULES,
)
