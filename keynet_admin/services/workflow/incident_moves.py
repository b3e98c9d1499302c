"""The moves of an incident: all postings of a body taken down and brought back; a part of the table in `moves.py`."""

from keynet_admin.models import Organization, Posting
from keynet_admin.permissions import Permission
from keynet_admin.services.workflow.row import MAILED_REASON, Move, Page
from keynet_admin.vocabulary import OrganizationStatus as O
from keynet_admin.vocabulary import PostingStatus as P

_SUSPEND = Permission.posting_suspend
SHOWN = (P.live, P.paused, P.awaiting_release, P.scheduled)


def may_show(posting: Posting) -> bool:
    """Whether its body may bring postings before the public."""
    return posting.organization.status is O.open


def _is_taken_down(posting: Posting) -> bool:
    return posting.taken_down


# fmt: off
INCIDENT_MOVES: tuple[Move, ...] = (
    Move(Organization, "take_down", (O.open,), (O.stopped,), _SUSPEND, "全件の掲載停止", "{who}が、この団体の募集の掲載をすべて停止しました。",
         reason="must", tone="is-must", icon="stop", reviewed=True, mail="postings_taken_down",
         page=Page("{name}の募集の掲載を、すべて停止しますか",
              "すぐに一覧と公開ページから外れます。解除するまで、この団体は募集を公開できません。この操作は取り消せます（ここで停止した募集だけが元に戻ります）。",
              "すべて停止する", "すべての掲載を停止しました。", "理由を、団体に1通のメールで送ります。", MAILED_REASON, stop=True, joint="の")),
    Move(Organization, "bring_back", (O.stopped,), (O.open,), _SUSPEND, "全件の掲載停止の解除",
         "{who}が、この団体の全件の掲載停止を解除しました。", reason="must", tone="is-ok", icon="check", reviewed=True, mail="postings_brought_back",
         page=Page("{name}の全件の掲載停止を解除しますか", "停止した募集だけを、停止の前の状態に戻します。公開中だったものは、すぐに公開ページに戻ります。",
              "解除して元に戻す", "全件の掲載停止を解除しました。", "団体に1通のメールで知らせます。", MAILED_REASON, joint="の")),
    Move(Posting, "incident_down", SHOWN, (P.suspended,), _SUSPEND, "団体の全件停止による掲載停止",
         "{who}が団体の募集をすべて停止したため、掲載を停止しました。", tone="is-must", icon="stop"),
    Move(Posting, "incident_back", (P.suspended,), SHOWN, _SUSPEND, "団体の全件停止の解除による復帰",
         "{who}が団体の全件停止を解除したため、停止の前の状態に戻りました。", tone="is-ok", icon="check", when=_is_taken_down),
)
# fmt: on
