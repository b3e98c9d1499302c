"""Checks of rules JOB-007 to JOB-009: who hires, and whether the words fit the form of engagement."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from keynet_admin.rules.engine.posting_values import NURSING, is_employment, is_private, missing, rows
from keynet_admin.rules.engine.row import ERROR, WARNING
from keynet_admin.rules.engine.rule import Hit, Scope
from keynet_admin.rules.words.plain import WordList, clause_around, listed, phrase_around, plain, public_text, text_of

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
