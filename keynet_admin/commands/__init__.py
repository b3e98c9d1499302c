"""Commands by which an installation is kept: backups and the way back, and what it is made of."""

from flask import Flask

from keynet_admin.commands import backup, rotate_key, sbom

ALL = (backup.backup, backup.restore, backup.verify_backup, rotate_key.rotate_key, sbom.sbom)


def init_app(app: Flask) -> None:
    """Register the commands."""
    for command in ALL:
        app.cli.add_command(command)
