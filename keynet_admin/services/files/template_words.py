"""The words of the Excel template: labels with their marks, help texts of cells, and the explanation."""

from collections.abc import Iterator

from keynet_admin.catalogue import Field, Kind, field_of
from keynet_admin.services.files.columns import Column

YES_NO = ("はい", "いいえ")
DAY_WORDS = ("月～金", "土日", "土日祝", "月、水、金", "月", "火", "水", "木", "金", "土", "日", "祝")
_HOW = {
    Kind.DATE: "例：2021-06-01、令和3年6月1日",
    Kind.TIME: "24時間表記（例：13:00）",
    Kind.DAYS: "例：月～金、土日祝、月、水、金",
    Kind.MULTI: "2つ以上は「、」で区切ります。",
    Kind.BOOL: "はい／いいえ",
    Kind.LG_CODE: "先頭の0も省略しません。",
    Kind.MUNICIPALITY: "市区町村名か、6桁の団体コード。",
    Kind.YEN: "数字だけ（円）。",
}


def label_of(column: Column, *, marks: bool = True) -> str:
    """The column's label: 「勤務時間帯2 始業　※必須」."""
    field, outer = column.spec, column.field
    if field is None or outer is None:
        return column.name
    words = field.label if column.inner is None else f"{outer.label}{(column.row or 0) + 1} {field.label}"
    if not marks:
        return words
    unit = f"（{field.unit}）" if field.unit else ""
    return f"{words}{unit}\n{_need_of(column, field)}"


def _need_of(column: Column, field: Field) -> str:
    if field.required is None or (column.field is not None and column.field.required is None):
        return "任意"
    if column.row:
        return "書くときは必須" if field.required.field is None else "条件により必須"
    return "※必須" if field.required.field is None and field.required.since is None else "条件により必須"


def help_of(column: Column) -> str:
    """The text that appears when a cell is chosen: the form's help, how to write, and the longest length."""
    field, outer = column.spec, column.field
    if field is None or outer is None:
        return column.name
    parts = [field.help or (outer.help if column.inner is not None else ""), _HOW.get(field.kind, "")]
    if field.required is not None and field.required.field is not None:
        parts.append(_condition(column, field))
    if field.max_length and field.kind in (Kind.TEXT, Kind.AREA, Kind.NAME, Kind.KANA, Kind.ADDRESS):
        parts.append(f"{field.max_length}文字まで。")
    if field.minimum is not None and field.maximum is not None:
        parts.append(f"{field.minimum}～{field.maximum}。")
    return "\n".join(filter(None, parts)) or field.label


def _condition(column: Column, field: Field) -> str:
    if field.required is None or field.required.field is None:
        return ""
    try:
        other = field_of(column.section, field.required.field)
    except KeyError:
        return ""
    return f"「{other.label}」が{'・'.join(other.label_of(value) for value in field.required.values)}のとき必須。"


def explanation(sheet: str, heading: int, first: int, most: int) -> Iterator[str]:
    """The lines of the sheet 「説明」; those that begin with ■ are headings."""
    yield "■募集情報の申請　Excel様式の使い方"
    yield f"シート「{sheet}」だけを読み込みます。シート「記入例」「選択肢」「説明」は読み込みません。"
    yield ""
    yield "■書き方"
    yield f"{heading}行目の英字の名前（organization-lg_code など）が見出しです。1～{heading}行目は消したり、書き替えたりしないでください。"
    yield f"{first}行目から、1行に1件の募集を書きます。間を空けずに続けてください。"
    yield (
        "1つの団体の募集が2件以上あるときは、行を続け、団体と連絡担当者の欄に同じ内容をコピーしてください。"
        f"団体と連絡担当者がまったく同じ、続いた行が、1つの申請になります（{most}件まで）。"
    )
    yield "都道府県などが取りまとめるときは、団体ごとに行を続けて書いてください。団体ごとに別の申請になり、受付番号は団体の担当者へ届きます。"
    yield "確認（D）の欄は、その申請の最初の行の内容を使います。"
    yield "使わない列は、空欄のままにするか、列ごと消して構いません。列の並びを変えても読み込めます。新しい列は足さないでください。"
    yield "数式は使えません。数式の入ったセルがあると、その行は受け付けられません。値として貼り付けてください。"
    yield "団体コードや電話番号の先頭の0が消えないよう、セルは文字列の書式にしてあります。ほかの表から貼り付けるときは「値」だけを貼り付けてください。"
    yield "セルを選ぶと、書き方の説明が出ます。選択肢のある欄は、▼から選べます。2つ以上選ぶ欄は、「、」で区切って書きます。"
    yield ""
    yield "■送り方"
    yield "申請フォームの「Excel・CSVファイルで申請する」から送ります。送るとまず内容を確かめ、直すところを行と列で示します。確かめるまで何も登録されません。"
    yield "受け付けた申請ごとに受付番号を示し、連絡担当者のメールアドレスへ受付のメールを送ります。同じ内容を2回送っても、二重には登録されません。"
    yield ""
    yield "■色の意味"
