"""Makes application forms as officers type them: one body, one contact, some postings, clean by the rules unless asked otherwise."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from keynet_admin.catalogue import posting_field
from keynet_admin.demo import hours_and_pay, texts
from keynet_admin.demo import typed_values as typed
from keynet_admin.demo.municipalities import DemoMunicipality

NURSING = ("public_health_nurse", "midwife", "nurse", "assistant_nurse")
TITLE_LENGTH = 28


def form(
    rng: Random, body: DemoMunicipality, on: date, jobs: Sequence[str], *, email: str | None = None, plain: bool = False
) -> dict[str, Any]:
    """A whole form of a body, typed on a day, with one posting per job. `plain`: part-time staff of its own, with a deadline."""
    department = rng.choice(texts.DEPARTMENTS)
    return {
        "organization": organization(rng, body, department),
        "contact": contact(rng, body, email or f"{rng.choice(texts.MAIL_USERS)}@{body.mail_host}"),
        "postings": [posting(rng, body, on, job, department, plain=plain) for job in jobs],
        "confirmation": dict.fromkeys(("agree_terms", "agree_truth", "agree_report", "agree_privacy"), True),
    }


def organization(rng: Random, body: DemoMunicipality, department: str) -> dict[str, Any]:
    """The body's section."""
    return {
        "org_type": body.org_type,
        "lg_code": rng.choice((body.municipality.code6, body.municipality.code6, typed.wide(body.municipality.code6))),
        "org_name": body.name,
        "org_kana": body.municipality.kana,
        "org_zip": typed.postal_code(rng, body.zip),
        "org_address": f"{body.address}{rng.randint(1, 9)}番{rng.randint(1, 20)}号",
        "org_building": rng.choice(("", "", "本庁舎2階", "保健福祉センター1階")),
        "org_tel": typed.phone(rng, body.phone(1)),
        "department": department,
    }


def contact(rng: Random, body: DemoMunicipality, email: str) -> dict[str, Any]:
    """An invented officer."""
    last, last_kana = rng.choice(texts.LAST.split("|")).split(" ")
    first, first_kana = rng.choice(texts.FIRST.split("|")).split(" ")
    section = {
        "contact_last": last,
        "contact_first": first,
        "contact_last_kana": last_kana,
        "contact_first_kana": first_kana,
        "contact_position": rng.choice(texts.POSITIONS),
        "contact_tel": typed.phone(rng, body.phone(rng.randint(10, 49))),
        "contact_ext": rng.choice(("", "", str(rng.randint(200, 2999)))),
        "contact_hours": rng.choice(texts.HOURS),
        "contact_email": email,
        "contact_email2": email,
        "mail_env": rng.choice(("fine", "fine", "stripped", "unknown")),
    }
    return {name: value for name, value in section.items() if value}


def posting(rng: Random, body: DemoMunicipality, on: date, job: str, department: str, *, plain: bool = False) -> dict[str, Any]:
    """One posting that the rules of the day have nothing to say about."""
    engagement = _engagement(rng, job, plain)
    pattern = hours_and_pay.pick_pattern(rng, job, engagement)
    start, end = _term(rng, on)
    floor = hours_and_pay.minimum_wage(body.municipality.prefecture_code, end)
    unit, lines, hourly = hours_and_pay.pay(rng, job, engagement, pattern, floor)
    duties, detail = rng.choice(texts.WORK[job])
    until = min(end, on + timedelta(days=rng.randint(25, 80)))
    deadline = min(until, on + timedelta(days=rng.randint(16, 24)))
    content: dict[str, Any] = {
        "job_type": job,
        "headcount": typed.people(rng, _headcount(rng, job)),
        "engagement": engagement,
        "nonregular": True,
        "duties": list(duties),
        "duty_detail": detail,
        "duty_change": "変更なし",
        "training": "paid",
        "training_note": rng.choice(texts.TRAINING),
        "support_note": rng.choice(texts.SUPPORT),
        "term_start": typed.a_date(rng, start),
        "term_end": typed.a_date(rng, end),
        "single_day": engagement == "honorarium",
        "renewal": "none",
        "probation": "conditional_one_month" if engagement.startswith("fiscal_year") else "none",
        "shifts": hours_and_pay.shift_rows(rng, pattern),
        "weekly_hours": f"{pattern.weekly_hours:g}",
        "workdays_note": pattern.workdays,
        "overtime": "no",
        "holidays": rng.choice(texts.DAYS_OFF),
        "pay_type": unit,
        "pay_lines": lines,
        "fixed_ot": "no",
        "commute": "actual",
        "pay_day": rng.choice(texts.PAY_DAYS),
        "insurance": hours_and_pay.insurance(pattern.weekly_hours, (end - start).days + 1, hourly, engagement),
        "accident": "private_cover" if engagement == "honorarium" else "workers",
        "licenses": [job if job in texts.WORK and job not in ("clerical", "other") else "none"],
        "experience": rng.choice(("not_asked", "not_asked", "preferred")),
        "blank_ok": job in NURSING and rng.random() < 0.6,
        "age_limit": "no",
        "apply_by": rng.choice((["site"], ["site", "phone"], ["site", "post", "in_person"])),
        "selection": rng.choice((["papers", "interview"], ["interview"], ["papers", "online_interview"])),
        "documents": rng.choice(("履歴書", "履歴書、職務経歴書")),
        "deadline_type": "date",
        "deadline": typed.a_date(rng, deadline),
        "publish_until": typed.a_date(rng, until),
        "visibility": "public",
        "public_contact": department,
        "public_tel": typed.phone(rng, body.phone(rng.randint(50, 79))),
        "retention": rng.choice(("destroy", "destroy", "return", "keep")),
        "share_nc": job in NURSING,
        "share_stt": job == "physician",
        "share_private": rng.random() < 0.15,
    }
    content |= _place(rng, body)
    content["title"] = _title(rng, body, job, pattern.when)
    if not plain:
        _vary(rng, content, job, engagement)
    return {name: value for name, value in content.items() if value not in ("", None)}


def mask(content: dict[str, Any]) -> None:
    """Turn a posting into 一部非公開: nothing public may name the body or the place."""
    label = posting_field("job_type").label_of(content["job_type"])
    content["visibility"], content["share_private"] = "masked", False
    content["title"] = f"県内の集団接種会場の{content.get('job_other') or label}"[:TITLE_LENGTH]
    content["public_contact"] = "予防接種の担当係"
    content["training_note"] = texts.TRAINING[0]
    content["apply_by"] = ["site"]  # without a public address or telephone no other way works
    content.pop("public_tel", None)


def hide(content: dict[str, Any]) -> None:
    """Turn a posting into 非公開: it is shown to nobody outside and handed on to nobody."""
    content |= {"visibility": "private", "share_private": False}


def until(content: dict[str, Any], day: date, deadline: date) -> None:
    """Let a posting end early: last day of publication and deadline as plain dates."""
    content["publish_until"], content["deadline"], content["deadline_type"] = day.isoformat(), deadline.isoformat(), "date"


def below_minimum(content: dict[str, Any], body: DemoMunicipality, on: date) -> None:
    """Pay part-time staff a little under the regional minimum wage: a warning for the municipality's own people (WAGE-003)."""
    floor = hours_and_pay.minimum_wage(body.municipality.prefecture_code, on)
    content["pay_type"], content["pay_lines"] = "hour", [{"label": "", "min": f"{floor - 12:,}円"}]


def _engagement(rng: Random, job: str, plain: bool) -> str:
    if job in ("physician", "dentist"):
        return "special_part_time" if plain else rng.choice(("honorarium", "honorarium", "special_part_time"))
    if plain:
        return "fiscal_year_part_time"
    if rng.random() < 0.07:
        return "contractor"
    if job in ("clerical", "nurse", "public_health_nurse") and rng.random() < 0.08:
        return "fiscal_year_full_time"
    return "fiscal_year_part_time"


def _term(rng: Random, on: date) -> tuple[date, date]:
    """Three to six weeks ahead, one to four months long, inside one fiscal year."""
    start = on + timedelta(days=rng.randint(30, 42))
    year_end = date(start.year + (start.month >= 4), 3, 31)
    if (year_end - start).days < 40:
        start = date(year_end.year, 4, 1) + timedelta(days=rng.randint(0, 6))
        year_end = date(year_end.year + 1, 3, 31)
    programme = date(2022, 2, 28) if on < date(2021, 11, 1) else year_end
    return start, min(year_end, max(programme, start + timedelta(days=60)), start + timedelta(days=rng.randint(60, 125)))


def _headcount(rng: Random, job: str) -> int:
    if job == "physician":
        return rng.randint(1, 6)
    return rng.choice((2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30)) if job in ("nurse", "clerical") else rng.randint(1, 8)


def _place(rng: Random, body: DemoMunicipality) -> dict[str, Any]:
    name, kind = rng.choice(texts.VENUES)
    return {
        "venue_name": f"{body.venue_city.name}{name}",
        "venue_type": kind,
        "venue_zip": typed.postal_code(rng, body.venue_zip),
        "venue_city": body.venue_city.code6,
        "venue_address": f"{body.venue_address}{rng.randint(1, 9)}番{rng.randint(1, 20)}号",
        "access": rng.choice(texts.ACCESS),
        "parking": rng.choice(("free", "free", "paid", "none")),
        "place_change": rng.choice(texts.PLACE_CHANGES).format(unit=body.unit),
        "smoking": "no_smoking_site",
    }


def _title(rng: Random, body: DemoMunicipality, job: str, when: str) -> str:
    label = texts.JOB_OTHER[0] if job == "other" else posting_field("job_type").label_of(job)
    place = rng.choice(("集団接種会場", "集団接種会場", f"{body.name}の接種会場", "ワクチン接種会場", "巡回接種"))
    title = f"{place}の{label}（{when}）"
    return title if len(title) <= TITLE_LENGTH else f"集団接種会場の{label}"[:TITLE_LENGTH]


def _vary(rng: Random, content: dict[str, Any], job: str, engagement: str) -> None:
    """The fields that only some postings have."""
    if job == "other":
        content["job_other"] = texts.JOB_OTHER[0]
    if job == "nurse" and "injection" in content["duties"] and rng.random() < 0.3:
        content["also_junior"] = True
    if engagement == "contractor":
        content["employer"] = rng.choice(texts.EMPLOYERS)
    if engagement == "honorarium":
        content["commute"], content["holidays"] = rng.choice(("actual", "none")), "従事する日以外の日"
        content["training"], content["training_note"] = "none", ""
        content["blank_ok"] = False
    elif rng.random() < 0.3:
        content["commute"], content["commute_cap"] = "capped", rng.choice(("500円", "1,000円", "800"))
    if engagement == "fiscal_year_part_time" and rng.random() < 0.25:
        content["renewal"], content["renewal_rule"] = "possible", texts.RENEWAL_RULES
        content["renewal_cap"] = rng.choice(("上限なし", "2回まで"))
    if rng.random() < 0.2:
        content["deadline_type"] = "until_filled"
        content.pop("deadline")
    if rng.random() < 0.1:
        content["internal_no"] = f"R{rng.randint(6, 8)}-{rng.randint(100, 999)}"
