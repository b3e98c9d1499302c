"""Rules MAIL-001 to MAIL-010: mail addresses of the officer and of the account."""

import re
from collections.abc import Iterator

from keynet_admin.catalogue import reference as ref
from keynet_admin.catalogue.mail_domain import FREE_MAIL, PUBLIC_BODY, DomainKind, MailDomain, judge
from keynet_admin.rules.engine.row import ERROR, WARNING, example, fix_row, row, warning_row
from keynet_admin.rules.engine.rule import Hit, Rule, Scope
from keynet_admin.rules.families.telephone import contact_of

MAIL_BASIS = "JPRS 地方公共団体用ドメイン名"
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


def _domain(host: str, scope: Scope) -> MailDomain:
    code = scope.organization.get("lg_code")
    return judge(host, code if isinstance(code, str) else "")


def _is_known(scope: Scope) -> bool:
    """Whether the body's code is one that can own a domain: with any other, nothing is said of whose domain an address has."""
    code = scope.organization.get("lg_code")
    return isinstance(code, str) and (ref.municipality(code) is not None or ref.is_union(code))


def check_public_body_mail(scope: Scope) -> Iterator[Hit]:
    """MAIL-004: addresses lie under lg.jp, the older regional names, or the body's own web domain."""
    for name, mail, host in _mails(scope):
        if PUBLIC_BODY(host) or _domain(host, scope).kind in (DomainKind.own, DomainKind.other_body):
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
        if FREE_MAIL(host):
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
        label = _KIND_LABEL.search(host) if name == "contact_email" and PUBLIC_BODY(host) else None
        if label is None or kind in _TYPE_OF_LABEL[label[1]]:
            continue
        if _domain(host, scope).kind is not DomainKind.own:
            yield Hit(
                f"contact.{name}",
                f"「{mail}」の「{label[1]}.」は{_TYPE_WORDS[_TYPE_OF_LABEL[label[1]][0]]}のアドレスの形ですが、団体の区分は「{_TYPE_WORDS.get(kind, kind)}」です。",
                how="ご確認ください。",
            )


def check_other_body(scope: Scope) -> Iterator[Hit]:
    """MAIL-010: no domain of another public body; whose it is, is said where the table knows it."""
    for name, mail, host in _mails(scope):
        found = _domain(host, scope)
        if found.kind is DomainKind.other_body:
            what = f"「{mail}」は、{'・'.join(found.owners)}のドメインのアドレスです。"
        elif found.kind is DomainKind.other_public:
            what = f"「{mail}」は、この団体のドメインと確認できません（別の団体のドメインの可能性があります）。"
        else:
            continue
        if _is_known(scope):
            yield Hit(
                f"contact.{name}", what, how="団体自身のアドレスを入力してください。ない場合は、代表電話番号へ確認のお電話を差し上げます。"
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
    warning_row(
        "MAIL-010",
        ("contact.contact_email", "contact.account_email", "organization.lg_code"),
        basis=f"{MAIL_BASIS} [S61]",
        what="ほかの地方公共団体のドメインではないこと",
        why="アドレスが団体からの申請の証しになるのは、団体自身のドメインのときだけです。",
        how="団体自身のアドレスを入力してください。ない場合は、代表電話番号へ確認のお電話を差し上げます。",
        good=(example("団体自身のドメイン", account_email="kenko@city.hyuga-test.lg.jp"),),
        bad=(
            example("ほかの団体のドメイン", account_email="kenko@city.kainan-test.lg.jp"),
            example("どの団体のものか分からない lg.jp", account_email="kenko@service-test.lg.jp"),
        ),
        check=check_other_body,
    ),
)
