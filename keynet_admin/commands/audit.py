"""`flask verify-audit`."""

import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from keynet_admin.commands.backup import FILE, IDENTITY
from keynet_admin.errors import KeynetError
from keynet_admin.extensions import db, reading


@click.command("verify-audit")
@click.option("--kept", type=(click.IntRange(min=1), str), multiple=True, metavar="POSITION DIGEST", help="控えの位置と値（繰り返し可）")
@click.option("--backup", "backups", type=FILE, multiple=True, help="この記録から取ったバックアップの目録と比べる（繰り返し可）")
@IDENTITY
@click.option("--export", "export_to", type=click.Path(dir_okay=False, path_type=Path), help="検証用のファイルに書き出す（JSON Lines）")
@with_appcontext
def verify_audit(kept: tuple[tuple[int, str], ...], backups: tuple[Path, ...], identity: Path | None, export_to: Path | None) -> None:
    """Verify the chain over the audit log; exit 1 with a line for each fault. With --export only write it, for `verify.py` elsewhere."""
    from keynet_admin.services.audit_chain import check as chain
    from keynet_admin.services.audit_chain import seal, verify
    from keynet_admin.services.backup import archive

    elsewhere = dict(kept)
    try:
        for file in backups:
            with archive.opened(file, identity) as (_content, manifest):
                if manifest.log is None:
                    raise click.ClickException(f"{file}：古い形式で、目録に操作の記録の末尾がありません。")
                if manifest.log.position:
                    elsewhere[manifest.log.position] = manifest.log.digest
    except (KeynetError, OSError) as error:
        raise click.ClickException(str(error)) from None
    with reading():
        position, digest = seal.head()
        if export_to is not None:
            lines = chain.export(export_to)
            db.session.rollback()
            click.echo(f"{export_to} に{lines}件の記録を書き出しました。python3 {verify.__file__} {export_to} で検証できます。")
            return
        with click.progressbar(length=max(1, position), label="記録の検証", file=sys.stderr) as bar:
            found = list(chain.whole(elsewhere, bar.update))
        db.session.rollback()
    for fault in found:
        click.echo(fault)
    if found:
        sys.exit(1)
    click.echo(f"問題は見つかりませんでした。位置 {position}、値 {digest}")
