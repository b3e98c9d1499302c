"""Checks the submissions of a file by the same rules as the form, and says which may not be stored.

A row with error-level findings enters with them, for an operator to return; in strict mode it is refused. Always refused are a row that
cannot be read, one whose body is found neither by its code nor by its name with its prefecture, and one without a contact address:
nobody could answer it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from keynet_admin import clock
from keynet_admin.catalogue import label_at, reference
from keynet_admin.rules import evaluate
from keynet_admin.rules.engine.rule import Level, Result
from keynet_admin.services.files.rows import FileSubmission, Place, Unreadable


@dataclass(frozen=True)
class Refusal:
    """Why a row of a file was not taken, with its row and (where there is one) its column."""

    line: int
    column: str
    message: str
    letter: str = ""
    sheet: str = ""

    @staticmethod
    def at(place: Place, message: str) -> "Refusal":
        """A refusal of a place."""
        return Refusal(place.line, place.column, message, place.letter, place.sheet)

    def words(self) -> str:
        """One line for the terminal: 「募集情報 4行目 AB列 contact-contact_email: …」."""
        parts = (self.sheet, f"{self.line}行目", f"{self.letter}列" if self.letter else "", self.column)
        return f"{' '.join(filter(None, parts))}: {self.message}"


@dataclass(frozen=True)
class Checked:
    """A submission of a file with what the rules said about it."""

    entry: FileSubmission
    result: Result
    day: date

    def findings(self) -> Iterator[dict[str, Any]]:
        """The findings as `flask check` prints them."""
        for finding in self.result.findings:
            place = self.entry.cell(finding.path)
            head: dict[str, Any] = {"line": place.line, "id": self.entry.id}
            cell = {"sheet": place.sheet, "letter": place.letter} if place.sheet else {}
            yield head | finding.as_json() | {"column": place.column} | cell

    @property
    def has_errors(self) -> bool:
        """True when an error-level finding stands."""
        return bool(self.result.at(Level.ERROR))


def check_submission(entry: FileSubmission, today: date | None = None) -> Checked:
    """Judge an entry on its own reference date, else today (in Japan)."""
    day = entry.reference_date or today or clock.today()
    return Checked(entry, evaluate(entry.submission, on=day), day)


def unreadable_finding(item: Unreadable) -> dict[str, Any]:
    """A row that could not be read, in the shape of a finding."""
    return {
        "line": item.line,
        "id": item.id,
        "rule": "FILE-001",
        "level": "error",
        "path": "",
        "message": item.message,
        "column": item.column,
    } | ({"sheet": item.sheet, "letter": item.letter} if item.sheet else {})


def unreadable_refusal(item: Unreadable) -> Refusal:
    """A row that could not be read, as a refusal."""
    return Refusal.at(item.place, item.message)


def refusals(checked: Checked, *, strict: bool = False) -> list[Refusal]:
    """Why a checked submission may not enter; empty when it may."""
    found: list[Refusal] = []
    organization = _section(checked, "organization")
    if not _body_known(organization):
        message = "団体が見つかりません。全国地方公共団体コード、または都道府県と団体名をご確認ください。"
        found.append(Refusal.at(checked.entry.cell("organization.lg_code"), message))
    email = _section(checked, "contact").get("contact_email")
    if not isinstance(email, str) or not email.strip():
        found.append(Refusal.at(checked.entry.cell("contact.contact_email"), "連絡担当者のメールアドレスがありません。"))
    if strict:
        for finding in checked.result.at(Level.ERROR):
            message = f"[{finding.rule}] {label_at(finding.path)}: {finding.message}"
            found.append(Refusal.at(checked.entry.cell(finding.path), message))
    return found


def _section(checked: Checked, name: str) -> Mapping[str, Any]:
    section = checked.result.normalized.get(name)
    return section if isinstance(section, Mapping) else {}


def _body_known(organization: Mapping[str, Any]) -> bool:
    """Is the body found by its code (unions are in no table: their check digit), or else by its name with its prefecture?"""
    code, name = organization.get("lg_code"), organization.get("org_name")
    code = code if isinstance(code, str) and code.isascii() and code.isdecimal() else ""
    if reference.municipality(code) or (reference.is_union(code) and reference.check_digit(code[:5]) == code[5]):
        return True
    if not isinstance(name, str) or not name:
        return False
    hints = _prefectures(organization, code, name)
    for prefecture in hints:
        if name != prefecture.name:
            name = name.removeprefix(prefecture.name)
    bodies = reference.municipalities_named(name)
    return len(bodies) == 1 or any(body.prefecture_code == prefecture.code for body in bodies for prefecture in hints)


def _prefectures(organization: Mapping[str, Any], code: str, name: str) -> list[reference.Prefecture]:
    """The prefectures that the section names: by its own field, its address, its name, the first digits of its code."""
    codes = {code[:2] if len(code) == 6 else "", organization.get("pref")}
    texts = [text for text in (organization.get("org_address"), name) if isinstance(text, str)]
    return [p for p in reference.prefectures() if p.code in codes or any(text.startswith(p.name) for text in texts)]
