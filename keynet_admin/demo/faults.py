"""What is wrong with some of the demo's forms: how it gets in, and what the operator writes when returning it."""

from dataclasses import dataclass, field
from typing import Any

from keynet_admin.catalogue.paths import put


@dataclass(frozen=True)
class Fault:
    """A fault of the first posting (or the body). `rule` is the entry rule that finds it; without one only a person sees it."""

    path: str
    message: str
    typed: dict[str, Any] = field(default_factory=dict)
    rule: str = ""

    def apply(self, form: dict[str, Any]) -> None:
        """Type what is wrong into a form."""
        for path, value in self.typed.items():
            put(form, path, value)


# found by a rule: such forms come in files only, the web form does not let them through
BY_RULE: tuple[Fault, ...] = (
    Fault(
        "postings.0.headcount",
        "募集人数は数字で入力してください（「若干名」では公開できません）。",
        {"postings.0.headcount": "若干名"},
        "JOB-002",
    ),
    Fault(
        "postings.0.shifts.0.break",
        "実働7時間のため、休憩は45分以上必要です。休憩の分数をご確認ください。",
        {"postings.0.shifts.0.start": "9:00", "postings.0.shifts.0.end": "16:30", "postings.0.shifts.0.break": "30"},
        "HOURS-002",
    ),
    Fault("postings.0.retention", "応募書類の取扱い（廃棄・返却・保存）を選んでください。", {"postings.0.retention": ""}, "PRIV-007"),
    Fault(
        "organization.lg_code",
        "団体コードの検査数字が合いません。6桁をもう一度お確かめください。",
        {"organization.lg_code": "139990"},
        "ORG-001",
    ),
    Fault(
        "postings.0.shifts.0.end",
        "「午後12時30分」は昼か夜か分かりません。「12:30」のように24時間で入力してください。",
        {"postings.0.shifts.0.end": "午後12時30分"},
        "DT-006",
    ),
)

# seen by a person
BY_EYE: tuple[Fault, ...] = (
    Fault(
        "postings.0.duty_detail",
        "1日の流れと、1回あたりの人数の目安を書き足してください。応募する方がいちばん知りたいところです。",
        {
            "postings.0.duty_detail": "接種会場での予診票の確認などをお願いします。詳しくは面接のときにご説明しますので、お問い合わせください。"
        },
    ),
    Fault(
        "postings.0.venue_name",
        "勤務場所が複数ある場合は、主な会場の正式な名称を入力してください。",
        {"postings.0.venue_name": "公民館ほか"},
    ),
    Fault(
        "postings.0.pay_note",
        "加算の条件（経験の年数など）と額が分かるように書いてください。",
        {"postings.0.pay_note": "経験により加算あり"},
    ),
    Fault(
        "postings.0.workdays_note",
        "勤務日数の目安を書いてください（例：週2日程度、月4回以上）。",
        {"postings.0.workdays_note": "時期により変わります"},
    ),
    Fault("contact.contact_tel", "ご確認のお電話がつながりませんでした。日中つながる直通の番号かどうか、お確かめください。"),
)
