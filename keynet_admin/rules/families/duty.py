"""Rules DUTY-001 to DUTY-005: duties fit the job, the description and the training."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from keynet_admin.rules.engine.posting_values import NEVER_INJECT, duties, job_label
from keynet_admin.rules.engine.row import example, row, warning_row, when_empty
from keynet_admin.rules.engine.rule import Hit, Rule, Scope
from keynet_admin.rules.words.injection import mentions_injecting, says_injecting
from keynet_admin.rules.words.plain import text_of


def check_pre_check(scope: Scope) -> Iterator[Hit]:
    """DUTY-001: 予診 chosen for somebody who is no physician."""
    job = scope.get("job_type")
    if isinstance(job, str) and job != "physician" and "pre_check" in duties(scope):
        yield Hit(
            "duties",
            "予診は医師が行います。",
            why=f"職種が{job_label(job)}の募集では「予診（医師）」を選べません。",
            how="予診票の聞き取りや記入の確認であれば「予診票の確認・聞き取り補助」を選んでください。",
        )


def check_clerical_duties(scope: Scope) -> Iterator[Hit]:
    """DUTY-002: filling or watching over people after the shot chosen for clerks."""
    if scope.get("job_type") != "clerical":
        return
    chosen = duties(scope)
    words = [word for slug, word in (("filling", "薬液の希釈・充填"), ("observation", "接種後の経過観察")) if slug in chosen]
    if words:
        yield Hit(
            "duties",
            f"事務職員の業務に「{'」「'.join(words)}」が選ばれています。",
            why="薬液の扱いや体調の判断は医療職が行うため、事務局で確認します。",
            how="待機場所の案内や声かけであれば「受付・案内・誘導」を選んでください。",
        )


def check_injection_text(scope: Scope) -> Iterator[Hit]:
    """DUTY-004: injecting is chosen and the description does not mention it, or the other way round."""
    text = text_of(scope, "duty_detail")
    chosen = scope.get("duties")
    if not text or not isinstance(chosen, (list, tuple)):
        return
    if "injection" in chosen:
        if scope.get("job_type") not in NEVER_INJECT and not mentions_injecting(text):
            yield Hit(
                "duty_detail",
                "業務で「接種（注射）」を選んでいますが、仕事の内容に接種を行うことが書かれていません。",
                how="応募する方が備えられるよう、接種の人数の目安や分担を書くか、業務の選択を直してください（例：1時間に20人ほどに接種を行います）。",
            )
        return
    job = scope.get("job_type")
    if job in NEVER_INJECT and "注射" not in text:
        return  # 「接種業務」 is then the programme the clerks work for
    if isinstance(job, str) and says_injecting(text, job_label(job)):
        yield Hit(
            "duties",
            "仕事の内容に接種（注射）を行うとありますが、業務で「接種（注射）」が選ばれていません。",
            how="行う場合は選び、行わない場合は文章を直してください（例：接種会場での予診票の確認を行います）。",
        )


def check_training(scope: Scope) -> Iterator[Hit]:
    """DUTY-005: people after a break are welcome to inject, and there is no training."""
    if scope.get("training") == "none" and scope.get("blank_ok") is True and "injection" in duties(scope):
        yield Hit(
            "training",
            "ブランクのある方に接種をお願いする募集ですが、事前研修が「なし」です。",
            why="潜在看護職の方の多くが接種手技の研修を望んでいます。",
            how="実技研修を設けるか、都道府県の研修を案内してください（例：あり（有給）・初日に2時間）。",
        )


_LATER: Final = date(2024, 5, 13)


RULES: tuple[Rule, ...] = (
    row(
        "DUTY-001",
        ("duties", "job_type"),
        basis="新型コロナワクチン接種の手引き（予診は医師） [S10]",
        what="「予診（医師）」は医師だけ",
        why="接種してよいかどうかの判断は医師でなければできません。",
        how="医師以外の職種では「予診票の確認・聞き取り補助」を選んでください。",
        good=(example("看護師：予診票の確認・聞き取り補助", duties=["questionnaire", "injection"]),),
        bad=(example("看護師：予診", duties=["pre_check", "injection"]),),
        check=check_pre_check,
    ),
    warning_row(
        "DUTY-002",
        ("duties", "job_type"),
        basis="新型コロナワクチン接種の手引き（会場の人員の役割） [S10]",
        what="事務職員に薬液の充填や経過観察を任せない",
        why="薬液の扱いと体調の判断は医療職の役割です。",
        how="待機場所の案内であれば「受付・案内・誘導」を選んでください。",
        good=(example("事務職員：受付・案内", job_type="clerical", duties=["reception", "data_entry"]),),
        bad=(
            example("事務職員：薬液の充填", job_type="clerical", duties=["reception", "filling"]),
            example("事務職員：経過観察", job_type="clerical", duties=["observation"]),
        ),
        check=check_clerical_duties,
    ),
    row(
        "DUTY-003",
        ("duty_change",),
        basis="職業安定法施行規則第4条の2（2024年4月1日施行） [S21]",
        what="2024年4月1日から、業務の変更の範囲を書く",
        why="将来どの業務に変わりうるかは、募集のときに示さなければならない条件です。",
        how="変更がない場合は「変更なし」と入力してください。",
        good=(example("変更なし", on=_LATER, duty_change="変更なし"), example("2021年は不要", duty_change=None)),
        bad=(example("2024年5月・空欄", on=_LATER, duty_change=""),),
        check=when_empty(
            "duty_change",
            "業務の変更の範囲が入力されていません。",
            why="2024年4月1日からは、将来の業務の変更の範囲を募集のときに示す必要があります（職業安定法施行規則第4条の2）。",
            how="変更がない場合は「変更なし」と入力してください。",
        ),
        valid_from=date(2024, 4, 1),
    ),
    warning_row(
        "DUTY-004",
        ("duties", "duty_detail"),
        basis="職業安定法第5条の4（的確な表示） [S23]",
        what="接種（注射）の選択と、仕事の内容がそろっていること",
        why="注射をするかどうかは、応募を決める大きな条件です。",
        how="業務の選択か仕事の内容の一方を直してください。",
        good=(
            example(
                "選択と文章が一致", duty_detail="予診票の確認の後、1時間に20人ほどに接種を行います。6人で分担し、薬液は薬剤師が準備します。"
            ),
            example(
                "どちらも接種なし",
                duties=["questionnaire", "observation"],
                duty_detail="接種会場で予診票の確認と接種後の様子の観察を行います。1回90人ほどです。",
            ),
        ),
        bad=(
            example(
                "選択だけ接種あり",
                duty_detail="接種会場で予診票の聞き取りと、接種後の様子の観察をお願いします。1回90人ほどで、6人で分担します。",
            ),
            example("文章だけ接種あり", duties=["questionnaire", "observation"]),
        ),
        check=check_injection_text,
    ),
    warning_row(
        "DUTY-005",
        ("training", "blank_ok", "duties"),
        basis="潜在看護職の希望（研修）・接種の手引き [S08, S43]",
        what="ブランクのある方が接種する募集には研修を",
        why="研修の有無で応募が大きく変わります。安全のためにも要ります。",
        how="実技研修を設けるか、都道府県などの研修を案内してください。",
        good=(example("研修あり（有給）", blank_ok=True, training="paid"),),
        bad=(example("ブランク可・研修なし", blank_ok=True, training="none", training_note=None),),
        check=check_training,
    ),
)
