"""Open data: the ministry's figures of each month by prefecture and job type, published once and never changed (R10).

A month is counted when it is over, as the events up to its last moment tell. What is small is hidden (`suppression.py`), also against all that was
published before: the same cell of another month, and earlier editions of the same one. Visitors' pages read only the stored rows.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from keynet_admin import clock
from keynet_admin.catalogue import posting_field
from keynet_admin.catalogue.reference import prefectures
from keynet_admin.errors import Refused
from keynet_admin.extensions import db
from keynet_admin.models import OpenDataMonth, Organization, Posting
from keynet_admin.services.report import figures, published
from keynet_admin.services.report.published import ALL_JOBS, ALL_PREFECTURES, HIDDEN, PEOPLE
from keynet_admin.services.report.suppression import LEAST, TOTAL, Key, suppress

PART_OF = {"secured": "wanted", "open": "wanted"}


@dataclass(frozen=True)
class DataColumn:
    """One column of the files: its name, its Japanese label, unit, what it means, what kind of value it is."""

    name: str
    label: str
    unit: str
    meaning: str
    kind: str


COLUMNS = (
    DataColumn("month", "年月", "", "集計した月。YYYY-MM の形式。", "文字列"),
    DataColumn("edition", "版", "", "同じ月のデータの版。1から始まり、訂正すると1つ増えます。前の版もそのまま残ります。", "整数"),
    DataColumn("prefecture_code", "都道府県コード", "", "JIS X 0401 の2桁のコード。募集した団体の都道府県。00 は全国。", "文字列"),
    DataColumn("prefecture", "都道府県名", "", "都道府県コードに対応する名称。", "文字列"),
    DataColumn("job_type", "職種コード", "", "このサイトの職種のコード。all は全職種。", "文字列"),
    DataColumn("job_type_name", "職種名", "", "職種コードに対応する名称。", "文字列"),
    DataColumn("postings", "公開した募集", "件", "月末までに一度でも公開した募集の数。", "整数"),
    DataColumn("wanted", "必要な人数", "名", "月末時点で、公開した募集が必要とする人数。確保した人数と残りの人数の合計。", "整数、または×"),
    DataColumn(
        "secured", "確保した人数", "名", "月末時点で確保していた人数。直接の選考や連携先を通じて確保した方を含みます。", "整数、または×"
    ),
    DataColumn("open", "残りの人数", "名", "月末時点で、まだ確保できていない人数。", "整数、または×"),
    DataColumn(
        "applications", "応募した人数", "名", "その月に新しく応募した人数。同じ団体・職種への応募は、1人を1名と数えます。", "整数、または×"
    ),
    DataColumn(
        "days_to_fill",
        "充足までの日数",
        "日",
        f"月末までに必要な人数を確保して終えた募集の、公開からの日数の中央値。該当する募集がなければ空欄、{LEAST}件未満なら×。",
        "小数第1位までの数、空欄、または×",
    ),
)


def months_until(last: date) -> list[str]:
    """The months from the first publication of a posting until the one of this day."""
    first = db.session.execute(select(func.min(Posting.published_at))).scalar()
    if first is None:
        return []
    begun = first.astimezone(clock.TOKYO)
    numbers = range(begun.year * 12 + begun.month - 1, last.year * 12 + last.month)
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in numbers]


def next_due() -> str | None:
    """The oldest month that is over and not yet published; None when there is none (reads only)."""
    over = months_until(clock.today().replace(day=1) - timedelta(days=1))
    known = set(db.session.execute(select(OpenDataMonth.month).distinct()).scalars())
    return next((month for month in over if month not in known), None)


def ends(month: str) -> tuple[datetime, datetime]:
    """The last moments before and of a month, in Japan."""
    year, number = map(int, month.split("-"))
    start = datetime.combine(date(year, number, 1), time(), clock.TOKYO)
    following = datetime.combine(date(year + number // 12, number % 12 + 1, 1), time(), clock.TOKYO)
    instant = timedelta(microseconds=1)
    return start - instant, following - instant


def content_of(month: str) -> list[list[Any]]:
    """The lines of a month as they may be published now (reads only)."""
    before, end = ends(month)
    snapshot = figures.snapshot(end)
    cells, more = _by_prefecture(figures.counted(snapshot), figures.figures(before))
    shown = suppress(cells, part_of=PART_OF, known=published.known(month))
    days = _days_to_fill(snapshot, end)
    postings = _summed(more)
    return [
        [
            code or ALL_PREFECTURES,
            job or ALL_JOBS,
            postings.get((code, job), 0),
            *(_told(value) for value in shown.get((code, job), dict.fromkeys(PEOPLE, 0)).values()),
            days.get((code, job), ""),
        ]
        for code in (TOTAL, *(row.code for row in prefectures()))
        for job in (TOTAL, *_job_types())
    ]


def store(month: str, content: list[list[Any]], edition: int = 1) -> bool:
    """Keep an edition of a month. False when somebody has done so already."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    values = {"month": month, "edition": edition, "content": content, "made_at": clock.now()}
    statement = insert(OpenDataMonth).values(values).on_conflict_do_nothing().returning(OpenDataMonth.id)
    return db.session.execute(statement).scalar_one_or_none() is not None


def correction_of(month: str) -> tuple[int, list[list[Any]]]:
    """Number and lines of the next edition of a published month (reads only). Raises Refused for another month, and when nothing differs."""
    editions = editions_of(month)
    if not editions:
        raise Refused("この月のオープンデータは、まだ公開していません。")
    content = content_of(month)
    if content == editions[-1].content:
        raise Refused("公開済みのデータと同じです。新しい版は作りませんでした。")
    return editions[-1].edition + 1, content


def editions_of(month: str) -> Sequence[OpenDataMonth]:
    """What was published of a month, the oldest edition first."""
    query = select(OpenDataMonth).where(OpenDataMonth.month == month).order_by(OpenDataMonth.edition)
    return db.session.execute(query).scalars().all()


def lines_of(month: str, edition: int, content: Iterable[Sequence[Any]]) -> list[list[str]]:
    """A file's lines with their heading."""
    names = {ALL_PREFECTURES: "全国"} | {row.code: row.name for row in prefectures()}
    jobs = {ALL_JOBS: "全職種"} | _job_types()
    lines = [[column.name for column in COLUMNS]]
    for code, job, *numbers in content:
        lines.append([month, str(edition), code, names.get(code, ""), job, jobs.get(job, ""), *map(str, numbers)])
    return lines


def column_lines() -> list[list[str]]:
    """The file that describes the columns."""
    heading = [["name", "label", "unit", "meaning", "kind"]]
    return heading + [[column.name, column.label, column.unit, column.meaning, column.kind] for column in COLUMNS]


def _by_prefecture(
    now: Mapping[figures.Cell, figures.ReportFigures], before: Mapping[figures.Cell, figures.ReportFigures]
) -> tuple[dict[Key, dict[str, int]], dict[Key, int]]:
    """The figures of people and the number of postings, by prefecture of the body and job type."""
    of = {row[0]: row[1] for row in db.session.execute(select(Organization.id, Organization.prefecture_code))}
    cells: defaultdict[Key, dict[str, int]] = defaultdict(lambda: dict.fromkeys(PEOPLE, 0))
    postings: defaultdict[Key, int] = defaultdict(int)
    for (organization, job), found in now.items():
        key = of[organization], job
        earlier = before.get((organization, job), figures.ReportFigures())
        # Somebody who is known by another row now may have been two people before.
        numbers = found.wanted, found.secured, found.open, max(0, found.applications - earlier.applications)
        for name, number in zip(PEOPLE, numbers, strict=True):
            cells[key][name] += number
        postings[key] += found.postings
    return dict(cells), dict(postings)


def _days_to_fill(found: figures.Snapshot, end: datetime) -> dict[Key, str]:
    """The median days from publication to the closing of filled postings, with totals; hidden where they are few."""
    query = select(Posting.id, Posting.published_at, Posting.closed_at, Organization.prefecture_code)
    query = query.join(Organization, Organization.id == Posting.organization_id)
    days: defaultdict[Key, list[float]] = defaultdict(list)
    for number, opened, closed, code in db.session.execute(query.where(Posting.closed_at <= end, Posting.published_at <= end)):
        posting = found.postings.get(number)
        if posting is None or posting.headcount == 0 or posting.open or opened is None or closed is None:
            continue
        for key in ((code, posting.job_type), (code, TOTAL), (TOTAL, posting.job_type), (TOTAL, TOTAL)):
            days[key].append((closed - opened).total_seconds() / 86_400)
    return {key: f"{median(values):.1f}" if len(values) >= LEAST else HIDDEN for key, values in days.items()}


def _summed(cells: Mapping[Key, int]) -> dict[Key, int]:
    sums: defaultdict[Key, int] = defaultdict(int)
    for (code, job), number in cells.items():
        for key in ((code, job), (code, TOTAL), (TOTAL, job), (TOTAL, TOTAL)):
            sums[key] += number
    return dict(sums)


def _told(value: int | None) -> Any:
    return HIDDEN if value is None else value


def _job_types() -> dict[str, str]:
    return {choice.slug: choice.label for choice in posting_field("job_type").choices}
