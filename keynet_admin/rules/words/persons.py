"""A person's name in a contact: behind a role, before さん or an extension, behind an office. Names are known by place and shape."""

import re
import unicodedata
from typing import Final

from keynet_admin.rules.words.figures import PHONE, figures

_ROLE: Final = r"(?:担当(?:者名|者|職員|名)?|(?<=[課係室])長|係長|課長(?:補佐)?|部長|局長|室長|所長|院長|園長|校長|班長|主任|主事|主査|主幹|参事|副?主任保健師|事務長|師長|担当保健師|担当看護師|責任者|問い?合わ?せ(?:先|(?!先))|連絡先|係(?=[: ]))"
_WORKER: Final = r"(?:保健師|看護師|職員|技師|事務員|主事補|栄養士|薬剤師)"
# The last character of most family names, and words with it that are none.
_ENDS: Final = (
    "田川山本村井木野島嶋原藤口崎沢澤橋上下谷林森岡内池石中坂松尾浜瀬部西東南北辺倉代宮塚津沼堀関間賀屋城条戸江河岸平羽葉鳥泉永保居見"
    "良吉子久里竹杉桑菊丸星月水方嵐柳笠萩浦宅端滝畑出司庄泊越黒寺元斐玉伯友須切梠前好智置鍋頭馬多輪垣嘉熊迫坪貫仲沖桐芝枝達郷高根脇園尻合神門矢留光米栗蔵幡飼樫"
)
_NO_NAME: Final = re.compile(
    r".*(?:課|係|局|班|隊|院|館|校|師|士|員|者|宛|級|職|長|主任|主査|主幹|主事|窓口|内線|直通|電話|代表|本部|一同|補佐|代理|連絡|担当|案内)"
    r"|..+(?:部|室|所|村|町|区|市|県|内|中|外|方|用|会|団|制|付|行|先)"
    r"|.*(?:事務|受付|募集|採用|人事|接種|健康|予防|医療|保健|福祉|総務|庶務|推進|対策|業務"
    r"|会場|時間|午前|午後|平日|問合|会計|広報|税務|年金|国保|介護|母子|児童|生活|教育"
    r"|企画|財政|管理|支援|相談|調整|統括|所属|観光|[総組場都試会連統混集割具適複待打]合|[部専正裏表用校水東西南北]門|[工農商業][業高]).*"
    r"|最高|残高|屋根|精神|保留|冷蔵|[精新]米|[公学農庭菜霊]園|..+園|[農漁]村|林野|原野|水田|各課|未定|不在|等|各|当|及|又|ほか|他|部|室|所|方|人|名|認定|給付|徴収|総合|本庁|別館|宿直|当直|日直|夜間|休日"
    r"|[市町村区県院課庁管所構屋室国場署署校園以案局部]内|[東西南北中内外支全各]部|.{0,2}[入出東西南北改裏表戸用]口|仲間|世間|民間|人間|部[屋下]|建屋|意見|様子|調子|椅子|[申届提]出|河川|農林|森林|土木|道路|水道|下水|上水|地下|階下|現場?|以[上下]|[最途日年]中|[双両]方|地方|夕方|先方"
    r"|[東西南北中]側|[県市][東西南北]|部署|部門|[午以名駅目事直手人]前|[伝調配到上発速]達|[配設位処放措]置|[締大適一]切|良好|年頭|個別|集団|予約|必着|郵送|持参|可|不可|不要|有|無|制|別|順|日|月|週|年|時|分|回|課内"
    r"|直接|希望|随時|毎週|地区|医|業|数|番|表|票|割|式|室|替|変"
)
_NAME: Final = r"[一-龠々ヶ]{1,4}"
_SHAPED: Final = rf"(?:[一-龠々]{{1,3}}[{_ENDS}]|佐々木|五十嵐|長谷川|[菊宮福]地|椎名|海老名|渥美|内海)"
_HONORIFIC: Final = r"(?:さん|様|氏|殿)(?![一-龠々子])"
_SIGN: Final = r"(?:内線|内\)|ext|直通|電話|携帯|tel|代表|\d)"
_END: Final = rf"(?=$|[ ()、,。/・:;\n\[]|{_HONORIFIC}|まで|または|又は|及び|宛|あて|です|へ|に(?:お|ご|連)|が(?:担|承)|{_SIGN}|[a-z])"
_BEHIND_ROLE: Final = re.compile(
    rf"(?={_ROLE}(?:[ :・/、()\]]{{1,3}}|の|は ?)?(?P<name>{_NAME}(?:[ァ-ヴー]{{2,8}})?|(?<=[ :・/)は])(?:[ぁ-ん]{{2,5}}|[ァ-ヴー]{{2,5}}"
    rf"|(?:[a-z][. ]{{1,2}})?[a-z]{{3,12}})){_END})"
)
_BEHIND_WORKER: Final = re.compile(
    rf"{_WORKER}(?:[ :・]|の)?(?P<name>{_SHAPED})(?={_HONORIFIC}|[ (]{{0,2}}{_SIGN})"
    rf"|{_WORKER}[ :・](?P<spaced>{_SHAPED})(?=$|が(?:担|承|対|お|受)|まで|です|宛|あて|へ|に(?:お|ご|連))"
)
_OFFICE: Final = r"(?:課|係|室|局|部|班|所|センター|チーム|担当|窓口|支所|先|課長|係長)"
_SINGLE: Final = "林森原関岡堀辻谷泉星桂峰奥境榊脇秦梶菅畑浜宮島角城乾湊楠榎椿滝牧柳栗杉梅松竹橘筧轟"
_STANDS: Final = (
    rf"(?=$|{_HONORIFIC}|宛|あて|です|まで(?!\d)|[ (]{{0,2}}{_SIGN}|[・/、]{_SHAPED}(?:$|[ ()])"
    r"|[ (]{1,2}(?:[ぁ-んァ-ヴー]{2,6}|[一-龠々]{1,2}[ぁ-ん]{0,2}|[一-龠々]{3})(?:$|[ ()、])|[・/、][一-龠]{2,3}$|と申)"
)
_BEHIND_OFFICE: Final = re.compile(
    rf"{_OFFICE}[ :・()の]{{0,2}}(?P<name>{_SHAPED}){_STANDS}|(?:課|係|担当|{_WORKER})\((?P<inside>{_SHAPED})(?:[・、/]{_SHAPED})?\)"
    rf"|{_OFFICE}[ :・の]{{1,2}}(?P<single>[{_SINGLE}])(?={_HONORIFIC}|です|[ (]{{1,2}}{_SIGN})"
)
_ALONE: Final = re.compile(
    rf"(?:^|[ :()、。\n])(?P<name>{_SHAPED})(?= ?{_HONORIFIC}|宛|あて|まで(?!\d)| ?\(?{_SIGN}| ?[一-龠々ぁ-ん]{{0,3}}\([^()]{{1,12}}(?:課|係|室"
    rf"|センター)\))|^(?P<kana>[ァ-ヴー]{{2,5}})(?= ?\(?内線)|^(?P<hira>[ぁ-ん]{{2,5}}|[ァ-ヴー]{{2,5}})(?= ?\([^()]{{1,12}}[課係]\))"
)
# 黒木主任, 黒木(くろぎ)まで, 予防係 黒木花子.
_GIVEN: Final = "子美恵香奈菜花織里紀郎介雄彦樹夫男一二三太也哉之助輔司史志博弘浩昭治孝宏幸秀俊哲徹誠聡剛勇亮翔代枝江乃恭隆茂豊実稔修悟崇"
_WHOLE: Final = re.compile(
    rf"(?<![一-龠])(?P<name>{_SHAPED})(?=(?:係長|課長|部長|室長|所長|主任|主査|主事|主幹|補佐|技師|保健師|看護師)(?![一-龠])|\([ぁ-んァ-ヴー]{{2,8}}\)(?:$|まで|です|宛|内線))"
    r"|^(?P<read>[一-龠]{2,3})(?=\([ぁ-ん]{2,6}\)(?![市町村区県郡駅港地支出公セ保]))"
    rf"|{_OFFICE}[ :・]{{1,2}}(?P<whole>{_SHAPED})(?=[一-龠]{{0,2}}[{_GIVEN}](?:$|[ ()、]))"
)
_AFTER_NUMBER: Final = re.compile(rf"\d{{2,6}}[ ()・、]{{1,2}}(?P<name>{_SHAPED})(?=$|[ )、。]|{_HONORIFIC})")
# Somebody whom applicants are told to ask: enough anywhere, without a number.
_ASKED: Final = re.compile(
    rf"(?:{_ROLE}|{_OFFICE}|{_WORKER})[ :・の]{{1,2}}(?P<name>{_SHAPED})(?={_HONORIFIC}|まで(?!\d)|宛|あて(?![がも])|が(?:担当|承|対応|お受)|と(?:相談|調整|打|話)"
    r"|[へに][^。、\n]{0,12}?(?:聞|尋|問|相談|連絡|知らせ|申し?出|声|伝|電話|提出|渡|送|持参|確認))"
)
_KANJI: Final = re.compile("[一-龠々ヶ]+")
_NO_KANA: Final = re.compile(
    r"フロント|ホール|オフィス|プラザ|ロビー|サポート|デスク|まで|です|から|より|ほか|など|のみ|また|または|および|なし|あり|ください|ワクチン|チーム|グループ|スタッフ|システム|リーダー|ドクター|ナース|メール|フォーム|センター"
    r"|ライン|シフト|サイト|コロナ"
    r"|tel|fax|mail|email|ext|web|http|https|www|covid|line|url|form|free|dial"
)
_CONTACT_SIGN: Final = re.compile(rf"内線|{_HONORIFIC}|宛|ext|直通|内\)")


def _readable(text: str) -> str:
    """NFKC, small letters, single spaces: here a space is the border of a name, so it stays."""
    return re.sub(r"[^\S\n]+", " ", unicodedata.normalize("NFKC", text)).lower()


def person_named(text: str, *, contact_line: bool) -> str:
    """A family name that a text gives as a contact, empty when there is none. Anywhere else than in a contact line a number or 宛 must stand with
    it, or people are told to ask that person.
    """
    written = _readable(text)
    given = contact_line or _CONTACT_SIGN.search(written) or PHONE.search(figures(written))
    for pattern in (_BEHIND_ROLE, _BEHIND_WORKER, _BEHIND_OFFICE, _ALONE, _WHOLE, _AFTER_NUMBER, _ASKED) if given else (_ASKED,):
        for match in pattern.finditer(written):
            name = str(next(filter(None, match.groups())))
            if not (_NO_NAME.fullmatch(name) or _NO_KANA.fullmatch(_KANJI.sub("", name))):
                return name
    return ""
