"""One posting as schema.org data. What visitors read of it is built in `web.posting_page`."""

import html
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from keynet_admin import clock, config
from keynet_admin.catalogue import apply_ways, display, posting_field, reference
from keynet_admin.services.listing import card as facts

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


def job_posting(content: Mapping[str, Any], posting_no: str, listed_at: datetime, ends: datetime, base: str) -> dict[str, Any]:
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
    data: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": posting.get("title", ""),
        "description": _description(posting),
        "identifier": {"@type": "PropertyValue", "name": config.current().site_name, "value": posting_no},
        "url": f"{base}/postings/{posting_no}",
        "datePosted": listed_at.astimezone(clock.TOKYO).date().isoformat(),
        "validThrough": (ends - timedelta(seconds=1)).astimezone(clock.TOKYO).isoformat(timespec="seconds"),
        "employmentType": _EMPLOYMENT.get(str(posting.get("engagement")), ["OTHER"]),
        "hiringOrganization": {"@type": "Organization", "name": employer, "sameAs": content["organization"].get("org_url")},
        "jobLocation": {"@type": "Place", "address": address},
        "baseSalary": _salary(posting),
        "totalJobOpenings": posting.get("headcount"),
        "jobStartDate": posting.get("term_start"),
        "industry": "公衆衛生",
        "occupationalCategory": facts.job(posting),
        "workHours": "、".join(facts.shifts(posting, 6)),
        "directApply": "site" in apply_ways.working(posting),
    }
    return {key: _filled(item) for key, item in data.items() if item not in (None, "", [])}


def _description(posting: Mapping[str, Any]) -> str:
    """HTML of the duties; what was typed is escaped, so that a tag in it stays text for the reader of the data, too."""
    lines = [*str(posting.get("duty_detail", "")).splitlines(), display.show(posting_field("duties"), posting.get("duties"))]
    return "".join(f"<p>{html.escape(line)}</p>" for line in lines if line.strip())


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
