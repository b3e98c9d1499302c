"""Keyed hashes of a person's telephone and mail: reports count somebody who applied twice once, and nobody can read who it is.

They are made when something is sent or corrected, blanked with the person's data, and read by `services/report/figures.py` alone. With a
new key of the installation all are made anew, as the contact is there for as long as they are.
"""

from keynet_admin.models import Candidate
from keynet_admin.services.account import tokens


def of_tel(tel: str) -> str:
    """The key of a number as the rules write it (`0982-00-0012`); empty when there is none."""
    digits = "".join(c for c in tel if c.isascii() and c.isdigit())
    return tokens.person_key(f"tel:{digits}") if digits else ""


def of_email(email: str) -> str:
    """The key of an address in any letter case; empty when there is none."""
    return tokens.person_key(f"email:{email.strip().lower()}") if email.strip() else ""


def renewed(candidate: Candidate) -> dict[str, str]:
    """What to store so that both are made by the newest key; nothing when they are already."""
    made = {"tel_key": of_tel(candidate.tel), "email_key": of_email(candidate.email)}
    return {} if made == {name: getattr(candidate, name) for name in made} else made
