"""Words that people stumbled over stay replaced: no page, mail or message says them again."""

import pytest

from tests.architecture import source

# What stood there, and what stands there now.
REPLACED = {
    "同上です": "入力できない字体は、常用の字体で入力してください。",
    "該当するものをすべて選んでください": "予定している選考方法をすべて選んでください。",
    "職種に応じて表示される": "応募に必要な免許をすべて選んでください。",
    "提供を「いいえ」にしてください": "「Save the town への提供」のチェックを外してください。",
    "確かめて延長してください": "続ける場合は、期限前に日付を延ばせます。",
    "写して": "コピーして",
    "写しの作成": "コピーの作成",
    "下書きのまま終了する": "この下書きを取りやめる",
    "運営事務局の確認に出": "運営事務局に確認を依頼します。",
    "お送りの内容は反映していません": "この画面で入力した内容は、保存されていません。",
    "先にほかの方が処理しました": "別の画面で先に処理されています",
    "前の画面で書いた理由": "前回の申請でお書きいただいた理由です。",
    "直さないと公開できない": "は入力の途中です（残り",
    "次の点を直して、もう一度送ってください": "次の点について、再度ご入力をお願いいたします。",
    "「公開する」を押して": "「公開へ進む」を押して",
    "募集情報を公開している自治体の方": "管理者アカウントをお持ちの自治体の方",
    "Excelの様式（.xlsx）を受け取る": "Excel様式（.xlsx）をダウンロードする",
    "送って確かめる": "ファイルを送って確認する",
    "確かめるまで": "送信するまで",
    "条件を消す": "条件をクリア",
    "ルールの予行": "ルール変更の試し当て",
    "相手の再入力": "自治体の再入力",
    "相手に送るメール": "自治体に送るメール",
    "要確認が0件": "すべて問題なしになっています",
}


@pytest.mark.parametrize("old", list(REPLACED))
def test_no_page_says_it_any_more(old: str) -> None:
    """In templates and in the program alike; the better words are there."""
    files = [*source.files(".py", folders=("keynet_admin",)), *(path for path in source.TEMPLATES.rglob("*") if path.is_file())]
    texts = {source.where(path): path.read_text(encoding="utf-8") for path in files if "migrations" not in path.parts}
    assert [where for where, text in texts.items() if old in text] == []
    assert any(REPLACED[old] in text for text in texts.values())
