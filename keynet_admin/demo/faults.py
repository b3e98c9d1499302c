"""What is wrong with some of the demo's forms: how it gets in, and what the operator writes when returning it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Form = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """A fault of the first posting (or the body). `rule` is the entry rule that finds it; without one only a person sees it."""

    path: str
    apply: Callable[[Form], None]
    message: str
    rule: str = ""


def _set(name: str, value: Any) -> Callable[[Form], None]:
    def apply(form: Form) -> None:
        form["postings"][0][name] = value

    return apply


def _no_retention(form: Form) -> None:
    form["postings"][0].pop("retention")


def _short_break(form: Form) -> None:
    form["postings"][0]["shifts"][0] |= {"start": "9:00", "end": "16:30", "break": "30"}


def _wrong_code(form: Form) -> None:
    form["organization"]["lg_code"] = "139990"


# found by a rule: such forms come in files only, the web form does not let them through
BY_RULE: tuple[Fault, ...] = (
    Fault(
        "postings.0.headcount", _set("headcount", "若干名"), "募集人数は数字で入力してください（「若干名」では公開できません）。", "JOB-002"
    ),
    Fault(
        "postings.0.hours_and_pay.0.break",
        _short_break,
        "実働7時間のため、休憩は45分以上必要です。休憩の分数をご確認ください。",
        "HOURS-002",
    ),
    Fault("postings.0.retention", _no_retention, "応募書類の取扱い（廃棄・返却・保存）を選んでください。", "PRIV-007"),
    Fault("organization.lg_code", _wrong_code, "団体コードの検査数字が合いません。6桁をもう一度お確かめください。", "ORG-001"),
    Fault(
        "postings.0.hours_and_pay.0.end",
        lambda form: form["postings"][0]["shifts"][0].update(end="午後12時30分"),
        "「午後12時30分」は昼か夜か分かりません。「12:30」のように24時間で入力してください。",
        "DT-006",
    ),
)

# seen by a person
BY_EYE: tuple[Fault, ...] = (
    Fault(
        "postings.0.duty_detail",
        _set("duty_detail", "接種会場での予診票の確認などをお願いします。詳しくは面接のときにご説明しますので、お問い合わせください。"),
        "1日の流れと、1回あたりの人数の目安を書き足してください。応募する方がいちばん知りたいところです。",
    ),
    Fault(
        "postings.0.venue_name",
        _set("venue_name", "公民館ほか"),
        "勤務場所が複数ある場合は、主な会場の正式な名称を入力してください。",
    ),
    Fault(
        "postings.0.pay_note",
        _set("pay_note", "経験により加算あり"),
        "加算の条件（経験の年数など）と額が分かるように書いてください。",
    ),
    Fault(
        "postings.0.workdays_note",
        _set("workdays_note", "時期により変わります"),
        "勤務日数の目安を書いてください（例：週2日程度、月4回以上）。",
    ),
    Fault(
        "contact.contact_tel",
        lambda _form: None,
        "ご確認のお電話がつながりませんでした。日中つながる直通の番号かどうか、お確かめください。",
    ),
)
