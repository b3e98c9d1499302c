"""English words for the public fields of a posting, their choices and their groups. Free texts stay in Japanese."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from keynet_admin.catalogue import reference

GROUPS: Final[Mapping[str, str]] = {
    "勤務場所": "Workplace",
    "勤務時間": "Working hours",
    "報酬": "Pay",
    "期間": "Period",
    "仕事": "Employment",
    "業務": "Duties",
    "応募の条件": "Who can apply",
    "保険・補償": "Insurance and cover",
    "応募と選考": "Applying and selection",
    "公開": "Contact",
}
"""By the catalogue's heading, in the order of the page."""
LABELS: Final[Mapping[str, str]] = {
    "job_type": "Job",
    "job_other": "Name of the job",
    "also_junior": "Assistant nurses",
    "title": "Title",
    "headcount": "People wanted",
    "engagement": "Type of employment",
    "nonregular": "Regular or not",
    "employer": "Employer",
    "duties": "Duties",
    "duty_detail": "Description of the work",
    "duty_change": "Possible change of duties",
    "training": "Training before the work",
    "training_note": "About the training",
    "support_note": "Support on site",
    "venue_name": "Venue",
    "venue_type": "Kind of venue",
    "venue_zip": "Postal code",
    "venue_city": "Municipality",
    "venue_address": "Address",
    "access": "How to get there",
    "parking": "Coming by car",
    "place_change": "Possible change of workplace",
    "smoking": "Smoking",
    "smoking_note": "About smoking",
    "term_start": "First day",
    "term_end": "Last day",
    "single_day": "Single days",
    "renewal": "Renewal",
    "renewal_rule": "Criteria for renewal",
    "renewal_cap": "Limit of renewal",
    "probation": "Trial period",
    "probation_note": "About the trial period",
    "shifts": "Shifts",
    "weekly_hours": "Hours a week",
    "workdays_note": "How many days",
    "overtime": "Overtime",
    "overtime_hours": "Average overtime a month",
    "holidays": "Days off",
    "pay_type": "Unit of pay",
    "pay_lines": "Pay",
    "pay_note": "About the pay",
    "fixed_ot": "Fixed overtime pay",
    "fixed_ot_yen": "Amount of fixed overtime pay",
    "fixed_ot_hours": "Hours that it covers",
    "fixed_ot_excess": "Hours beyond these",
    "commute": "Travel costs",
    "commute_cap": "Amount for travel",
    "other_allow": "Other allowances",
    "pay_day": "Pay day",
    "insurance": "Social insurance",
    "accident": "Accident cover",
    "liability": "Liability for vaccination",
    "insurance_note": "About the insurance",
    "licenses": "Licence needed",
    "experience": "Experience",
    "experience_note": "About the experience",
    "blank_ok": "After a career break",
    "age_limit": "Age limit",
    "age_reason": "Legal ground of the age limit",
    "age_note": "Reason for the age limit",
    "other_req": "Other conditions",
    "apply_by": "Ways to apply",
    "selection": "Selection",
    "documents": "Documents",
    "deadline_type": "Deadline",
    "deadline": "Apply by",
    "public_contact": "Contact",
    "public_tel": "Telephone",
    "retention": "Your documents afterwards",
}
"""By name, all fields that visitors may see."""
TRUE: Final[Mapping[str, str]] = {
    "also_junior": "Assistant nurses can apply, too",
    "nonregular": "Part-time or temporary",
    "single_day": "You can work on a single day only",
    "fixed_ot_excess": "Paid in addition",
    "blank_ok": "Welcome",
}
"""What a ticked box means."""
UNITS: Final[Mapping[str, str]] = {
    "headcount": "",
    "weekly_hours": " hours",
    "overtime_hours": " hours",
    "fixed_ot_hours": " hours",
    "fixed_ot_yen": " yen",
    "commute_cap": " yen",
}
_CHOICES: Final[Mapping[str, Mapping[str, str]]] = {
    "engagement": {
        "fiscal_year_part_time": "Municipal employee for the fiscal year (part-time)",
        "fiscal_year_full_time": "Municipal employee for the fiscal year (full-time)",
        "temporary_appointment": "Temporary municipal employee",
        "fixed_term_appointment": "Fixed-term municipal employee",
        "special_part_time": "Part-time municipal employee (special service)",
        "honorarium": "Work for a fee (not employment)",
        "contractor": "Employed by a contractor of the municipality",
        "other": "Other",
    },
    "duties": {
        "pre_check": "Medical check before the vaccination (physicians)",
        "questionnaire": "Checking questionnaires, helping with the interview",
        "filling": "Diluting and filling vaccine",
        "injection": "Giving injections",
        "observation": "Observation after the injection",
        "emergency": "Help in emergencies",
        "reception": "Reception and guidance",
        "data_entry": "Entering data in booking and record systems",
        "telephone": "Telephone",
        "venue_management": "Running the venue",
        "other": "Other",
    },
    "training": {"paid": "Yes, paid", "unpaid": "Yes, unpaid", "none": "No"},
    "venue_type": {
        "health_center": "Health centre",
        "school": "School",
        "community_hall": "Community centre",
        "gymnasium": "Gymnasium or hall",
        "other_public": "Other public building",
        "private": "Private building",
        "medical": "Medical institution",
        "mobile": "Visiting various places",
    },
    "parking": {"free": "Possible, free parking", "paid": "Possible, paid parking", "none": "Not possible"},
    "smoking": {
        "no_smoking_site": "No smoking on the premises",
        "no_smoking_site_outdoor_spot": "No smoking on the premises, except at a place outdoors",
        "no_smoking_indoors": "No smoking indoors",
        "indoors_with_room": "No smoking indoors, except in a smoking room",
        "allowed": "Smoking allowed",
        "outdoors": "Work outdoors",
    },
    "renewal": {"none": "No", "possible": "Possible", "usual": "As a rule"},
    "probation": {"none": "No", "conditional_one_month": "First month on condition", "other": "Other"},
    "overtime": {"no": "No", "yes": "Yes"},
    "pay_type": {"hour": "per hour", "day": "per day", "session": "per session", "month": "per month"},
    "fixed_ot": {"no": "No", "yes": "Yes"},
    "commute": {"actual": "Actual costs paid", "fixed": "Fixed amount paid", "capped": "Paid up to a limit", "none": "Not paid"},
    "insurance": {
        "health": "Health insurance",
        "pension": "Employees' pension insurance",
        "employment": "Employment insurance",
        "none": "None",
        "by_hours": "Depending on the hours",
    },
    "accident": {
        "workers": "Workers' accident compensation insurance",
        "public_service": "Accident compensation for public employees",
        "private_cover": "Private accident insurance or the like",
        "none": "None",
    },
    "liability": {"municipality": "Borne by the municipality", "insured": "Insured", "other": "Other"},
    "licenses": {"driving": "Driving licence", "other": "Other", "none": "None"},
    "experience": {"not_asked": "Not needed", "preferred": "An advantage", "required": "Needed"},
    "age_limit": {"no": "None", "yes": "Yes"},
    "age_reason": {
        "item_1": "Exception no. 1 (retirement age)",
        "item_2": "Exception no. 2 (minimum age set by law)",
        "item_3_i": "Exception no. 3-i",
        "item_3_ro": "Exception no. 3-ro",
        "item_3_ha": "Exception no. 3-ha",
        "item_3_ni": "Exception no. 3-ni",
    },
    "apply_by": {
        "site": "On this site",
        "phone": "By telephone",
        "mail": "By e-mail",
        "post": "By post",
        "in_person": "In person",
    },
    "selection": {"papers": "Documents", "interview": "Interview", "online_interview": "Online interview", "other": "Other"},
    "deadline_type": {"date": "On a day", "until_filled": "Open until filled"},
    "retention": {"destroy": "Destroyed after the selection", "return": "Returned", "keep": "Kept as the rules demand"},
}
DAYS: Final[Mapping[str, str]] = {
    "mon": "Mon",
    "tue": "Tue",
    "wed": "Wed",
    "thu": "Thu",
    "fri": "Fri",
    "sat": "Sat",
    "sun": "Sun",
    "hol": "public holidays",
}
MONTHS: Final = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
REGIONS: Final[Mapping[str, str]] = {
    "北海道": "Hokkaido",
    "東北": "Tohoku",
    "関東": "Kanto",
    "中部": "Chubu",
    "近畿": "Kinki",
    "中国": "Chugoku",
    "四国": "Shikoku",
    "九州・沖縄": "Kyushu and Okinawa",
}
WORDS: Final[tuple[tuple[str, str, str], ...]] = (
    ("募集", "boshū", "posting: an opening for which people are sought"),
    ("応募する", "ōbo suru", "to apply"),
    ("質問する", "shitsumon suru", "to ask a question"),
    ("締切", "shimekiri", "deadline"),
    ("報酬", "hōshū", "pay"),
    ("時間額", "jikangaku", "pay per hour"),
    ("交通費", "kōtsūhi", "travel costs"),
    ("勤務時間", "kinmu jikan", "working hours"),
    ("休憩", "kyūkei", "break"),
    ("免許", "menkyo", "licence"),
    ("研修", "kenshū", "training"),
    ("面接", "mensetsu", "interview"),
    ("履歴書", "rirekisho", "curriculum vitae"),
    ("会計年度任用職員", "kaikei nendo nin'yō shokuin", "municipal employee for one fiscal year (until 31 March)"),
    ("募集終了", "boshū shūryō", "closed: no more applications"),
)
"""Words that stand on the buttons and pages in Japanese: how they are read and what they mean."""


@lru_cache(maxsize=1)
def choices() -> Mapping[str, Mapping[str, str]]:
    """English labels of the choices, by field and slug. Jobs have their names in the table of job types."""
    jobs = {job.slug: job.name_en for job in reference.job_types()}
    licences = {job.slug: f"{job.name_en} licence" for job in reference.job_types() if job.licence_ja}
    return {**_CHOICES, "job_type": jobs, "licenses": licences | dict(_CHOICES["licenses"])}


def prefecture(code: str) -> str:
    """Miyazaki Prefecture, Tokyo, Hokkaido; empty for an unknown code."""
    found = reference.prefecture(code)
    return found.romaji + ("" if found.code in ("01", "13") else " Prefecture") if found else ""


def municipality(code6: str) -> str:
    """Hyuga-shi, Yokohama-shi Nishi-ku; empty for an unknown code."""
    found = reference.municipality(code6)
    return found.romaji if found else ""
