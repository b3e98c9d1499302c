"""Rules about publishing (PUB): dates in order, masked postings that stay masked, and postings that are kept current.

PUB-003, 004, 007, 008 and 009 need what is stored about a posting, so the entry check never runs them.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from difflib import SequenceMatcher
from typing import Any, Final

from keynet_admin.catalogue import apply_ways, posting_field
from keynet_admin.catalogue.blank import blank
from keynet_admin.catalogue.difference import changes
from keynet_admin.rules.engine.posting_values import day, long_day, missing
from keynet_admin.rules.engine.row import ERROR, WARNING, example, row, warning_row
from keynet_admin.rules.engine.rule import Hit, Rule, Scope
from keynet_admin.rules.families.pay.minimum_wage import venue_prefecture
from keynet_admin.rules.words.masking import Secrets
from keynet_admin.rules.words.plain import PUBLIC_TEXT, plain, row_texts

LONGEST: Final = timedelta(days=90)
# Fields that the catalogue itself hides in a masked posting.
_HIDDEN: Final = frozenset({"venue_name", "access"})
MASKED_TEXTS: Final = tuple(name for name in PUBLIC_TEXT if name not in _HIDDEN)
TOLD_FIELDS: Final = (
    "pay_type",
    "pay_lines",
    "shifts",
    "weekly_hours",
    "term_start",
    "term_end",
    "fixed_ot",
    "overtime",
    "overtime_hours",
    "commute",
)
"""Conditions whose change must be told to those who applied (職業安定法5条の3第3項, S98)."""
MATERIAL_FIELDS: Final = (
    *TOLD_FIELDS,
    "fixed_ot_yen",
    "fixed_ot_hours",
    "fixed_ot_excess",
    "commute_cap",
    "job_type",
    "job_other",
    "also_junior",
    "engagement",
    "employer",
    "duties",
    "venue_city",
    "venue_address",
    "renewal",
    "renewal_cap",
    "probation",
    "insurance",
    "accident",
    "licenses",
    "experience",
    "age_limit",
    "age_reason",
    "visibility",
)
"""Pay, place, hours, period, duties and conditions of a posting (P07): what changes here after publication needs a second look."""
MATERIAL_TEXTS: Final = (
    *("duty_detail", "duty_change", "place_change", "workdays_note", "holidays", "pay_note", "other_allow"),
    *("insurance_note", "renewal_rule", "probation_note", "experience_note", "age_note", "other_req"),
)
"""The same in the municipality's own words: here a slip of the pen may be put right without a second look (see `is_slip`)."""
_SLIP_MOST: Final = 2
_MEANS: Final = re.compile(r"[0-9〇一二三四五六七八九十百千万]|な[いしく]|せず|ません|あり|ある|無|有|可|不|要|必|任|別")


def check_order(scope: Scope) -> Iterator[Hit]:
    """PUB-001: deadline ≤ publish_until ≤ term_end, publish_from < publish_until."""
    if missing(scope, "publish_until"):
        yield Hit(
            "publish_until",
            "公開終了予定日が入力されていません。",
            how="締切日以後で、任用（従事）終了日までの日付を入力してください。",
            example="2021-06-30",
        )
    if scope.get("deadline_type") == "date" and missing(scope, "deadline"):
        yield Hit("deadline", "締切を「日付で指定」とした場合は、締切日を入力してください。", example="2021-05-28")
    deadline = day(scope, "deadline") if scope.get("deadline_type") != "until_filled" else None
    start, until, end = day(scope, "publish_from"), day(scope, "publish_until"), day(scope, "term_end")
    if until is None:
        return
    if deadline is not None and deadline > until:
        yield Hit(
            "deadline",
            f"締切日（{long_day(deadline)}）が公開終了予定日（{long_day(until)}）より後です。",
            why="締め切る前に公開が終わります。",
            how="日付をご確認ください。",
            example=f"{long_day(until)}以前",
        )
    begin = day(scope, "term_start")
    if end is not None and until > end and (begin is None or begin <= end):
        yield Hit(
            "publish_until",
            f"公開終了予定日（{long_day(until)}）が任用（従事）終了日（{long_day(end)}）より後です。",
            how="日付をご確認ください。",
            example=f"{long_day(end)}以前",
        )
    if start is not None and start >= until:
        yield Hit(
            "publish_from",
            f"公開開始希望日（{long_day(start)}）が公開終了予定日（{long_day(until)}）より前になっていません。",
            how="日付をご確認ください。",
            example=f"{long_day(until - timedelta(days=1))}以前",
        )


def check_length(scope: Scope) -> Iterator[Hit]:
    """PUB-002: shown for more than 90 days. Without a wished start the day of the application counts, with a week's time to decide."""
    start, until = day(scope, "publish_from"), day(scope, "publish_until")
    if until is None or f"{scope.prefix}publish_from" in scope.unread or scope.on > date.max - timedelta(days=7):
        return
    first = start or scope.on + timedelta(days=7)
    if until - first > LONGEST:
        yield Hit(
            "publish_until",
            f"公開期間が{(until - first).days}日（{long_day(first)}～{long_day(until)}）になります。",
            how=f"{long_day(first + LONGEST)}までにしてください。続ける場合は、期限前に日付を延ばせます。",
            example=long_day(first + LONGEST),
        )


def check_masked_text(scope: Scope) -> Iterator[Hit]:
    """PUB-005: a masked posting whose texts tell what is masked."""
    if scope.get("visibility") != "masked":
        return
    secrets = Secrets(scope.document, scope.record)
    written = ((name, scope.get(name)) for name in MASKED_TEXTS)
    for name, text in (*((name, text) for name, text in written if isinstance(text, str)), *row_texts(scope)):
        shown = secrets.shown_in(text)
        if shown:
            field = {"title": "見出し", "duty_detail": "仕事の内容"}.get(name) or f"「{_label(name)}」"
            yield Hit(
                name,
                f"一部非公開の募集ですが、{field}に{'・'.join(shown)}が含まれています。",
                how="伏せたい情報を削除してください。",
                example="県北の市",
            )


def _label(name: str) -> str:
    parts = name.split(".")
    field = posting_field(parts[0])
    return field.column(parts[2]).label if len(parts) == 3 else field.label


def check_masked_shown(scope: Scope) -> Iterator[Hit]:
    """PUB-006: a masked posting still shows prefecture, job, pay and hours."""
    if scope.get("visibility") != "masked" or scope.partial:
        return
    need = "一部非公開の募集でも、都道府県・職種・報酬・勤務時間は表示します。"
    pref = venue_prefecture(scope) or scope.organization.get("pref")
    unread = scope.unread
    if not pref and not unread & {f"{scope.prefix}venue_city", "organization.lg_code"} and blank(scope.record.get("venue_city")):
        yield Hit("venue_city", "勤務場所の市区町村がないため、都道府県を表示できません。", why=need, example="日向市")
    for name, label, shown in (
        ("job_type", "職種", "看護師"),
        ("pay_lines", "報酬の額", "1,472円"),
        ("shifts", "勤務時間帯", "13:00～17:30"),
    ):
        if missing(scope, name):
            yield Hit(name, f"{label}が入力されていません。", why=need, example=shown)


def check_ways(scope: Scope) -> Iterator[Hit]:
    """PUB-010: a way to apply without what it needs, which the public page then leaves out."""
    if scope.unread & {scope.path(name) for name in ("apply_by", "public_tel", "venue_address")}:
        return
    record = scope.record
    lost = [slug for slug in record.get("apply_by") or () if slug not in apply_ways.working(record)]
    if lost and not scope.partial:
        names = "・".join(apply_ways.labels(lost))
        yield Hit(
            "apply_by",
            f"応募の受付方法に{names}がありますが、連絡先が公開されません。",
            why="求職者が使えない方法のため、公開ページには出しません。",
            how="電話には問い合わせ先電話番号、メールには問い合わせ先のアドレス、郵送と持参には公開する住所が必要です。",
            example="本サイト",
        )


def material_changes(approved: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    """PUB-009: the material conditions of a normalised posting that differ from what is published, in the order of MATERIAL_FIELDS and MATERIAL_TEXTS."""
    # How many people work a shift is a headcount, which is no condition of work either.
    found = changes({"postings": [approved]}, {"postings": [now]})
    changed = {change.path.split(".")[2] for change in found if not change.path.endswith(".need")}
    texts = [n for n in MATERIAL_TEXTS if n in changed and not is_slip(str(approved.get(n) or ""), str(now.get(n) or ""))]
    return (*(name for name in MATERIAL_FIELDS if name in changed), *texts)


def is_slip(before: str, now: str) -> bool:
    """Whether two texts differ in a letter or two at one place, and in no number and no word that turns a sentence round."""
    steps = SequenceMatcher(None, before, now, autojunk=False).get_opcodes()
    parts = [plain(part) for step, i, j, k, m in steps if step != "equal" for part in (before[i:j], now[k:m])]
    return bool(before and now) and len(parts) <= 2 and all(len(part) <= _SLIP_MOST and not _MEANS.search(part) for part in parts)


_CURRENT = "職業安定法第5条の4（正確で最新の表示）"
_MASKED: Final[dict[str, Any]] = {"visibility": "masked"}
_YEAR: Final[dict[str, Any]] = {"term_end": "2022-03-31", "publish_from": "2021-05-17"}


RULES: tuple[Rule, ...] = (
    row(
        "PUB-001",
        ("deadline", "publish_from", "publish_until", "term_end"),
        basis=f"{_CURRENT} [S23]",
        what="締切日、公開終了予定日、任用終了日がこの順に並ぶこと",
        why="順序が逆だと、応募できない募集が公開されたり、募集中に公開が終わったりします。",
        how="締切日 ≦ 公開終了予定日 ≦ 任用（従事）終了日、公開開始希望日は公開終了予定日より前にしてください。",
        good=(example("締切5/28、公開終了6/30、任用終了9/30", deadline="2021-05-28", publish_until="2021-06-30", term_end="2021-09-30"),),
        bad=(
            example("締切が公開終了より後", deadline="2021-07-10", publish_until="2021-06-30", term_end="2021-09-30"),
            example("公開開始と終了が同じ日", publish_from="2021-06-30", publish_until="2021-06-30", term_end="2021-09-30"),
        ),
        check=check_order,
    ),
    warning_row(
        "PUB-002",
        ("publish_from", "publish_until"),
        basis=f"{_CURRENT} [S23]",
        what="公開期間は90日以内を目安にすること",
        why="長く公開した募集は条件が古くなりがちです。",
        how="90日以内の日付にしてください。続ける場合は、期限前に日付を延ばせます。",
        good=(example("60日間", publish_from="2021-05-17", publish_until="2021-07-16", term_end="2021-09-30"),),
        bad=(example("9か月間", **_YEAR, publish_until="2022-02-28"),),
        check=check_length,
    ),
    warning_row(
        "PUB-003",
        (),
        basis=f"{_CURRENT} [S23]",
        what="30日ごとに内容を確かめること（45日で一時的に隠します）",
        why="終わった募集が残ると、応募する方の時間を奪います。",
        how="管理画面で内容を確かめ、「確認しました」を押すか、直すか、終了してください。",
        good=(example("30日以内に確認した募集"),),
        bad=(example("45日放置された募集"),),
        runs_in="keynet_admin.services.posting.freshness.question",
    ),
    row(
        "PUB-004",
        ("headcount",),
        (WARNING, ERROR),
        basis="募集が終わったら速やかに終了する [S01, S23]",
        what="人数を確保したら公開を終えること。募集人数は、確保した人数より少なくできません",
        why="満員の募集への応募は、断る手間と不信を生みます。",
        how="「募集を終了する」を押してください。追加で募る場合は人数を増やしてください。",
        good=(example("確保した日に終了"),),
        bad=(example("確保15名・募集15名で公開中"),),
        runs_in="keynet_admin.services.posting.balance.still_public",
    ),
    row(
        "PUB-005",
        ("visibility", "title", "duty_detail", "public_contact"),
        basis="一部非公開の募集 [S05]",
        what="一部非公開の募集の文に、団体名（かな・ローマ字でも）・会場名・住所・電話・団体コード・首長の氏名・自治体のアドレスを書かないこと",
        why="見出しや文に名前があると、伏せた意味がなくなります。",
        how="伏せたい情報を消し、「県北の市」「沿岸部の会場」のように書いてください。",
        good=(example("県北の市", **_MASKED, title="県北の市の接種会場の看護師", training_note="初日に2時間程度行います。"),),
        bad=(
            example("日向市の集団接種会場", **_MASKED, title="日向市の集団接種会場の看護師"),
            example("ひらがなの団体名", **_MASKED, title="ひゅうがしの接種会場の看護師"),
            example("電話番号", **_MASKED, public_contact="予防係 〇九八二（〇〇）〇〇一三"),
        ),
        check=check_masked_text,
    ),
    row(
        "PUB-006",
        ("visibility", "venue_city", "job_type", "pay_lines", "shifts"),
        basis="一部非公開の募集と労働条件の明示 [S05, S20]",
        what="一部非公開でも、都道府県・職種・報酬・勤務時間を示すこと",
        why="名前を伏せても、働く条件は示さなければなりません。",
        how="空欄の項目を入力してください。",
        good=(example("都道府県・職種・報酬・時間を表示", _MASKED),),
        bad=(example("勤務時間帯が空欄", **_MASKED, shifts=[]), example("報酬が空欄", **_MASKED, pay_lines=[])),
        check=check_masked_shown,
    ),
    warning_row(
        "PUB-007",
        (*(name for name in MATERIAL_FIELDS if name != "visibility"), *MATERIAL_TEXTS),
        basis="職業安定法第5条の3第3項（変更の明示） [S98]",
        what="応募者がいる募集の報酬・時間・期間・場所・仕事の内容などを変えたら、応募者に知らせること",
        why="応募したときの条件と違う条件で採用することになります。",
        how="変わった項目を確かめてください。公開されると、応募した方に自動でお知らせします。",
        good=(example("変更を応募者に連絡"),),
        bad=(example("知らせずに報酬を変更"),),
        runs_in="keynet_admin.services.posting.drafts.to_tell",
    ),
    row(
        "PUB-008",
        (),
        basis=f"{_CURRENT} [S23]",
        what="公開ページに掲載日と更新日を示すこと",
        why="いつの時点の条件かが分かるようにするためです。",
        how="システムが表示します。入力は要りません。",
        good=(example("更新日 5/10"),),
        bad=(example("日付のない公開ページ"),),
        planned=True,
    ),
    warning_row(
        "PUB-009",
        (*MATERIAL_FIELDS, *MATERIAL_TEXTS),
        basis="確認後の変更 [S01, S23]",
        what="事務局の確認後に主な条件を変えた募集は、もう一度確認すること",
        why="確認した内容と公開される内容が違ってしまいます。",
        how="事務局がもう一度確認します。急ぐ場合は変更の理由を書いてください。",
        good=(example("変更後に再確認"),),
        bad=(example("確認後に報酬を引き下げ"),),
        runs_in="keynet_admin.services.posting.drafts.second_look",
    ),
    warning_row(
        "PUB-010",
        ("apply_by", "public_tel", "public_contact", "venue_address"),
        basis="求職者が使える受付方法だけを示す（事務局の実務）",
        what="応募の受付方法には、公開する連絡先で使える方法だけを選ぶこと",
        why="電話番号や住所のない方法では、応募する方が連絡できません。",
        how="電話番号や住所を公開するか、受付方法から外してください。",
        good=(example("電話番号を公開して電話で受付", apply_by=["site", "phone"], public_tel="0982-00-0013"),),
        bad=(
            example("電話番号のない電話受付", apply_by=["site", "phone"], public_tel=None),
            example("住所を伏せた郵送", apply_by=["post"], visibility="masked", title="県北の市の接種会場の看護師"),
        ),
        check=check_ways,
    ),
)
