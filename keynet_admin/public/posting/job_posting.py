"""One posting as schema.org data. What visitors read of it is built in `web.posting_page`."""

import html
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from markupsafe import Markup

from keynet_admin import clock, config
from keynet_admin.catalogue import apply_ways, display, posting_field, reference
from keynet_admin.services.listing import card as facts
from keynet_admin.services.listing import pay

_EMPLOYMENT = {
    "fiscal_year_part_time": ["PART_TIME", "TEMPORARY"],
    "fiscal_year_full_time": ["FULL_TIME", "TEMPORARY"],
    "temporary_appointment": ["TEMPORARY"],
    "fixed_term_appointment": ["FULL_TIME", "TEMPORARY"],
    "special_part_time": ["PART_TIME"],
    "honorarium": ["PER_DIEM"],
    "contractor": ["TEMPORARY"],
}
_UNITS = {"hour": "HOUR", "day": "DAY", "month": "MONTH"}


def data(content: Mapping[str, Any], posting_no: str, listed_at: datetime, ends: datetime, base: str) -> dict[str, Any]:
    """The posting as schema.org JobPosting. `ends` is 24:00 JST of the last day; `validThrough` names the last second before it."""
    posting, where = content["posting"], content["place"]
    city = reference.municipality(where["city"]) if where["city"] else None
    address = {
        "@type": "PostalAddress",
        "addressCountry": "JP",
        "addressRegion": display.prefecture(where["prefecture"]),
        "addressLocality": city.name if city else None,
        "streetAddress": posting.get("venue_address"),
        "postalCode": posting.get("venue_zip"),
    }
    employer = posting.get("employer") or content["organization"].get("org_name") or facts.NAME_HIDDEN
    made: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": posting.get("title", ""),
        "description": _description(content),
        "identifier": {"@type": "PropertyValue", "name": config.current().site_name, "value": posting_no},
        "url": f"{base}/postings/{posting_no}",
        "datePosted": listed_at.astimezone(clock.TOKYO).date().isoformat(),
        "validThrough": (ends - timedelta(seconds=1)).astimezone(clock.TOKYO).isoformat(timespec="seconds"),
        "employmentType": _EMPLOYMENT.get(str(posting.get("engagement")), ["OTHER"]),
        "hiringOrganization": {"@type": "Organization", "name": employer, "sameAs": content["organization"].get("org_url")},
        "jobLocation": {"@type": "Place", "address": address},
        "qualifications": _shown("licenses", posting),
        "experienceRequirements": _experience(posting),
        "applicationContact": _contact(posting),
        "baseSalary": _salary(posting),
        "totalJobOpenings": posting.get("headcount"),
        "jobStartDate": posting.get("term_start"),
        "industry": "公衆衛生",
        "occupationalCategory": facts.job(posting),
        "workHours": "、".join(facts.shifts(posting, 6)),
        "directApply": "site" in apply_ways.working(posting),
    }
    return {key: _filled(item) for key, item in made.items() if item not in (None, "", [])}


def in_page(made: Mapping[str, Any]) -> Markup:
    """The data as it stands in a `<script>`: letters as they are, nothing that could end the element."""
    text = json.dumps(made, ensure_ascii=False)
    return Markup(text.translate(_IN_SCRIPT))  # noqa: S704 - what could end the element is escaped


_IN_SCRIPT = str.maketrans({letter: f"\\u{ord(letter):04x}" for letter in "<>&'\u2028\u2029"})
# The conditions that a description names besides the duties: heading, and the field it shows.
_CONDITIONS = (
    ("応募の資格", "licenses"),
    ("経験", "experience"),
    ("任用・契約の形", "engagement"),
    ("通勤費", "commute"),
    ("加入する保険", "insurance"),
    ("選考方法", "selection"),
)


def _description(content: Mapping[str, Any]) -> str:
    """HTML of the duties, hours, pay and conditions; what was typed is escaped, so that a tag in it stays text for the reader of the data, too."""
    posting = content["posting"]
    duties = [*str(posting.get("duty_detail", "")).splitlines(), _shown("duties", posting)]
    more = pay.sum_words(posting)
    facts_ = [
        ("勤務時間", "、".join(facts.shifts(posting, 6))),
        ("勤務日数", str(posting.get("workdays_note") or "")),
        ("期間", facts.period(posting)),
        ("報酬", "、".join(part for part in (facts.pay(posting), more, str(posting.get("pay_note") or "")) if part)),
        *((label, _shown(name, posting)) for label, name in _CONDITIONS),
        ("特色", "、".join(facts.marks(posting))),
        ("締切", facts.deadline(posting).removeprefix("締切 ")),
    ]
    paragraphs = "".join(f"<p>{html.escape(line)}</p>" for line in duties if line.strip())
    items = "".join(f"<li>{label}：{html.escape(text)}</li>" for label, text in facts_ if text.strip())
    return f"{paragraphs}<ul>{items}</ul>"


def _shown(name: str, posting: Mapping[str, Any]) -> str:
    return display.show(posting_field(name), posting.get(name))


def _experience(posting: Mapping[str, Any]) -> str:
    """What Google reads as none, or the words of the posting."""
    if posting.get("experience") == "not_asked":
        return "no requirements"
    return "　".join(part for part in (_shown("experience", posting), str(posting.get("experience_note") or "")) if part)


def _contact(posting: Mapping[str, Any]) -> dict[str, Any] | None:
    """The telephone that the posting shows for questions (of a masked one it is left out where it would name the body)."""
    if not posting.get("public_tel"):
        return None
    return {"@type": "ContactPoint", "contactType": "応募と問い合わせ", "telephone": posting["public_tel"], "availableLanguage": "Japanese"}


def _salary(posting: Mapping[str, Any]) -> dict[str, Any] | None:
    unit = _UNITS.get(str(posting.get("pay_type")))
    rows = facts.rows_of(posting, "pay_lines")
    low = [row["min"] for row in rows if isinstance(row.get("min"), int)]
    high = [row.get("max") if isinstance(row.get("max"), int) else row.get("min") for row in rows]
    most = [value for value in high if isinstance(value, int)]
    if unit is None or not low:
        return None
    value = {"@type": "QuantitativeValue", "minValue": min(low), "maxValue": max(most), "unitText": unit}
    return {"@type": "MonetaryAmount", "currency": "JPY", "value": value}


def _filled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item) for key, item in value.items() if item not in (None, "", [])}
    return value
