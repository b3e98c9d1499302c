"""Rules TEL-001 to TEL-006: telephone numbers of the body, the officer and the public."""

from collections.abc import Iterator, Mapping
from typing import Any

from keynet_admin.catalogue import reference as ref
from keynet_admin.rules.engine.row import example, fix_row, row, warning_row
from keynet_admin.rules.engine.rule import Hit, Rule, Scope
from keynet_admin.rules.normalise.area_codes import area_code, prefectures_of
from keynet_admin.rules.words.figures import mobile_in
from keynet_admin.rules.words.plain import plain_field

TEL_BASIS = "電気通信番号計画（総務省）"


def contact_of(scope: Scope) -> Mapping[str, Any]:
    """The normalised contact section, empty when there is none."""
    value = scope.document.get("contact")
    return value if isinstance(value, Mapping) else {}


def _digits(value: Any) -> str:
    return value.replace("-", "") if isinstance(value, str) else ""


_MOBILE = ("060", "070", "080", "090")


def _kind_of(digits: str) -> str:
    """What kind of number it is that no office answers at its desk; empty for a fixed line (and for 050, which some offices have)."""
    if digits.startswith(("0120", "0570", "0800")):
        return "フリーダイヤルなどの番号"
    return "携帯電話" if digits.startswith(_MOBILE) and len(digits) == 11 else ""


def check_fixed_line(scope: Scope) -> Iterator[Hit]:
    """TEL-004: the officer's number is a fixed line."""
    kind = _kind_of(_digits(contact_of(scope).get("contact_tel")))
    if kind:
        yield Hit(
            "contact.contact_tel", f"直通電話番号が{kind}です。", how="ご本人確認の折り返しには、庁舎の固定電話の番号を入力してください。"
        )


def check_area(scope: Scope) -> Iterator[Hit]:
    """TEL-005: the body's number has an area code of its prefecture, by the hyphens typed (092-000-0001 is no 0920) or by its digits."""
    number, pref = scope.organization.get("org_tel"), scope.organization.get("pref")
    digits = _digits(number)
    if len(digits) != 10 or not isinstance(pref, str) or digits.startswith(("0120", "0570")):
        return
    typed = str(number).partition("-")[0]
    found = prefectures_of(typed) or prefectures_of(digits)
    if not found or pref in found or pref in prefectures_of(digits):
        return
    names = "・".join(p.name for p in map(ref.prefecture, found) if p is not None)
    own = ref.prefecture(pref)
    yield Hit(
        "organization.org_tel",
        f"市外局番{typed if prefectures_of(typed) else area_code(digits)}は{names}の番号ですが、団体は{(own.name if own else pref)}です。",
        how="代表電話番号をご確認ください。",
    )


def check_public_mobile(scope: Scope) -> Iterator[Hit]:
    """TEL-006: the public number does not look like somebody's mobile, nor is a mobile in the contact line the only number."""
    how = "個人の番号は公開せず、担当部署の番号を入力してください。"
    digits = _digits(scope.get("public_tel"))
    if _kind_of(digits) == "携帯電話":
        yield Hit("public_tel", "問い合わせ先が携帯電話の番号です。", how=how)
    elif not digits and f"{scope.prefix}public_tel" not in scope.unread and mobile_in(plain_field(scope, "public_contact")):
        yield Hit("public_tel", "公開される電話番号が、問い合わせ先の欄の携帯電話だけです。", how=how)


PHONES = ("organization.org_tel", "contact.contact_tel", "public_tel")
RULES: tuple[Rule, ...] = (
    fix_row(
        "TEL-001",
        PHONES,
        basis=f"{TEL_BASIS} [S62]",
        what="電話番号は半角数字とハイフンに整える",
        why="全角や括弧の違いで、同じ番号が別の番号に見えてしまいます。",
        how="自動で整えます。正しく読み取られたかご確認ください。",
        good=(example("0982-00-0043", contact_tel="0982-00-0043"),),
        bad=(
            example("（０９８２）００−００４３", contact_tel="（０９８２）００−００４３"),
            example("+81 982 00 0043", contact_tel="+81 982 00 0043"),
        ),
    ),
    row(
        "TEL-002",
        PHONES,
        basis=f"{TEL_BASIS} [S62]",
        what="電話番号が1つで、桁数が正しいこと（固定電話は10桁、携帯電話とIP電話は11桁）",
        why="桁数が違うと、電話をかけられません。番号が2つあると、どちらにかけるか分かりません。",
        how="市外局番から、番号を1つだけ入力してください。",
        good=(example("0982-12-0043", contact_tel="0982-12-0043"),),
        bad=(
            example("03-123-4567", contact_tel="03-123-4567"),
            example("090-0000-002", contact_tel="090-0000-002"),
            example("番号が2つ", contact_tel="0982-00-0012、0982-00-0013"),
        ),
    ),
    fix_row(
        "TEL-003",
        ("contact.contact_tel", "contact.contact_ext"),
        basis="事務局の実務（内線は別の欄）",
        what="電話番号の中の「内線」は内線の欄に分け、「(代)」は除く",
        why="番号だけの欄にすると、そのまま電話をかけられます。",
        how="自動で分けます。内線の欄をご確認ください。",
        good=(example("内線は内線の欄に 205", contact_tel="0982-00-0043", contact_ext="205"),),
        bad=(
            example("0982-00-0043内線205", contact_tel="0982-00-0043内線205"),
            example("0982-00-0043(代)", contact_tel="0982-00-0043(代)"),
        ),
    ),
    warning_row(
        "TEL-004",
        ("contact.contact_tel",),
        basis="ご本人確認の折り返し（事務局の実務）",
        what="担当者の番号は固定電話であること",
        why="庁舎の固定電話への折り返しで、団体からの申請であることを確かめます。",
        how="部署の固定電話の番号を入力してください。",
        good=(example("0982-00-0043", contact_tel="0982-00-0043"),),
        bad=(example("090-0000-0043", contact_tel="090-0000-0043"), example("0120-000-043", contact_tel="0120-000-043")),
        check=check_fixed_line,
    ),
    warning_row(
        "TEL-005",
        ("organization.org_tel",),
        basis="総務省「市外局番の一覧」 [S62]",
        what="代表電話番号の市外局番が団体の都道府県のものであること",
        why="番号か団体コードのどちらかの打ち間違いです。県境をまたぐ局番は問題にしません。",
        how="代表電話番号をご確認ください。",
        good=(example("宮崎県の団体に0982", org_tel="0982-00-0001"),),
        bad=(example("宮崎県の団体に011", org_tel="011-000-0001"),),
        check=check_area,
    ),
    warning_row(
        "TEL-006",
        ("public_tel", "public_contact"),
        basis="職業安定法第5条の5、個人情報の保護 [S90]",
        what="公開する番号が個人の携帯電話ではないこと",
        why="公開ページの番号は誰でも見られます。担当者個人の番号を守るためです。",
        how="担当部署の番号を入力してください。",
        good=(example("0982-00-0013", public_tel="0982-00-0013"),),
        bad=(
            example("090-0000-0013", public_tel="090-0000-0013"),
            example("問い合わせ先の欄の携帯電話だけ", public_tel=None, public_contact="予防係 090-0000-0013"),
        ),
        check=check_public_mobile,
    ),
)
