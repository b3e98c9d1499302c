"""All rows of the entry rules in the order of the domain notes, the rows of the field catalogue last."""

from keynet_admin.rules.engine.required import CATALOGUE_RULES
from keynet_admin.rules.engine.rule import Rule
from keynet_admin.rules.families.applicant.applicant import RULES as APPLICANT
from keynet_admin.rules.families.by_services import CANDIDATE, REPORT
from keynet_admin.rules.families.dates import RULES as DATES
from keynet_admin.rules.families.duty import RULES as DUTY
from keynet_admin.rules.families.fairness import RULES as FAIRNESS
from keynet_admin.rules.families.hours.shifts import RULES as HOURS
from keynet_admin.rules.families.insurance import RULES as INSURANCE
from keynet_admin.rules.families.job import RULES as JOB
from keynet_admin.rules.families.licence.licence import RULES as LICENCE
from keynet_admin.rules.families.mail import RULES as MAIL
from keynet_admin.rules.families.organization import RULES as ORGANIZATION
from keynet_admin.rules.families.pay.rows import RULES as PAY
from keynet_admin.rules.families.place import RULES as PLACE
from keynet_admin.rules.families.privacy import RULES as PRIVACY
from keynet_admin.rules.families.publication import RULES as PUBLICATION
from keynet_admin.rules.families.sharing import RULES as SHARING
from keynet_admin.rules.families.telephone import RULES as TELEPHONE
from keynet_admin.rules.families.term import RULES as TERM
from keynet_admin.rules.families.text import RULES as TEXT

DOMAIN_RULES: tuple[Rule, ...] = (
    *ORGANIZATION,
    *TELEPHONE,
    *MAIL,
    *TEXT,
    *DATES,
    *JOB,
    *LICENCE,
    *DUTY,
    *PLACE,
    *TERM,
    *HOURS,
    *PAY,
    *INSURANCE,
    *FAIRNESS,
    *PRIVACY,
    *PUBLICATION,
    *SHARING,
    *APPLICANT,
    *CANDIDATE,
    *REPORT,
)
RULES: tuple[Rule, ...] = DOMAIN_RULES + CATALOGUE_RULES
RUNNING: tuple[Rule, ...] = tuple(rule for rule in RULES if not rule.planned)
"""The rows that some code runs: what the guide and the tables print."""
BY_CODE: dict[str, Rule] = {rule.code: rule for rule in RULES}


def rule_by_code(code: str) -> Rule | None:
    """The row of a rule, None for an unknown code."""
    return BY_CODE.get(code)
