"""Rules TXT-001 to TXT-015: what may stand in a text. The fixes and the character rules are applied by the normalisers."""

import re
import unicodedata
from collections.abc import Iterator

from keynet_admin.catalogue import SECTIONS, Field, Kind
from keynet_admin.catalogue import reference as ref
from keynet_admin.rules.engine.rule import Hit, Level, Scope
from keynet_admin.rules.families.text.rows import rows

_TEXT_KINDS = frozenset({Kind.TEXT, Kind.AREA, Kind.NAME, Kind.ADDRESS})
_FIELDS = {section: tuple(f for f in fields if f.kind in _TEXT_KINDS) for section, fields in SECTIONS.items()}
Place = tuple[str, Field, str]


def texts(scope: Scope) -> Iterator[Place]:
    """Every text of the submission with its path and field, in the form's order."""
    for section in ("organization", "contact"):
        record = scope.document.get(section) or {}
        for item in _FIELDS[section]:
            value = record.get(item.name)
            if value and isinstance(value, str):
                yield f"{section}.{item.name}", item, value
    for number, record in enumerate(scope.document.get("postings") or ()):
        for item in _FIELDS["postings"]:
            value = record.get(item.name)
            if value and isinstance(value, str):
                yield f"postings.{number}.{item.name}", item, value
        for rows_name, column in (("shifts", "name"), ("pay_lines", "label")):
            for index, row in enumerate(record.get(rows_name) or ()):
                value = row.get(column)
                if value and isinstance(value, str):
                    yield f"postings.{number}.{rows_name}.{index}.{column}", _column(rows_name, column), value


def _column(rows_name: str, column: str) -> Field:
    return next(f for f in SECTIONS["postings"] if f.name == rows_name).column(column)


# TXT-010 ---------------------------------------------------------------------------------------------------------------------

_DUMMY = frozenset(
    [
        "test",
        "テスト",
        "てすと",
        "テスト入力",
        "dummy",
        "ダミー",
        "sample",
        "サンプル",
        "未定",
        "未設定",
        "未記入",
        "未入力",
        "同上",
        "同じ",
        "上記のとおり",
        "上記の通り",
        "別紙",
        "別紙のとおり",
        "別紙の通り",
        "別紙参照",
        "別紙参照のこと",
        "別添のとおり",
        "別添の通り",
        "別添参照",
        "別途",
        "別途通知",
        "別途連絡",
        "別途協議",
        "要相談",
        "応相談",
        "相談のうえ",
        "相談の上",
        "後日",
        "後日連絡",
        "後日入力",
        "後で入力",
        "検討中",
        "調整中",
        "確認中",
        "不明",
        "hp参照",
        "ホームページ参照",
        "要項参照",
        "要綱参照",
        "募集要項のとおり",
        "募集要項参照",
        "仮",
        "tbd",
        "n/a",
        "na",
        "xxx",
        "・",
        "-",
        "ー",
        "―",
        "−",
        "‐",
        "―",
        ".",
        "..",
        "…",
        "/",
        "*",
        "?",
        "?",
        "??",
        "×",
    ]
)
_ONE_CHARACTER = re.compile(r"(.)\1{2,}")
_TRIM = re.compile(r"[\s。.、,!()「」【】\[\]]+")


def is_dummy(text: str) -> bool:
    """True when a whole text is a dummy word: テスト, 未定, 別紙のとおり, あああ, ・."""
    if len(text) > 14:
        return False
    word = unicodedata.normalize("NFKC", text).strip().casefold()
    bare = _TRIM.sub("", word)
    return not bare or word in _DUMMY or bare in _DUMMY or _ONE_CHARACTER.fullmatch(bare) is not None


_PLACE_FIELDS = frozenset({"venue_name", "venue_address"})


def check_dummy(scope: Scope) -> Iterator[Hit]:
    """Required texts hold conditions, not dummy words. 未定 of a workplace is PLACE-001's matter."""
    for path, item, text in texts(scope):
        if len(text) > 14 or item.required is None or not is_dummy(text):
            continue
        if item.name in _PLACE_FIELDS and "未定" in text:
            continue
        yield Hit(
            path,
            f"「{item.label}」の「{text}」だけでは内容が分かりません。",
            how=f"募集の条件は、この欄に具体的に書いてください。{item.help}",
        )


# TXT-012 ---------------------------------------------------------------------------------------------------------------------


def check_detail(scope: Scope) -> Iterator[Hit]:
    """The description of the work has thirty characters at least."""
    text = scope.get("duty_detail")
    if isinstance(text, str) and len(text) < 30 and not is_dummy(text):
        yield Hit(
            "duty_detail",
            f"仕事の内容が{len(text)}文字です。",
            how="応募する方が働く姿を思い描けるよう、1日の流れや接種人数の目安を30文字以上で書いてください。",
        )


# TXT-013, TXT-014 ------------------------------------------------------------------------------------------------------------

_TAG = re.compile(
    r"<\s*/?\s*(?:a|b|i|u|p|br|hr|em|strong|font|span|div|img|table|tr|td|th|ul|ol|li|h[1-6]|script|style|iframe|object|embed|svg|form|"
    r"input|button|link|meta|base|html|body|head|center|marquee|video|audio|source|details|summary|math|template|textarea|select)"
    r"(?:[\s/][^<>]*)?>|<!--|<!doctype|javascript\s*:|vbscript\s*:|data\s*:\s*text/html|&lt;\s*/?\s*script|\bon(?:click|load|error|mouseover|focus)\s*=",
    re.IGNORECASE,
)
_SHORT = (
    "bit.ly|bitly.com|t.co|goo.gl|tinyurl.com|ow.ly|is.gd|v.gd|x.gd|buff.ly|cutt.ly|rb.gy|shorturl.at|tiny.cc|t.ly|lnkd.in|amzn.to|onl.tw|onl.sc|onl.bz|"
    "ur0.jp|ur0.cc|ur0.link|ur0.work|urx.nu|urx.blue|urx.red|urx.space|qr.paps.jp|00m.in|nav.cx|p.tl|bl.ink|s.id|shorturl.com|u0u1.net|u0u0.net"
)
_SHORT_LINK = re.compile(rf"(?<![a-z0-9.-])(?:{_SHORT.replace('.', chr(92) + '.')})(?=[/\s]|$|[^a-z0-9.-])", re.IGNORECASE)
_URL = re.compile(
    r"(?:https?://|(?<![a-z0-9.@-])www\.)([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)|(?<![a-z0-9.@/-])((?:[a-z0-9-]+\.)+(?:jp|com|net|org|info|biz))/",
    re.I,
)


def _narrow(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def check_markup(scope: Scope) -> Iterator[Hit]:
    """No HTML, no script, no shortened link."""
    url = scope.organization.get("org_url")
    if isinstance(url, str):
        short = _SHORT_LINK.search(url)
        if short is not None:
            yield _short_link("organization.org_url", "団体のホームページ", short.group())
    for path, item, text in texts(scope):
        plain = _narrow(text)
        found = _TAG.search(plain)
        if found is not None:
            yield Hit(
                path,
                f"「{item.label}」に「{found.group()[:20]}」が含まれています。",
                why="HTMLのタグやプログラムは使えません。",
                how="文章だけを入力してください。",
                example="文章だけを入力",
            )
            continue
        short = _SHORT_LINK.search(plain)
        if short is not None:
            yield _short_link(path, item.label, short.group())


def _short_link(path: str, label: str, host: str) -> Hit:
    return Hit(
        path,
        f"「{label}」に短縮URL（{host}）が含まれています。",
        why="行き先が分からず、庁内では開けないことがあります。",
        how="正式なアドレスを入力してください。",
    )


def check_links(scope: Scope) -> Iterator[Hit]:
    """No address of a page in the title; elsewhere only those of the body itself."""
    own = _own_hosts(scope)
    for path, item, text in texts(scope):
        for match in _URL.finditer(_narrow(text)):
            host = (match[1] or match[2]).lower()
            if item.name == "title":
                yield Hit(
                    path, "見出しにホームページのアドレスが含まれています。", how="アドレスは「団体のホームページ」の欄に入力してください。"
                )
                break
            if _SHORT_LINK.search(host) or any(host == name or host.endswith(f".{name}") for name in own):
                continue
            yield Hit(
                path,
                f"「{item.label}」に団体のものと確認できないアドレス（{host[:60]}）が含まれています。",
                how="団体のホームページ以外は、必要かどうかご確認ください。",
            )
            break


def _own_hosts(scope: Scope) -> set[str]:
    hosts = set(ref.domains_of(str(scope.organization.get("lg_code") or "")))
    url = scope.organization.get("org_url")
    if isinstance(url, str):
        match = _URL.search(url)
        if match is not None:
            hosts.add((match[1] or match[2]).lower().removeprefix("www."))
    mail = (scope.document.get("contact") or {}).get("contact_email")
    if isinstance(mail, str) and mail.endswith(".lg.jp"):
        hosts.add(mail.rsplit("@", 1)[1])
    return hosts


# TXT-015 ---------------------------------------------------------------------------------------------------------------------

_KANJI_DIGITS = "一二三四五六七八九十百千万0-9０-９"
_INTERNAL = re.compile(
    rf"【(?:要|未)?(?:確認|修正|検討|調整)(?:中|済み?)?】|[\[(（]?要(?:確認|修正|検討)[\])）]|"
    rf"(?<![{_KANJI_DIGITS}〇])(?:[○◯〇●△▲□■◎]{{2,}}|[×✕]{{2,}}|[xX＊*]{{3,}})(?![{_KANJI_DIGITS}〇])|"
    r"[(（\[【〔](?:案|仮|素案|たたき台)[)）\]】〕]|見え消し|(?<![A-Za-z])(?:TODO|TBD|FIXME)(?![A-Za-z])|※(?:後で|あとで|要)(?:修正|確認|差し替え)"
)


def check_internal_words(scope: Scope) -> Iterator[Hit]:
    """No words that were meant for colleagues: 【要確認】, ○○市, (案)."""
    for path, item, text in texts(scope):
        found = _INTERNAL.search(text)
        if found is not None:
            yield Hit(
                path,
                f"「{item.label}」に「{found.group()[:20]}」が残っています。",
                how="下書きや記入例の言葉でないかご確認のうえ、正しい内容に直してください。",
            )


RULES = rows(
    {
        "TXT-010": check_dummy,
        "TXT-012": check_detail,
        "TXT-013": check_markup,
        "TXT-014": check_links,
        "TXT-015": check_internal_words,
    }
)

__all__ = ["RULES", "Level", "is_dummy", "texts"]
