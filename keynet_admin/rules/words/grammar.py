"""How a free text speaks of people: a word in its sentence, and whether those it names are wanted, turned away, or welcome like all.

Shared by the rules about sex, age, practice and private matters: each has its words, and asks here how they stand in the sentence.
「女性に限ります」 and 「男性の応募はご遠慮ください」 choose among applicants; 「女性も歓迎」, 「女性に限りません」 and 「女性専用の休憩室」 do not.
All functions work on plain text (`words.plain`) and look no further than `REACH` characters, so their time grows with the text only.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

REACH: Final = 80
"""Characters before and after a word that are read with it."""

WORK_TEXTS: Final = frozenset(
    {"duty_detail", "support_note", "training_note", "duty_change", "access", "venue_name", "renewal_rule", "insurance_note"}
)
"""Fields about the work: people named in them are those who come to the venue, or the staff, unless the sentence is about hiring."""

WORKER: Final = (
    r"(?:准?看護(?:師|職員?)|(?:歯科)?医師|保健師|助産師|薬剤師|技師|衛生士|救命士|事務(?:職)?員|事務|職員|スタッフ|ナース|ドクター|社員"
    r"|従事者|(?:大)?学生|受付|パート|アルバイト|応募者|求職者|人材|メンバー|先輩)"
)
_PERSON: Final = r"(?:方々?|かた|人|者|皆(?:さん|様|さま))"
PEOPLE: Final = rf"(?:の?{WORKER})?(?:さん)?(?:の?{_PERSON})?"
"""What may follow a word of sex or age and still be the person meant: 女性+看護師の方."""

HIRING: Final = re.compile(
    r"募(?:集|り|る|っ)|急募|求人|応募|採用|任用(?!期間)|選考|求め(?!られ)|求む|歓迎|探して|お待ちして|ご連絡|来て(?:いただき|くだ|ほし)|増員"
)
"""Words that make a sentence one about hiring, whatever the field."""

_NO: Final = r"(?:でき|受け?付け|承|いたし|行っ|し|お受け|受け|(?:いただ|頂)け)(?:は)?(?:て)?(?:おり|い)?(?:ません|ない|かねます)|ご?遠慮(?!な)|お?断[りわる]|対象外|不可|ご?辞退"
TURNED_AWAY: Final = re.compile(
    rf"(?:応募|採用|募集|任用|選考|勤務|就業|受付|受け付け|お受け|雇用)(?:の(?:対象|受付))?(?:は|を|も|に|が)?[^。、]{{0,6}}?(?:{_NO})"
    r"|不可(?!能|欠|分)|お断り|断り(?:し|いた)|ご?遠慮(?!な)|対象(?:外|とし(?:ません|ておりません))|受け付け(?:て(?:おり|い)ません|ません|ない)"
    r"|向(?:かない|きません|いて(?:おり|い)ません|きではあり)|お控え|控えて(?:いただ|くだ)|(?<![a-z])ng(?![a-z])|お引き取り|除(?:く|き|外)|ご容赦"
    r"|(?:応募|採用|勤務)(?:は|が)?難し"
)
"""Those named are not taken."""

_ANOTHER_MATTER: Final = re.compile(r"、(?!性別|男女|年齢|国籍)[^、。]{1,8}[はも](?:一切)?(?:問|不問)[^、。]*")
WELCOME_TO_ALL: Final = re.compile(
    r"^も(?!っとも|ちろん)|問わ|問い(?:は|ませ)|不問|関係(?:な[くし]|(?:は)?ありません)|(?:か|関)かわ(?:らず|りな)|拘(?:わ)?らず"
    r"|限(?:ら[ずな]|りません|定(?:しま?せ|せず|では|していません))|とは限|区別(?:な[くし]|しません)|影響(?:しません|はありません)|どなたでも|誰でも"
    r"|(?:限定|のみ|だけ|優先|優遇|募集|対象|条件|必須|必要)(?:と(?:するもの|いうわけ))?で(?:は|も)?(?:な[いくし]|ありません|ございません)"
    r"|(?:のみ|だけ)の(?:募集|採用|応募)で(?:は|も)?(?:な[いく]|ありません|ございません)|(?:必要|必須)(?:は|では)(?:ありません|ない)"
    r"|(?:条件|必須|必要)と(?:は)?し(?:ません|ない|て(?:おり|い)ません)|求め(?:ません|ない|て(?:おり|い)ません)|(?:要|い)りません|必要なし"
    r"|ポジティブ・?アクション|遠慮な[くし]|ても(?:構い|かまい|結構|可|大丈夫)|断り?(?:する|した)?(?:こと)?[はも]?(?:一切|決して)?(?:あり|ござい|し|いたし|して(?:い|おり))ません|不利益?[にな][^。、]{0,10}(?:ません|ない)|とは(?:考え|思っ|し|言)[^。、]{0,4}(?:ません|ない)"
)
"""Those named are welcome like everybody else, or the limit is denied."""

# What the text does with those it names: hiring words choose by themselves, the others only when nothing but the offer follows them.
_HIRE: Final = (
    r"(?:(?:大|緊急)?募(?:集|り|る|っ)|急募|で統一|を中心|求(?:む|めて|めます|人)|採用(?!後|時|され)|任用(?!後|時|期間)|大?歓迎|優遇|お待ち|待って|集まれ|集合|集え|増員|探して"
    r"|望まし|好まし|ふさわし|ほしい|欲しい|応募(?:を|し|くだ|いただ|の(?:み|方)|お|が必要)|ご応募|推奨|必須|であること|来て(?:くだ|いただ|ほし)"
    r"|(?:に)?(?:最適|ぴったり|ピッタリ|おすすめ|お勧め|オススメ|うれしい|嬉しい|向い(?:て|た)|適し)"
    r"|に人気の(?:お)?(?:仕事|職場)|[^。、]{0,12}(?:(?:し|み|働き|始め|来|なり|携わり)ませんか|いかがですか))"
)
_LIMIT: Final = r"(?:限定|のみ|だけ|に限(?:り|る|定|らせて)?|を?(?:優先(?:的に)?)|希望|専用|向け|向き|が?対象|を?対象|(?:で)?お願い|枠|条件|であれば|が必要)"
_NO_PRODUCT: Final = (
    r"(?:として|とし|とさせ|とする|と致|といた|させ|いた|致し|し(?:ます|て|、)|する|です|でお|で(?:す|募|採)|ます|"
    r"の?(?:みの)?(?:応募|ご応募|(?:大|緊急)?募集|採用|任用|求人|受付|受け付け|選考|お?仕事|職場|急募|歓迎|方|[0-9]+[名人])"
    rf"|の?{WORKER}|で?(?:$|[、。)\]】>」!・/(]|お願い|の(?:ご?応募|募集|採用|求人))"
    r"|を?(?:各|約)?[0-9]+[名人]|を(?:希望|募集|採用|歓迎|対象|条件)|に?(?:限|募集|採用|優先|受け付け|お願い)|が(?:対象|条件|応募)|受け付け|いただ|枠|可(?!能))"
)
_GAP: Final = r"(?:(?:が|を|は|に|で|へ|なら|として|の方(?:が|を|は|に|で)?)[^。、の(]{0,10}?|、(?:ぜひ|是非|どうぞ)?|の(?:(?:配置|採用|増員|補充|確保|欠員)(?:を|の?(?:ための?|につき|により)、?))?)?"
_CHOSEN: Final = re.compile(rf"(?P<hire>{_GAP}(?:{_HIRE}))|(?P<limit>{_GAP}(?:{_LIMIT}))(?={_NO_PRODUCT})")
_BRACKETS: Final = re.compile(r"[(][^()]*[)]")
_POLITE: Final = re.compile(
    r"、?(?:誠に|大変|まことに|たいへん)?(?:申し?訳(?:ござい|あり)ません|恐れ入ります|恐縮(?:です|では?ございます)?|(?:勝手|残念)(?:ではございます)?|あいにくです|すみません)"
    r"(?:が|ながら)、?"
)
"""What makes a refusal polite says nothing."""
_GOES_ON: Final = re.compile(r"。(?=(?:(?:その|この)ため|ですので|よって|従って)?、?(?:ご?応募は)?、?(?:ご遠慮(?!な)|お控え|お断り))")
"""A sentence that only completes the one before it (「…には難しい仕事です。応募はご遠慮ください。」)."""
_ANSWER: Final = re.compile(
    r"(?:(?:応募|採用|募集|任用|求人|選考)(?:でき|いただけ|され|し|す)?(?:る|た)?(?:の|もの)?|対象(?:者|となる方)?|求め(?:る|ている)(?:の|人(?:物|材)|方))は、?[^。、はが]{0,30}$"
)
_ENDS: Final = re.compile(r"(?:の?(?:方|者|人|こと))?(?:の(?:み|方)?)?(?:です|となります|とします|に限(?:り|る|られ)[^。]*|であること)?$")


def outside_brackets(text: str) -> str:
    """A plain text without what stands in brackets."""
    return _BRACKETS.sub("", text) if "(" in text else text


@dataclass(frozen=True, slots=True)
class Mention:
    """A word, where it starts, and its sentence before and after it (at most `REACH` characters each)."""

    word: str
    start: int
    before: str
    after: str

    @property
    def sentence(self) -> str:
        """What is read of the sentence."""
        return self.before + self.word + self.after

    @property
    def rest(self) -> str:
        """What follows, without remarks in brackets."""
        return _POLITE.sub("", outside_brackets(self.after))

    @property
    def phrase(self) -> str:
        """The part of the sentence around the word, up to the next commas."""
        end = min((cut for mark in "、," if (cut := self.after.find(mark)) >= 0), default=len(self.after))
        return self.before[max(self.before.rfind(mark) for mark in "、,") + 1 :] + self.word + self.after[:end]


def mention(text: str, start: int, end: int) -> Mention:
    """A stretch of a plain text in its sentence (bounds 。 ! ? ; and line ends)."""
    left, right = text[max(0, start - REACH) : start], _GOES_ON.sub("、", text[end : end + REACH])
    left = left[max(left.rfind(mark) for mark in "。!?;\n") + 1 :]
    cuts = [cut for mark in "。!?;\n" if (cut := right.find(mark)) >= 0]
    return Mention(text[start:end], start, left, right[: min(cuts, default=len(right))])


def mentions(pattern: re.Pattern[str], text: str) -> Iterator[Mention]:
    """Every hit of a pattern in its sentence."""
    for match in pattern.finditer(text):
        yield mention(text, match.start(), match.end())


def welcome(place: Mention, within: int = 30) -> bool:
    """Whether those just named are welcome like all, or the limit is denied, within so many characters.

    「女性に限り、経験は問いません」 leaves another matter open and does not count.
    """
    return WELCOME_TO_ALL.search(_ANOTHER_MATTER.sub("", place.rest[:within])) is not None


def chosen(place: Mention) -> str:
    """The words with which a text picks out the person it has just named (「を募集」「に限る」「限定」), empty when it does not."""
    found = _CHOSEN.match(place.rest)
    return found.group() if found else ""


def answers_who(place: Mention) -> bool:
    """Whether a sentence tells who is hired and the word is the answer: 「募集するのは…です」「対象は…の方」."""
    return _ANSWER.search(place.before) is not None and _ENDS.match(place.rest) is not None


def turned_away(place: Mention, within: int = 24) -> str:
    """The words with which the person just named is kept from applying, empty when there are none within so many characters."""
    found = TURNED_AWAY.search(place.rest[:within])
    return place.rest[: found.end()] if found else ""
