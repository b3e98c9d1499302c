"""The commands of `flask --app wsgi`: reference and demo data, operators, files of submissions, the outbox. `worker` is in `jobs`."""

import json
import sys
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError

from keynet_admin import clock, config
from keynet_admin.catalogue.table import BadReferenceFile
from keynet_admin.errors import KeynetError, ReadOnlyMode
from keynet_admin.extensions import db, reading
from keynet_admin.permissions import SYSTEM
from keynet_admin.rules import rule_by_code
from keynet_admin.services import reference
from keynet_admin.services.files.read_file import UnknownFormat, count_lines, read_file
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import STAFF_ROLES, Role
from keynet_admin.web import maintenance

FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


class ToldCommand(click.Command):
    """A command that says in one line that nothing may be written in read-only mode."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run it."""
        try:
            return super().invoke(ctx)
        except ReadOnlyMode as error:
            raise click.ClickException(str(error)) from None


command = partial(click.command, cls=ToldCommand)


def init_app(app: Flask) -> None:
    """Register the commands. With KEYNET_DEMO=1 a database with other people's rows is refused here, before anything starts."""
    for one in (
        load_reference,
        load_demo,
        create_operator,
        check,
        import_file,
        template,
        rehearse_rules,
        deliver_mail,
        purge,
        refresh_listing,
        correct_open_data,
        read_only_mode,
        maintenance_mode,
        maintenance_page,
    ):
        app.cli.add_command(one)
    if config.of(app).demo:
        _refuse_real_data(app)


def _refuse_real_data(app: Flask) -> None:
    from keynet_admin import demo

    try:
        with app.app_context():
            demo.refuse_real_data()
    except KeynetError as error:
        raise SystemExit(f"Error: {error}") from None
    except OperationalError:
        return  # no database within reach: nothing to protect, and the first request will say so


@command("load-reference")
@with_appcontext
def load_reference() -> None:
    """Fill the reference tables from seed_data/ (repeatable)."""
    try:
        with transaction():
            loaded = reference.load_reference()
    except BadReferenceFile as error:
        raise click.ClickException(str(error)) from None
    for table in loaded:
        kept = f"、管理者が直したまま {table.kept}" if table.kept else ""
        click.echo(f"{table.table}: {table.rows}行（追加 {table.added}、変更 {table.changed}、削除 {table.removed}{kept}）")


@command("load-demo")
@with_appcontext
def load_demo() -> None:
    """Fill an empty database with demo data; in a demo database only set the demo accounts' password."""
    from keynet_admin import demo

    settings = config.current()
    try:
        for line in demo.load(settings.instance, settings.demo_password):
            click.echo(line)
    except KeynetError as error:
        raise click.ClickException(str(error)) from None


@command("create-operator")
@click.argument("email")
@click.option(
    "--role",
    type=click.Choice([role.value for role in STAFF_ROLES]),
    required=True,
    help="運営担当 operator、運営主任 lead、システム管理 admin",
)
@click.option("--name", default="", help="表示名")
@with_appcontext
def create_operator(email: str, role: str, name: str) -> None:
    """Make an account of the service center; its first-login mail goes to EMAIL."""
    from keynet_admin.services.account import use_cases as account

    try:
        with transaction():
            made = account.create_operator(email, Role(role), name=name)
    except KeynetError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{made.email}（{made.role.label}）のアカウントを作成し、初回ログインのご案内を送信待ちにしました。")


@command("check")
@click.argument("file", type=FILE)
def check(file: Path) -> None:
    """Run the entry rules over FILE (.jsonl, .csv, .xlsx); findings as JSON lines, nothing stored; exit 1 on an error."""
    from keynet_admin.services.files.check import findings_of

    failed = False
    try:
        items = read_file(file)
    except UnknownFormat as error:
        raise click.UsageError(str(error)) from None
    for item in items:
        for finding in findings_of(item):
            failed = failed or finding["level"] == "error"
            click.echo(_json_line(finding))
    if failed:
        sys.exit(1)


@command("import")
@click.argument("file", type=FILE)
@click.option("--strict", is_flag=True, help="要修正の項目がある行を受け付けない")
@click.option(
    "--rejects",
    type=click.Path(dir_okay=False, path_type=Path),
    help="受け付けなかった行を書き出すファイル（省略時は元の名前に -rejected）",
)
@with_appcontext
def import_file(file: Path, strict: bool, rejects: Path | None) -> None:
    """Take the submissions of FILE into the queue; repeating it changes nothing. Exit 1 when a row was refused.

    The refused rows are written, with their reasons, to a file of the same format that can be mended and imported.
    """
    from keynet_admin.services.files import import_file as importing

    if rejects is not None and rejects.resolve() == file.resolve():
        raise click.UsageError("--rejects には、取り込むファイルとは別の名前を指定してください。")
    with click.progressbar(length=max(1, count_lines(file)), label=file.name, file=sys.stderr) as bar:
        try:
            report = importing.import_file(file, strict=strict, rejects=rejects, progress=lambda line: bar.update(max(0, line - bar.pos)))
        except UnknownFormat as error:
            raise click.UsageError(str(error)) from None
    for remark in (*report.refusals, *report.remarks):
        click.echo(remark.words(), err=True)
    click.echo(f"受け付け {report.new}件（うち要修正の項目があるもの {report.errors}件）、登録済み {report.known}件")
    if report.refused:
        click.echo(f"受け付けなかった行 {report.refused}件")
    if report.kept_in is not None:
        click.echo(f"受け付けなかった行を {report.kept_in} に書き出しました。直してから、もう一度取り込んでください。")
    if report.refusals:
        sys.exit(1)


@command("template")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def template(file: Path) -> None:
    """Write the Excel template for submissions to FILE (.xlsx)."""
    from keynet_admin.services.files.template import template_file

    file.write_bytes(template_file(clock.today()))
    click.echo(f"{file} に様式を書き出しました。")


@command("rehearse-rules")
@click.option("--code", type=click.Path(exists=True, file_okay=False, path_type=Path), help="別の版のルールを置いたチェックアウト")
@click.option("--without", multiple=True, metavar="RULE", help="外してみるルール（繰り返し可）")
@click.option("--newest", type=click.IntRange(min=1), help="新しい順に何件まで（省略時はすべて）")
@click.option("--json", "as_json", is_flag=True, help="結果をJSONで出す")
@with_appcontext
def rehearse_rules(code: Path | None, without: tuple[str, ...], newest: int | None, as_json: bool) -> None:
    """Replay the rule set over the stored submissions: whose result would flip, by rule. Nothing is written."""
    from keynet_admin.services.submission import rehearsal

    unknown = [rule for rule in without if rule_by_code(rule) is None]
    if unknown or (code is not None and without):
        raise click.ClickException(f"知らないルールです: {'、'.join(unknown)}" if unknown else "--code と --without は一緒に使えません。")
    with reading():
        with click.progressbar(length=max(1, rehearsal.count(newest)), label="予行", file=sys.stderr) as bar:
            try:
                with rehearsal.rules_of(code) if code is not None else nullcontext(rehearsal.present_rules(without)) as judge:
                    report = rehearsal.rehearse(judge, newest=newest, tick=bar.update)
            except ValueError as error:
                raise click.ClickException(f"ルールを読めません: {error}") from error
        db.session.rollback()
    if as_json:
        click.echo(_json_line(rehearsal.as_json(report)))
        return
    click.echo(f"当て直し {report.replayed}件、指摘が変わる {report.replayed - report.same}件、結果が変わる {len(report.flips)}件")
    for row in report.by_rule:
        cases = " ".join(receipt for _, receipt, _ in row.cases[:5])
        click.echo(f"{row.rule}  増える {row.comes}  消える {row.goes}  重さが変わる {row.changes_level}  {cases}")
    for _, receipt, before, after in report.flips:
        click.echo(f"{receipt}  {before} → {after}")


@command("deliver-mail")
@with_appcontext
def deliver_mail() -> None:
    """Deliver what waits in the outbox, once."""
    from keynet_admin.services.mail import outbox as mailer

    click.echo(f"送信 {mailer.deliver_waiting()}通")


@command("purge")
@click.option("--dry-run", is_flag=True, help="件数を数えるだけで、何も消さない")
@with_appcontext
def purge(dry_run: bool) -> None:
    """End persons' data whose keeping time is over; the worker does it every night."""
    from keynet_admin.services import persons
    from keynet_admin.services.operation import retention

    if dry_run:
        for row in retention.due():
            click.echo(f"{row.entry.purpose}（{row.kept}）：{row.number}件{f'、{row.oldest}' if row.oldest else ''}")
        return
    found = persons.purge()
    with transaction():
        retention.record(found, SYSTEM)
    for entry, number in found:
        click.echo(f"{entry.purpose}：{number}件")


@command("refresh-listing")
@with_appcontext
def refresh_listing() -> None:
    """Make all rows of the public table and the words of all searches anew. `db upgrade` does it by itself when their code changed."""
    from keynet_admin.services.listing import refresh
    from keynet_admin.services.search import remade

    with click.progressbar(length=max(1, refresh.count()), label="公開情報の作り直し", file=sys.stderr) as bar:
        refused = refresh.run(bar.update)
    remade.run()
    if refused:
        click.echo(f"作り直せなかった公開情報：{refused}件（前の内容のまま残しました。記録をご確認ください）", err=True)


@command("correct-open-data")
@click.argument("month")
@with_appcontext
def correct_open_data(month: str) -> None:
    """Publish a further edition of MONTH (2021-05) as it is counted now; the editions of before stay."""
    from keynet_admin.services.report import open_data

    try:
        with reading():
            edition, content = open_data.correction_of(month)
            db.session.rollback()
        with transaction():
            stored = open_data.store(month, content, edition)
    except KeynetError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{month} の第{edition}版を公開しました。" if stored else "ほかの方が同じ版を公開しました。")


@command("read-only")
@click.argument("state", type=click.Choice(["on", "off"]))
@click.option("--reason", default="サーバーでの作業", help="管理の画面に出る理由")
@with_appcontext
def read_only_mode(state: str, reason: str) -> None:
    """Let everybody read only (on), or write again (off). Administrators switch it on /admin/site/, too."""
    from keynet_admin.services.operation import site_state

    try:
        with transaction(even_read_only=True):
            changed = site_state.stop_writing(SYSTEM, reason) if state == "on" else site_state.allow_writing(SYSTEM)
    except KeynetError as error:
        raise click.ClickException(str(error)) from None
    words = "閲覧のみにしました。" if state == "on" else "閲覧のみを終えました。"
    click.echo(words if changed else "すでにその状態です。")


@command("maintenance")
@click.argument("state", type=click.Choice(["on", "off"]))
@click.option("--until", default="", help="ページに出す再開の予定（例：24:00ごろ）")
def maintenance_mode(state: str, until: str) -> None:
    """Answer every address with the maintenance page (on), or as ever (off). Needs no database; counts for this instance folder."""
    file = maintenance.file_of(config.from_environ())
    if state == "on":
        file.write_text(until + "\n", encoding="utf-8")
        click.echo("停止中のページを出しています。")
    else:
        file.unlink(missing_ok=True)
        click.echo("停止中のページを終えました。")


@command("maintenance-page")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def maintenance_page(file: Path) -> None:
    """Write the maintenance page to FILE, for the web server in front to give while the program is down."""
    file.write_text(maintenance.page(current_app), encoding="utf-8")
    click.echo(f"{file} に書き出しました。")


def _json_line(finding: dict[str, Any]) -> bytes:
    """A finding as one line of UTF-8; a value that is no valid Unicode is written with escapes."""
    try:
        return json.dumps(finding, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(finding, ensure_ascii=True).encode("ascii")
