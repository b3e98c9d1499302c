"""Rules about the follow-up report on people secured (RPT), as pure functions over a report; the report form calls them.

One row is one job type of one municipality as of one day; persons are counted, not applications (circular of 2021-05-07, S01; S13).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from keynet_admin.rules.engine.posting_values import job_label
from keynet_admin.rules.engine.rule import Example, Hit, Level, Rule

E, W = Level.ERROR, Level.WARNING


@dataclass(frozen=True)
class ReportRow:
    """Numbers of one job type. `hired` and `hired_moved` are people hired through the site and after moving to the own selection."""

    job_type: str
    headcount: int = 0
    enquiries: int = 0
    applications: int = 0
    moved: int = 0
    hired: int = 0
    hired_moved: int = 0

    @property
    def secured(self) -> int:
        """確保: hired through the site and hired after moving."""
        return self.hired + self.hired_moved


COUNTS: Final = ("headcount", "enquiries", "applications", "moved", "hired", "hired_moved")
_LABELS: Final = {
    "headcount": "募集人数",
    "enquiries": "問い合わせ",
    "applications": "応募",
    "moved": "自治体の選考に移った人数",
    "hired": "本サイトで採用",
    "hired_moved": "移った後に採用",
}


def check_hired_possible(rows: Sequence[ReportRow]) -> list[Hit]:
    """RPT-001: no more hired than applied or moved, for each job type."""
    hits = []
    for index, row in enumerate(rows):
        if row.secured > row.applications + row.moved:
            message = (
                f"{job_label(row.job_type)}の確保{row.secured}人が、"
                f"応募と移った人数の合計{row.applications + row.moved}人より多くなっています。"
            )
            hits.append(Hit(f"rows.{index}.hired", message + "人数をご確認ください。", E, example="確保12人、応募30人"))
    return hits


def check_counted_once(routes: Iterable[tuple[str, str]]) -> list[Hit]:
    """RPT-002: nobody is counted under two routes. `routes`: person and route of each hire."""
    by_person: dict[str, set[str]] = {}
    for person, route in routes:
        by_person.setdefault(person, set()).add(route)
    twice = sorted(person for person, found in by_person.items() if len(found) > 1)
    if not twice:
        return []
    message = f"同じ方が2つの経路で数えられています（{len(twice)}人）。1人を1つの経路だけで数えてください。"
    return [Hit("routes", message, E, value=twice, example="1人は1つの経路で数える")]


def check_over_headcount(rows: Sequence[ReportRow]) -> list[Hit]:
    """RPT-003: more people hired than were wanted."""
    return [
        Hit(
            f"rows.{index}.hired",
            f"{job_label(row.job_type)}の確保{row.secured}人が、"
            f"募集人数{row.headcount}人を超えています。人数に誤りがないかご確認ください。",
            W,
            example="確保15人、募集15人",
        )
        for index, row in enumerate(rows)
        if row.secured > row.headcount
    ]


def check_day_and_totals(as_of: date | None, today: date, rows: Sequence[ReportRow], totals: Mapping[str, int]) -> list[Hit]:
    """RPT-004: the day is given and not in the future, and each total that is stated is the sum over the job types."""
    hits = []
    if as_of is None:
        hits.append(Hit("as_of", "いつの時点の人数かを入力してください。", E, example="2021-06-06"))
    elif as_of > today:
        hits.append(Hit("as_of", f"時点（{as_of.isoformat()}）が今日より後の日付になっています。", E, example=today.isoformat()))
    sums: Counter[str] = Counter()
    for row in rows:
        sums.update({name: getattr(row, name) for name in COUNTS})
    for name in COUNTS:
        stated = totals.get(name)
        if stated is not None and stated != sums[name]:
            message = f"{_LABELS[name]}の合計{stated}人が、職種ごとの合計{sums[name]}人と合いません。"
            hits.append(Hit(f"totals.{name}", message, E, value=sums[name], example=f"{sums[name]}人"))
    return hits


def check_against_last(rows: Sequence[ReportRow], last: Sequence[ReportRow]) -> list[Hit]:
    """RPT-005: numbers that only grow fall below those of the last frozen report."""
    before = {row.job_type: row for row in last}
    hits = []
    for index, row in enumerate(rows):
        old = before.get(row.job_type)
        if old is None:
            continue
        for name in ("enquiries", "applications", "moved", "hired", "hired_moved"):
            was, now = getattr(old, name), getattr(row, name)
            if now < was:
                message = (
                    f"{job_label(row.job_type)}の{_LABELS[name]}が、前回の報告の{was}人から{now}人に減っています。人数をご確認ください。"
                )
                hits.append(Hit(f"rows.{index}.{name}", message, W, example=f"{was}人以上"))
    return hits


def _row(code: str, level: Level, basis: str, summary: str, why: str, how: str, good: str, bad: str) -> Rule:
    return Rule(
        code=code,
        fields=("report",),
        levels=(level,),
        basis=basis,
        summary=summary,
        why=why,
        how=how,
        good=(Example({}, good),),
        bad=(Example({}, bad),),
        where="確保実績の報告フォーム",
    )


_CIRCULAR = "2021年5月7日事務連絡（確保実績の報告）（S01）"
RULES: tuple[Rule, ...] = (
    _row(
        "RPT-001",
        E,
        _CIRCULAR,
        "確保した人数が、応募と移った人数の合計を超えないこと（職種ごと）",
        "応募していない方を確保したことになります。",
        "職種ごとの人数を見直してください。",
        "確保12人、応募30人",
        "確保40人、応募30人",
    ),
    _row(
        "RPT-002",
        E,
        _CIRCULAR,
        "同じ方を2つの経路で数えないこと",
        "確保した人数が実際より多くなります。",
        "1人を1つの経路だけで数えてください。",
        "1回だけ数える",
        "本サイトと自治体の選考の両方で数える",
    ),
    _row(
        "RPT-003",
        W,
        "入力の間違いの例",
        "確保した人数が募集人数を超えたら確かめること",
        "人数の入力の間違いが多く見られます。",
        "正しい場合は、理由を添えて送信できます。",
        "確保15人、募集15人",
        "確保20人、募集15人",
    ),
    _row(
        "RPT-004",
        E,
        "時点を示した集計（S13）",
        "時点の日付があり、未来でないこと。合計が職種ごとの合計と合うこと",
        "いつの人数か分からない報告は、集計に使えません。",
        "時点の日付と合計を見直してください。",
        "2021-06-06",
        "空欄",
    ),
    _row(
        "RPT-005",
        W,
        "報告の確定",
        "確定した前回の報告より人数が減ったら確かめること",
        "積み上がる人数が減るのは、数え間違いか訂正です。",
        "訂正の場合は、理由を添えて送信してください。",
        "12人から15人",
        "15人から9人",
    ),
)
