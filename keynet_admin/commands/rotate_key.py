"""`flask rotate-key`: how the installation's keys stand, and the four steps by which a new one takes the place of the old."""

from datetime import timedelta

import click
from flask.cli import with_appcontext

from keynet_admin import clock
from keynet_admin.catalogue.display import long_time
from keynet_admin.errors import KeynetError, ReadOnlyMode
from keynet_admin.key_file import KeyFile
from keynet_admin.services.operation import key_rotation

_SPREAD = "サーバーが複数なら secret-key を全部に同じ内容で置き（所有者 keynet、0600）、1台ずつ web と worker を再起動してください。"
# What no row tells of and no date ends.
_FELT = (
    "申請の控えを開くコード：古い鍵のものは使えなくなります。受付番号とアドレスから、新しいコードを送れます。",
    "新しい鍵になってからログインしていないブラウザ：次のログインが、初めての端末からとしてメールで知らされます。",
)
_FELT_AT_ONCE = (
    "ログイン中の方：もう一度ログインします。募集情報を編集していた方の、保存していない入力は失われます。",
    "メールや紙の短いコード（初回ログイン、パスワード再設定、再入力、採用人数）：使えなくなります。同じメールのリンクは使えます。",
    "開いたままのフォーム：送ると、もう一度送るように出ます。入力は残ります。",
)


@click.command("rotate-key")
@click.argument("step", type=click.Choice(["show", "add", "use", "renew", "retire"]), default="show")
@click.option("--at-once", is_flag=True, help="retire：鍵が漏れたとき。まだ使われるコードがあっても、すぐに外す")
@with_appcontext
def rotate_key(step: str, at_once: bool) -> None:
    """Replace the installation's key: add, use, renew, retire, in this order; without a STEP say how it stands. See docs/deployment.md."""
    if at_once and step != "retire":
        raise click.UsageError("--at-once は retire と一緒に使います。")
    try:
        {"show": _show, "add": _add, "use": _use, "renew": _renew, "retire": lambda: _retire(at_once=at_once)}[step]()
    except (KeynetError, ReadOnlyMode) as error:
        raise click.ClickException(str(error)) from None


def _add() -> None:
    key_rotation.add()
    click.echo("新しい鍵を加えました。まだ読むことにしか使いません。")
    click.echo(f"次に：{_SPREAD}全部が終わったら rotate-key use を実行します。")


def _use() -> None:
    key_rotation.use()
    click.echo("新しい鍵を、次の起動から使います。古い鍵は読むことにだけ使います。")
    click.echo(f"次に：1日のうちに、{_SPREAD}全部が終わったら rotate-key renew を実行します。")


def _renew() -> None:
    standing = key_rotation.file()
    if not standing.older:
        raise click.ClickException("古い鍵はありません。")
    for label, number in key_rotation.renew().items():
        click.echo(f"{label}：{number}件を新しい鍵で作り直しました。")
    if missing := key_rotation.left():
        click.echo(f"使用中などで残ったもの：{sum(missing.values())}件。もう一度 rotate-key renew を実行してください。")
        return
    _when(standing)


def _retire(*, at_once: bool) -> None:
    ended = key_rotation.retire(at_once=at_once)
    click.echo("古い鍵を外しました。バックアップの中には残っています。")
    if at_once:
        click.echo(f"回復コードを無効にし、作り直しをメールでお願いした方：{ended}人")
        _say(_FELT_AT_ONCE)
    click.echo(f"次に：{_SPREAD}")


def _show() -> None:
    standing = key_rotation.file()
    since = f"{long_time(standing.since)}から" if standing.since else "最初の起動から"
    click.echo(f"使っている鍵：1（{since}）。読むだけの古い鍵：{len(standing.older)}")
    if standing.new:
        click.echo("加えたばかりの新しい鍵：1。すべてのサーバーに配って再起動したら rotate-key use を実行します。")
    if not standing.older:
        return
    if missing := key_rotation.left():
        for label, number in missing.items():
            click.echo(f"古い鍵で作ったもの（{label}）：{number}件")
        click.echo("次に：rotate-key renew を実行します。")
    _when(standing)


def _when(standing: KeyFile) -> None:
    """When the older keys may go, what runs until then, and what people will notice."""
    day = key_rotation.earliest(standing)
    for codes in key_rotation.running(standing.since or clock.now()):
        click.echo(f"まだ使われる{codes.label}：{codes.count}件（{long_time(codes.until)}まで）")
    wait = -(-(day - clock.now()) // timedelta(days=1))
    until = f"{long_time(day)}を過ぎてから（あと{wait}日）" if wait > 0 else "いつでも"
    click.echo(f"古い鍵を外せる時期：{until}。rotate-key retire を実行します。そのとき、")
    _say(_FELT)


def _say(lines: tuple[str, ...]) -> None:
    for line in lines:
        click.echo(f"  {line}")
