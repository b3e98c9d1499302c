"""Opens one workbook in a process of its own and prints its rows as JSON lines. Run as a file by `workbook.py`, imported for its limits alone.

A stranger's workbook is opened here and nowhere else: the system limits memory and CPU time before the file is touched, and every part is
first counted by a plain scan (`Scan`), which stops at the first number that no honest workbook reaches. Only then openpyxl reads it.
Imports nothing but the standard library and openpyxl: so it starts in a tenth of a second, while our own package takes two.

Argument: a JSON object with path, sheet, example, names, unpacked, rows, strings, text, memory (bytes) and seconds. Printed: first
`{"sheet": title, "remarks": [text, …]}`, then a row each as `[number, cells, [[letter, text], …]]`, at last `{"end": true}`; or
`{"problem": text, "line": number}` and nothing more. A cell is a JSON value, or an object for what JSON lacks (`_plain`).
"""

import errno
import json
import math
import re
import resource
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from xml.parsers import expat

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.utils.datetime import from_excel

ROW_CELLS = 2_000  # cells of one row
CELLS = 3_000_000  # of the book; the template has 164 columns
RUN = 200_000  # elements that follow each other without a new row or text (styles, validations)
ROW_TEXT = 1_000_000  # characters of one row; one text of the book may stand in every cell
MERGED = 10_000
MERGED_ROWS = 300_000  # of all merged ranges together
DIRECTORY = 1024 * 1024  # bytes of the package's table of contents
LAST_ROW = 1_048_576  # of any sheet in Excel
HEADING_WITHIN = 20
# Formats of Japanese, Chinese and Korean Excel: days and times that the file names by number only (ECMA-376, 18.8.30).
EAST_ASIAN = frozenset((*range(27, 37), *range(50, 59)))
ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")  # ECMA-376, ST_Xstring
TRUTH = {"=TRUE()": True, "=FALSE()": False}  # so LibreOffice writes a truth value
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
STRICT = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
SAVE_AS = "Excelで開き、「名前を付けて保存」でファイルの種類「Excel ブック（.xlsx）」を選んで保存し直してください。"
NO_WORKBOOK = f"Excelファイル（.xlsx）として読めません。壊れているか、別の種類のファイルです。{SAVE_AS}"
ROW_TOO_WIDE = f"1行のセルが多すぎます（{ROW_CELLS:,}個まで）。見出しのない列を消してください。"
TOO_LARGE = "ファイルが大きすぎます（展開後の大きさ）。使っていないシートや書式を消すか、分けてお送りください。"
BROKEN = "シートの途中から読めません。ファイルが壊れている可能性があります。"
MERGED_WORDS = (
    "結合されたセル（{}）があります。値は結合の左上のセルだけにあるものとして読みました。"
    "結合を解除し、同じ内容は行ごとに（上の行をコピーして）書いてください。"
)


class Problem(Exception):
    """The book is not read (any further); the words say why and how to mend it."""

    def __init__(self, words: str, line: int = 0) -> None:
        super().__init__(words)
        self.line = line


class Sheet(NamedTuple):
    """What a plain scan saw of a part: its hidden rows and the ranges of merged cells."""

    hidden: set[int]
    merged: list[str]


class Scan:
    """Counts the elements of all parts of a book, and stops at what no honest book holds."""

    def __init__(self, rows: int, strings: int) -> None:
        """Most rows of a sheet and most texts of the book."""
        self.most_rows, self.most_strings = rows, strings
        self.cells = self.strings = 0
        self.sheets: dict[str, Sheet] = {}

    def read(self, book: zipfile.ZipFile, name: str) -> None:
        """One part. Raises Problem; a part that is no XML is left to openpyxl."""
        self.sheet = self.sheets[name] = Sheet(set(), [])
        self.rows = self.last = self.row_cells = self.run = 0
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.StartDoctypeDeclHandler = self._doctype
        with book.open(name) as part:
            try:
                parser.ParseFile(part)
            except expat.ExpatError:
                return

    def _doctype(self, *_: Any) -> None:
        raise Problem(f"ファイルにXMLの宣言（DOCTYPE）が埋め込まれているため、読み込みません。{SAVE_AS}")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        self.run += 1
        if tag == "c":
            self.cells += 1
            self.row_cells += 1
            self.run = 0
            if self.row_cells > ROW_CELLS:
                raise Problem(ROW_TOO_WIDE, self.last)
            if self.cells > CELLS:
                raise Problem(TOO_LARGE)
        elif tag == "row":
            self._row(attributes)
        elif tag == "si":
            self.strings += 1
            self.run = 0
            if self.strings > self.most_strings:
                raise Problem(TOO_LARGE)
        elif tag == "mergeCell":
            if len(self.sheet.merged) < MERGED:
                self.sheet.merged.append(attributes.get("ref", ""))
        elif self.run > RUN:
            raise Problem(TOO_LARGE)

    def _row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r", "")
        line = int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else self.last + 1
        self.rows += 1
        self.row_cells = self.run = 0
        if self.rows > self.most_rows or line > LAST_ROW:
            raise Problem(f"行が多すぎます（{self.most_rows:,}行まで）。使っていない行を消すか、分けてお送りください。", line)
        if line <= self.last:
            raise Problem(f"シートの行の順序が乱れています。ファイルが壊れている可能性があります。{SAVE_AS}", line)
        self.last = line
        if attributes.get("hidden") in ("1", "true"):
            self.sheet.hidden.add(line)


def main(request: dict[str, Any]) -> None:
    """Read the book of a request and print it."""
    for limit, most in ((resource.RLIMIT_AS, request["memory"]), (resource.RLIMIT_CPU, request["seconds"])):
        resource.setrlimit(limit, (most, most))
    try:
        for item in read(request):
            sys.stdout.write(json.dumps(item, separators=(",", ":"), default=_plain) + "\n")
    except (Problem, MemoryError) as error:
        problem = error if isinstance(error, Problem) else Problem(TOO_LARGE)
        sys.stdout.write(json.dumps({"problem": str(problem), "line": problem.line}) + "\n")


def read(request: dict[str, Any]) -> Iterator[Any]:
    """What is printed. Raises Problem."""
    path = Path(request["path"])
    name_kind(path)
    scan = Scan(request["rows"], request["strings"])
    try:
        with zipfile.ZipFile(path) as packed:
            check_package(packed, request["unpacked"])
            for part in packed.namelist():
                if part.endswith((".xml", ".rels")):
                    scan.read(packed, part)
        book = load_workbook(path, read_only=True, keep_links=False, rich_text=True)
        for sheet in (sheets := book.worksheets):
            sheet.reset_dimensions()  # a wrong claim of the file would leave cells out in silence
        sheet, remarks = choose(sheets, request)
    except (Problem, MemoryError):
        raise
    except Exception as error:  # zipfile, expat and openpyxl raise errors of many kinds for a file that is no workbook
        raise Problem(TOO_LARGE if out_of_memory(error) else NO_WORKBOOK) from error
    yield {"sheet": sheet.title, "remarks": remarks}
    seen = scan.sheets.get(sheet._worksheet_path.lstrip("/"), Sheet(set(), []))
    yield from rows_of(sheet, book.epoch, seen, request["rows"], request["text"])
    yield {"end": True}


def out_of_memory(error: BaseException | None) -> bool:
    """Is the limit of memory behind an error? zlib says so by a number, expat in words, and what cannot be loaded or mapped by other errors."""
    while error is not None:
        if isinstance(error, (MemoryError, ImportError)) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
            return True
        if "Error -4 " in str(error) or "out of memory" in str(error).lower():
            return True
        error = error.__cause__ or error.__context__
    return False


def name_kind(path: Path) -> None:
    """Raises Problem with the name of what a file is when it is no package of Excel."""
    with path.open("rb") as file:
        head = file.read(2048)
        if head.startswith(OLE):
            if "EncryptedPackage".encode("utf-16-le") in head + file.read():
                raise Problem(
                    "パスワードの付いたExcelファイルは読めません。Excelの「ファイル」→「情報」→「ブックの保護」でパスワードを消して保存し、お送りください。"
                )
            raise Problem(f"古い形式のExcelファイル（.xls）です。ファイル名を変えるだけでは読めません。{SAVE_AS}")
        if head.startswith(b"PK"):
            file.seek(max(0, path.stat().st_size - 66_000))
            tail = file.read()
            at = tail.rfind(b"PK\x05\x06")
            if at >= 0 and int.from_bytes(tail[at + 12 : at + 16], "little") > DIRECTORY:
                raise Problem(TOO_LARGE)
            return
    if head.startswith(b"%PDF"):
        raise Problem("PDFファイルです。Excel様式（.xlsx）に書き込んだファイルをお送りください。")
    if head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<":
        raise Problem(f"中身がExcelファイルではなく、HTMLかXMLです。{SAVE_AS}")
    if head and not re.search(rb"[\x00-\x08\x0e-\x1f]", head):
        raise Problem(
            f"中身がExcelファイルではなく、文字だけのファイル（CSVなど）です。CSVはファイル名を .csv にしてお送りください。または、{SAVE_AS}"
        )
    raise Problem(NO_WORKBOOK)


def check_package(packed: zipfile.ZipFile, most: int) -> None:
    """Raises Problem for a package that is too large, closed by a password, or of another kind than .xlsx."""
    parts = packed.infolist()
    names = {part.filename for part in parts}
    if any(part.flag_bits & 1 for part in parts):
        raise Problem("パスワードの付いたファイルは読めません。パスワードを消して保存し直し、お送りください。")
    if sum(part.file_size for part in parts) > most:
        raise Problem(TOO_LARGE)
    if "mimetype" in names and packed.read("mimetype").startswith(b"application/vnd.oasis.opendocument"):
        raise Problem(
            "OpenDocument形式（.ods）のファイルです。LibreOfficeなどで開き、「名前を付けて保存」で「Excel 2007-365（.xlsx）」を選んで保存し直してください。"
        )
    if "xl/workbook.bin" in names:
        raise Problem(f"Excelバイナリ形式（.xlsb）のファイルです。{SAVE_AS}")
    if "xl/workbook.xml" in names:
        with packed.open("xl/workbook.xml") as part:
            if STRICT in part.read(65_536):
                raise Problem(
                    "「Strict Open XML スプレッドシート」の形式で保存されています。Excelで開き、「名前を付けて保存」で"
                    "ファイルの種類を「Excel ブック（.xlsx）」（Strictの付かないもの）にして保存し直してください。"
                )


def choose(sheets: Sequence[Any], request: dict[str, Any]) -> tuple[Any, list[str]]:
    """The sheet to read, and what is to be said about the others.

    The named sheet, else the first one with a heading, else the first one. When it has no rows and one other has, that one: somebody
    filled in a copy. Raises Problem when several have.
    """
    own = request["sheet"]
    filled = {sheet.title: state for sheet in sheets if (state := _filled(sheet, request)) is not None}
    named = [sheet for sheet in sheets if sheet.title == own] or [sheet for sheet in sheets if sheet.title in filled] or list(sheets)
    chosen = named[0]
    others = [sheet for sheet in sheets if sheet is not chosen and filled.get(sheet.title)]
    if not others:
        return chosen, []
    titles = "」「".join(sheet.title for sheet in others[:5])
    if filled.get(chosen.title):
        return chosen, [f"シート「{titles}」にも募集の行がありますが、読んでいません。読んだのはシート「{chosen.title}」だけです。"]
    if len(others) > 1:
        raise Problem(
            f"シート「{chosen.title}」に募集の行がなく、ほかのシート「{titles}」にそれぞれ募集の行があります。"
            f"送るものをシート「{chosen.title}」にまとめてください。"
        )
    return others[0], [
        f"シート「{chosen.title}」に募集の行がないため、シート「{titles}」を読みました。送るものがこのシートかをご確認ください。"
    ]


def _filled(sheet: Any, request: dict[str, Any]) -> bool | None:
    """Does a sheet have rows below a heading? None without a heading, for a hidden sheet and for the template's example."""
    if sheet.title.startswith(request["example"]) or sheet.sheet_state != "visible":
        return None
    names, found = frozenset(request["names"]), False
    for line, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        if found:
            if any(str(value).strip() not in ("", "いいえ", "False") for value in cells if value is not None):
                return True
        elif any(isinstance(value, str) and value.strip() in names for value in cells):
            found = True
        elif line >= HEADING_WITHIN:
            return None
    return False if found else None


def rows_of(sheet: Any, epoch: datetime, seen: Sheet, most: int, most_text: int) -> Iterator[Any]:
    """The rows that have cells, with at most so many characters in all. Raises Problem."""
    merged = ranges_of(seen.merged, most)
    rows = enumerate(sheet.iter_rows(), start=1)
    while True:
        try:
            line, row = next(rows)
            cells = [value_of(cell, epoch) for cell in row]
        except StopIteration:
            return
        except MemoryError:
            raise
        except Exception as error:  # a damaged sheet; what was read before it stands
            raise Problem(BROKEN) from error
        while cells and cells[-1] is None:
            cells.pop()
        if cells and line > most:
            raise Problem(f"行が多すぎます（{most:,}行まで）。分けてお送りください。", line)
        text = sum(len(cell) for cell in cells if isinstance(cell, str))
        most_text -= text
        if text > ROW_TEXT or most_text < 0:
            raise Problem(f"文字が多すぎます（1行に{ROW_TEXT // 10_000}万文字まで）。長い文を短くするか、分けてお送りください。", line)
        if cells:
            remarks = [list(remark) for remark in _struck(row, cells)]
            if line in seen.hidden:
                remarks.append(
                    ["", "この行は非表示（フィルターなど）ですが、募集として読みました。送らない行は、削除してからお送りください。"]
                )
            if line in merged:
                ranges = sorted(merged[line])
                refs = [ref for _, ref in ranges]
                shown = "、".join(refs[:3]) + (f"ほか{len(refs) - 3}か所" if len(refs) > 3 else "")
                remarks.append([get_column_letter(ranges[0][0]), MERGED_WORDS.format(shown)])
            yield [line, cells, remarks]


def ranges_of(refs: Sequence[str], most: int) -> dict[int, list[tuple[int, str]]]:
    """Which merged ranges (with their first column) leave cells of a row empty: all rows of a range that is wider than a column, else those below its first.

    Ranges beyond `MERGED_ROWS` in all are left out: what they hide is only told.
    """
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    room = MERGED_ROWS
    for ref in refs:
        try:
            left, top, right, bottom = range_boundaries(ref)
        except (ValueError, TypeError):
            continue
        if left is None or top is None or right is None or bottom is None:
            continue
        lines = range(top if right > left else top + 1, min(bottom, most) + 1)[:room]
        room -= len(lines)
        for line in lines:
            found[line].append((left, ref))
    return found


def _struck(row: Sequence[Any], cells: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """One remark for the struck-through texts of a row, at the first of them; about the whole row when all are."""
    struck = [cell for cell, value in zip(row, cells, strict=False) if value is not None and is_struck(cell)]
    if not struck:
        return
    values = sum(value is not None for value in cells)
    if len(struck) == values:
        yield "", "この行はすべてのセルに取り消し線が引かれていますが、募集として読みました。送らない行は、削除してからお送りください。"
        return
    places = "、".join(cell.coordinate for cell in struck[:5]) + (f"ほか{len(struck) - 5}個" if len(struck) > 5 else "")
    words = f"取り消し線の引かれた文字（{places}）も、そのまま読みました。消したつもりの文字は、削除してからお送りください。"
    yield get_column_letter(struck[0].column), words


def is_struck(cell: Any) -> bool:
    """Is a cell, or a part of its text, struck through?"""
    if cell.has_style and cell.font.strike:
        return True
    value = cell.value
    return not isinstance(value, str) and isinstance(value, list) and any(getattr(getattr(b, "font", None), "strike", None) for b in value)


def value_of(cell: Any, epoch: datetime) -> Any:
    """A cell's value: texts with their escapes resolved, days and times also in the formats that Excel does not write down."""
    value, kind = cell.value, cell.data_type
    if value is None:
        return None
    if kind == "f":
        return TRUTH.get(str(value).upper(), {"formula": True})
    if kind == "e":
        return {"error": str(value)}
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        if isinstance(value, float) and not math.isfinite(value):
            return {"error": str(value)}
        if cell.has_style and cell.style_array.numFmtId in EAST_ASIAN:
            try:
                return from_excel(value, epoch)
            except (OverflowError, ValueError):
                return {"error": str(value)}
        return value
    if isinstance(value, (datetime, time, timedelta)):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    text = str(value)
    return unescaped(text) if "_x" in text else text


def unescaped(text: str) -> str:
    """Signs that Excel writes as `_x000D_`; carriage returns and vertical tabs are line breaks."""
    text = ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n")


def _plain(value: datetime | time | timedelta) -> dict[str, Any]:
    """A day or a time as an object of JSON."""
    if isinstance(value, timedelta):
        return {"seconds": round(value.total_seconds())}
    return {"time" if isinstance(value, time) else "day": value.isoformat()}


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
