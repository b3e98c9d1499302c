"""Names of jobs as postings write them: which job a title names, and whether a text recruits two jobs at once.

All texts are plain (`words.plain`). Being named is not being recruited: 「医師の指示のもと」「看護師と協力して」 name other staff only.
"""

import re
from typing import Final

from keynet_admin.rules.words.grammar import answers_who, mention

OWN: Final = "〓"
"""Stands for the posting's own job name (その他の職種名) in a text that is searched for job names."""

_NAMES: Final[tuple[tuple[str, str, str], ...]] = (
    ("dentist", "歯科医師", r"歯科医(?:師)?(?!会|院|療|業)"),
    ("physician", "医師", r"医師(?!会|国保|法|事務|臨時|偏在|確保)|ドクター|dr(?![a-z])"),
    ("public_health_nurse", "保健師", r"保健師"),
    ("midwife", "助産師", r"助産師"),
    ("assistant_nurse", "准看護師", r"准看(?:護師)?"),
    ("nurse", "看護師", r"(?<!准)看護(?:師|職(?!員の))|ナース(?!センター|ステーション|コール)"),
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
        r"|(?!職|員|補助|室|局|所|作業|連絡|処理|長|組合|用|手続|的|機|分担|服|センター|次長|担当|引継|の(?!方|かた|人|皆|職員|求人|募集|採用)"
        r"|を(?!(?:大|同時)?募集|急募|求め|採用|任用)|が|は|に|等の|経験|あり|なし))"
        r"|(?:受付|案内|誘導)\((?:一般)?事務(?:職?員|職|スタッフ)?\)|(?:会場)?(?:受付|案内|誘導|会場整理|・){0,12}(?:受付|案内|誘導|会場整理)(?:スタッフ|係(?!長)|員|担当者)|(?:コールセンター|電話)(?:スタッフ|員|オペレーター?)|オペレーター?",
    ),
    ("childcare", "保育士", r"保育士"),
    ("cook", "調理員", r"調理(?:員|師|補助員)"),
    ("driver", "運転手", r"運転(?:手|士|員)"),
    ("guard", "警備員", r"警備員|守衛"),
    ("nutritionist", "栄養士", r"(?:管理)?栄養士"),
    ("care", "介護職員", r"介護(?:福祉士|職員|士|員)"),
    ("social", "社会福祉士", r"(?:社会|精神保健)福祉士"),
    ("caretaker", "用務員", r"用務員"),
    ("aide", "看護助手", r"看護(?:助手|補助(?:者|員))"),
    ("therapist", "療法士", r"(?:理学|作業)療法士|言語聴覚士"),
    ("psychologist", "心理職", r"(?:臨床)?心理士|公認心理師"),
    ("own", OWN, OWN),
    ("cleaner", "清掃員", r"清掃(?:員|作業員|スタッフ)"),
)
_LABELS: Final = {slug: label for slug, label, _ in _NAMES}
_JOB: Final = "(?:" + "|".join(f"(?:{pattern})" for _, _, pattern in _NAMES) + ")"
_EACH: Final = tuple((slug, re.compile(pattern)) for slug, _, pattern in _NAMES)
_AFTER: Final = (
    r"(?:さん|の方|スタッフ|職員|職)?(?:(?:各|計|:)?\d{1,3}(?:[名人](?:程度)?|(?![\d時:年月日/~円歳回]))|\([^()]{0,14}\)"
    r"|の(?:業務|仕事)(?=と|及び|・|、))?"
)
# Whatever joins two jobs: any one sign or two, a word for "and" or "or", a word for "besides".
_AND: Final = (
    r"(?:[^\w()。!?\n]|x|と|や|か|及び|および|並びに|ならびに|かつ|また(?:は)?|又は?|若しくは|もしくは|or|and|プラス|アンド|そして|それと|それから|兼"
    r"|(?:の)?ほか(?:に)?|(?:の)?他(?:に)?|に(?:加え(?:て)?|あわせ(?:て)?|併せ(?:て)?)|だけでなく|に限らず|のみならず|はもちろん|(?:と)?とも(?:に)?|も)"
)
_JOINED: Final = rf"(?:{_AND}{{1,3}}|(?<=[\d名人]\))|\([1-9]\))"
_ITS_WORK: Final = r"(?:[^。、!?\n]{1,10}?(?:を行う|をする|を担う|を担当する|担当の|に当たる|を扱う|に従事する))?"
_CHAIN: Final = re.compile(rf"{_JOB}{_AFTER}(?:{_JOINED}(?:[^。、!?\n()]{{1,8}}の)?{_JOB}{_AFTER})+")
# In a description each job may have its work before it: 接種を行う看護師、受付を行う事務職員を募集.
_CHAIN_WITH_WORK: Final = re.compile(rf"{_JOB}{_AFTER}(?:{_JOINED}{_ITS_WORK}{_JOB}{_AFTER})+")
_ALSO: Final = re.compile(
    f"(?P<a>{_JOB})\\((?:又は|または|もしくは|若しくは|・|or|及び|と)?(?P<b>(?!事務補助(?!員)){_JOB})(?:も|でも|の方も|同時|併せて)?(?:"
    f"可|応募可|歓迎|ok|を?含む|募集(?:中)?|採用|大?歓迎)?\\)"
)


# What may follow a group of job names in a title when it is the group that is wanted.
_WANTED: Final = re.compile(
    r"(?:等|など|さん|の方々?|の皆さん|の皆様|スタッフ|職)?(?:の(?:どちら|いずれ)か|の両方)?(?:も|とも|ともに)?(?:同時)?"
    r"(?:$|[)\]】」』!~。\s:\-★☆◆◎]|\(|/|、|,|・|を?(?:大|緊急|急|同時|合同)?募集|を?急募|を?求|を?採用|を?任用"
    r"|の(?:大|緊急|合同|同時)?募集|の求人|の採用|の公募|の仕事|のお仕事|\d)"
)
_RECRUIT_BEFORE: Final = re.compile(r"(?:募集|対象|採用|応募)?(?:職種|人員|の?対象者?)(?:は|:|が|=|/|\()?、?$|(?:募集|求人|採用)(?:は|:)$")
_RECRUIT_AFTER: Final = re.compile(
    r"(?:等|など)?(?:の(?:両方|双方|いずれか?|どちら(?:か|も)?))?(?:を|の|も|とも(?:に)?|で|、)?(?:[^。、を]{0,8}?)(?:各|合計|計)?(?:\d{1,3}[名人](?:ずつ|程度)?)?(?:を|の)?"
    r"(?:大?募集|急募|採用(?:し|す|予定)|任用(?:し|す|予定)|求人|求め(?:て|ます|る)|探して)(?!する(?:際"
    r"|ため|場合)|る(?:際|ため|場合)|事務|業務|要項|要領|広告|活動|に[関係])"
    r"|(?:等|など)?(?:から)?の応募[もを](?:受け?付け(?:て|ま)|お待ち|歓迎)|(?:等|など)?の?(?:採用|募集)(?:です|となり|を(?:予定|行))|(?:等|など)?(?:の(?:いずれ|どちら)か)?として(?:勤務|従事|働|採用|任用|業務)|(?:等|など)?を兼(?:務|ね)|(?:等|など)?の(?:業務"
    r"|仕事|両方|役割)を(?:兼|行|お願い|担当|して)"
    r"|(?:等|など)?の(?:業務|仕事)です|を希望する(?:旨|職種|か)|(?:の(?:いずれ|どちら)か)?(?:で|に|として)ご?応募(?:して|くだ|いただ|する)|の(?:別|どちら|いずれ)[^。、]{0,8}(?:明記|記入|お書き|お知らせ|選)"
)
_POSTING_IS_FOR: Final = re.compile(r"(?:募集|求人|採用|公募)は、?$")
_FOR_THEM: Final = re.compile(r"(?:等|など)?(?:を対象|です|が対象)")
# Two jobs told one by one: 「いずれの職種も募集」「2職種」, a list of jobs, another job than the posting's own 「も募集」.
_ANY_JOB: Final = re.compile(
    r"(?:(?:いずれ|どちら|両方|双方|全て|すべて|それぞれ)の職種|(?:[2-5]|[二三四五])(?:つの)?職種)[^。\n]{0,10}?(?:応募|募集|採用|受け?付)|の(?:[2-5]|[二三四五])職種"
)
_LISTED: Final = re.compile(
    rf"(?:[・●○■◆◎※*\-]|\(?(?:[0-9]{{1,2}}|[a-zア-ン一二三四五])[).．、:]\)?)?(?P<job>{_JOB}){_AFTER}(?P<work>:.*)?[、。]?"
)
_BOTH_HIRED: Final = re.compile(
    r"(?:いずれ|どちら|両方|双方|両者)とも?も?[^。\n]{0,8}(?:募集|採用)|(?:いずれ|どちら|両方|双方)も[^。\n]{0,8}(?:募集|採用)"
)
_ALSO_HIRED: Final = re.compile(
    rf"(?P<job>{_JOB})(?:の方|さん)?(?:の(?:募集|採用))?も、?(?:併せて|あわせて|同時に|一緒に|若干名|数名|各?\d+[名人])?、?"
    r"(?:の?募集(?:し(?!て?(?:おり|い)?ません)|を|中)|採用(?:し(?!ません)|する|予定)|必要と|求めて(?:い|お)|探して|(?:併せて|同時に)?行(?:い|っ)ます|行いますので)"
)
_EACH_WANTED: Final = re.compile(
    f"(?P<job>{_JOB})(?:\\d{{1,3}}[名人])?(?:の方|さん)?(?:を|の|も|、)?(?:同時に)?(?:募集|急募)(?!する|事務|業務|要項|要領|広告|活動|に[関係])"
)
_ELSEWHERE: Final = re.compile(r"別(?:に|途|の募集|々)|ホームページ|ご覧|他の会場|終了|締め切|ありません|いません|(?:募集|採用)しません")
_RECRUITS: Final = re.compile(r"募集|職種|採用|応募|求人")
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
    if found := _each_wanted(text, junior):
        return found
    if _ANY_JOB.search(text) and len(slugs := _slugs(text, junior)) > 1:
        return tuple(_LABELS[slug] for slug in slugs)
    if not junior and job == "nurse" and _JUNIOR_WELCOME.search(text):
        return ("看護師", "准看護師")
    return None


def _each_wanted(text: str, junior: bool) -> tuple[str, ...] | None:
    """Two jobs of which each is recruited by a word of its own (「看護師募集・事務募集」)."""
    slugs = list(dict.fromkeys(slug for match in _EACH_WANTED.finditer(text) for slug in _slugs(match["job"], False)))
    if len([slug for slug in slugs if not (junior and slug == "assistant_nurse")]) > 1:
        return tuple(_LABELS[slug] for slug in slugs)
    return None


def _told_apart(text: str, junior: bool, job: object) -> tuple[str, ...] | None:
    """Jobs that a description recruits without joining them in one phrase: each on a line of its own, or the second 「も募集」."""
    lines = [line for line in text.split("\n") if line]
    found = [(number, hit) for number, line in enumerate(lines) if (hit := _LISTED.fullmatch(line))]
    listed = list(dict.fromkeys(slug for _, hit in found for slug in _slugs(hit["job"], False)))
    plainly = found and found[0][0] == 0 and not any(hit["work"] for _, hit in found)
    if found and (plainly or _BOTH_HIRED.search(text) or (found[0][0] and _RECRUITS.search(lines[found[0][0] - 1]))):
        listed = [slug for slug in listed if not (junior and slug == "assistant_nurse" and "nurse" in listed)]
        if len(listed) > 1:
            return tuple(_LABELS[slug] for slug in listed)
    told = [mention(text, match.start(), match.end()).sentence for match in _ANY_JOB.finditer(text)]
    if any(not (_ELSEWHERE.search(sentence) or _HELPING.search(sentence)) for sentence in told) and len(slugs := _slugs(text, junior)) > 1:
        return tuple(_LABELS[slug] for slug in slugs)
    for match in _ALSO_HIRED.finditer(text):
        other = _slugs(match["job"], False)[:1]
        if job in _LABELS and other and other[0] != job and not _ELSEWHERE.search(mention(text, match.start(), match.end()).sentence):
            return (_LABELS[str(job)], _LABELS[other[0]])
    return None


def two_jobs_in_detail(text: str, junior: bool, job: object) -> tuple[str, ...] | None:
    """Japanese names of the jobs that a description recruits together (「看護師及び事務員を募集します」), None for mere mentions."""
    for match in _CHAIN_WITH_WORK.finditer(text):
        slugs = _slugs(match.group(), junior)
        if len(slugs) < 2:
            continue
        place = mention(text, match.start(), match.end())
        before, after = place.before, place.after
        alone = not before.strip("・()1") and after.removeprefix("等").removeprefix("など") in (
            "",
            "の業務",
            "の仕事",
            "の募集",
            "です",
            "の業務です",
        )
        if _ELSEWHERE.search(after) or (_HELPING.search(after) and not _RECRUIT_BEFORE.search(before)):
            continue
        for_them = _POSTING_IS_FOR.search(before) and _FOR_THEM.match(after)
        if alone or for_them or answers_who(place) or _RECRUIT_BEFORE.search(before) or _RECRUIT_AFTER.match(after):
            return tuple(_LABELS[slug] for slug in slugs)
    if found := _each_wanted(text, junior) or _told_apart(text, junior, job):
        return found
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
