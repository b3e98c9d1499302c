"""Rules about applicants' data (PRIV): what may be asked for, when, and what must not be published.

職業安定法5条の5 and its guideline name what is not to be collected (S90); the moment matters as much as the paper.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from keynet_admin.rules.engine.row import ERROR, WARNING, example, row, warning_row, when_empty
from keynet_admin.rules.engine.rule import Hit, Rule, Scope
from keynet_admin.rules.words.figures import mobile_in
from keynet_admin.rules.words.papers import (
    BACKGROUND,
    HEALTH,
    LICENCE_COPY,
    NUMBERS,
    OPTIONAL,
    PERSONAL,
    Paper,
    is_driving_licence,
    papers,
)
from keynet_admin.rules.words.persons import person_named
from keynet_admin.rules.words.plain import PUBLIC_TEXT, fields_with, listed, plain, text_of
from keynet_admin.rules.words.private import health_matters, private_matters


def _papers(scope: Scope) -> tuple[Paper, ...]:
    text = text_of(scope, "documents")
    return papers(text) if text else ()


def _words(pattern: re.Pattern[str], items: Iterable[Paper]) -> list[str]:
    return list(dict.fromkeys(match.group() for item in items for match in pattern.finditer(item.text)))


# Papers that follow from hiring (the family's allowance, the address) are lawful then; belief and origin never are.
_NEVER: Final = re.compile(r"本籍|宗教|信条|政党|組合|尊敬|愛読|購読|身元調査|出生地|門地|思想|生い立ち")


_CONDITIONS: Final = ("title", "duty_detail", "support_note", "training_note", "workdays_note", "experience_note", "other_req")


def check_background(scope: Scope) -> Iterator[Hit]:
    """PRIV-001: nothing about origin, family, belief or membership."""
    bad = [p for p in _papers(scope) if not p.refused and BACKGROUND.search(p.text) and (not p.after_hiring or _NEVER.search(p.text))]
    words = _words(BACKGROUND, bad)
    if words:
        yield Hit(
            "documents",
            f"提出書類に{listed(words)}があります。",
            why="応募の段階で、本籍・家族・信条などに関する情報を集めることは法律で禁じられています。",
            how="この書類を求めないでください。",
            level=ERROR,
            example="履歴書",
        )
    for name, text in fields_with(scope, _CONDITIONS):
        if words := private_matters(name, text):
            yield Hit(
                name,
                f"{listed(words)}について尋ねる、または条件とする文があります。",
                why="仕事の能力と関わりのない、本籍・家族・住まい・信条などは、公正な選考のため、尋ねることも条件とすることもできません。",
                how="この文を削り、業務に必要な条件だけを書いてください。",
                level=WARNING,
                example="業務に必要な条件だけ",
            )


def check_numbers(scope: Scope) -> Iterator[Hit]:
    """PRIV-002: personal numbers and bank accounts are not for the application."""
    bad = [p for p in _papers(scope) if not p.refused and not p.after_hiring and not p.at_interview and NUMBERS.search(p.text)]
    words = _words(NUMBERS, bad)
    if words:
        yield Hit(
            "documents",
            f"提出書類に{listed(words)}があります。",
            why="応募の段階では利用の目的がありません。",
            how="採用決定後にお求めください。",
            example="採用決定後に提出",
        )


def check_licence_copy(scope: Scope) -> Iterator[Hit]:
    """PRIV-003: a copy of a licence at application shows 本籍."""
    bad = [
        p
        for p in _papers(scope)
        if LICENCE_COPY.search(p.text) and not (p.refused or p.after_hiring or p.at_interview or is_driving_licence(p.text))
    ]
    if bad:
        yield Hit(
            "documents",
            "免許証には本籍が記載されていることがあります。",
            how="応募の段階では写しを求めず、面接時に原本を確認するか、採用決定後にお求めください。"
            "写しが必要な場合は、本籍を伏せるよう書いてください。",
            example="面接時に原本を提示",
        )


def check_personal_items(scope: Scope) -> Iterator[Hit]:
    """PRIV-004: items that the ministry's résumé form left out or made optional."""
    text = text_of(scope, "documents")
    if OPTIONAL.search(text):
        return
    words = _words(PERSONAL, [p for p in _papers(scope) if not p.refused and not p.after_hiring])
    if words:
        yield Hit(
            "documents",
            f"提出書類で{listed(words)}を求めています。",
            why="厚生労働省の履歴書様式では、性別は任意とされ、配偶者・扶養・通勤時間の欄はありません。",
            how="任意とするか、削除してください。",
            example="性別の記入は任意",
        )


def check_health(scope: Scope) -> Iterator[Hit]:
    """PRIV-005: health papers from everyone, and questions about illness, need a reason."""
    words = _words(HEALTH, [p for p in _papers(scope) if not p.refused and not p.after_hiring])
    if words:
        yield Hit(
            "documents",
            f"提出書類に{listed(words)}があります。",
            how="応募する方全員に求める必要があるか確かめ、採用決定後にお求めください。",
            example="健康診断書は採用決定後",
        )
    for name, text in fields_with(scope, _CONDITIONS):
        if asked := health_matters(name, text):
            yield Hit(
                name,
                f"{listed(asked)}について尋ねる、または条件とする文があります。",
                how="業務に必要な動作（立ち仕事、注射など）ができるかどうかで書き、病気については採用決定後にご確認ください。",
                example="立ち仕事ができる方",
            )


_PERSONAL_MAIL: Final = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}@(?:gmail\.com|googlemail\.com|yahoo\.(?:co\.jp|com)|ymail\.ne\.jp|hotmail\.(?:com|co\.jp)"
    r"|outlook\.(?:com|jp)|live\.jp|icloud\.com|me\.com|aol\.(?:com|jp)|proton(?:mail)?\.(?:me|com)"
    r"|docomo\.ne\.jp|ezweb\.ne\.jp|au\.com|softbank\.(?:ne\.)?jp|i\.softbank\.jp|[a-z]+\.vodafone\.ne\.jp|ymobile\.ne\.jp"
    r"|uqmobile\.jp|rakuten\.jp|willcom\.com|nifty\.com|biglobe\.ne\.jp|ocn\.ne\.jp|so-net\.ne\.jp|plala\.or\.jp|excite\.co\.jp)"
)
_OFFICE: Final = r"(?:^|課|係|室|局|部|班|所|センター|担当|[:・()])"
_AFTER_NAME: Final = r"(?=$|さん|様|氏|まで|宛|内線|[\d()、,])"


def _contact_name(scope: Scope) -> tuple[str, str]:
    """Family name and whole name of the contact person, empty when they are not given."""
    contact = scope.document.get("contact")
    section: Mapping[str, Any] = contact if isinstance(contact, Mapping) else {}
    last, first = (plain(p) if isinstance(p, str) else "" for p in (section.get("contact_last"), section.get("contact_first")))
    return last, last + first if last and first else ""


def _named(scope: Scope, name: str, text: str) -> str:
    """A person's name in a text that belongs to a contact, empty when there is none."""
    last, whole = _contact_name(scope)
    if len(whole) >= 3 and whole in text:
        return whole
    if name == "public_contact" and len(last) >= 2 and re.search(rf"{_OFFICE}{re.escape(last)}{_AFTER_NAME}", text):
        return last
    written = scope.get(name)
    return person_named(written, contact_line=name == "public_contact") if isinstance(written, str) else ""


def check_private_contact(scope: Scope) -> Iterator[Hit]:
    """PRIV-006: no person's name with a phone, no personal mail, no mobile in what is published."""
    for name, text in fields_with(scope, PUBLIC_TEXT):
        if mobile := mobile_in(text):
            what, how = f"携帯電話の番号「{mobile}」が公開される欄にあります。", "職場の固定電話の番号にしてください。"
        elif mail := _PERSONAL_MAIL.search(text):
            what, how = f"個人用のメールアドレス「{mail.group()}」が公開される欄にあります。", "部署のアドレスにしてください。"
        elif person := _named(scope, name, text):
            what, how = f"個人名「{person}」が連絡先とともに公開されます。", "部署名で書いてください。"
        else:
            continue
        yield Hit(name, what, how=how, example="健康づくり課 予防係")


_DATA_LAW = "職業安定法第5条の5・指針（求職者等の個人情報の取扱い）"


RULES: tuple[Rule, ...] = (
    row(
        "PRIV-001",
        ("documents", "other_req"),
        (ERROR, WARNING),
        basis=f"{_DATA_LAW}、公正な採用選考の基本（厚生労働省） [S90]",
        what="戸籍・住民票・本籍・家族や配偶者の職業と収入・住まい・宗教・信条・支持政党・労働組合などを、書類・面接・条件で求めないこと",
        why="社会的な差別の原因になるおそれのある情報は、応募の段階で集めてはいけません。",
        how="その書類や条件を削除してください。住所などの確認は採用決定後にお願いします。",
        good=(example("履歴書", documents="履歴書"), example("住民票は採用後", documents="履歴書。住民票は採用後に提出")),
        bad=(
            example("住民票", documents="履歴書、住民票"),
            example("本籍を記入", documents="履歴書（本籍を記入）"),
            example("支持政党を確認", other_req="支持政党を面接で確認します。"),
            example("配偶者の収入を尋ねる", other_req="配偶者の収入を面接で伺います。"),
        ),
        check=check_background,
        overridable=True,
    ),
    row(
        "PRIV-002",
        ("documents",),
        basis=f"{_DATA_LAW}、番号法 [S90]",
        what="マイナンバー・年金番号・口座を応募の段階で求めないこと",
        why="採用が決まるまで、使う目的がありません。",
        how="採用決定後に提出することを書くか、削除してください。",
        good=(example("採用決定後", documents="履歴書。マイナンバーと口座は採用決定後"),),
        bad=(example("マイナンバーカードの写し", documents="履歴書、マイナンバーカードの写し"),),
        check=check_numbers,
        overridable=True,
    ),
    warning_row(
        "PRIV-003",
        ("documents",),
        basis="免許証の本籍の記載、職業安定法第5条の5 [S49b, S90]",
        what="免許証の写しは、応募の段階で求めないこと",
        why="免許証には本籍が記載されていることがあります。",
        how="面接時に原本を確認するか、採用決定後に求めてください。",
        good=(example("面接時に原本提示", documents="履歴書（免許証は面接時に原本を提示）"),),
        bad=(example("写しを添付", documents="履歴書、看護師免許証の写し"),),
        check=check_licence_copy,
    ),
    warning_row(
        "PRIV-004",
        ("documents",),
        basis="厚生労働省の履歴書様式（2021年4月16日） [S92]",
        what="性別・配偶者・扶養・通勤時間の記入を求めないこと",
        why="公正な選考に必要のない項目です。国の様式では、性別は任意、ほかは欄がありません。",
        how="任意とすることを書くか、削除してください。",
        good=(example("任意", documents="履歴書（性別の記入は任意）"),),
        bad=(
            example("性別必須", documents="履歴書（性別必須）"),
            example("配偶者の有無", documents="履歴書（配偶者の有無、通勤時間を記入）"),
        ),
        check=check_personal_items,
    ),
    warning_row(
        "PRIV-005",
        ("documents", "other_req"),
        basis=f"{_DATA_LAW}、公正な採用選考の基本（厚生労働省） [S90]",
        what="健康診断書を応募する方全員に求めたり、既往歴や持病を尋ねたり条件にしたりしないこと",
        why="病気の情報は、仕事に必要であることを示せる場合にだけ集められます。",
        how="採用決定後に求めるか、必要な理由を書いてください。",
        good=(example("採用後", documents="履歴書。健康診断書は採用後"),),
        bad=(example("応募時の健康診断書", documents="履歴書、健康診断書"), example("持病を条件にする", other_req="持病のない方")),
        check=check_health,
    ),
    warning_row(
        "PRIV-006",
        ("public_contact", "duty_detail", "other_req"),
        basis=f"{_DATA_LAW} [S90]",
        what="公開される欄に、個人名と電話、個人のメール、携帯電話を書かないこと",
        why="公開した連絡先は消せません。職員の個人情報が残り続けます。",
        how="部署名と代表の番号にしてください。",
        good=(example("予防係", public_contact="予防係"),),
        bad=(example("係長 海山 090-…", public_contact="係長 海山 090-0000-0012"), example("担当 川辺", public_contact="予防係 担当 川辺")),
        check=check_private_contact,
    ),
    row(
        "PRIV-007",
        ("retention",),
        basis="個人情報の保管と廃棄 [S91]",
        what="応募書類の取扱いを示すこと",
        why="不要になった書類を廃棄または返却することと、その説明が求められます。",
        how="「選考後に廃棄」「返却」「規程により保存」から選んでください。",
        good=(example("選考後に廃棄", retention="選考後に廃棄"),),
        bad=(example("空欄", retention=None),),
        check=when_empty(
            "retention",
            "応募書類の取扱いが選ばれていません。",
            why="選考の後に書類をどうするかは、応募する方に示す必要があります。",
            example="選考後に廃棄",
        ),
    ),
)
