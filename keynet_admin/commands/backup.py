"""`flask backup`, `flask verify-backup`, `flask restore`."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from keynet_admin.errors import KeynetError
from keynet_admin.services.backup import archive
from keynet_admin.services.backup.archive import BackupManifest

FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
IDENTITY = click.option("--identity", type=FILE, help="暗号化したバックアップを開く age の秘密鍵のファイル")


@click.command("backup")
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--encrypt-to", "recipients", multiple=True, metavar="AGE1…", help="age の公開鍵で暗号化する（繰り返し可）")
@click.option("--keep", type=click.IntRange(min=1), help="フォルダに残す数。これより古いバックアップは消す")
@click.option("--keep-days", type=click.IntRange(min=1), help="フォルダに残す日数。これより古いバックアップは消す（最新のものは残す）")
@with_appcontext
def backup(target: Path, recipients: tuple[str, ...], keep: int | None, keep_days: int | None) -> None:
    """Write a backup to TARGET, a file or a folder (there under its moment's name), while everything runs."""
    from keynet_admin.services.backup import take

    into = target.is_dir()
    if (keep or keep_days) and not into:
        raise click.UsageError("--keep と --keep-days は、フォルダを指定したときに使えます。")
    file = target / archive.file_name(encrypted=bool(recipients)) if into else target
    if recipients and file.suffix != archive.ENCRYPTED:
        raise click.UsageError(f"暗号化したバックアップの名前は {archive.ENCRYPTED} で終わるようにしてください。")
    if file.exists():
        raise click.UsageError(f"{file} はすでにあります。")
    try:
        manifest = take.take(file, recipients)
    except (KeynetError, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{file}（{file.stat().st_size:,}バイト）：{_words(manifest)}")
    if into:
        for old in archive.drop_old(target, keep=keep, days=keep_days):
            click.echo(f"古いバックアップを消しました：{old.name}")


@click.command("verify-backup")
@click.argument("file", type=FILE)
@IDENTITY
@with_appcontext
def verify_backup(file: Path, identity: Path | None) -> None:
    """Read the backup FILE whole and hold it to its manifest. Exit 1 when it is not whole."""
    from keynet_admin.services.backup import take

    try:
        manifest = take.verify(file, identity)
    except (KeynetError, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"欠けも違いもありません：{_words(manifest)}")


@click.command("restore")
@click.argument("file", type=FILE)
@IDENTITY
@click.option("--replace", is_flag=True, help="いまの内容を捨てて置き換える")
@with_appcontext
def restore(file: Path, identity: Path | None, replace: bool) -> None:
    """Put the backup FILE into this installation's database, bring it up to this program, and end what is over by now."""
    from keynet_admin.services.backup import restore as restoring

    try:
        done = restoring.restore(file, identity, replace=replace)
    except (KeynetError, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"戻しました：{_words(done.manifest)}")
    click.echo(f"保存期間の過ぎたデータを消しました：{done.purged}件")
    click.echo(f"ログインをすべて終わらせました：{done.sessions}件")
    if done.waiting_mails:
        click.echo(f"送信待ちのメールが{done.waiting_mails}通あります。バックアップの後に送ったものは、もう一度届きます。")
    for fault in done.faults[:5]:
        click.echo(f"操作の記録に問題があります：{fault}")
    if done.new_key:
        click.echo("署名の鍵が変わりました。画面（granian）と定期処理（worker）を起動し直してください。")


def _words(manifest: BackupManifest) -> str:
    log = f"、操作の記録の末尾は位置 {manifest.log.position}、値 {manifest.log.digest}" if manifest.log is not None else ""
    return f"{manifest.taken_at:%Y-%m-%d %H:%M:%S}（UTC）時点、{len(manifest.tables)}表{manifest.rows:,}行、{manifest.revision}{log}"
