"""Rules ORG-001 to ORG-010: the body that recruits, its code, name and address."""

from collections.abc import Iterator

from keynet_admin.catalogue import reference as ref
from keynet_admin.catalogue.places import postal
from keynet_admin.rules.engine.row import ERROR, FIX, WARNING, example, row, warning_row
from keynet_admin.rules.engine.rule import Hit, Rule, Scope

CODE_BASIS = "総務省「全国地方公共団体コード」（総務省の一覧）"
_TYPES = {"0": ("prefecture",), "2": ("city",), **dict.fromkeys("34567", ("town", "village")), "8": ("union",), "9": ("union",)}
_TYPE_LABEL = {
    "prefecture": "都道府県",
    "city": "市",
    "special_ward": "特別区",
    "town": "町",
    "village": "村",
    "union": "一部事務組合・広域連合",
}
_KIND_TYPE = {"designated_city": "city", "core_city": "city", "ward_of_designated_city": "city"}


def _code(scope: Scope) -> str | None:
    value = scope.organization.get("lg_code")
    return value if isinstance(value, str) and len(value) == 6 else None


def check_exists(scope: Scope) -> Iterator[Hit]:
    """ORG-003: the code is in use on the reference date; codes of unions are not in the table and are only pointed out."""
    code = _code(scope)
    if code is None:
        return
    body, new = ref.municipality(code), ref.successor(code, scope.on)
    if new is not None:
        later = ref.municipality(new)
        words = f"団体コード「{code}」は、「{new}」（{later.name if later else '新しい団体'}）に変わりました。"
        yield Hit("organization.lg_code", words, how="新しい団体のコードと団体名を入力してください。", choices=(new,))
    elif body is not None:
        if not body.exists_on(scope.on):
            period = "2024年1月1日から" if code in ref.NEW_HAMAMATSU else "2023年12月31日まで"
            words = f"団体コード「{code}」（{body.name}）は{period}のコードです。"
            yield Hit("organization.lg_code", words, how="現在のコードをご確認ください。", example="221309")
    elif ref.is_union(code) and ref.prefecture(code[:2]) is not None:
        yield Hit(
            "organization.lg_code",
            f"団体コード「{code}」は一部事務組合・広域連合のコードとして受け取りました。",
            why="一覧で確かめられないため、事務局で団体名を確認します。",
            level=WARNING,
        )
    else:
        yield Hit(
            "organization.lg_code",
            f"団体コード「{code}」は総務省の一覧にありません。",
            how="合併などで変わっていないか、6桁のコードをご確認ください。",
            choices=_codes_of_name(scope),
        )


def _codes_of_name(scope: Scope) -> tuple[str, ...]:
    """Codes of the bodies whose name was typed beside a code that nobody has: an offer."""
    name = scope.organization.get("org_name")
    found = ref.municipalities_named("".join(name.split())) if isinstance(name, str) else []
    return tuple(body.code6 for body in found if body.exists_on(scope.on) and not body.is_ward)[:3]


def check_ward(scope: Scope) -> Iterator[Hit]:
    """ORG-004: a ward of a designated city is not a local public body: the city applies."""
    code = _code(scope)
    body = ref.municipality(code) if code else None
    if body is None or not body.is_ward:
        return
    city = ref.municipality(body.parent_code6)
    name = f"{city.name}（{city.code6}）" if city else "市"
    yield Hit(
        "organization.lg_code",
        f"「{body.name}」は政令指定都市の区で、地方公共団体ではありません。",
        how=f"募集の主体が市の場合は{name}のコードを入力してください。",
        choices=(city.code6,) if city else (),
    )


def check_type(scope: Scope) -> Iterator[Hit]:
    """ORG-005: the kind of body agrees with the code."""
    code, given = _code(scope), scope.organization.get("org_type")
    if code is None or not isinstance(given, str):
        return
    body = ref.municipality(code)
    if code[2] == "1":
        expected: tuple[str, ...] = ("special_ward",) if code[:2] == "13" else ("city",)
    else:
        expected = _TYPES.get(code[2], ())
    if body is not None:
        expected = (_KIND_TYPE.get(body.kind, body.kind),)
    if not expected or given in expected:
        return
    labels = "または".join(_TYPE_LABEL[word] for word in expected)
    name = f"（{body.name}）" if body else ""
    yield Hit(
        "organization.org_type",
        f"団体の区分「{_TYPE_LABEL.get(given, given)}」と団体コード{code}{name}が合いません。",
        why=f"このコードは「{labels}」のものです。",
        how="どちらかをご確認ください。",
        example=labels,
        choices=tuple(_TYPE_LABEL[word] for word in expected),
    )


def official_name(scope: Scope) -> str | None:
    """The table's name for the code, None for unions and codes that are not in use."""
    code = _code(scope)
    body = ref.municipality(code) if code else None
    return body.name if body is not None else None


def name_without_place(name: str, code: str) -> str:
    """A body's name without spaces, its prefecture and its county in front."""
    body, pref = ref.municipality(code), ref.prefecture(code[:2])
    text = name.replace(" ", "").replace("\u3000", "")
    if pref is not None and text.startswith(pref.name) and text != pref.name:
        text = text[len(pref.name) :]
    if body is not None and body.county and text.startswith(body.county):
        text = text[len(body.county) :]
    return text


def fix_name(scope: Scope) -> Iterator[Hit]:
    """ORG-006 as a fix: prefecture, county and spaces in front of the right name are taken away."""
    name, code, official = scope.organization.get("org_name"), _code(scope), official_name(scope)
    if not isinstance(name, str) or code is None or official is None or name == official:
        return
    short = name_without_place(name, code)
    if short != name and ref.fold_name(short) == ref.fold_name(official):
        yield Hit("organization.org_name", f"「{name}」を正式な団体名「{official}」にしました。", level=FIX, value=official)


def check_name(scope: Scope) -> Iterator[Hit]:
    """ORG-006: the name is that of the code (ヶ/ケ, ノ and 檮/梼 count as equal); a fix was made before."""
    name, code, official = scope.organization.get("org_name"), _code(scope), official_name(scope)
    if not isinstance(name, str) or not name or code is None or official is None:
        return
    if name == official or ref.fold_name(name_without_place(name, code)) == ref.fold_name(official):
        return
    yield Hit(
        "organization.org_name",
        f"団体コード{code}の団体名は「{official}」です。",
        how=f"「{name}」と違うため、コードと団体名のどちらかをご確認ください（「役場」などは不要です）。",
        level=WARNING,
        example=official,
        choices=(official,),
    )


def prefecture_in_front(address: object) -> tuple[str, str] | None:
    """Name and code of the prefecture with which an address begins."""
    if not isinstance(address, str):
        return None
    return next(((p.name, p.code) for p in ref.prefectures() if address.startswith(p.name)), None)


def check_prefecture(scope: Scope) -> Iterator[Hit]:
    """ORG-007: addresses begin with the prefecture of the code, or with none."""
    code = _code(scope)
    own = ref.prefecture(code[:2]) if code else None
    if own is None:
        return
    given = scope.organization.get("pref")
    if isinstance(given, str) and given != own.code:
        other = ref.prefecture(given)
        yield Hit(
            "organization.pref",
            f"都道府県「{(other.name if other else given)}」と団体コード{code}（{own.name}）が合いません。",
            how="コードをご確認ください。",
            level=ERROR,
            example=own.name,
        )
    front = prefecture_in_front(scope.organization.get("org_address"))
    if front is not None and front[1] != own.code:
        yield Hit(
            "organization.org_address",
            f"所在地は「{front[0]}」から始まっていますが、団体コード{code}は{own.name}の団体のものです。",
            how="所在地とコードのどちらかをご確認ください。",
            level=ERROR,
            example=f"{own.name}から始まる住所",
        )
    postings = scope.document.get("postings")
    for number, posting in enumerate(postings if isinstance(postings, list) else []):
        front = prefecture_in_front(posting.get("venue_address"))
        if front is not None and front[1] != own.code:
            yield Hit(
                f"postings.{number}.venue_address",
                f"勤務場所の住所は「{front[0]}」から始まっています。",
                why=f"団体は{own.name}です。",
                how=f"{front[0]}で勤務する募集で間違いないかご確認ください。",
                level=WARNING,
                example=f"{own.name}から始まる住所",
            )


def check_zip(scope: Scope) -> Iterator[Hit]:
    """ORG-009: the postal code lies in the prefecture of the code; unknown ones are only pointed out (offices may be missing)."""
    zip_code, code = scope.organization.get("org_zip"), _code(scope)
    if not isinstance(zip_code, str) or len(zip_code) != 7 or code is None:
        return
    own = ref.prefecture(code[:2])
    found = {code6[:2] for code6 in postal.municipalities_of(zip_code)}
    shown = f"{zip_code[:3]}-{zip_code[3:]}"
    if not found:
        yield Hit(
            "organization.org_zip",
            f"郵便番号{shown}は郵便番号データに見つかりません。",
            why="大口事業所の番号など、正しい場合はそのままで構いません。",
            how="番号をご確認ください。",
        )
    elif own is not None and own.code not in found:
        names = "・".join(p.name for p in map(ref.prefecture, sorted(found)) if p is not None)
        yield Hit("organization.org_zip", f"郵便番号{shown}は{names}の番号ですが、団体は{own.name}です。", how="郵便番号をご確認ください。")


RULES: tuple[Rule, ...] = (
    row(
        "ORG-001",
        ("organization.lg_code",),
        basis=f"{CODE_BASIS} [S60]",
        what="団体コードは6桁で、検査数字（6桁目）が合うこと",
        why="1桁違うだけで別の団体の募集になります。検査数字で打ち間違いが分かります。",
        how="総務省の一覧にある6桁のコードを、先頭の0も含めて入力してください。",
        good=(example("452068", lg_code="452068"),),
        bad=(example("131015", lg_code="131015"), example("4520", lg_code="4520")),
    ),
    row(
        "ORG-002",
        ("organization.lg_code",),
        (ERROR, FIX),
        basis=f"{CODE_BASIS} [S60]",
        what="5桁の団体コードは、当てはまる団体が1つだけのときに6桁に補う",
        why="表計算ソフトでは先頭の0が消え、検査数字のない5桁のコードも使われます。2通りに読める場合は、どちらかを決められません。",
        how="補った団体名が正しいかご確認ください。2通りに読める場合は6桁で入力してください。",
        good=(example("452068", lg_code="452068"),),
        bad=(example("12106（千葉市美浜区と岩見沢市）", lg_code="12106"), example("45206（452068に補います）", lg_code="45206")),
    ),
    row(
        "ORG-003",
        ("organization.lg_code",),
        (ERROR, WARNING),
        basis=f"{CODE_BASIS} [S60]",
        what="団体コードが基準日に使われていること",
        why="合併や区の再編で使われなくなったコードでは、団体が決まりません。",
        how="現在のコードをご確認ください。一部事務組合・広域連合は事務局で確認します。",
        good=(example("452068", lg_code="452068"),),
        bad=(example("457990", lg_code="457990"),),
        check=check_exists,
    ),
    warning_row(
        "ORG-004",
        ("organization.lg_code",),
        basis=f"{CODE_BASIS} [S60]",
        what="政令指定都市の区のコードではないこと",
        why="政令指定都市の区は地方公共団体ではなく、募集と任用の主体は市です。",
        how="市のコードを入力してください。区が窓口の場合は担当部署の欄に書いてください。",
        good=(example("141003（横浜市）", lg_code="141003", org_name="横浜市", org_zip=None, org_tel="045-000-0001"),),
        bad=(example("141011（横浜市鶴見区）", lg_code="141011"),),
        check=check_ward,
    ),
    row(
        "ORG-005",
        ("organization.org_type", "organization.lg_code"),
        basis=f"{CODE_BASIS} [S60]",
        what="団体の区分と団体コードが合うこと",
        why="コードの3桁目は都道府県・市・町村などの区分を表します。どちらかの入力誤りです。",
        how="区分かコードのどちらかを直してください。",
        good=(example("市と452068", org_type="市", lg_code="452068"),),
        bad=(example("町と452068", org_type="町"),),
        check=check_type,
    ),
    row(
        "ORG-006",
        ("organization.org_name",),
        (WARNING, FIX),
        basis=f"{CODE_BASIS} [S60]",
        what="団体名が団体コードの団体の名前であること",
        why="公開ページや帳票に団体名が載ります。都道府県名や郡名は除き、ヶとケなどの違いは同じとみなします。",
        how="正式な団体名だけを入力してください。「役場」などは不要です。",
        good=(example("日向市", org_name="日向市"),),
        bad=(example("日向市役所", org_name="日向市役所"), example("宮崎県日向市（日向市にします）", org_name="宮崎県日向市")),
        check=check_name,
        fix=fix_name,
    ),
    row(
        "ORG-007",
        ("organization.pref", "organization.org_address", "venue_address"),
        (ERROR, WARNING),
        basis="所在地とコードの照合（事務局の実務）",
        what="住所が団体コードと別の都道府県から始まっていないこと",
        why="コードか住所のどちらかが別の団体のものです。勤務場所は県外のこともあるため、確認にとどめます。",
        how="住所とコードをご確認ください。",
        good=(example("宮崎県から始まる住所", org_address="宮崎県日向市中町9番9号"),),
        bad=(
            example("熊本県から始まる所在地", org_address="熊本県熊本市中央区9番9号"),
            example("熊本県から始まる勤務場所", venue_address="熊本県熊本市中央区9番9号"),
        ),
        check=check_prefecture,
    ),
    row(
        "ORG-008",
        ("organization.org_zip", "venue_zip"),
        (ERROR, FIX),
        basis="郵便番号データ（日本郵便） [S69]",
        what="郵便番号は7桁（〒・ハイフン・全角は自動で整えます）",
        why="桁が足りない番号では郵送物が届きません。",
        how="7桁の数字で入力してください。",
        good=(example("8830046", org_zip="8830046"),),
        bad=(example("100-00001", org_zip="100-00001"), example("〒８８３－００４６（8830046にします）", org_zip="〒８８３－００４６")),
    ),
    warning_row(
        "ORG-009",
        ("organization.org_zip",),
        basis="郵便番号データ（日本郵便） [S69]",
        what="郵便番号が団体の都道府県のものであること",
        why="番号の打ち間違いの多くはここで分かります。大口事業所の番号はデータにないことがあるため、確認にとどめます。",
        how="郵便番号をご確認ください。正しければそのままで構いません。",
        good=(example("883-0046（宮崎県）", org_zip="8830046"),),
        bad=(example("宮崎県の団体に060-0001（北海道）", org_zip="0600001"),),
        check=check_zip,
    ),
    warning_row(
        "ORG-010",
        ("organization.lg_code",),
        basis="運用（1団体1アカウントを基本とし、募集を追加する）",
        what="同じ団体のアカウントや審査中の申請がすでにないか",
        why="アカウントが2つあると、応募の連絡が分かれて見落とされます。",
        how="すでにアカウントをお持ちの団体は、管理画面から募集を追加してください。",
        good=(example("はじめての申請", lg_code="452068"),),
        bad=(example("2つ目のアカウントの申請", lg_code="452068"),),
        planned=True,
    ),
)
