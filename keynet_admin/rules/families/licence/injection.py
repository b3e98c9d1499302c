"""Rules LIC-008 to LIC-011: which job may inject, from which day on and under which conditions (domain notes 2.6)."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from keynet_admin.catalogue.reference import law_date
from keynet_admin.rules.engine.posting_values import NEVER_INJECT, duties, job_label, long_day
from keynet_admin.rules.engine.row import ERROR, WARNING, example, row
from keynet_admin.rules.engine.rule import Check, Hit, Rule, Scope
from keynet_admin.rules.words.plain import text_of

_NOTE_FIELDS: Final = ("title", "duty_detail", "training_note", "support_note", "other_req", "experience_note", "pay_note", "duty_change")
_NOTE: Final = re.compile(
    r"違法性(?:の)?阻却|(?:3|三)(?:つの)?(?:要件|条件)|特例(?:的|の|に|として)|(?:厚生労働省|厚労省"
    r"|国)の(?:事務連絡|通知|考え方)|協力(?:の)?要請"
)
_CONSENT: Final = re.compile(r"同意|承諾|了承")
_SCARCE: Final = re.compile(r"確保(?:が|でき|困難)|やむを得|不足|人材がいない|担い手|見つから|に限って")
_TRAINED: Final = re.compile(
    r"(?:実技|接種|注射|手技|必要な)[^。\n]{0,10}(?:研修|講習)|(?:研修|講習)(?:を|の)?(?:受|修了|受講)"
    r"|(?:筋肉内?注射|注射|採血)[^。\n]{0,6}経験"
)


def _special(jobs: Mapping[str, str]) -> Check:
    """A check for jobs that may inject from a day of the law table on, under three conditions. `jobs`: job type → key of that day."""

    def check(scope: Scope) -> Iterator[Hit]:
        job = scope.get("job_type")
        if job not in jobs or "injection" not in duties(scope):
            return
        name, start = job_label(job), law_date(jobs[job], scope.on)
        if start is not None and scope.on < start:
            yield Hit(
                "duties",
                f"{name}が新型コロナワクチンの接種を行えるのは{long_day(start)}からです。",
                how="業務から「接種（注射）」を外し、予診票の確認や接種後の経過観察などを選んでください。",
                level=ERROR,
            )
            return
        until = law_date("inject_note_until", scope.on)
        if until is None or scope.on > until:
            return
        text = text_of(scope, *_NOTE_FIELDS)
        lacking = [word for word, pattern in _CONDITIONS if not pattern.search(text)]
        if len(lacking) > 1 and not _NOTE.search(text):
            yield Hit(
                "duties",
                f"{name}による接種は、必要な医師・看護師等を確保できないこと、研修または経験があること、接種を受ける方の同意があることが条件です。",
                why=f"「{'」「'.join(lacking)}」が書かれていません。",
                how="「仕事の内容」か「その他の応募条件」に書いてください。",
                level=WARNING,
            )

    return check


_CONDITIONS: Final = (("医師・看護師等の確保が難しいこと", _SCARCE), ("研修や経験", _TRAINED), ("受ける方の同意", _CONSENT))
check_dentist = _special({"dentist": "inject_dentist_from"})
check_technologist = _special(
    {
        "clinical_laboratory_technologist": "inject_laboratory_technologist_from",
        "emergency_life_saving_technician": "inject_emergency_technician_from",
    }
)
check_engineer = _special(
    {"radiological_technologist": "inject_radiological_technologist_from", "clinical_engineer": "inject_clinical_engineer_from"}
)


_INSTEAD: Final = {
    "clerical": "受付・案内・誘導や予約・記録システムの入力を選んでください。",
    "other": "医師・看護師などの募集であれば職種を選び直し、そうでなければ受付・案内などを選んでください。",
    "dental_hygienist": "予診票の確認や接種後の経過観察を選んでください。",
    "pharmacist": "薬液の希釈・充填や予診票の確認を選んでください。",
}


def check_never_inject(scope: Scope) -> Iterator[Hit]:
    """LIC-011: injecting chosen for a job that can never do it."""
    job = scope.get("job_type")
    if job not in NEVER_INJECT or "injection" not in duties(scope):
        return
    shown = job_label(job)
    if job == "other":
        name = scope.get("job_other")
        shown = f"その他の職種（{name}）" if isinstance(name, str) else "職種「その他」"
    yield Hit("duties", f"{shown}は接種（注射）を行えません。", how=_INSTEAD[job])


_CONDITIONS_TEXT: Final = "看護師等の確保が難しいため、実技の研修を受けた方が、接種を受ける方の同意を得て注射による接種を行います。"


def post(job: str, label: str, **more: object) -> dict[str, object]:
    """Values that make the valid posting one of another job."""
    return {"job_type": job, "title": f"集団接種会場の{label}", "licenses": [job], "share_nc": False, **more}


INJECTION_RULES: tuple[Rule, ...] = (
    row(
        "LIC-008",
        ("job_type", "duties"),
        (ERROR, WARNING),
        basis="歯科医師による接種の違法性阻却の考え方（2021年4月26日） [S43]",
        what="歯科医師の接種は2021年4月26日から。2024年3月31日までは三つの条件を書く",
        why="ほかに担い手がいないこと、研修や経験、受ける方の同意がそろって初めて許された例外でした。",
        how="日付より前は「接種（注射）」を外してください。後は三つの条件を文章に書いてください。",
        good=(
            example("条件を書いた募集", post("dentist", "歯科医師", duty_detail=_CONDITIONS_TEXT)),
            example(
                "接種を含まない募集",
                post(
                    "dentist",
                    "歯科医師",
                    duties=["questionnaire", "observation"],
                    duty_detail="予診票の確認と、接種後の様子の観察を行います。1回90人ほどです。",
                ),
            ),
        ),
        bad=(
            example("条件のない募集", post("dentist", "歯科医師")),
            example("2021年4月20日", post("dentist", "歯科医師", duty_detail=_CONDITIONS_TEXT), on=date(2021, 4, 20)),
        ),
        check=check_dentist,
    ),
    row(
        "LIC-009",
        ("job_type", "duties"),
        (ERROR, WARNING),
        basis="臨床検査技師・救急救命士による接種の考え方（2021年6月4日） [S44]",
        what="臨床検査技師・救急救命士の接種は2021年6月4日から。2024年3月31日までは三つの条件を書く",
        why="ほかに担い手がいないこと、研修や経験、受ける方の同意がそろって初めて許された例外でした。",
        how="日付より前は「接種（注射）」を外してください。後は三つの条件を文章に書いてください。",
        good=(
            example(
                "2021年7月・条件あり",
                post("emergency_life_saving_technician", "救急救命士", duty_detail=_CONDITIONS_TEXT),
                on=date(2021, 7, 5),
            ),
        ),
        bad=(
            example("2021年5月10日", post("clinical_laboratory_technologist", "臨床検査技師"), on=date(2021, 5, 10)),
            example("2022年11月・条件なし", post("emergency_life_saving_technician", "救急救命士"), on=date(2022, 11, 7)),
        ),
        check=check_technologist,
    ),
    row(
        "LIC-010",
        ("job_type", "duties"),
        (ERROR, WARNING),
        basis="診療放射線技師・臨床工学技士による接種の考え方（2022年8月31日） [S46]",
        what="診療放射線技師・臨床工学技士の接種は2022年8月31日から。2024年3月31日までは三つの条件を書く",
        why="ほかに担い手がいないこと、研修や経験、受ける方の同意がそろって初めて許された例外でした。",
        how="日付より前は「接種（注射）」を外してください。後は三つの条件を文章に書いてください。",
        good=(
            example("2022年11月・条件あり", post("clinical_engineer", "臨床工学技士", duty_detail=_CONDITIONS_TEXT), on=date(2022, 11, 7)),
        ),
        bad=(
            example("2021年6月", post("radiological_technologist", "診療放射線技師"), on=date(2021, 6, 7)),
            example("2022年11月・条件なし", post("clinical_engineer", "臨床工学技士"), on=date(2022, 11, 7)),
        ),
        check=check_engineer,
    ),
    row(
        "LIC-011",
        ("job_type", "duties"),
        basis="衆議院答弁書（薬剤師による接種には立法が必要）・保健師助産師看護師法 [S45, S47]",
        what="薬剤師・歯科衛生士・事務職員・その他の職種は接種（注射）を行えない",
        why="注射は医行為で、免許のない職種が行うと違法です。",
        how="その職種が行える業務を選んでください（薬剤師なら薬液の希釈・充填、予診票の確認）。",
        good=(
            example(
                "薬剤師＋充填",
                post(
                    "pharmacist",
                    "薬剤師",
                    duties=["filling"],
                    duty_detail="ワクチンの薬液の希釈と充填、在庫の管理を行います。1回90人分ほどです。",
                ),
            ),
        ),
        bad=(
            example("薬剤師＋接種", post("pharmacist", "薬剤師")),
            example("事務職員＋接種", post("clerical", "事務職員", licenses=["none"])),
        ),
        check=check_never_inject,
    ),
)
