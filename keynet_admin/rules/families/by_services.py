"""Rows that services run: about unanswered enquiries (APP-008), about the follow-up report (RPT)."""

from typing import Any

from keynet_admin.rules.engine.row import ERROR, WARNING, example, row, warning_row
from keynet_admin.rules.engine.rule import Level, Rule


def _row(code: str, level: Level, field: str, basis: str, what: str, why: str, how: str, good: str, bad: str, runs_in: str) -> Rule:
    says: dict[str, Any] = {"basis": basis, "what": what, "why": why, "how": how}
    return row(code, (field,), (level,), good=(example(good),), bad=(example(bad),), runs_in=runs_in, **says)


CANDIDATE: tuple[Rule, ...] = (
    warning_row(
        "APP-008",
        (),
        basis="サービスの約束",
        what="問い合わせには3営業日以内に答えること",
        why="返事のない募集には応募がありません。",
        how="管理画面の「応募者」から回答してください。回答がないときは運営事務局からお電話し、問い合わせた方にもお知らせします。",
        good=(example("3営業日以内に回答"),),
        bad=(example("返事がない"),),
        runs_in="keynet_admin.services.candidate.silence.reminder",
    ),
)

_CIRCULAR = "2021年5月7日事務連絡（確保実績の報告）"
REPORT: tuple[Rule, ...] = (
    _row(
        "RPT-001",
        ERROR,
        "report",
        _CIRCULAR,
        "確保した人数が、応募と移った人数の合計を超えないこと（職種ごと）",
        "応募していない方を確保したことになります。",
        "職種ごとの人数を見直してください。",
        "確保12人、応募30人",
        "確保40人、応募30人",
        "keynet_admin.services.report.checks.more_than_came",
    ),
    _row(
        "RPT-002",
        ERROR,
        "report",
        _CIRCULAR,
        "同じ方を2つの経路で数えないこと",
        "確保した人数が実際より多くなります。",
        "1人を1つの経路だけで数えてください。",
        "1回だけ数える",
        "本サイトと自治体の選考の両方で数える",
        "keynet_admin.services.report.checks.counted_twice",
    ),
    _row(
        "RPT-003",
        WARNING,
        "report",
        "入力の間違いの例",
        "確保した人数が募集人数を超えたら確かめること",
        "人数の入力の間違いが多く見られます。",
        "正しい場合は、理由を添えて送信できます。",
        "確保15人、募集15人",
        "確保20人、募集15人",
        "keynet_admin.services.posting.closing.too_many",
    ),
    _row(
        "RPT-004",
        ERROR,
        "report",
        "時点を示した集計",
        "時点の日付があり、未来でないこと。合計が職種ごとの合計と合うこと",
        "いつの人数か分からない報告は、集計に使えません。",
        "時点の日付と合計を見直してください。",
        "2021-06-06",
        "空欄",
        "keynet_admin.services.report.checks.without_moment",
    ),
    _row(
        "RPT-005",
        WARNING,
        "report",
        "報告の確定",
        "確定した前回の報告より人数が減ったら確かめること",
        "積み上がる人数が減るのは、数え間違いか訂正です。",
        "訂正の場合は、理由を添えて送信してください。",
        "12人から15人",
        "15人から9人",
        "keynet_admin.services.report.checks.fewer_than_before",
    ),
)
