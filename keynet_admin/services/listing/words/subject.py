"""Words that hold of every posting of this site, words between others, and words that only look like one of the vocabulary."""

from typing import Final

SATISFIED: Final = (
    "求人 きゅうじん 求人情報 求人募集 求人票 募集 ぼしゅう 募集中 募集情報 大募集 急募 仕事 しごと お仕事 おしごと 働き口 働く 働きたい 働けるところ 勤め先 勤務 就職 就業 転職 採用 "
    "採用情報 応募 job jobs work recruit hiring バイト ばいと アルバイト あるばいと バイト募集 arbeit 臨時 臨時職員 期間限定 求職 "
    "ワクチン ワクチン接種 ワクチン会場 ワクチンの仕事 vaccine vaccines vaccination vaccinations わくちん 予防接種 よぼうせっしゅ 予防注射 接種 せっしゅ 接種会場 接種業務 "
    "接種の仕事 コロナ ころな コロナワクチン コロナワクチン接種 コロナ予防接種 コロナ接種 コロナの注射 コロナ対策 新型コロナ 新型コロナワクチン 新型コロナワクチン接種 新型コロナウイルス "
    "新型コロナウイルスワクチン 新型コロナウイルスワクチン接種 新型コロナウィルス 新型コロナウイルス感染症 感染症対策 武漢ウイルス covid covid19 corona coronavirus コヴィッド "
    "自治体 市町村 市役所 役所 役場 区役所 公務員 行政 ハローワーク キーネット keynet 医療のお仕事 医療のお仕事キーネット 医療機関の仕事 公的機関"
)
"""True of every posting: such a word narrows nothing."""

FILLERS: Final = (
    "希望 したい です できる できます 探す 探し 探しています 探してます さがす さがしています 近く 近郊 周辺 付近 近辺 エリア 地域 の近く 可 可能 ok ｏｋ あり 有り 有 歓迎 募集中 "
    "の仕事 のお仕事 の求人 の募集 のバイト さん 方 を募集 向け でも 枠"
)
"""Words that ask nothing, behind or between others."""

PARTICLES: Final = "の で に と を や も は へ から まで での または 又は および 及び か 内 内の 内で"

PLAIN: Final = (
    "医師会 歯科医師会 薬剤師会 看護協会 看護師会 看護師長 看護部 看護助手 看護補助者 看護学生 看護学校 看護大学 ナースセンター ナースステーション ナースコール 医師会館 事務局 事務所 "
    "事務室 事務長 研修医 研修室 研修所 保健師助産師看護師法 医師法 車いす 車椅子 夜間診療所 夜間急病 休日夜間急病診療所 土日休み 土日祝休み 駐車場なし 保健センター 保健所 "
    "夜勤なし 夜勤なし希望 研修なし 経験必須 検査センター 接種後 接種券 予診票 コロナ病棟 ワクチン接種券 公民館 体育館 小学校 中学校 市民病院 単発的 事務用 大学病院 "
    "休日診療所 週刊 東京女子医科大学 京都大学 日中友好 大阪大学 東京大学"
)
"""Longer words that hold one of the vocabulary and mean something else: they are looked for as they are written."""
