"""Names of jobs as postings write them: which job a title names, and whether a text recruits two jobs at once.

All texts are plain (`words.plain`). Being named is not being recruited: 「医師の指示のもと」「看護師と協力して」 name other staff only.
"""

import re
from typing import Final

OWN: Final = "〓"
"""Stands for the posting's own job name (その他の職種名) in a text that is searched for job names."""

_NAMES: Final[tuple[tuple[str, str, str], ...]] = (
    ("dentist", "歯科医師", r"歯科医(?:師)?(?!会|院|療|業)"),
    ("physician", "医師", r"医師(?!会|国保|法|事務|臨時|偏在|確保)|ドクター|dr(?![a-z])"),
    ("public_health_nurse", "保健師", r"保健師"),
    ("midwife", "助産師", r"助産師"),
    ("assistant_nurse", "准看護師", r"准看(?:護師)?"),
    ("nurse", "看護師", r"(?<!准)看護師|ナース(?!センター|ステーション|コール)"),
    ("radiological_technologist", "診療放射線技師", r"(?:診療)?放射線技師"),
    ("clinical_laboratory_technologist", "臨床検査技師", r"(?:臨床)?検査技師"),
    ("clinical_engineer", "臨床工学技士", r"(?:臨床)?工学技士"),
    ("pharmacist", "薬剤師", r"薬剤師(?!会)"),
    ("emergency_life_saving_technician", "救急救命士", r"(?:救急)?救命士"),
    ("dental_hygienist", "歯科衛生士", r"歯科衛生士"),
    (
        "clerical",
        "事務職員",
        r"(?:一般|医療|学校|窓口|受付)?事務(?:職員|員|職|スタッフ|補助員?|系?職員"
        r"|(?!職|員|補助|室|局|所|作業|連絡|処理|長|組合|用|手続|的|機|分担|服|センター|次長|担当|引継|の"
        r"|を(?!大?募集|急募|求め|採用|任用)|が|は|に|等の))",
    ),
    ("childcare", "保育士", r"保育士"),
    ("cook", "調理員", r"調理(?:員|師|補助員)"),
    ("driver", "運転手", r"運転(?:手|士|員)"),
    ("guard", "警備員", r"警備員|守衛"),
    ("nutritionist", "栄養士", r"(?:管理)?栄養士"),
    ("care", "介護職員", r"介護(?:福祉士|職員|士|員)"),
    ("social", "社会福祉士", r"(?:社会|精神保健)福祉士"),
    ("caretaker", "用務員", r"用務員"),
    ("own", OWN, OWN),
    ("cleaner", "清掃員", r"清掃(?:員|作業員|スタッフ)"),
)
_LABELS: Final = {slug: label for slug, label, _ in _NAMES}
_JOB: Final = "(?:" + "|".join(f"(?:{pattern})" for _, _, pattern in _NAMES) + ")"
_EACH: Final = tuple((slug, re.compile(pattern)) for slug, _, pattern in _NAMES)
_AFTER: Final = r"(?:さん|の方|スタッフ|職員|職)?(?:(?:各|計|:)?\d{1,3}[名人](?:程度)?|\([^()]{0,14}\)|の(?:業務|仕事)(?=と|及び|・|、))?"
_AND: Final = r"(?:・|、|,|/|&|\+|及び|および|並びに|ならびに|かつ|と|又は|または|若しくは|もしくは|or|や|か|兼|\s|　)"
_CHAIN: Final = re.compile(f"{_JOB}{_AFTER}(?:{_AND}{{1,3}}{_JOB}{_AFTER})+")
_ALSO: Final = re.compile(
    f"(?P<a>{_JOB})\\((?:又は|または|もしくは|若しくは|・|or|及び|と)?(?P<b>{_JOB})(?:も|でも|の方も)?(?:"
    f"可|応募可|歓迎|ok|を?含む|募集)?\\)"
)


# What may follow a group of job names in a title when it is the group that is wanted.
_WANTED: Final = re.compile(
    r"(?:等|など|さん|の方々?|の皆さん|の皆様|スタッフ|職)?"
    r"(?:$|[)\]】」』!~。\s:\-★☆◆◎]|\(|/|、|,|・|を?(?:大|緊急|急)?募集|を?急募|を?求|を?採用|を?任用"
    r"|の(?:大|緊急)?募集|の求人|の採用|の公募|の仕事|のお仕事|\d)"
)
_RECRUIT_BEFORE: Final = re.compile(r"(?:募集|対象|採用|応募)?(?:職種|人員)(?:は|:|が|=|/)?$|(?:募集|求人|採用)(?:は|:)$")
_RECRUIT_AFTER: Final = re.compile(
    r"(?:等|など)?(?:を|の)?(?:各|合計|計)?(?:\d{1,3}[名人](?:ずつ|程度)?)?(?:を|の)?"
    r"(?:大?募集|急募|採用(?:し|す|予定)|任用(?:し|す|予定)|求人|求め(?:て|ます|る)|探して)(?!する(?:際"
    r"|ため|場合)|る(?:際|ため|場合)|事務|業務|要項|要領|広告|活動|に[関係])"
    r"|(?:等|など)?として(?:勤務|従事|働|採用|任用|業務)|(?:等|など)?を兼(?:務|ね)|(?:等|など)?の(?:業務"
    r"|仕事|両方|役割)を(?:兼|行|お願い|担当|して)"
    r"|(?:等|など)?の(?:業務|仕事)です"
)
_EACH_WANTED: Final = re.compile(
    f"(?P<job>{_JOB})(?:\\d{{1,3}}[名人])?(?:を|の|も)?(?:募集|急募)(?!する|事務|業務|要項|要領|広告|活動|に[関係])"
)
_HELPING: Final = re.compile(r"補助|支援|サポート|手伝|介助|連携|協力|指示|調整|送迎|手配|確保|派遣|案内")
_JUNIOR_WELCOME: Final = re.compile(
    r"准看(?:護師)?(?:の方|の資格(?:の方)?|免許の方)?(?:でも|も)(?:可|応募(?:可|でき|いただけ)|歓迎|対象"
    r"|ok)|准看(?:護師)?(?:可|応募可|歓迎)(?!能性)"
)


def _slugs(text: str, junior: bool) -> list[str]:
    """The different jobs named in a stretch of text, in its order; with `junior` nurse and assistant nurse are one."""
    places: list[tuple[int, str]] = []
    for slug, pattern in _EACH:
        match = pattern.search(text)
        if match and not (slug == "physician" and text[max(0, match.start() - 2) : match.start()] == "歯科"):
            places.append((match.start(), slug))
    slugs = [slug for _, slug in sorted(places)]
    return [slug for slug in slugs if not (junior and slug == "assistant_nurse" and "nurse" in slugs)]


def two_jobs_in_title(text: str, junior: bool, job: object) -> tuple[str, ...] | None:
    """Japanese names of the jobs that a title recruits together (「看護師・事務」), None for one job or mere mentions."""
    for match in _CHAIN.finditer(text):
        slugs = _slugs(match.group(), junior)
        if len(slugs) < 2 or not _WANTED.match(text, match.end()):
            continue
        if job == "other" and text[: match.start()].endswith("("):
            continue
        return tuple(_LABELS[slug] for slug in slugs)
    for match in _ALSO.finditer(text):
        slugs = _slugs(match.group(), junior)
        if len(slugs) >= 2 and job != "other":
            return tuple(_LABELS[slug] for slug in slugs)
    if not junior and job == "nurse" and _JUNIOR_WELCOME.search(text):
        return ("看護師", "准看護師")
    return None


def two_jobs_in_detail(text: str, junior: bool, job: object) -> tuple[str, ...] | None:
    """Japanese names of the jobs that a description recruits together (「看護師及び事務員を募集します」), None for mere mentions."""
    for match in _CHAIN.finditer(text):
        slugs = _slugs(match.group(), junior)
        if len(slugs) < 2:
            continue
        start = max(text.rfind(mark, 0, match.start()) for mark in "。!?\n") + 1
        ends = [end for mark in "。!?\n" if (end := text.find(mark, match.end())) >= 0]
        before, after = text[start : match.start()], text[match.end() : min(ends, default=len(text))]
        alone = not before and after.removeprefix("等").removeprefix("など") in ("", "の業務", "の仕事", "の募集", "です", "の業務です")
        if _HELPING.search(after) and not _RECRUIT_BEFORE.search(before):
            continue
        if alone or _RECRUIT_BEFORE.search(before) or _RECRUIT_AFTER.match(after):
            return tuple(_LABELS[slug] for slug in slugs)
    if "募集" in text:
        slugs = list(dict.fromkeys(slug for match in _EACH_WANTED.finditer(text) for slug in _slugs(match["job"], False)))
        if len([slug for slug in slugs if not (junior and slug == "assistant_nurse")]) > 1:
            return tuple(_LABELS[slug] for slug in slugs)
    if not junior and job == "nurse" and _JUNIOR_WELCOME.search(text):
        return ("看護師", "准看護師")
    return None


_IN_TITLE: Final[dict[str, re.Pattern[str]]] = {
    slug: re.compile(pattern)
    for slug, pattern in {
        "physician": r"(?<!歯科)医師|ドクター|dr(?![a-z])|(?:校|産業|嘱託|予診|問診|当番|当直|検診|健診|内科|外科|小児科|産科"
        r"|婦人科|勤務|専門|指導|非常勤|研修)医|医員|医務職",
        "dentist": r"歯科医|デンティスト",
        "public_health_nurse": r"保健師|看護職|保健職|保健指導員",
        "midwife": r"助産師|看護職|助産",
        "nurse": r"(?<!准)看護師|ナース(?!センター)|看護(?:職|スタッフ|業務|要員|系|士|婦|員)|正看",
        "assistant_nurse": r"准看|看護(?:職|スタッフ|業務|要員)|ナース(?!センター)",
        "radiological_technologist": r"放射線|レントゲン|x線",
        "clinical_laboratory_technologist": r"検査",
        "clinical_engineer": r"工学技士|臨床工学|(?<![a-z])me(?![a-z])|透析",
        "pharmacist": r"薬剤|ファーマシスト",
        "emergency_life_saving_technician": r"救命士|救急救命|救急隊",
        "dental_hygienist": r"衛生士|歯科衛生",
        "clerical": r"事務|受付|案内|誘導|オペレータ|コールセンター|窓口|庶務|入力|クラーク|運営スタッフ|会場運営"
        r"|電話(?:対応|交換|相談|受付)|行政補助|書記|経理|集計|司書補",
    }.items()
}
_SPLIT: Final = re.compile(r"[・、,/()\[\]【】「」~ー\-]+")


def names_the_job(title: str, job: str, job_other: str) -> bool:
    """True when a title names the job type or a plain name of it. For another job any two characters of its name in common will do."""
    if job == "other":
        name = _SPLIT.sub("", job_other)
        if len(name) < 2:
            return True
        squeezed = _SPLIT.sub("", title)
        return any(name[i : i + 2] in squeezed for i in range(len(name) - 1))
    pattern = _IN_TITLE.get(job)
    return pattern is None or pattern.search(title) is not None
