"""Rules about the follow-up report (RPT): rows that no code runs yet; their checks come with the pages that need them."""

from keynet_admin.rules.engine.rule import Example, Level, Rule

E, W, F = Level.ERROR, Level.WARNING, Level.FIX


def _row(code: str, level: Level, basis: str, what: str, why: str, how: str, good: str, bad: str) -> Rule:
    return Rule(
        code=code,
        fields=("report",),
        levels=(level,),
        basis=basis,
        what=what,
        why=why,
        how=how,
        good=(Example({}, good),),
        bad=(Example({}, bad),),
        planned=True,
    )


_CIRCULAR = "2021年5月7日事務連絡（確保実績の報告）"
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
        "時点を示した集計",
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
