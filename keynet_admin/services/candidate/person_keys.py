"""Keyed hashes of a person's telephone and mail: reports count somebody who applied twice once, and nobody can read who it is.

They are made when something is sent or corrected, blanked with the person's data, and read by `services/report/figures.py` alone.
"""

from keynet_admin.services.account import tokens


def of_tel(tel: str) -> str:
    """The key of a number as the rules write it (`0982-00-0012`); empty when there is none."""
    digits = "".join(c for c in tel if c.isascii() and c.isdigit())
    return tokens.person_key(f"tel:{digits}") if digits else ""


def of_email(email: str) -> str:
    """The key of an address in any letter case; empty when there is none."""
    return tokens.person_key(f"email:{email.strip().lower()}") if email.strip() else ""
