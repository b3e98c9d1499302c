"""Reads files of submissions: one reader per format, row by row, a row that cannot be read reported with its number.

`.jsonl`: one JSON object a line, the bare submission or a wrapper with `submission`, `reference_date` and `id`. `.csv` and `.xlsx`: one
posting a row (`tables.py`). Nothing here judges a value: that is the rules' work.
"""

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from keynet_admin.errors import Refused
from keynet_admin.services.files.excel.workbook import BY_COMMAND, ReadingLimits, count_rows, read_xlsx
from keynet_admin.services.files.rows import FileSubmission, Refusal, reference_day
from keynet_admin.services.files.tables import read_csv
from keynet_admin.services.strict_json import BadJson, read_object

MAX_LINE = 4 * 1024 * 1024
_CHUNK = 1024 * 1024
_SAVED_ANEW = {
    ".xls": "古い形式のExcelファイル",
    ".xlsm": "マクロ付きのExcelファイル",
    ".xlsb": "Excelバイナリ形式のファイル",
    ".xltx": "Excelのテンプレート",
    ".ods": "OpenDocument形式のファイル",
    ".numbers": "Numbersのファイル",
}
_KINDS = _SAVED_ANEW | {
    ".pdf": "PDFファイル",
    ".docx": "Wordのファイル",
    ".doc": "Wordのファイル",
    ".txt": "文字だけのファイル",
    ".zip": "圧縮したファイル",
}


class UnknownFormat(Refused):
    """The file's name does not end in .jsonl, .csv or .xlsx."""


def read_file(path: Path, limits: ReadingLimits = BY_COMMAND) -> Iterator[FileSubmission | Refusal]:
    """The submissions of a file, in its order. Raises UnknownFormat; everything else that is wrong is an `Refusal`.

    `limits`: what an .xlsx may cost.
    """
    suffix = path.suffix.lower()
    if suffix == ".jsonl":
        return read_jsonl(path)
    if suffix == ".csv":
        return read_csv(path)
    if suffix == ".xlsx":
        return read_xlsx(path, limits)
    raise unknown_format(path.name)


def unknown_format(name: str) -> UnknownFormat:
    """Says what kind of file a name stands for, and what to do with it."""
    suffix = Path(name).suffix.lower()
    kind = f"{_KINDS[suffix]}（{suffix}）です" if suffix in _KINDS else "この種類のファイルは使えません"
    how = "Excelなどで開き、「Excel ブック（.xlsx）」で保存し直してください。" if suffix in _SAVED_ANEW else ""
    return UnknownFormat(f"{name} は読み込めません。{kind}。{how}読み込めるのは .xlsx、.csv、.jsonl のいずれかです。")


def count_lines(path: Path) -> int:
    """About how many lines a file has, for a progress bar; 0 for an .xlsx that does not say."""
    if path.suffix.lower() == ".xlsx":
        return count_rows(path)
    with path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(_CHUNK), b"")) + 1


def read_jsonl(path: Path) -> Iterator[FileSubmission | Refusal]:
    """The lines of a `.jsonl` file; never more than one line (4 MiB) in memory. Empty lines are skipped."""
    with path.open("rb") as file:
        for number, raw in enumerate(iter(lambda: file.readline(MAX_LINE + 1), b""), start=1):
            if len(raw) > MAX_LINE:
                _skip_line(file, raw)
                yield Refusal(number, message=f"1行が長すぎます（{MAX_LINE // 1024 // 1024}MBまで）。", last_line=number)
            elif raw.removeprefix(codecs.BOM_UTF8).strip():
                yield entry_of(number, raw)


def _skip_line(file: Any, raw: bytes) -> None:
    while raw and not raw.endswith(b"\n"):
        raw = file.readline(_CHUNK)


def entry_of(number: int, raw: bytes) -> FileSubmission | Refusal:
    """One line of a `.jsonl` file as an entry, or why it is none."""

    def bad(message: str, column: str = "", key: str | int | None = None) -> Refusal:
        return Refusal(number, column, message=message, id=key, last_line=number)

    try:
        content = read_object(raw)
    except BadJson as error:
        return bad(str(error))
    if "submission" not in content:
        return FileSubmission(number, content, last_line=number)
    key = content.get("id")
    key = key if isinstance(key, (str, int)) and not isinstance(key, bool) else None
    submission = content["submission"]
    if not isinstance(submission, dict):
        return bad("submission がオブジェクトではありません。", "submission", key)
    try:
        day = reference_day(content.get("reference_date"))
    except ValueError:
        return bad("reference_date は 2021-05-07 のような日付で書いてください。", "reference_date", key)
    return FileSubmission(number, submission, key, day, last_line=number)
