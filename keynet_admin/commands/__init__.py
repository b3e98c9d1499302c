"""Commands by which an installation is kept: backups and the way back."""

from flask import Flask

from keynet_admin.commands import backup

ALL = (backup.backup, backup.restore, backup.verify_backup)


def init_app(app: Flask) -> None:
    """Register the commands."""
    for command in ALL:
        app.cli.add_command(command)
