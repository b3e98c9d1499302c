"""`flask check-invariants`: what must hold in the database, and what of it does not."""

import sys

import click
from flask.cli import with_appcontext

from keynet_admin.services.invariants.check import InvariantResult


@click.command("check-invariants")
@click.option("--most", type=click.IntRange(min=1), default=20, show_default=True, help="それぞれ何件まで書き出すか")
@with_appcontext
def check_invariants(most: int) -> None:
    """Look whether all that must hold does, while everything runs; exit 1 with a line for each thing that does not. Nothing is changed."""
    from keynet_admin.services.invariants import check

    def tell(result: InvariantResult) -> None:
        number, found = result.looked
        click.echo(f"{'違い' if found else 'よし'}　{result.invariant.holds}（{number:,}件を確認）")
        for line in found[:most]:
            click.echo(f"　　・{line}")
        if len(found) > most:
            click.echo(f"　　・ほか{len(found) - most:,}件")

    results = check.check(tell)
    wrong = sum(len(result.looked.found) for result in results)
    click.echo(
        f"{len(results)}項目、{sum(result.looked.number for result in results):,}件を確認しました。"
        + (f"合わないものが{wrong:,}件あります。" if wrong else "合わないものはありません。")
    )
    if wrong:
        sys.exit(1)
