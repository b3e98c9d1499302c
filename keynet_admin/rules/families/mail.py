"""Rules MAIL-001 to MAIL-009: mail addresses of the officer and of the account."""

import re
from collections.abc import Iterator
from typing import Any

from keynet_admin.catalogue import reference as ref
from keynet_admin.rules.engine.row import ERROR, WARNING, example, fix_row, row, warning_row
from keynet_admin.rules.engine.rule import Hit, Rule, Scope
from keynet_admin.rules.families.telephone import contact_of

MAIL_BASIS = "JPRS 地方公共団体用ドメイン名"
_FREE_MAIL = re.compile(
    r"(?:gmail|googlemail|yahoo|hotmail|outlook|live|msn|icloud|me|mac|aol|protonmail|gmx|mail|zoho|au|willcom|nifty)\.com"
    r"|(?:yahoo|hotmail|excite)\.co\.jp|(?:outlook|live|aol|goo|infoseek|i\.softbank|uqmobile|rakumail|rakuten)\.jp"
    r"|(?:ymail|ybb|mail\.goo|docomo|disney|ymobile1|emnet|biglobe|so-net|ocn)\.ne\.jp"
    r"|(?:.*\.)?(?:ezweb|softbank|vodafone|pdx|ymobile)\.ne\.jp|proton\.me|kyoto\.zaq\.jp|plala\.or\.jp"
).fullmatch
_PREF_NAMES = "|".join(sorted(p.romaji.lower() for p in ref.prefectures()))
_CITIES = (
    "sapporo|sendai|chiba|saitama|yokohama|kawasaki|sagamihara|niigata|shizuoka|hamamatsu|nagoya|kyoto|osaka|sakai|kobe|okayama|hiroshima|"
    "kitakyushu|fukuoka|kumamoto"
)
LG_SERVICE = re.compile(r"(?:[a-z0-9-]+\.)*[a-z0-9-]+\.lg\.jp").fullmatch
LG_OLD = re.compile(
    rf"(?:[a-z0-9-]+\.)*(?:metro|pref|city|town|vill|village)\.(?:[a-z0-9-]+\.){{0,2}}(?:{_PREF_NAMES}|{_CITIES})\.jp"
).fullmatch
_KIND_LABEL = re.compile(r"(?:^|\.)(metro|pref|city|town|vill|village|union)\.")
_TYPE_OF_LABEL = {
    "metro": ("prefecture",),
    "pref": ("prefecture",),
    "city": ("city", "special_ward"),
    "town": ("town",),
    "vill": ("village",),
    "village": ("village",),
    "union": ("union",),
}
_TYPE_WORDS = {"prefecture": "都道府県", "city": "市", "special_ward": "特別区", "town": "町", "village": "村", "union": "組合・連合"}


def check_same_mail(scope: Scope) -> Iterator[Hit]:
    """MAIL-003: both addresses are the same after the fixes."""
    contact = contact_of(scope)
    first, second = contact.get("contact_email"), contact.get("contact_email2")
    if isinstance(first, str) and isinstance(second, str) and first and second and first.casefold() != second.casefold():
        yield Hit(
            "contact.contact_email2",
            "確認用のメールアドレスが違います。",
            how=f"「{first}」と同じアドレスを入力してください。",
            example=first,
        )


def _mails(scope: Scope) -> list[tuple[str, str, str]]:
    """Field, address and host of the officer's and the account's address."""
    contact = contact_of(scope)
    given = [(name, contact.get(name)) for name in ("contact_email", "account_email")]
    return [(name, value, value.rsplit("@", 1)[1]) for name, value in given if isinstance(value, str) and "@" in value]


def is_free_mail(host: str) -> bool:
    """True for free mail and mobile carriers' domains."""
    return _FREE_MAIL(host) is not None


def is_public_body(host: str) -> bool:
    """True for lg.jp and the older regional names of public bodies."""
    return LG_SERVICE(host) is not None or LG_OLD(host) is not None


def is_own_domain(host: str, code: Any) -> bool:
    """True when the host is the web domain of the body or lies under it."""
    return isinstance(code, str) and any(host == own or host.endswith(f".{own}") for own in ref.domains_of(code))


def check_public_body_mail(scope: Scope) -> Iterator[Hit]:
    """MAIL-004: addresses lie under lg.jp, the older regional names, or the body's own web domain."""
    for name, mail, host in _mails(scope):
        if is_public_body(host) or is_own_domain(host, scope.organization.get("lg_code")):
            continue
        yield Hit(
            f"contact.{name}",
            f"「{mail}」は自治体のドメイン（lg.jp など）ではありません。",
            why="事務局から代表電話番号へ確認のお電話を差し上げます。",
            how="lg.jp のアドレスがあればそちらを入力してください。",
        )


def check_free_mail(scope: Scope) -> Iterator[Hit]:
    """MAIL-005: no free mail: an error for the account, which belongs to the body, a warning for the officer."""
    for name, mail, host in _mails(scope):
        if is_free_mail(host):
            account = name == "account_email"
            tail = (
                "管理者アカウントは団体のものです。自治体のアドレスを入力してください。"
                if account
                else "自治体のアドレスを入力してください。"
            )
            yield Hit(
                f"contact.{name}",
                f"「{mail}」はフリーメールまたは携帯電話会社のアドレスです。",
                why=f"{tail}",
                level=ERROR if account else WARNING,
            )


def check_mail_kind(scope: Scope) -> Iterator[Hit]:
    """MAIL-006: `pref.`, `city.`, `town.` … agree with the kind of body."""
    kind = scope.organization.get("org_type")
    if not isinstance(kind, str):
        return
    for name, mail, host in _mails(scope):
        label = _KIND_LABEL.search(host) if name == "contact_email" and is_public_body(host) else None
        if label is None or kind in _TYPE_OF_LABEL[label[1]]:
            continue
        if not is_own_domain(host, scope.organization.get("lg_code")):
            yield Hit(
                f"contact.{name}",
                f"「{mail}」の「{label[1]}.」は{_TYPE_WORDS[_TYPE_OF_LABEL[label[1]][0]]}のアドレスの形ですが、団体の区分は「{_TYPE_WORDS.get(kind, kind)}」です。",
                how="ご確認ください。",
            )


def check_second_officer(scope: Scope) -> Iterator[Hit]:
    """MAIL-009: the second officer has another address than the first."""
    contact = contact_of(scope)
    second = contact.get("sub_contact_email")
    main = (contact.get("contact_email"), contact.get("account_email"))
    if isinstance(second, str) and second and any(isinstance(m, str) and m.casefold() == second.casefold() for m in main):
        yield Hit(
            "contact.sub_contact_email",
            "副担当者のメールアドレスが主担当者と同じです。",
            how="ご不在のときに届くよう、別のアドレスを入力してください。",
        )


MAILS = ("contact.contact_email", "contact.contact_email2", "contact.account_email", "contact.sub_contact_email")
RULES: tuple[Rule, ...] = (
    fix_row(
        "MAIL-001",
        MAILS,
        basis="電子申請の入力規則 [S65]",
        what="メールアドレスは半角に整える",
        why="全角文字や「mailto:」が混じると、メールが届きません。",
        how="自動で整えます。正しく読み取られたかご確認ください。",
        good=(example("vaccine@city.hyuga-test.lg.jp", contact_email="vaccine@city.hyuga-test.lg.jp"),),
        bad=(example("mailto: と大文字のドメイン", contact_email="mailto:vaccine@City.Hyuga-test.lg.jp"),),
    ),
    row(
        "MAIL-002",
        MAILS,
        basis="RFC 5321、電子申請の入力規則 [S65, S66]",
        what="メールアドレスの形が正しいこと",
        why="形の正しくないアドレスには、初回ログインのご案内が届きません。",
        how="「@」は1つ、「.」は続けず「@」の直前にも置かず、ドメインまで入力してください。",
        good=(example("kenko@city.example.lg.jp", contact_email="vaccine@city.hyuga-test.lg.jp"),),
        bad=(example("kenko.@city..jp", contact_email="kenko.@city..jp"), example("kenko@city", account_email="kenko@city")),
    ),
    row(
        "MAIL-003",
        ("contact.contact_email", "contact.contact_email2"),
        basis="事務局の実務（宛先の打ち間違い）",
        what="2つのメールアドレスが同じこと",
        why="1文字の誤りでも、アカウントのご案内が届かないか、別の方に届きます。",
        how="貼り付けずに、もう一度入力してください。",
        good=(example("同じアドレス", contact_email2="vaccine@city.hyuga-test.lg.jp"),),
        bad=(example("違うアドレス", contact_email2="vaccin@city.hyuga-test.lg.jp"),),
        check=check_same_mail,
    ),
    warning_row(
        "MAIL-004",
        ("contact.contact_email", "contact.account_email"),
        basis=f"{MAIL_BASIS} [S61]",
        what="自治体のドメイン（lg.jp、地域型、団体のホームページと同じドメイン）であること",
        why="lg.jp は地方公共団体だけが使えるドメインで、団体からの申請であることの手がかりになります。",
        how="自治体のアドレスを入力してください。ない場合は、代表電話番号へ確認のお電話を差し上げます。",
        good=(example("kenko@city.example.lg.jp", account_email="kenko@city.hyuga-test.lg.jp"),),
        bad=(example("kenko@umiyama.example.com", account_email="kenko@umiyama-test.example.com"),),
        check=check_public_body_mail,
    ),
    row(
        "MAIL-005",
        ("contact.contact_email", "contact.account_email"),
        (ERROR, WARNING),
        basis=f"{MAIL_BASIS}、アカウントは団体のもの（運用） [S61]",
        what="フリーメールや携帯電話会社のアドレスではないこと",
        why="応募者の個人情報を扱うアカウントは、異動しても引き継げる団体のアドレスに発行します。",
        how="自治体のアドレス（係の共用アドレスなど）を入力してください。",
        good=(example("kenko@city.example.lg.jp", account_email="kenko@city.hyuga-test.lg.jp"),),
        bad=(
            example("フリーメール", account_email="umiyama.kenko@gmail.com"),
            example("携帯電話のアドレス", contact_email="umiyama@docomo.ne.jp"),
        ),
        check=check_free_mail,
    ),
    warning_row(
        "MAIL-006",
        ("contact.contact_email", "organization.org_type"),
        basis=f"{MAIL_BASIS} [S61]",
        what="アドレスの pref・city・town などが団体の区分と合うこと",
        why="別の団体のアドレスが入力されているかもしれません。",
        how="アドレスと団体の区分をご確認ください。",
        good=(example("市の団体に city.", contact_email="vaccine@city.hyuga-test.lg.jp"),),
        bad=(example("市の団体に pref.", contact_email="kenko@pref.umiyama-test.lg.jp", contact_email2="kenko@pref.umiyama-test.lg.jp"),),
        check=check_mail_kind,
    ),
    row(
        "MAIL-007",
        ("contact.account_email",),
        basis="運用（1つのアドレスは1つの団体のアカウント）",
        what="ほかの団体の管理者アドレスとして使われていないこと",
        why="1つのアドレスで2つの団体の応募者を扱うと、個人情報が混ざります。",
        how="団体ごとに別のアドレスを用意してください。",
        good=(example("はじめて使うアドレス", account_email="kenko@city.hyuga-test.lg.jp"),),
        bad=(example("ほかの団体が使っているアドレス", account_email="kenko@city.hyuga-test.lg.jp"),),
        planned=True,
    ),
    row(
        "MAIL-008",
        ("contact.account_email",),
        basis="お知らせメールの配達結果（運用） [S71]",
        what="お知らせメールが届くこと",
        why="届かないアドレスにアカウントを発行すると、手続きが止まります。",
        how="アドレスを確認して再入力してください。その間、審査の期限は止まります。",
        good=(example("配達された", account_email="kenko@city.hyuga-test.lg.jp"),),
        bad=(example("宛先不明で戻った", account_email="kenko@city.hyuga-test.lg.jp"),),
        planned=True,
    ),
    warning_row(
        "MAIL-009",
        ("contact.account_email", "contact.sub_contact_email"),
        basis="事務局の実務（不在時の連絡） [S70]",
        what="副担当者のアドレスが主担当者と違うこと",
        why="4月の異動や不在のときに、連絡が途切れないようにするためです。",
        how="副担当者ご自身または別の共用アドレスを入力してください。",
        good=(example("別のアドレス", sub_contact_email="yobou@city.hyuga-test.lg.jp"),),
        bad=(example("主担当者と同じアドレス", sub_contact_email="vaccine@city.hyuga-test.lg.jp"),),
        check=check_second_officer,
    ),
)
