"""Rules PLACE-001 to PLACE-006: where the work is done, and smoke protection there."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from keynet_admin.catalogue import posting_field
from keynet_admin.catalogue.reference import is_union, municipality, prefecture
from keynet_admin.rules.engine.posting_values import missing
from keynet_admin.rules.engine.row import example, row, warning_row, when_empty
from keynet_admin.rules.engine.rule import Hit, Rule, Scope
from keynet_admin.rules.words.later import anywhere, no_place_in, told_later
from keynet_admin.rules.words.plain import text_of

_PREFECTURE: Final = re.compile(r"^(?:北海道|東京都|(?:京都|大阪)府|(?:神奈川|和歌山|鹿児島|[^\s都道府県]{2})県)")
_CITY_WIDE: Final = re.compile(r"[^\d]{1,12}[市町村区](?:内|が)")
_WARD: Final = re.compile(r"[^\d]{1,5}区")


def check_place(scope: Scope) -> Iterator[Hit]:
    """PLACE-001: name, city and street of the workplace are given; what is not decided yet may stay open in a masked posting."""
    hidden = scope.get("visibility") in ("masked", "private") and scope.get("venue_city") is not None
    for name, ask in (
        ("venue_name", "会場名を入力してください（例：海山市民体育館）"),
        ("venue_city", "実際に勤務する市区町村を選んでください"),
        ("venue_address", "町名と番地を入力してください（例：中町9番10号）"),
    ):
        value = scope.get(name)
        if value is None:
            if missing(scope, name):
                yield Hit(
                    name,
                    f"{posting_field(name).label}が入力されていません。",
                    why=f"勤務場所は募集のときに示す必要があります（職業安定法第5条の3）。{ask}。",
                )
            continue
        if name == "venue_city" or not isinstance(value, str):
            continue
        text = text_of(scope, name)
        rest = _beyond_the_city(text, scope) if name == "venue_address" or _CITY_WIDE.match(text) else text
        if told_later(rest) or no_place_in(rest):
            if hidden:
                continue
        elif rest and not (anywhere(rest) and scope.get("venue_type") != "mobile"):
            continue
        yield Hit(
            name,
            f"{posting_field(name).label}「{value[:30]}」では、どこで勤務するか分かりません。",
            why=f"{ask}。",
            how="場所を公開できない場合は、市区町村を選んだうえで「公開の範囲」を一部非公開にしてください。",
        )


def _beyond_the_city(text: str, scope: Scope) -> str:
    """What an address says beyond prefecture, county and municipality; empty for one that stops there or at a ward."""
    rest = _PREFECTURE.sub("", text)
    body = municipality(str(scope.get("venue_city"))) if scope.get("venue_city") else None
    if body is not None:
        rest = rest.removeprefix(body.county).removeprefix(body.name)
    return "" if _WARD.fullmatch(rest) else rest.lstrip("内の") if rest != text else rest


_STRICT_SITES: Final = {"school": "学校", "medical": "医療機関", "health_center": "保健所・保健センター"}
_SITE_BAN: Final = ("no_smoking_site", "no_smoking_site_outdoor_spot")


def check_strict_site(scope: Scope) -> Iterator[Hit]:
    """PLACE-003: schools, medical institutions and health centres ban smoking on the whole site."""
    venue, smoking = scope.get("venue_type"), scope.get("smoking")
    if venue in _STRICT_SITES and isinstance(smoking, str) and smoking not in _SITE_BAN:
        yield Hit(
            "smoking",
            f"会場が{_STRICT_SITES[venue]}ですが、受動喫煙防止措置が「{posting_field('smoking').label_of(smoking)}」です。",
            why="これらの施設は敷地内禁煙（屋外の喫煙場所は可）と定められています（健康増進法）。",
            how="会場の種類と措置をご確認ください。",
        )


_FROM_TWENTY: Final = re.compile(
    r"(?:満)?(?:20|二十)[歳才](?:以上|から|より上)|未成年(?:者)?(?:は|の(?:方|応募)は?)?(?:不可|応募でき"
    r"|従事でき|ご遠慮|入れ)|(?:20|二十)[歳才]未満(?:の方)?(?:は|不可|を除)"
)


def check_smoking_age(scope: Scope) -> Iterator[Hit]:
    """PLACE-004: smoking is allowed at the workplace and nobody under 20 is kept out."""
    if scope.get("smoking") != "allowed":
        return
    if _FROM_TWENTY.search(text_of(scope, "age_note", "other_req", "smoking_note", "title", "duty_detail")):
        return
    yield Hit(
        "smoking",
        "受動喫煙防止措置が「喫煙可」ですが、年齢の下限（20歳以上）がありません。",
        why="20歳未満の方は喫煙できる場所で働けません（健康増進法）。",
        how="措置をご確認のうえ、喫煙可の場合は年齢制限を「あり」（2号・20歳以上）にしてください。",
    )


def check_other_prefecture(scope: Scope) -> Iterator[Hit]:
    """PLACE-006: the workplace lies in another prefecture than the municipality."""
    city, code = scope.get("venue_city"), scope.organization.get("lg_code")
    if not isinstance(city, str) or not isinstance(code, str) or city[:2] == code[:2] or "organization.lg_code" in scope.unread:
        return
    if municipality(code) is None and not is_union(code):
        return
    names = [found.name for number in (city, code) if (found := prefecture(number[:2]))]
    if len(names) < 2:
        return
    yield Hit(
        "venue_city",
        f"勤務場所が{names[0]}で、団体のある{names[1]}と違います。",
        how="ナースセンターへの提供先と最低賃金は勤務場所の都道府県で決まるため、市区町村に誤りがないかご確認ください。",
    )


_LATER: Final = date(2024, 5, 13)


RULES: tuple[Rule, ...] = (
    row(
        "PLACE-001",
        ("venue_name", "venue_city", "venue_address"),
        basis="職業安定法第5条の3・施行規則第4条の2（就業の場所） [S20]",
        what="勤務場所の名称・市区町村・住所が書かれていること",
        why="場所は求職者が最初に見る条件です。「市内」「未定」では通えるかどうか分かりません。",
        how="会場名と町名・番地を入力してください。公開できない場合は市区町村を選び、公開の範囲を一部非公開にしてください。",
        good=(example("海山市民体育館", venue_name="海山市民体育館"), example("一部非公開で未定", venue_name="未定", visibility="masked")),
        bad=(example("市内", venue_name="市内"), example("市の名前だけ", venue_address="日向市"), example("空欄", venue_address=None)),
        check=check_place,
    ),
    row(
        "PLACE-002",
        ("smoking",),
        basis="職業安定法施行規則第4条の2（2020年4月1日施行）・健康増進法 [S25]",
        what="実際の勤務場所の受動喫煙防止措置を選ぶ",
        why="2020年4月1日から、募集のときに示さなければならない条件です。",
        how="会場に確認して選んでください。会場により異なる場合は補足に書いてください。",
        good=(example("敷地内禁煙", smoking="敷地内禁煙"),),
        bad=(example("空欄", smoking=None),),
        check=when_empty(
            "smoking",
            "受動喫煙防止措置が選ばれていません。",
            why="2020年4月1日からは、実際の勤務場所の措置を募集のときに示す必要があります（職業安定法施行規則第4条の2）。",
            how="会場に確認のうえ選んでください（例：敷地内禁煙）。",
        ),
        valid_from=date(2020, 4, 1),
    ),
    warning_row(
        "PLACE-003",
        ("venue_type", "smoking"),
        basis="健康増進法（学校・病院・行政機関等は敷地内禁煙） [S25]",
        what="学校・医療機関・保健所は敷地内禁煙",
        why="法律で敷地内禁煙と定められた施設です（屋外の喫煙場所は可）。",
        how="会場の種類か受動喫煙防止措置を直してください。",
        good=(
            example("学校・敷地内禁煙（屋外に喫煙場所あり）", venue_type="school", smoking="no_smoking_site_outdoor_spot"),
            example("体育館・屋内禁煙", venue_type="gymnasium", smoking="no_smoking_indoors"),
        ),
        bad=(example("学校・喫煙可", venue_type="school", smoking="allowed"),),
        check=check_strict_site,
        valid_from=date(2020, 4, 1),
    ),
    warning_row(
        "PLACE-004",
        ("smoking", "age_limit", "age_note"),
        basis="健康増進法（20歳未満の立入りの禁止） [S25]",
        what="喫煙可の場所では20歳以上と書く",
        why="20歳未満の方は、喫煙できる場所で働けません。",
        how="措置を確認し、喫煙可であれば年齢制限を「あり」（2号・20歳以上）にしてください。",
        good=(example("20歳以上", smoking="allowed", age_limit="yes", age_reason="item_2", age_note="喫煙可の場所のため20歳以上"),),
        bad=(example("喫煙可で年齢の下限なし", smoking="allowed"),),
        check=check_smoking_age,
        valid_from=date(2020, 4, 1),
    ),
    row(
        "PLACE-005",
        ("place_change",),
        basis="職業安定法施行規則第4条の2（2024年4月1日施行） [S21]",
        what="2024年4月1日から、就業場所の変更の範囲を書く",
        why="将来どこへ移りうるかは、募集のときに示さなければならない条件です。",
        how="変更がない場合は「変更なし」と入力してください。",
        good=(example("市内の他の接種会場", on=_LATER, place_change="市内の他の接種会場"), example("2021年は不要", place_change=None)),
        bad=(example("2024年5月・空欄", on=_LATER, place_change=""),),
        check=when_empty(
            "place_change",
            "就業場所の変更の範囲が入力されていません。",
            why="2024年4月1日からは、将来の就業場所の変更の範囲を募集のときに示す必要があります（職業安定法施行規則第4条の2）。",
            how="変更がない場合は「変更なし」、ある場合は範囲を入力してください（例：市内の他の接種会場）。",
        ),
        valid_from=date(2024, 4, 1),
    ),
    warning_row(
        "PLACE-006",
        ("venue_city",),
        basis="ナースセンターは勤務場所の都道府県で決まる [S19]",
        what="勤務場所の都道府県が団体と違うときは確認",
        why="提供先のナースセンターと最低賃金が変わります。選び間違いも多いところです。",
        how="市区町村をご確認ください。正しければ理由を添えてそのまま送信できます。",
        good=(example("同じ県", venue_city="452068"),),
        bad=(example("宮崎県の市が熊本市で募集", venue_city="431001", venue_address="中央区手取本町1番1号"),),
        check=check_other_prefecture,
    ),
)
