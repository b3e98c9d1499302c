"""What to do about a refusal first, by what the partner wrote: a suggestion beside all other ways, never an act.

A reason is somebody's free text. What none of the rows knows is asked on the telephone.
"""

import re
from dataclasses import dataclass

from keynet_admin.models import PartnerItem

WRITE = "write"  # to the municipality, whose content it is; all others are moves of the row


@dataclass(frozen=True)
class NextStep:
    """A move of the row or `WRITE`, with the words of its button."""

    action: str
    label: str


# The first row that fits counts: what passes by itself, what is there already, how long it stands, whose it is, what is missing in it.
_STEPS: tuple[tuple[str, NextStep], ...] = (
    (r"混雑|一時的|時間を(?:お|置)|通信|タイムアウト|障害|メンテナンス|サーバ|システムエラー", NextStep("resend", "もう一度送る")),
    (r"重複|二重|(?:すでに|既に).{0,8}(?:登録|掲載|受け)", NextStep("tell", "電話で確かめる")),
    (r"(?:期間|期限|日数|か月|ヶ月|カ月|ヵ月|[0-9０-９]+日).{0,14}(?:超|長|以内|過ぎ|まで)", NextStep("reissue", "新しい番号で送る")),
    (r"対象外|対象では|扱って(?:い|お)|取り?扱(?:い|え|わ)|管轄|県外|区域外|範囲外", NextStep("drop", "送らないことにする")),
    (
        r"な(?:い|く|し|か)|ありません|ません|不足|不明|未(?:記入|入力|記載)|空欄|必要|ください|誤|違|字",
        NextStep(WRITE, "団体に直してもらう"),
    ),
)
_ASK = NextStep("tell", "電話で聞く")
# A refusal of ours: the content is beyond what the partner takes.
_LIMITED = NextStep(WRITE, "団体に直してもらう")


def next_step(item: PartnerItem, *, limited: bool = False) -> NextStep:
    """The first thing to do about a refused row."""
    if limited:
        return _LIMITED
    return next((step for words, step in _STEPS if re.search(words, item.reason)), _ASK)


def request_to_owner(item: PartnerItem) -> str:
    """What the municipality is written, to be looked over before it goes: who could not take what, and why."""
    why = item.reason.strip().rstrip("。") or "理由は書かれていません"
    return (
        f"{item.partner.name}が、募集情報 {item.posting.posting_no} を受け取れませんでした。\n"
        f"先方の理由：{why}。\n"
        "募集情報を直していただくと、自動でもう一度送ります。"
    )
