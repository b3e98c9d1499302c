"""Accounts outside the municipalities: of prefectures, which look, and of partners, which take postings. Issued by administrators."""

from keynet_admin import clock
from keynet_admin.catalogue import reference
from keynet_admin.errors import BadField, NotPermitted
from keynet_admin.extensions import db
from keynet_admin.models import Account, Partner
from keynet_admin.permissions import Actor, Permission, can
from keynet_admin.services import audit, workflow
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.mail import outbox
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import PartnerStatus, Role

NAME_MOST = 80
TAKEN = "このメールアドレスは、別のアカウントで使われています。"


def issue(actor: Actor, *, to: str, email: str, name: str) -> Outcome:
    """An account for `prefecture.13` or `partner.5` (the id) with its invitation mail; pressed again it is the one made before (`made`).

    Raises NotPermitted, and BadField (`to`, `email`, `name`) for nobody, a partner without a verified contact, an address that cannot be
    one or has an account.
    """
    if not can(actor, Permission.account_role):
        raise NotPermitted("アカウントを発行する権限がありません。")
    whose, address = _whose(to), accounts.normal_email(email)
    called = name.strip()
    if len(called) > NAME_MOST:
        raise BadField(f"氏名・部署は{NAME_MOST}文字までです（いま{len(called)}文字）。短くしてください。", "name")
    if not outbox.deliverable(address):
        raise BadField(outbox.BAD_ADDRESS, "email")
    known = accounts.by_email(address)
    if known is not None:
        issued = workflow.last_event(known, "issue")
        mine = issued is not None and issued.actor_id == actor.account_id
        if mine and all(getattr(known, column) == value for column, value in whose.items()):
            return Outcome(known.status, repeated=True, made=known)
        raise BadField(TAKEN, "email")
    made = Account(email=address, name=called, created_at=clock.now(), **whose)
    accounts.add(made)
    audit.record(made, "issue", actor)
    accounts.invite(made)
    return Outcome(made.status, mails=1, made=made)


def _whose(to: str) -> dict[str, object]:
    """Role and body as columns of the account."""
    kind, _, key = to.partition(".")
    if kind == Role.prefecture and reference.prefecture(key) is not None:
        return {"role": Role.prefecture, "prefecture_code": key}
    if kind == Role.partner and key.isascii() and key.isdigit() and len(key) < 10:
        partner = db.session.get(Partner, int(key))
        if partner is not None and partner.status is PartnerStatus.active:
            return {"role": Role.partner, "partner_id": partner.id}
        raise BadField("この連携先は、連絡先が未確認か停止中です。先に連携先の画面で連絡先を確かめてください。", "to")
    raise BadField("発行する都道府県か連携先を選んでください。", "to")
