"""Rules TXT-001 to TXT-015: what may stand in a text. The fixes and the character rules are applied by the normalisers."""

import re
import unicodedata
from collections.abc import Iterator

from keynet_admin.catalogue import SECTIONS, Field, Kind
from keynet_admin.catalogue import reference as ref
from keynet_admin.rules.engine.result import clip
from keynet_admin.rules.engine.row import ERROR, FIX, WARNING, example, fix_row, row, warning_row
from keynet_admin.rules.engine.rule import Hit, Per, Rule, Scope
from keynet_admin.rules.normalise.any_kind.none_words import says_none
from keynet_admin.rules.words.later import days_open, told_later
from keynet_admin.rules.words.plain import plain

_TEXT_KINDS = frozenset({Kind.TEXT, Kind.AREA, Kind.NAME, Kind.ADDRESS})
_FIELDS = {section: tuple(f for f in fields if f.kind in _TEXT_KINDS) for section, fields in SECTIONS.items()}
Place = tuple[str, Field, str]


def texts(scope: Scope) -> Iterator[Place]:
    """Every text of the submission with its path and field, in the form's order."""
    for section in ("organization", "contact"):
        record = scope.document.get(section) or {}
        for item in _FIELDS[section]:
            value = record.get(item.name)
            if isinstance(value, str):
                yield f"{section}.{item.name}", item, value
    for number, record in enumerate(scope.document.get("postings") or ()):
        for item in _FIELDS["postings"]:
            value = record.get(item.name)
            if isinstance(value, str):
                yield f"postings.{number}.{item.name}", item, value
        for rows_name, column in (("shifts", "name"), ("pay_lines", "label")):
            for index, line in enumerate(record.get(rows_name) or ()):
                value = line.get(column)
                if isinstance(value, str):
                    yield f"postings.{number}.{rows_name}.{index}.{column}", _column(rows_name, column), value


def _column(rows_name: str, column: str) -> Field:
    return next(f for f in SECTIONS["postings"] if f.name == rows_name).column(column)


_DUMMY = re.compile(
    r"test|テスト(?:入力)?|てすと|dummy|ダミー|sample|サンプル|未(?:定|設定|記入|入力)|同[上じ]|上記の(?:とおり|通り)"
    r"|別[紙添]の(?:とおり|通り)|別紙(?:参照(?:のこと)?)?|別添参照|別途(?:通知|連絡|協議)?|[要応]相談|相談の(?:うえ|上)|後日(?:連絡|入力)?|後で入力"
    r"|(?:検討|調整|確認)中|不明|(?:hp|ホームページ|要項|要綱|募集要項)参照|募集要項のとおり|仮|tbd|n/?a|xxx|[・ー―−‐/*×…-]|\.{1,2}|\?{1,2}"
).fullmatch
_ONE_CHARACTER = re.compile(r"(.)\1{2,}")
_TRIM = re.compile(r"[\s。.、,!()「」【】\[\]]+")


def is_dummy(text: str) -> bool:
    """True when a whole text is a dummy word: テスト, 未定, 別紙のとおり, あああ, ・."""
    if len(text) > 14:
        return False
    word = unicodedata.normalize("NFKC", text).strip().casefold()
    bare = _TRIM.sub("", word)
    return not bare or bool(_DUMMY(word) or _DUMMY(bare) or _ONE_CHARACTER.fullmatch(bare))


# Required texts in which なし is an answer: no fixed days off, no change of work or place, no limit of renewals, no probation.
_NONE_IS_AN_ANSWER = frozenset(
    {"holidays", "duty_change", "place_change", "renewal_rule", "renewal_cap", "probation_note", "training_note", "insurance_note"}
)
_PLACE_FIELDS = frozenset({"venue_name", "venue_address"})
# A name is no condition: 案内 is a job.
_NAMES = frozenset({"title", "job_other", "employer"})
_DAYS = frozenset({"workdays_note", "holidays", "pay_day"})


def _put_off(name: str, text: str) -> bool:
    return told_later(text, contact=name == "public_contact") or (name in _DAYS and days_open(text))


def check_dummy(scope: Scope) -> Iterator[Hit]:
    """TXT-010: required texts hold conditions, not dummy words or what is told later. An open workplace is PLACE-001's matter."""
    for path, item, text in texts(scope):
        if item.required is None:
            continue
        none = item.name not in _NONE_IS_AN_ANSWER and says_none(text)
        later = path.startswith("postings.") and item.name not in _NAMES and _put_off(item.name, plain(text))
        if not (later or none or is_dummy(text)) or (later and item.name in _PLACE_FIELDS):
            continue
        yield Hit(
            path,
            f"「{item.label}」の「{clip(text)}」だけでは内容が分かりません。",
            how=f"募集の条件は、この欄に具体的に書いてください。{item.help}",
        )


def check_detail(scope: Scope) -> Iterator[Hit]:
    """TXT-012: the description of the work has thirty characters at least."""
    text = scope.get("duty_detail")
    if isinstance(text, str) and len(text) < 30 and not is_dummy(text):
        yield Hit(
            "duty_detail",
            f"仕事の内容が{len(text)}文字です。",
            how="応募する方が働く姿を思い描けるよう、1日の流れや接種人数の目安を30文字以上で書いてください。",
        )


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
    """TXT-013: no HTML, no script, no shortened link."""
    url = scope.organization.get("org_url")
    if isinstance(url, str):
        short = _SHORT_LINK.search(url)
        if short is not None:
            yield _short_link("organization.org_url", "団体のホームページ", short.group())
    for path, item, text in texts(scope):
        narrow = _narrow(text)
        found = _TAG.search(narrow)
        if found is not None:
            yield Hit(
                path,
                f"「{item.label}」に「{found.group()[:20]}」が含まれています。",
                why="HTMLのタグやプログラムは使えません。",
                how="文章だけを入力してください。",
                example="文章だけを入力",
            )
            continue
        short = _SHORT_LINK.search(narrow)
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
    """TXT-014: no address of a page in the title; elsewhere only those of the body itself."""
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


_KANJI_DIGITS = "一二三四五六七八九十百千万0-9０-９"
_INTERNAL = re.compile(
    rf"【(?:要|未)?(?:確認|修正|検討|調整)(?:中|済み?)?】|[\[(（]?要(?:確認|修正|検討)[\])）]|"
    rf"(?<![{_KANJI_DIGITS}〇])(?:[○◯〇●△▲□■◎]{{2,}}|[×✕]{{2,}}|[xX＊*]{{3,}})(?![{_KANJI_DIGITS}〇])|"
    r"[(（\[【〔](?:案|仮|素案|たたき台)[)）\]】〕]|見え消し|(?<![A-Za-z])(?:TODO|TBD|FIXME)(?![A-Za-z])|※(?:後で|あとで|要)(?:修正|確認|差し替え)"
)


def check_internal_words(scope: Scope) -> Iterator[Hit]:
    """TXT-015: no words that were meant for colleagues: 【要確認】, ○○市, (案)."""
    for path, item, text in texts(scope):
        found = _INTERNAL.search(text)
        if found is not None:
            yield Hit(
                path,
                f"「{item.label}」に「{found.group()[:20]}」が残っています。",
                how="下書きや記入例の言葉でないかご確認のうえ、正しい内容に直してください。",
            )


_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_ONLY_A_DATE = re.compile(
    rf"(?:(?:(?:19|20)\d\d|(?:令和|平成|昭和|[rhs])\d{{1,2}})[年/.-])?\d{{1,2}}月\d{{1,2}}日?"
    rf"|(?:19|20)\d\d([-/.])\d{{1,2}}\1\d{{1,2}}(?:[ t]?\d{{1,2}}:\d\d(?::\d\d)?)?|(?:19|20)\d\d年\d{{1,2}}月"
    rf"|\d{{1,2}}-(?:{_MONTHS})(?:-\d\d)?|(?:{_MONTHS})-\d\d"
).fullmatch
_NO_DATES = frozenset({"department", "contact_position", "contact_hours", "internal_no", "employer", "job_other"})


def check_only_a_date(scope: Scope) -> Iterator[Hit]:
    """TXT-019: an address, a name or a number is no date; 3-5 opened and saved in Excel is 3月5日. A note may be a day of the term."""
    for path, item, text in texts(scope):
        if item.kind not in (Kind.ADDRESS, Kind.NAME) and item.name not in _NO_DATES and item.name != "workdays_note":
            continue
        plain = _narrow(text).strip().casefold()
        if len(plain) > 20 or not _ONLY_A_DATE(plain):
            continue
        if item.name == "workdays_note" and _within_term(scope, path, plain):
            continue
        yield Hit(
            path,
            f"「{item.label}」が「{text}」という日付だけです。",
            why="「3-5」のような番地や範囲は、Excelで開いて保存すると「3月5日」に変わります。",
            how="もとの内容をご確認ください。",
        )


def _within_term(scope: Scope, path: str, plain: str) -> bool:
    """True when the note names a day of the posting's term by month and day."""
    found = re.search(r"(\d{1,2})月(\d{1,2})", plain) or re.search(r"\d{4}[-/.](\d{1,2})[-/.](\d{1,2})", plain)
    posting = (scope.document.get("postings") or ())[int(path.split(".")[1])]
    start, end = posting.get("term_start"), posting.get("term_end")
    if found is None or not isinstance(start, str) or not isinstance(end, str):
        return False
    day = f"{int(found[1]):02}-{int(found[2]):02}"
    return any(start <= f"{year}-{day}" <= end for year in range(int(start[:4]), int(end[:4]) + 1))


CHARACTERS = "電子申請で使える文字（JIS X 0208）"
RULES: tuple[Rule, ...] = (
    row(
        "TXT-001",
        ("headcount", "pay_lines.min", "pay_lines.max", "commute_cap", "weekly_hours", "shifts.break", "shifts.need", "overtime_hours"),
        (ERROR, WARNING, FIX),
        basis="電子申請の入力規則（数字は半角） [S67]",
        what="数は半角数字に整える（全角・コンマ・円・名などは自動で除きます）",
        why="数として読めないと、検索や最低賃金との比較ができません。漢数字や2つの数は読み違えるおそれがあるため受け付けません。",
        how="数字を1つだけ入力してください。範囲は下限と上限に分けてください。",
        good=(example("1472", {"pay_lines.0.min": 1472}),),
        bad=(
            example("千五百", {"pay_lines.0.min": "千五百"}),
            example("１，４７２円（1472にします）", {"pay_lines.0.min": "１，４７２円"}),
            example("1,29円", {"pay_lines.0.min": "1,29円"}),
        ),
    ),
    fix_row(
        "TXT-002",
        ("title", "duty_detail"),
        basis=f"{CHARACTERS} [S63]",
        what="半角カタカナは全角に整える",
        why="半角カタカナは、外部のシステムや読み上げで正しく扱えないことがあります。",
        how="自動で全角にします。",
        good=(example("ワクチン", holidays="シフトによる"),),
        bad=(example("ﾜｸﾁﾝ", holidays="ｼﾌﾄによる"),),
    ),
    fix_row(
        "TXT-003",
        ("title", "duty_detail"),
        basis=f"{CHARACTERS} [S63]",
        what="機種依存文字は書き換える（①→(1)、Ⅲ→III、㈱→(株)、㎡→平方メートル）",
        why="機種依存文字は、端末によって別の文字になるか表示されません。",
        how="自動で書き換えます。",
        good=(example("(1) 受付", workdays_note="(1) 週2日程度"),),
        bad=(example("① 受付", workdays_note="① 週2日程度"),),
    ),
    warning_row(
        "TXT-004",
        ("contact.contact_last", "contact.contact_first", "organization.org_address", "venue_name", "employer"),
        basis=f"{CHARACTERS}、氏名の代替文字の慣行 [S63, S63b]",
        what="氏名・住所・名称の文字が印刷や外部システムで表示できること",
        why="JIS X 0208にない字体（髙・﨑など）は、外部のシステムで表示されないことがあります。",
        how="表示用の字体を使ってよいかご確認ください。入力された字体もそのまま保存します。",
        good=(example("高橋", contact_last="高橋"),),
        bad=(example("髙橋（表示用は高橋）", contact_last="髙橋"),),
    ),
    row(
        "TXT-005",
        ("title", "duty_detail"),
        basis=f"{CHARACTERS} [S63]",
        what="使えない文字（絵文字など、JIS X 0208にない文字）がないこと",
        why="提供先のシステムで文字が欠けたり、送信が止まったりします。",
        how="別の言葉に書き換えてください。",
        good=(example("受付です", workdays_note="受付です"),),
        bad=(example("受付です😊", workdays_note="受付です😊"), example("文中の髙", workdays_note="週2日、髙田会場")),
    ),
    row(
        "TXT-006",
        ("title", "duty_detail", "contact.contact_last"),
        basis=f"{CHARACTERS} [S63]",
        what="外字・制御文字・文字化けした文字がないこと",
        why="外字は庁内の端末でしか表示されません。制御文字は目に見えず、表示や印刷を壊します。",
        how="常用の字体に置き換えて、もう一度入力してください。",
        good=(example("川辺", contact_last="川辺"),),
        bad=(
            example("外字", contact_last="川\ue000"),
            example("制御文字", workdays_note="週2日\u0000程度"),
            example("文字化け", workdays_note="騾ｱ2譌･遞句ｺｦ"),
        ),
    ),
    fix_row(
        "TXT-007",
        ("title", "duty_detail"),
        basis="入力の整理（事務局の実務）",
        what="目に見えない文字や余分な空白を除く",
        why="貼り付けた文章に混じる見えない文字は、検索に当たらない原因になります。",
        how="自動で除きます。",
        good=(example("週2日程度", workdays_note="週2日程度"),),
        bad=(example("ゼロ幅の文字", workdays_note="週2日\u200b程度"), example("続いた空白", workdays_note="週2日　　　程度")),
    ),
    fix_row(
        "TXT-008",
        ("organization.org_kana", "contact.contact_last_kana", "contact.contact_first_kana"),
        basis="電子申請のフリガナの規則 [S64]",
        what="フリガナは全角カタカナに整える",
        why="並べ替えと読み上げに使います。",
        how="ひらがなと半角カタカナは自動で全角カタカナにします。",
        good=(example("ウミヤマ", contact_last_kana="ウミヤマ"),),
        bad=(example("うみやま", contact_last_kana="うみやま"), example("ｳﾐﾔﾏ", contact_last_kana="ｳﾐﾔﾏ")),
    ),
    row(
        "TXT-009",
        ("organization.org_kana", "contact.contact_last_kana", "contact.contact_first_kana"),
        basis="電子申請のフリガナの規則 [S64]",
        what="フリガナは全角カタカナ・長音・中点・空白だけ",
        why="漢字や英字のままでは読みが分かりません。",
        how="読みを全角カタカナで入力してください。",
        good=(example("ウミヤマ タロウ", contact_last_kana="ウミヤマ タロウ"),),
        bad=(example("海山タロウ", contact_last_kana="海山タロウ"), example("Umiyama", contact_last_kana="Umiyama")),
    ),
    row(
        "TXT-010",
        ("duty_detail", "workdays_note", "holidays", "pay_day", "public_contact", "organization.department"),
        basis="職業安定法第5条の3（労働条件の明示） [S20, S72]",
        what="必須の欄が「別紙のとおり」「未定」「後日連絡」「応相談」「テスト」などの言葉だけではないこと",
        why="募集の条件は、この画面で見えるようにする決まりです。別紙は応募する方に届きません。",
        how="この欄に具体的に書いてください。",
        good=(example("週2日程度", workdays_note="週2日程度"),),
        bad=(
            example("別紙のとおり", workdays_note="別紙のとおり"),
            example("要相談", pay_day="要相談"),
            example("後で知らせるだけ", holidays="採用後にお知らせします。"),
        ),
        check=check_dummy,
    ),
    row(
        "TXT-011",
        ("title", "duty_detail"),
        basis="申請様式の文字数（ハローワークの求人票に準じます） [S72b]",
        what="文字数が欄の上限を超えないこと",
        why="長すぎる文は一覧や印刷で切れてしまいます。",
        how="要点を残して短くしてください。",
        good=(example("28文字", title="集団接種会場の看護師（土日祝の午後・駐車場あり・短時間）"),),
        bad=(example("29文字以上", title="集団接種会場の看護師（土日祝の午後・駐車場あり・短時間も可）"),),
    ),
    warning_row(
        "TXT-012",
        ("duty_detail",),
        basis="求人票の書き方（仕事の内容） [S72]",
        what="仕事の内容が30文字以上あること",
        why="2021年の募集では、条件が分からない求人に応募が集まりませんでした。",
        how="1日の流れ、接種人数の目安、配置人数などを書いてください。",
        good=(
            example(
                "3文",
                duty_detail="予診票の確認、接種（注射）、接種後の経過観察をお願いします。1回の来場は90人ほどで、6人で分担します。",
            ),
        ),
        bad=(example("看護業務", duty_detail="接種（注射）の看護業務"),),
        check=check_detail,
    ),
    row(
        "TXT-013",
        ("title", "duty_detail", "access", "pay_note", "organization.org_url"),
        basis="安全な公開（事務局の実務） [S70]",
        what="HTMLのタグ・プログラム・短縮URLがないこと",
        why="短縮URLは行き先が分からず、庁内の環境では開けないことがあります。",
        how="文章だけを入力し、アドレスは正式なものにしてください。",
        good=(example("日向市駅から徒歩5分", access="日向市駅から徒歩5分"),),
        bad=(example("短縮URL", access="地図は tinyurl.com/umiyama"), example("HTMLのタグ", access="<b>駅から5分</b>")),
        check=check_markup,
        overridable=True,
    ),
    warning_row(
        "TXT-014",
        ("title", "duty_detail", "access"),
        basis="公開する内容の確認（事務局の実務）",
        what="見出しにURLがなく、文中のURLが団体のものであること",
        why="別の団体や店のページへ導くことを防ぎます。",
        how="団体のホームページの欄を使ってください。",
        good=(example("団体のホームページ", access="地図は https://www.city.hyuga-test.lg.jp/map/"),),
        bad=(
            example("団体のものでないアドレス", access="地図は https://shop.umiyama.example/"),
            example("見出しにURL", title="看護師募集 https://a.example/"),
        ),
        per=Per.SUBMISSION,
        check=check_links,
    ),
    warning_row(
        "TXT-015",
        ("title", "duty_detail", "venue_name", "access"),
        basis="公開する内容の確認（事務局の実務）",
        what="【要確認】○○市 (案) など、下書きの言葉が残っていないこと",
        why="記入例や庁内の下書きが、そのまま公開されることがあります。",
        how="正しい言葉に直してください。",
        good=(example("海山市", access="海山市役所から徒歩5分"),),
        bad=(example("○○市", access="○○市役所から徒歩5分"), example("【要確認】", holidays="シフトによる【要確認】")),
        per=Per.SUBMISSION,
        check=check_internal_words,
    ),
    fix_row(
        "TXT-016",
        ("venue_name", "access", "venue_address"),
        basis="入力の整理（事務局の実務）",
        what="長音とハイフンの取り違えを直す（センタ-→センター、１ー２→１−２）",
        why="「センター」で探す方に見つからなくなります。",
        how="自動で直します。どちらか決まらないときはそのままにします。",
        good=(example("保健センター", venue_name="保健センター"),),
        bad=(example("保健センタ-", venue_name="保健センタ-"), example("本町１ー２ー３", venue_address="本町１ー２ー３")),
    ),
    fix_row(
        "TXT-017",
        ("organization.org_url", "contact.contact_ext", "contact.sub_contact_email", "venue_zip", "public_tel", "access"),
        basis="入力の整理（事務局の実務）",
        what="任意の欄の「なし」「該当なし」「－」「N/A」は空欄とする",
        why="空欄と同じ意味で、そのままでは公開ページに「交通手段：なし」のように出ます。手当・応募条件・書類の「なし」は答えとして残します。",
        how="自動で空欄にします。",
        good=(example("その他の手当 なし", other_allow="なし"),),
        bad=(example("なし", access="なし"), example("該当なし", venue_zip="該当なし"), example("N/A", {"organization.org_url": "N/A"})),
    ),
    fix_row(
        "TXT-018",
        ("contact.contact_last", "organization.org_address", "venue_address", "contact.contact_tel", "organization.lg_code", "venue_city"),
        basis="入力の整理（事務局の実務）",
        what="2つの欄の内容が1つの欄に貼り付けられたときは、決まる場合だけ分ける（姓と名、郵便番号と住所、団体コードと団体名）",
        why="表から貼り付けると、となりの欄が空になります。",
        how="自動で分けます。分けた内容をご確認ください。",
        good=(example("川辺", contact_last="川辺"),),
        bad=(
            example("川辺 花子", contact_last="川辺 花子", contact_first=None),
            example("〒883-0046 日向市中町9番9号", org_address="〒883-0046 日向市中町9番9号"),
        ),
    ),
    warning_row(
        "TXT-019",
        ("organization.org_address", "venue_address", "venue_name", "workdays_note", "contact.contact_hours", "internal_no"),
        basis="表計算ソフトによる変換の確認（事務局の実務）",
        what="住所・名称・時間帯などが日付だけになっていないこと",
        why="「3-5」のような番地や範囲は、Excelで開いて保存すると「3月5日」に変わります。",
        how="もとの内容をご確認ください。",
        good=(example("3番5号", venue_address="中町3番5号"),),
        bad=(example("3月5日", venue_address="3月5日"), example("2001-02-03", venue_address="2001-02-03")),
        per=Per.SUBMISSION,
        check=check_only_a_date,
    ),
)
