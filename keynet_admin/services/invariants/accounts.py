"""No account without an invitation, and no invitation without its one mail."""

from typing import Any

from sqlalchemy import Select, func, select

from keynet_admin.extensions import db
from keynet_admin.models import Account, FirstLogin, OutboxMail
from keynet_admin.models.account import ERASED
from keynet_admin.services.account.use_cases import INVITE, RESET
from keynet_admin.services.invariants.row import Looked, count
from keynet_admin.vocabulary import AccountStatus

_TEMPLATES = {INVITE: "first_login", RESET: "password_reset"}


def invited() -> Looked:
    """Whoever waits for the first login was invited; whoever is in was invited, or has a password (the first ones, the demo's)."""
    asked = select(FirstLogin.id).where(FirstLogin.account_id == Account.id, FirstLogin.purpose == INVITE).exists()
    waiting = (Account.status == AccountStatus.invited) & ~asked
    inside = Account.status.in_((AccountStatus.active, AccountStatus.dormant)) & ~asked & Account.password_hash.is_(None)
    rows = db.session.execute(select(Account.id, Account.status).where(waiting | inside).order_by(Account.id))
    return Looked(count(Account), [f"アカウント {number}（{status.label}）：ご案内を送った跡がありません。" for number, status in rows])


def letters() -> Looked:
    """Each link that was mailed has one mail to its account, and no mail of that kind is without a link."""
    looked, found = 0, list[str]()
    # A mail that had not left when its person was forgotten was deleted with them.
    erased = set(db.session.execute(select(Account.id).where(Account.email.endswith(ERASED, autoescape=True))).scalars())
    for purpose, template in _TEMPLATES.items():
        links = _counts(select(FirstLogin.account_id, func.count()).where(FirstLogin.purpose == purpose, ~FirstLogin.read_out), FirstLogin)
        mails = _counts(select(OutboxMail.account_id, func.count()).where(OutboxMail.template == template), OutboxMail)
        looked += sum(links.values())
        found += [
            f"アカウント {account}：ご案内（{template}）{links.get(account, 0)}回に、メールが{mails.get(account, 0)}通あります。"
            for account in sorted(links.keys() | mails.keys())
            if links.get(account, 0) != mails.get(account, 0) and account not in erased
        ]
    return Looked(looked, found)


def _counts(query: "Select[*tuple[Any, ...]]", of: type[FirstLogin] | type[OutboxMail]) -> dict[int, int]:
    rows = db.session.execute(query.where(of.account_id.is_not(None)).group_by(of.account_id))
    return {account: number for account, number in rows if account is not None}
