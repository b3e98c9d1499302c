"""Checks the submissions of a file by the same rules as the form, and says which may not be stored.

A row with error-level findings enters with them, for an operator to return; in strict mode it is refused. Always refused are a row that
cannot be read, one whose body is found neither by its code nor by its name with its prefecture, and one without a contact address:
nobody could answer it; of a prefecture's file also one of a body of another prefecture.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from keynet_admin import clock
from keynet_admin.catalogue import label_at, reference
from keynet_admin.rules import evaluate
from keynet_admin.rules.engine.rule import Level, Result
from keynet_admin.services.files.joining import told_of
from keynet_admin.services.files.rows import FileSubmission, Place, Refusal, Remark


@dataclass(frozen=True)
class Checked:
    """A submission of a file with what the rules said about it on a day, and why it may not enter (nothing when it may)."""

    entry: FileSubmission
    result: Result
    day: date
    refusals: list[Refusal]

    @property
    def has_errors(self) -> bool:
        """True when an error-level finding stands."""
        return bool(self.result.at(Level.ERROR))


def check_submission(entry: FileSubmission, today: date | None = None, *, strict: bool = False, prefecture: str = "") -> Checked:
    """Judge an entry on its own reference date, else today (in Japan). `strict`: an error-level finding refuses it.

    `prefecture`: the only one (two digits) whose bodies may enter; empty: all may.
    """
    day = entry.reference_date or today or clock.today()
    result = evaluate(entry.submission, on=day)
    return Checked(entry, result, day, list(_refusals(entry, result, strict, prefecture)))


def findings_of(item: FileSubmission | Refusal) -> Iterator[dict[str, Any]]:
    """The findings about a row of a file as `flask check` prints them; a row that could not be read is one of FILE-001.

    What is to be looked at in the file itself is a warning, FILE-002.
    """

    def about_file(remark: Remark, rule: str, level: Level) -> tuple[Place, dict[str, Any]]:
        return remark, {"rule": rule, "level": level.value, "path": "", "message": remark.message}

    if isinstance(item, Refusal):
        found = [about_file(refusal, "FILE-001", Level.ERROR) for refusal in (item, *item.more)]
    else:
        found = [(item.cell(finding.path), finding.as_json()) for finding in check_submission(item).result.findings]
        found += [about_file(remark, "FILE-002", Level.WARNING) for remark in told_of(item)]
    for place, finding in found:
        cell = {"sheet": place.sheet, "letter": place.letter} if place.sheet else {}
        yield {"line": place.line, "id": item.id} | finding | {"column": place.column} | cell


def _refusals(entry: FileSubmission, result: Result, strict: bool, prefecture: str) -> Iterator[Refusal]:
    """Why a submission may not enter, with its place in the file."""

    def at(path: str, message: str) -> Refusal:
        return Refusal(**vars(entry.cell(path)), message=message)

    body = _prefecture_of(_section(result, "organization"))
    if not body:
        yield at("organization.lg_code", "団体が見つかりません。全国地方公共団体コード、または都道府県と団体名をご確認ください。")
    elif prefecture and body != prefecture:
        names = [found.name if (found := reference.prefecture(code)) is not None else code for code in (body, prefecture)]
        yield at(
            "organization.lg_code",
            f"{names[0]}の団体です。このファイルで申請できるのは、{names[1]}の団体だけです。この行を除いてください。",
        )
    email = _section(result, "contact").get("contact_email")
    if not isinstance(email, str) or not email.strip():
        yield at("contact.contact_email", "連絡担当者のメールアドレスがありません。")
    for finding in result.at(Level.ERROR) if strict else ():
        yield at(finding.path, f"[{finding.rule}] {label_at(finding.path)}: {finding.message}")


def _section(result: Result, name: str) -> Mapping[str, Any]:
    section = result.normalized.get(name)
    return section if isinstance(section, Mapping) else {}


def _prefecture_of(organization: Mapping[str, Any]) -> str:
    """The prefecture (two digits) of a body that is found by its code (unions are in no table: their check digit), or else by its name
    with its prefecture; empty when it is not found."""
    code, name = organization.get("lg_code"), organization.get("org_name")
    code = code if isinstance(code, str) and code.isascii() and code.isdecimal() else ""
    if reference.municipality(code) or (reference.is_union(code) and reference.check_digit(code[:5]) == code[5]):
        return code[:2]
    if not isinstance(name, str) or not name:
        return ""
    hints = _prefectures(organization, code, name)
    for prefecture in hints:
        if name != prefecture.name:
            name = name.removeprefix(prefecture.name)
    bodies = reference.municipalities_named(name)
    if len(bodies) == 1:
        return bodies[0].prefecture_code
    return next((prefecture.code for prefecture in hints for body in bodies if body.prefecture_code == prefecture.code), "")


def _prefectures(organization: Mapping[str, Any], code: str, name: str) -> list[reference.Prefecture]:
    """The prefectures that the section names: by its own field, its address, its name, the first digits of its code."""
    codes = {code[:2] if len(code) == 6 else "", organization.get("pref")}
    texts = [text for text in (organization.get("org_address"), name) if isinstance(text, str)]
    return [p for p in reference.prefectures() if p.code in codes or any(text.startswith(p.name) for text in texts)]
