"""The people of a municipality manage themselves: invitations, rights, stops, hand-over. Somebody in use always manages them.

An address under the body's own domain is invited at once. What is doubtful waits as `requested` for an operator, who calls the body.
Whoever takes the right to manage from somebody has locked all accounts of the body first (and before them the people in the account's
care): two who end each other do not both succeed.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Text, func, select, type_coerce

from keynet_admin.catalogue.mail_domain import DomainKind, judge
from keynet_admin.errors import BadField, Refused
from keynet_admin.extensions import db
from keynet_admin.models import Account, Organization
from keynet_admin.permissions import Actor
from keynet_admin.services import audit, workflow
from keynet_admin.services.account import owners, session
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.account.mail_words import words_of
from keynet_admin.services.mail import outbox
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import AccountStatus, OfficeRight, Role

NEW = "new"
NAME_MOST = 80
LAST = (
    "担当者の管理をする方が、ほかにいません。先に、利用中の別の方に「担当者の管理」の権限を付けてください"
    "（いないときは、新しい方を招待し、初回ログインが済んでから行ってください）。"
)
TAKEN = "このメールアドレスは使えません。すでに登録されているか、別の団体のものです。ご不明なときは、サービスセンターへご連絡ください。"
ALREADY = "このメールアドレスの方は、すでにこの団体の担当者です（{status}）。"


def people(organization_id: int, *, lock: bool = False) -> list[Account]:
    """All accounts of a body but those that were erased, in the order in which they came."""
    query = select(Account).where(Account.organization_id == organization_id).order_by(Account.id)
    if lock:
        query = query.with_for_update(of=Account).execution_options(populate_existing=True)
    return [account for account in db.session.execute(query).scalars() if not account.is_erased]


def holders(organization_id: int, right: OfficeRight, *, lock: bool = False) -> list[Account]:
    """The accounts of a body that are in use and have the right."""
    return [a for a in people(organization_id, lock=lock) if a.status is AccountStatus.active and right in a.held]


def managed_by() -> Any:
    """As a column beside Organization: how many accounts in use manage the people of the body. Fewer than two: one person's absence stops it."""
    manages = type_coerce(Account.rights, Text).contains(f'"{OfficeRight.manage.value}"')
    here = Account.organization_id == Organization.id, Account.status == AccountStatus.active, manages
    return select(func.count(Account.id)).where(*here).correlate(Organization).scalar_subquery()


def scope_of(actor: Actor, organization_id: int) -> frozenset[OfficeRight]:
    """What whoever manages a body's people may give and take: what they have themselves, and what nobody in use there has any more."""
    return actor.rights | frozenset(right for right in OfficeRight if not holders(organization_id, right))


def label_of(rights: Iterable[str]) -> str:
    """Rights in words, in their order."""
    return "、".join(right.label for right in OfficeRight if right in rights)


def is_own_domain(email: str, body: Organization) -> bool:
    """Whether the address lies under the body's own domain, which proves it."""
    return judge(email.rpartition("@")[2], body.lg_code).kind is DomainKind.own


def invite(body: Organization, actor: Actor, *, seen_version: int, email: str, name: str, rights: Iterable[str]) -> Outcome:
    """A further person of a body: invited at once under its own domain, else a request to the service center (`made`).

    Pressed again it is the account made before. Raises BadField for an address that cannot be one or is taken, and for too long a name.
    """
    address, chosen = _address_of(email), _rights_of(rights)
    called = workflow.not_too_long(name, "お名前", NAME_MOST)
    workflow.lock(body)
    _inside(chosen, scope_of(actor, body.id))
    known = accounts.by_email(address)
    if known is not None:
        issued = workflow.last_event(known, "issue")
        if known.organization_id == body.id and issued is not None and issued.actor_id == actor.account_id:
            return Outcome(known.status, repeated=True, made=known)
        raise BadField(ALREADY.format(status=known.status.label) if known.organization_id == body.id else TAKEN, "email")
    if seen_version != body.version:
        raise workflow.stale(body)
    made = _issue(body, address, called, chosen, actor)
    if made.status is AccountStatus.requested:
        note = f"{address} の追加を、運営事務局に依頼しました。団体の代表電話に確かめの電話をしてから、ご案内をお送りします。"
        return Outcome(made.status, made=made, note=note)
    return Outcome(made.status, mails=1, made=made, note=f"{address} に初回ログインのご案内を送ります。")


def change_rights(account: Account, actor: Actor, *, seen_version: int, rights: Iterable[str]) -> Outcome:
    """Other rights for an account of the body. Its holder is mailed. Raises Refused for one's own and for the last one that manages.

    Rights outside the actor's scope are neither given (BadField) nor taken: they stay as they are.
    """
    wanted = _rights_of(rights)
    left = _managers(account)
    if again := workflow.repeated(account, actor, seen_version, "change_rights"):
        return again
    workflow.require(account, "change_rights", actor, seen_version)
    scope = scope_of(actor, account.organization_id or 0)
    _inside(wanted - account.held, scope)
    new = (wanted & scope) | (account.held - scope) | {OfficeRight.view}
    if new == account.held:
        raise BadField("いまの権限と同じです。変える権限を選んでください。", "rights")
    if OfficeRight.manage not in new:
        _keep_one(account, left)
    told = f"いままで：{account.rights_label}\nこれから：{label_of(new)}"
    return _with_rights(account, actor, "change_rights", new, seen_version=seen_version, reason=told)


def give_manage(account: Account, actor: Actor, *, seen_version: int, reason: str) -> Outcome:
    """An operator lets an account manage the people of a body that has nobody for it."""
    _managers(account)
    if again := workflow.repeated(account, actor, seen_version, "give_manage"):
        return again
    return _with_rights(account, actor, "give_manage", account.held | {OfficeRight.manage}, seen_version=seen_version, reason=reason)


def confirm_request(account: Account, actor: Actor, *, seen_version: int, call: str) -> Outcome:
    """An operator has called the body about a person that it asked for: the invitation leaves. `call` says how, in words."""
    if again := workflow.repeated(account, actor, seen_version, "confirm_request"):
        return again
    done = workflow.move(account, "confirm_request", actor, seen_version=seen_version, reason=call)
    accounts.invite(account)
    return done.but(mails=1)


def decline_request(account: Account, actor: Actor, *, seen_version: int, reason: str) -> Outcome:
    """An operator does not let a person in that a body asked for; those who manage its people are told why."""
    if again := workflow.repeated(account, actor, seen_version, "decline_request"):
        return again
    done = workflow.move(account, "decline_request", actor, seen_version=seen_version, reason=reason)
    told = holders(account.organization_id or 0, OfficeRight.manage)
    for manager in told:
        _mail("account_declined", manager, account, {"reason": reason.strip(), "address": account.email})
    return done.but(mails=len(told))


def stop(account: Account, actor: Actor, *, seen_version: int, reason: str) -> Outcome:
    """A colleague signs in no more. One who was only asked for is not mailed. Raises Refused for the last one that manages."""
    left, asked = _managers(account), account.status is AccountStatus.requested
    if again := workflow.repeated(account, actor, seen_version, "stop"):
        return again
    workflow.require(account, "stop", actor, seen_version)
    _keep_one(account, left)
    done = workflow.move(account, "stop", actor, seen_version=seen_version, reason=reason)
    owners.leave(account, actor)
    _end(account)
    if not asked:
        _mail("account_suspended", account, account, {"reason": reason.strip()})
    return done.but(mails=int(not asked))


def hand_over(account: Account, actor: Actor, *, seen_version: int, to: str, email: str = "", name: str = "", reason: str = "") -> Outcome:
    """Give an account's rights to a colleague (`to`: the id) or to a new person under the body's own domain (`NEW`), and end it.

    Sessions end, both are mailed, the applicants in their care move along. Raises BadField for nobody or a stranger, and when nobody in use would be left to manage: then the
    new person signs in first.
    """
    left = _managers(account)
    if again := workflow.repeated(account, actor, seen_version, "hand_over"):
        return again
    workflow.require(account, "hand_over", actor, seen_version)
    body, giver, rights = account.organization, account.shown_name, account.held
    if body is None:
        raise Refused("団体のアカウントではありません。")
    heir = _heir(account, to)
    if account.id != actor.account_id:
        gained = rights - (heir.held if heir is not None else frozenset())
        if gained and heir is not None and heir.id == actor.account_id:
            raise BadField("ご自分の権限が増えるため、ご自分には引き継げません。後任の方か、管理をするほかの方が行ってください。", "to")
        _inside(gained, scope_of(actor, body.id), field="to")
    if heir is None:
        address, called = _address_of(email), workflow.not_too_long(name, "お名前", NAME_MOST)
        if not is_own_domain(address, body):
            words = "団体のドメインのアドレスではないため、引き継げません。先に「担当者を追加する」から招待し、運営事務局の確認を受けてください。"
            raise BadField(words, "email")
        if accounts.by_email(address) is not None:
            raise BadField(TAKEN, "email")
        _keep_one(account, left, field="to")
        heir = _issue(body, address, called, rights, actor)
    else:
        workflow.touch(heir, actor, heir.version)
        heir.rights = _stored(heir.held | rights)
    done = workflow.move(account, "hand_over", actor, seen_version=seen_version, reason=reason, made=heir.id)
    for candidate in owners.lock(account):
        candidate.owner_id = heir.id
    audit.record(heir, "take_over", actor, version=heir.version, made=account.id)
    _end(account)
    told = {"reason": reason.strip(), "giver": giver, "heir": heir.shown_name, "rights": heir.rights_label}
    _mail("account_handed_over", account, account, told)
    _mail("account_taken_over", heir, heir, told | {"invited": heir.status is AccountStatus.invited})
    return done.but(mails=2)


def set_approval(body: Organization, actor: Actor, *, seen_version: int) -> Outcome:
    """Demand that nobody publishes alone, or demand it no more. Raises Refused where one asks and nobody else could decide."""
    workflow.lock(body)
    last = workflow.last_event(body, "approval")
    if last is not None and last.actor_id == actor.account_id and last.codes.get("version") == seen_version + 1:
        return Outcome(AccountStatus.active, repeated=True)
    if seen_version != body.version:
        raise workflow.stale(body)
    on = not body.needs_approval
    ids = {right: {a.id for a in holders(body.id, right)} for right in (OfficeRight.edit, OfficeRight.publish)}
    if on and not (ids[OfficeRight.publish] and len(ids[OfficeRight.edit] | ids[OfficeRight.publish]) > 1):
        raise Refused("決裁には、利用中の方が2名以上（求める方と、公開の権限がある方）必要です。先に担当者を追加してください。")
    body.needs_approval, body.version = on, body.version + 1
    audit.record(body, "approval", actor, organization_id=body.id, on=on, version=body.version)
    note = "公開に決裁が必要になりました。" if on else "公開の決裁を不要にしました。"
    return Outcome(AccountStatus.active, note=note)


def rename(account: Account, actor: Actor, *, seen_version: int, name: str) -> None:
    """The holder's own display name. Raises BadField for an empty or too long one."""
    called = name.strip()
    if not called:
        raise BadField("お名前を入力してください（係の共用アドレスのときは、係の名前）。", "name")
    if len(called) > NAME_MOST:
        raise BadField(f"お名前は{NAME_MOST}字までです（いま{len(called)}字）。短くしてください。", "name")
    workflow.lock(account)
    if called != account.name:
        workflow.touch(account, actor, seen_version)
        account.name = called
        audit.record(account, "rename", actor, version=account.version)


def _heir(account: Account, to: str) -> Account | None:
    """The colleague of this id; None for a new person. Raises BadField for anybody else."""
    if to == NEW:
        return None
    found = next((a for a in people(account.organization_id or 0) if str(a.id) == to and a.id != account.id), None)
    if found is None or found.status is not AccountStatus.active:
        raise BadField("引き継ぐ相手を選んでください（利用中の方か、新しい方）。", "to")
    return found


def _issue(body: Organization, address: str, name: str, rights: frozenset[OfficeRight], actor: Actor) -> Account:
    status = AccountStatus.invited if is_own_domain(address, body) else AccountStatus.requested
    made = Account(email=address, name=name, role=Role.municipality, organization_id=body.id, status=status, rights=_stored(rights))
    accounts.add(made)
    audit.record(made, "issue", actor, asked=True if status is AccountStatus.requested else None)
    db.session.expire(body, ["accounts"])
    if status is AccountStatus.invited:
        accounts.invite(made, words={"invited_by": actor.name})
    return made


def _with_rights(account: Account, actor: Actor, action: str, new: frozenset[OfficeRight], *, seen_version: int, reason: str) -> Outcome:
    before, was = account.rights_label, _stored(account.held)
    done = workflow.move(account, action, actor, seen_version=seen_version, reason=reason, was=was, rights=_stored(new))
    account.rights = _stored(new)
    if OfficeRight.candidates not in new:
        owners.leave(account, actor)
    if account.status is AccountStatus.requested:
        return done
    why = reason.strip() if action == "give_manage" else ""
    _mail("rights_changed", account, account, {"was": before, "rights": account.rights_label, "reason": why})
    return done.but(mails=1)


def _managers(account: Account) -> list[Account]:
    """Those who manage the people of the account's body, all of which are locked now (after the applicants in the account's care)."""
    owners.lock(account)
    return holders(account.organization_id or 0, OfficeRight.manage, lock=True)


def _keep_one(account: Account, managers: list[Account], *, field: str = "") -> None:
    """Raises Refused (or BadField) when nobody but this account manages."""
    if {manager.id for manager in managers} == {account.id}:
        raise BadField(LAST, field) if field else Refused(LAST)


def _end(account: Account) -> None:
    session.end_all(account)
    accounts.end_links(account)


def _mail(template: str, to: Account, about: Account, words: Mapping[str, Any]) -> None:
    outbox.enqueue(template, to.email, words_of(to) | dict(words), about=about, account_id=to.id)


def _address_of(email: str) -> str:
    address = accounts.normal_email(email)
    if not outbox.deliverable(address):
        raise BadField("メールアドレスの形が正しくありません（例：kenko@city.example.lg.jp）。", "email")
    return address


def _rights_of(values: Iterable[str]) -> frozenset[OfficeRight]:
    """What was chosen; whoever is there may look."""
    return frozenset(right for right in OfficeRight if right in values) | {OfficeRight.view}


def _inside(given: frozenset[OfficeRight], scope: frozenset[OfficeRight], *, field: str = "rights") -> None:
    """Raises BadField when more would be given than the actor may give."""
    if outside := given - scope - {OfficeRight.view}:
        words = f"「{label_of(outside)}」の権限は、ご自分にないため付けられません。その権限のある、担当者を管理する方が行ってください。"
        raise BadField(words, field)


def _stored(rights: Iterable[OfficeRight]) -> list[str]:
    return [right.value for right in OfficeRight if right in rights]
