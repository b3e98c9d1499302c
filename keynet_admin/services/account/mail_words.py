"""What the mails to an account may name."""

from typing import Any

from keynet_admin import config
from keynet_admin.models import Account
from keynet_admin.vocabulary import Role

# What mails call the account of somebody outside the municipalities, and what its holder can do once signed in.
_OUTSIDE = {
    Role.prefecture: ("都道府県のアカウント", "県内の市区町村の登録と、募集と確保の状況をご覧いただけます。"),
    Role.partner: ("連携先のアカウント", "お渡しする募集の一覧を受け取り、確保した人数を報告できます。"),
}


def words_of(account: Account) -> dict[str, Any]:
    """What every mail to an account may name."""
    word, then = _OUTSIDE.get(account.role, ("管理者アカウント", ""))
    name = account.body_name or f"{config.current().site_name} 運営"
    return {"org_name": name, "department": "", "contact_name": account.name, "receipt_no": "", "account_word": word, "then": then}
