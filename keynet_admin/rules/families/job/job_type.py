"""Rules JOB-001 to JOB-010: one posting is one job type, with a number of people and an honest form of engagement."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from keynet_admin.catalogue.blank import blank
from keynet_admin.rules.engine.posting_values import job_label, missing
from keynet_admin.rules.engine.row import ERROR, WARNING, example, fix_row, row, warning_row
from keynet_admin.rules.engine.rule import Hit, Per, Rule, Scope
from keynet_admin.rules.families.job.engagement import check_dispatch, check_employer, check_fee_or_employment
from keynet_admin.rules.words.job_names import OWN, names_the_job, two_jobs_in_detail, two_jobs_in_title
from keynet_admin.rules.words.plain import listed, plain, text_of

_GAP: Final = re.compile(r"[ \u3000]+")


def check_one_job(scope: Scope) -> Iterator[Hit]:
    """JOB-001: two job types coordinated in the title, or recruited together in the description."""
    junior = scope.get("also_junior") is True
    own = text_of(scope, "job_other") if scope.get("job_type") == "other" else ""
    for name, reader in (("title", two_jobs_in_title), ("job_other", two_jobs_in_title), ("duty_detail", two_jobs_in_detail)):
        value = scope.record.get(name)
        if not isinstance(value, str) or not value:
            continue
        text = plain(value if name == "duty_detail" or not _GAP.search(value) else _GAP.sub("/", value.strip()))
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
    if not isinstance(postings, (list, tuple)) or len(postings) < 2:
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


RULES: tuple[Rule, ...] = (
    row(
        "JOB-001",
        ("job_type", "title", "duty_detail"),
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
